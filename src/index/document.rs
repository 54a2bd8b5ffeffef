//! An article cut for the index: weighted words and pairs, codes, models, facets.

use tantivy::TantivyDocument;

use super::{Fields, model_terms, statistics::Columns};
use crate::{
    access::{Role, lowest_reader},
    article::{Article, ArticleId, Audience, Place},
    text::{Cut, Dictionary, ErrorCode, cut, grams, normalize},
};

/// How often the words of a place count in the merged field (ALGORITHMS C4).
fn weight(place: Place) -> usize {
    match place {
        Place::Title | Place::Symptom => 4,
        Place::Heading => 2,
        Place::Body => 1,
    }
}

/// What the index holds of one article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexDocument {
    key: u64,
    reader: Role,
    columns: Columns,
    codes: Vec<String>,
    models: Vec<String>,
    appliances: Vec<String>,
    kind: &'static str,
}

impl IndexDocument {
    /// Cuts `article`.
    #[must_use]
    pub fn new(article: &Article, dictionary: &Dictionary) -> Self {
        let reader = lowest_reader(article);
        let mut columns = Columns::default();
        let mut add = |place: Place, audience: Audience, text: &str| {
            let text = normalize(text);
            let staff = audience == Audience::Agent || reader > Role::Customer;
            let (words, pairs) = columns.of_mut(staff);
            repeat(words, &cut(dictionary, &text), weight(place));
            repeat(pairs, &grams(&text), weight(place));
        };
        add(Place::Title, article.audience, &article.title);
        for symptom in &article.symptoms {
            add(Place::Symptom, article.audience, symptom);
        }
        for question in &article.asked {
            add(Place::Body, article.audience, question);
        }
        for appliance in &article.appliances {
            add(Place::Heading, article.audience, appliance);
        }
        for passage in article.passages() {
            add(passage.place, passage.audience, passage.text);
        }
        Self {
            key: Self::key(&article.id),
            reader,
            columns,
            codes: article.codes.iter().filter_map(|c| ErrorCode::new(c)).map(|c| c.as_str().to_owned()).collect(),
            models: article.models.iter().flat_map(|m| model_terms(m)).collect(),
            appliances: article.appliances.iter().map(|a| normalize(a)).collect(),
            kind: article.kind.as_str(),
        }
    }

    /// The number an article has in the index: the same for each of its versions.
    #[must_use]
    pub fn key(id: &ArticleId) -> u64 {
        let digest = crate::article::Revision::of(id.as_str().as_bytes()).0;
        u64::from_be_bytes(std::array::from_fn(|i| digest[i]))
    }

    pub(super) fn columns(&self) -> &Columns {
        &self.columns
    }

    pub(super) fn is_public(&self) -> bool {
        self.reader == Role::Customer
    }

    pub(super) fn into_tantivy(self, fields: &Fields) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        document.add_u64(fields.key, self.key);
        document.add_text(fields.reader, self.reader.as_str());
        for (field, text) in self.columns.texts(fields) {
            if !text.is_empty() {
                document.add_text(field, text);
            }
        }
        let facets = [(fields.code, &self.codes), (fields.model, &self.models), (fields.appliance, &self.appliances)];
        for (field, values) in facets {
            for value in values {
                document.add_text(field, value);
            }
        }
        document.add_text(fields.kind, self.kind);
        document
    }
}

fn repeat(into: &mut String, cut: &Cut, times: usize) {
    into.reserve(cut.words.len() * times);
    for _ in 0..times {
        into.push_str(&cut.words);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::{RelPath, parse};

    fn document(text: &str) -> IndexDocument {
        let article = parse(&RelPath::new("a.md"), text.as_bytes()).article.expect("an article");
        IndexDocument::new(&article, &Dictionary::with_words(&[]))
    }

    fn count(document: &IndexDocument, word: &str) -> usize {
        let (_, fields) = Fields::schema();
        let texts = document.columns().clone().texts(&fields);
        let words = &texts.iter().find(|(field, _)| *field == fields.words).expect("the merged field").1;
        words.split_terminator(Cut::SEPARATOR).filter(|w| *w == word).count()
    }

    #[test]
    fn title_and_phrases_weigh_four_times_in_the_one_merged_field() {
        let d = document("---\ntitle: 漏水\nsymptoms: [滴水]\nasked: [跳闸]\n---\n## 小标题抖动\n正文冒烟。\n");
        assert_eq!(["漏水", "滴水", "抖动", "冒烟", "跳闸"].map(|w| count(&d, w)), [4, 4, 2, 1, 1]);
    }

    #[test]
    fn words_for_staff_stand_in_no_public_field() {
        for text in
            ["---\naudience: agent\n---\n密语\n", "---\nstatus: draft\n---\n密语\n", "公开\n:::agent\n密语\n:::\n"]
        {
            assert_eq!(count(&document(text), "密语"), 0, "{text}");
        }
    }
}

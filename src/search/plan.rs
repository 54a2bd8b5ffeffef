//! What a reading looks for in the index: words with their weights, and how they make a score. Opens no postings.

use tantivy::{Term, query::Bm25Weight, schema::Field};

use super::{query::Group, run::Run};
use crate::{
    access::Role,
    article::ArticleId,
    index::{IndexDocument, Reader},
    text::{grams, normalize, query_words},
};

/// A word of the dictionary that so many articles hold is found as a word.
const COMMON: u64 = 3;
/// Share of a word's pairs that must stand in an article when there are three or more.
const MUST_SHARE: f32 = 0.6;

/// What is looked for.
pub(super) struct Plan {
    /// Of each of these lists an article must hold a term; it adds nothing to the score.
    pub filters: Vec<Vec<Term>>,
    /// An article that holds one of these is left out.
    pub without: Vec<Term>,
    /// One of these must be found; where there are none, every article is.
    pub body: Vec<Clause>,
    /// These only add to the score.
    pub beside: Vec<Clause>,
}

/// Ways to find one thing. The best of them counts, and of the others `tie`.
pub(super) struct Clause {
    pub ways: Vec<Way>,
    pub tie: f32,
}

/// Terms whose scores are added where at least `required` of them stand.
pub(super) struct Way {
    pub leaves: Vec<Leaf>,
    pub required: usize,
}

/// A term, and what it counts in an article.
pub(super) struct Leaf {
    pub term: Term,
    pub weight: LeafWeight,
}

pub(super) enum LeafWeight {
    /// By how often it stands there and how long the article is.
    Counted(Bm25Weight),
    /// The same wherever it stands.
    Constant(f32),
}

impl Way {
    fn one(leaf: Leaf) -> Self {
        Self { leaves: vec![leaf], required: 1 }
    }
}

impl Leaf {
    fn constant(field: Field, value: &str, score: f32) -> Self {
        Self { term: Term::from_field_text(field, value), weight: LeafWeight::Constant(score) }
    }
}

/// The best of `leaves` counts.
fn best_of(leaves: impl IntoIterator<Item = Leaf>) -> Clause {
    Clause { ways: leaves.into_iter().map(Way::one).collect(), tie: 0.0 }
}

impl Run<'_> {
    pub(super) fn plan(&self) -> Plan {
        let fields = &self.context.view.fields;
        let (weights, reading) = (self.context.weights, self.reading);
        let (generic, telling): (Vec<&Group>, Vec<&Group>) = reading.groups.iter().partition(|g| g.generic);
        let mut body: Vec<Clause> = telling.into_iter().map(|g| self.group(g)).collect();
        body.extend(reading.codes.iter().map(|code| best_of([Leaf::constant(fields.code, code, weights.code)])));
        body.extend(reading.models.iter().map(|model| self.model(model)));
        // That something is wrong need not stand in the article.
        let mut beside: Vec<Clause> = generic.into_iter().map(|g| self.group(g)).collect();
        let named = reading.appliances.iter().map(|a| Leaf::constant(fields.appliance, a, weights.appliance));
        if !reading.appliances.is_empty() {
            if body.is_empty() { &mut body } else { &mut beside }.push(best_of(named));
        }
        Plan { filters: self.filters(), without: self.without(), body, beside }
    }

    /// What each group alone finds of one article, with the word of the group.
    pub(super) fn plans_of(&self, id: &ArticleId) -> impl Iterator<Item = (&str, Plan)> {
        let groups = self.reading.groups.iter();
        groups.map(|group| {
            let plan = Plan {
                filters: vec![vec![self.key(id)]],
                without: Vec::new(),
                body: vec![self.group(group)],
                beside: Vec::new(),
            };
            (group.word.as_str(), plan)
        })
    }

    /// What the reader may see and has chosen: inside the plan, so that nothing else is counted.
    fn filters(&self) -> Vec<Vec<Term>> {
        let fields = &self.context.view.fields;
        let readers = Role::ALL.into_iter().filter(|r| *r <= self.context.role);
        let mut filters = vec![readers.map(|r| Term::from_field_text(fields.reader, r.as_str())).collect()];
        if let Some(appliance) = &self.question.appliance {
            filters.push(vec![Term::from_field_text(fields.appliance, &normalize(appliance))]);
        }
        if let Some(kind) = self.question.kind {
            filters.push(vec![Term::from_field_text(fields.kind, kind.as_str())]);
        }
        filters
    }

    fn without(&self) -> Vec<Term> {
        self.question.not.iter().chain(self.context.expired).map(|id| self.key(id)).collect()
    }

    fn key(&self, id: &ArticleId) -> Term {
        Term::from_field_u64(self.context.view.fields.key, IndexDocument::key(id))
    }

    fn model(&self, model: &str) -> Clause {
        let (field, weights) = (self.context.view.fields.model, self.context.weights);
        let whole = Leaf::constant(field, &format!("={model}"), weights.model);
        let part = Leaf::constant(field, &format!("^{model}"), weights.model_part);
        let starts = (2..=model.len()).map(|n| Leaf::constant(field, &format!("*{}", &model[..n]), weights.model));
        best_of([whole, part].into_iter().chain(starts))
    }

    /// A word counts once, by its best evidence (ALGORITHMS C4).
    fn group(&self, group: &Group) -> Clause {
        let weights = self.context.weights;
        // Where a model stands in a text, something is said of that very model.
        let says_little = group.generic && !group.word.is_ascii();
        let share = if says_little { weights.generic } else { 1.0 };
        let mut ways: Vec<Way> = Vec::new();
        for (words, pairs) in self.columns() {
            ways.push(Way::one(self.leaf(words, &group.word, share)));
            ways.extend(group.synonyms.iter().filter_map(|s| self.phrase(words, s, share * weights.synonym)));
            ways.extend(group.bare.iter().filter_map(|bare| self.phrase(words, bare, share * weights.grams)));
            // Two characters the dictionary has as a word, and articles too, are cut out of any text: their
            // pair would be looked up twice.
            let sure = group.word.chars().count() == 2 && self.is_common(&group.word);
            let all = grams(&group.word);
            let n = all.iter().count();
            if n > 0 && !sure {
                let leaves = all.iter().map(|gram| self.leaf(pairs, gram, share * weights.grams / n as f32)).collect();
                ways.push(Way { leaves, required: required_pairs(n) });
            }
        }
        Clause { ways, tie: weights.tie }
    }

    fn is_common(&self, word: &str) -> bool {
        self.context.dictionary.has(word) && self.context.view.statistics.n_with_word(self.reader(), word) >= COMMON
    }

    /// All words of `text`, each with its share of `weight`.
    fn phrase(&self, field: Field, text: &str, weight: f32) -> Option<Way> {
        let words = query_words(self.context.dictionary, text);
        let n = words.len();
        let leaves = words.iter().map(|w| self.leaf(field, w, weight / n as f32)).collect();
        (n > 0).then_some(Way { leaves, required: n })
    }

    fn leaf(&self, field: Field, word: &str, boost: f32) -> Leaf {
        let view = self.context.view;
        let weight = view.statistics.weight(&view.fields, self.reader(), field, word).boost_by(boost);
        Leaf { term: Term::from_field_text(field, word), weight: LeafWeight::Counted(weight) }
    }

    /// Fields of words and of pairs the reader may search.
    fn columns(&self) -> Vec<(Field, Field)> {
        let fields = &self.context.view.fields;
        let mut columns = vec![(fields.words, fields.grams)];
        if self.reader() == Reader::Staff {
            columns.push((fields.staff_words, fields.staff_grams));
        }
        columns
    }
}

fn required_pairs(n: usize) -> usize {
    if n <= 2 { n } else { (n as f32 * MUST_SHARE).ceil() as usize }
}

//! The vectors of the articles beside the index: several short texts of each, found by meaning.

use std::{collections::HashMap, sync::Arc};

use super::{IndexDocument, Reader};
use crate::{
    access::{Role, lowest_reader},
    article::{Article, Audience, Place, Revision},
    meaning::{Compact, Vector},
    text::normalize,
};

/// Characters of the first text of an article that are read.
const LEAD: usize = 160;

/// A text of an article that may mean what a question means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meant {
    /// Whether only staff may know it.
    pub staff: bool,
    /// Where it stands.
    pub place: Place,
    /// The text.
    pub text: String,
}

/// The short texts of `article` in normal form: its title, people's own words, both with how it begins,
/// and each section with its heading.
#[must_use]
pub fn meant_texts(article: &Article) -> Vec<Meant> {
    let staff = |audience: Audience| audience == Audience::Agent || lowest_reader(article) > Role::Customer;
    let own = staff(article.audience);
    let title = normalize(&article.title);
    let mut texts = vec![Meant { staff: own, place: Place::Title, text: title.clone() }];
    for symptom in &article.symptoms {
        texts.push(Meant { staff: own, place: Place::Symptom, text: normalize(symptom) });
    }
    let said = normalize(&article.symptoms.join("；"));
    for hidden in [false, true] {
        let body = article.passages().filter(|p| p.place == Place::Body && staff(p.audience) == hidden);
        let lead: String = body.flat_map(|p| p.text.chars().chain(['。'])).take(LEAD).collect();
        if !lead.is_empty() {
            texts.push(Meant {
                staff: hidden,
                place: Place::Body,
                text: format!("{title}。{said}。{}", normalize(&lead)),
            });
        }
    }
    let mut section = Section { heading: "", staff: own, text: String::new() };
    for passage in article.passages() {
        let hidden = staff(passage.audience);
        if passage.place == Place::Heading || hidden != section.staff {
            texts.extend(section.meant(&title));
            section = Section { heading: section.heading, staff: hidden, text: String::new() };
        }
        match passage.place {
            // What only staff may read names no text for others.
            Place::Heading => section.heading = if hidden && !own { "" } else { passage.text },
            _ => section.text.extend(passage.text.chars().chain(['。'])),
        }
    }
    texts.extend(section.meant(&title));
    texts
}

/// What stands below a heading for one kind of reader.
struct Section<'a> {
    heading: &'a str,
    staff: bool,
    text: String,
}

impl Section<'_> {
    fn meant(&self, title: &str) -> Option<Meant> {
        let lead: String = self.text.chars().take(LEAD).collect();
        let text = format!("{title}。{}。{}", normalize(self.heading), normalize(&lead));
        (!lead.is_empty()).then_some(Meant { staff: self.staff, place: Place::Heading, text })
    }
}

/// The vectors of one version of an article.
#[derive(Debug)]
pub struct ArticleVectors {
    /// The version.
    pub revision: Revision,
    /// Its texts with their vectors.
    pub texts: Vec<(Meant, Compact)>,
}

/// The vectors of all articles that have them.
#[derive(Debug, Clone, Default)]
pub struct Vectors {
    by_key: HashMap<u64, Arc<ArticleVectors>>,
    /// The middle of all texts each reader may know; empty before [`Vectors::settle`].
    centres: [Arc<[f32]>; 2],
    /// Texts of no article, for a folder too small to have a middle of its own.
    others: Arc<[Compact]>,
}

/// How near the texts of an article are to a question: 0 for what has nothing to do with it, 1 for the same.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Nearness {
    /// Its title.
    pub title: f32,
    /// The nearest of people's own words.
    pub phrase: f32,
    /// All of it in short: title, people's own words, how it begins.
    pub whole: f32,
    /// The nearest of its sections.
    pub section: f32,
}

impl Nearness {
    /// All in one number.
    #[must_use]
    pub fn mean(&self) -> f32 {
        (self.title + self.phrase + self.whole + self.section) / 4.0
    }
}

/// An article whose text is near a question in meaning.
#[derive(Debug, Clone)]
pub struct Near {
    /// The number of the article; see [`IndexDocument::key`].
    pub key: u64,
    /// How near it is.
    pub nearness: Nearness,
    /// Where the nearest short text stands.
    pub place: Place,
    /// That text.
    pub text: String,
}

/// How far from the middle of all texts one of them lies, most often: what is as far in the direction
/// of the question is as near as can be.
const FAR: f32 = 0.34;

impl Vectors {
    /// No articles yet, and texts about anything at all beside which they are seen.
    #[must_use]
    pub fn beside(others: Vec<Compact>) -> Self {
        Self { others: others.into(), ..Self::default() }
    }

    /// How many articles have theirs.
    #[must_use]
    pub fn n_articles(&self) -> usize {
        self.by_key.len()
    }

    /// Whether no article has any yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    /// Whether this version has its vectors.
    #[must_use]
    pub fn has(&self, article: &Article) -> bool {
        self.by_key.get(&IndexDocument::key(&article.id)).is_some_and(|v| v.revision == article.revision)
    }

    /// Puts the vectors of an article in the place of older ones.
    pub fn put(&mut self, article: &Article, vectors: ArticleVectors) {
        self.by_key.insert(IndexDocument::key(&article.id), Arc::new(vectors));
    }

    /// Keeps only the articles that `is_there`, by their numbers, and finds the middle of what is left.
    pub fn settle(&mut self, is_there: impl Fn(u64) -> bool) {
        self.by_key.retain(|key, _| is_there(*key));
        let mut keys: Vec<&u64> = self.by_key.keys().collect();
        // Sums in another order differ in the last bits.
        keys.sort_unstable();
        self.centres = [Reader::Public, Reader::Staff].map(|reader| {
            let own = keys.iter().flat_map(|key| self.by_key[key].known_to(reader)).map(|(_, vector)| vector);
            let mut sum = Vec::new();
            let mut n = 0.0f32;
            for vector in self.others.iter().chain(own) {
                sum.resize(vector.dimension(), 0.0);
                vector.add_to(&mut sum);
                n += 1.0;
            }
            sum.iter().map(|x| x / n.max(1.0)).collect()
        });
    }

    /// The `n` articles nearest to `question` and those numbered `also`, by texts `reader` may know,
    /// nearest first; `scale` brings a nearness to what the built-in model would have.
    #[must_use]
    pub fn near(
        &self,
        question: &Vector,
        reader: Reader,
        n: usize,
        also: &[u64],
        scale: impl Fn(f32) -> f32,
    ) -> Vec<Near> {
        let centre = &self.centres[usize::from(reader == Reader::Staff)];
        let seen = question.seen_from(centre);
        let middle = seen.along(centre);
        let mut all: Vec<(Nearness, u64, &Meant)> = self
            .by_key
            .iter()
            .filter_map(|(key, vectors)| {
                let (nearness, meant) =
                    vectors.nearest(reader, |vector| scale((vector.similarity(&seen) - middle) / FAR))?;
                Some((nearness, *key, meant))
            })
            .collect();
        all.sort_by(|a, b| b.0.mean().total_cmp(&a.0.mean()).then(a.1.cmp(&b.1)));
        let wanted = (0..).zip(all).filter(|(i, (_, key, _))| *i < n || also.contains(key));
        wanted
            .map(|(_, (nearness, key, meant))| Near { key, nearness, place: meant.place, text: meant.text.clone() })
            .collect()
    }
}

impl ArticleVectors {
    fn known_to(&self, reader: Reader) -> impl Iterator<Item = &(Meant, Compact)> {
        self.texts.iter().filter(move |(meant, _)| !meant.staff || reader == Reader::Staff)
    }

    /// The best of each kind of text, and the short text that says it best.
    fn nearest(&self, reader: Reader, similarity: impl Fn(&Compact) -> f32) -> Option<(Nearness, &Meant)> {
        let mut best: [Option<(f32, &Meant)>; 4] = [None; 4];
        for (meant, vector) in self.known_to(reader) {
            let similarity = similarity(vector);
            let kind = &mut best[match meant.place {
                Place::Title => 0,
                Place::Symptom => 1,
                Place::Body => 2,
                Place::Heading => 3,
            }];
            if kind.is_none_or(|(s, _)| similarity > s) {
                *kind = Some((similarity, meant));
            }
        }
        let phrases = best[..2].iter().flatten().max_by(|a, b| a.0.total_cmp(&b.0));
        let meant = phrases.or(best[2].as_ref()).or(best[3].as_ref())?.1;
        // An article without one kind of text is as near as its title.
        let title = best.iter().flatten().next()?.0;
        let of = |kind: usize| best[kind].map_or(title, |(s, _)| s);
        Some((Nearness { title, phrase: of(1), whole: of(2), section: of(3) }, meant))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::{RelPath, parse};

    fn texts(file: &str) -> Vec<(bool, Place, String)> {
        let article = parse(&RelPath::new("a.md"), file.as_bytes()).article.expect("an article");
        meant_texts(&article).into_iter().map(|m| (m.staff, m.place, m.text)).collect()
    }

    #[test]
    fn each_section_is_a_text_with_its_heading_and_staff_sections_stay_with_staff() {
        let file = "---\ntitle: 回电\n---\n## 何时\n答不上来。\n## 怎么说\n先道歉。\n:::agent\n密语\n:::\n";
        let sections: Vec<_> = texts(file).into_iter().filter(|t| t.1 == Place::Heading).collect();
        let text = |staff, text: &str| (staff, Place::Heading, text.to_owned());
        assert_eq!(
            sections,
            [
                text(false, "回电。何时。答不上来。。"),
                text(false, "回电。怎么说。先道歉。。"),
                text(true, "回电。怎么说。密语。"),
            ]
        );
        assert!(texts(file).iter().all(|t| t.0 || !t.2.contains("密语")));
    }
}

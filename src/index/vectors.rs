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

/// The short texts of `article` in normal form: its title, people's own words, and both with how it begins.
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
        let body = article.passages.iter().filter(|p| p.place == Place::Body && staff(p.audience) == hidden);
        let lead: String = body.flat_map(|p| p.text.chars().chain(['。'])).take(LEAD).collect();
        if !lead.is_empty() {
            texts.push(Meant {
                staff: hidden,
                place: Place::Body,
                text: format!("{title}。{said}。{}", normalize(&lead)),
            });
        }
    }
    texts
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
}

/// An article whose text is near a question in meaning.
#[derive(Debug, Clone)]
pub struct Near {
    /// The number of the article; see [`IndexDocument::key`].
    pub key: u64,
    /// Cosine, from 0.7 for anything at all to 1.
    pub similarity: f32,
    /// Where the nearest text stands.
    pub place: Place,
    /// That text.
    pub text: String,
}

impl Vectors {
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

    /// Keeps only the articles that `is_there`, by their numbers.
    pub fn keep(&mut self, is_there: impl Fn(u64) -> bool) {
        self.by_key.retain(|key, _| is_there(*key));
    }

    /// The `n` articles nearest to `question`, by texts `reader` may know, nearest first.
    #[must_use]
    pub fn near(&self, question: &Vector, reader: Reader, n: usize) -> Vec<Near> {
        let mut all: Vec<(f32, u64, &Meant)> = self
            .by_key
            .iter()
            .filter_map(|(key, vectors)| {
                let known = vectors.texts.iter().filter(|(meant, _)| !meant.staff || reader == Reader::Staff);
                // The best of each kind of text: an article is near that is near as a whole and in one of its phrases.
                let mut best: [Option<(f32, &Meant)>; 3] = [None; 3];
                for (meant, vector) in known {
                    let similarity = vector.similarity(question);
                    let kind = &mut best[match meant.place {
                        Place::Title => 0,
                        Place::Symptom => 1,
                        Place::Heading | Place::Body => 2,
                    }];
                    if kind.is_none_or(|(s, _)| similarity > s) {
                        *kind = Some((similarity, meant));
                    }
                }
                let found = best.iter().flatten();
                let (sum, n) = found.clone().fold((0.0, 0.0), |(sum, n), (s, _)| (sum + s, n + 1.0));
                // Shown as the reason: a phrase says it better than the whole.
                let phrases = best[..2].iter().flatten().max_by(|a, b| a.0.total_cmp(&b.0));
                let meant = phrases.or(best[2].as_ref())?.1;
                let similarity = sum / n;
                Some((similarity, *key, meant))
            })
            .collect();
        all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let near = |(similarity, key, meant): (f32, u64, &Meant)| Near {
            key,
            similarity,
            place: meant.place,
            text: meant.text.clone(),
        };
        all.into_iter().take(n).map(near).collect()
    }
}

//! A reading run over the index: groups with relaxing, filters inside the query, then ranked.

use std::{cmp::Ordering, collections::BinaryHeap, sync::Arc};

use super::{Reading, SearchContext, SearchFault, folded::Searchable, rank::Candidate, sweep::sweep};
use crate::{
    access::Role,
    article::ArticleId,
    found::{Alert, Question, ScorePart},
    index::Reader,
};

/// Candidates ranked by their texts.
pub(super) const WINDOW: usize = 50;
/// Scores are told apart by this part of a point.
const ROUNDING: f32 = 1_024.0;

/// Weight of a word that says only that something is wrong.
const GENERIC: f32 = 0.3;
/// Share of its weight a single character keeps.
const LONE: f32 = 0.5;
/// Share of its weight a word keeps that no article has.
const UNKNOWN: f32 = 0.75;

/// One reading run over the index.
pub(super) struct Run<'r> {
    pub question: &'r Question,
    pub context: &'r SearchContext<'r>,
    pub reading: &'r Reading,
}

impl Run<'_> {
    pub(super) fn reader(&self) -> Reader {
        if self.context.role == Role::Customer { Reader::Public } else { Reader::Staff }
    }

    pub(super) fn alert(&self) -> Option<Alert> {
        let hazard = self.context.hazards.find(&self.reading.understood.text)?;
        let article = hazard.article.as_deref().and_then(|id| self.context.articles.readable(id, self.context.role));
        Some(Alert { hazard: hazard.name.clone(), article: article.cloned(), say: hazard.say.clone() })
    }

    /// Weight of each group: rare words say more. Robertson's idf, as BM25 has it.
    pub(super) fn idf(&self) -> Vec<f32> {
        let statistics = &self.context.view.statistics;
        let n = statistics.n_articles(self.reader()) as f32;
        let weight = |word: &str| {
            let df = statistics.n_with_word(self.reader(), word) as f32;
            (1.0 + (n - df + 0.5) / (df + 0.5)).ln()
        };
        let groups = self.reading.groups.iter();
        groups
            .map(|group| {
                let known = statistics.n_with_word(self.reader(), &group.word) > 0;
                let full = weight(&group.word).min(weight_of_rarest(n));
                match () {
                    () if group.generic => GENERIC,
                    // A lone character stands inside many words, and a word no article has is as
                    // often a way of telling the story as the complaint: both say less.
                    () if group.word.chars().count() == 1 => full * LONE,
                    () if !known && group.synonyms.is_empty() && group.bare.is_none() => full * UNKNOWN,
                    () => full,
                }
            })
            .collect()
    }

    /// Candidates by falling score, how many articles match, and whether words had to be given up.
    ///
    /// Any of the words may match: what an article leaves out costs it their weight, and in a told
    /// story the words that must not be missing are not known beforehand.
    pub(super) fn candidates(&self) -> Result<(Vec<Candidate>, usize, bool), SearchFault> {
        let telling = self.reading.groups.iter().filter(|g| !g.generic).count();
        let (found, total) = self.fetch()?;
        Ok((found, total, telling > 1))
    }

    fn fetch(&self) -> Result<(Vec<Candidate>, usize), SearchFault> {
        if self.says_nothing() {
            return Ok((Vec::new(), 0));
        }
        let view = self.context.view;
        let mut best = Best::new(WINDOW.max(self.question.offset + self.question.limit));
        let mut total = 0;
        sweep(&view.searcher, &self.plan(), |address, score| {
            total += 1;
            if best.may_take(score) {
                let key = view.key(address);
                let found = key.and_then(|key| Some((key, self.context.articles.by_key(key)?)));
                if let Some((key, found)) = found {
                    best.offer(rounded(score), found, key);
                }
            }
        })?;
        Ok((best.into_candidates(), total))
    }

    /// No word, code, model or appliance: punctuation only.
    fn says_nothing(&self) -> bool {
        let reading = self.reading;
        reading.groups.is_empty()
            && reading.codes.is_empty()
            && reading.models.is_empty()
            && reading.appliances.is_empty()
    }

    /// What each group adds to the score of one article.
    pub(super) fn parts(&self, id: &ArticleId) -> Result<Vec<ScorePart>, SearchFault> {
        let mut parts = Vec::new();
        for (word, plan) in self.plans_of(id) {
            sweep(&self.context.view.searcher, &plan, |_, score| {
                parts.push(ScorePart { name: "words", about: word.to_owned(), score });
            })?;
        }
        Ok(parts)
    }
}

/// A word no article has weighs as much as one that a single article has.
fn weight_of_rarest(n: f32) -> f32 {
    (1.0 + (n - 0.5).max(0.5) / 1.5).ln()
}

/// Sums of the same parts in another order differ in the last bits; ties must be ties.
fn rounded(score: f32) -> f32 {
    (score * ROUNDING).round() / ROUNDING
}

/// The best candidates of a search so far: by falling score, ties by id.
struct Best {
    wanted: usize,
    /// The worst is at hand.
    kept: BinaryHeap<Kept>,
}

struct Kept(Candidate);

impl Kept {
    /// Greater is worse: a lower score, or a later id.
    fn order(&self, score: f32, id: &ArticleId) -> Ordering {
        score.total_cmp(&self.0.score).then_with(|| self.0.found.article.id.cmp(id))
    }
}

impl Ord for Kept {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order(other.0.score, &other.0.found.article.id)
    }
}

impl PartialOrd for Kept {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Kept {}

impl Best {
    fn new(wanted: usize) -> Self {
        Self { wanted, kept: BinaryHeap::with_capacity(wanted + 1) }
    }

    fn worst(&self) -> Option<&Kept> {
        self.kept.peek().filter(|_| self.kept.len() == self.wanted)
    }

    /// Whether an article of this score may be among the best: most are not, and need not be looked up.
    fn may_take(&self, score: f32) -> bool {
        self.worst().is_none_or(|worst| score > worst.0.score - 1.0 / ROUNDING)
    }

    fn offer(&mut self, score: f32, found: &Arc<Searchable>, key: u64) {
        if self.worst().is_some_and(|worst| worst.order(score, &found.article.id).is_le()) {
            return;
        }
        self.kept.push(Kept(Candidate::new(Arc::clone(found), score, key)));
        if self.kept.len() > self.wanted {
            self.kept.pop();
        }
    }

    fn into_candidates(self) -> Vec<Candidate> {
        let best_first = self.kept.into_sorted_vec().into_iter().enumerate();
        best_first.map(|(position, kept)| Candidate { position: Some(position), ..kept.0 }).collect()
    }
}

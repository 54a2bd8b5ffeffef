//! Words and meaning in one score: a convex mix of both, each brought to 0 to 1 within one answer
//! (ALGORITHMS C9).

use std::{collections::HashMap, sync::Arc};

use super::{Articles, rank::Candidate};
use crate::{
    access::Role,
    found::{MeaningUse, ScorePart},
    index::Near,
};

/// Articles near in meaning that are looked at.
pub(super) const NEAREST: usize = 40;
/// A mixed score of 1 stands for so many points.
pub(super) const SCALE: f32 = 10.0;

/// Finds articles by what a question means.
pub trait Meanings {
    /// The `n` articles nearest to `text` by what `role` may read, nearest first, and whether meaning
    /// spoke; where it did not, there are none.
    fn near(&self, text: &str, role: Role, n: usize) -> (Vec<Near>, MeaningUse);
}

/// Candidates that only meaning found.
pub(super) fn only_near(near: &[Near], candidates: &[Candidate], articles: &dyn Articles) -> Vec<Candidate> {
    let known = |key: u64| candidates.iter().any(|c| c.key == key);
    let missing = near.iter().filter(|n| !known(n.key));
    missing
        .filter_map(|n| {
            Some(Candidate { found: Arc::clone(articles.by_key(n.key)?), score: 0.0, key: n.key, near: None })
        })
        .collect()
}

/// Mixes the scores of words with the similarities; `share` is that of meaning.
pub(super) fn mix(ranked: &mut [(Candidate, Vec<ScorePart>)], near: &[Near], share: f32) {
    let by_key: HashMap<u64, &Near> = near.iter().map(|n| (n.key, n)).collect();
    let (Some(first), Some(last)) = (near.first(), near.last()) else { return };
    let span = (first.similarity - last.similarity).max(f32::EPSILON);
    let best = ranked.iter().map(|(c, _)| c.score).fold(1.0, f32::max);
    for (candidate, parts) in ranked {
        candidate.near = by_key.get(&candidate.key).map(|n| (*n).clone());
        let words = (candidate.score / best).max(-1.0);
        let meaning = candidate.near.as_ref().map_or(0.0, |n| (n.similarity - last.similarity) / span);
        candidate.score = SCALE * ((1.0 - share) * words + share * meaning);
        parts.push(ScorePart { name: "words_share", about: String::new(), score: SCALE * (1.0 - share) * words });
        parts.push(ScorePart { name: "meaning", about: String::new(), score: SCALE * share * meaning });
    }
}

//! Words and meaning in one score: a sum of a few named features, each with its weight (ALGORITHMS C9).

use std::{collections::HashMap, sync::Arc};

use super::{Articles, Weights, likelihood::fairly, rank::Candidate};
use crate::{
    access::Role,
    found::{MeaningUse, ScorePart},
    index::{Near, Nearness},
};

/// Articles near in meaning that are looked at whatever their words.
pub(super) const NEAREST: usize = 40;
/// Points of words that count as one, and as many logarithms of likelihood.
const POINTS: f32 = 10.0;

/// Finds articles by what a question means.
pub trait Meanings {
    /// The `n` articles nearest to `text` by what `role` may read and those numbered `also`, nearest first, and
    /// whether meaning spoke; where it did not, there are none.
    fn near(&self, text: &str, role: Role, n: usize, also: &[u64]) -> (Vec<Near>, MeaningUse);
}

/// Candidates that only meaning found.
pub(super) fn only_near(near: &[Near], candidates: &[Candidate], articles: &dyn Articles) -> Vec<Candidate> {
    let known = |key: u64| candidates.iter().any(|c| c.key == key);
    let missing = near.iter().take(NEAREST).filter(|n| !known(n.key));
    missing.filter_map(|n| Some(Candidate::new(Arc::clone(articles.by_key(n.key)?), 0.0, n.key))).collect()
}

/// What is known of a candidate where meaning spoke; a weight for each makes its score.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Features {
    /// Points of its words, in tens.
    pub words: f32,
    /// The same as a share of the best candidate's.
    pub words_share: f32,
    /// How near its title is, its nearest phrase, all of it in short, its nearest section.
    pub near_title: f32,
    pub near_phrase: f32,
    pub near_whole: f32,
    pub near_section: f32,
    /// How likely the question is of it, as a natural logarithm in tens.
    pub likelihood: f32,
    /// It is of another appliance than the one named.
    pub of_another: f32,
    /// Signs that agree, less those that contradict.
    pub signs: f32,
}

/// How many weights make the sum.
pub(super) const N_MIX: usize = 9;
/// Their names.
pub(super) const MIX: [&str; N_MIX] = [
    "mix_words",
    "mix_words_share",
    "near_title",
    "near_phrase",
    "near_whole",
    "near_section",
    "mix_likelihood",
    "mix_other_appliance",
    "mix_sign",
];

/// The place of that which compares the results with one another only.
pub(super) const LIKELIHOOD: usize = 6;
/// The place of that which is not zero for an article of another appliance than the one named.
pub(super) const OF_ANOTHER: usize = 7;

impl Features {
    /// Each as it is multiplied with its weight: what speaks against an article is below zero.
    pub(super) fn row(&self) -> [f32; N_MIX] {
        [
            self.words,
            self.words_share,
            self.near_title,
            self.near_phrase,
            self.near_whole,
            self.near_section,
            self.likelihood,
            -self.of_another,
            self.signs,
        ]
    }
}

impl Weights {
    /// The weights of [`MIX`].
    pub(super) fn mix(&self) -> [f32; N_MIX] {
        [
            self.mix_words,
            self.mix_words_share,
            self.near_title,
            self.near_phrase,
            self.near_whole,
            self.near_section,
            self.mix_likelihood,
            self.mix_other_appliance,
            self.mix_sign,
        ]
    }
}

/// Makes the scores anew from words and meaning.
pub(super) fn mix(ranked: &mut [(Candidate, Vec<ScorePart>)], near: &[Near], weights: &Weights) {
    let by_key: HashMap<u64, &Near> = near.iter().map(|n| (n.key, n)).collect();
    let points = |parts: &[ScorePart], of: &dyn Fn(&str) -> bool| -> f32 {
        parts.iter().filter(|p| of(p.name)).map(|p| p.score).sum()
    };
    let by_words = |parts: &[ScorePart]| points(parts, &|name| !matches!(name, "sign" | "other_appliance"));
    let of_another = |parts: &[ScorePart]| parts.iter().any(|p| p.name == "other_appliance");
    let fitting = ranked.iter().filter(|(_, parts)| !of_another(parts));
    let best = fitting.map(|(_, parts)| by_words(parts)).fold(1.0, f32::max);
    let known = |candidate: &Candidate| candidate.found.folded().wording.n_texts();
    let most = ranked.iter().map(|(candidate, _)| known(candidate)).max().unwrap_or_default();
    for (candidate, parts) in ranked {
        candidate.near = by_key.get(&candidate.key).map(|n| (*n).clone());
        let nearness = candidate.near.as_ref().map(|n| n.nearness).unwrap_or_default();
        let words = by_words(parts);
        let features = Features {
            words: words / POINTS,
            words_share: (words / best).min(1.0),
            near_title: nearness.title,
            near_phrase: phrase_or_section(&nearness, known(candidate), most),
            near_whole: nearness.whole,
            near_section: nearness.section,
            likelihood: candidate.likelihood / POINTS,
            of_another: f32::from(u8::from(of_another(parts))),
            signs: points(parts, &|name| name == "sign") / weights.sign,
        };
        candidate.features = Some(features);
        let mut score = 0.0;
        for ((name, weight), feature) in MIX.into_iter().zip(weights.mix()).zip(features.row()) {
            score += weight * feature;
            parts.push(ScorePart { name, about: String::new(), score: weight * feature });
        }
        candidate.score = score;
    }
}

/// How near the nearest of people's own words is. Of an article that they have hardly asked for yet there are few: the
/// fewer beside the article with `most`, the more its nearest section stands for them.
fn phrase_or_section(nearness: &Nearness, known: usize, most: usize) -> f32 {
    let nearer = (nearness.section - nearness.phrase).max(0.0);
    nearness.phrase + (nearer - fairly(nearer, known, most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_stands_for_the_words_people_have_not_said_yet() {
        let near = |phrase, section| Nearness { phrase, section, ..Nearness::default() };
        assert_eq!(phrase_or_section(&near(0.2, 0.8), 90, 90), 0.2, "asked about as often as any");
        assert_eq!(phrase_or_section(&near(0.8, 0.2), 0, 90), 0.8, "nothing is taken away");
        let new = phrase_or_section(&near(0.2, 0.8), 0, 90);
        assert!((new - 0.74).abs() < 1e-5, "{new}: a tenth of the way is left");
    }
}

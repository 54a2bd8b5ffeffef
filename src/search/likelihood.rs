//! How likely whoever means an article words a question as it is worded: naive Bayes over its Chinese characters, pairs
//! of them and words in other letters, learned from the article's title, people's own words and the questions they have
//! asked (Manning, Raghavan, Schütze: Introduction to Information Retrieval, 13.2, with one article as one class).
//!
//! The index asks whether the words of a question stand in an article and are rare elsewhere; this asks whether people
//! speak of it so. An article counts by its own words alone: what another one says, whoever may read it, moves nothing.

use std::collections::HashMap;

use crate::text::{Run, models_in, runs};

/// What a pair counts that none of the texts has, as a share of a text (Lidstone's smoothing).
const UNSEEN: f32 = 0.1;
/// What all pairs that none of the texts has count together: there are some fifty thousand that could be.
const ALL_UNSEEN: f32 = UNSEEN * 50_000.0;

/// So many texts are few: with none at all the likelihood still counts a little.
const FEW: f32 = 10.0;

/// A Chinese character, or two that stand side by side: sixteen bits of each, which is all of any in common use; or a
/// word in other letters.
pub(super) type Unit = u32;

/// How people word what an article is about: in how many of its texts each unit stands.
#[derive(Debug, Default)]
pub(super) struct Wording {
    /// In order, so that one is found by halving.
    units: Box<[Unit]>,
    counts: Box<[u8]>,
    /// The sum of the counts, and what all others count.
    of: f32,
    /// How many texts it was learned from.
    n_texts: usize,
}

impl Wording {
    /// Learns from texts in normal form.
    pub(super) fn learn<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let mut counts: HashMap<Unit, u8> = HashMap::new();
        let mut n_texts = 0;
        for text in texts {
            n_texts += 1;
            for unit in units(text) {
                let count = counts.entry(unit).or_default();
                *count = count.saturating_add(1);
            }
        }
        let mut counts: Vec<(Unit, u8)> = counts.into_iter().collect();
        counts.sort_unstable();
        let of = counts.iter().map(|(_, count)| f32::from(*count)).sum::<f32>() + ALL_UNSEEN;
        let (units, counts): (Vec<Unit>, Vec<u8>) = counts.into_iter().unzip();
        Self { units: units.into(), counts: counts.into(), of, n_texts }
    }

    /// How many texts it was learned from.
    pub(super) fn n_texts(&self) -> usize {
        self.n_texts
    }

    /// Whether a text it was learned from may hold `word`: where one of the word's pairs stands in none, none does.
    pub(super) fn may_hold(&self, word: &str) -> bool {
        let stands = |unit: Unit| self.units.binary_search(&unit).is_ok();
        runs(word).all(|run| match run {
            Run::Latin(_) => true,
            Run::Chinese(said) if said.chars().nth(1).is_none() => characters(said).all(stands),
            Run::Chinese(said) => pairs(said).all(stands),
        })
    }

    /// The natural logarithm of the chance of these units, which is below zero.
    pub(super) fn of(&self, asked: &[Unit]) -> f32 {
        let count = |unit: &Unit| self.units.binary_search(unit).map_or(0, |i| self.counts[i]);
        asked.iter().map(|unit| ((f32::from(count(unit)) + UNSEEN) / self.of).ln()).sum()
    }
}

/// A word of letters or digits as one unit: single letters say nothing, and those of `set` are in every App (the hash of
/// Fowler, Noll and Vo, 1a, 32 bits; that it meets a pair of characters is one in some ten thousand).
fn whole(said: &str) -> Unit {
    said.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// The characters of a Chinese text.
fn characters(said: &str) -> impl Iterator<Item = Unit> {
    said.chars().map(|c| u32::from(c) & 0xffff)
}

/// Each character of a Chinese text with the next one.
fn pairs(said: &str) -> impl Iterator<Item = Unit> {
    characters(said).zip(characters(said).skip(1)).map(|(first, second)| first << 16 | second)
}

/// What a likelihood says against an article that little is known of: `known` texts where the likeliest has `most`. A
/// new article that nobody has asked for yet is not unlikely, it is unknown.
pub(super) fn fairly(likelihood: f32, known: usize, most: usize) -> f32 {
    likelihood * ((known as f32 + FEW) / (most as f32 + FEW)).min(1.0)
}

/// The units of a text in normal form, each once, in order. Pairs stand in one script; a model says which machine is
/// meant, not what of it.
pub(super) fn units(text: &str) -> Vec<Unit> {
    let mut units = Vec::with_capacity(text.len());
    for run in runs(text) {
        let said = match run {
            Run::Chinese(said) => said,
            Run::Latin(said) => {
                units.extend(models_in(said).is_empty().then(|| whole(said)));
                continue;
            }
        };
        units.extend(characters(said).chain(pairs(said)));
    }
    units.sort_unstable();
    units.dedup();
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wording(texts: &[&str]) -> Wording {
        Wording::learn(texts.iter().copied())
    }

    #[test]
    fn units_are_characters_and_pairs_parted_by_marks() {
        let unit = |text: &str| text.chars().fold(0, |unit: Unit, c| unit << 16 | u32::from(c));
        let mut all = ["不", "热", "水", "不热", "热水"].map(unit);
        all.sort_unstable();
        assert_eq!(units("不热水"), all);
        assert_eq!(units("不。热、水"), units("水 热 不"));
        assert_eq!(units("水水水").len(), 2, "each once");
    }

    #[test]
    fn a_model_is_no_part_of_how_people_speak_and_a_code_is() {
        assert_eq!(units("js800b2 换芯"), units("换芯"));
        assert_eq!(units("bx218a1结的冰"), units("结的冰"));
        assert_eq!(units("我的cj-xw08-a1漏水"), units("我的 漏水"));
        assert_ne!(units("报e3不转"), units("报不转"));
        assert_ne!(units("wifi连不上"), units("连不上"));
        assert_eq!(units("wifi").len(), 1, "a word in letters is one");
        assert!(units("set").iter().all(|unit| !units("reset best test").contains(unit)));
    }

    #[test]
    fn a_pair_that_stands_nowhere_rules_a_word_out() {
        let known = wording(&["不热水", "wifi6 灯"]);
        assert!(known.may_hold("不热") && known.may_hold("热") && !known.may_hold("热水不"));
        assert!(!known.may_hold("热不") && !known.may_hold("灯热") && !known.may_hold("冷"));
        assert!(known.may_hold("wifi") && known.may_hold("灯"), "letters may be a part of a longer word");
    }

    /// By hand: one text of two characters and a pair counts 3; two of them asked for, and one that is unknown.
    #[test]
    fn the_chance_is_the_product_of_smoothed_shares() {
        let asked = units("热 水 冷");
        let by_hand = 2.0 * (1.1_f32 / 5_003.0).ln() + (0.1_f32 / 5_003.0).ln();
        assert!((wording(&["热水"]).of(&asked) - by_hand).abs() < 1e-3);
    }

    #[test]
    fn how_people_speak_of_it_tells_neighbours_apart() {
        let cold = wording(&["洗澡水不热", "放半天还是凉水", "水温上不去", "凉的，没法洗"]);
        let leaks = wording(&["热水器漏水", "底下滴水", "洗澡的时候漏", "地上一摊水"]);
        let says = |question: &str| (cold.of(&units(question)), leaks.of(&units(question)));
        let (own, other) = says("放了半天水还凉");
        assert!(own > other + 3.0, "{own} {other}");
        let (other, own) = says("洗着洗着地上有一摊水");
        assert!(own > other + 3.0, "{own} {other}");
    }

    #[test]
    fn little_is_said_against_what_little_is_known_of() {
        assert_eq!(fairly(-20.0, 90, 90), -20.0);
        assert_eq!(fairly(-20.0, 200, 90), -20.0, "who is known better is not less likely for it");
        assert_eq!(fairly(-20.0, 0, 90), -2.0);
        assert_eq!(wording(&["漏水", "滴水"]).n_texts(), 2);
    }

    #[test]
    fn what_is_said_in_more_texts_is_likelier_and_twice_in_one_is_not() {
        let of = |texts: &[&str]| wording(texts).of(&units("漏水"));
        assert!(of(&["漏水", "漏水了"]) > of(&["漏水"]));
        assert_eq!(of(&["漏水。漏水"]), of(&["漏水"]));
        assert!(of(&[]).is_finite() && wording(&["漏水"]).of(&[]) == 0.0);
    }
}

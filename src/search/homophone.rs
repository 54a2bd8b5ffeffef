//! Characters that only sound right, put right by the words the articles have: 洗衣鸡 is 洗衣机.

use std::cell::LazyCell;

use super::{
    query::says_nothing,
    sound::{Heard, Lexicon},
};
use crate::{
    found::{Correction, Evidence},
    text::{Dictionary, Readings, folded_syllable, query_words},
};

/// A window of the question is replaced from this score on (ALGORITHMS C6).
const ACCEPTED: f32 = 1.6;
/// Taken off for each character replaced by one of the same sound, and by one that sounds alike.
const SAME: f32 = 0.3;
const ALIKE: f32 = 0.7;
/// Added for each character beyond two: fewer long words sound the same.
const LONGER: f32 = 0.5;

impl Lexicon {
    /// `text` (in normal form) with the words put right that only sound right.
    pub(super) fn correct(&self, text: &str, dictionary: &Dictionary, readings: &Readings) -> Option<Heard> {
        let words = query_words(dictionary, text);
        let known: Vec<&str> =
            words.iter().map(String::as_str).filter(|w| w.chars().count() > 1 && self.has(w)).collect();
        // Made when the first word that sounds like another asks for it: most questions have none.
        let around = LazyCell::new(|| self.articles_with(&known));
        let around = |article: u32| around[article as usize];
        let mut heard = Heard { text: text.to_owned(), ..Heard::default() };
        for run in text.split(|c: char| !('\u{4E00}'..='\u{9FFF}').contains(&c)).filter(|r| r.chars().count() > 1) {
            for (from, to) in self.corrections(run, &known, &around, readings) {
                heard.text = heard.text.replacen(&from, &to, 1);
                heard.corrections.push(Correction { from, to, why: Evidence::Sound });
            }
        }
        (!heard.corrections.is_empty()).then_some(heard)
    }

    fn corrections(
        &self,
        run: &str,
        known: &[&str],
        around: &impl Fn(u32) -> bool,
        readings: &Readings,
    ) -> Vec<(String, String)> {
        let chars: Vec<char> = run.chars().collect();
        let mut free = vec![true; chars.len()];
        let mut inside = vec![false; chars.len() + 1];
        for word in known {
            for (at, _) in run.match_indices(word) {
                let start = run[..at].chars().count();
                free[start..start + word.chars().count()].fill(false);
                inside[start + 1..start + word.chars().count()].fill(true);
            }
        }
        let mut found: Vec<(f32, usize, usize, &str)> = Vec::new();
        for start in 0..chars.len() {
            for length in 2..=5.min(chars.len() - start) {
                let window: String = chars[start..start + length].iter().collect();
                // Words that are right stay: 水位 is not 水温.
                // No word is cut in two: 器开 in 热水器开到 is none.
                let cuts = inside[start] || inside[start + length];
                if !free[start..start + length].contains(&true) || self.has(&window) || cuts {
                    continue;
                }
                if let Some((score, to)) = self.sounding_like(&window, around, readings) {
                    found.push((score, start, length, to));
                }
            }
        }
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.2.cmp(&a.2)).then(a.1.cmp(&b.1)));
        let mut taken = vec![false; chars.len()];
        let mut out = Vec::new();
        for (_, start, length, to) in found {
            if !taken[start..start + length].contains(&true) {
                taken[start..start + length].fill(true);
                out.push((chars[start..start + length].iter().collect(), to.to_owned()));
            }
        }
        out
    }

    fn sounding_like(&self, window: &str, around: &impl Fn(u32) -> bool, readings: &Readings) -> Option<(f32, &str)> {
        let way = readings.syllables(window).into_iter().next()?;
        let folded: Vec<String> = way.iter().map(|s| folded_syllable(s)).collect();
        let alike = self.by_folded.get(&folded.join(" "))?;
        let negates = |c: char| "不没无未别".contains(c);
        // A correction that turned 有 into 没 would say the opposite.
        let fits = |n: &&usize| {
            let word = &self.words[**n].text;
            !says_nothing(word) && word.chars().zip(window.chars()).all(|(a, b)| a == b || !negates(a) && !negates(b))
        };
        let score = |n: &usize| {
            let word = &self.words[*n];
            let replaced = word.text.chars().zip(window.chars()).filter(|(a, b)| a != b).count();
            let exact = word.sounds.contains(&way.join(" "));
            let together = word.is_name || word.articles.iter().any(|a| around(*a));
            let each = if exact { SAME } else { ALIKE };
            let long = LONGER * (word.text.chars().count() as f32 - 2.0);
            self.frequency(*n) - each * replaced as f32 + long + if together { 1.0 } else { 0.0 }
        };
        let best =
            alike.iter().filter(fits).map(|n| (score(n), *n)).max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))?;
        (best.0 >= ACCEPTED).then(|| (best.0, self.words[best.1].text.as_str()))
    }
}

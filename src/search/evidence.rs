//! What of a question an article really says: per group where it stands, and how much is covered.

use super::{query::Group, snippet::Folded};
use crate::{
    article::{Article, Audience, Place},
    found::{Evidence, Reason},
};

/// Share of a long word's character pairs that must be there for a loose match.
const LOOSE_SHARE: f32 = 0.6;
/// What a loose match counts.
const LOOSE: f32 = 0.5;
/// Weight from which the words of a question can point at one article.
const TELLING: f32 = 0.8;
/// What a match counts that stands behind a negation the question does not have.
const NEGATED: f32 = 0.4;

/// What an article says about a question.
#[derive(Debug, Clone, Default)]
pub(super) struct Evidences {
    /// Share of the question by weight, 0 to 1.
    pub coverage: f32,
    /// Share in the title.
    pub title: f32,
    /// Best share in one of people's own phrases.
    pub symptom: f32,
    /// One reason for each group that was found.
    pub reasons: Vec<Reason>,
    /// Index of the passage that says most, with its weight.
    pub best: Option<(usize, f32)>,
}

/// Words of a question with their weights (idf).
pub(super) struct Weighed<'q> {
    pub groups: &'q [Group],
    pub idf: &'q [f32],
}

impl Weighed<'_> {
    /// Whether the words are rare enough to point at one article: 洗衣 alone points at all of them.
    pub(super) fn tells(&self) -> bool {
        self.idf.iter().sum::<f32>() >= TELLING
    }

    fn share(&self, matched: impl Fn(&Group) -> f32) -> f32 {
        let total: f32 = self.idf.iter().sum();
        if total <= 0.0 {
            return 0.0;
        }
        self.groups.iter().zip(self.idf).map(|(g, idf)| matched(g) * idf).sum::<f32>() / total
    }
}

/// How well `text` (folded) holds `group`: 1 the word, less for a synonym or a loose or negated match;
/// with the words that stand there.
fn matched<'g>(group: &'g Group, text: &str) -> (f32, Option<(Evidence, &'g str)>) {
    if let Some(share) = place(&group.word, text) {
        return (share, Some((Evidence::Literal, &group.word)));
    }
    for synonym in &group.synonyms {
        if let Some(share) = place(synonym, text) {
            return (share, Some((Evidence::Synonym, synonym)));
        }
    }
    if let Some(bare) = &group.bare
        && place(bare, text).is_some()
    {
        return (NEGATED, Some((Evidence::Literal, bare)));
    }
    (loose(&group.word, text), None)
}

/// Whether `word` stands in `text`: 1, or less when only behind a negation it does not have itself.
fn place(word: &str, text: &str) -> Option<f32> {
    if word.is_ascii() && text.contains('-') && !text.contains(word) {
        // The index joins what a hyphen parts: wi-fi is wifi.
        return place_plain(word, &text.replace('-', ""));
    }
    place_plain(word, text)
}

fn place_plain(word: &str, text: &str) -> Option<f32> {
    let mut negated = None;
    for (at, _) in text.match_indices(word) {
        if word.is_ascii() && !stands_alone(text, at, word.len()) {
            continue;
        }
        let before = text[..at].chars().next_back();
        if !before.is_some_and(|c| matches!(c, '不' | '没' | '无' | '未')) {
            return Some(1.0);
        }
        negated = Some(NEGATED);
    }
    negated
}

/// A Latin word or number is not a part of a longer one.
fn stands_alone(text: &str, at: usize, length: usize) -> bool {
    let edge = |c: Option<char>| !c.is_some_and(|c| c.is_ascii_alphanumeric());
    edge(text[..at].chars().next_back()) && edge(text[at + length..].chars().next())
}

fn loose(word: &str, text: &str) -> f32 {
    let chars: Vec<char> = word.chars().collect();
    if chars.len() < 3 || word.is_ascii() {
        return 0.0;
    }
    let pairs = chars.windows(2).filter(|p| text.contains(&String::from_iter(*p))).count();
    let share = pairs as f32 / (chars.len() - 1) as f32;
    if share >= LOOSE_SHARE { LOOSE * share } else { 0.0 }
}

/// Gathers the evidence in the texts of `article` that the reader may see.
pub(super) fn gather(article: &Article, folded: &Folded, question: &Weighed<'_>, staff: bool) -> Evidences {
    let mut best_share = vec![0.0f32; question.groups.len()];
    let mut reasons: Vec<Option<Reason>> = vec![None; question.groups.len()];
    let mut out = Evidences::default();
    let mut look = |place: Place, text: &str| {
        let mut weight = 0.0;
        for (i, group) in question.groups.iter().enumerate() {
            let (share, found) = matched(group, text);
            weight += share * question.idf[i];
            if share > best_share[i] {
                best_share[i] = share;
                reasons[i] = found.map(|(why, words)| Reason { why, place, text: words.to_owned() });
            }
        }
        weight
    };
    look(Place::Title, &folded.title);
    for symptom in &folded.symptoms {
        look(Place::Symptom, symptom);
    }
    for (i, passage) in article.passages.iter().enumerate() {
        if passage.audience == Audience::Agent && !staff {
            continue;
        }
        let weight = look(passage.place, folded.passage(i));
        let better = out.best.is_none_or(|(_, most)| weight > most);
        if passage.place == Place::Body && weight > 0.0 && better {
            out.best = Some((i, weight));
        }
    }
    out.title = question.share(|g| matched(g, &folded.title).0);
    out.symptom = folded.symptoms.iter().map(|s| question.share(|g| matched(g, s).0)).fold(0.0, f32::max);
    let total: f32 = question.idf.iter().sum();
    out.coverage =
        if total > 0.0 { best_share.iter().zip(question.idf).map(|(s, w)| s * w).sum::<f32>() / total } else { 0.0 };
    out.reasons = reasons.into_iter().flatten().collect();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(word: &str) -> Group {
        Group { word: word.into(), synonyms: Vec::new(), bare: None, generic: false }
    }

    #[test]
    fn the_opposite_is_not_the_same() {
        assert!(matched(&group("制冷"), "空调不制冷").0 < matched(&group("制冷"), "空调制冷慢").0);
        assert_eq!(matched(&group("不制冷"), "空调不制冷").0, 1.0);
        assert!(matched(&group("不制冷"), "空调制冷慢").0 < 1.0);
    }

    #[test]
    fn a_number_is_not_found_inside_another() {
        assert_eq!(matched(&group("e1"), "显示 e12").0, 0.0);
        assert_eq!(matched(&group("e1"), "显示e1").0, 1.0);
    }
}

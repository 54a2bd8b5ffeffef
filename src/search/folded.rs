//! The texts of an article in normal form, and where a word stands in them: in one piece, or most of it.

use std::{
    collections::BTreeMap,
    ops::Range,
    sync::{Arc, OnceLock},
};

use memchr::memmem;

use super::{likelihood::Wording, query::Group};
use crate::{
    article::{Article, Audience, Place},
    found::Evidence,
    text::normalize,
};

/// Share of a long word's character pairs that must be there for a loose match.
const LOOSE_SHARE: f32 = 0.6;
/// What a loose match counts.
const LOOSE: f32 = 0.5;
/// What a match counts that stands behind a negation the question does not have.
const NEGATED: f32 = 0.4;

/// An article with its texts in normal form, made when a question first comes near it.
#[derive(Debug)]
pub struct Searchable {
    /// The article.
    pub article: Arc<Article>,
    folded: OnceLock<Folded>,
}

impl Searchable {
    /// An article nobody has asked for yet.
    #[must_use]
    pub fn new(article: Arc<Article>) -> Self {
        Self { article, folded: OnceLock::new() }
    }

    pub(super) fn folded(&self) -> &Folded {
        self.folded.get_or_init(|| Folded::new(&self.article))
    }
}

/// The texts of one article in normal form, in one string: title, people's own words, passages.
///
/// One string, because a question is looked for in fifty articles: searching some sixty short texts
/// for each word costs more than the index does. Made once, because making it costs as much again.
#[derive(Debug)]
pub(super) struct Folded {
    text: Box<str>,
    /// Where each text stands, in order.
    pub segments: Box<[Segment]>,
    /// Segments of the title and people's own words; passages follow, and begin at that place of the text.
    pub n_short: usize,
    /// Those among them that are questions people have asked.
    pub asked: Range<usize>,
    passages_from: usize,
    /// Letters and digits of the title.
    pub title_letters: Box<str>,
    /// Appliances in normal form.
    pub appliances: Box<[String]>,
    /// How people word what it is about.
    pub wording: Wording,
}

/// One of the texts: where it begins, what it is, and who may read it.
#[derive(Debug)]
pub(super) struct Segment {
    start: u32,
    pub place: Place,
    pub audience: Audience,
}

/// How much of an article is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// Title and people's own words.
    Short,
    /// Everything the reader may see.
    Whole,
}

/// By segment: how well a group is matched there, and by which words.
pub(super) type Found<'g> = BTreeMap<usize, (f32, Option<(Evidence, &'g str)>)>;

/// Stands between two texts; a private character that no article needs.
const BETWEEN: char = '\u{E000}';

/// Letters and digits of a text in normal form, nothing else.
pub(super) fn letters(text: &str) -> String {
    normalize(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

impl Folded {
    pub(super) fn new(article: &Article) -> Self {
        let mut raw = String::with_capacity(article.source.len());
        let n_short = 1 + article.symptoms.len() + article.asked.len();
        let mut kinds = Vec::with_capacity(n_short + article.passages().len());
        let mut add = |place, audience, text: &str| {
            raw.extend(text.chars().map(|c| if c == BETWEEN { ' ' } else { c }));
            raw.push(BETWEEN);
            kinds.push(Segment { start: 0, place, audience });
        };
        add(Place::Title, article.audience, &article.title);
        for said in article.symptoms.iter().chain(&article.asked) {
            add(Place::Symptom, article.audience, said);
        }
        for passage in article.passages() {
            add(passage.place, passage.audience, passage.text);
        }
        let text = normalize(&raw);
        let starts = std::iter::once(0).chain(text.match_indices(BETWEEN).map(|(i, mark)| i + mark.len()));
        for (segment, start) in kinds.iter_mut().zip(starts) {
            segment.start = start as u32;
        }
        let passages_from = kinds.get(n_short).map_or(text.len(), |s| s.start as usize);
        Self {
            // A copy of just its size: the string it was written into has room to spare.
            text: text.as_str().into(),
            segments: kinds.into(),
            n_short,
            asked: n_short - article.asked.len()..n_short,
            passages_from,
            title_letters: letters(&article.title).into(),
            wording: Wording::learn(text[..passages_from].split_terminator(BETWEEN)),
            appliances: article.appliances.iter().map(|a| normalize(a)).collect(),
        }
    }

    fn segment_at(&self, at: usize) -> usize {
        self.segments.partition_point(|s| s.start as usize <= at).saturating_sub(1)
    }

    /// The text to look for `word` in, and where it begins. What people say is hundreds of short texts, and most words
    /// stand in none of them: their pairs tell that without looking.
    fn reach(&self, word: &str, depth: Depth) -> (usize, &str) {
        let from = if self.wording.may_hold(word) { 0 } else { self.passages_from };
        (from, &self.text[from..self.end(depth)])
    }

    /// Where the text ends that is looked at.
    fn end(&self, depth: Depth) -> usize {
        if depth == Depth::Short { self.passages_from } else { self.text.len() }
    }

    /// Each place where `word` stands: its segment and 1, or less behind a negation it does not have itself.
    fn places<'f>(&'f self, word: &'f str, depth: Depth) -> impl Iterator<Item = (usize, f32)> + 'f {
        let (from, text) = self.reach(word, depth);
        let found = all_of(text, word).filter(move |at| !word.is_ascii() || stands_alone(text, *at, word.len()));
        found.map(move |at| {
            let negated = text[..at].chars().next_back().is_some_and(|c| matches!(c, '不' | '没' | '无' | '未'));
            (self.segment_at(from + at), if negated { NEGATED } else { 1.0 })
        })
    }

    /// How well each segment that holds `group` does so, with the words that stand there.
    pub(super) fn matched<'g>(&self, group: &'g Group, depth: Depth) -> Found<'g> {
        let mut found = Found::new();
        let mut take = |segment: usize, share: f32, why: Option<(Evidence, &'g str)>| {
            let slot = found.entry(segment).or_insert((0.0, why));
            if share > slot.0 {
                *slot = (share, why);
            }
        };
        for (segment, share) in self.places(&group.word, depth) {
            take(segment, share, Some((Evidence::Literal, &group.word)));
        }
        for synonym in &group.synonyms {
            for (segment, share) in self.places(synonym, depth) {
                take(segment, share, Some((Evidence::Synonym, synonym)));
            }
        }
        if let Some(bare) = &group.bare {
            for (segment, _) in self.places(bare, depth) {
                take(segment, NEGATED, Some((Evidence::Literal, bare)));
            }
        }
        if found.is_empty() { self.loosely(group, depth) } else { found }
    }

    /// What the word itself does not match: parted by a hyphen (the index joins wi-fi to wifi), or most
    /// of its character pairs.
    fn loosely<'g>(&self, group: &'g Group, depth: Depth) -> Found<'g> {
        if group.word.is_ascii() { self.joined(group, depth) } else { self.mostly(&group.word, depth) }
    }

    /// The word parted by a hyphen.
    fn joined<'g>(&self, group: &'g Group, depth: Depth) -> Found<'g> {
        let ends = self.segments.iter().skip(1).map(|s| s.start as usize).chain([self.text.len()]);
        let reached = self.segments.iter().zip(ends).enumerate().filter(|(_, (_, end))| *end <= self.end(depth));
        let holds = |text: &str| text.contains('-') && text.replace('-', "").contains(group.word.as_str());
        let found = reached.filter(|(_, (segment, end))| holds(&self.text[segment.start as usize..*end]));
        found.map(|(i, _)| (i, (1.0, Some((Evidence::Literal, group.word.as_str()))))).collect()
    }

    /// Most of the character pairs of a long word, by segment.
    fn mostly<'g>(&self, word: &str, depth: Depth) -> Found<'g> {
        let starts: Vec<usize> = word.char_indices().map(|(at, _)| at).chain([word.len()]).collect();
        let mut pairs: BTreeMap<usize, f32> = BTreeMap::new();
        if starts.len() > 3 {
            for ends in starts.windows(3) {
                let pair = &word[ends[0]..ends[2]];
                let (from, text) = self.reach(pair, depth);
                let held = all_of(text, pair).map(|at| self.segment_at(from + at));
                let mut before = None;
                for segment in held.filter(|segment| before.replace(*segment) != Some(*segment)) {
                    *pairs.entry(segment).or_default() += 1.0;
                }
            }
        }
        let share = |n: f32| n / (starts.len() - 2) as f32;
        let enough = pairs.into_iter().filter(|(_, n)| share(*n) >= LOOSE_SHARE);
        enough.map(|(segment, n)| (segment, (LOOSE * share(n), None))).collect()
    }
}

/// Each place where `word` stands in `text`.
fn all_of<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    memmem::find_iter(text.as_bytes(), word.as_bytes())
}

/// A Latin word or number is not a part of a longer one.
fn stands_alone(text: &str, at: usize, length: usize) -> bool {
    let edge = |c: Option<char>| !c.is_some_and(|c| c.is_ascii_alphanumeric());
    edge(text[..at].chars().next_back()) && edge(text[at + length..].chars().next())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::article::{RelPath, parse};

    /// A word that is there in one piece, most of its pairs, and neither: each text by itself, read in full.
    fn slowly(folded: &Folded, word: &str, depth: Depth) -> Vec<(usize, f32)> {
        let reach = if depth == Depth::Short { folded.n_short } else { folded.segments.len() };
        let texts: Vec<&str> = folded.text.split_terminator(BETWEEN).take(reach).collect();
        let chars: Vec<char> = word.chars().collect();
        let pairs: Vec<String> = chars.windows(2).map(String::from_iter).collect();
        let whole = |text: &str| if text.contains(word) { 1.0 } else { 0.0 };
        let share = |text: &str| pairs.iter().filter(|p| text.contains(p.as_str())).count() as f32 / pairs.len() as f32;
        let most = |text: &str| if share(text) >= LOOSE_SHARE { LOOSE * share(text) } else { 0.0 };
        let of = |how: &dyn Fn(&str) -> f32| -> Vec<(usize, f32)> {
            texts.iter().map(|t| how(t)).enumerate().filter(|(_, found)| *found > 0.0).collect()
        };
        let literal = of(&whole);
        if literal.is_empty() && chars.len() > 2 { of(&most) } else { literal }
    }

    proptest! {
        #[test]
        fn what_pairs_rule_out_is_nowhere(
            said in proptest::collection::vec("[水漏热排a]{1,7}", 1..9),
            text in "[水漏热排]{1,30}",
            word in "[水漏热排]{1,6}",
        ) {
            let file = format!("---\ntitle: 题\nasked: [{}]\n---\n{text}\n", said.join(", "));
            let article = parse(&RelPath::new("a.md"), file.as_bytes()).article.expect("an article");
            let folded = Folded::new(&article);
            let group = Group { word: word.clone(), synonyms: Vec::new(), bare: None, generic: false };
            for depth in [Depth::Short, Depth::Whole] {
                let found = folded.matched(&group, depth).into_iter().map(|(segment, (share, _))| (segment, share));
                prop_assert_eq!(found.collect::<Vec<_>>(), slowly(&folded, &word, depth));
            }
        }
    }
}

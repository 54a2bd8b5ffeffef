//! A question by its sound: typed as pinyin or as first letters, or with a character that only sounds
//! right (洗衣鸡). Each is turned into words the articles have, and says what it took for what.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::{
    article::{Article, Audience, Place},
    found::{Correction, Evidence},
    text::{Dictionary, Readings, Synonyms, folded_syllable, initials, normalize, query_words},
};

/// Longest word looked up by its sound, in characters.
const LONGEST: usize = 6;
/// Other words of the same sound that are kept beside the likeliest.
const ALTERNATIVES: usize = 4;
/// Pinyin is at least so many letters, first letters at least so many.
const PINYIN_LETTERS: usize = 5;
const INITIAL_LETTERS: usize = 3;
/// What a phrase counts where first letters may mean several, by where it stands.
const TITLE: usize = 4;
const SYMPTOM: usize = 2;
const SYNONYM: usize = 1;
/// So many times more where it begins and ends as words do.
const WHOLE: usize = 10;

/// The words of the articles one kind of reader may see, by their sound.
#[derive(Debug, Default)]
pub struct Lexicon {
    pub(super) words: Vec<Word>,
    n_articles: usize,
    pub(super) by_text: HashMap<String, usize>,
    by_sound: HashMap<String, Vec<usize>>,
    pub(super) by_folded: HashMap<String, Vec<usize>>,
    syllables: HashSet<String>,
    /// Titles and people's own words, by appliance in normal form.
    phrases: BTreeMap<String, Vec<Phrase>>,
}

/// Something an article or a synonym says.
#[derive(Debug)]
struct Phrase {
    /// Its letters in normal form.
    letters: Vec<char>,
    /// By the letter before which it stands, and behind the last: a word begins or ends there.
    edges: Vec<bool>,
    /// What it counts.
    weight: usize,
}

impl Phrase {
    fn new(plain: &str, weight: usize, dictionary: &Dictionary) -> Self {
        let letters: Vec<char> = plain.chars().filter(|c| c.is_alphanumeric()).collect();
        let mut edges = vec![false; letters.len() + 1];
        let mut at = 0;
        edges[0] = true;
        for word in query_words(dictionary, plain) {
            at += word.chars().filter(|c| c.is_alphanumeric()).count();
            edges[at.min(letters.len())] = true;
        }
        Self { letters, edges, weight }
    }
}

/// A word of the articles.
#[derive(Debug)]
pub(super) struct Word {
    pub text: String,
    /// It is the name of an appliance.
    pub is_name: bool,
    pub sounds: Vec<String>,
    /// Numbers of the articles that have it, rising.
    pub articles: Vec<u32>,
}

/// A question put into other words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Heard {
    /// What to search for.
    pub text: String,
    /// Other words of the same sound, by the word in `text`.
    pub others: BTreeMap<String, Vec<String>>,
    /// What was taken for what.
    pub corrections: Vec<Correction>,
}

impl Lexicon {
    /// The lexicon of `articles`: titles, people's own words and headings that customers may read too,
    /// or staff when `staff`.
    pub fn new<'a>(
        articles: impl Iterator<Item = &'a Article>,
        staff: bool,
        dictionary: &Dictionary,
        readings: &Readings,
        synonyms: &Synonyms,
    ) -> Self {
        let mut lexicon = Self::default();
        for (n, article) in (0u32..).zip(articles) {
            lexicon.n_articles += 1;
            let names: Vec<String> = article.appliances.iter().map(|a| normalize(a)).collect();
            let said = article.symptoms.iter().map(|s| (s, SYMPTOM));
            for (text, weight) in std::iter::once((&article.title, TITLE)).chain(said) {
                let plain = normalize(text);
                for name in &names {
                    let phrase = Phrase::new(&plain, weight, dictionary);
                    lexicon.phrases.entry(name.clone()).or_default().push(phrase);
                }
                lexicon.add(&plain, n, dictionary);
            }
            for name in &names {
                lexicon.add_word(name, n);
                if let Some(word) = lexicon.by_text.get(name) {
                    lexicon.words[*word].is_name = true;
                }
            }
            let headings = article.passages().filter(|p| p.place == Place::Heading);
            for heading in headings.filter(|p| staff || p.audience == Audience::Public) {
                lexicon.add(&normalize(heading.text), n, dictionary);
            }
        }
        lexicon.learn_synonyms(synonyms, dictionary);
        lexicon.learn_sounds(readings);
        lexicon
    }

    /// What people say instead of words that stand in the phrases of an appliance.
    fn learn_synonyms(&mut self, synonyms: &Synonyms, dictionary: &Dictionary) {
        for (name, phrases) in &mut self.phrases {
            let texts: Vec<String> = phrases.iter().map(|p| p.letters.iter().collect()).collect();
            let meant = |to: &[String]| to.iter().any(|t| texts.iter().any(|text| text.contains(t.as_str())));
            let said = synonyms.about(name).filter(|(_, to)| meant(to)).map(|(from, _)| from);
            phrases.extend(said.map(|from| Phrase::new(from, SYNONYM, dictionary)));
        }
    }

    fn add(&mut self, text: &str, article: u32, dictionary: &Dictionary) {
        let words = query_words(dictionary, text);
        for pair in words.windows(2) {
            // A negation and what it negates are one word here: 不 + 凉.
            if ["不", "没", "漏"].contains(&pair[0].as_str()) {
                self.add_word(&pair.concat(), article);
            }
        }
        for word in words {
            self.add_word(&word, article);
        }
    }

    fn add_word(&mut self, word: &str, article: u32) {
        let chinese = |c: char| ('\u{4E00}'..='\u{9FFF}').contains(&c);
        if !word.chars().all(chinese) || word.chars().count() > LONGEST {
            return;
        }
        let n = *self.by_text.entry(word.to_owned()).or_insert_with(|| {
            self.words.push(Word { text: word.to_owned(), is_name: false, sounds: Vec::new(), articles: Vec::new() });
            self.words.len() - 1
        });
        let articles = &mut self.words[n].articles;
        if articles.last() != Some(&article) {
            articles.push(article);
        }
    }

    fn learn_sounds(&mut self, readings: &Readings) {
        for (n, word) in self.words.iter_mut().enumerate() {
            let ways = readings.syllables(&word.text);
            // A lone character is meant in its usual reading.
            let usual = if word.text.chars().count() == 1 { 1 } else { ways.len() };
            for way in ways.into_iter().take(usual) {
                let folded = way.iter().map(|s| folded_syllable(s)).collect::<Vec<_>>().join(" ");
                let all = self.by_folded.entry(folded).or_default();
                if !all.contains(&n) {
                    all.push(n);
                }
                self.syllables.extend(way.iter().cloned());
                let sound = way.join(" ");
                self.by_sound.entry(sound.clone()).or_default().push(n);
                word.sounds.push(sound);
            }
        }
    }

    pub(super) fn frequency(&self, n: usize) -> f32 {
        (1.0 + self.words[n].articles.len() as f32).ln()
    }

    /// By number: the articles that have one of `words`.
    pub(super) fn articles_with(&self, words: &[&str]) -> Vec<bool> {
        let mut with = vec![false; self.n_articles];
        for word in words.iter().filter_map(|w| self.by_text.get(*w)) {
            for article in &self.words[*word].articles {
                with[*article as usize] = true;
            }
        }
        with
    }

    pub(super) fn has(&self, word: &str) -> bool {
        self.by_text.contains_key(word)
    }

    /// `text` (in normal form) read as pinyin, else as first letters.
    pub(super) fn hear_latin(&self, text: &str) -> Option<Heard> {
        let tokens: Vec<&str> = text.split_whitespace().collect();
        let letters = tokens.concat();
        if letters.is_empty() || !letters.bytes().all(|b| b.is_ascii_lowercase()) {
            return None;
        }
        let heard = self.pinyin(&tokens, letters.len()).or_else(|| self.first_letters(&letters))?;
        let correction = Correction { from: text.to_owned(), to: heard.text.clone(), why: Evidence::Pinyin };
        Some(Heard { corrections: vec![correction], ..heard })
    }

    fn pinyin(&self, tokens: &[&str], letters: usize) -> Option<Heard> {
        if letters < PINYIN_LETTERS {
            return None;
        }
        let mut syllables: Vec<&str> = Vec::new();
        for token in tokens {
            syllables.extend(self.split(token)?);
        }
        // The likeliest words, as an input method finds them: best[i] is the best way to say the rest from i.
        let each = (1.0 + self.words.iter().map(|w| w.articles.len()).sum::<usize>() as f32).ln();
        let mut best: Vec<(f32, usize, Vec<usize>)> = vec![(0.0, 0, Vec::new()); syllables.len() + 1];
        for start in (0..syllables.len()).rev() {
            best[start] = (best[start + 1].0 - 2.0 * each, 1, Vec::new());
            for length in 1..=LONGEST.min(syllables.len() - start) {
                let Some(words) = self.by_sound.get(&syllables[start..start + length].join(" ")) else { continue };
                let mut words = words.clone();
                words.sort_by_key(|n| (std::cmp::Reverse(self.words[*n].articles.len()), *n));
                let score = self.frequency(words[0]) - each + best[start + length].0;
                if score > best[start].0 || best[start].2.is_empty() {
                    best[start] = (score, length, words);
                }
            }
        }
        let (mut heard, mut at) = (Heard::default(), 0);
        while at < syllables.len() {
            let (_, length, words) = &best[at];
            if let Some(first) = words.first() {
                let word = &self.words[*first].text;
                heard.text.push_str(word);
                let others = words[1..].iter().take(ALTERNATIVES).map(|n| self.words[*n].text.clone());
                heard.others.insert(word.clone(), others.collect());
            }
            at += length;
        }
        (heard.text.chars().count() > 1).then_some(heard)
    }

    /// The syllables of `token`, longest first; `None` when it is no pinyin.
    fn split<'t>(&self, token: &'t str) -> Option<Vec<&'t str>> {
        if token.is_empty() {
            return Some(Vec::new());
        }
        (1..=token.len().min(6)).rev().find_map(|length| {
            let (first, rest) = token.split_at(length);
            let rest = if self.syllables.contains(first) { self.split(rest) } else { None };
            rest.map(|rest| [&[first][..], &rest].concat())
        })
    }

    /// First letters: those of an appliance, then those of something said of it.
    fn first_letters(&self, letters: &str) -> Option<Heard> {
        if letters.len() < INITIAL_LETTERS {
            return None;
        }
        let begins = |name: &str| {
            let chars: Vec<char> = name.chars().collect();
            (chars.len() < letters.len() && spells(&chars, &letters.as_bytes()[..chars.len()])).then_some(chars.len())
        };
        let mut best: Option<(usize, Heard)> = None;
        for (name, phrases) in &self.phrases {
            // 洗衣机 is xyj, 智能门锁 znms; the last character may be missing: dfb for 电饭煲.
            let Some(taken) = begins(name) else { continue };
            let Some((count, said)) = said(phrases, &letters.as_bytes()[taken..]) else { continue };
            if best.as_ref().is_none_or(|(c, b)| (taken, count) > (b.text.chars().count(), *c)) {
                let first = said[0].clone();
                let others = said[1..].iter().take(ALTERNATIVES).cloned().collect();
                let heard = Heard {
                    text: format!("{name} {first}"),
                    others: BTreeMap::from([(first, others)]),
                    corrections: Vec::new(),
                };
                best = Some((count, heard));
            }
        }
        best.map(|(_, heard)| heard)
    }
}

fn spells(chars: &[char], letters: &[u8]) -> bool {
    chars.len() == letters.len() && chars.iter().zip(letters).all(|(c, l)| initials(*c).contains(l))
}

/// What is said in `phrases` that begins with these letters, most often said first, and how often.
fn said(phrases: &[Phrase], letters: &[u8]) -> Option<(usize, Vec<String>)> {
    if letters.len() < 2 {
        return None;
    }
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for phrase in phrases {
        let windows = phrase.letters.windows(letters.len()).enumerate().filter(|(_, w)| spells(w, letters));
        for (at, window) in windows {
            // 漏水 is a word, 了死 in two halves of words is none.
            let whole = phrase.edges[at] && phrase.edges[at + letters.len()];
            *counts.entry(window.iter().collect()).or_default() +=
                if whole { WHOLE * phrase.weight } else { phrase.weight };
        }
    }
    let mut all: Vec<(usize, String)> = counts.into_iter().map(|(text, n)| (n, text)).collect();
    all.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    Some((all.first()?.0, all.into_iter().map(|(_, text)| text).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        article::{RelPath, parse},
        text::{parse_readings, parse_synonyms, parse_words},
    };

    fn heard(typed: &str) -> Option<String> {
        let article = |title: &str, symptoms: &str| {
            let file = format!("---\ntitle: {title}\nappliance: {}\nsymptoms: [{symptoms}]\n---\n一\n", &title[..9]);
            parse(&RelPath::new("a.md"), file.as_bytes()).article.expect("an article")
        };
        let articles = [
            article("洗衣机漏水", "底下漏水, 地上一摊水, 机芯响"),
            article("洗衣机不进水", "不进水, 进水慢, 机芯坏"),
            article("净水器漏水", "漏水, 滤芯漏水, 水像开了闸似的"),
            article("净水器水位低", "水位低, 滤芯"),
        ];
        let dictionary = Dictionary::with_words(&parse_words("不进水\n净水器\n滤芯\n机芯").0);
        let readings = parse_readings("").0;
        let lexicon =
            Lexicon::new(articles.iter(), false, &dictionary, &readings, &parse_synonyms("不进水 = 不来水\n").0);
        let text = normalize(typed);
        let found =
            if text.is_ascii() { lexicon.hear_latin(&text) } else { lexicon.correct(&text, &dictionary, &readings) };
        found.map(|h| h.text)
    }

    #[test]
    fn pinyin_and_first_letters_become_words() {
        assert_eq!(heard("xiyiji loushui").as_deref(), Some("洗衣机漏水"));
        assert_eq!(heard("jingshuiqilvxin").as_deref(), Some("净水器滤芯"));
        assert_eq!(heard("xyjls").as_deref(), Some("洗衣机 漏水"));
        assert_eq!(heard("xyjbjs").as_deref(), Some("洗衣机 不进水"));
        assert_eq!(heard("xyjbls").as_deref(), Some("洗衣机 不来水"), "a synonym of what the articles say");
        for neither in ["hello world", "e4", "qqqq"] {
            assert_eq!(heard(neither), None, "{neither}");
        }
    }

    #[test]
    fn what_only_sounds_right_is_put_right_and_what_is_right_stays() {
        assert_eq!(heard("洗衣鸡底下楼水").as_deref(), Some("洗衣机底下漏水"));
        assert_eq!(heard("洗衣机漏水"), None);
        assert_eq!(heard("水位低"), None);
        assert_eq!(heard("净水器有水"), None, "a negation is never put in or taken out");
        assert_eq!(heard("地上是湿的"), None, "似的, which stands in a phrase, carries no complaint");
    }
    #[test]
    fn no_word_is_cut_by_its_sound() {
        assert_eq!(heard("鸡芯旁边漏水").as_deref(), Some("机芯旁边漏水"), "where no word stands in the way");
        assert_eq!(heard("洗衣机新买的漏水"), None, "机新 is no 机芯: the machine ends there");
        assert_eq!(heard("漏水的洗衣机新买的"), None);
    }
}

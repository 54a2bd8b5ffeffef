//! A text in normal form to words and character pairs.
//!
//! Chinese runs are cut by jieba in search mode with the hidden Markov model off (it would invent
//! words, such as half of a model number); Latin letters and digits stay together. Pairs of
//! neighbouring characters catch what a dictionary misses (ALGORITHMS C2). Words are written into
//! one buffer, separated by [`Cut::SEPARATOR`]: a `String` for each token would cost as much time
//! as the cutting itself (PERFORMANCE section 4).

use jieba_rs::TokenizeMode;

use super::{Dictionary, models_in};

/// Longest Latin or digit run kept as a word, in bytes; longer ones are noise (base64, hashes).
const RUN_BYTES: usize = 64;

/// Longest letters-hyphen-letters word that is also indexed joined (wi-fi, cj-xyg100-b2).
const JOINED_BYTES: usize = 32;

/// Words of one text, each followed by [`Cut::SEPARATOR`].
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The words, each followed by the separator.
    pub words: String,
}

impl Cut {
    /// Stands after each word; never part of a text in normal form.
    pub const SEPARATOR: char = '\u{1f}';

    /// The words one by one.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.words.split_terminator(Self::SEPARATOR)
    }

    fn push(&mut self, word: &str) {
        self.words.push_str(word);
        self.words.push(Self::SEPARATOR);
    }
}

/// A piece of a text in one script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run<'a> {
    /// Chinese characters.
    Chinese(&'a str),
    /// Other letters and digits, with what joins them: wi-fi, kfr-35gw/26.
    Latin(&'a str),
}

/// Cuts `text` (in normal form) for the index: every dictionary word, the short ones inside long ones too.
#[must_use]
pub fn cut(dictionary: &Dictionary, text: &str) -> Cut {
    let mut cut = Cut { words: String::with_capacity(text.len() * 2) };
    for run in runs(text) {
        match run {
            Run::Chinese(run) => {
                for token in dictionary.jieba().tokenize(run, TokenizeMode::Search, false) {
                    cut.push(token.word);
                }
            }
            Run::Latin(run) => latin(run, |word| cut.push(word)),
        }
    }
    cut
}

/// Cuts `text` (in normal form) for a query: words that do not overlap, in their order.
#[must_use]
pub fn query_words(dictionary: &Dictionary, text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for run in runs(text) {
        match run {
            Run::Chinese(run) => {
                let tokens = dictionary.jieba().tokenize(run, TokenizeMode::Default, false);
                words.extend(tokens.into_iter().map(|t| t.word.to_owned()));
            }
            Run::Latin(run) => {
                // The joined form comes last and says the same as its parts together.
                let before = words.len();
                latin(run, |word| words.push(word.to_owned()));
                if words.len() > before + 1 && joined(run).is_some() {
                    words.drain(before..words.len() - 1);
                }
            }
        }
    }
    words
}

/// Pairs of neighbouring Chinese characters of `text` (in normal form); a lone character stands alone.
#[must_use]
pub fn grams(text: &str) -> Cut {
    let mut cut = Cut { words: String::with_capacity(text.len() * 3) };
    for run in runs(text) {
        let Run::Chinese(run) = run else { continue };
        let mut starts = run.char_indices().map(|(i, _)| i).skip(2).chain(std::iter::once(run.len()));
        let mut first = 0;
        let mut chars = run.chars();
        while let Some(c) = chars.next() {
            match starts.next() {
                Some(end) => cut.push(&run[first..end]),
                None if first == 0 => cut.push(run),
                None => break,
            }
            first += c.len_utf8();
            if chars.as_str().chars().nth(1).is_none() {
                break;
            }
        }
    }
    cut
}

/// Sends the words of a Latin run: its parts at `-`, `/`, `_`, the whole joined when it is short, and last what of
/// that is a model behind a brand.
fn latin(run: &str, mut send: impl FnMut(&str)) {
    let mut parts = 0;
    for part in run.split(['-', '/', '_']).filter(|p| !p.is_empty()) {
        parts += 1;
        send(&part[..floor_boundary(part, RUN_BYTES)]);
    }
    if parts > 1
        && let Some(joined) = joined(run)
    {
        send(&joined);
        if let Some(model) = without_brand(run) {
            send(&model);
        }
    }
}

/// The model in `run` when a brand stands before it: people leave out the cj of cj-bx218-a1.
fn without_brand(run: &str) -> Option<String> {
    let (brand, model) = run.split_once('-')?;
    let is_brand = brand.bytes().all(|b| b.is_ascii_alphabetic());
    models_in(model).pop().filter(|_| is_brand)
}

fn joined(run: &str) -> Option<String> {
    (run.len() <= JOINED_BYTES && run.contains('-')).then(|| run.replace(['-', '/', '_'], ""))
}

fn floor_boundary(text: &str, limit: usize) -> usize {
    if text.len() <= limit {
        return text.len();
    }
    (0..=limit).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0)
}

/// Runs of Chinese characters and runs of other letters and digits; the rest separates.
pub fn runs(text: &str) -> impl Iterator<Item = Run<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let first = rest.chars().next()?;
            let chinese = is_chinese(first);
            if !chinese && !first.is_alphanumeric() {
                rest = &rest[first.len_utf8()..];
                continue;
            }
            let end = run_end(rest, chinese);
            let (run, after) = rest.split_at(end);
            rest = after;
            return Some(if chinese { Run::Chinese(run) } else { Run::Latin(run) });
        }
    })
}

fn run_end(text: &str, chinese: bool) -> usize {
    let mut chars = text.char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        let inside = if chinese {
            is_chinese(c)
        } else if matches!(c, '-' | '/' | '_' | '.') {
            // Joins only between two letters or digits: 2.4ghz, wi-fi, kfr-35gw/26.
            chars.peek().is_some_and(|(_, next)| next.is_alphanumeric() && !is_chinese(*next))
        } else {
            c.is_alphanumeric() && !is_chinese(c)
        };
        if !inside {
            return i;
        }
    }
    text.len()
}

fn is_chinese(c: char) -> bool {
    matches!(u32::from(c), 0x4E00..=0x9FFF | 0x3400..=0x4DBF | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF | 0x3007)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{normalize, parse_words};

    fn dictionary() -> Dictionary {
        Dictionary::with_words(&parse_words("不排水\n排水泵滤网\n不制冷").0)
    }

    fn words(text: &str) -> Vec<String> {
        cut(&dictionary(), &normalize(text)).iter().map(str::to_owned).collect()
    }

    #[test]
    fn search_mode_keeps_the_short_words_inside_a_long_one() {
        let found = words("空调不制冷");
        assert!(found.contains(&"不制冷".to_owned()) && found.contains(&"制冷".to_owned()), "{found:?}");
    }

    #[test]
    fn no_word_is_invented_around_a_model_number() {
        // With the hidden Markov model on, jieba emits the half model `KFR-35GW`.
        assert_eq!(words("KFR-35GW/26"), ["kfr", "35gw", "26", "kfr35gw26"]);
        assert_eq!(words("CJ-BX218-A1"), ["cj", "bx218", "a1", "cjbx218a1", "bx218a1"]);
        assert_eq!(words("连 Wi-Fi 2.4GHz"), ["连", "wi", "fi", "wifi", "2.4ghz"]);
    }

    #[test]
    fn a_query_is_cut_without_overlap_by_the_same_rules() {
        let query = |q: &str| query_words(&dictionary(), &normalize(q));
        assert_eq!(query("洗衣机不排水"), ["洗衣机", "不排水"]);
        assert_eq!(query("Wi‑Fi"), ["wifi"]);
        for written in ["CJ-BX218-A1", "BX218-A1", "bx218a1"] {
            assert_eq!(query(written), ["bx218a1"], "{written}");
        }
        for q in ["洗衣机不排水 E2", "wifi连不上路由器", "排水泵滤网堵了"] {
            let index = words(q);
            for word in query(q) {
                assert!(index.contains(&word), "{word} of {q} is not indexed: {index:?}");
            }
        }
    }

    #[test]
    fn pairs_cover_each_neighbourhood_once() {
        let pairs = |t: &str| grams(t).iter().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(pairs("不排水e2水"), ["不排", "排水", "水"]);
        assert_eq!(pairs("门"), ["门"]);
        assert_eq!(pairs("漏水"), ["漏水"]);
        assert!(pairs("e2").is_empty());
    }

    #[test]
    fn a_long_clause_without_punctuation_is_cut_whole() {
        // tantivy's default tokenizer drops tokens of more than 40 bytes: 14 characters vanish.
        let found = words("我家里的滚筒洗衣机洗完衣服以后筒里面的水一直排不出去");
        assert!(found.contains(&"洗衣机".to_owned()) && found.contains(&"滚筒".to_owned()), "{found:?}");
    }
}

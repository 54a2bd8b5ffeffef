//! How words sound: pinyin without tones, its usual confusions, and `readings.txt` with the words whose
//! usual reading is wrong (空调 kong tiao).

use std::collections::HashMap;

use pinyin::{ToPinyin, ToPinyinMulti};

use super::{
    list::{ListFault, ListFaultKind, lines},
    normalize,
};

/// Longest pinyin syllable: zhuang, chuang, shuang.
const SYLLABLE_BYTES: usize = 6;

/// Words with their syllables, without tones; ü is written v.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Readings {
    by_word: HashMap<String, Vec<String>>,
}

impl Readings {
    /// The syllables of `word` (in normal form), one for each character.
    #[must_use]
    pub fn of(&self, word: &str) -> Option<&[String]> {
        self.by_word.get(word).map(Vec::as_slice)
    }
}

/// Readings of one word looked at: more come from rare readings of several characters.
const READINGS: usize = 8;

impl Readings {
    /// The ways `word` (in normal form) may be read, syllable by syllable, the usual one first; none when it
    /// holds anything but Chinese characters.
    #[must_use]
    pub fn syllables(&self, word: &str) -> Vec<Vec<String>> {
        if let Some(own) = self.by_word.get(word) {
            return vec![own.clone()];
        }
        let mut ways: Vec<Vec<String>> = vec![Vec::new()];
        for (usual, all) in word.to_pinyin().zip(word.to_pinyin_multi()) {
            let Some(usual) = usual else { return Vec::new() };
            let mut here = vec![plain(usual.plain())];
            for other in all.into_iter().flatten() {
                let other = plain(other.plain());
                if !here.contains(&other) {
                    here.push(other);
                }
            }
            let more = |way: &Vec<String>| {
                here.iter().map(|s| [way.as_slice(), std::slice::from_ref(s)].concat()).collect::<Vec<_>>()
            };
            ways = ways.iter().flat_map(more).take(READINGS).collect();
        }
        ways.retain(|way| !way.is_empty());
        ways
    }
}

fn plain(syllable: &str) -> String {
    syllable.replace('ü', "v")
}

/// The first letters of the ways `character` may be read.
#[must_use]
pub fn initials(character: char) -> Vec<u8> {
    let mut found = Vec::new();
    for reading in character.to_pinyin_multi().into_iter().flatten() {
        if let Some(first) = reading.plain().bytes().next()
            && !found.contains(&first)
        {
            found.push(first);
        }
    }
    found
}

/// Letters with which the first character of `text` may begin in pinyin, one bit for each from a on; 0
/// where it is no Chinese character.
#[must_use]
pub fn first_letters(text: &str) -> u32 {
    let readings = text.chars().next().and_then(|c| c.to_pinyin_multi()).into_iter().flatten();
    readings.filter_map(|p| p.plain().bytes().next()).fold(0, |bits, b| bits | letter_bit(b))
}

/// The bit of a letter from a to z.
#[must_use]
pub fn letter_bit(letter: u8) -> u32 {
    if letter.is_ascii_lowercase() { 1 << (letter - b'a') } else { 0 }
}

/// Whether `letters` begin `text` (in normal form) in pinyin: by whole syllables, by their first
/// letters, or both (xyj, xiyij, xiyiji). What is no Chinese character stands for itself.
#[must_use]
pub fn begins_in_pinyin(text: &str, letters: &str) -> bool {
    let mut chars = text.chars();
    let Some(character) = chars.next() else { return letters.is_empty() };
    let rest = chars.as_str();
    let mut readings = character.to_pinyin_multi().into_iter().flatten().map(|p| p.plain()).peekable();
    if readings.peek().is_none() {
        return letters.is_empty() || letters.strip_prefix(character).is_some_and(|l| begins_in_pinyin(rest, l));
    }
    letters.is_empty()
        || readings.any(|syllable| {
            let whole = letters.strip_prefix(syllable);
            let first = letters.strip_prefix(&syllable[..syllable.chars().next().map_or(0, char::len_utf8)]);
            syllable.starts_with(letters)
                || whole.into_iter().chain(first).any(|letters| begins_in_pinyin(rest, letters))
        })
}

/// One syllable for all that are taken for each other: zh/z, ch/c, sh/s, n/l, ang/an, eng/en, ing/in
/// (ALGORITHMS C6).
#[must_use]
pub fn folded_syllable(syllable: &str) -> String {
    let start = match syllable {
        s if s.starts_with("zh") || s.starts_with("ch") || s.starts_with("sh") => format!("{}{}", &s[..1], &s[2..]),
        s if s.starts_with('l') => format!("n{}", &s[1..]),
        s => s.to_owned(),
    };
    start.strip_suffix('g').filter(|s| s.ends_with('n')).map_or(start.clone(), str::to_owned)
}

/// Reads `readings.txt`: a word and one syllable for each of its characters.
#[must_use]
pub fn parse_readings(text: &str) -> (Readings, Vec<ListFault>) {
    let mut readings = Readings::default();
    let mut faults = Vec::new();
    for (line, said) in lines(text) {
        let mut parts = said.split_whitespace();
        let word = normalize(parts.next().unwrap_or(""));
        let syllables: Vec<String> = parts.map(|s| s.to_lowercase().replace('ü', "v")).collect();
        let wrong = syllables.iter().find(|s| s.len() > SYLLABLE_BYTES || !s.bytes().all(|b| b.is_ascii_lowercase()));
        if let Some(wrong) = wrong {
            faults.push(ListFault { line, kind: ListFaultKind::Syllable(wrong.clone()) });
        } else if syllables.len() != word.chars().count() {
            faults.push(ListFault { line, kind: ListFaultKind::SyllableCount(word) });
        } else {
            readings.by_word.insert(word, syllables);
        }
    }
    (readings, faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_people_say_them() {
        let (r, _) = parse_readings("空调 kong tiao\n");
        assert_eq!(r.syllables("空调"), [["kong", "tiao"]]);
        assert_eq!(r.syllables("漏水"), [["lou", "shui"]]);
        assert!(r.syllables("还").contains(&vec!["huan".to_owned()]) && r.syllables("e1").is_empty());
        assert!(initials('调').contains(&b't') && initials('调').contains(&b'd'));
        for (a, b) in [("zhang", "zan"), ("shi", "si"), ("lai", "nai"), ("ling", "nin")] {
            assert_eq!(folded_syllable(a), folded_syllable(b));
        }
    }

    #[test]
    fn a_text_begins_with_its_pinyin_its_first_letters_or_both() {
        for letters in ["kt", "kongt", "kongtiao", "ktbzl", "kongtbuzhil", "k"] {
            assert!(begins_in_pinyin("空调不制冷", letters), "{letters}");
        }
        for letters in ["tk", "ktz", "kongx", "ktbzlx"] {
            assert!(!begins_in_pinyin("空调不制冷", letters), "{letters}");
        }
        assert!(begins_in_pinyin("wifi灯", "wifideng") && !begins_in_pinyin("wifi灯", "wd"));
    }

    #[test]
    fn each_character_has_its_syllable() {
        let (r, faults) = parse_readings("空调 kong tiao\n重启 chong\n长按 chang an4\n绿 lü\n");
        assert_eq!(r.of("空调"), Some(&["kong".to_owned(), "tiao".to_owned()][..]));
        assert_eq!(r.of("绿"), Some(&["lv".to_owned()][..]));
        assert_eq!(faults[0].kind, ListFaultKind::SyllableCount("重启".into()));
        assert_eq!(faults[1].kind, ListFaultKind::Syllable("an4".into()));
    }
}

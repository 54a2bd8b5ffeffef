//! `readings.txt`: the pinyin of words whose usual reading is wrong (空调 kong tiao).

use std::collections::HashMap;

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
    fn each_character_has_its_syllable() {
        let (r, faults) = parse_readings("空调 kong tiao\n重启 chong\n长按 chang an4\n绿 lü\n");
        assert_eq!(r.of("空调"), Some(&["kong".to_owned(), "tiao".to_owned()][..]));
        assert_eq!(r.of("绿"), Some(&["lv".to_owned()][..]));
        assert_eq!(faults[0].kind, ListFaultKind::SyllableCount("重启".into()));
        assert_eq!(faults[1].kind, ListFaultKind::Syllable("an4".into()));
    }
}

//! The words a text can be cut into: jieba's dictionary and the words of `words.txt`.

use std::sync::{Arc, OnceLock};

use jieba_rs::Jieba;

use super::{
    list::{ListFault, ListFaultKind, lines},
    normalize,
};

/// Longest word accepted from `words.txt`, in characters: longer entries are sentences.
const WORD_CHARS: usize = 16;

/// One entry of `words.txt`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The word in normal form.
    pub text: String,
    /// Part of speech or group, as written; empty when none is given.
    pub tag: String,
}

/// A dictionary ready to cut text; cheap to share, immutable.
#[derive(Clone)]
pub struct Dictionary {
    jieba: Arc<Jieba>,
}

impl Dictionary {
    /// jieba's dictionary with `words` added.
    ///
    /// Loading takes about 0.1 s and 58 MB. The plain one is kept for the process once somebody asked
    /// for it; one with words is a copy of it where it is loaded, and loaded by itself where it is not,
    /// so that a server with a word list holds no plain one besides.
    #[must_use]
    pub fn with_words(words: &[Word]) -> Self {
        static PLAIN: OnceLock<Arc<Jieba>> = OnceLock::new();
        if words.is_empty() {
            return Self { jieba: Arc::clone(PLAIN.get_or_init(|| Arc::new(Jieba::new()))) };
        }
        let mut jieba = PLAIN.get().map_or_else(Jieba::new, |plain| Jieba::clone(plain));
        for word in words {
            jieba.add_word(&word.text, None, Some(&word.tag));
        }
        Self { jieba: Arc::new(jieba) }
    }

    pub(super) fn jieba(&self) -> &Jieba {
        &self.jieba
    }

    /// Whether `word` (in normal form) is in the dictionary.
    #[must_use]
    pub fn has(&self, word: &str) -> bool {
        self.jieba.has_word(word)
    }
}

/// Reads `words.txt`: one word a line, optional TAB and tag, `#` comments.
#[must_use]
pub fn parse_words(text: &str) -> (Vec<Word>, Vec<ListFault>) {
    let mut words: Vec<Word> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    let mut faults = Vec::new();
    for (line, said) in lines(text) {
        let (word, tag) = said.split_once('\t').unwrap_or((said, ""));
        let word = normalize(word);
        if !(2..=WORD_CHARS).contains(&word.chars().count()) {
            faults.push(ListFault { line, kind: ListFaultKind::WordLength(word) });
        } else if !seen.insert(word.clone()) {
            faults.push(ListFault { line, kind: ListFaultKind::WordTwice(word) });
        } else {
            words.push(Word { text: word, tag: tag.trim().to_owned() });
        }
    }
    (words, faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_gives_words_and_says_what_is_wrong() {
        let (words, faults) = parse_words("# 部件\n排水泵\tn\n\n水\n排水泵\n螢幕  # 繁体\n");
        let texts: Vec<&str> = words.iter().map(|w| w.text.as_str()).collect();
        assert_eq!(texts, ["排水泵", "屏幕"]);
        assert_eq!(words[0].tag, "n");
        assert_eq!(faults[0], ListFault { line: 4, kind: ListFaultKind::WordLength("水".into()) });
        assert_eq!(faults[1], ListFault { line: 5, kind: ListFaultKind::WordTwice("排水泵".into()) });
    }

    #[test]
    fn a_word_of_the_list_is_not_split() {
        let plain = Dictionary::with_words(&[]);
        let (words, _) = parse_words("不排水");
        let ours = Dictionary::with_words(&words);
        assert!(!plain.has("不排水") && ours.has("不排水"));
    }
}

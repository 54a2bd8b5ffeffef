//! What can be wrong in a line of an editor-owned word list, as a value with its place.

/// One wrong line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListFault {
    /// Line, from 1.
    pub line: u32,
    /// What is wrong.
    pub kind: ListFaultKind,
}

/// What is wrong in the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListFaultKind {
    /// `words.txt`: the word is one character or more than 16 long.
    WordLength(String),
    /// `words.txt`: the word stands there already.
    WordTwice(String),
    /// `synonyms.txt`: neither `[scope]` nor `a = b` nor `a -> b`.
    SynonymForm(String),
    /// `synonyms.txt`: a `[scope]` not closed, empty, or with more behind it.
    SynonymScope(String),
    /// `readings.txt`: as many syllables as characters are needed.
    SyllableCount(String),
    /// `readings.txt`: not a pinyin syllable.
    Syllable(String),
    /// `danger.txt`: a line before the first `[hazard]` header.
    NoHazard,
    /// `danger.txt`: neither a header nor a line starting with `+` or `-`.
    HazardForm(String),
    /// `danger.txt`: a header whose bracket is not closed.
    HazardOpen(String),
    /// `danger.txt`: a header with nothing where the name belongs.
    HazardNameless(String),
    /// `danger.txt`: nothing in the file can be recognised as danger.
    NoHazardPhrase,
}

const OPENING: [char; 3] = ['[', '【', '［'];
const CLOSING: [char; 3] = [']', '】', '］'];

/// What follows the bracket a header line begins with, full-width or not; `None` = it is no header.
pub(super) fn opened(said: &str) -> Option<&str> {
    said.strip_prefix(OPENING)
}

/// What stands up to the closing bracket, and what follows it; a bracket that opens before it belongs to
/// another text, so that the header was never closed.
pub(super) fn closed(header: &str) -> Option<(&str, &str)> {
    header.split_once(CLOSING).filter(|(head, _)| !head.contains(OPENING))
}

/// The lines of a list that say something: line number from 1 and the text before `#`, trimmed.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (u32, &str)> {
    (1u32..).zip(text.trim_start_matches('\u{feff}').lines()).filter_map(|(n, line)| {
        let said = line.split('#').next().unwrap_or("").trim();
        (!said.is_empty()).then_some((n, said))
    })
}

//! The editor-owned lists at the top of the folder, parsed; a broken one keeps its last good value.

use std::sync::Arc;

use crate::{
    article::{Fact, Problem, RelPath, SignVocabulary, Trouble, decode, parse_facts, parse_signs},
    text::{
        Hazards, ListFault, ListFaultKind, Readings, Synonyms, Word, parse_hazards, parse_readings, parse_synonyms,
        parse_words,
    },
};

/// The lists an editor may keep beside the articles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ListFile {
    /// `words.txt`
    Words,
    /// `synonyms.txt`
    Synonyms,
    /// `readings.txt`
    Readings,
    /// `danger.txt`
    Danger,
    /// `signs.toml`
    Signs,
    /// `facts.toml`
    Facts,
    /// `ranking.toml`
    Ranking,
}

impl ListFile {
    const ALL: [Self; 7] =
        [Self::Words, Self::Synonyms, Self::Readings, Self::Danger, Self::Signs, Self::Facts, Self::Ranking];

    /// The file name, at the top of the folder.
    #[must_use]
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Words => "words.txt",
            Self::Synonyms => "synonyms.txt",
            Self::Readings => "readings.txt",
            Self::Danger => "danger.txt",
            Self::Signs => "signs.toml",
            Self::Facts => "facts.toml",
            Self::Ranking => "ranking.toml",
        }
    }

    /// The list at `path`, if it is one.
    #[must_use]
    pub fn at(path: &RelPath) -> Option<Self> {
        Self::ALL.into_iter().find(|l| l.file_name() == path.as_str())
    }
}

/// All lists; an absent file is an empty list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lists {
    /// Words for the dictionary.
    pub words: Arc<Vec<Word>>,
    /// Words that mean the same.
    pub synonyms: Arc<Synonyms>,
    /// Pinyin of words whose usual reading is wrong.
    pub readings: Arc<Readings>,
    /// Phrases that mean danger.
    pub hazards: Arc<Hazards>,
    /// Facts that tell neighbours apart.
    pub signs: Arc<SignVocabulary>,
    /// Figures all articles agree on.
    pub facts: Arc<Vec<Fact>>,
    /// `ranking.toml` as text; who ranks reads it.
    pub ranking: Option<Arc<str>>,
}

impl Lists {
    /// Takes the new content of `list` (`None` = the file is gone) and says what is wrong in it.
    /// What is no text changes nothing.
    pub fn set(&mut self, list: ListFile, content: Option<&[u8]>) -> Vec<Problem> {
        let path = RelPath::new(list.file_name());
        let problem = |trouble| Problem { file: path.clone(), line: 1, column: 1, trouble };
        let Some((text, note)) = decode(content.unwrap_or(b"")) else { return vec![problem(Trouble::NotText)] };
        let mut problems: Vec<Problem> = note.map(problem).into_iter().collect();
        problems.extend(self.take(list, content.map(|_| text.as_str())));
        problems
    }

    fn take(&mut self, list: ListFile, content: Option<&str>) -> Vec<Problem> {
        let path = RelPath::new(list.file_name());
        let text = content.unwrap_or("");
        let faults = match list {
            ListFile::Words => keep(&mut self.words, parse_words(text)),
            ListFile::Synonyms => keep(&mut self.synonyms, parse_synonyms(text)),
            ListFile::Readings => keep(&mut self.readings, parse_readings(text)),
            ListFile::Danger => keep(&mut self.hazards, parse_hazards(text)),
            ListFile::Signs => return toml(&mut self.signs, parse_signs(text), &path),
            ListFile::Facts => return toml(&mut self.facts, parse_facts(text), &path),
            ListFile::Ranking => {
                self.ranking = content.map(Into::into);
                return Vec::new();
            }
        };
        faults
            .into_iter()
            .map(|f| Problem { file: path.clone(), line: f.line, column: 1, trouble: trouble(f.kind) })
            .collect()
    }
}

fn keep<T: PartialEq>(slot: &mut Arc<T>, (value, faults): (T, Vec<ListFault>)) -> Vec<ListFault> {
    if **slot != value {
        *slot = Arc::new(value);
    }
    faults
}

fn toml<T>(slot: &mut Arc<T>, read: Result<T, (u32, u32)>, path: &RelPath) -> Vec<Problem> {
    match read {
        Ok(value) => {
            *slot = Arc::new(value);
            Vec::new()
        }
        Err((line, column)) => vec![Problem { file: path.clone(), line, column, trouble: Trouble::TomlSyntax }],
    }
}

fn trouble(kind: ListFaultKind) -> Trouble {
    match kind {
        ListFaultKind::WordLength(w) => Trouble::ListWordLength(w),
        ListFaultKind::WordTwice(w) => Trouble::ListWordTwice(w),
        ListFaultKind::SynonymForm(l) => Trouble::ListSynonym(l),
        ListFaultKind::SyllableCount(w) => Trouble::ListSyllables(w),
        ListFaultKind::Syllable(s) => Trouble::ListSyllable(s),
        ListFaultKind::NoHazard => Trouble::ListNoHazard,
        ListFaultKind::HazardForm(l) => Trouble::ListHazard(l),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_list_keeps_its_last_good_value() {
        let mut lists = Lists::default();
        let good = "[洗衣机.能排水]\nask = \"？\"\nvalues = [\"是\"]\n";
        assert!(lists.set(ListFile::Signs, Some(good.as_bytes())).is_empty());
        let problems = lists.set(ListFile::Signs, Some(b"[broken"));
        assert_eq!(problems[0].trouble, Trouble::TomlSyntax);
        assert!(lists.signs.sign("洗衣机", "能排水").is_some());
        assert!(lists.set(ListFile::Signs, None).is_empty());
        assert!(lists.signs.sign("洗衣机", "能排水").is_none());
    }
}

//! The editor-owned lists at the top of the folder, parsed; a broken one keeps its last good value.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    article::{Fact, Level, Problem, RelPath, SignVocabulary, Trouble, decode, parse_facts, parse_signs},
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
    /// Lists whose value was read from a file without errors: it outlasts a broken file.
    good: BTreeSet<ListFile>,
}

impl Lists {
    /// Takes the new content of `list` (`None` = the file is gone) and says what is wrong in it.
    /// What is no text changes nothing, and an error anywhere leaves the last good value in force: half a
    /// list may say the opposite of the whole. Where there was none yet, the good lines count.
    pub fn set(&mut self, list: ListFile, content: Option<&[u8]>) -> Vec<Problem> {
        let path = RelPath::new(list.file_name());
        let problem = |trouble| Problem { file: path.clone(), line: 1, column: 1, trouble };
        let Some((text, note)) = decode(content.unwrap_or(b"")) else { return vec![problem(Trouble::NotText)] };
        let mut problems: Vec<Problem> = note.map(problem).into_iter().collect();
        problems.extend(self.take(list, content.map(|_| text.as_str())));
        problems
    }

    fn take(&mut self, list: ListFile, content: Option<&str>) -> Vec<Problem> {
        let Some(text) = content else {
            self.forget(list);
            return Vec::new();
        };
        let path = RelPath::new(list.file_name());
        let was_good = self.good.contains(&list);
        let problems = match list {
            ListFile::Words => keep(&mut self.words, parse_words(text), &path, was_good),
            ListFile::Synonyms => keep(&mut self.synonyms, parse_synonyms(text), &path, was_good),
            ListFile::Readings => keep(&mut self.readings, parse_readings(text), &path, was_good),
            ListFile::Danger => keep(&mut self.hazards, parse_hazards(text), &path, was_good),
            ListFile::Signs => toml(&mut self.signs, parse_signs(text), &path),
            ListFile::Facts => toml(&mut self.facts, parse_facts(text), &path),
            ListFile::Ranking => {
                self.ranking = Some(text.into());
                Vec::new()
            }
        };
        if !has_error(&problems) {
            self.good.insert(list);
        }
        problems
    }

    fn forget(&mut self, list: ListFile) {
        self.good.remove(&list);
        match list {
            ListFile::Words => self.words = Arc::default(),
            ListFile::Synonyms => self.synonyms = Arc::default(),
            ListFile::Readings => self.readings = Arc::default(),
            ListFile::Danger => self.hazards = Arc::default(),
            ListFile::Signs => self.signs = Arc::default(),
            ListFile::Facts => self.facts = Arc::default(),
            ListFile::Ranking => self.ranking = None,
        }
    }
}

fn has_error(problems: &[Problem]) -> bool {
    problems.iter().any(|p| p.trouble.level() == Level::Error)
}

/// Puts `value` into `slot`, unless it is read from errors and what stands there is good.
fn keep<T: PartialEq>(
    slot: &mut Arc<T>,
    (value, faults): (T, Vec<ListFault>),
    path: &RelPath,
    was_good: bool,
) -> Vec<Problem> {
    let problem = |line, trouble| Problem { file: path.clone(), line, column: 1, trouble };
    let mut problems: Vec<Problem> = faults.into_iter().map(|f| problem(f.line, trouble(f.kind))).collect();
    if was_good && has_error(&problems) {
        problems.push(problem(1, Trouble::LastGood));
    } else if **slot != value {
        *slot = Arc::new(value);
    }
    problems
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
        ListFaultKind::SynonymScope(l) => Trouble::ListSynonymScope(l),
        ListFaultKind::SyllableCount(w) => Trouble::ListSyllables(w),
        ListFaultKind::Syllable(s) => Trouble::ListSyllable(s),
        ListFaultKind::NoHazard => Trouble::ListNoHazard,
        ListFaultKind::HazardForm(l) => Trouble::ListHazard(l),
        ListFaultKind::HazardOpen(l) => Trouble::ListHazardOpen(l),
        ListFaultKind::NoHazardPhrase => Trouble::ListNoHazardPhrase,
        ListFaultKind::HazardNameless(l) => Trouble::ListHazardNameless(l),
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

    #[test]
    fn a_word_list_with_an_error_keeps_its_last_good_value_and_says_so() {
        let mut lists = Lists::default();
        assert!(lists.set(ListFile::Readings, Some("空调 kong tiao\n".as_bytes())).is_empty());
        let codes = |problems: Vec<Problem>| problems.iter().map(|p| p.trouble.code()).collect::<Vec<_>>();
        let broken = "调温 tiao wen\n空调 kong\n".as_bytes();
        assert_eq!(codes(lists.set(ListFile::Readings, Some(broken))), ["syllable-count", "last-good"]);
        assert!(lists.readings.of("空调").is_some() && lists.readings.of("调温").is_none());
        assert!(lists.set(ListFile::Readings, Some("调温 tiao wen\n".as_bytes())).is_empty());
        assert!(lists.readings.of("空调").is_none() && lists.readings.of("调温").is_some());
        // What is only worth knowing keeps nobody's words out.
        lists.set(ListFile::Words, Some("排水泵\n".as_bytes()));
        assert_eq!(
            codes(lists.set(ListFile::Words, Some("滤网\n滤网\n水\n".as_bytes()))),
            ["word-twice", "word-length"]
        );
        assert_eq!(lists.words[0].text, "滤网");
    }

    #[test]
    fn of_a_list_that_was_never_good_the_good_lines_count() {
        let mut lists = Lists::default();
        for (text, word) in [("空调 kong tiao\n乱\n", "空调"), ("调温 tiao wen\n乱\n", "调温")] {
            let problems = lists.set(ListFile::Readings, Some(text.as_bytes()));
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert!(lists.readings.of(word).is_some(), "{word}");
        }
        assert!(lists.readings.of("空调").is_none(), "half a list is no last good one");
        assert!(lists.set(ListFile::Readings, None).is_empty());
        assert_eq!(lists, Lists::default());
    }
}

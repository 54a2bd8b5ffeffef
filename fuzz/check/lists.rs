//! Any bytes are a list of an editor, whichever it is, or faults with their lines.

use std::{fs, path::PathBuf, sync::OnceLock};

use tempfile::TempDir;
use wenzhen::{
    article::RelPath,
    corpus::{ListFile, Lists, Scanner, Tick},
    search::Weights,
    text::{Dictionary, cut, normalize, query_words},
};

const NAMES: [&str; 7] =
    ["words.txt", "synonyms.txt", "readings.txt", "danger.txt", "signs.toml", "facts.toml", "ranking.toml"];
/// Files that an ignore list may leave out; lists are read whatever it says.
const FILES: [&str; 5] = ["a.md", "草稿/b.md", "草稿/深/c.bak.md", "甲 乙.md", "words.txt"];
/// Longest input that is checked.
const LONGEST: usize = 64 << 10;

/// Reads `bytes` as each of the lists.
///
/// # Panics
/// When a fault lies outside the list, a list cannot be taken twice or leaves something behind.
pub fn lists(bytes: &[u8]) {
    if bytes.len() > LONGEST {
        return;
    }
    let n = bytes.iter().filter(|b| matches!(b, b'\n' | b'\r')).count() as u32;
    let mut lists = Lists::default();
    for name in NAMES {
        let list = ListFile::at(&RelPath::new(name)).expect("the name of a list");
        let problems = lists.set(list, Some(bytes));
        for problem in &problems {
            assert!((1..=n + 1).contains(&problem.line) && problem.column >= 1, "{name}: {problem:?} in {n} lines");
            assert!(problem.file.as_str() == name && !problem.trouble.sentence().is_empty());
        }
        let before = lists.clone();
        assert_eq!(lists.set(list, Some(bytes)), problems, "{name} is read in two ways");
        assert_eq!(lists, before);
    }
    used(&lists, bytes);
    for name in NAMES {
        let list = ListFile::at(&RelPath::new(name)).expect("the name of a list");
        assert!(lists.set(list, None).is_empty());
    }
    assert_eq!(lists, Lists::default(), "something is left of lists that are gone");
    ignores(bytes);
}

/// What is done with lists that were taken.
fn used(lists: &Lists, bytes: &[u8]) {
    let text = normalize(&String::from_utf8_lossy(bytes));
    if let Some(hazard) = lists.hazards.find(&text) {
        assert!(lists.hazards.0.contains(hazard));
    }
    for word in lists.synonyms.words() {
        assert!(lists.synonyms.of(word, None).all(|other| other != word), "{word} is its own synonym");
    }
    let _ = lists.ranking.as_deref().map(Weights::read);
    for word in lists.words.iter() {
        assert!(lists.readings.of(&word.text).is_none_or(|r| r.len() == word.text.chars().count()));
    }
    // A dictionary is a copy of 58 MB: made for one input in sixty-four.
    if !lists.words.is_empty() && bytes.len().is_multiple_of(64) {
        let dictionary = Dictionary::with_words(&lists.words);
        let _ = (cut(&dictionary, &text), query_words(&dictionary, &text));
    }
}

/// Whatever the ignore list says, looking ends, finds only what is there, and takes no list away.
fn ignores(bytes: &[u8]) {
    thread_local! { static FOLDER: OnceLock<(TempDir, PathBuf)> = const { OnceLock::new() } }
    let root = FOLDER.with(|folder| folder.get_or_init(folder_of_files).1.clone());
    fs::write(root.join(".kbignore"), bytes).expect("the ignore list is written");
    let look = Scanner::new(&root).look(&Tick { hints: Vec::new(), everything: true });
    assert!(look.fault.is_none(), "{:?}", look.fault);
    let found: Vec<&str> = look.changes.iter().map(|c| c.path.as_str()).collect();
    assert!(found.iter().all(|path| FILES.contains(path)) && found.contains(&"words.txt"), "{found:?}");
}

fn folder_of_files() -> (TempDir, PathBuf) {
    let folder = TempDir::new().expect("a temporary folder");
    let root = folder.path().join("kb");
    for file in FILES {
        let path = root.join(file);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder is made");
        fs::write(path, file).expect("the file is written");
    }
    (folder, root)
}

//! An editor saves a file and it can be found: look, apply, check, index, swap, receipt.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::{Duration, SystemTime},
};

use super::{
    Live, News, PublishFault, Published, Receipt, Report, Snapshot, StartFault, Today,
    indexer::{Begun, Indexer},
    news::changed,
    snapshot::{PerRole, says_the_same},
};
use crate::{
    article::{Date, Problem, RelPath, Trouble},
    corpus::{CheckScope, Corpus, Difference, KeptVersions, ListFile, Scanner, Tick, check},
    index::IndexView,
    search::{WeightFault, Weights},
    store::{LastGood, StoreFault},
    text::{Dictionary, Word},
};

/// An older time stamp is a copied one, not the moment of the save.
const PLAUSIBLE_SAVE: Duration = Duration::from_secs(60);

/// Turns changes of the folder into snapshots; the one writer.
pub struct Publisher {
    root: PathBuf,
    scanner: Scanner,
    corpus: Corpus,
    indexer: Indexer,
    weights: Weights,
    weight_problems: Vec<Problem>,
    kept: LastGood,
    live: Arc<Live>,
    generation: u64,
    today: Today,
    last_day: Option<Date>,
    /// The dictionary questions are cut with: the words of the synonyms besides.
    question_dictionary: Option<Dictionary>,
    /// What was derived from the articles for each kind of reader; kept while it stays the same.
    per_role: Arc<[PerRole; 3]>,
}

/// Recalls kept versions for the folder.
struct Recall<'a>(&'a LastGood);

impl KeptVersions for Recall<'_> {
    fn recall(&self, path: &RelPath) -> Option<Vec<u8>> {
        self.0.recall(path)
    }
}

impl Publisher {
    /// A publisher of the folder `root` that has not looked yet.
    ///
    /// # Errors
    /// When there is no such folder or the data folder cannot be used.
    pub fn new(root: &Path, data: &Path, live: Arc<Live>, today: Today) -> Result<Self, StartFault> {
        if !root.is_dir() {
            return Err(StartFault::NoFolder(root.to_owned()));
        }
        // Loading it takes a tenth of a second: meanwhile the folder is read.
        let has_words = root.join(ListFile::Words.file_name()).exists();
        let _beside = (!has_words).then(|| std::thread::spawn(|| Dictionary::with_words(&[])));
        Ok(Self {
            root: root.to_owned(),
            scanner: Scanner::new(root),
            corpus: Corpus::default(),
            indexer: Indexer::new(data),
            weights: Weights::default(),
            weight_problems: Vec::new(),
            kept: LastGood::open(data)?,
            live,
            generation: 0,
            today,
            last_day: None,
            question_dictionary: None,
            per_role: Arc::default(),
        })
    }

    /// One whole turn: looks where `tick` says and publishes what differs.
    ///
    /// # Errors
    /// When the index fails or a fault of ours breaks the turn off: the snapshot in service stays, and the
    /// next turn builds the index anew.
    pub fn step(&mut self, tick: &Tick) -> Result<Report, PublishFault> {
        let turn = catch_unwind(AssertUnwindSafe(|| self.turn(tick)));
        self.end(turn.unwrap_or(Err(PublishFault::Panicked)))
    }

    /// After a fault nothing of what was looked at has been published: nobody has heard of it, and no receipt was
    /// given. The next turn finds all of it again.
    fn end(&mut self, turn: Result<Report, PublishFault>) -> Result<Report, PublishFault> {
        if turn.is_err() {
            self.begin_anew();
            self.live.set_failing(true);
        }
        turn
    }

    /// Forgets whatever a turn that broke off may have left half done. The snapshot in service is whole:
    /// from it and the folder the next turn begins.
    fn begin_anew(&mut self) {
        self.corpus = self.live.snapshot().map(|s| (*s.corpus).clone()).unwrap_or_default();
        self.scanner = self.scanner.after(&self.corpus);
        self.indexer.forget();
        self.last_day = None;
        self.question_dictionary = None;
        self.per_role = Arc::default();
    }

    fn turn(&mut self, tick: &Tick) -> Result<Report, PublishFault> {
        let started = SystemTime::now();
        let look = self.scanner.look(tick);
        let today = (self.today)();
        let new_day = self.last_day != Some(today);
        let mut report = Report {
            generation: self.generation,
            look_again: look.folder_hinted,
            folder_fault: look.fault,
            blind: look.blind,
            folder_replaced: look.folder_replaced,
            ..Report::default()
        };
        let nothing_yet = !self.indexer.has_index() && report.folder_fault.is_some();
        if nothing_yet && !look.changes.is_empty() {
            // They are not taken, so they must not count as seen.
            self.scanner = self.scanner.after(&self.corpus);
        }
        if nothing_yet || look.changes.is_empty() && !new_day && self.indexer.has_index() {
            return Ok(report);
        }
        let (mut next, difference) = self.corpus.apply(look.changes, &Recall(&self.kept));
        let scope = if new_day { CheckScope::Everything } else { CheckScope::Changed };
        let root = &self.root;
        check(&mut next, &difference, scope, today, &|path| root.join(path.as_str()).is_file());
        let before = std::mem::replace(&mut self.corpus, next);
        self.take_weights();
        if difference.lists_changed {
            self.question_dictionary = None;
        }
        let (view, begun) = self.indexer.bring(&before, &self.corpus, &difference)?;
        self.last_day = Some(today);
        self.generation += 1;
        let changed = changed(&before, &self.corpus, &difference);
        if new_day || begun.is_some() || difference.lists_changed || !changed.iter().all(says_the_same) {
            self.per_role = Arc::default();
        }
        self.publish(view, today);
        report.generation = self.generation;
        report.rebuilt = matches!(begun, Some(Begun::Empty));
        report.resumed = match begun {
            Some(Begun::Kept { n_differing }) => Some(n_differing),
            _ => None,
        };
        report.receipts = self.receipts(&difference, started);
        // Only now: who waits for a receipt looks for it when the news comes.
        self.live.announce(self.generation);
        self.live.tell(News::Published(Arc::new(Published {
            generation: self.generation,
            articles: changed,
            receipts: report.receipts.clone(),
            today,
        })));
        report.store_fault = self.keep(difference).err();
        if tick.everything && report.folder_fault.is_none() && report.blind.is_empty() {
            // What was deleted while nobody looked. What cannot be read may be there still.
            self.kept.forget_others(self.corpus.entries().map(|(path, _)| path));
        }
        Ok(report)
    }

    fn take_weights(&mut self) {
        let read = self.corpus.lists.ranking.as_deref().map_or(Ok(Weights::default()), Weights::read);
        match read {
            Ok(weights) => {
                self.weights = weights;
                self.weight_problems.clear();
            }
            Err(fault) => {
                let (line, trouble) = match fault {
                    WeightFault::Form(line) => (line, Trouble::TomlSyntax),
                    WeightFault::Unknown(name) => (1, Trouble::UnknownField(name)),
                    WeightFault::NoNumber(name) => (1, Trouble::WeightValue(name)),
                };
                let file = RelPath::new(ListFile::Ranking.file_name());
                self.weight_problems = vec![Problem { file, line, column: 1, trouble }];
            }
        }
    }

    /// Whether the next start would have to cut many articles again.
    pub(super) fn owes_index(&self) -> bool {
        self.indexer.owes(self.corpus.n_articles())
    }

    /// Keeps the index for the next start; nothing else waits for it.
    pub fn keep_index(&mut self) {
        self.indexer.keep(&self.corpus);
    }

    fn publish(&mut self, view: IndexView, today: Date) {
        let lists = &self.corpus.lists;
        let Some(dictionary) = self.indexer.dictionary() else { return };
        let question_dictionary = self.question_dictionary.get_or_insert_with(|| {
            let unknown = lists.synonyms.words().filter(|w| !dictionary.has(w));
            let more: Vec<Word> = unknown.map(|w| Word { text: w.to_owned(), tag: String::new() }).collect();
            if more.is_empty() {
                return dictionary.clone();
            }
            Dictionary::with_words(&[lists.words.as_slice(), &more].concat())
        });
        self.live.swap(Snapshot {
            generation: self.generation,
            corpus: Arc::new(self.corpus.clone()),
            view,
            dictionary: dictionary.clone(),
            question_dictionary: question_dictionary.clone(),
            expired: self.corpus.articles().filter(|a| a.is_expired(today)).map(|a| a.id.clone()).collect(),
            weights: self.weights.clone(),
            by_key: self.indexer.by_key(),
            today,
            more_problems: self.weight_problems.clone(),
            per_role: Arc::clone(&self.per_role),
            signed: OnceLock::new(),
        });
        self.live.set_failing(false);
    }

    fn receipts(&self, difference: &Difference, started: SystemTime) -> Vec<Receipt> {
        let now = SystemTime::now();
        let since = |time: SystemTime| now.duration_since(time).unwrap_or_default();
        let receipts: Vec<Receipt> = difference
            .taken
            .iter()
            .map(|taken| {
                let saved =
                    taken.modified.map(since).filter(|age| *age < PLAUSIBLE_SAVE).unwrap_or_else(|| since(started));
                let mut problems = self.corpus.problems_of(&taken.path);
                problems.extend(self.weight_problems.iter().filter(|p| p.file == taken.path).cloned());
                Receipt {
                    file: taken.path.clone(),
                    hash: taken.hash,
                    id: taken.id.clone(),
                    generation: self.generation,
                    save_to_search_ms: Some(u64::try_from(saved.as_millis()).unwrap_or(u64::MAX)),
                    problems,
                    at: now,
                }
            })
            .collect();
        for receipt in &receipts {
            self.live.receipts.add(receipt.clone());
        }
        receipts
    }

    /// Keeps the good versions and forgets deleted files, after everybody can find the new state.
    fn keep(&mut self, difference: Difference) -> Result<(), StoreFault> {
        let mut first = Ok(());
        for taken in difference.taken {
            match (taken.keep, taken.hash) {
                (Some(bytes), _) => first = first.and(self.kept.keep(&taken.path, &bytes)),
                // Only what is surely gone is forgotten.
                (None, None) if matches!(self.root.join(taken.path.as_str()).try_exists(), Ok(false)) => {
                    self.kept.forget(&taken.path);
                }
                _ => {}
            }
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day() -> Date {
        Date::new(2026, 11, 21).expect("a day of the calendar")
    }

    #[test]
    fn what_a_failed_turn_had_taken_is_told_and_has_its_receipt_with_the_next() {
        let dir = tempfile::tempdir().expect("a folder");
        let kb = dir.path().join("kb");
        std::fs::create_dir(&kb).expect("made");
        let write = |name: &str, text: &str| std::fs::write(kb.join(name), text).expect("written");
        write("a.md", "# 青桐鹭\n");
        write("b.md", "# 白榆鸢\n");
        let live = Live::new();
        let mut publisher = Publisher::new(&kb, &dir.path().join("data"), Arc::clone(&live), day).expect("a publisher");
        let everything = Tick { hints: Vec::new(), everything: true };
        publisher.step(&everything).expect("a turn");

        let mut news = live.listen();
        write("a.md", "# 赤枫鹇\n");
        // As far as a turn comes whose index fails.
        let look = publisher.scanner.look(&everything);
        publisher.corpus = publisher.corpus.apply(look.changes, &Recall(&publisher.kept)).0;
        assert!(publisher.end(Err(PublishFault::Panicked)).is_err());
        assert!(live.is_failing() && news.try_recv().is_err());

        let report = publisher.step(&everything).expect("a turn");
        let receipts: Vec<&str> = report.receipts.iter().map(|r| r.file.as_str()).collect();
        assert_eq!((report.generation, receipts), (2, vec!["a.md"]));
        let Ok(News::Published(published)) = news.try_recv() else { panic!("nobody heard of it") };
        let told: Vec<(&str, bool, bool)> =
            published.articles.iter().map(|a| (a.id.as_str(), a.before.is_some(), a.after.is_some())).collect();
        assert_eq!(told, [("a", true, true)]);
        assert!(!live.is_failing());
    }

    /// What comes first after it may be an event of one file.
    #[test]
    fn after_a_first_turn_that_failed_an_event_of_one_file_brings_the_whole_folder() {
        let dir = tempfile::tempdir().expect("a folder");
        for name in ["a.md", "b.md"] {
            std::fs::write(dir.path().join(name), "# 青桐鹭\n").expect("written");
        }
        let data = tempfile::tempdir().expect("a folder");
        let live = Live::new();
        let mut publisher = Publisher::new(dir.path(), data.path(), Arc::clone(&live), day).expect("a publisher");
        publisher.scanner.look(&Tick { hints: Vec::new(), everything: true });
        assert!(publisher.end(Err(PublishFault::Panicked)).is_err());
        publisher.step(&Tick { hints: vec![dir.path().join("a.md")], everything: false }).expect("a turn");
        assert_eq!(live.snapshot().map(|s| s.n_articles()), Some(2));
    }
}

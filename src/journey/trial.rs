//! Asks the `expect` questions of the articles after they are published, never while an editor
//! waits: first those of the changed articles and those a changed article had answered, then, when
//! nothing happens, all others; and once more what was asked before an article had its vectors.

use std::{
    collections::{BTreeSet, HashMap, HashSet, VecDeque},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use tokio::sync::broadcast::{self, error::TryRecvError};

use super::{Finder, News, Snapshot, evaluation::asked_as};
use crate::{
    article::{Article, ArticleId},
    found::Question,
};

/// Places of an answer in which an article counts as having a part in it.
const TOP: usize = 3;
/// While nothing is urgent, this many times the time of a trial passes before the next one: a tenth of a core.
const REST: u32 = 9;
/// A round that is none: what was asked may be out of date.
const UNKNOWN_ROUND: u64 = u64::MAX;
/// Longest sleep of a thread with nothing to do.
const IDLE: Duration = Duration::from_secs(3_600);

/// What came of the `expect` questions of one article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialResult {
    /// The state of the folder they were asked in.
    pub generation: u64,
    /// Questions that found the article first.
    pub passed: usize,
    /// The other ones.
    pub failed: Vec<String>,
}

/// The latest result for each article.
#[derive(Debug, Default)]
pub struct TrialResults(Mutex<HashMap<ArticleId, Arc<TrialResult>>>);

impl TrialResults {
    /// The result for `id`, when it is not older than `generation`.
    #[must_use]
    pub fn of(&self, id: &ArticleId, generation: u64) -> Option<Arc<TrialResult>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(id).filter(|r| r.generation >= generation).cloned()
    }

    /// Questions that found their article first, and all that were asked.
    #[must_use]
    pub fn total(&self) -> (usize, usize) {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = all.values().map(|r| r.passed).sum();
        (passed, passed + all.values().map(|r| r.failed.len()).sum::<usize>())
    }

    fn set(&self, id: &ArticleId, result: Arc<TrialResult>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), result);
    }

    fn forget(&self, id: &ArticleId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }
}

/// Tries the questions of the articles.
pub struct Trials {
    finder: Finder,
    news: broadcast::Receiver<News>,
    /// The first articles of the last answers to an article's questions, and the other way round.
    answered_with: HashMap<ArticleId, Vec<ArticleId>>,
    asked_by: HashMap<ArticleId, BTreeSet<ArticleId>>,
    urgent: VecDeque<ArticleId>,
    /// What is in `urgent`: a checkout changes a hundred thousand articles at once.
    is_urgent: HashSet<ArticleId>,
    others: VecDeque<ArticleId>,
    /// The state in which `others` was filled last.
    round: u64,
}

impl Trials {
    /// Nothing tried yet.
    #[must_use]
    pub fn new(finder: Finder) -> Self {
        let news = finder.live().listen();
        Self {
            finder,
            news,
            answered_with: HashMap::new(),
            asked_by: HashMap::new(),
            urgent: VecDeque::new(),
            is_urgent: HashSet::new(),
            others: VecDeque::new(),
            round: 0,
        }
    }

    /// Tries until nobody can wake it any more. A message says that something was published.
    pub fn run(mut self, published: &Receiver<()>) {
        loop {
            let started = Instant::now();
            let wait = match self.step() {
                None => IDLE,
                Some(true) => Duration::ZERO,
                Some(false) => started.elapsed() * REST,
            };
            if published.recv_timeout(wait) == Err(RecvTimeoutError::Disconnected) {
                return;
            }
        }
    }

    /// Asks the questions of the next article; whether it was urgent, or `None` when none is left.
    pub fn step(&mut self) -> Option<bool> {
        let snapshot = self.finder.snapshot().ok()?;
        self.hear();
        let (id, urgent) = match self.urgent.pop_front() {
            Some(id) => {
                self.is_urgent.remove(&id);
                (id, true)
            }
            None => (self.next_other(&snapshot)?, false),
        };
        let live = self.finder.live();
        let asking = snapshot.corpus.article(&id).filter(|a| !a.expect.is_empty()).cloned();
        let Some(article) = asking else {
            live.trials.forget(&id);
            self.remember(&id, Vec::new());
            return Some(urgent);
        };
        let (result, tops) = self.ask(&article, snapshot.generation);
        let result = Arc::new(result);
        self.finder.live().trials.set(&id, Arc::clone(&result));
        self.finder.live().tell(News::Tried(id.clone(), result));
        self.remember(&id, tops);
        Some(urgent)
    }

    /// Puts what changed, and whose questions a changed article had answered, on the urgent list.
    fn hear(&mut self) {
        loop {
            let published = match self.news.try_recv() {
                Ok(News::Published(published)) => published,
                Ok(News::Meant(ids)) => {
                    self.ask_again(&ids);
                    continue;
                }
                Ok(_) => continue,
                Err(TryRecvError::Lagged(_)) => {
                    // What was missed is found with all the others, asked anew.
                    self.others.clear();
                    self.round = UNKNOWN_ROUND;
                    continue;
                }
                Err(_) => return,
            };
            if self.round == 0 {
                // The first state: nobody has saved anything.
                continue;
            }
            for changed in &published.articles {
                let neighbours = self.asked_by.get(&changed.id).into_iter().flatten();
                for id in std::iter::once(&changed.id).chain(neighbours) {
                    if self.is_urgent.insert(id.clone()) {
                        self.urgent.push_back(id.clone());
                    }
                }
            }
        }
    }

    /// Puts these articles, and those whose questions they had answered, before the others: whoever was asked
    /// without their vectors may be answered otherwise with them.
    fn ask_again(&mut self, ids: &[ArticleId]) {
        if self.round == 0 {
            // None has been asked yet.
            return;
        }
        let neighbours = ids.iter().filter_map(|id| self.asked_by.get(id)).flatten();
        let again: BTreeSet<ArticleId> = ids.iter().chain(neighbours).cloned().collect();
        let rest = std::mem::take(&mut self.others).into_iter().filter(|id| !again.contains(id)).collect::<Vec<_>>();
        self.others = again.iter().cloned().chain(rest).collect();
    }

    /// The next of all articles; a round ends before the next one begins, and none begins in a state that had one.
    fn next_other(&mut self, snapshot: &Snapshot) -> Option<ArticleId> {
        if self.others.is_empty() && self.round != snapshot.generation {
            self.round = snapshot.generation;
            self.others = snapshot.articles().filter(|a| !a.expect.is_empty()).map(|a| a.id.clone()).collect();
        }
        self.others.pop_front()
    }

    fn remember(&mut self, id: &ArticleId, tops: Vec<ArticleId>) {
        for top in self.answered_with.remove(id).into_iter().flatten() {
            if let Some(askers) = self.asked_by.get_mut(&top) {
                askers.remove(id);
            }
        }
        for top in &tops {
            self.asked_by.entry(top.clone()).or_default().insert(id.clone());
        }
        if !tops.is_empty() {
            self.answered_with.insert(id.clone(), tops);
        }
    }

    fn ask(&self, article: &Article, generation: u64) -> (TrialResult, Vec<ArticleId>) {
        let role = asked_as(article);
        let mut result = TrialResult { generation, passed: 0, failed: Vec::new() };
        let mut tops = Vec::new();
        for expect in &article.expect {
            // Nobody waits for it, and an answer without meaning would be told as a failure.
            let question = Question::new(expect).ok().map(|question| Question { wait: true, ..question });
            let found = question.and_then(|question| self.finder.find(&question, role).ok());
            let ids: Vec<ArticleId> =
                found.iter().flat_map(|f| f.hits.iter().take(TOP)).map(|h| h.article.id.clone()).collect();
            if ids.first() == Some(&article.id) {
                result.passed += 1;
            } else {
                result.failed.push(expect.clone());
            }
            tops.extend(ids);
        }
        tops.sort();
        tops.dedup();
        (result, tops)
    }
}

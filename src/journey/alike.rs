//! Compares the articles of each appliance with each other, after they are published and when nothing
//! happens; what is found stands among the problems.

use std::{
    collections::{BTreeMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use super::{Live, Snapshot};
use crate::{
    article::{Article, Problem, Trouble},
    corpus::{alike, by_appliance},
};

/// Nothing is compared before so much time has passed without a save.
const QUIET: Duration = Duration::from_secs(1);
/// This many times the time of a comparison passes before the next one: a tenth of a core.
const REST: u32 = 9;
/// Longest sleep of a thread with nothing to do.
const IDLE: Duration = Duration::from_secs(3_600);

/// What the last comparison of each appliance found.
#[derive(Debug, Default)]
pub struct NearDuplicates(Mutex<BTreeMap<String, Vec<Problem>>>);

impl NearDuplicates {
    pub(super) fn set(&self, appliance: &str, found: Vec<Problem>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(appliance.to_owned(), found);
    }

    /// The problems of `snapshot` with those found here that are still about its files.
    pub(super) fn among(&self, snapshot: &Snapshot) -> Vec<Problem> {
        let mut all = snapshot.problems();
        let found = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut pairs = HashSet::new();
        for problem in found.values().flatten() {
            let (Trouble::NearDuplicate(other, _) | Trouble::Overlap(other, _)) = &problem.trouble else { continue };
            // Two articles are compared once for each appliance they share.
            let is_new = pairs.insert((&problem.file, other));
            if is_new && snapshot.corpus.article_at(&problem.file).is_some() {
                all.push(problem.clone());
            }
        }
        all.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
        all
    }
}

/// Compares what is in service.
pub struct Comparer {
    live: Arc<Live>,
    /// The articles of each appliance as they were compared last, as one number.
    compared: BTreeMap<String, u64>,
}

impl Comparer {
    /// Nothing compared yet.
    #[must_use]
    pub fn new(live: Arc<Live>) -> Self {
        Self { live, compared: BTreeMap::new() }
    }

    /// Compares until nobody can wake it any more. A message says that something was published.
    pub fn run(mut self, published: &Receiver<()>) {
        let mut wait = QUIET;
        loop {
            match published.recv_timeout(wait) {
                Ok(()) => wait = QUIET,
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {
                    let started = Instant::now();
                    wait = if self.step() { started.elapsed() * REST } else { IDLE };
                }
            }
        }
    }

    /// Compares the articles of the next appliance that has others than at the last time; whether there
    /// was one.
    pub fn step(&mut self) -> bool {
        let Some(snapshot) = self.live.snapshot() else { return false };
        let mut groups = by_appliance(&snapshot.corpus);
        for name in self.compared.keys() {
            // An appliance without articles any more: nothing is alike there.
            groups.entry(name.clone()).or_default();
        }
        let due = groups.into_iter().find(|(name, group)| self.compared.get(name) != Some(&state(group)));
        let Some((name, group)) = due else { return false };
        self.live.near_duplicates.set(&name, alike(&group));
        self.compared.insert(name, state(&group));
        true
    }
}

fn state(group: &[Arc<Article>]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for article in group {
        (&article.path, article.revision).hash(&mut hasher);
    }
    hasher.finish()
}

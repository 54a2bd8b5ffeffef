//! What an editor is told after each save.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

use super::Live;
use crate::article::{ArticleId, Problem, RelPath, Revision};

/// Receipts remembered.
const REMEMBERED: usize = 1_000;

/// One save that can be found, or one deletion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The file.
    pub file: RelPath,
    /// SHA-256 of its bytes; `None` when it is gone.
    pub hash: Option<Revision>,
    /// The article in service from it.
    pub id: Option<ArticleId>,
    /// From this state of the folder on.
    pub generation: u64,
    /// From writing the file to being found, in milliseconds; `None` where that was forgotten.
    pub save_to_search_ms: Option<u64>,
    /// What is wrong in the file.
    pub problems: Vec<Problem>,
    /// When it was published.
    pub at: SystemTime,
}

/// The latest receipts.
#[derive(Debug, Default)]
pub struct Receipts(Mutex<VecDeque<Receipt>>);

impl Receipts {
    /// Adds one, newest first.
    pub(super) fn add(&self, receipt: Receipt) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push_front(receipt);
        all.truncate(REMEMBERED);
    }

    /// The newest receipt for these bytes in a file that was not saved otherwise since.
    fn of(&self, hash: Revision) -> Option<Receipt> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut later = HashSet::new();
        all.iter().find(|r| later.insert(&r.file) && r.hash == Some(hash)).cloned()
    }

    /// The newest `n`.
    #[must_use]
    pub fn latest(&self, n: usize) -> Vec<Receipt> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().take(n).cloned().collect()
    }
}

impl Live {
    /// The receipt for these bytes, as long as a file in service holds them. Where the folder has changed too often since
    /// to remember it, one is made of what is in service.
    #[must_use]
    pub fn receipt(&self, hash: Revision) -> Option<Receipt> {
        let announced = *self.generations().borrow();
        if let Some(receipt) = self.receipts.of(hash) {
            return Some(receipt);
        }
        // Of a newer snapshot the receipts are about to come.
        let snapshot = self.snapshot().filter(|s| s.generation <= announced)?;
        let (file, entry) = snapshot.corpus.entries().find(|(_, entry)| entry.hash == Some(hash))?;
        Some(Receipt {
            file: file.clone(),
            hash: Some(hash),
            id: entry.article.as_ref().map(|a| a.id.clone()),
            generation: snapshot.generation,
            save_to_search_ms: None,
            problems: snapshot.corpus.problems_of(file),
            at: SystemTime::now(),
        })
    }
}

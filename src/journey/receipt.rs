//! What an editor is told after each save.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

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
    /// From writing the file to being found, in milliseconds.
    pub save_to_search_ms: u64,
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

    /// The newest receipt for these bytes.
    #[must_use]
    pub fn of(&self, hash: &str) -> Option<Receipt> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().find(|r| r.hash.is_some_and(|h| h.to_string() == hash)).cloned()
    }

    /// The newest `n`.
    #[must_use]
    pub fn latest(&self, n: usize) -> Vec<Receipt> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().take(n).cloned().collect()
    }
}

//! What one turn of the publisher says: what it did, or why there is no new snapshot.

use std::{collections::BTreeMap, path::PathBuf};

use super::Receipt;
use crate::{article::RelPath, index::IndexFault, store::StoreFault};

/// The publisher cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartFault {
    /// The knowledge base is no folder.
    #[error("`{0}` is not a folder")]
    NoFolder(PathBuf),
    /// The data folder cannot be used.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

/// A turn did not end in a new snapshot; the old one stays and the next turn tries again.
#[derive(Debug, thiserror::Error)]
pub enum PublishFault {
    /// The index failed.
    #[error(transparent)]
    Index(#[from] IndexFault),
    /// We made a mistake, and the turn broke off somewhere.
    #[error("the turn panicked")]
    Panicked,
}

/// What one turn did.
#[derive(Debug, Default)]
pub struct Report {
    /// The state of the folder now in service; 0 when nothing was published yet.
    pub generation: u64,
    /// One for each file taken.
    pub receipts: Vec<Receipt>,
    /// The whole index was built anew.
    pub rebuilt: bool,
    /// The index of an earlier start was taken up; so many articles differed from it.
    pub resumed: Option<usize>,
    /// Look again soon: files may still be on their way into a new folder.
    pub look_again: bool,
    /// The folder could not be read.
    pub folder_fault: Option<std::io::Error>,
    /// Parts of the folder that could not be read, and why: what was known of them stays in service.
    pub blind: BTreeMap<RelPath, String>,
    /// The folder must be watched anew.
    pub folder_replaced: bool,
    /// A good version could not be kept against a later accident.
    pub store_fault: Option<StoreFault>,
}

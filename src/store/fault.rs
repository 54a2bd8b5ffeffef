//! What can go wrong with the database, by what one can do about it.

use std::{error::Error, path::PathBuf, sync::Arc};

/// What the database said; shared by all writes that failed together.
pub type Cause = Arc<dyn Error + Send + Sync>;

/// Why the database did not do it. What was asked for did not happen, not even in part.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DatabaseFault {
    /// The file cannot be made, read or written: look at its path and permissions.
    #[error("cannot open the database `{path}`")]
    CannotOpen {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: Cause,
    },
    /// A newer version of the program wrote it: use that one.
    #[error("the database has schema {found}, this version knows {known}")]
    NewerSchema {
        /// The schema of the file.
        found: i64,
        /// The newest schema known here.
        known: i64,
    },
    /// No room on the disk.
    #[error("the disk is full")]
    Full(#[source] Cause),
    /// Another process writes for longer than we wait, or all connections are in use: try again.
    #[error("the database is busy")]
    Busy(#[source] Cause),
    /// It is no database, or a damaged one: restore a backup.
    #[error("the database is damaged")]
    Damaged(#[source] Cause),
    /// One row holds what the program never writes; the others are not affected.
    #[error("row `{row}` of table `{table}` cannot be understood")]
    BadRow {
        /// The table.
        table: &'static str,
        /// What names the row.
        row: String,
    },
    /// No free handoff code was found among the numbers tried.
    #[error("no handoff code is free")]
    NoFreeCode,
    /// The store was closed.
    #[error("the database is closed")]
    Closed,
    /// Anything else: a fault of the disk or a mistake of ours; the cause says which.
    #[error("the database refused")]
    Refused(#[source] Cause),
}

impl DatabaseFault {
    /// A row that cannot be understood.
    pub(super) fn bad_row(table: &'static str, row: impl ToString) -> Self {
        Self::BadRow { table, row: row.to_string() }
    }
}

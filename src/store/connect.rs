//! Which database it is: connections, how a write begins, what error codes mean. Nothing else knows.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use sqlx::{
    ConnectOptions as _, Connection as _, Error, Sqlite, SqliteConnection, SqlitePool, Transaction,
    sqlite::{
        SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
    },
};

use super::fault::DatabaseFault;

/// One connection.
pub(super) type Connection = SqliteConnection;
/// Connections for readers.
pub(super) type Pool = SqlitePool;
/// A row that was read.
pub(super) type Row = SqliteRow;
/// A statement with its values.
pub(super) type Query<'q> = sqlx::query::Query<'q, Sqlite, SqliteArguments>;
/// What is written together.
pub(super) type Together<'c> = Transaction<'c, Sqlite>;

/// Reading takes microseconds; more readers than this wait for each other without noticing.
const READERS: u32 = 4;
/// How long a write waits for another process, and a reader for a connection.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two attempts where SQLite itself does not wait.
const AGAIN: Duration = Duration::from_millis(10);

/// How to connect.
#[derive(Debug, Clone)]
pub(super) struct Connector {
    options: SqliteConnectOptions,
}

impl Connector {
    /// The database in the file `path`, made when it is not there, readable by its owner only.
    pub(super) fn new(path: &Path) -> std::io::Result<Self> {
        let mut made = std::fs::OpenOptions::new();
        made.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut made, 0o600);
        made.open(path)?;
        let options = SqliteConnectOptions::new().filename(path).busy_timeout(PATIENCE).foreign_keys(true);
        Ok(Self { options: options.disable_statement_logging() })
    }

    /// The connection that writes. What it commits survives a loss of power, and what it deletes is
    /// overwritten.
    pub(super) async fn writer(&self) -> Result<Connection, Error> {
        let options = self.options.clone().journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
        let options = options.pragma("secure_delete", "ON");
        let until = Instant::now() + PATIENCE;
        loop {
            match options.connect().await {
                // SQLite does not wait for others when it changes a new file to a write-ahead log: of servers that
                // start together all but one would be refused.
                Err(error) if is_busy(&error) && Instant::now() < until => tokio::time::sleep(AGAIN).await,
                connected => return connected,
            }
        }
    }

    /// Connections that cannot write, opened when they are needed.
    pub(super) fn readers(&self) -> Pool {
        let options = self.options.clone().pragma("query_only", "ON");
        SqlitePoolOptions::new().max_connections(READERS).acquire_timeout(PATIENCE).connect_lazy_with(options)
    }
}

/// Begins to write. The right to do so is taken at once: who reads first and then finds that another
/// process wrote in between could not go on.
pub(super) async fn begin(connection: &mut Connection) -> Result<Together<'_>, Error> {
    connection.begin_with("BEGIN IMMEDIATE").await
}

/// The family of a code of SQLite, the low byte of an extended one: https://www.sqlite.org/rescode.html
fn family(error: &Error) -> Option<u32> {
    error.as_database_error().and_then(|e| e.code()?.parse::<u32>().ok()).map(|code| code & 0xff)
}

fn is_busy(error: &Error) -> bool {
    matches!((family(error), error), (Some(5 | 6), _) | (_, Error::PoolTimedOut))
}

impl From<Error> for DatabaseFault {
    fn from(error: Error) -> Self {
        let kind = match (family(&error), &error) {
            _ if is_busy(&error) => Self::Busy,
            (Some(11 | 26), _) => Self::Damaged,
            (Some(13), _) => Self::Full,
            (_, Error::PoolClosed) => return Self::Closed,
            _ => Self::Refused,
        };
        kind(Arc::new(error))
    }
}

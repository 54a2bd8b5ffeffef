//! The handle of the database: opening, closing, reading, writing.

use std::{path::Path, sync::Arc};

use tokio::sync::{mpsc, oneshot};

use super::{
    connect::{Connection, Connector, Pool},
    fault::DatabaseFault,
    migrate::{MIGRATIONS, migrate},
    writer::{self, MAX_WAITING, Message, Working},
};

/// What must survive: walkthroughs and what was said in them, the texts they pin, handoff codes,
/// feedback. When a call that writes returns, it is on the disk.
///
/// Texts of people (complaints, reasons) are stored as they come: the caller masks personal data.
#[derive(Clone, Debug)]
pub struct Store {
    queue: mpsc::Sender<Message>,
    readers: Pool,
}

impl Store {
    /// Opens the database in the file `path`, making it when it is not there, and brings its tables
    /// up to date. Several processes may have the same file open. Needs a tokio runtime.
    ///
    /// # Errors
    /// When the file cannot be used, is no database, or was written by a newer version.
    pub async fn open(path: &Path) -> Result<Self, DatabaseFault> {
        Self::open_with(path, MAX_WAITING, MIGRATIONS).await
    }

    pub(super) async fn open_with(
        path: &Path,
        max_waiting: usize,
        migrations: &[&'static str],
    ) -> Result<Self, DatabaseFault> {
        let cannot = |source| DatabaseFault::CannotOpen { path: path.to_owned(), source };
        let connector = Connector::new(path).map_err(|e| cannot(Arc::new(e)))?;
        let connection = async {
            let mut connection = connector.writer().await?;
            migrate(&mut connection, migrations).await?;
            Ok(connection)
        };
        let connection = connection.await.map_err(|fault| match fault {
            DatabaseFault::Refused(source) => cannot(source),
            fault => fault,
        })?;
        let readers = connector.readers();
        let (queue, writes) = mpsc::channel(max_waiting);
        tokio::spawn(writer::run(connector, connection, writes));
        Ok(Self { queue, readers })
    }

    /// Finishes the writes that wait, then closes the file. Later calls fail as closed; those of
    /// clones too.
    pub async fn close(&self) {
        self.readers.close().await;
        let (closer, closed) = oneshot::channel();
        if self.queue.send(Message::Close(closer)).await.is_ok() {
            let _ = closed.await;
        }
    }

    /// Has `work` done by the writer and waits for its commit.
    pub(super) async fn write<T, F>(&self, work: F) -> Result<T, DatabaseFault>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Connection) -> Working<'c, T> + Send + 'static,
    {
        writer::write(&self.queue, work).await
    }

    /// Connections to read from.
    pub(super) fn readers(&self) -> &Pool {
        &self.readers
    }
}

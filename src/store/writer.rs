//! The one task that writes. It takes the writes that wait, commits them together and answers each
//! only after the commit: many writers share one wait for the disk.

use std::{future::Future, pin::Pin};

use sqlx::Connection as _;
use tokio::sync::{mpsc, oneshot};

use super::{
    connect::{self, Connection, Connector},
    fault::DatabaseFault,
};

/// Writes that may wait; who comes then waits for a place.
pub(super) const MAX_WAITING: usize = 1024;
/// Writes of one commit: the first of them waits for the last.
const MAX_TOGETHER: usize = 256;

/// A write under way on a connection.
pub(super) type Working<'c, T> = Pin<Box<dyn Future<Output = Result<T, DatabaseFault>> + Send + 'c>>;

/// What is sent to the task.
pub(super) enum Message {
    /// A write.
    Write(Box<dyn Job>),
    /// Do what waits, take nothing more, and say when it is done.
    Close(oneshot::Sender<()>),
}

/// A write that waits for its turn.
pub(super) trait Job: Send {
    /// Does it inside the transaction.
    fn run<'c>(&'c mut self, connection: &'c mut Connection) -> Working<'c, ()>;
    /// Tells who waits how it ended.
    fn settle(self: Box<Self>, ended: Result<(), DatabaseFault>);
}

struct Write<T, F> {
    work: Option<F>,
    done: Option<T>,
    reply: oneshot::Sender<Result<T, DatabaseFault>>,
}

impl<T, F> Job for Write<T, F>
where
    T: Send,
    F: for<'c> FnOnce(&'c mut Connection) -> Working<'c, T> + Send,
{
    fn run<'c>(&'c mut self, connection: &'c mut Connection) -> Working<'c, ()> {
        Box::pin(async move {
            if let Some(work) = self.work.take() {
                self.done = Some(work(connection).await?);
            }
            Ok(())
        })
    }

    fn settle(self: Box<Self>, ended: Result<(), DatabaseFault>) {
        let Self { done, reply, .. } = *self;
        // Who asked may have gone away; it is written all the same.
        let _ = reply.send(ended.and_then(|()| done.ok_or(DatabaseFault::Closed)));
    }
}

/// Has `work` done by the task and waits for its commit. It is done entirely or not at all.
pub(super) async fn write<T, F>(queue: &mpsc::Sender<Message>, work: F) -> Result<T, DatabaseFault>
where
    T: Send + 'static,
    F: for<'c> FnOnce(&'c mut Connection) -> Working<'c, T> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    let job = Write { work: Some(work), done: None, reply };
    queue.send(Message::Write(Box::new(job))).await.map_err(|_| DatabaseFault::Closed)?;
    answer.await.map_err(|_| DatabaseFault::Closed)?
}

/// The task: ends when it is closed or nobody is left to send.
pub(super) async fn run(connector: Connector, connection: Connection, mut queue: mpsc::Receiver<Message>) {
    let mut connection = Some(connection);
    let mut closers = Vec::new();
    let mut taken = Vec::new();
    while queue.recv_many(&mut taken, MAX_TOGETHER).await > 0 {
        let mut jobs = Vec::with_capacity(taken.len());
        for message in taken.drain(..) {
            match message {
                Message::Write(job) => jobs.push(job),
                Message::Close(closer) => {
                    queue.close();
                    closers.push(closer);
                }
            }
        }
        match write_together(&connector, &mut connection, &mut jobs).await {
            Ok(ended) => jobs.into_iter().zip(ended).for_each(|(job, ended)| job.settle(ended)),
            Err(fault) => jobs.into_iter().for_each(|job| job.settle(Err(fault.clone()))),
        }
    }
    if let Some(connection) = connection {
        // What was acknowledged is in the log of the database; closing only tidies up.
        let _ = connection.close().await;
    }
    for closer in closers {
        let _ = closer.send(());
    }
}

/// Writes `jobs` in one transaction and says how each ended; `Err` when none was written. The
/// connection is given up then, since nobody knows in what state it is.
async fn write_together(
    connector: &Connector,
    kept: &mut Option<Connection>,
    jobs: &mut [Box<dyn Job>],
) -> Result<Vec<Result<(), DatabaseFault>>, DatabaseFault> {
    if jobs.is_empty() {
        return Ok(Vec::new());
    }
    let mut connection = match kept.take() {
        Some(connection) => connection,
        None => connector.writer().await?,
    };
    let mut ended = Vec::with_capacity(jobs.len());
    let mut all = connect::begin(&mut connection).await?;
    for job in jobs {
        let mut one = all.begin().await?;
        let done = job.run(&mut one).await;
        match &done {
            Ok(()) => one.commit().await?,
            Err(fault) => {
                // A full disk ends the whole transaction: then there is nothing left to go back to.
                let fault = fault.clone();
                one.rollback().await.map_err(|_| fault)?;
            }
        }
        ended.push(done);
    }
    all.commit().await?;
    *kept = Some(connection);
    Ok(ended)
}

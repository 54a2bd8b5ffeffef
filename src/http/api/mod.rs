//! The JSON API, one file for each noun. Bodies are made here, field by field.

pub(crate) mod articles;
pub(crate) mod events;
pub(crate) mod handoffs;
pub(crate) mod media;
pub(crate) mod problems;
pub(crate) mod receipts;
pub(crate) mod search;
pub(crate) mod status;
pub(crate) mod suggest;
pub(crate) mod walkthrough_body;
pub(crate) mod walkthroughs;

use std::sync::LazyLock;

use tokio::sync::Semaphore;

use crate::http::error::HttpFault;

/// Runs what computes for more than half a millisecond on a blocking thread, no more at a time than
/// there are cores: more would only take turns and make everybody's slowest answer slower.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, HttpFault> {
    static CORES: LazyLock<Semaphore> = LazyLock::new(a_place_a_core);
    in_turn(&CORES, work).await
}

/// The same where `waits` for an embeddings server, which may take seconds: in other places, so that nobody else waits
/// with it.
pub(crate) async fn blocking_or_waiting<T: Send + 'static>(
    waits: bool,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, HttpFault> {
    static WAITING: LazyLock<Semaphore> = LazyLock::new(a_place_a_core);
    if waits { in_turn(&WAITING, work).await } else { blocking(work).await }
}

fn a_place_a_core() -> Semaphore {
    Semaphore::new(std::thread::available_parallelism().map_or(1, usize::from))
}

async fn in_turn<T: Send + 'static>(
    places: &Semaphore,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, HttpFault> {
    let _turn = places.acquire().await.map_err(|error| HttpFault::ours(&error))?;
    tokio::task::spawn_blocking(work).await.map_err(|error| HttpFault::ours(&error))
}

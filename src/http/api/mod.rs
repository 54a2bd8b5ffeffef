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
    static CORES: LazyLock<Semaphore> =
        LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(1, usize::from)));
    let _turn = CORES.acquire().await.map_err(|error| HttpFault::ours(&error))?;
    tokio::task::spawn_blocking(work).await.map_err(|error| HttpFault::ours(&error))
}

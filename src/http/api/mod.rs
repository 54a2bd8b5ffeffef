//! The JSON API, one file for each noun. Bodies are made here, field by field.

pub(crate) mod articles;
pub(crate) mod media;
pub(crate) mod problems;
pub(crate) mod receipts;
pub(crate) mod search;
pub(crate) mod status;
pub(crate) mod suggest;

use crate::http::error::HttpFault;

/// Runs what computes for more than half a millisecond on a blocking thread.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, HttpFault> {
    tokio::task::spawn_blocking(work).await.map_err(|error| HttpFault::ours(&error))
}

//! The JSON API, one file for each noun. Bodies are made here, field by field.

pub(crate) mod articles;
pub(crate) mod events;
pub(crate) mod handoffs;
mod listeners;
pub(crate) mod media;
pub(crate) mod problems;
pub(crate) mod receipts;
pub(crate) mod search;
pub(crate) mod status;
pub(crate) mod suggest;
pub(crate) mod walkthrough_body;
pub(crate) mod walkthroughs;

use std::sync::{Arc, LazyLock};

use tokio::sync::Semaphore;

use crate::http::error::HttpFault;

/// Runs what computes for more than half a millisecond on a blocking thread, no more at a time than
/// there are cores: more would only take turns and make everybody's slowest answer slower.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, HttpFault> {
    static CORES: LazyLock<Arc<Semaphore>> = LazyLock::new(a_place_a_core);
    in_turn(Arc::clone(&CORES), work).await
}

/// The same where `waits` for an embeddings server, which may take seconds: in other places, so that nobody else waits
/// with it.
pub(crate) async fn blocking_or_waiting<T: Send + 'static>(
    waits: bool,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, HttpFault> {
    static WAITING: LazyLock<Arc<Semaphore>> = LazyLock::new(a_place_a_core);
    if waits { in_turn(Arc::clone(&WAITING), work).await } else { blocking(work).await }
}

fn a_place_a_core() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(std::thread::available_parallelism().map_or(1, usize::from)))
}

async fn in_turn<T: Send + 'static>(
    places: Arc<Semaphore>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, HttpFault> {
    let place = places.acquire_owned().await.map_err(|error| HttpFault::ours(&error))?;
    let in_place = move || {
        // Who asked may have left: the place is free when the work is done, not before.
        let _place = place;
        work()
    };
    tokio::task::spawn_blocking(in_place).await.map_err(|error| HttpFault::ours(&error))
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, time::Duration};

    use super::*;

    #[tokio::test]
    async fn work_nobody_waits_for_any_more_keeps_its_place_until_it_is_done() {
        let places = Arc::new(Semaphore::new(1));
        let (begun, begins) = tokio::sync::oneshot::channel();
        let (end, ends) = mpsc::channel::<()>();
        let work = move || {
            let _ = begun.send(());
            let _ = ends.recv();
        };
        let asked = tokio::spawn(in_turn(Arc::clone(&places), work));
        begins.await.expect("the work begins");
        asked.abort();
        assert!(asked.await.is_err_and(|end| end.is_cancelled()), "who asked has left");
        assert_eq!(places.available_permits(), 0, "the work goes on");
        drop(end);
        let free = tokio::time::timeout(Duration::from_secs(10), places.acquire()).await;
        assert!(free.is_ok(), "done, it frees its place");
    }
}

//! Events of the file system as ticks. An event is a hint where to look, never a fact.

use std::{
    path::{Path, PathBuf},
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread,
    time::Duration,
};

use notify::{Event, EventKind, RecursiveMode, Watcher as _};

use super::{Tick, scan::identity};

/// A folder put in the place of the watched one, by a link on the way to it, is noticed within this.
const SWAP: Duration = Duration::from_secs(1);

/// Watches as long as it lives.
pub struct Watcher {
    _inner: notify::RecommendedWatcher,
    /// Ends its thread when it is dropped.
    _swaps: Sender<()>,
}

/// The folder cannot be watched; looking at it from time to time still works.
#[derive(Debug, thiserror::Error)]
#[error("cannot watch the folder")]
pub struct WatchFault(#[from] notify::Error);

/// Sends a tick for each event below `root`.
///
/// # Errors
/// When the operating system refuses to watch, for example because its limit is reached.
pub fn watch(root: &Path, ticks: Sender<Tick>) -> Result<Watcher, WatchFault> {
    let swaps = tell_swaps(root.to_owned(), ticks.clone())?;
    let top = root.to_owned();
    let mut inner = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if let Some(tick) = tick(event, &top) {
            // The publisher has gone: nobody is left to hear.
            let _ = ticks.send(tick);
        }
    })?;
    inner.watch(root, RecursiveMode::Recursive)?;
    Ok(Watcher { _inner: inner, _swaps: swaps })
}

/// Sends a tick when `root` is another folder than before. The system reports what happens to a
/// folder, and to the folder nothing happens when a link that leads to it is put elsewhere.
fn tell_swaps(root: PathBuf, ticks: Sender<Tick>) -> notify::Result<Sender<()>> {
    let (end, ended) = mpsc::channel();
    let mut before = identity(&root);
    let run = move || {
        while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(SWAP) {
            let now = identity(&root);
            if now.is_some() && now != before {
                let _ = ticks.send(Tick { hints: Vec::new(), everything: true });
                before = now;
            }
        }
    };
    thread::Builder::new().name("swaps".to_owned()).spawn(run).map_err(notify::Error::io)?;
    Ok(end)
}

fn tick(event: notify::Result<Event>, root: &Path) -> Option<Tick> {
    let Ok(event) = event else { return Some(Tick { hints: Vec::new(), everything: true }) };
    if event.need_rescan() {
        // Folders were made and nobody was told: all of them are to be watched anew.
        return Some(Tick { hints: vec![root.to_owned()], everything: true });
    }
    if event.paths.is_empty() {
        return Some(Tick { hints: Vec::new(), everything: true });
    }
    let reading = matches!(event.kind, EventKind::Access(kind) if !matches!(kind, notify::event::AccessKind::Close(notify::event::AccessMode::Write)));
    (!reading).then_some(Tick { hints: event.paths, everything: false })
}

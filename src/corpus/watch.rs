//! Events of the file system as ticks. An event is a hint where to look, never a fact.

use std::{path::Path, sync::mpsc::Sender};

use notify::{Event, EventKind, RecursiveMode, Watcher as _};

use super::Tick;

/// Watches as long as it lives.
pub struct Watcher {
    _inner: notify::RecommendedWatcher,
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
    let mut inner = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if let Some(tick) = tick(event) {
            // The publisher has gone: nobody is left to hear.
            let _ = ticks.send(tick);
        }
    })?;
    inner.watch(root, RecursiveMode::Recursive)?;
    Ok(Watcher { _inner: inner })
}

fn tick(event: notify::Result<Event>) -> Option<Tick> {
    let Ok(event) = event else { return Some(Tick { hints: Vec::new(), everything: true }) };
    if event.need_rescan() || event.paths.is_empty() {
        return Some(Tick { hints: Vec::new(), everything: true });
    }
    let reading = matches!(event.kind, EventKind::Access(kind) if !matches!(kind, notify::event::AccessKind::Close(notify::event::AccessMode::Write)));
    (!reading).then_some(Tick { hints: event.paths, everything: false })
}

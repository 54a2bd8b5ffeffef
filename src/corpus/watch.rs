//! Events of the file system as ticks. An event is a hint where to look, never a fact.

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread,
    time::Duration,
};

use notify::{ErrorKind, Event, EventKind, RecursiveMode, Watcher as _};
use walkdir::WalkDir;

use super::{Tick, stamp::identity};

/// A folder put in the place of the watched one, by a link on the way to it, is noticed within this.
const SWAP: Duration = Duration::from_secs(1);

/// Watches as long as it lives.
pub struct Watcher {
    _inner: notify::RecommendedWatcher,
    blind: Arc<AtomicBool>,
    /// Ends its thread when it is dropped.
    _swaps: Sender<()>,
}

impl Watcher {
    /// The system had no watch to give for some folder: what happens there is found by looking only.
    #[must_use]
    pub fn is_blind(&self) -> bool {
        self.blind.load(Ordering::Relaxed)
    }
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
    let (top, linked, blind) = (root.to_owned(), Linked::below(root), Arc::new(AtomicBool::new(false)));
    let (folders, is_blind) = (linked.folders.clone(), Arc::clone(&blind));
    let mut inner = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if matches!(&event, Err(error) if matches!(error.kind, ErrorKind::MaxFilesWatch)) {
            is_blind.store(true, Ordering::Relaxed);
        }
        if let Some(tick) = tick(event, &top, &linked) {
            // The publisher has gone: nobody is left to hear.
            let _ = ticks.send(tick);
        }
    })?;
    inner.watch(root, RecursiveMode::Recursive)?;
    for folder in folders {
        if inner.watch(&folder, RecursiveMode::NonRecursive).is_err() {
            blind.store(true, Ordering::Relaxed);
        }
    }
    Ok(Watcher { _inner: inner, blind, _swaps: swaps })
}

/// Files elsewhere that single links below the folder lead to.
#[derive(Default)]
struct Linked {
    /// The links to each file.
    links: HashMap<PathBuf, Vec<PathBuf>>,
    /// Folders of such files that are not below the watched one, nor behind a link to a folder there: one
    /// folder cannot be watched under two names.
    folders: HashSet<PathBuf>,
}

impl Linked {
    fn below(root: &Path) -> Self {
        let mut linked = Self::default();
        let mut watched = HashSet::new();
        for entry in WalkDir::new(root).follow_links(true).into_iter().flatten() {
            if entry.file_type().is_dir() {
                watched.insert(identity(entry.path()));
            } else if entry.path_is_symlink()
                && let Ok(target) = fs::canonicalize(entry.path())
            {
                linked.links.entry(target).or_default().push(entry.into_path());
            }
        }
        let folders = linked.links.keys().filter_map(|target| target.parent());
        linked.folders = folders.filter(|f| !watched.contains(&identity(f))).map(Path::to_owned).collect();
        linked
    }

    /// Where to look when something happened at `path`; nowhere when it is only a neighbour of a linked file.
    fn seen_as(&self, path: PathBuf) -> Vec<PathBuf> {
        if !path.parent().is_some_and(|folder| self.folders.contains(folder)) {
            return vec![path];
        }
        self.links.get(&path).cloned().unwrap_or_default()
    }
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

fn tick(event: notify::Result<Event>, root: &Path, linked: &Linked) -> Option<Tick> {
    let Ok(event) = event else { return Some(Tick { hints: Vec::new(), everything: true }) };
    if event.need_rescan() {
        // Folders were made and nobody was told: all of them are to be watched anew.
        return Some(Tick { hints: vec![root.to_owned()], everything: true });
    }
    if event.paths.is_empty() {
        return Some(Tick { hints: Vec::new(), everything: true });
    }
    let reading = matches!(event.kind, EventKind::Access(kind) if !matches!(kind, notify::event::AccessKind::Close(notify::event::AccessMode::Write)));
    let hints: Vec<PathBuf> = event.paths.into_iter().flat_map(|path| linked.seen_as(path)).collect();
    (!reading && !hints.is_empty()).then_some(Tick { hints, everything: false })
}

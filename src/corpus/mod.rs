//! The kb folder as one value: what is in it, what changed, what is wrong. Knows no index and no
//! database.

mod check;
mod link;
mod lists;
mod model;
mod scan;
mod watch;

pub use check::{CheckScope, check};
pub use lists::{ListFile, Lists};
pub use model::{Change, Content, Corpus, Difference, Entry, KeptVersions, Taken, Tick};
pub use scan::{Look, Scanner, read_picture};
pub use watch::{WatchFault, Watcher, watch};

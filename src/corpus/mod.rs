//! The kb folder as one value: what is in it, what changed, what is wrong. Knows no index and no
//! database.

mod alike;
mod check;
mod link;
mod lists;
mod model;
mod names;
mod read;
mod scan;
mod stamp;
mod watch;

pub use alike::{alike, by_appliance};
pub use check::{CheckScope, check};
pub use lists::{ListFile, Lists};
pub use model::{Change, Content, Corpus, Difference, Entry, KeptVersions, Taken, Tick};
pub use read::read_picture;
pub use scan::{Look, Scanner};
pub use watch::{WatchFault, Watcher, watch};

//! What survives a restart. Knows no index, no folder of articles, no HTML.

mod last_good;
mod lock;
mod secret;

pub use last_good::{LastGood, StoreFault};
pub use lock::{DataLock, LockFault};
pub use secret::{Secret, random_bytes};

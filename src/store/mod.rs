//! What survives a restart. Knows no index, no folder of articles, no HTML.

mod last_good;
mod lock;
mod secret;
mod vectors;

pub use last_good::{LastGood, StoreFault};
pub use lock::{DataLock, LockFault};
pub use secret::{Secret, random_bytes};
pub use vectors::KeptVectors;

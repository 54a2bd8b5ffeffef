//! What survives a restart: small files of the data folder, and the database. Knows no index, no
//! folder of articles, no HTML.

mod answers;
mod connect;
mod database;
mod fault;
mod feedback;
mod handoffs;
mod kept_index;
mod last_good;
mod lock;
mod migrate;
mod retention;
mod rows;
mod secret;
mod tallies;
mod texts;
mod vectors;
mod walkthroughs;
mod writer;

pub use answers::{Appended, MAX_ANSWER_ROWS, TakenBack};
pub use database::Store;
pub use fault::{Cause, DatabaseFault};
pub use handoffs::CODE_TRIES;
pub use kept_index::KeptIndex;
pub use last_good::{LastGood, StoreFault};
pub use lock::{DataLock, LockFault};
pub use retention::{KEPT_MS, Swept};
pub use secret::{Secret, is_link_used, mark_link_used, random_bytes};
pub use texts::KeptText;
pub use vectors::{KeptCount, KeptVectors, VectorForm};
pub use walkthroughs::{Kept, Seq};

#[cfg(test)]
mod tests;

//! What people come for: an editor publishes, everybody finds. Knows no HTTP, no JSON, no terminal.

mod clock;
mod find;
mod publish;
mod receipt;
mod snapshot;

pub use clock::{Today, clock_time, local_today};
pub use find::{ArticleAnswer, FindFault, Finder, Picture};
pub use publish::{PublishFault, Publisher, Report, StartFault};
pub use receipt::{Receipt, Receipts};
pub use snapshot::{Live, Snapshot};

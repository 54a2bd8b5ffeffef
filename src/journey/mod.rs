//! What people come for: an editor publishes, everybody finds. Knows no HTTP, no JSON, no terminal.

mod clock;
mod find;
mod meaning;
mod news;
mod publish;
mod receipt;
mod rhythm;
mod snapshot;
mod trial;

pub use clock::{Today, clock_time, local_today};
pub use find::{ArticleAnswer, FindFault, Finder, Picture};
pub use meaning::{Embedder, Meaning};
pub use news::{ChangedArticle, News, Published};
pub use publish::{PublishFault, Publisher, Report, StartFault};
pub use receipt::{Receipt, Receipts};
pub use snapshot::{Live, Snapshot};
pub use trial::{TrialResult, TrialResults, Trials};

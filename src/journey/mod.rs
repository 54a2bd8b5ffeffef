//! What people come for: an editor publishes, everybody finds, a customer is led step by step. Knows no
//! HTTP, no JSON, no terminal.

mod alike;
mod ask_back;
mod asked;
mod clock;
mod embedder;
mod evaluation;
mod find;
mod handoff;
mod health;
mod indexer;
mod kept_index;
mod meaning;
mod news;
mod publish;
mod receipt;
mod report;
mod rhythm;
mod snapshot;
mod standing;
mod traffic;
mod trial;
mod walk;
mod walker;

pub use crate::search::{Change as WeightChange, Setting as WeightSetting};
pub use alike::{Comparer, NearDuplicates};
pub use clock::{Today, clock_minute, clock_time, local_today, now_ms};
pub use embedder::{Embedder, Progress};
pub use evaluation::{
    AlertRule, AskFault, Asked, Cause, Comparison, Difference, ENOUGH_TO_LEARN, Got, Judged, JudgedFault, Moved, Part,
    Share, Tally, TestRun, TuneFault, Tuned, Verdict, ask_all, compare, expectations, read_judged, tune, unknown_ids,
};
pub use find::{ArticleAnswer, FindFault, Finder, Picture};
pub use handoff::{FeedbackGiven, visit_note};
pub use health::Trouble;
pub use meaning::{Meaning, MeaningReport, examine};
pub use news::{ChangedArticle, News, Published};
pub use publish::Publisher;
pub use receipt::{Receipt, Receipts};
pub use report::{PublishFault, Report, StartFault};
pub use snapshot::{Live, Snapshot};
pub use trial::{TrialResult, TrialResults, Trials};
pub use walk::{Beginning, DueStep, Reply, Tried, WalkFault, WalkPlace, WalkRules, Walked, Walker};

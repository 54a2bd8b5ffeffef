//! How well questions with known answers are answered: the judged questions, one run over them,
//! its figures, and what moved between two runs, and the weights learned from them. Knows no file and no terminal.

mod comparison;
mod judged;
mod run;
mod statistics;
mod tally;
mod tuning;

pub use comparison::{Cause, Comparison, Difference, Moved, compare};
pub(super) use judged::asked_as;
pub use judged::{Judged, JudgedFault, expectations, read_judged, unknown_ids};
pub use run::{AlertRule, AskFault, Asked, Got, Part, TestRun, ask_all};
pub use tally::{Share, Tally};
pub use tuning::{ENOUGH_TO_LEARN, TuneFault, Tuned, Verdict, tune};

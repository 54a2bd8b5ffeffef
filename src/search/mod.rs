//! The asked side: a question read, run over one view of the index, ranked, shown with its reasons.
//! Knows no folder and writes nothing.

mod evidence;
mod query;
mod rank;
mod run;
mod snippet;
mod suggest;
mod weights;

pub use evidence::Searchable;
pub use query::{Reading, Vocabulary, read_question};
pub use run::{Articles, SearchContext, SearchFault, search};
pub use suggest::Suggestions;
pub use weights::{WeightFault, Weights};

//! The asked side: a question read, run over one view of the index, ranked, shown with its reasons.
//! Knows no folder and writes nothing.

mod answer;
mod appliance;
mod class;
mod contrast;
mod evidence;
mod fuse;
mod homophone;
mod query;
mod rank;
mod run;
mod snippet;
mod sound;
mod suggest;
mod vocabulary;
mod weights;

pub use answer::{Articles, SearchContext, SearchFault, search};
pub use evidence::Searchable;
pub use fuse::Meanings;
pub use query::{Reading, read_question};

pub use sound::Lexicon;
pub use suggest::Suggestions;
pub use vocabulary::Vocabulary;
pub use weights::{WeightFault, Weights};

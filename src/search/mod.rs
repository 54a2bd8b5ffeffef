//! The asked side: a question read, run over one view of the index, ranked, shown with its reasons.
//! Knows no folder and writes nothing.

mod answer;
mod appliance;
mod class;
mod contrast;
mod evidence;
mod fit;
mod folded;
mod fuse;
mod homophone;
mod learn;
mod likelihood;
mod other;
mod plan;
mod query;
mod rank;
mod run;
mod snippet;
mod sound;
mod suggest;
mod sweep;
mod tally;
mod vocabulary;
mod weights;

pub use answer::{Articles, SearchContext, SearchFault, consider, search};
pub use folded::Searchable;
pub use fuse::Meanings;
pub use learn::{Change, Consideration, Considered, Lesson, changes, learn};
pub use query::{Reading, read_question};

pub use sound::Lexicon;
pub use suggest::Suggestions;
pub use vocabulary::Vocabulary;
pub use weights::{Setting, WeightFault, Weights, settings};

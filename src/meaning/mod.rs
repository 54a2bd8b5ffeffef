//! What a text means, as a vector: from multilingual-e5-small inside the process, on one thread per call, or from an
//! embeddings server.
//!
//! Texts close in meaning have vectors close in angle. Where the model comes from, and under which licence, is told in
//! `model/README.md`. Folding of case and script, caching of vectors and ranking are left to the caller.

#[cfg(feature = "model")]
mod file;
#[cfg(feature = "model")]
mod forward;
#[cfg(feature = "model")]
mod linear;
#[cfg(feature = "model")]
mod model;
mod reduce;
mod scale;
mod server;
mod source;
#[cfg(feature = "model")]
mod tokenizer;
mod vector;

#[cfg(feature = "model")]
pub use file::ModelFault;
#[cfg(feature = "model")]
pub use model::Model;
pub use scale::Scale;
pub use server::BadAddress;
pub use source::{Embeddings, Source, SourceFault};
pub use vector::{Compact, CompactRows, Fine, Vector};

/// What a text is for. e5 was trained with a word before each text that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A question, or what somebody typed.
    Query,
    /// A text that may be found.
    Passage,
}

impl Kind {
    fn prefix(self) -> &'static str {
        match self {
            Kind::Query => "query: ",
            Kind::Passage => "passage: ",
        }
    }
}

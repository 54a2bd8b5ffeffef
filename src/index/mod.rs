//! The written side of tantivy: one document for each article, statistics that count only what is
//! in service. Knows no folder and no question.

mod document;
mod kept;
mod open;
mod schema;
mod statistics;
mod tokenizer;
mod vectors;
mod write;

pub use document::IndexDocument;
pub use kept::Resumed;
pub use open::{IndexFault, IndexView};
pub use schema::{Fields, model_terms};
pub use statistics::{Reader, Statistics};
pub use vectors::{ArticleVectors, Meant, Near, Nearness, Vectors, meant_texts};
pub use write::IndexWriter;

//! What holds for any input, one check for each parser: fuzzing and `make test` call the same ones.
//!
//! A check takes any bytes and panics when something does not hold. It is the library of the fuzz
//! crate, and a module of `tests/it`, which feeds it the kept corpus and arbitrary inputs.

mod article;
mod lists;
pub mod markup;
mod query;

pub use article::{article, front_matter};
pub use lists::lists;
pub use query::query;

//! Fields of the index.
//!
//! All words of an article stand in one merged field, weighted by repetition (simple BM25F): four
//! boosted fields cost more with every match (PERFORMANCE section 4). Words only staff may read
//! stand in fields of their own, so that a customer's query cannot touch them.

use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions};

use super::tokenizer::SPLIT;
use crate::text::canonical_model;

/// Shortest leading part of a model that finds it, in letters and digits.
const MODEL_PREFIX: usize = 5;

/// Handles of the fields.
#[derive(Debug, Clone, Copy)]
pub struct Fields {
    /// First eight bytes of the SHA-256 of the article's id.
    pub key: Field,
    /// Lowest role that finds the article.
    pub reader: Field,
    /// Words everybody may read.
    pub words: Field,
    /// Pairs of characters everybody may read.
    pub grams: Field,
    /// Words only staff may read.
    pub staff_words: Field,
    /// Pairs of characters only staff may read.
    pub staff_grams: Field,
    /// Codes the article explains, canonical.
    pub code: Field,
    /// Models it is limited to; see [`model_terms`].
    pub model: Field,
    /// Appliances, in normal form.
    pub appliance: Field,
    /// Kind, as written.
    pub kind: Field,
}

impl Fields {
    /// The schema with its fields.
    #[must_use]
    pub fn schema() -> (Schema, Self) {
        let mut builder = Schema::builder();
        let indexing = TextFieldIndexing::default().set_tokenizer(SPLIT).set_index_option(IndexRecordOption::WithFreqs);
        let cut = TextOptions::default().set_indexing_options(indexing);
        let fields = Self {
            key: builder.add_u64_field("key", INDEXED | FAST),
            reader: builder.add_text_field("reader", STRING),
            words: builder.add_text_field("words", cut.clone()),
            grams: builder.add_text_field("grams", cut.clone()),
            staff_words: builder.add_text_field("staff_words", cut.clone()),
            staff_grams: builder.add_text_field("staff_grams", cut),
            code: builder.add_text_field("code", STRING),
            model: builder.add_text_field("model", STRING),
            appliance: builder.add_text_field("appliance", STRING),
            kind: builder.add_text_field("kind", STRING),
        };
        (builder.build(), fields)
    }
}

/// The terms under which a model is indexed: `=whole`, `^part` for each leading part of at least
/// five characters, or `*start` when the author wrote `CJ-XYG*`.
#[must_use]
pub fn model_terms(written: &str) -> Vec<String> {
    let plain = canonical_model(written);
    if written.trim_end().ends_with('*') {
        return if plain.is_empty() { Vec::new() } else { vec![format!("*{plain}")] };
    }
    let parts = (MODEL_PREFIX..=plain.len()).map(|n| format!("^{}", &plain[..n]));
    std::iter::once(format!("={plain}")).chain(parts).collect()
}

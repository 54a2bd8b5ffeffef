//! What the articles a reader can find are about: appliances, codes, models.

use std::collections::{BTreeMap, BTreeSet};

use super::{appliance::Appliances, other::Others};
use crate::{
    article::Article,
    text::{ErrorCode, Synonyms, Word, canonical_model, normalize},
};

/// What the articles a reader can find are about.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    pub(super) appliances: Appliances,
    pub(super) others: Others,
    /// Codes with how they are written, by the appliance that has them (in normal form).
    pub(super) codes: BTreeMap<ErrorCode, BTreeMap<String, String>>,
    /// Whole models, canonical.
    models: BTreeSet<String>,
    /// Starts of models written with `*`, canonical.
    model_starts: BTreeSet<String>,
}

impl Vocabulary {
    /// The vocabulary of `articles`, and of the things they are not about that `words` names.
    pub fn new<'a>(articles: impl Iterator<Item = &'a Article> + Clone, synonyms: &Synonyms, words: &[Word]) -> Self {
        let appliances = Appliances::new(articles.clone(), synonyms);
        let mut codes: BTreeMap<ErrorCode, BTreeMap<String, String>> = BTreeMap::new();
        let (mut models, mut model_starts) = (BTreeSet::new(), BTreeSet::new());
        for article in articles {
            for model in &article.models {
                let into = if model.trim_end().ends_with('*') { &mut model_starts } else { &mut models };
                into.insert(canonical_model(model));
            }
            for code in &article.codes {
                let Some(canonical) = ErrorCode::new(code) else { continue };
                let by = codes.entry(canonical).or_default();
                for appliance in &article.appliances {
                    by.insert(normalize(appliance), code.clone());
                }
            }
        }
        Self { appliances, others: Others::new(words), codes, models, model_starts }
    }

    /// Whether some article is for this model, or for models that start like it.
    pub(super) fn has_model(&self, model: &str) -> bool {
        let begins = self.models.range(model.to_owned()..).next().is_some_and(|m| m.starts_with(model));
        begins || self.model_starts.iter().any(|start| model.starts_with(start.as_str()))
    }
}

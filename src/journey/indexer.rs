//! The index of the publisher, in step with the corpus: taken up from an earlier start, begun from nothing, or changed.

use std::{collections::HashMap, path::Path, sync::Arc};

use super::kept_index::IndexKeeper;
use crate::{
    article::Article,
    corpus::{Corpus, Difference},
    index::{IndexDocument, IndexFault, IndexView, IndexWriter, Resumed},
    search::Searchable,
    text::Dictionary,
};

/// How the index of a turn was begun.
pub(super) enum Begun {
    /// From nothing.
    Empty,
    /// From the one of an earlier start, of which so many articles differed.
    Kept { n_differing: usize },
}

/// The index, and its articles as search reads them.
pub(super) struct Indexer {
    /// `None` when the index must be begun.
    writer: Option<IndexWriter>,
    by_key: Arc<HashMap<u64, Arc<Searchable>>>,
    keeper: IndexKeeper,
}

impl Indexer {
    pub(super) fn new(data: &Path) -> Self {
        Self { writer: None, by_key: Arc::default(), keeper: IndexKeeper::new(data) }
    }

    /// Forgets everything: the next turn begins from nothing.
    pub(super) fn forget(&mut self) {
        self.writer = None;
        self.by_key = Arc::default();
    }

    pub(super) fn has_index(&self) -> bool {
        self.writer.is_some()
    }

    /// The dictionary the articles of the index were cut with.
    pub(super) fn dictionary(&self) -> Option<&Dictionary> {
        self.writer.as_ref().map(IndexWriter::dictionary)
    }

    pub(super) fn by_key(&self) -> Arc<HashMap<u64, Arc<Searchable>>> {
        Arc::clone(&self.by_key)
    }

    /// Brings the index to the state of `corpus`; begun beside the live one when words changed.
    pub(super) fn bring(
        &mut self,
        before: &Corpus,
        corpus: &Corpus,
        difference: &Difference,
    ) -> Result<(IndexView, Option<Begun>), IndexFault> {
        if difference.words_changed {
            self.writer = None;
        }
        let (out, taken): (Vec<Arc<Article>>, Vec<Arc<Article>>) = if self.writer.is_none() {
            (Vec::new(), corpus.articles().cloned().collect())
        } else {
            let old = difference.put.iter().map(|a| &a.id).chain(&difference.gone);
            (old.filter_map(|id| before.article(id).cloned()).collect(), difference.put.clone())
        };
        let (view, begun) = match &mut self.writer {
            Some(writer) => {
                writer.replace(&out, &taken)?;
                self.keeper.changed(out.len().max(taken.len()));
                (writer.commit()?, None)
            }
            None => self.begin(corpus, &taken).map(|(view, begun)| (view, Some(begun)))?,
        };
        let by_key = Arc::make_mut(&mut self.by_key);
        if begun.is_some() {
            by_key.clear();
        }
        for article in out {
            by_key.remove(&IndexDocument::key(&article.id));
        }
        by_key.extend(taken.into_iter().map(|a| (IndexDocument::key(&a.id), Arc::new(Searchable::new(a)))));
        Ok((view, begun))
    }

    fn begin(&mut self, corpus: &Corpus, articles: &[Arc<Article>]) -> Result<(IndexView, Begun), IndexFault> {
        let words = &corpus.lists.words;
        let dictionary = Dictionary::with_words(words);
        let (mut writer, begun) = match self.keeper.resume(words, &dictionary, articles) {
            Some(Resumed { writer, n_differing }) => (writer, Begun::Kept { n_differing }),
            None => {
                let mut writer = IndexWriter::new(dictionary)?;
                writer.replace(&[], articles)?;
                self.keeper.rebuilt();
                (writer, Begun::Empty)
            }
        };
        let view = writer.commit()?;
        self.writer = Some(writer);
        Ok((view, begun))
    }

    /// Whether the next start would have to cut many of `n_articles` again.
    pub(super) fn owes(&self, n_articles: usize) -> bool {
        self.has_index() && self.keeper.owes(n_articles)
    }

    /// Keeps the index, which is in the state of `corpus`, for the next start.
    pub(super) fn keep(&mut self, corpus: &Corpus) {
        if let Some(writer) = &self.writer {
            self.keeper.keep(writer, corpus);
        }
    }
}

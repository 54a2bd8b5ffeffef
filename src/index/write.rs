//! The one writer of an index.

use std::sync::Arc;

use tantivy::{IndexReader, Term};

use super::{Fields, IndexDocument, IndexFault, IndexView, Statistics, open::create};
use crate::{
    article::{Article, ArticleId},
    text::Dictionary,
};

/// Memory for documents not yet committed, in bytes: 10,000 articles fit in one segment.
const BUFFER_BYTES: usize = 96 << 20;
/// Articles cut at a time: all of ten thousand held in pieces would take more memory than the index.
const BATCH: usize = 1_024;
/// From so many articles on they are cut on all cores.
const MANY: usize = 64;

/// Writes articles and commits them.
pub struct IndexWriter {
    inner: tantivy::IndexWriter,
    reader: IndexReader,
    fields: Fields,
    dictionary: Dictionary,
    statistics: Statistics,
}

impl IndexWriter {
    /// An empty index whose articles are cut with `dictionary`.
    ///
    /// # Errors
    /// When tantivy cannot start its threads.
    pub fn new(dictionary: Dictionary) -> Result<Self, IndexFault> {
        let (index, reader, fields) = create()?;
        let inner = index.writer_with_num_threads(1, BUFFER_BYTES)?;
        Ok(Self { inner, reader, fields, dictionary, statistics: Statistics::default() })
    }

    /// The dictionary articles are cut with.
    #[must_use]
    pub fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    /// Takes `before` (versions in the index) out and `after` in; nothing is visible until [`Self::commit`].
    ///
    /// # Errors
    /// When tantivy cannot take a document.
    pub fn replace(&mut self, before: &[Arc<Article>], after: &[Arc<Article>]) -> Result<(), IndexFault> {
        for article in before {
            self.statistics.remove(&IndexDocument::new(article, &self.dictionary));
            self.delete(&article.id);
        }
        for part in after.chunks(BATCH) {
            for document in self.cut(part) {
                self.statistics.add(&document);
                self.inner.add_document(document.into_tantivy(&self.fields))?;
            }
        }
        Ok(())
    }

    fn delete(&self, id: &ArticleId) {
        self.inner.delete_term(Term::from_field_u64(self.fields.key, IndexDocument::key(id)));
    }

    fn cut(&self, articles: &[Arc<Article>]) -> Vec<IndexDocument> {
        let one = |article: &Arc<Article>| IndexDocument::new(article, &self.dictionary);
        if articles.len() < MANY {
            return articles.iter().map(one).collect();
        }
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            let parts = articles.chunks(articles.len().div_ceil(threads));
            let running: Vec<_> =
                parts.map(|part| scope.spawn(move || part.iter().map(one).collect::<Vec<_>>())).collect();
            running
                .into_iter()
                .flat_map(|t| t.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        })
    }

    /// Makes everything since the last commit visible and returns the view of it.
    ///
    /// # Errors
    /// When tantivy cannot commit; what was committed before stays as it is.
    pub fn commit(&mut self) -> Result<IndexView, IndexFault> {
        self.inner.commit()?;
        self.reader.reload()?;
        IndexView::new(&self.reader, self.fields, Arc::new(self.statistics.clone()))
    }
}

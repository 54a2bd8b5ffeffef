//! The one writer of an index.

use std::sync::Arc;

use tantivy::{Index, IndexReader, Term, directory::RamDirectory};

use super::{
    Fields, IndexDocument, IndexFault, IndexView, Statistics,
    open::{create, open},
};
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
    pub(super) inner: tantivy::IndexWriter,
    reader: IndexReader,
    pub(super) fields: Fields,
    pub(super) directory: RamDirectory,
    dictionary: Dictionary,
    statistics: Statistics,
    /// Nothing was committed yet, so what is in the index has not been counted.
    is_new: bool,
}

impl IndexWriter {
    /// An empty index whose articles are cut with `dictionary`.
    ///
    /// # Errors
    /// When tantivy cannot start its threads.
    pub fn new(dictionary: Dictionary) -> Result<Self, IndexFault> {
        let directory = RamDirectory::create();
        Self::over(&create(directory.clone())?, directory, dictionary)
    }

    /// Writes to `index`, which stands in `directory`.
    pub(super) fn over(index: &Index, directory: RamDirectory, dictionary: Dictionary) -> Result<Self, IndexFault> {
        let reader = open(index)?;
        let inner = index.writer_with_num_threads(1, BUFFER_BYTES)?;
        let fields = Fields::schema().1;
        Ok(Self { inner, reader, fields, directory, dictionary, statistics: Statistics::default(), is_new: true })
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
        if self.is_new && !before.is_empty() {
            self.end_new()?;
        }
        for article in before {
            self.statistics.remove(&IndexDocument::new(article, &self.dictionary));
            self.delete(&article.id);
        }
        for part in after.chunks(BATCH) {
            for document in self.cut(part) {
                if !self.is_new {
                    self.statistics.add(&document);
                }
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
        if self.is_new {
            self.end_new()?;
        } else {
            self.inner.commit()?;
            self.reader.reload()?;
        }
        IndexView::new(&self.reader, self.fields, Arc::new(self.statistics.clone()))
    }

    fn end_new(&mut self) -> Result<(), IndexFault> {
        self.inner.commit()?;
        self.reader.reload()?;
        self.statistics = Statistics::of(&self.reader.searcher(), &self.fields)?;
        self.is_new = false;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        article::{RelPath, parse},
        index::Reader,
    };

    fn articles() -> Vec<Arc<Article>> {
        let one = |i: usize| {
            let audience = if i.is_multiple_of(3) { "agent" } else { "public" };
            let said = ["漏水", "漏水 漏水", "跳闸"][i % 3];
            let text = format!(
                "---\nid: a{i}\ntitle: 洗衣机{said}\naudience: {audience}\n---\n{said}了{i}次。\n:::agent\n密语{i}\n:::\n"
            );
            parse(&RelPath::new(&format!("{i}.md")), text.as_bytes()).article.expect("an article")
        };
        (0..20).map(|i| Arc::new(one(i))).collect()
    }

    fn counts(view: &IndexView) -> Vec<(u64, String)> {
        let mut all = Vec::new();
        for reader in [Reader::Public, Reader::Staff] {
            for word in ["洗衣机", "漏水", "跳闸", "密语", "7", "没有"] {
                let fields = &view.fields;
                let weights = [fields.words, fields.grams, fields.staff_words, fields.staff_grams]
                    .map(|field| view.statistics.weight(fields, reader, field, word).score(3, 1));
                all.push((view.statistics.n_with_word(reader, word), format!("{word} {weights:?}")));
            }
        }
        all
    }

    #[test]
    fn an_index_built_at_once_counts_as_one_that_grew() {
        let writer = || IndexWriter::new(Dictionary::with_words(&[])).expect("an index");
        let all = articles();
        let mut at_once = writer();
        at_once.replace(&[], &all).expect("taken");
        let at_once = at_once.commit().expect("committed");
        assert_eq!(at_once.statistics.n_with_word(Reader::Staff, "洗衣机"), 20);
        let mut grown = writer();
        for article in &all {
            grown.replace(&[], std::slice::from_ref(article)).expect("taken");
            grown.commit().expect("committed");
        }
        // Taken out and put in again, and taken out before anything was committed.
        grown.replace(&all[3..5], &all[3..5]).expect("replaced");
        let mut torn = writer();
        torn.replace(&[], &all).expect("taken");
        torn.replace(&all[7..9], &[]).expect("taken out");
        torn.replace(&[], &all[7..9]).expect("taken again");
        for mut other in [grown, torn] {
            assert_eq!(counts(&other.commit().expect("committed")), counts(&at_once));
        }
    }
}

//! Where the index lives, and one immutable view of it.
//!
//! The folder is the only source of truth, so the index need not survive: it stands in memory. That spares the fsync
//! of each segment file, which was most of a save (PERFORMANCE section 4). What a start takes up is a copy, see
//! [`super::IndexWriter::to_bytes`].

use std::sync::Arc;

use tantivy::{
    DocAddress, Index, IndexReader, IndexSettings, ReloadPolicy, Searcher, columnar::Column, directory::RamDirectory,
};

use super::{
    Fields, Statistics,
    tokenizer::{SPLIT, Split},
};

/// The index could not do its work.
#[derive(Debug, thiserror::Error)]
#[error("the index failed")]
pub struct IndexFault(#[from] tantivy::TantivyError);

/// What was committed at one moment.
#[derive(Clone)]
pub struct IndexView {
    /// tantivy's view.
    pub(crate) searcher: Searcher,
    /// The fields.
    pub(crate) fields: Fields,
    /// Counts of the same moment.
    pub(crate) statistics: Arc<Statistics>,
    keys: Arc<Vec<Column<u64>>>,
}

impl IndexView {
    pub(super) fn new(reader: &IndexReader, fields: Fields, statistics: Arc<Statistics>) -> Result<Self, IndexFault> {
        let searcher = reader.searcher();
        let keys: Result<Vec<_>, _> = searcher.segment_readers().iter().map(|s| s.fast_fields().u64("key")).collect();
        Ok(Self { searcher, fields, statistics, keys: Arc::new(keys?) })
    }

    /// The number of the article at `address`; see [`super::IndexDocument::key`].
    #[must_use]
    pub(crate) fn key(&self, address: DocAddress) -> Option<u64> {
        self.keys.get(address.segment_ord as usize)?.first(address.doc_id)
    }

    /// How many segments the view has.
    #[must_use]
    pub fn n_segments(&self) -> usize {
        self.searcher.segment_readers().len()
    }
}

/// An empty index in `directory`.
pub(super) fn create(directory: RamDirectory) -> Result<Index, IndexFault> {
    let settings = IndexSettings { docstore_compress_dedicated_thread: false, ..IndexSettings::default() };
    Ok(Index::create(directory, Fields::schema().0, settings)?)
}

/// The reader of an index, which can cut texts from now on.
pub(super) fn open(index: &Index) -> Result<IndexReader, IndexFault> {
    index.tokenizers().register(SPLIT, Split);
    Ok(index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?)
}

//! The index kept between starts: taken up at the first turn, written again when the folder has come to rest.

use std::{path::Path, sync::Arc, time::SystemTime};

use crate::{
    article::{Article, Revision},
    corpus::Corpus,
    index::{IndexWriter, Resumed},
    store::KeptIndex,
    text::{Dictionary, Word},
};

/// The kept index is written again when one article in so many has changed since.
const CHANGED: usize = 20;

/// Knows what of the index is kept.
pub(super) struct IndexKeeper {
    file: KeptIndex,
    /// A start takes it up once: where a turn fails, it may be the reason.
    may_resume: bool,
    /// Articles that differ from those in the file; nothing when it holds another index or cannot be written.
    n_changed: Option<usize>,
    may_write: bool,
}

impl IndexKeeper {
    pub(super) fn new(data: &Path) -> Self {
        Self { file: KeptIndex::in_folder(data), may_resume: true, n_changed: None, may_write: true }
    }

    /// The kept index in the state of `articles`, at the first call only.
    pub(super) fn resume(
        &mut self,
        words: &[Word],
        dictionary: &Dictionary,
        articles: &[Arc<Article>],
    ) -> Option<Resumed> {
        if !std::mem::take(&mut self.may_resume) {
            return None;
        }
        let bytes = self.file.read(mark(words)?)?;
        match IndexWriter::resume(dictionary.clone(), &bytes, articles) {
            Ok(resumed) => {
                self.n_changed = resumed.as_ref().map(|r| r.n_differing);
                resumed
            }
            Err(fault) => {
                tracing::warn!(error = &fault as &dyn std::error::Error, "the kept index is of no use");
                None
            }
        }
    }

    /// So many articles of the index were changed.
    pub(super) fn changed(&mut self, n_articles: usize) {
        self.n_changed = self.n_changed.map(|n| n + n_articles);
    }

    /// The index was begun anew.
    pub(super) fn rebuilt(&mut self) {
        self.n_changed = None;
        self.may_write = true;
    }

    /// Whether the next start would have much to do again.
    pub(super) fn owes(&self, n_articles: usize) -> bool {
        self.may_write && self.n_changed.is_none_or(|n| n * CHANGED > n_articles)
    }

    /// Keeps the index as committed last. What fails is not tried again before the index is rebuilt.
    pub(super) fn keep(&mut self, writer: &IndexWriter, corpus: &Corpus) {
        self.may_write = false;
        let Some(mark) = mark(&corpus.lists.words) else { return };
        match self.write(mark, writer, corpus) {
            Ok(()) => (self.n_changed, self.may_write) = (Some(0), true),
            Err(error) => tracing::warn!(error = &*error, "the index was not kept: the next start takes longer"),
        }
    }

    fn write(&self, mark: Revision, writer: &IndexWriter, corpus: &Corpus) -> Result<(), Box<dyn std::error::Error>> {
        Ok(self.file.write(mark, writer.to_bytes(corpus.articles())?)?)
    }
}

/// What a kept index depends on besides the articles: the program that cut them, and the words it cut them by.
fn mark(words: &[Word]) -> Option<Revision> {
    let program = std::env::current_exe().and_then(std::fs::metadata).ok()?;
    let built = program.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    let mut all = format!("{} {} {}\n", env!("CARGO_PKG_VERSION"), program.len(), built.as_nanos());
    for word in words {
        all.extend([&word.text, "\t", &word.tag, "\n"]);
    }
    Some(Revision::of(all.as_bytes()))
}

//! How many articles in service hold a word: exact, for customers from public text only.
//!
//! tantivy counts deleted documents until a merge removes them, so its own numbers change with the
//! history of the index, and one index for all readers would let a customer see by a score that a
//! staff article exists. These counts are kept beside the index and depend on the articles alone.

use std::{
    collections::{HashMap, HashSet},
    hash::BuildHasher,
    sync::Arc,
};

use rustc_hash::FxBuildHasher;
use tantivy::{
    DocSet, Searcher, SegmentReader, TERMINATED, Term,
    postings::{Postings, SegmentPostings},
    query::Bm25Weight,
    schema::{Field, IndexRecordOption},
};

use super::{Fields, IndexDocument};
use crate::{access::Role, text::Cut};

/// A delta larger than this is folded into the base counts.
const DELTA: usize = 8_192;
/// Different words of a usual article.
const WORDS: usize = 1_024;

/// The four texts of a document, words separated by [`Cut::SEPARATOR`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Columns {
    public: (String, String),
    staff: (String, String),
}

impl Columns {
    pub(super) fn of_mut(&mut self, staff: bool) -> (&mut String, &mut String) {
        let side = if staff { &mut self.staff } else { &mut self.public };
        (&mut side.0, &mut side.1)
    }

    pub(super) fn texts(self, fields: &Fields) -> [(Field, String); 4] {
        [
            (fields.words, self.public.0),
            (fields.grams, self.public.1),
            (fields.staff_words, self.staff.0),
            (fields.staff_grams, self.staff.1),
        ]
    }

    fn column(&self, which: Which) -> &str {
        match which {
            Which::Words => &self.public.0,
            Which::Grams => &self.public.1,
            Which::StaffWords => &self.staff.0,
            Which::StaffGrams => &self.staff.1,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Words,
    Grams,
    StaffWords,
    StaffGrams,
}

const ALL: [Which; 4] = [Which::Words, Which::Grams, Which::StaffWords, Which::StaffGrams];

/// Some thousand words of each article are counted: the standard hasher, made to withstand attackers,
/// was a good part of building the index. Editors write the words here.
type Hashed = FxBuildHasher;
type Seen = HashSet<u64, Hashed>;

/// Counts of one column: those of the last fold and what has changed since.
#[derive(Debug, Clone, Default)]
struct Column {
    base: Arc<HashMap<u64, u32, Hashed>>,
    delta: HashMap<u64, i64, Hashed>,
    tokens: u64,
}

impl Column {
    fn count(&self, word: &[u8]) -> u64 {
        let hash = hash(word);
        let base = i64::from(self.base.get(&hash).copied().unwrap_or(0));
        (base + self.delta.get(&hash).copied().unwrap_or(0)).max(0).unsigned_abs()
    }

    /// `seen` is empty before and after: it keeps its room from text to text.
    fn add(&mut self, text: &str, sign: i64, seen: &mut Seen) {
        let mut tokens = 0u64;
        for word in text.split_terminator(Cut::SEPARATOR) {
            tokens += 1;
            let hash = hash(word.as_bytes());
            if seen.insert(hash) {
                *self.delta.entry(hash).or_insert(0) += sign;
            }
        }
        seen.clear();
        self.tokens = if sign > 0 { self.tokens + tokens } else { self.tokens.saturating_sub(tokens) };
    }

    fn add_segment(&mut self, segment: &SegmentReader, field: Field) -> tantivy::Result<()> {
        let index = segment.inverted_index(field)?;
        let base = Arc::make_mut(&mut self.base);
        let mut terms = index.terms().stream()?;
        while let Some((word, info)) = terms.next() {
            let postings = index.read_postings_from_terminfo(info, IndexRecordOption::WithFreqs)?;
            let mut n_with = 0;
            for times in in_service(postings, segment) {
                n_with += 1;
                self.tokens += u64::from(times);
            }
            if n_with > 0 {
                *base.entry(hash(word)).or_insert(0) += n_with;
            }
        }
        Ok(())
    }

    fn fold(&mut self) {
        if self.delta.len() <= DELTA {
            return;
        }
        let base = Arc::make_mut(&mut self.base);
        for (hash, change) in self.delta.drain() {
            let count = base.entry(hash).or_insert(0);
            *count = u32::try_from(i64::from(*count) + change).unwrap_or(0);
            if *count == 0 {
                base.remove(&hash);
            }
        }
    }
}

/// How often the word stands in each document that was not deleted.
fn in_service(mut postings: SegmentPostings, segment: &SegmentReader) -> impl Iterator<Item = u32> {
    let alive = segment.alive_bitset();
    std::iter::from_fn(move || {
        while postings.doc() != TERMINATED {
            let (document, times) = (postings.doc(), postings.term_freq());
            postings.advance();
            if alive.is_none_or(|a| a.is_alive(document)) {
                return Some(times);
            }
        }
        None
    })
}

fn hash(word: &[u8]) -> u64 {
    Hashed::default().hash_one(word)
}

/// Who reads the counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Public text of public articles only.
    Public,
    /// Everything.
    Staff,
}

/// Counts over all articles of the index.
#[derive(Debug, Clone, Default)]
pub struct Statistics {
    columns: [Column; 4],
    n_public: u64,
    n_all: u64,
}

impl Statistics {
    pub(super) fn add(&mut self, document: &IndexDocument) {
        self.change(document, 1);
    }

    /// The counts of everything in an index. Those of terms that tantivy keeps include what was deleted.
    pub(super) fn of(searcher: &Searcher, fields: &Fields) -> tantivy::Result<Self> {
        let mut counts = Self::default();
        for segment in searcher.segment_readers() {
            for (column, field) in counts.columns.iter_mut().zip(fields_of_all(fields)) {
                column.add_segment(segment, field)?;
            }
            counts.n_all += u64::from(segment.num_docs());
            let public = Term::from_field_text(fields.reader, Role::Customer.as_str());
            let postings = segment.inverted_index(fields.reader)?.read_postings(&public, IndexRecordOption::Basic)?;
            counts.n_public += postings.map_or(0, |p| in_service(p, segment).count() as u64);
        }
        Ok(counts)
    }

    pub(super) fn remove(&mut self, document: &IndexDocument) {
        self.change(document, -1);
    }

    fn change(&mut self, document: &IndexDocument, sign: i64) {
        let mut seen = Seen::with_capacity_and_hasher(WORDS, Hashed::default());
        for which in ALL {
            let column = &mut self.columns[which as usize];
            column.add(document.columns().column(which), sign, &mut seen);
            column.fold();
        }
        let step = |n: u64| if sign > 0 { n + 1 } else { n.saturating_sub(1) };
        self.n_all = step(self.n_all);
        if document.is_public() {
            self.n_public = step(self.n_public);
        }
    }

    /// How many articles `reader` can find.
    #[must_use]
    pub fn n_articles(&self, reader: Reader) -> u64 {
        if reader == Reader::Public { self.n_public } else { self.n_all }
    }

    /// How many articles hold `word`, at most all of them.
    #[must_use]
    pub fn n_with_word(&self, reader: Reader, word: &str) -> u64 {
        self.count(reader, Which::Words, word.as_bytes())
    }

    fn count(&self, reader: Reader, which: Which, word: &[u8]) -> u64 {
        let [public, staff] = pair(which);
        let mut n = self.columns[public as usize].count(word);
        if reader == Reader::Staff {
            n += self.columns[staff as usize].count(word);
        }
        n.min(self.n_articles(reader))
    }

    /// What `word` counts in an article by these counts: BM25 over the fields of words and pairs.
    pub(crate) fn weight(&self, fields: &Fields, reader: Reader, field: Field, word: &str) -> Bm25Weight {
        // Other fields only filter or count the same everywhere.
        let which = fields_of_all(fields).iter().position(|f| *f == field).map_or(Which::Words, |i| ALL[i]);
        let [public, staff] = pair(which).map(|w| self.columns[w as usize].tokens);
        let tokens = if reader == Reader::Public { public } else { public + staff }.max(1);
        let n = self.n_articles(reader).max(1);
        let n_with = self.count(reader, which, word.as_bytes());
        Bm25Weight::for_one_term_without_explain(n_with, n, tokens as f32 / n as f32)
    }
}

/// The fields in which the columns stand.
fn fields_of_all(fields: &Fields) -> [Field; 4] {
    [fields.words, fields.grams, fields.staff_words, fields.staff_grams]
}

/// The public and the staff column of the same kind.
fn pair(which: Which) -> [Which; 2] {
    match which {
        Which::Words | Which::StaffWords => [Which::Words, Which::StaffWords],
        Which::Grams | Which::StaffGrams => [Which::Grams, Which::StaffGrams],
    }
}

//! What a question means, beside its words: the vectors in service, and the way from a question to them.
//!
//! Until the vectors are ready, while their source is in trouble, and where none is wanted, search goes by words.

use std::{
    path::Path,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;

use super::{
    Snapshot, Trouble,
    asked::{Asked, DEADLINE, PATIENCE, QUESTION_TIME},
    health::Health,
};
use crate::{
    access::Role,
    found::MeaningUse,
    index::{Near, Reader, Vectors},
    meaning::{Compact, Embeddings, Kind, Source, SourceFault},
    search::Meanings,
    store::{KeptCount, KeptVectors, StoreFault, VectorForm},
};

/// Embedded to learn whether a source answers.
pub(super) const PROBE: &str = "问诊";

/// The source of the vectors and the vectors in service.
#[derive(Default)]
pub struct Meaning {
    pub(super) wanted: OnceLock<()>,
    pub(super) asked: OnceLock<Asked>,
    pub(super) vectors: ArcSwap<Vectors>,
    /// Nearly all articles have their vectors. Before, those that have none yet would stand behind those that
    /// do, so meaning keeps silent.
    pub(super) is_complete: AtomicBool,
    pub(super) health: Arc<Health>,
}

impl Meaning {
    /// How many of the articles `role` may read have their vectors, and how many there are; `None` where
    /// none are wanted.
    #[must_use]
    pub fn progress(&self, snapshot: &Snapshot, role: Role) -> Option<(usize, usize)> {
        self.wanted.get()?;
        let vectors = self.vectors.load();
        Some((snapshot.readable(role).filter(|a| vectors.has(a)).count(), snapshot.n_readable(role)))
    }

    /// Why meaning is silent though it is wanted.
    #[must_use]
    pub fn trouble(&self) -> Option<Trouble> {
        self.health.trouble()
    }

    /// For one answer that begins now, and may wait for a long time if it `may_wait`.
    pub(super) fn asking(&self, may_wait: bool) -> Asking<'_> {
        let time = if may_wait { PATIENCE } else { DEADLINE };
        Asking { meaning: self, until: Instant::now() + time }
    }
}

/// Meaning as one answer asks it: all its questions share one deadline.
pub(super) struct Asking<'m> {
    meaning: &'m Meaning,
    until: Instant,
}

impl Meanings for Asking<'_> {
    fn near(&self, text: &str, role: Role, n: usize, also: &[u64]) -> (Vec<Near>, MeaningUse) {
        let vectors = self.meaning.vectors.load_full();
        let may_speak = self.meaning.is_complete.load(Ordering::Relaxed) && !vectors.is_empty();
        let (true, Some(asked)) = (may_speak, self.meaning.asked.get()) else {
            return (Vec::new(), MeaningUse::Off);
        };
        let vector = match asked.vector(text, self.until) {
            Ok(vector) => vector,
            Err(silent) => return (Vec::new(), silent),
        };
        let reader = if role == Role::Customer { Reader::Public } else { Reader::Staff };
        let near = vectors.near(&vector, reader, n, also, |nearness| asked.scale.of(nearness));
        let spoke = if near.is_empty() { MeaningUse::Off } else { MeaningUse::Used };
        (near, spoke)
    }
}

/// The form in which the vectors of a source are kept, once it is known how long they are.
pub(super) fn form(source: &Source) -> Option<VectorForm<'_>> {
    let dimension = source.dimension()?;
    Some(VectorForm { model: source.name(), dimension, n_bytes: Compact::n_bytes(dimension) })
}

/// What a look at an installation says of its vectors.
pub struct MeaningReport {
    /// Numbers in each vector.
    pub dimension: usize,
    /// How long the source took for two characters.
    pub took: Duration,
    /// The vectors kept.
    pub kept: Result<KeptCount, StoreFault>,
}

/// Tries a source, and counts the vectors kept of it in `data`. Changes nothing.
///
/// # Errors
/// When the source is in trouble.
pub fn examine(wanted: &Embeddings, data: &Path) -> Result<MeaningReport, Trouble> {
    let look = || -> Result<MeaningReport, SourceFault> {
        let source = wanted.open()?;
        source.scale(QUESTION_TIME)?;
        let started = Instant::now();
        source.embed(&[PROBE], Kind::Query, QUESTION_TIME)?;
        let took = started.elapsed();
        let form = form(&source).ok_or(SourceFault::Foreign)?;
        Ok(MeaningReport { dimension: form.dimension, took, kept: KeptVectors::count(data, form) })
    };
    look().map_err(|fault| Trouble::from(&fault))
}

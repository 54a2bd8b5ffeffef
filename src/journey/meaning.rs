//! The sentence model at work: article texts become vectors in the background, a question becomes one
//! when it is asked. Until the vectors are ready, and where there is no model, search goes by words.

use std::{
    collections::{HashSet, VecDeque},
    path::Path,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;

use super::{Live, News, Snapshot};
use crate::{
    access::Role,
    article::{Article, ArticleId},
    index::{ArticleVectors, IndexDocument, Near, Reader, Vectors, meant_texts},
    meaning::{Compact, Kind, Model, Vector},
    search::Meanings,
    store::{KeptVectors, StoreFault},
};

/// Pieces read of a question, and of a text of an article.
const QUESTION_PIECES: usize = 64;
const TEXT_PIECES: usize = 160;
/// Questions whose vectors are remembered.
const REMEMBERED: usize = 512;
/// New vectors are put in service at least this often.
const SHOW: Duration = Duration::from_millis(500);
/// Longest sleep of a thread with nothing to do.
const IDLE: Duration = Duration::from_secs(3_600);

/// The model and the vectors in service.
#[derive(Default)]
pub struct Meaning {
    model: OnceLock<Model>,
    vectors: ArcSwap<Vectors>,
    /// Vectors of the last questions, newest last.
    asked: Mutex<Vec<(String, Arc<Vector>)>>,
}

impl std::fmt::Debug for Meaning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Meaning").field("open", &self.model.get().is_some()).finish_non_exhaustive()
    }
}

impl Meaning {
    /// How many of the articles `role` may read have their vectors, and how many there are; `None` while
    /// no model is open.
    #[must_use]
    pub fn progress(&self, snapshot: &Snapshot, role: Role) -> Option<(usize, usize)> {
        self.model.get()?;
        let vectors = self.vectors.load();
        Some((snapshot.readable(role).filter(|a| vectors.has(a)).count(), snapshot.n_readable(role)))
    }

    fn vector(&self, text: &str) -> Option<Arc<Vector>> {
        let model = self.model.get()?;
        let lock = || self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, vector)) = lock().iter().find(|(asked, _)| asked == text) {
            return Some(Arc::clone(vector));
        }
        let vector = Arc::new(model.embed(text, Kind::Query, QUESTION_PIECES));
        let mut asked = lock();
        if asked.len() == REMEMBERED {
            asked.remove(0);
        }
        asked.push((text.to_owned(), Arc::clone(&vector)));
        Some(vector)
    }
}

impl Meanings for Meaning {
    fn near(&self, text: &str, role: Role, n: usize) -> Vec<Near> {
        let vectors = self.vectors.load_full();
        if vectors.is_empty() {
            return Vec::new();
        }
        let reader = if role == Role::Customer { Reader::Public } else { Reader::Staff };
        self.vector(text).map(|vector| vectors.near(&vector, reader, n)).unwrap_or_default()
    }
}

/// Turns the texts of the articles into vectors.
pub struct Embedder {
    live: Arc<Live>,
    kept: KeptVectors,
    vectors: Vectors,
    /// Articles without vectors in the state `listed`.
    due: VecDeque<Arc<Article>>,
    listed: u64,
    /// Articles embedded since there was nothing left to embed.
    embedded: Vec<ArticleId>,
    shown: Instant,
    /// Others use the processor, too.
    gently: bool,
}

impl Embedder {
    /// An embedder that keeps its vectors in `data`; `gently` leaves half a core to others.
    ///
    /// # Errors
    /// When the data folder cannot be used.
    pub fn open(live: Arc<Live>, data: &Path, gently: bool) -> Result<Self, StoreFault> {
        let kept = KeptVectors::open(data, Model::NAME, Compact::BYTES)?;
        Ok(Self {
            live,
            kept,
            vectors: Vectors::default(),
            due: VecDeque::new(),
            listed: 0,
            embedded: Vec::new(),
            shown: Instant::now(),
            gently,
        })
    }

    /// Embeds until nobody can wake it any more. A message says that something was published; `ready` is
    /// called when nothing is left to embed.
    pub fn run(mut self, published: &Receiver<()>, ready: impl Fn()) {
        loop {
            let wait = if self.step() { Duration::ZERO } else { IDLE };
            if self.due.is_empty() {
                ready();
            }
            if published.recv_timeout(wait) == Err(RecvTimeoutError::Disconnected) {
                return;
            }
        }
    }

    /// Embeds the next article; whether there was one.
    pub fn step(&mut self) -> bool {
        let Some(snapshot) = self.live.snapshot() else { return false };
        let meaning = &self.live.meaning;
        if meaning.model.get().is_none() {
            let Ok(model) = Model::built_in() else { return false };
            let _ = meaning.model.set(model);
        }
        if self.listed != snapshot.generation {
            self.listed = snapshot.generation;
            self.due = snapshot.articles().filter(|a| !self.vectors.has(a)).cloned().collect();
            self.show(&snapshot);
        }
        let Some(article) = self.due.pop_front() else { return false };
        self.embed(&article);
        self.embedded.push(article.id.clone());
        if self.due.is_empty() || self.shown.elapsed() >= SHOW {
            self.show(&snapshot);
        }
        if self.due.is_empty() {
            self.live.tell(News::Meant(std::mem::take(&mut self.embedded).into()));
        }
        true
    }

    fn embed(&mut self, article: &Article) {
        let Some(model) = self.live.meaning.model.get() else { return };
        let mut texts = Vec::new();
        for meant in meant_texts(article) {
            let known = self.kept.of(&meant.text).and_then(Compact::from_bytes);
            let vector = known.unwrap_or_else(|| {
                let started = Instant::now();
                let vector = model.embed(&meant.text, Kind::Passage, TEXT_PIECES).compact();
                // What cannot be kept is made anew after the next start.
                let _ = self.kept.keep(&meant.text, &vector.to_bytes());
                if self.gently {
                    std::thread::sleep(started.elapsed());
                }
                vector
            });
            texts.push((meant, vector));
        }
        self.vectors.put(article, ArticleVectors { revision: article.revision, texts });
    }

    fn show(&mut self, snapshot: &Snapshot) {
        let there: HashSet<u64> = snapshot.articles().map(|a| IndexDocument::key(&a.id)).collect();
        self.vectors.keep(|key| there.contains(&key));
        self.live.meaning.vectors.store(Arc::new(self.vectors.clone()));
        self.shown = Instant::now();
    }
}

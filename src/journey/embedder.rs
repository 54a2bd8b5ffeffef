//! Article texts become vectors in the background, never on the way of a save.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::Ordering,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use super::{
    Live, News, Snapshot, Trouble,
    asked::{Asked, QUESTION_TIME},
    meaning::{PROBE, form},
    traffic::Lookout,
};
use crate::{
    article::{Article, ArticleId},
    index::{ArticleVectors, IndexDocument, Vectors, meant_texts},
    meaning::{Compact, CompactRows, Embeddings, Kind, Source, SourceFault},
    store::KeptVectors,
};

/// A server has so long for a batch of texts: a large model on a processor needs a second for each.
const BATCH_TIME: Duration = Duration::from_secs(60);
/// New vectors are put in service at least this often.
const SHOW: Duration = Duration::from_millis(500);
/// Meaning speaks when at most one article of so many has no vectors yet.
const MOST: usize = 20;
/// Longest sleep of a thread with nothing to do.
const IDLE: Duration = Duration::from_secs(3_600);
/// The same while a question may have found the server in trouble.
const WATCHFUL: Duration = Duration::from_secs(5);

/// What a house, its machines and their makers are asked about: the middle of these stands for that of
/// all texts while a folder has few of its own.
const ELSEWHERE: [&str; 24] = [
    "冰箱不制冷",
    "电视没有声音",
    "空调遥控器怎么用",
    "洗衣机脱水时晃得厉害",
    "热水器打不着火",
    "门锁指纹录不进去",
    "手机连不上家里的网",
    "灯一闪一闪的",
    "机器一插电就跳闸",
    "屏幕上显示故障代码",
    "有一股烧焦的味道",
    "底下漏了一地水",
    "保修期是多久",
    "买了七天能不能退货",
    "上门维修怎么收费",
    "配件多久能到",
    "发票怎么补开",
    "师傅什么时候来",
    "用户要投诉怎么办",
    "怎么跟客户解释",
    "这件事该报给谁",
    "怎么清洗滤网",
    "第一次使用前要准备什么",
    "噪音很大，嗡嗡响",
];

/// Turns the texts of the articles into vectors.
pub struct Embedder {
    live: Arc<Live>,
    data: PathBuf,
    wanted: Embeddings,
    source: Option<Arc<Source>>,
    kept: Option<KeptVectors>,
    vectors: Vectors,
    /// Articles without vectors in the state `listed`.
    due: VecDeque<Arc<Article>>,
    listed: u64,
    /// Articles embedded since there was nothing left to embed.
    embedded: Vec<ArticleId>,
    shown: Instant,
    /// Others use the processor, too: whether they do is looked at after each batch.
    gently: Option<Lookout>,
}

/// How far an embedder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Articles that have their vectors.
    pub ready: usize,
    /// Articles in all.
    pub of: usize,
    /// What holds it up.
    pub trouble: Option<Trouble>,
}

impl Embedder {
    /// An embedder that keeps its vectors in `data`; `gently` leaves half a core to others
    /// while there are any.
    #[must_use]
    pub fn open(live: Arc<Live>, data: &Path, wanted: Embeddings, gently: bool) -> Self {
        let _ = live.meaning.wanted.set(());
        Self {
            live,
            data: data.to_owned(),
            wanted,
            source: None,
            kept: None,
            vectors: Vectors::default(),
            due: VecDeque::new(),
            listed: 0,
            embedded: Vec::new(),
            shown: Instant::now(),
            gently: gently.then(Lookout::default),
        }
    }

    /// Embeds until nobody can wake it any more, and tells after each step how far it is. A message says that
    /// something was published.
    pub fn run(mut self, published: &Receiver<()>, mut tell: impl FnMut(Progress)) {
        loop {
            let more = self.step();
            if let Some(progress) = self.progress() {
                tell(progress);
            }
            let wait = if more { Duration::ZERO } else { self.rest() };
            if published.recv_timeout(wait) == Err(RecvTimeoutError::Disconnected) {
                return;
            }
        }
    }

    /// Embeds the next articles; whether there were any.
    pub fn step(&mut self) -> bool {
        let Some(snapshot) = self.live.snapshot() else { return false };
        if self.live.meaning.health.rest().is_some() {
            return false;
        }
        self.turn(&snapshot).unwrap_or_else(|fault| {
            self.live.meaning.health.failed(&fault);
            false
        })
    }

    /// How far it is; nothing before the first look at the folder.
    #[must_use]
    pub fn progress(&self) -> Option<Progress> {
        let of = self.live.snapshot()?.n_articles();
        let ready = if self.source.is_none() { 0 } else { of.saturating_sub(self.due.len()) };
        Some(Progress { ready, of, trouble: self.live.meaning.trouble() })
    }

    /// How long to sleep when there is nothing to do.
    #[must_use]
    pub fn rest(&self) -> Duration {
        let health = &self.live.meaning.health;
        match health.rest() {
            Some(rest) => rest,
            None if health.trouble().is_some() => Duration::ZERO,
            None if self.source.as_ref().is_some_and(|source| source.is_remote()) => WATCHFUL,
            None => IDLE,
        }
    }

    fn turn(&mut self, snapshot: &Snapshot) -> Result<bool, SourceFault> {
        let source = match &self.source {
            Some(source) => Arc::clone(source),
            None => self.open_source()?,
        };
        if self.listed != snapshot.generation {
            self.listed = snapshot.generation;
            self.due = snapshot.articles().filter(|a| !self.vectors.has(a)).cloned().collect();
            self.show(snapshot);
        }
        if self.due.is_empty() {
            if self.live.meaning.trouble().is_some() {
                source.embed(&[PROBE], Kind::Query, QUESTION_TIME)?;
                self.live.meaning.health.well();
            }
            return Ok(false);
        }
        self.embed_next(&source)?;
        if self.due.is_empty() || self.shown.elapsed() >= SHOW {
            self.show(snapshot);
        }
        if self.due.is_empty() {
            self.live.tell(News::Meant(std::mem::take(&mut self.embedded).into()));
        }
        Ok(true)
    }

    /// Opens the source, learns how its vectors are, and lets questions in.
    fn open_source(&mut self) -> Result<Arc<Source>, SourceFault> {
        let source = Arc::new(self.wanted.open()?);
        let scale = source.scale(QUESTION_TIME)?;
        let form = form(&source).ok_or(SourceFault::Foreign)?;
        self.kept = match KeptVectors::open(&self.data, form) {
            Ok(kept) => Some(kept),
            Err(fault) => {
                // What cannot be kept is made anew after the next start.
                tracing::warn!(error = &fault as &dyn std::error::Error, "vectors are not kept");
                None
            }
        };
        let elsewhere: Vec<String> = ELSEWHERE.iter().map(|text| (*text).to_owned()).collect();
        self.vectors = Vectors::beside(&self.made_or_known(&source, &elsewhere)?);
        let meaning = &self.live.meaning;
        meaning.health.well();
        meaning.asked.get_or_init(|| Asked::start(&source, scale, &meaning.health));
        self.source = Some(Arc::clone(&source));
        Ok(source)
    }

    /// Embeds articles from the queue until there is a batch of new texts.
    fn embed_next(&mut self, source: &Source) -> Result<(), SourceFault> {
        let (mut articles, mut missing) = (Vec::new(), Vec::new());
        while missing.len() < source.batch()
            && let Some(article) = self.due.pop_front()
        {
            let texts = meant_texts(&article);
            for meant in &texts {
                if self.known(&meant.text).is_none() && !missing.contains(&meant.text) {
                    missing.push(meant.text.clone());
                }
            }
            articles.push((article, texts));
        }
        let made = match self.make(source, &missing) {
            Ok(made) => made,
            Err(fault) => {
                for (article, _) in articles.into_iter().rev() {
                    self.due.push_front(article);
                }
                return Err(fault);
            }
        };
        for (article, texts) in articles {
            let with_vector = |meant: crate::index::Meant| {
                let vector = made.get(&meant.text).cloned().or_else(|| self.known(&meant.text))?;
                Some((meant, vector))
            };
            let vectors = ArticleVectors::new(article.revision, texts.into_iter().filter_map(with_vector));
            self.embedded.push(article.id.clone());
            self.vectors.put(&article, vectors);
        }
        Ok(())
    }

    /// The vectors of `texts`, the kept ones where there are any.
    fn made_or_known(&mut self, source: &Source, texts: &[String]) -> Result<CompactRows, SourceFault> {
        let missing: Vec<String> = texts.iter().filter(|text| self.known(text).is_none()).cloned().collect();
        let made = self.make(source, &missing)?;
        Ok(texts.iter().filter_map(|text| made.get(text).cloned().or_else(|| self.known(text))).collect())
    }

    fn known(&self, text: &str) -> Option<Compact> {
        self.kept.as_ref()?.of(text).and_then(|bytes| Compact::from_bytes(&bytes))
    }

    /// Makes the vectors of new texts and keeps them.
    fn make(&mut self, source: &Source, texts: &[String]) -> Result<HashMap<String, Compact>, SourceFault> {
        let mut made = HashMap::new();
        for batch in texts.chunks(source.batch()) {
            let started = Instant::now();
            let of_batch: Vec<&str> = batch.iter().map(String::as_str).collect();
            let vectors = source.embed_each(&of_batch, Kind::Passage, BATCH_TIME)?;
            self.live.meaning.health.well();
            for (text, vector) in batch.iter().zip(vectors) {
                let Some(vector) = vector.map(|vector| vector.compact()) else { continue };
                if let Some(kept) = &mut self.kept {
                    // What cannot be kept is made anew after the next start.
                    let _ = kept.keep(text, &vector.to_bytes());
                }
                made.insert(text.clone(), vector);
            }
            let traffic = &self.live.traffic;
            let are_others = self.gently.as_mut().is_some_and(|l| l.sees_others(traffic, Instant::now()));
            if are_others && !source.is_remote() {
                std::thread::sleep(started.elapsed());
            }
        }
        Ok(made)
    }

    fn show(&mut self, snapshot: &Snapshot) {
        let there: HashSet<u64> = snapshot.articles().map(|a| IndexDocument::key(&a.id)).collect();
        self.vectors.settle(|key| there.contains(&key));
        self.live.meaning.vectors.store(Arc::new(self.vectors.clone()));
        let missing = there.len() - self.vectors.n_articles();
        self.live.meaning.is_complete.store(missing * MOST <= there.len(), Ordering::Relaxed);
        self.shown = Instant::now();
    }
}

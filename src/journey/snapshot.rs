//! Folder and index of the same moment, and the place where the newest of them stands.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::SystemTime,
};

use arc_swap::ArcSwapOption;
use tokio::sync::{broadcast, watch};

use super::{ChangedArticle, Meaning, NearDuplicates, News, Receipts, TrialResults, news::Newsroom, traffic::Traffic};
use crate::{
    access::{Role, Standing, standing},
    article::{Article, ArticleId, Audience, Date, Place, Problem},
    corpus::{Corpus, alike, by_appliance},
    index::IndexView,
    search::{Articles, Lexicon, Searchable, Suggestions, Vocabulary, Weights},
    text::Dictionary,
};

/// The folder and its index at one moment; never changes.
pub struct Snapshot {
    /// Counts states of the folder, from 1.
    pub generation: u64,
    /// The folder.
    pub(crate) corpus: Arc<Corpus>,
    pub(super) view: IndexView,
    pub(super) dictionary: Dictionary,
    pub(super) question_dictionary: Dictionary,
    /// Articles customers no longer see, though the index still holds them as public.
    pub(super) expired: Vec<ArticleId>,
    pub(super) weights: Weights,
    pub(super) by_key: Arc<HashMap<u64, Arc<Searchable>>>,
    /// The day the articles are read on.
    pub(super) today: Date,
    /// Problems of the ranking file, which only the search can read.
    pub(super) more_problems: Vec<Problem>,
    pub(super) per_role: Arc<[PerRole; 3]>,
    pub(super) signed: OnceLock<Vec<Arc<Article>>>,
}

/// What is derived from the articles one kind of reader may see, when first asked for.
#[derive(Default)]
pub(super) struct PerRole {
    vocabulary: OnceLock<Vocabulary>,
    suggestions: OnceLock<Suggestions>,
    lexicon: OnceLock<Lexicon>,
    n_readable: OnceLock<usize>,
    appliances: OnceLock<Vec<String>>,
}

/// Whether nothing that [`PerRole`] is derived from differs between two versions of an article.
pub(super) fn says_the_same(changed: &ChangedArticle) -> bool {
    let (Some(a), Some(b)) = (&changed.before, &changed.after) else { return false };
    let facets = |a: &Article| (a.audience, a.status, a.expires, a.kind);
    let headings = |a: &Article| -> Vec<(Audience, String)> {
        let all = a.passages().filter(|p| p.place == Place::Heading);
        all.map(|p| (p.audience, p.text.to_owned())).collect()
    };
    a.title == b.title
        && a.symptoms == b.symptoms
        && a.appliances == b.appliances
        && a.codes == b.codes
        && a.models == b.models
        && facets(a) == facets(b)
        && headings(a) == headings(b)
}

impl Snapshot {
    /// How many articles are in service.
    #[must_use]
    pub fn n_articles(&self) -> usize {
        self.corpus.n_articles()
    }

    /// How many articles `role` may read.
    #[must_use]
    pub fn n_readable(&self, role: Role) -> usize {
        *self.of_role(role).n_readable.get_or_init(|| self.readable(role).count())
    }

    /// The appliances of the articles `role` may read, each once, in the order of their characters.
    #[must_use]
    pub fn appliances(&self, role: Role) -> &[String] {
        self.of_role(role).appliances.get_or_init(|| {
            let all: BTreeSet<&String> = self.readable(role).flat_map(|a| &a.appliances).collect();
            all.into_iter().cloned().collect()
        })
    }

    /// Everything that is wrong in the folder.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut all = self.corpus.problems();
        all.extend(self.more_problems.iter().cloned());
        all
    }

    /// Everything that is wrong, pairs of articles that say nearly the same included, in the order of files.
    #[must_use]
    pub fn every_problem(&self) -> Vec<Problem> {
        let near = NearDuplicates::default();
        for (name, group) in by_appliance(&self.corpus) {
            near.set(&name, alike(&group));
        }
        near.among(self)
    }

    /// Articles `role` may read, in the order of their paths.
    pub fn readable(&self, role: Role) -> impl Iterator<Item = &Arc<Article>> {
        self.corpus.articles().filter(move |a| self.may_read(role, a))
    }

    /// Articles `role` may read that signs tell apart, in the order of their paths.
    pub(super) fn signed(&self, role: Role) -> impl Iterator<Item = &Arc<Article>> {
        // Looked for once: going through a hundred thousand articles takes longer than a search.
        let all = self.signed.get_or_init(|| self.articles().filter(|a| !a.signs.is_empty()).cloned().collect());
        all.iter().filter(move |a| self.may_read(role, a))
    }

    /// Every article in service, whoever may read it.
    pub fn articles(&self) -> impl Iterator<Item = &Arc<Article>> {
        self.corpus.articles()
    }

    pub(super) fn may_read(&self, role: Role, article: &Article) -> bool {
        matches!(standing(role, article, self.today), Standing::Shown | Standing::ShownWithBanner(_))
    }

    /// The article `id`, when `role` may read it.
    pub(super) fn shown(&self, id: &ArticleId, role: Role) -> Option<&Arc<Article>> {
        self.corpus.article(id).filter(|a| self.may_read(role, a))
    }

    fn of_role(&self, role: Role) -> &PerRole {
        &self.per_role[match role {
            Role::Customer => 0,
            Role::Agent => 1,
            Role::Editor | Role::Admin => 2,
        }]
    }

    pub(super) fn vocabulary(&self, role: Role) -> &Vocabulary {
        self.of_role(role).vocabulary.get_or_init(|| {
            let readable: Vec<&Article> = self.readable(role).map(|a| &**a).collect();
            let lists = &self.corpus.lists;
            Vocabulary::new(readable.iter().copied(), &lists.synonyms, &lists.words)
        })
    }

    pub(super) fn suggestions(&self, role: Role) -> &Suggestions {
        self.of_role(role).suggestions.get_or_init(|| Suggestions::new(self.readable(role)))
    }
}

impl Articles for Snapshot {
    fn by_key(&self, key: u64) -> Option<&Arc<Searchable>> {
        self.by_key.get(&key)
    }

    fn readable(&self, id: &str, role: Role) -> Option<&Arc<Article>> {
        self.corpus.article(&ArticleId::new(id)?).filter(|a| self.may_read(role, a))
    }

    fn lexicon(&self, role: Role) -> &Lexicon {
        self.of_role(role).lexicon.get_or_init(|| {
            let readable = self.readable(role).map(|a| &**a);
            let lists = &self.corpus.lists;
            let dictionary = &self.question_dictionary;
            Lexicon::new(readable, role > Role::Customer, dictionary, &lists.readings, &lists.synonyms)
        })
    }
}

/// Where the newest snapshot stands; shared by the publisher and everybody who reads.
pub struct Live {
    snapshot: ArcSwapOption<Snapshot>,
    generation: watch::Sender<u64>,
    /// The latest receipts.
    pub receipts: Receipts,
    /// What came of the `expect` questions.
    pub trials: TrialResults,
    /// Pairs of articles that say nearly the same.
    pub near_duplicates: NearDuplicates,
    newsroom: Newsroom,
    /// The sentence model and its vectors.
    pub meaning: Meaning,
    /// When the process started.
    pub started: SystemTime,
    /// What others do, for whom work in the background gives way.
    pub(super) traffic: Traffic,
    watching: AtomicBool,
    failing: AtomicBool,
}

impl Live {
    /// Nothing published yet.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            snapshot: ArcSwapOption::empty(),
            generation: watch::Sender::new(0),
            receipts: Receipts::default(),
            trials: TrialResults::default(),
            near_duplicates: NearDuplicates::default(),
            newsroom: Newsroom::new(),
            meaning: Meaning::default(),
            started: SystemTime::now(),
            traffic: Traffic::default(),
            watching: AtomicBool::new(false),
            failing: AtomicBool::new(false),
        })
    }

    /// The newest snapshot; `None` before the first look at the folder has been published.
    #[must_use]
    pub fn snapshot(&self) -> Option<Arc<Snapshot>> {
        self.snapshot.load_full()
    }

    /// Everything that is wrong in the folder, as far as its articles have been compared with each other.
    #[must_use]
    pub fn problems(&self, snapshot: &Snapshot) -> Vec<Problem> {
        self.near_duplicates.among(snapshot)
    }

    /// Changes with each published generation.
    #[must_use]
    pub fn generations(&self) -> watch::Receiver<u64> {
        self.generation.subscribe()
    }

    /// News from now on, as it happens.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<News> {
        self.newsroom.listen()
    }

    /// Sends those who listen home: the server stops.
    pub fn close(&self) {
        self.newsroom.tell(News::Closing);
    }

    /// The system reports changes of the folder, or does no longer.
    pub fn set_watching(&self, watching: bool) {
        self.watching.store(watching, Ordering::Relaxed);
    }

    /// Whether the system reports changes everywhere in the folder.
    #[must_use]
    pub fn is_watching(&self) -> bool {
        self.watching.load(Ordering::Relaxed)
    }

    /// `events` when the system reports changes, `looks` when only looks at the folder do.
    #[must_use]
    pub fn watcher(&self) -> &'static str {
        if self.is_watching() { "events" } else { "looks" }
    }

    /// The last turn of the publisher failed: readers see an older state than the folder.
    #[must_use]
    pub fn is_failing(&self) -> bool {
        self.failing.load(Ordering::Relaxed)
    }

    pub(super) fn set_failing(&self, failing: bool) {
        self.failing.store(failing, Ordering::Relaxed);
    }

    pub(super) fn swap(&self, snapshot: Snapshot) {
        self.traffic.count();
        self.snapshot.store(Some(Arc::new(snapshot)));
    }

    pub(super) fn tell(&self, news: News) {
        self.newsroom.tell(news);
    }

    /// Wakes those who wait, after everything that belongs to `generation` can be seen.
    pub(super) fn announce(&self, generation: u64) {
        self.generation.send_replace(generation);
    }
}

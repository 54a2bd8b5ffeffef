//! What is said in walkthroughs and what comes back: the nouns of walking, and who walks.

use std::sync::Arc;

use super::{FindFault, Finder, Snapshot};
use crate::{
    article::{Article, ArticleId, Outcome, Step},
    case::Handoff,
    found::{NarrowingQuestion, QuestionFault},
    guide::{Channel, Said, Tally, Walkthrough},
    store::{DatabaseFault, Seq, Store},
};

/// What a house sets for its walkthroughs.
#[derive(Debug, Clone)]
pub struct WalkRules {
    /// What a visit of a technician costs, in minutes of work (ALGORITHMS A2, C_S).
    pub visit_minutes: f64,
    /// What is promised to who needs a visit.
    pub promise: Option<String>,
}

/// Leads through articles.
#[derive(Clone)]
pub struct Walker {
    pub(super) finder: Finder,
    pub(super) store: Store,
    pub(super) rules: Arc<WalkRules>,
    pub(super) now_ms: fn() -> i64,
}

impl Walker {
    /// Leads through what `finder` finds, and keeps what is said in `store`.
    #[must_use]
    pub fn new(finder: Finder, store: Store, rules: WalkRules, now_ms: fn() -> i64) -> Self {
        Self { finder, store, rules: Arc::new(rules), now_ms }
    }
}

/// Why a walkthrough cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum WalkFault {
    /// There is no such walkthrough, or not for this reader.
    #[error("there is no such walkthrough")]
    NotFound,
    /// It has been answered more often than any person would.
    #[error("the walkthrough is full")]
    Full,
    /// The article has no steps that can be walked.
    #[error("the article cannot be walked")]
    NotWalkable,
    /// Only staff lead over the telephone.
    #[error("only staff lead over the telephone")]
    StaffOnly,
    /// It was answered elsewhere, or another step than the one that is due.
    #[error("another step is due")]
    NotDue,
    /// The code is wrong or too old.
    #[error("there is no such code")]
    NoCode,
    /// The complaint cannot be read.
    #[error(transparent)]
    Question(#[from] QuestionFault),
    /// Nothing can be found.
    #[error(transparent)]
    Find(#[from] FindFault),
    /// Too many write at once: nothing was kept, try again.
    #[error("the database is busy")]
    Busy(#[source] DatabaseFault),
    /// The database failed.
    #[error(transparent)]
    Database(DatabaseFault),
    /// Searching broke off.
    #[error("searching broke off")]
    Broke(#[from] tokio::task::JoinError),
    /// The system has no randomness.
    #[error("the system has no randomness")]
    Random(#[source] std::io::Error),
}

impl From<DatabaseFault> for WalkFault {
    fn from(fault: DatabaseFault) -> Self {
        if matches!(fault, DatabaseFault::Busy(_)) { Self::Busy(fault) } else { Self::Database(fault) }
    }
}

/// How a walkthrough begins.
#[derive(Debug, Clone)]
pub struct Beginning {
    /// The article, when it is known.
    pub article: Option<String>,
    /// The complaint.
    pub complaint: Option<String>,
    /// Who does the steps.
    pub channel: Channel,
    /// The model of the appliance.
    pub model: Option<String>,
    /// Signs known already: name, value.
    pub signs: Vec<(String, String)>,
}

/// What is said next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// What came of a step.
    Step {
        /// Its id.
        step: String,
        /// What came of it.
        outcome: Outcome,
    },
    /// The answer to the question; `None` is 不清楚.
    Sign {
        /// The sign asked for.
        sign: String,
        /// One of its values.
        value: Option<String>,
    },
    /// 都不是.
    NoneOfThese,
}

/// Where a walkthrough stands, for one reader.
pub struct Walked {
    /// What is kept of it.
    pub walkthrough: Walkthrough,
    /// How far it has come: it differs after each answer and each taking back.
    pub seq: Seq,
    /// The article as it was when it began.
    pub article: Option<Arc<Article>>,
    /// Where it stands.
    pub place: WalkPlace,
    /// What was tried, oldest first.
    pub tried: Vec<Tried>,
    /// The code, when one is live.
    pub handoff: Option<Handoff>,
    /// What is promised to who needs a visit.
    pub promise: Option<String>,
    /// The folder of this moment.
    pub snapshot: Arc<Snapshot>,
}

impl Walked {
    /// Whether anything was said that can be taken back.
    #[must_use]
    pub fn can_take_back(&self) -> bool {
        self.walkthrough.answers.iter().any(|a| !matches!(a.said, Said::Began { .. }))
    }
}

/// Where a walkthrough stands.
pub enum WalkPlace {
    /// A question is asked.
    Question(NarrowingQuestion),
    /// A step is due.
    Step(DueStep),
    /// It is solved, by this step.
    Solved(String),
    /// A technician is needed.
    Service {
        /// Why.
        why: String,
        /// A step that may be tried all the same.
        next: Option<DueStep>,
    },
    /// Stop.
    Danger {
        /// What to do at once.
        say: String,
        /// The article that leads through it.
        article: Option<Arc<Article>>,
    },
}

/// The step that is due.
#[derive(Debug, Clone)]
pub struct DueStep {
    /// The step.
    pub step: Step,
    /// Why it comes now, in one line.
    pub why: String,
    /// The same below its title; empty where there is nothing to say.
    pub reason: String,
    /// What came of it in the walkthroughs of others.
    pub tally: Tally,
    /// Steps left, with it.
    pub n_left: usize,
    /// Minutes they take.
    pub minutes_left: u32,
}

/// A step that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// Its article.
    pub article: ArticleId,
    /// The step, as the article was.
    pub step: Step,
    /// What came of it.
    pub outcome: Outcome,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
}

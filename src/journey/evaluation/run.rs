//! One run over judged questions: what came of each of them.

use super::Judged;
use crate::{
    access::Role,
    article::{Article, Severity},
    found::{AnswerClass, Found, MeaningUse, Question, QuestionFault},
    journey::{FindFault, Finder, Snapshot},
};

/// The stratum whose questions speak of danger, every one.
const SAFETY: &str = "safety";

/// A run over judged questions, in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct TestRun {
    /// One for each question.
    pub asked: Vec<Asked>,
}

/// A judged question with what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The question and what must come of it.
    pub judged: Judged,
    /// Whether danger must be announced.
    pub alert_rule: AlertRule,
    /// What the question was taken for, in normal form.
    pub understood: String,
    /// The first ten articles.
    pub got: Vec<Got>,
    /// How sure the answer was.
    pub answer: AnswerClass,
    /// The danger that was announced.
    pub alert: Option<String>,
    /// What part meaning had.
    pub meaning: MeaningUse,
}

/// One article of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Got {
    /// Its id.
    pub id: String,
    /// Its score; comparable within one answer only.
    pub score: f32,
    /// What the score is made of.
    pub parts: Vec<Part>,
}

/// One part of a score, as [`crate::found::ScorePart`].
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// What it is for.
    pub name: String,
    /// The word or value it is about.
    pub about: String,
    /// What it adds.
    pub score: f32,
}

/// Whether a question must be met with an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertRule {
    /// It speaks of danger.
    Must,
    /// What answers it is urgent or dangerous; its words need not be.
    May,
    /// Nothing about it is dangerous.
    MustNot,
}

impl AlertRule {
    /// Every rule.
    pub const ALL: [Self; 3] = [Self::Must, Self::May, Self::MustNot];

    /// The name in a run file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::May => "may",
            Self::MustNot => "must_not",
        }
    }

    fn of(judged: &Judged, snapshot: &Snapshot) -> Self {
        let grave = |id: &String| {
            let article: Option<&std::sync::Arc<Article>> = snapshot.article(id, Role::Admin);
            article.is_some_and(|a| a.severity != Severity::Normal)
        };
        match () {
            () if judged.stratum == SAFETY => Self::Must,
            () if judged.wanted.iter().any(grave) => Self::May,
            () => Self::MustNot,
        }
    }
}

impl Asked {
    /// Place of the first right article, from 0.
    #[must_use]
    pub fn rank(&self) -> Option<usize> {
        self.got.iter().position(|g| self.judged.wanted.contains(&g.id))
    }

    /// Some article answers it.
    #[must_use]
    pub fn is_answerable(&self) -> bool {
        !self.judged.wanted.is_empty()
    }

    /// A right article stands first.
    #[must_use]
    pub fn is_first(&self) -> bool {
        self.rank() == Some(0)
    }

    fn new(judged: &Judged, found: Found, snapshot: &Snapshot) -> Self {
        let got = found.hits.into_iter().map(|hit| Got {
            id: hit.article.id.to_string(),
            score: hit.score,
            parts: hit
                .parts
                .into_iter()
                .filter(|p| p.score != 0.0)
                .map(|p| Part { name: p.name.to_owned(), about: p.about, score: p.score })
                .collect(),
        });
        Self {
            judged: judged.clone(),
            alert_rule: AlertRule::of(judged, snapshot),
            understood: found.understood.text,
            got: got.collect(),
            answer: found.answer,
            alert: found.alert.map(|a| a.hazard),
            meaning: found.meaning,
        }
    }
}

/// Why a judged question could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum AskFault {
    /// It is no question.
    #[error("`{0}` cannot be asked")]
    Question(String, #[source] QuestionFault),
    /// The search failed.
    #[error("asking `{0}` failed")]
    Find(String, #[source] FindFault),
}

/// The question of `judged`.
pub(super) fn bounded(judged: &Judged) -> Result<Question, AskFault> {
    Question::new(&judged.query).map_err(|e| AskFault::Question(judged.name.clone(), e))
}

/// Asks every question of `judged`.
///
/// # Errors
/// When one of them cannot be asked.
pub fn ask_all(finder: &Finder, judged: &[Judged]) -> Result<TestRun, AskFault> {
    let ask = |one: &Judged| {
        let mut question = bounded(one)?;
        question.explain = true;
        question.wait = true;
        let failed = |e| AskFault::Find(one.name.clone(), e);
        let snapshot = finder.snapshot().map_err(failed)?;
        let found = finder.find(&question, one.role).map_err(failed)?;
        Ok(Asked::new(one, found, &snapshot))
    };
    Ok(TestRun { asked: judged.iter().map(ask).collect::<Result<_, AskFault>>()? })
}

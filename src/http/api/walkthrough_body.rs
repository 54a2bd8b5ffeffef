//! A walkthrough as JSON, field by field.

use serde::Serialize;
use utoipa::ToSchema;

use super::articles::article_revision;
use crate::{
    access::Role,
    article::{SectionRole, render},
    found::{Choice, NarrowingQuestion},
    http::links::{ReaderLinks, article_url},
    journey::{DueStep, Tried, WalkPlace, Walked},
};

/// Where a walkthrough stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct WalkthroughBody {
    id: String,
    article: Option<String>,
    revision: Option<String>,
    channel: &'static str,
    /// `question`, `step`, `solved`, `service` or `danger`.
    state: &'static str,
    step: Option<DueStepBody>,
    question: Option<QuestionBody>,
    service: Option<ServiceBody>,
    danger: Option<DangerBody>,
    tried: Vec<TriedBody>,
    remaining: RemainingBody,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct DueStepBody {
    id: String,
    title: String,
    /// `precheck`, `software` or `hardware`.
    layer: &'static str,
    minutes: Option<u32>,
    /// What must be done before, joined by `、`.
    safety: Option<String>,
    html: String,
    /// Why this step comes now.
    why: String,
    evidence: EvidenceBody,
}

/// What came of a step so far, over all walkthroughs.
#[derive(Serialize, ToSchema)]
struct EvidenceBody {
    solved: u64,
    tried: u64,
}

/// A narrowing question.
#[derive(Serialize, ToSchema)]
pub(crate) struct QuestionBody {
    sign: String,
    text: String,
    options: Vec<OptionBody>,
}

#[derive(Serialize, ToSchema)]
struct OptionBody {
    value: String,
    leads_to: Vec<String>,
}

#[derive(Serialize, ToSchema)]
struct ServiceBody {
    why: String,
    /// The article's own section for this, as HTML.
    html: String,
    promise: Option<String>,
    /// A step that may be tried all the same.
    next: Option<DueStepBody>,
}

#[derive(Serialize, ToSchema)]
struct DangerBody {
    say: String,
    article: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct TriedBody {
    article: String,
    step: String,
    title: String,
    layer: &'static str,
    outcome: &'static str,
    /// Milliseconds since 1970.
    at: i64,
}

#[derive(Serialize, ToSchema, Default)]
struct RemainingBody {
    steps: usize,
    minutes: u32,
}

impl QuestionBody {
    pub(crate) fn new(question: &NarrowingQuestion) -> Self {
        let option = |c: &Choice| OptionBody {
            value: c.value.clone(),
            leads_to: c.leads_to.iter().map(ToString::to_string).collect(),
        };
        Self {
            sign: question.sign.clone(),
            text: question.text.clone(),
            options: question.options.iter().map(option).collect(),
        }
    }
}

impl WalkthroughBody {
    pub(crate) fn new(walked: &Walked, role: Role) -> Self {
        let due = |step: &DueStep| DueStepBody::new(step, walked, role);
        let mut body = Self {
            id: walked.walkthrough.id.to_string(),
            article: walked.article.as_ref().map(|a| a.id.to_string()),
            revision: walked.article.as_ref().map(|a| article_revision(a, role)),
            channel: walked.walkthrough.channel.as_str(),
            state: state(&walked.place),
            step: None,
            question: None,
            service: None,
            danger: None,
            tried: walked.tried.iter().map(TriedBody::new).collect(),
            remaining: RemainingBody::default(),
        };
        match &walked.place {
            WalkPlace::Question(question) => body.question = Some(QuestionBody::new(question)),
            WalkPlace::Step(step) => {
                body.step = Some(due(step));
                body.remaining = RemainingBody { steps: step.n_left, minutes: step.minutes_left };
            }
            WalkPlace::Solved(_) => {}
            WalkPlace::Service { why, next } => {
                let html = service_html(walked, role);
                let (why, promise) = (why.clone(), walked.promise.clone());
                body.service = Some(ServiceBody { why, html, promise, next: next.as_ref().map(due) });
            }
            WalkPlace::Danger { say, article } => {
                body.danger =
                    Some(DangerBody { say: say.clone(), article: article.as_ref().map(|a| article_url(&a.id)) });
            }
        }
        body
    }
}

impl DueStepBody {
    pub(crate) fn new(due: &DueStep, walked: &Walked, role: Role) -> Self {
        let safety = due.step.safety.first.join("、");
        Self {
            id: due.step.id.clone(),
            title: due.step.title.clone(),
            layer: due.step.layer.as_str(),
            minutes: due.step.minutes,
            safety: (!safety.is_empty()).then_some(safety),
            html: lines_html(walked, due.step.lines, role),
            why: due.why.clone(),
            evidence: EvidenceBody { solved: due.tally.solved, tried: due.tally.tried },
        }
    }
}

impl TriedBody {
    fn new(tried: &Tried) -> Self {
        Self {
            article: tried.article.to_string(),
            step: tried.step.id.clone(),
            title: tried.step.title.clone(),
            layer: tried.step.layer.as_str(),
            outcome: tried.outcome.as_str(),
            at: tried.at_ms,
        }
    }
}

/// The name of a place in JSON and in the pages.
pub(crate) fn state(place: &WalkPlace) -> &'static str {
    match place {
        WalkPlace::Question(_) => "question",
        WalkPlace::Step(_) => "step",
        WalkPlace::Solved(_) => "solved",
        WalkPlace::Service { .. } => "service",
        WalkPlace::Danger { .. } => "danger",
    }
}

/// Lines of the article that is walked, as this reader may see them.
pub(crate) fn lines_html(walked: &Walked, lines: (usize, usize), role: Role) -> String {
    let Some(article) = &walked.article else { return String::new() };
    let links = ReaderLinks { article, snapshot: &walked.snapshot, role };
    render(article, lines, role.viewer(), &links)
}

/// The 联系售后 section of the article that is walked.
pub(crate) fn service_html(walked: &Walked, role: Role) -> String {
    let section = walked.article.as_ref().and_then(|a| a.sections.iter().find(|s| s.role == SectionRole::Service));
    section.map_or_else(String::new, |s| lines_html(walked, s.lines, role))
}

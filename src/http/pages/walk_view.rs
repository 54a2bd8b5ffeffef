//! A walkthrough as the pages show it: the customer's `/w/{id}` and the agent's `/desk`.

use super::{article::with_verdict, home::AlertView};
use crate::{
    access::Role,
    article::{ArticleId, Layer},
    case::Handoff,
    found::{Choice, NarrowingQuestion},
    http::{
        api::walkthrough_body::{lines_html, service_html, state},
        links::article_url,
    },
    journey::{DueStep, Tried, WalkPlace, Walked, clock_minute, visit_note},
};

/// A walkthrough on a page: the customer's and the agent's.
pub(super) struct WalkView {
    pub id: String,
    pub turn: String,
    pub state: &'static str,
    pub title: String,
    pub article_id: String,
    pub article_url: Option<String>,
    pub symptom: Option<String>,
    pub model: Option<String>,
    pub step: Option<StepView>,
    pub question: Option<QuestionView>,
    pub danger: Option<AlertView>,
    pub service: Option<ServiceView>,
    pub solved_by: Option<String>,
    pub tried: Vec<TriedView>,
    pub code: Option<CodeView>,
    pub note: Option<String>,
    pub n_left: usize,
    pub minutes_left: u32,
    pub can_go_back: bool,
    /// Who goes on although service is advised.
    pub on: bool,
}

pub(super) struct StepView {
    pub id: String,
    pub title: String,
    pub layer: &'static str,
    pub reason: String,
    pub safety: Vec<String>,
    pub html: String,
}

pub(super) struct QuestionView {
    pub sign: String,
    pub text: String,
    pub options: Vec<OptionView>,
}

pub(super) struct OptionView {
    pub value: String,
    /// Titles it leads to.
    pub leads_to: String,
}

pub(super) struct ServiceView {
    pub heading: &'static str,
    pub reason: String,
    pub html: String,
    pub promise: Option<String>,
    pub next: Option<String>,
}

pub(super) struct TriedView {
    pub title: String,
    pub outcome: &'static str,
    pub said: &'static str,
}

pub(super) struct CodeView {
    /// In two groups.
    pub digits: String,
    pub aloud: String,
    pub until: String,
}

/// What of a walkthrough is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Where it stands.
    AsIs,
    /// The next step, although service is advised.
    On,
    /// The way out, although there are steps.
    Exit,
}

impl Mode {
    pub(super) fn read(query: &str) -> Self {
        match query {
            "on=1" => Self::On,
            "exit=1" => Self::Exit,
            _ => Self::AsIs,
        }
    }

    pub(super) fn query(self) -> &'static str {
        match self {
            Self::AsIs => "",
            Self::On => "?on=1",
            Self::Exit => "?exit=1",
        }
    }
}

/// Said to who leaves although there are steps.
const LEAVING: &str = "不想再试也没关系。试过的步骤会一并带去，不用重做。";

impl WalkView {
    pub(super) fn new(walked: &Walked, role: Role, mode: Mode) -> Self {
        let article = walked.article.as_deref();
        let mut view = Self {
            id: walked.walkthrough.id.to_string(),
            turn: walked.seq.to_string(),
            state: state(&walked.place),
            title: article.map_or_else(|| "先弄清是哪一种".to_owned(), |a| a.title.clone()),
            article_id: article.map(|a| a.id.to_string()).unwrap_or_default(),
            article_url: article.map(|a| article_url(&a.id)),
            symptom: walked.walkthrough.symptom.clone(),
            model: walked.walkthrough.model.clone(),
            step: None,
            question: None,
            danger: None,
            service: None,
            solved_by: None,
            tried: walked.tried.iter().map(TriedView::new).collect(),
            code: walked.handoff.as_ref().map(CodeView::new),
            note: Some(visit_note(walked).to_string()),
            n_left: 0,
            minutes_left: 0,
            can_go_back: walked.can_take_back(),
            on: false,
        };
        match &walked.place {
            WalkPlace::Step(due) if mode == Mode::Exit => {
                view.state = "service";
                view.leave(LEAVING, Some(due), walked, role);
            }
            WalkPlace::Question(_) if mode == Mode::Exit => {
                view.state = "service";
                view.leave(LEAVING, None, walked, role);
            }
            WalkPlace::Step(due) => view.show(due, walked, role),
            WalkPlace::Service { next: Some(due), .. } if mode == Mode::On => {
                view.on = true;
                view.show(due, walked, role);
            }
            WalkPlace::Question(question) => {
                view.question = Some(QuestionView::new(question, walked, role));
            }
            WalkPlace::Solved(step) => view.solved_by = Some(step.clone()),
            WalkPlace::Service { why, next } => view.leave(why, next.as_ref(), walked, role),
            WalkPlace::Danger { say, article } => {
                view.danger = Some(AlertView::new(say.clone(), article.as_deref()));
            }
        }
        view
    }

    fn leave(&mut self, reason: &str, next: Option<&DueStep>, walked: &Walked, role: Role) {
        self.service = Some(ServiceView {
            heading: if walked.article.is_some() { "到这里停下，找人来修" } else { "找人接着查" },
            reason: reason.to_owned(),
            html: service_html(walked, role),
            promise: walked.promise.clone(),
            next: next.map(|due| due.step.title.clone()),
        });
    }

    fn show(&mut self, due: &DueStep, walked: &Walked, role: Role) {
        self.state = "step";
        (self.n_left, self.minutes_left) = (due.n_left, due.minutes_left);
        self.step = Some(StepView {
            id: due.step.id.clone(),
            title: due.step.title.clone(),
            layer: match due.step.layer {
                Layer::Precheck => "先看一眼",
                Layer::Software => "软件",
                Layer::Hardware => "硬件",
            },
            reason: due.reason.clone(),
            safety: due.step.safety.first.clone(),
            html: with_verdict(&lines_html(walked, due.step.lines, role)),
        });
    }
}

impl QuestionView {
    fn new(question: &NarrowingQuestion, walked: &Walked, role: Role) -> Self {
        let title = |id: &ArticleId| walked.snapshot.article(id.as_str(), role).map(|a| a.title.clone());
        let option = |c: &Choice| OptionView {
            value: c.value.clone(),
            leads_to: c.leads_to.iter().filter_map(title).take(2).collect::<Vec<_>>().join("、"),
        };
        let options = question.options.iter().map(option).collect();
        Self { sign: question.sign.clone(), text: question.text.clone(), options }
    }
}

impl TriedView {
    fn new(tried: &Tried) -> Self {
        Self { title: tried.step.title.clone(), outcome: tried.outcome.as_str(), said: tried.outcome.label() }
    }
}

impl CodeView {
    fn new(handoff: &Handoff) -> Self {
        let aloud: Vec<String> = handoff.code.as_str().chars().map(String::from).collect();
        Self { digits: handoff.code.spoken(), aloud: aloud.join(" "), until: clock_minute(handoff.expires_ms) }
    }
}

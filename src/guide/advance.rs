//! Where a walkthrough stands: hazard stop → pre-checks → software → hardware → service, computed
//! anew from the answers.

use std::collections::BTreeMap;

use super::{
    Said, ServiceReason, Walkthrough,
    chance::{minutes, weigh},
    order::{ahead, is_offered, walked},
    stop::{enough, prefix_costs, worth_trying},
};
use crate::article::{Article, Kind, Layer, Likelihood, Outcome, Severity, Step};

/// Everything that decides where one stands.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// The article that is walked, in the text it had when that began.
    pub article: &'a Article,
    /// What was said so far.
    pub walkthrough: &'a Walkthrough,
    /// What a visit costs, in minutes of an agent (C_S, a setting).
    pub visit_minutes: f64,
    /// Whether the complaint speaks of a danger.
    pub hazard: bool,
    /// Whether the article was retired, made agent-only or marked as danger since.
    pub withdrawn: bool,
}

/// Where one stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Stand<'a> {
    /// A step is to be done.
    Step(Proposal<'a>),
    /// A step was the fix.
    Solved {
        /// The step.
        step: &'a Step,
    },
    /// Service is advised.
    Service(Service<'a>),
    /// Everything stops.
    Danger(Danger<'a>),
}

/// Why everything stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Danger<'a> {
    /// The complaint speaks of a danger.
    Hazard,
    /// A step did not look safe.
    Unsafe {
        /// The id of the step, perhaps of an article that was walked before.
        step: &'a str,
    },
}

impl Danger<'_> {
    /// The sentence for customers.
    #[must_use]
    pub fn say(self) -> &'static str {
        match self {
            Self::Hazard => "先顾安全：您说的情况可能有危险，请停下，不要再动这台机器。",
            Self::Unsafe { .. } => "觉得不安全就停下：不要再动这台机器，请联系售后。",
        }
    }

    /// The sentence for an agent, who is the service.
    #[must_use]
    pub fn say_to_agent(self) -> &'static str {
        match self {
            Self::Hazard => self.say(),
            Self::Unsafe { .. } => "觉得不安全就停下：请用户不要再动这台机器，安排上门，或转二线。",
        }
    }
}

/// Advice to call service.
#[derive(Debug, Clone, PartialEq)]
pub struct Service<'a> {
    /// Why.
    pub reason: ServiceReason,
    /// The step for who goes on in spite of it.
    pub next: Option<Proposal<'a>>,
}

/// What is still to be done, the step at hand included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remaining {
    /// Steps.
    pub steps: usize,
    /// Their minutes.
    pub minutes: u32,
}

/// What came of a step in the walkthroughs of others, as the store counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// How often it was the fix.
    pub solved: u64,
    /// How often it was tried.
    pub tried: u64,
}

/// A step to do next.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal<'a> {
    /// The step.
    pub step: &'a Step,
    /// What is still to be done, with it.
    pub remaining: Remaining,
    /// Whether nothing was tried before it.
    is_first: bool,
    /// Whether there were software steps before it.
    had_software: bool,
    /// Whether nothing in the article speaks of a risk.
    is_harmless: bool,
    /// The step that it prepares.
    prepares: Option<&'a Step>,
}

impl Proposal<'_> {
    /// Why this step comes now, in one line.
    #[must_use]
    pub fn why(&self, tally: Tally) -> String {
        let when = if self.is_first { "先做" } else { "接着做" };
        let reason = self.reason(tally);
        let colon = if reason.is_empty() { "。" } else { "：" };
        format!("{when}「{}」{colon}{reason}", self.step.title)
    }

    /// The same below the title of the step; empty where there is nothing to say. Of the past it tells what
    /// `tally` counts, nothing else.
    #[must_use]
    pub fn reason(&self, tally: Tally) -> String {
        let mut facts = Vec::new();
        facts.extend(self.step.minutes.map(|minutes| format!("约 {minutes} 分钟")));
        if !self.step.safety.first.is_empty() {
            facts.push(format!("注意{}", self.step.safety.first.join("、")));
        }
        let mut clauses = vec![facts.join("，")];
        clauses.extend((self.step.likely == Some(Likelihood::Common)).then(|| "这是常见原因".to_owned()));
        clauses.extend(
            (tally.tried > 0)
                .then(|| format!("过去试过 {} 次，{} 次由它解决", tally.tried, tally.solved.min(tally.tried))),
        );
        clauses.extend(self.prepares.map(|later| format!("做「{}」之前要先做它", later.title)));
        clauses.push(self.layer().to_owned());
        clauses.retain(|clause| !clause.is_empty());
        if clauses.is_empty() { String::new() } else { clauses.join("；") + "。" }
    }

    fn layer(&self) -> &'static str {
        match (self.step.layer, self.had_software) {
            (Layer::Precheck, _) if self.is_harmless => "只是先看一眼，没有风险",
            (Layer::Precheck, _) => "",
            (Layer::Software, _) => "属于软件，先软后硬",
            (Layer::Hardware, true) => "属于硬件，软件步骤已走过",
            (Layer::Hardware, false) => "属于硬件",
        }
    }
}

/// Whether an article is one that is walked.
#[must_use]
pub fn is_walkable(article: &Article) -> bool {
    matches!(article.kind, Kind::Troubleshooting | Kind::ErrorCode) && article.steps().next().is_some()
}

/// Where the walkthrough stands.
#[must_use]
pub fn advance<'a>(situation: &Situation<'a>) -> Stand<'a> {
    let Situation { article, walkthrough, .. } = *situation;
    if situation.hazard {
        return Stand::Danger(Danger::Hazard);
    }
    // What did not look safe stays so, whichever article was walked then.
    if let Some(step) = step_answers(walkthrough, 0).find(|(_, o)| *o == Outcome::Unsafe).map(|(step, _)| step) {
        return Stand::Danger(Danger::Unsafe { step });
    }
    let tried: BTreeMap<&str, Outcome> = step_answers(walkthrough, began(walkthrough)).collect();
    let steps = walked(article);
    let came_of = |step: &Step| tried.get(step.id.as_str()).copied();
    if let Some(step) = steps.iter().copied().find(|s| came_of(s) == Some(Outcome::Solved)) {
        return Stand::Solved { step };
    }
    if situation.withdrawn {
        return Stand::Service(Service { reason: ServiceReason::Withdrawn, next: None });
    }
    let ahead = ahead(article, walkthrough.channel, &tried);
    let Some(next) = proposal(article, &steps, &ahead, &tried) else {
        let left = || steps.iter().filter(|s| came_of(s).is_none());
        let reason = if left().next().is_none() {
            ServiceReason::AllDone
        } else if left().any(|s| is_offered(s, walkthrough.channel)) {
            ServiceReason::NeedsUndone
        } else {
            ServiceReason::TechnicianOnly
        };
        return Stand::Service(Service { reason, next: None });
    };
    match advice(situation, &steps, &ahead, &tried, next.remaining) {
        Some(reason) => Stand::Service(Service { reason, next: Some(next) }),
        None => Stand::Step(next),
    }
}

/// The answers to steps, from the answer `from` on.
fn step_answers(walkthrough: &Walkthrough, from: usize) -> impl Iterator<Item = (&str, Outcome)> {
    walkthrough.answers.iter().skip(from).filter_map(|answer| match &answer.said {
        Said::Step { step, outcome } => Some((step.as_str(), *outcome)),
        _ => None,
    })
}

/// Where the answers that belong to the article begin.
fn began(walkthrough: &Walkthrough) -> usize {
    walkthrough.answers.iter().rposition(|a| matches!(a.said, Said::Began { .. })).unwrap_or(0)
}

/// Whether `step` may be called free of risk: nothing is to be made safe before it, and no warning customers
/// read stands above it or in it.
fn is_harmless(article: &Article, step: &Step) -> bool {
    let warns = |(line, staff): (&str, &bool)| !staff && ["[!CAUTION]", "[!WARNING]"].iter().any(|m| line.contains(m));
    step.safety.first.is_empty()
        && step.safety.risk == 0
        && article.severity == Severity::Normal
        && !article.lines().zip(&article.agent_lines).take(step.lines.1).any(warns)
}

fn proposal<'a>(
    article: &Article,
    steps: &[&'a Step],
    ahead: &[&'a Step],
    tried: &BTreeMap<&str, Outcome>,
) -> Option<Proposal<'a>> {
    let step = *ahead.first()?;
    let place = |step: &Step| steps.iter().position(|s| s.id == step.id);
    // Out of its turn it comes only for the sake of another.
    let prepares = ahead.get(1).copied().filter(|later| later.needs.contains(&step.id) && place(later) < place(step));
    Some(Proposal {
        step,
        remaining: Remaining { steps: ahead.len(), minutes: ahead.iter().map(|s| minutes(s)).sum() },
        is_first: tried.is_empty(),
        had_software: steps.iter().any(|s| s.layer == Layer::Software && tried.contains_key(s.id.as_str())),
        is_harmless: is_harmless(article, step),
        prepares,
    })
}

/// Why to stop although there are steps ahead.
fn advice(
    situation: &Situation<'_>,
    steps: &[&Step],
    ahead: &[&Step],
    tried: &BTreeMap<&str, Outcome>,
    remaining: Remaining,
) -> Option<ServiceReason> {
    let channel = situation.walkthrough.channel;
    let failed = |step: &Step| tried.get(step.id.as_str()) == Some(&Outcome::NotSolved);
    let spent = steps.iter().filter(|s| failed(s)).map(|s| minutes(s)).sum();
    let cannot_do = tried.values().filter(|o| **o == Outcome::CannotDo).count();
    let weighed = weigh(steps, channel);
    let rest = 1.0 - weighed.iter().filter(|w| failed(w.step)).map(|w| w.chance).sum::<f64>();
    let left: Vec<_> = ahead.iter().filter_map(|step| weighed.iter().find(|w| w.step.id == step.id).copied()).collect();
    enough(channel, spent, cannot_do).or_else(|| {
        let costs = prefix_costs(&left, rest, situation.visit_minutes);
        (worth_trying(&costs) == 0).then_some(ServiceReason::NotWorthIt(remaining))
    })
}

//! Where a walkthrough stands for one reader: computed from its answers, the text it began with and
//! the folder of this moment.

use std::sync::Arc;

use super::{
    DueStep, Snapshot, Tried, WalkFault, WalkPlace, Walked, Walker,
    walker::{Next, narrowed, reader_of},
};
use crate::{
    access::{Role, Standing, standing},
    article::{Article, ArticleId, Revision, Severity, parse},
    guide::{Answer, Danger, Proposal, Said, Situation, Stand, Walkthrough, advance},
    store::Kept,
    text::{Hazard, normalize},
};

/// Said where an article is marked as danger.
const DANGER: &str = "先保证人的安全，再管机器：不要再动它，离开有危险的地方，到安全的地方再打电话。";
/// Said where no article fits.
const NOTHING_FITS: &str = "没有找到合适的排查内容；请联系售后，说过的情况会一并带去，不用重说。";
/// The same for an agent, who is the service.
const NOTHING_FITS_AGENT: &str = "没有找到合适的排查内容；请安排上门，或转二线，说过的情况都在上门单里。";

impl Walker {
    /// Where `kept` stands for `role`.
    pub(super) async fn stand(&self, kept: Kept, role: Role) -> Result<Walked, WalkFault> {
        let Kept { mut walkthrough, seq } = kept;
        let snapshot = self.finder.snapshot()?;
        let mut asked = None;
        if walking(&walkthrough).is_none() {
            match narrowed(&snapshot, &walkthrough, reader_of(walkthrough.channel, role)) {
                Some(Next::Question(question)) => asked = Some(question),
                // The folder has changed since it was asked: what is left is walked from the first answer on.
                Some(Next::Article(article)) => walkthrough.answers.push(began(&article, (self.now_ms)())),
                None => {}
            }
        }
        let texts = self.texts(&walkthrough, &snapshot).await?;
        if texts.iter().any(|pinned| standing(role, pinned, snapshot.today) == Standing::Hidden) {
            // Text for staff never reaches a customer, even when the article became public since.
            return Err(WalkFault::NotFound);
        }
        let article = walking(&walkthrough).and_then(|id| texts.iter().rev().find(|a| a.id == *id)).cloned();
        let hazard = hazard(&walkthrough, &snapshot, role);
        let place = match (&article, hazard, asked) {
            (Some(article), hazard, _) => self.place(&walkthrough, article, hazard, &snapshot, role).await?,
            (None, Some(hazard), _) => hazard,
            (None, None, Some(question)) => WalkPlace::Question(question),
            (None, None, None) => {
                let why = if role > Role::Customer { NOTHING_FITS_AGENT } else { NOTHING_FITS };
                WalkPlace::Service { why: why.to_owned(), next: None }
            }
        };
        let tried = tried(&walkthrough, &texts);
        let handoff = self.store.handoff_of(&walkthrough.id, (self.now_ms)()).await?;
        let promise = self.rules.promise.clone();
        Ok(Walked { walkthrough, seq, article, place, tried, handoff, promise, snapshot })
    }

    /// Where the walkthrough of `article` stands; `hazard` is the danger the complaint speaks of.
    async fn place(
        &self,
        walkthrough: &Walkthrough,
        article: &Arc<Article>,
        hazard: Option<WalkPlace>,
        snapshot: &Snapshot,
        role: Role,
    ) -> Result<WalkPlace, WalkFault> {
        let now = snapshot.corpus.article(&article.id);
        let is_danger = |a: &Article| a.severity == Severity::Danger;
        if hazard.is_none() && (is_danger(article) || now.is_some_and(|now| is_danger(now))) {
            let article = snapshot.shown(&article.id, role).cloned();
            return Ok(WalkPlace::Danger { say: DANGER.to_owned(), article });
        }
        let withdrawn = is_withdrawn(reader_of(walkthrough.channel, role), article, snapshot);
        let visit_minutes = self.rules.visit_minutes;
        let situation = Situation { article, walkthrough, visit_minutes, hazard: hazard.is_some(), withdrawn };
        let agent = role > Role::Customer;
        Ok(match (advance(&situation), hazard) {
            (Stand::Danger(Danger::Hazard), Some(hazard)) => hazard,
            (Stand::Danger(danger), _) => near_hazard(article, snapshot, role).unwrap_or_else(|| {
                let say = if agent { danger.say_to_agent() } else { danger.say() };
                WalkPlace::Danger { say: say.to_owned(), article: None }
            }),
            (Stand::Step(proposal), _) => WalkPlace::Step(self.due(&proposal, article).await?),
            (Stand::Solved { step }, _) => WalkPlace::Solved(step.title.clone()),
            (Stand::Service(service), _) => {
                let next = match &service.next {
                    Some(proposal) => Some(self.due(proposal, article).await?),
                    None => None,
                };
                let why = if agent { service.reason.say_to_agent() } else { service.reason.say() };
                WalkPlace::Service { why, next }
            }
        })
    }

    async fn due(&self, proposal: &Proposal<'_>, article: &Article) -> Result<DueStep, WalkFault> {
        let tally = self.store.tally(&article.id, &proposal.step.id).await?;
        Ok(DueStep {
            why: proposal.why(tally),
            reason: proposal.reason(tally),
            step: proposal.step.clone(),
            tally,
            n_left: proposal.remaining.steps,
            minutes_left: proposal.remaining.minutes,
        })
    }

    /// The articles that were walked, each as it was then.
    async fn texts(&self, walkthrough: &Walkthrough, snapshot: &Snapshot) -> Result<Vec<Arc<Article>>, WalkFault> {
        let mut texts = Vec::new();
        for answer in &walkthrough.answers {
            if let Said::Began { article, revision } = &answer.said {
                texts.push(self.text(article, revision, snapshot).await?);
            }
        }
        Ok(texts)
    }

    async fn text(&self, id: &ArticleId, revision: &Revision, snapshot: &Snapshot) -> Result<Arc<Article>, WalkFault> {
        if let Some(now) = snapshot.corpus.article(id).filter(|now| Revision::of(now.source.as_bytes()) == *revision) {
            return Ok(Arc::clone(now));
        }
        let kept = self.store.text(revision).await?.ok_or(WalkFault::NotFound)?;
        let parsed = tokio::task::spawn_blocking(move || parse(&kept.path, &kept.bytes).article).await?;
        parsed.map(Arc::new).ok_or(WalkFault::NotFound)
    }
}

/// The article is walked from now on, in the text it has now.
pub(super) fn began(article: &Article, at_ms: i64) -> Answer {
    let revision = Revision::of(article.source.as_bytes());
    Answer { said: Said::Began { article: article.id.clone(), revision }, at_ms }
}

/// The article that is walked: the last one begun that was not refused since.
pub(super) fn walking(walkthrough: &Walkthrough) -> Option<&ArticleId> {
    walkthrough.answers.iter().rev().find_map(|answer| match &answer.said {
        Said::Began { article, .. } => Some(Some(article)),
        Said::NoneOfThese { .. } => Some(None),
        Said::Step { .. } | Said::Sign { .. } => None,
    })?
}

/// Whether the article went out of service, or out of the reader's sight, since it was begun.
fn is_withdrawn(reader: Role, pinned: &Article, snapshot: &Snapshot) -> bool {
    let Some(now) = snapshot.corpus.article(&pinned.id) else { return true };
    match standing(reader, now, snapshot.today) {
        Standing::Shown => false,
        Standing::ShownWithBanner(_) => now.status != pinned.status || now.is_expired(snapshot.today),
        Standing::Gone | Standing::Hidden => true,
    }
}

/// The danger the complaint speaks of.
fn hazard(walkthrough: &Walkthrough, snapshot: &Snapshot, role: Role) -> Option<WalkPlace> {
    let hazard = snapshot.corpus.lists.hazards.find(&normalize(walkthrough.symptom.as_deref()?))?;
    Some(announced(hazard, snapshot, role))
}

/// The danger that is near where a step of `article` did not look safe, in the words of the folder's list.
fn near_hazard(article: &Article, snapshot: &Snapshot, role: Role) -> Option<WalkPlace> {
    let hazard = snapshot.corpus.lists.hazards.class(near_class(article)?)?;
    Some(announced(hazard, snapshot, role)).filter(|_| !hazard.say.is_empty())
}

/// The class of danger in the list that what is to be made safe before the steps of `article` speaks of; gas
/// before current, for it kills more at once.
fn near_class(article: &Article) -> Option<&'static str> {
    let makes_safe = |what: &str| article.steps().flat_map(|s| &s.safety.first).any(|first| first.contains(what));
    let burns_gas = |name: &String| ["燃气", "煤气", "天然气"].iter().any(|gas| name.contains(gas));
    if makes_safe("气") || article.appliances.iter().any(burns_gas) {
        Some("gas")
    } else {
        makes_safe("电").then_some("shock")
    }
}

fn announced(hazard: &Hazard, snapshot: &Snapshot, role: Role) -> WalkPlace {
    let article = hazard.article.as_deref().and_then(ArticleId::new);
    let article = article.and_then(|id| snapshot.shown(&id, role).cloned());
    let say = if hazard.say.is_empty() { Danger::Hazard.say().to_owned() } else { hazard.say.clone() };
    WalkPlace::Danger { say, article }
}

/// Every step that was answered, with its title as it was then.
fn tried(walkthrough: &Walkthrough, texts: &[Arc<Article>]) -> Vec<Tried> {
    let mut texts = texts.iter();
    let mut article: Option<&Arc<Article>> = None;
    let mut tried = Vec::new();
    for answer in &walkthrough.answers {
        match &answer.said {
            Said::Began { .. } => article = texts.next(),
            Said::Step { step, outcome } => {
                let found = article.and_then(|a| Some((a, a.steps().find(|s| s.id == *step)?)));
                tried.extend(found.map(|(article, step)| Tried {
                    article: article.id.clone(),
                    step: step.clone(),
                    outcome: *outcome,
                    at_ms: answer.at_ms,
                }));
            }
            Said::Sign { .. } | Said::NoneOfThese { .. } => {}
        }
    }
    tried
}

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
    guide::{Danger, Proposal, Said, Situation, Stand, Tally, Walkthrough, advance},
    store::Kept,
    text::normalize,
};

/// Said where an article is marked as danger.
const DANGER: &str = "先保证人的安全，再管机器：不要再动它，离开有危险的地方，到安全的地方再打电话。";
/// Said where no article fits.
const NOTHING_FITS: &str = "没有找到合适的排查内容；请联系售后，说过的情况会一并带去，不用重说。";

impl Walker {
    /// Where `kept` stands for `role`.
    pub(super) async fn stand(&self, kept: Kept, role: Role) -> Result<Walked, WalkFault> {
        let Kept { walkthrough, seq } = kept;
        let snapshot = self.finder.snapshot()?;
        let texts = self.texts(&walkthrough, &snapshot).await?;
        if texts.iter().any(|pinned| !may_read(role, pinned, &snapshot)) {
            return Err(WalkFault::NotFound);
        }
        let article = walking(&walkthrough).and_then(|id| texts.iter().rev().find(|a| a.id == *id)).cloned();
        let tried = tried(&walkthrough, &texts);
        let handoff = self.store.handoff_of(&walkthrough.id, (self.now_ms)()).await?;
        let place = match (&article, hazard(&walkthrough, &snapshot, role)) {
            (_, Some(place)) => place,
            (Some(article), None) => self.place(&walkthrough, article, &snapshot, role).await?,
            (None, None) => match narrowed(&snapshot, &walkthrough, reader_of(walkthrough.channel, role)) {
                Some(Next::Question(question)) => WalkPlace::Question(question),
                // An article that came up since: walked as soon as something is said.
                Some(Next::Article(_)) | None => WalkPlace::Service { why: NOTHING_FITS.to_owned(), next: None },
            },
        };
        let promise = self.rules.promise.clone();
        Ok(Walked { walkthrough, seq, article, place, tried, handoff, promise, snapshot })
    }

    async fn place(
        &self,
        walkthrough: &Walkthrough,
        article: &Arc<Article>,
        snapshot: &Snapshot,
        role: Role,
    ) -> Result<WalkPlace, WalkFault> {
        let now = snapshot.corpus.article(&article.id);
        if now.is_some_and(|now| now.severity == Severity::Danger) || article.severity == Severity::Danger {
            let article = snapshot.shown(&article.id, role).cloned();
            return Ok(WalkPlace::Danger { say: DANGER.to_owned(), article });
        }
        let withdrawn = is_withdrawn(reader_of(walkthrough.channel, role), article, snapshot);
        let visit_minutes = self.rules.visit_minutes;
        let situation = Situation { article, walkthrough, visit_minutes, hazard: false, withdrawn };
        Ok(match advance(&situation) {
            Stand::Step(proposal) => WalkPlace::Step(self.due(&proposal, article).await?),
            Stand::Solved { step } => WalkPlace::Solved(step.title.clone()),
            Stand::Service(service) => {
                let next = match &service.next {
                    Some(proposal) => Some(self.due(proposal, article).await?),
                    None => None,
                };
                WalkPlace::Service { why: service.reason.say(), next }
            }
            Stand::Danger(danger) => WalkPlace::Danger { say: danger.say().to_owned(), article: None },
        })
    }

    async fn due(&self, proposal: &Proposal<'_>, article: &Article) -> Result<DueStep, WalkFault> {
        let outcomes = self.store.outcomes(&article.id, &proposal.step.id).await?;
        let count = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        let tally = Tally { solved: count(outcomes.solved), tried: count(outcomes.tried) };
        Ok(DueStep {
            why: proposal.why(tally),
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
                texts.extend(self.text(article, revision, snapshot).await?);
            }
        }
        Ok(texts)
    }

    async fn text(
        &self,
        id: &ArticleId,
        revision: &Revision,
        snapshot: &Snapshot,
    ) -> Result<Option<Arc<Article>>, WalkFault> {
        if let Some(now) = snapshot.corpus.article(id).filter(|now| Revision::of(now.source.as_bytes()) == *revision) {
            return Ok(Some(Arc::clone(now)));
        }
        let Some(kept) = self.store.text(revision).await? else { return Ok(None) };
        let parsed = tokio::task::spawn_blocking(move || parse(&kept.path, &kept.bytes).article).await?;
        Ok(parsed.map(Arc::new))
    }
}

/// The article that is walked: the last one begun that was not refused since.
fn walking(walkthrough: &Walkthrough) -> Option<&ArticleId> {
    walkthrough.answers.iter().rev().find_map(|answer| match &answer.said {
        Said::Began { article, .. } => Some(Some(article)),
        Said::NoneOfThese { .. } => Some(None),
        Said::Step { .. } | Said::Sign { .. } => None,
    })?
}

/// Whether `role` may read a text that was kept: text for staff never reaches a customer, even when the
/// article became public since.
fn may_read(role: Role, pinned: &Article, snapshot: &Snapshot) -> bool {
    !matches!(standing(role, pinned, snapshot.today), Standing::Hidden)
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
    let article = hazard.article.as_deref().and_then(ArticleId::new);
    let article = article.and_then(|id| snapshot.shown(&id, role).cloned());
    let say = if hazard.say.is_empty() { Danger::Hazard.say().to_owned() } else { hazard.say.clone() };
    Some(WalkPlace::Danger { say, article })
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
                let Some(article) = article else { continue };
                let found = article.steps().find(|s| s.id == *step).cloned();
                tried.extend(found.map(|step| Tried {
                    article: article.id.clone(),
                    step,
                    outcome: *outcome,
                    at_ms: answer.at_ms,
                }));
            }
            Said::Sign { .. } | Said::NoneOfThese { .. } => {}
        }
    }
    tried
}

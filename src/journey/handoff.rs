//! Giving a walkthrough on: the code, who opens it, the visit note; and a word about an article.

use super::{WalkFault, Walked, Walker};
use crate::{
    access::Role,
    case::{Feedback, Handoff, HandoffCode, NoteStep, VisitNote, likely_parts},
    guide::Said,
    store::{CODE_TRIES, Swept, random_bytes},
    text::{mask, normalize},
};

/// Longest reason of a feedback, in characters.
const REASON_CHARS: usize = 500;

/// A word about an article or one of its steps.
#[derive(Debug, Clone)]
pub struct FeedbackGiven {
    /// The article.
    pub article: String,
    /// The step, when it is about one.
    pub step: Option<String>,
    /// Whether it helped.
    pub helpful: bool,
    /// Why not.
    pub reason: Option<String>,
}

impl Walker {
    /// The code of the walkthrough `id`; again, the same code.
    ///
    /// # Errors
    /// When there is no such walkthrough for this reader, or the database fails.
    pub async fn hand_off(&self, id: &str, role: Role) -> Result<Handoff, WalkFault> {
        let walked = self.walked(id, role).await?;
        let bytes: [u8; 8 * CODE_TRIES] = random_bytes().map_err(WalkFault::Random)?;
        let numbers = std::array::from_fn(|i| u64::from_le_bytes(std::array::from_fn(|j| bytes[8 * i + j])));
        let handoff = self.store.hand_off(&walked.walkthrough.id, (self.now_ms)(), numbers).await?;
        handoff.ok_or(WalkFault::NotFound)
    }

    /// The walkthrough that `code`, as it was typed, leads to.
    ///
    /// # Errors
    /// When the code is wrong or too old.
    pub async fn open_code(&self, code: &str, role: Role) -> Result<Walked, WalkFault> {
        let code = HandoffCode::read(&normalize(code)).ok_or(WalkFault::NoCode)?;
        let id = self.store.handed_off(&code, (self.now_ms)()).await?.ok_or(WalkFault::NoCode)?;
        self.walked(id.as_str(), role).await
    }

    /// What a technician should know of the walkthrough `id`.
    ///
    /// # Errors
    /// When there is no such walkthrough for this reader.
    pub async fn note(&self, id: &str, role: Role) -> Result<VisitNote, WalkFault> {
        Ok(visit_note(&self.walked(id, role).await?))
    }

    /// Keeps a word about an article.
    ///
    /// # Errors
    /// When there is no such article or step for this reader, or the database fails.
    pub async fn feedback(&self, given: FeedbackGiven, role: Role) -> Result<(), WalkFault> {
        let article = self.finder.article(&given.article, role)?.article;
        if given.step.as_ref().is_some_and(|step| article.steps().all(|s| s.id != *step)) {
            return Err(WalkFault::NotFound);
        }
        let cut = |reason: String| mask(&reason.chars().take(REASON_CHARS).collect::<String>());
        let feedback = Feedback {
            article: article.id.clone(),
            step: given.step,
            helpful: given.helpful,
            reason: given.reason.map(cut).filter(|r| !r.trim().is_empty()),
            at_ms: (self.now_ms)(),
        };
        Ok(self.store.add_feedback(&feedback).await?)
    }

    /// Deletes what is older than `kept_ms`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sweep(&self, kept_ms: i64) -> Result<Swept, WalkFault> {
        Ok(self.store.sweep((self.now_ms)(), kept_ms).await?)
    }
}

/// The visit note of a walkthrough.
#[must_use]
pub fn visit_note(walked: &Walked) -> VisitNote {
    let walkthrough = &walked.walkthrough;
    let mut signs = walkthrough.signs.clone();
    signs.extend(walkthrough.answers.iter().filter_map(|answer| match &answer.said {
        Said::Sign { sign, value: Some(value) } => Some((sign.clone(), value.clone())),
        _ => None,
    }));
    let article = walked.article.as_deref();
    let tried = walked.tried.iter().map(|t| NoteStep { title: t.step.title.clone(), outcome: t.outcome });
    VisitNote {
        symptom: walkthrough.symptom.clone(),
        appliance: article.and_then(|a| a.appliances.first().cloned()),
        model: walkthrough.model.clone(),
        article: article.map(|a| a.title.clone()),
        codes: article.map(|a| a.codes.clone()).unwrap_or_default(),
        signs,
        tried: tried.collect(),
        likely_parts: article.map(likely_parts).unwrap_or_default(),
        promise: walked.promise.clone(),
    }
}

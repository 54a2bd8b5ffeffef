//! The question that tells near results apart (ALGORITHMS B): asked where search found several articles
//! and none is sure. Nothing is kept between two searches: what was answered stands in the next question.

use std::sync::Arc;

use super::Snapshot;
use crate::{
    access::Role,
    article::{Article, Severity},
    found::{AnswerClass, Found, NarrowingQuestion, Question},
    guide::{Answer, Channel, Contender, Contest, Narrowed, Said, is_walkable, narrow},
};

/// Most articles of an appliance among which a vague complaint is narrowed down.
const OF_APPLIANCE: usize = 50;

/// The articles `found` may mean: those found; where only the appliance is known, all that can be
/// wrong with it and be told apart by signs.
pub(super) fn contending(found: &Found, snapshot: &Snapshot, role: Role) -> Vec<(Arc<Article>, f64)> {
    match &found.understood.appliance {
        Some(appliance) if found.is_vague => snapshot
            .signed(role)
            .filter(|a| is_walkable(a) && a.appliances.contains(appliance) && a.severity != Severity::Danger)
            .take(OF_APPLIANCE)
            .map(|a| (Arc::clone(a), 1.0))
            .collect(),
        _ => {
            let hits = found.hits.iter().filter(|h| is_walkable(&h.article));
            hits.map(|h| (Arc::clone(&h.article), f64::from(h.score))).collect()
        }
    }
}

/// Articles with their scores, as narrowing takes them.
pub(super) fn contenders(articles: &[(Arc<Article>, f64)]) -> Vec<Contender<'_>> {
    articles.iter().map(|(article, score)| Contender { article, score: *score }).collect()
}

/// What to ask back about `found`.
pub(super) fn ask_back(
    found: &Found,
    question: &Question,
    snapshot: &Snapshot,
    role: Role,
) -> Option<NarrowingQuestion> {
    let first_page = question.offset == 0;
    if found.answer != AnswerClass::Possible || !first_page || !found.understood.codes.is_empty() {
        return None;
    }
    let articles = contending(found, snapshot, role);
    let said = |said: Said| Answer { said, at_ms: 0 };
    let sign = |(sign, value): &(String, String)| {
        said(Said::Sign { sign: sign.clone(), value: Some(value.clone()).filter(|v| !v.is_empty()) })
    };
    let mut answers: Vec<Answer> = question.signs.iter().map(sign).collect();
    if !question.not.is_empty() {
        answers.push(said(Said::NoneOfThese { refused: question.not.clone() }));
    }
    let contest = Contest {
        contenders: &contenders(&articles),
        vocabulary: &snapshot.corpus.lists.signs,
        channel: if role > Role::Customer { Channel::Phone } else { Channel::OwnHands },
        known: &[],
        answers: &answers,
    };
    match narrow(&contest) {
        Narrowed::Ask(question) => Some(question),
        Narrowed::Settled { .. } | Narrowed::NothingLeft => None,
    }
}

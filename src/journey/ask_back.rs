//! The question that tells near results apart (ALGORITHMS B): asked where search found several articles
//! and none is sure. Nothing is kept between two searches: what was answered stands in the next question.

use super::Snapshot;
use crate::{
    access::Role,
    found::{AnswerClass, Found, NarrowingQuestion, Question},
    guide::{Answer, Channel, Contender, Contest, Narrowed, Said, is_walkable, narrow},
};

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
    let contenders: Vec<Contender<'_>> = found
        .hits
        .iter()
        .filter(|h| is_walkable(&h.article))
        .map(|h| Contender { article: &h.article, score: f64::from(h.score) })
        .collect();
    let said = |said: Said| Answer { said, at_ms: 0 };
    let sign = |(sign, value): &(String, String)| {
        said(Said::Sign { sign: sign.clone(), value: Some(value.clone()).filter(|v| !v.is_empty()) })
    };
    let mut answers: Vec<Answer> = question.signs.iter().map(sign).collect();
    if !question.not.is_empty() {
        answers.push(said(Said::NoneOfThese { refused: question.not.clone() }));
    }
    let contest = Contest {
        contenders: &contenders,
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

//! The folder tunes its own ranking: weights learned from its judged questions, and what they would bring, counted
//! on questions they were not learned from. Changes nothing.

use super::{
    AskFault, Asked, Comparison, Got, Judged, TestRun, compare,
    run::{AlertRule, bounded},
};
use crate::{
    article::Revision,
    found::MeaningUse,
    journey::Finder,
    search::{Change, Consideration, Lesson, Setting, WeightFault, Weights, changes, learn, settings},
};

/// Fewer questions say nothing about eleven weights (ALGORITHMS C10).
pub const ENOUGH_TO_LEARN: usize = 100;
/// Parts in which the questions are asked: learned from all others.
const FOLDS: u8 = 5;
/// Results that are considered of a question.
const CONSIDERED: usize = 40;
/// Results that are counted.
const COUNTED: usize = 10;
/// A gain less likely than this by chance is one.
const CHANCE: f64 = 0.05;
/// Share of the unanswerable questions that may be answered worse for it.
const SLACK: f64 = 0.02;

/// Weights that were learned.
#[derive(Debug, Clone)]
pub struct Tuned {
    /// Each learned weight, as it is and as it should be.
    pub changes: Vec<Change>,
    /// What else the folder has set.
    pub kept: Vec<Setting>,
    /// Every question on which the weights have a say, with the present ones.
    pub before: TestRun,
    /// The same with weights learned from the other questions.
    pub after: TestRun,
    /// Questions on which they have none: a code or model says all.
    pub n_without: usize,
}

/// Whether to take the weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// More right answers are first, and it is not chance.
    Better,
    /// They are not, or it may be chance.
    NoGain,
    /// They are, but more questions without an answer are given one.
    LessHonest,
}

/// Why nothing was learned.
#[derive(Debug, thiserror::Error)]
pub enum TuneFault {
    /// The folder's `ranking.toml` cannot be read.
    #[error("the weights of the folder cannot be read")]
    Ranking(#[source] WeightFault),
    /// So many questions with an answer are fewer than [`ENOUGH_TO_LEARN`].
    #[error("`{0}` questions are too few to learn from")]
    TooFew(usize),
    /// A question could not be asked.
    #[error(transparent)]
    Ask(#[from] AskFault),
}

/// Learns weights from `judged`, five times from four fifths to see what they bring, then from all.
///
/// # Errors
/// When there are too few questions, one of them cannot be asked, or `ranking.toml` cannot be read.
pub fn tune(finder: &Finder, judged: &[Judged]) -> Result<Tuned, TuneFault> {
    let (present, kept) = present(finder, judged)?;
    let mut asked: Vec<(&Judged, Consideration)> = Vec::new();
    for one in judged {
        let mut question = bounded(one)?;
        question.limit = CONSIDERED;
        question.wait = true;
        let failed = |e| AskFault::Find(one.name.clone(), e);
        let consideration = finder.consider(&question, one.role).map_err(failed)?;
        asked.push((one, consideration));
    }
    let n_all = asked.len();
    asked.retain(|(_, consideration)| !consideration.candidates.is_empty());
    let n_answerable = asked.iter().filter(|(one, _)| !one.wanted.is_empty()).count();
    if n_answerable < ENOUGH_TO_LEARN {
        return Err(TuneFault::TooFew(n_answerable));
    }
    let learned_without = |fold: Option<u8>| {
        let taught = asked.iter().filter(|(one, _)| Some(fold_of(one)) != fold);
        learn(&taught.map(|(one, of)| Lesson { of, wanted: &one.wanted }).collect::<Vec<_>>(), &present)
    };
    let of_fold: Vec<Weights> = (0..FOLDS).map(|fold| learned_without(Some(fold))).collect();
    let run = |weights: &dyn Fn(&Judged) -> Weights| TestRun {
        asked: asked.iter().map(|(one, of)| answered(one, of, &weights(one))).collect(),
    };
    let changes = changes(&present, &learned_without(None));
    Ok(Tuned {
        kept: kept.into_iter().filter(|s| changes.iter().all(|c| c.name != s.name)).collect(),
        changes,
        before: run(&|_| present.clone()),
        after: run(&|one| of_fold[usize::from(fold_of(one))].clone()),
        n_without: n_all - asked.len(),
    })
}

/// The weights of the folder, and what it has set of them.
fn present(finder: &Finder, judged: &[Judged]) -> Result<(Weights, Vec<Setting>), TuneFault> {
    let name = judged.first().map(|j| j.name.clone()).unwrap_or_default();
    let snapshot = finder.snapshot().map_err(|e| AskFault::Find(name, e))?;
    let text = snapshot.corpus.lists.ranking.as_deref().unwrap_or("");
    Ok((Weights::read(text).map_err(TuneFault::Ranking)?, settings(text).map_err(TuneFault::Ranking)?))
}

/// All questions about an article stand in one part: what is learned from some of them is not asked of others.
fn fold_of(judged: &Judged) -> u8 {
    let about = judged.wanted.iter().min().unwrap_or(&judged.query);
    Revision::of(about.as_bytes()).0[0] % FOLDS
}

fn answered(judged: &Judged, consideration: &Consideration, weights: &Weights) -> Asked {
    let (answer, order) = consideration.answer(weights);
    let got = order.into_iter().take(COUNTED);
    Asked {
        judged: judged.clone(),
        // Alerts come of phrases; no weight moves them.
        alert_rule: AlertRule::May,
        understood: judged.query.clone(),
        got: got.map(|(id, score)| Got { id: id.to_string(), score, parts: Vec::new() }).collect(),
        answer,
        alert: None,
        meaning: MeaningUse::Used,
    }
}

impl Tuned {
    /// What the weights bring on questions they were not learned from.
    #[must_use]
    pub fn comparison(&self) -> Comparison<'_> {
        compare(&self.before, &self.after)
    }

    /// Whether to take them.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let comparison = self.comparison();
        let all = comparison.differences.iter().find(|d| d.stratum.is_none());
        let is_better = all.is_some_and(|d| d.now > d.then && d.p < CHANCE);
        let (then, now) = (self.before.total(), self.after.total());
        let slack = (then.none.n as f64 * SLACK).floor() as usize;
        let is_honest = now.none.k + slack >= then.none.k && now.false_confident.k <= then.false_confident.k + slack;
        match (is_better, is_honest) {
            (false, _) => Verdict::NoGain,
            (true, false) => Verdict::LessHonest,
            (true, true) => Verdict::Better,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tally::tests::asked, *};
    use crate::found::AnswerClass;

    /// So many right first of 40, and so many of 10 unanswerable ones answered with none.
    fn run(n_right: usize, n_none: usize) -> TestRun {
        let right = (0..40).map(|i| {
            let got = if i < n_right { "a" } else { "b" };
            asked(&format!("q{i}"), "s", "a", got, AnswerClass::Possible)
        });
        let none = (0..10).map(|i| {
            let class = if i < n_none { AnswerClass::None } else { AnswerClass::Possible };
            asked(&format!("n{i}"), "u", "", "x", class)
        });
        TestRun { asked: right.chain(none).collect() }
    }

    #[test]
    fn a_gain_that_may_be_chance_or_costs_honesty_is_no_gain() {
        let verdict = |after| {
            let (changes, kept) = (Vec::new(), Vec::new());
            Tuned { changes, kept, before: run(20, 8), after, n_without: 0 }.verdict()
        };
        assert_eq!(verdict(run(30, 8)), Verdict::Better);
        assert_eq!(verdict(run(22, 8)), Verdict::NoGain, "two of two: p = 1/2");
        assert_eq!(verdict(run(20, 10)), Verdict::NoGain);
        assert_eq!(verdict(run(10, 8)), Verdict::NoGain);
        assert_eq!(verdict(run(30, 7)), Verdict::LessHonest);
    }

    #[test]
    fn questions_about_one_article_stand_in_one_part_and_all_parts_are_used() {
        let about = |query: &str, wanted: &str| fold_of(&asked(query, "s", wanted, "", AnswerClass::None).judged);
        assert_eq!(about("甲", "x y"), about("乙", "y x"));
        let folds: std::collections::BTreeSet<u8> = (0..100).map(|i| about("甲", &format!("a{i}"))).collect();
        assert_eq!(folds, (0..FOLDS).collect());
    }
}

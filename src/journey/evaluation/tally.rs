//! The figures of a run: how often the right article stands first, how honest the class is, whether
//! danger is announced; for each stratum and in all.

use std::collections::BTreeMap;

use super::{
    run::{AlertRule, Asked, TestRun},
    statistics::wilson,
};
use crate::found::AnswerClass;

/// So many of so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// How many did.
    pub k: usize,
    /// How many could.
    pub n: usize,
}

impl Share {
    fn count(&mut self, did: bool) {
        self.n += 1;
        self.k += usize::from(did);
    }

    fn plus(self, other: Self) -> Self {
        Self { k: self.k + other.k, n: self.n + other.n }
    }

    /// The share, 0 to 1; `None` of nothing.
    #[must_use]
    pub fn value(self) -> Option<f64> {
        (self.n > 0).then(|| self.k as f64 / self.n as f64)
    }

    /// Wilson's 95 % interval.
    #[must_use]
    pub fn interval(self) -> (f64, f64) {
        wilson(self.k, self.n)
    }
}

/// Figures of some questions.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Tally {
    /// Of the answerable ones: a right article is first.
    pub first: Share,
    /// … among the first three.
    pub top3: Share,
    /// … among the first five.
    pub top5: Share,
    /// Sum of 1/rank over the answerable ones, 0 beyond ten.
    reciprocal: f64,
    /// Of the answerable ones: said to have no answer.
    pub answered_none: Share,
    /// Of the unanswerable ones: said to have no answer.
    pub none: Share,
    /// Of the unanswerable ones: answered with confidence.
    pub false_confident: Share,
    /// Of all confident answers: a right article is among the first three.
    pub confident_right: Share,
    /// Of those that speak of danger: alerted.
    pub alerted: Share,
    /// Of those answered by an urgent or dangerous article: alerted.
    pub may_alert: Share,
    /// Of all others: alerted.
    pub false_alert: Share,
}

impl Tally {
    fn add(&mut self, asked: &Asked) {
        let class = asked.answer;
        let rank = asked.rank();
        if asked.is_answerable() {
            self.first.count(rank == Some(0));
            self.top3.count(rank.is_some_and(|r| r < 3));
            self.top5.count(rank.is_some_and(|r| r < 5));
            self.reciprocal += rank.filter(|r| *r < 10).map_or(0.0, |r| 1.0 / (r + 1) as f64);
            self.answered_none.count(class == AnswerClass::None);
        } else {
            self.none.count(class == AnswerClass::None);
            self.false_confident.count(class == AnswerClass::Confident);
        }
        if class == AnswerClass::Confident {
            self.confident_right.count(rank.is_some_and(|r| r < 3));
        }
        let alerts = match asked.alert_rule {
            AlertRule::Must => &mut self.alerted,
            AlertRule::May => &mut self.may_alert,
            AlertRule::MustNot => &mut self.false_alert,
        };
        alerts.count(asked.alert.is_some());
    }

    fn plus(self, other: Self) -> Self {
        Self {
            first: self.first.plus(other.first),
            top3: self.top3.plus(other.top3),
            top5: self.top5.plus(other.top5),
            reciprocal: self.reciprocal + other.reciprocal,
            answered_none: self.answered_none.plus(other.answered_none),
            none: self.none.plus(other.none),
            false_confident: self.false_confident.plus(other.false_confident),
            confident_right: self.confident_right.plus(other.confident_right),
            alerted: self.alerted.plus(other.alerted),
            may_alert: self.may_alert.plus(other.may_alert),
            false_alert: self.false_alert.plus(other.false_alert),
        }
    }

    /// Mean of 1/rank over the answerable questions, 0 beyond the tenth place.
    #[must_use]
    pub fn mrr(&self) -> Option<f64> {
        (self.first.n > 0).then(|| self.reciprocal / self.first.n as f64)
    }

    /// Questions counted.
    #[must_use]
    pub fn n(&self) -> usize {
        self.first.n + self.none.n
    }
}

impl TestRun {
    /// Figures by stratum.
    #[must_use]
    pub fn by_stratum(&self) -> BTreeMap<&str, Tally> {
        let mut strata: BTreeMap<&str, Tally> = BTreeMap::new();
        for asked in &self.asked {
            strata.entry(&asked.judged.stratum).or_default().add(asked);
        }
        strata
    }

    /// Figures of all questions.
    #[must_use]
    pub fn total(&self) -> Tally {
        self.by_stratum().into_values().fold(Tally::default(), Tally::plus)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::{
        super::{Got, Judged},
        *,
    };
    use crate::{access::Role, found::MeaningUse};

    /// A question in `stratum` that `wanted` answers and that was answered with `got`.
    pub(in super::super) fn asked(query: &str, stratum: &str, wanted: &str, got: &str, answer: AnswerClass) -> Asked {
        let ids = |list: &str| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        Asked {
            judged: Judged {
                name: query.into(),
                query: query.into(),
                wanted: ids(wanted),
                stratum: stratum.into(),
                role: Role::Customer,
            },
            alert_rule: if stratum == "safety" { AlertRule::Must } else { AlertRule::MustNot },
            understood: query.into(),
            got: ids(got).into_iter().map(|id| Got { id, score: 1.0, parts: Vec::new() }).collect(),
            answer,
            alert: None,
            meaning: MeaningUse::Off,
        }
    }

    #[test]
    fn ranks_are_counted_and_their_reciprocals_averaged() {
        let far = "x x x x x x x x x x a";
        let run = TestRun {
            asked: vec![
                asked("1", "s", "a b", "b x", AnswerClass::Confident),
                asked("2", "s", "a", "x a", AnswerClass::Confident),
                asked("3", "s", "a", "x x x a", AnswerClass::Possible),
                asked("4", "s", "a", far, AnswerClass::Confident),
                asked("5", "s", "a", "", AnswerClass::None),
            ],
        };
        let t = run.total();
        assert_eq!([t.first.k, t.top3.k, t.top5.k, t.answered_none.k], [1, 2, 3, 1]);
        // (1 + 1/2 + 1/4 + 0 + 0) / 5
        assert!((t.mrr().expect("answerable") - 0.35).abs() < 1e-9);
        assert_eq!((t.confident_right, t.none.n), (Share { k: 2, n: 3 }, 0));
    }

    #[test]
    fn what_nothing_answers_counts_by_its_class_only() {
        let mut danger = asked("5", "safety", "a", "a", AnswerClass::Confident);
        danger.alert = Some("gas".into());
        let mut alarmed = asked("4", "u", "", "x", AnswerClass::Possible);
        alarmed.alert = Some("gas".into());
        let run = TestRun {
            asked: vec![
                asked("1", "u", "", "", AnswerClass::None),
                asked("2", "u", "", "x", AnswerClass::Confident),
                asked("3", "safety", "a", "a", AnswerClass::Confident),
                alarmed,
                danger,
            ],
        };
        let u = run.by_stratum()["u"];
        assert_eq!((u.none, u.false_confident, u.mrr()), (Share { k: 1, n: 3 }, Share { k: 1, n: 3 }, None));
        assert_eq!(u.confident_right, Share { k: 0, n: 1 }, "a confident answer to what has none is wrong");
        let t = run.total();
        assert_eq!((t.alerted, t.false_alert), (Share { k: 1, n: 2 }, Share { k: 1, n: 3 }));
    }
}

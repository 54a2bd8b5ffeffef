//! Two runs over the same questions: which moved, why, and whether the difference is more than chance.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, HashMap},
};

use super::{
    run::{Asked, Got, TestRun},
    statistics::{bootstrap, randomisation},
};
use crate::{access::Role, found::AnswerClass};

/// Questions from which on a difference is tested: below it chance decides.
const ENOUGH: usize = 20;
/// A part of a score that differs by less is the same.
const SAME: f32 = 0.05;

/// What differs between a run of then and a run of now.
#[derive(Debug)]
pub struct Comparison<'r> {
    /// Questions that are answered better now, those that gained most first.
    pub up: Vec<Moved<'r>>,
    /// Questions that are answered worse, those that lost most first.
    pub down: Vec<Moved<'r>>,
    /// Questions whose alert came or went.
    pub alerts: Vec<Moved<'r>>,
    /// Questions asked in both runs.
    pub both: usize,
    /// Questions of one run only.
    pub only_then: usize,
    /// The other ones.
    pub only_now: usize,
    /// Success@1 of all, then of each stratum that has enough.
    pub differences: Vec<Difference<'r>>,
}

/// A question in both runs.
#[derive(Debug, Clone, Copy)]
pub struct Moved<'r> {
    /// As it was answered.
    pub then: &'r Asked,
    /// As it is answered.
    pub now: &'r Asked,
}

/// How Success@1 of some answerable questions differs.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference<'r> {
    /// The stratum; `None` = all.
    pub stratum: Option<&'r str>,
    /// Questions.
    pub n: usize,
    /// Right first then.
    pub then: usize,
    /// Right first now.
    pub now: usize,
    /// Chance of such a difference if there were none: paired randomisation, two-sided.
    pub p: f64,
    /// 95 % interval of the difference of the shares: paired bootstrap.
    pub interval: (f64, f64),
}

/// A part of an article's score that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct Cause<'r> {
    /// The article.
    pub id: &'r str,
    /// What the part is for.
    pub name: &'r str,
    /// The word or value it is about.
    pub about: &'r str,
    /// What it added then.
    pub then: f32,
    /// What it adds now.
    pub now: f32,
}

/// Compares two runs. A question is the same when its words, its answers and who asks are.
#[must_use]
pub fn compare<'r>(then: &'r TestRun, now: &'r TestRun) -> Comparison<'r> {
    let before: HashMap<_, &Asked> = then.asked.iter().map(|a| (key(a), a)).collect();
    let both: Vec<Moved<'r>> =
        now.asked.iter().filter_map(|now| before.get(&key(now)).map(|then| Moved { then, now })).collect();
    let (mut up, mut down): (Vec<Moved<'_>>, Vec<Moved<'_>>) =
        both.iter().filter(|m| m.direction() != Ordering::Equal).partition(|m| m.direction() == Ordering::Greater);
    // The first place weighs most: 2 → 1 before 9 → 3.
    up.sort_by(|a, b| b.gain().total_cmp(&a.gain()));
    down.sort_by(|a, b| a.gain().total_cmp(&b.gain()));
    let found = |run: &TestRun, other: &TestRun| {
        let known: std::collections::HashSet<_> = other.asked.iter().map(key).collect();
        run.asked.iter().filter(|a| !known.contains(&key(a))).count()
    };
    Comparison {
        alerts: both.iter().filter(|m| m.then.alert != m.now.alert).copied().collect(),
        up,
        down,
        both: both.len(),
        only_then: found(then, now),
        only_now: found(now, then),
        differences: differences(&both),
    }
}

fn key(asked: &Asked) -> (&str, &[String], Role) {
    (&asked.judged.query, &asked.judged.wanted, asked.judged.role)
}

fn differences<'r>(both: &[Moved<'r>]) -> Vec<Difference<'r>> {
    let mut strata: BTreeMap<Option<&'r str>, Vec<Moved<'r>>> = BTreeMap::new();
    for moved in both.iter().filter(|m| m.now.is_answerable()) {
        strata.entry(None).or_default().push(*moved);
        strata.entry(Some(moved.now.judged.stratum.as_str())).or_default().push(*moved);
    }
    let enough = strata.into_iter().filter(|(stratum, moved)| stratum.is_none() || moved.len() >= ENOUGH);
    enough
        .map(|(stratum, moved)| {
            let one = |first: bool| f64::from(u8::from(first));
            let each: Vec<f64> = moved.iter().map(|m| one(m.now.is_first()) - one(m.then.is_first())).collect();
            Difference {
                stratum,
                n: moved.len(),
                then: moved.iter().filter(|m| m.then.is_first()).count(),
                now: moved.iter().filter(|m| m.now.is_first()).count(),
                p: randomisation(&each),
                interval: bootstrap(&each),
            }
        })
        .collect()
}

impl<'r> Moved<'r> {
    /// What the answer is worth: of an answerable question by its rank, of any other by its honesty.
    fn worth(asked: &Asked) -> f64 {
        if asked.is_answerable() {
            return asked.rank().map_or(0.0, |r| 1.0 / (r + 1) as f64);
        }
        match asked.answer {
            AnswerClass::None => 1.0,
            AnswerClass::Possible => 0.5,
            AnswerClass::Confident => 0.0,
        }
    }

    fn gain(&self) -> f64 {
        Self::worth(self.now) - Self::worth(self.then)
    }

    fn direction(&self) -> Ordering {
        self.gain().total_cmp(&0.0)
    }

    /// Parts that differ in the scores of the articles that matter: the right one, and those that
    /// stand or stood first. Only of articles both runs have; the largest differences first.
    #[must_use]
    pub fn causes(&self) -> Vec<Cause<'r>> {
        let first = |asked: &'r Asked| asked.got.first();
        let right = |asked: &'r Asked| asked.rank().and_then(|r| asked.got.get(r));
        let mut ids: Vec<&str> = Vec::new();
        for got in [right(self.now), right(self.then), first(self.now), first(self.then)].into_iter().flatten() {
            if !ids.contains(&got.id.as_str()) {
                ids.push(&got.id);
            }
        }
        let of = |asked: &'r Asked, id: &str| asked.got.iter().find(|g| g.id == id);
        let mut causes: Vec<Cause<'r>> = ids
            .into_iter()
            .filter_map(|id| Some((of(self.then, id)?, of(self.now, id)?)))
            .flat_map(|(then, now)| differing(then, now))
            .collect();
        causes.sort_by(|a, b| (b.now - b.then).abs().total_cmp(&(a.now - a.then).abs()));
        causes
    }
}

fn differing<'r>(then: &'r Got, now: &'r Got) -> Vec<Cause<'r>> {
    let mut parts: Vec<Cause<'r>> = Vec::new();
    for (got, is_now) in [(then, false), (now, true)] {
        for part in &got.parts {
            let known = parts.iter().position(|c| c.name == part.name && c.about == part.about);
            let at = known.unwrap_or_else(|| {
                parts.push(Cause { id: &now.id, name: &part.name, about: &part.about, then: 0.0, now: 0.0 });
                parts.len() - 1
            });
            let side = if is_now { &mut parts[at].now } else { &mut parts[at].then };
            *side += part.score;
        }
    }
    parts.retain(|c| (c.now - c.then).abs() >= SAME);
    parts
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Part, tally::tests::asked},
        *,
    };

    #[test]
    fn questions_that_moved_are_found_with_the_largest_first() {
        use AnswerClass::{Confident, None, Possible};
        let then = TestRun {
            asked: vec![
                asked("same", "s", "a", "a b", Confident),
                asked("little", "s", "a", "x y z a", Possible),
                asked("much", "s", "a", "x a", Possible),
                asked("lost", "s", "a", "a", Confident),
                asked("honest", "u", "", "x", Confident),
                asked("gone", "s", "a", "a", Confident),
            ],
        };
        let now = TestRun {
            asked: vec![
                asked("same", "s", "a", "a c", Confident),
                asked("little", "s", "a", "x y a", Possible),
                asked("much", "s", "a", "a x", Possible),
                asked("lost", "s", "a", "", None),
                asked("honest", "u", "", "", None),
                asked("gone", "s", "b", "a", Confident),
            ],
        };
        let c = compare(&then, &now);
        let names = |moved: &[Moved<'_>]| moved.iter().map(|m| m.now.judged.query.clone()).collect::<Vec<_>>();
        assert_eq!(
            (names(&c.up), names(&c.down)),
            (vec!["honest".into(), "much".into(), "little".into()], vec!["lost".into()])
        );
        assert_eq!((c.both, c.only_then, c.only_now), (5, 1, 1), "judged otherwise is another question");
        assert_eq!(c.differences.len(), 1, "a stratum of four is not tested");
        assert_eq!((c.differences[0].n, c.differences[0].then, c.differences[0].now), (4, 2, 2));
    }

    #[test]
    fn the_causes_are_the_parts_that_differ() {
        let with = |mut one: Asked, parts: &[(&str, f32)]| {
            one.got[0].parts = parts
                .iter()
                .map(|(name, score)| Part { name: (*name).into(), about: String::new(), score: *score })
                .collect();
            one
        };
        let then = with(asked("q", "s", "a", "a b", AnswerClass::Confident), &[("index", 3.0), ("title", 1.0)]);
        let now = with(asked("q", "s", "a", "a b", AnswerClass::Confident), &[("index", 3.01), ("sign", 2.0)]);
        let moved = Moved { then: &then, now: &now };
        let causes: Vec<_> = moved.causes().iter().map(|c| (c.name, c.then, c.now)).collect();
        assert_eq!(causes, [("sign", 0.0, 2.0), ("title", 1.0, 0.0)]);
    }

    #[test]
    fn a_difference_is_tested_where_there_are_enough() {
        let run = |right: usize| TestRun {
            asked: (0..20)
                .map(|i| asked(&i.to_string(), "s", "a", if i < right { "a" } else { "b" }, AnswerClass::Possible))
                .collect(),
        };
        let (then, now) = (run(5), run(15));
        let c = compare(&then, &now);
        let strata: Vec<_> = c.differences.iter().map(|d| d.stratum).collect();
        assert_eq!(strata, [None, Some("s")]);
        // Ten of ten in one direction: 2/1024.
        assert!((c.differences[1].p - 2.0 / 1024.0).abs() < 0.002, "{}", c.differences[1].p);
        assert!(c.differences[1].interval.0 > 0.2 && c.differences[1].interval.1 < 0.8);
    }
}

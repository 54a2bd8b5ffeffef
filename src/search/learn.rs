//! Learns the weights of the mix from questions whose answers are known; those of the chance that an answer is right
//! follow, so that answers stay as sure as they are. Fitting the chance, too, was tried: in cross-validation it
//! traded honest answers against right ones. Pure: what was known of the results goes in, weights come out.

use super::{
    Weights,
    class::Grounds,
    fit::{Choice, Row, fit},
    fuse::{Features, LIKELIHOOD, MIX, N_MIX, OF_ANOTHER},
};
use crate::{
    article::ArticleId,
    found::{AnswerClass, Hit},
};

/// The weights of the chance.
const CHANCE: [&str; 3] = ["sure_bias", "sure_coverage", "sure_score"];
/// A result as one learns from it.
#[derive(Debug, Clone)]
pub struct Considered {
    /// The article.
    pub id: ArticleId,
    coverage: f32,
    features: [f32; N_MIX],
    /// It leads through the danger that was named.
    is_first_aid: bool,
}

impl Considered {
    pub(super) fn new(hit: &Hit, features: &Features, is_first_aid: bool) -> Self {
        Self { id: hit.article.id.clone(), coverage: hit.coverage, features: features.row(), is_first_aid }
    }

    fn plus(&self, w: &Weights) -> f32 {
        if self.is_first_aid { w.first_aid } else { 0.0 }
    }

    fn score(&self, w: &Weights) -> f32 {
        self.features.iter().zip(w.mix()).map(|(feature, weight)| weight * feature).sum::<f32>() + self.plus(w)
    }

    /// What of its score tells how sure an answer is.
    fn evidence(&self, w: &Weights) -> f32 {
        self.score(w) - self.features[LIKELIHOOD] * w.mix()[LIKELIHOOD]
    }
}

/// The results of a question as one learns from them.
#[derive(Debug, Clone)]
pub struct Consideration {
    /// None where the weights of the mix have no say: a code or model says all, or meaning did not speak.
    pub candidates: Vec<Considered>,
    /// Articles that could have been among them.
    pub(super) n_articles: u64,
    /// The question says something by which articles differ.
    pub(super) tells: bool,
    /// It names an appliance that articles are about.
    pub(super) names_appliance: bool,
    /// A danger was named, and an article leads through it.
    pub(super) has_first_aid: bool,
}

impl Consideration {
    /// The articles in the order that `weights` give them, each with its score.
    fn ordered(&self, weights: &Weights) -> Vec<(&Considered, f32)> {
        let mut all: Vec<(&Considered, f32)> = self.candidates.iter().map(|c| (c, c.score(weights))).collect();
        all.sort_by(|(a, x), (b, y)| y.total_cmp(x).then_with(|| a.id.cmp(&b.id)));
        all
    }

    /// How sure an answer is whose first article is `first`.
    fn grounds(&self, first: &Considered, weights: &Weights) -> Grounds {
        Grounds {
            coverage: first.coverage,
            score: first.evidence(weights),
            is_named: self.names_appliance && first.features[OF_ANOTHER] == 0.0,
            tells: self.tells,
            n_articles: self.n_articles,
        }
    }

    /// What the answer would be with `weights`, as a search makes it: no articles where the class is none.
    #[must_use]
    pub fn answer(&self, weights: &Weights) -> (AnswerClass, Vec<(&ArticleId, f32)>) {
        let ordered = self.ordered(weights);
        let Some((first, _)) = ordered.first() else { return (AnswerClass::None, Vec::new()) };
        match self.grounds(first, weights).class(weights) {
            AnswerClass::None if !self.has_first_aid => (AnswerClass::None, Vec::new()),
            class => {
                let class = if class == AnswerClass::None { AnswerClass::Possible } else { class };
                (class, ordered.into_iter().map(|(c, score)| (&c.id, score)).collect())
            }
        }
    }
}

/// A question with the articles that answer it.
#[derive(Debug, Clone, Copy)]
pub struct Lesson<'q> {
    /// What was known of its results.
    pub of: &'q Consideration,
    /// Ids of which any is right; none = nothing answers it.
    pub wanted: &'q [String],
}

impl Lesson<'_> {
    fn is_right(&self, considered: &Considered) -> bool {
        self.wanted.iter().any(|id| id == considered.id.as_str())
    }

    /// Which result should have been first, where some are right and some are not.
    fn order(&self, from: &Weights) -> Option<Choice<N_MIX>> {
        let row = |c: &Considered| Row {
            features: c.features.map(f64::from),
            plus: f64::from(c.plus(from)),
            right: self.is_right(c),
        };
        let rows: Vec<Row<N_MIX>> = self.of.candidates.iter().map(row).collect();
        (rows.iter().any(|r| r.right) && rows.iter().any(|r| !r.right)).then_some(Choice { rows, counts: 1.0 })
    }

    /// The answer by `weights` is to be as sure as it is by the present ones.
    fn as_sure(&self, weights: &Weights, present: &Weights) -> Vec<Choice<3>> {
        let first = |w: &Weights| self.of.ordered(w).first().map(|(c, _)| self.of.grounds(c, w));
        let (Some(then), Some(now)) = (first(present), first(weights)) else { return Vec::new() };
        let of_chance = |grounds: &Grounds| [1.0, grounds.coverage, grounds.score].map(f64::from);
        let sum: f64 = of_chance(&then).iter().zip(chance_of(present)).map(|(feature, weight)| feature * weight).sum();
        let chance = 1.0 / (1.0 + (-sum - f64::from(then.plus(present))).exp());
        let (now, plus) = (of_chance(&now), f64::from(now.plus(present)));
        vec![against_nothing(now, plus, true, chance), against_nothing(now, plus, false, 1.0 - chance)]
    }
}

fn chance_of(w: &Weights) -> [f64; 3] {
    [w.sure_bias, w.sure_coverage, w.sure_score].map(f64::from)
}

fn against_nothing(features: [f64; 3], plus: f64, good: bool, counts: f64) -> Choice<3> {
    let row = |features, plus, right| Row { features, plus, right };
    Choice { rows: vec![row(features, plus, good), row([0.0; 3], 0.0, !good)], counts }
}

/// Learns from `lessons` the weights of the mix; those of the chance are brought along. All others stay.
#[must_use]
pub fn learn(lessons: &[Lesson<'_>], from: &Weights) -> Weights {
    let mut weights = from.clone();
    let orders: Vec<Choice<N_MIX>> = lessons.iter().filter_map(|l| l.order(from)).collect();
    take(&mut weights, &MIX, fit(&orders, from.mix().map(f64::from), [0.0; N_MIX]));
    let chances: Vec<Choice<3>> = lessons.iter().flat_map(|lesson| lesson.as_sure(&weights, from)).collect();
    take(&mut weights, &CHANCE, fit(&chances, chance_of(from), [f64::MIN, 0.0, 0.0]));
    weights
}

/// Two digits are read by people and lose nothing.
fn take<const N: usize>(weights: &mut Weights, names: &[&str; N], values: [f64; N]) {
    for (name, value) in names.iter().zip(values) {
        weights.set(name, ((value * 100.0).round() / 100.0) as f32);
    }
}

/// A weight that is learned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// Its name.
    pub name: &'static str,
    /// As it is.
    pub before: f32,
    /// As it was learned.
    pub after: f32,
}

impl Change {
    /// Whether it moved, in the digits that are written.
    #[must_use]
    pub fn moved(&self) -> bool {
        (self.after - self.before).abs() > 0.005
    }
}

/// Every weight that [`learn`] may change.
#[must_use]
pub fn changes(before: &Weights, after: &Weights) -> Vec<Change> {
    let chance = |w: &Weights| [w.sure_bias, w.sure_coverage, w.sure_score];
    let values = |w: &Weights| w.mix().into_iter().chain(chance(w)).collect::<Vec<f32>>();
    let names = MIX.into_iter().chain(CHANCE);
    let pairs = values(before).into_iter().zip(values(after));
    names.zip(pairs).map(|(name, (before, after))| Change { name, before, after }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A result whose title is so near and whose words say so much.
    fn considered(id: &str, words: f32, near_title: f32) -> Considered {
        let features = Features { words, near_title, ..Features::default() }.row();
        let id = ArticleId::new(id).expect("an id");
        Considered { id, coverage: words, features, is_first_aid: false }
    }

    /// Questions in which nearness of the title tells and words mislead; `i` makes them differ.
    fn questions() -> Vec<(Consideration, Vec<String>)> {
        let question = |i: u8| {
            let share = f32::from(i % 10) / 10.0;
            let candidates = vec![considered("right", 0.5 - share / 2.0, 0.5), considered("wrong", 0.6, share / 2.2)];
            (
                Consideration {
                    candidates,
                    n_articles: 280,
                    tells: true,
                    names_appliance: false,
                    has_first_aid: false,
                },
                vec!["right".to_owned()],
            )
        };
        (0..100).map(question).collect()
    }

    /// Words are all, and any answer passes.
    fn misled() -> Weights {
        Weights { near_title: 0.0, near_phrase: 0.0, mix_words: 6.0, sure_bias: 5.0, ..Weights::default() }
    }

    fn n_right(questions: &[(Consideration, Vec<String>)], weights: &Weights) -> usize {
        let first = |c: &Consideration| c.answer(weights).1.first().map(|(id, _)| id.as_str().to_owned());
        questions.iter().filter(|(c, wanted)| first(c).as_ref() == wanted.first()).count()
    }

    #[test]
    fn weights_that_mislead_are_put_right_and_the_same_twice() {
        let questions = questions();
        let lessons: Vec<Lesson<'_>> = questions.iter().map(|(of, wanted)| Lesson { of, wanted }).collect();
        let learned = learn(&lessons, &misled());
        assert_eq!((n_right(&questions, &misled()), n_right(&questions, &learned)), (0, 100));
        assert_eq!(learned, learn(&lessons, &misled()));
        let stays = Weights { tie: 0.7, ..misled() };
        assert_eq!(learn(&lessons, &stays).tie, 0.7, "what has no part in the mix stays");
    }

    #[test]
    fn answers_stay_as_sure_as_they_are() {
        let questions = questions();
        let lessons: Vec<Lesson<'_>> = questions.iter().map(|(of, wanted)| Lesson { of, wanted }).collect();
        let none = |w: &Weights| questions.iter().filter(|(c, _)| c.answer(w).0 == AnswerClass::None).count();
        let doubtful = Weights { sure_bias: -9.0, ..misled() };
        assert_eq!((none(&misled()), none(&learn(&lessons, &misled()))), (0, 0));
        assert_eq!((none(&doubtful), none(&learn(&lessons, &doubtful))), (100, 100));
    }

    /// How likely a question is of an article tells which of them, not whether any.
    #[test]
    fn an_unlikely_first_result_is_as_sure_as_a_likely_one() {
        assert_eq!((MIX[LIKELIHOOD], MIX[OF_ANOTHER]), ("mix_likelihood", "mix_other_appliance"));
        let of = |likelihood: f32| {
            let features = Features { words: 1.5, near_section: 0.7, likelihood, ..Features::default() }.row();
            let id = ArticleId::new("a").expect("an id");
            let first = Considered { id, coverage: 0.6, features, is_first_aid: false };
            let of = Consideration {
                candidates: vec![first],
                n_articles: 280,
                tells: true,
                names_appliance: false,
                has_first_aid: false,
            };
            of.answer(&Weights::default()).0
        };
        assert_eq!((of(0.0), of(-4.0)), (AnswerClass::Possible, AnswerClass::Possible));
    }

    #[test]
    fn what_leads_through_a_danger_keeps_its_place_and_is_never_none() {
        let mut aid = considered("aid", 0.0, 0.0);
        aid.is_first_aid = true;
        let candidates = vec![considered("other", 0.5, 0.1), aid];
        let consideration =
            Consideration { candidates, n_articles: 280, tells: true, names_appliance: false, has_first_aid: true };
        let never = Weights { sure_bias: -99.0, ..Weights::default() };
        let (class, order) = consideration.answer(&never);
        assert_eq!((class, order[0].0.as_str()), (AnswerClass::Possible, "aid"));
    }

    #[test]
    fn every_learned_weight_is_told_with_what_it_was() {
        let after = Weights { near_title: 4.0, sure_bias: -6.0, ..Weights::default() };
        let moved: Vec<_> = changes(&Weights::default(), &after).into_iter().filter(Change::moved).collect();
        assert_eq!(moved.iter().map(|c| c.name).collect::<Vec<_>>(), ["near_title", "sure_bias"]);
        for change in changes(&Weights::default(), &after) {
            assert!(Weights::default().set(change.name, 1.0), "{} is no weight", change.name);
        }
    }
}

//! From a vague complaint to the right article: which question tells the articles near the top apart,
//! and what its answers say (ALGORITHMS B).
//!
//! The fixed order of the vocabulary decides what is asked; another question comes first only where it
//! is worth clearly more. All signs cost about the same time to answer, so worth per minute is worth.

use std::collections::BTreeMap;

use super::{Answer, Channel, Said};
use crate::{
    article::{Article, ArticleId, Sign, SignVocabulary},
    found::{Choice, NarrowingQuestion},
};

/// Most questions.
const ASKED: usize = 3;
/// From this chance on an article is settled.
const SETTLED: f64 = 0.75;
/// No chance is surer than this: signs depend on each other, and answers are wrong at times.
const SUREST: f64 = 0.95;
/// A question worth fewer bits is not asked.
const LEAST_GAIN: f64 = 0.15;
/// Where no article stands out, as after 洗衣机坏了, a question worth as little as this is better than a list;
/// the limit of standing out, and the bits.
const NONE_STANDS_OUT: (f64, f64) = (0.15, 0.05);
/// Tempers the likelihoods: signs are not independent.
const TEMPER: f64 = 0.8;
/// τ as a share of the best score: among ten hits that fall off evenly to half, the first has about .3.
const TAU: f64 = 0.2;
/// A question must tell some of so many articles apart.
const TOP: usize = 5;
/// An article below this chance is no longer live; among so many live ones what counts is the chance of
/// the best, not the bits.
const LIVE: (f64, usize) = (0.05, 4);
/// Another question comes before the first in order when it is worth so many times as much.
const CLEARLY: f64 = 1.5;
/// Articles named for an answer.
const LEADS_TO: usize = 3;

/// An article that may be the right one.
#[derive(Debug, Clone, Copy)]
pub struct Contender<'a> {
    /// The article.
    pub article: &'a Article,
    /// Its score, comparable among the contenders.
    pub score: f64,
}

/// What is known about which article is the right one.
#[derive(Debug, Clone, Copy)]
pub struct Contest<'a> {
    /// The articles, best first. The caller hands in only what the reader may see: questions and answers
    /// tell of their signs and name them.
    pub contenders: &'a [Contender<'a>],
    /// The signs there are.
    pub vocabulary: &'a SignVocabulary,
    /// Who answers: over the telephone an agent, who is wrong less often.
    pub channel: Channel,
    /// Signs known from the start: name, value.
    pub known: &'a [(String, String)],
    /// What was said; of a sign the last word counts.
    pub answers: &'a [Answer],
}

/// What comes next.
#[derive(Debug, Clone, PartialEq)]
pub enum Narrowed<'a> {
    /// This is to be asked.
    Ask(NarrowingQuestion),
    /// Nothing more is worth asking: this is the likeliest article.
    Settled {
        /// The article.
        article: &'a Article,
        /// Its chance among the contenders; certain it never is.
        chance: f64,
    },
    /// All were refused, or there were none.
    NothingLeft,
}

/// Says what comes next: at most three questions, none twice, never towards an article already refused.
#[must_use]
pub fn narrow<'a>(contest: &Contest<'a>) -> Narrowed<'a> {
    let beliefs = Beliefs::new(contest);
    let Some(&best) = beliefs.order().first() else { return Narrowed::NothingLeft };
    let chance = beliefs.chances[best];
    let asked = beliefs.said.iter().filter(|(name, _)| was_asked(contest.answers, name)).count();
    if chance < SETTLED
        && asked < ASKED
        && let Some(question) = beliefs.question()
    {
        return Narrowed::Ask(question);
    }
    Narrowed::Settled { article: contest.contenders[best].article, chance }
}

/// The contenders that were not refused with their chances, likeliest first.
#[must_use]
pub fn ranking<'a>(contest: &Contest<'a>) -> Vec<(&'a Article, f64)> {
    let beliefs = Beliefs::new(contest);
    beliefs.order().into_iter().map(|i| (contest.contenders[i].article, beliefs.chances[i])).collect()
}

fn was_asked(answers: &[Answer], name: &str) -> bool {
    answers.iter().any(|a| matches!(&a.said, Said::Sign { sign, .. } if sign == name))
}

struct Beliefs<'c, 'a> {
    contest: &'c Contest<'a>,
    /// The appliance whose signs are asked for.
    appliance: Option<&'a str>,
    /// What was said of each sign; by name, so that the order of answers makes no difference.
    said: BTreeMap<&'a str, Option<&'a str>>,
    /// The chance of each contender; 0 = refused.
    chances: Vec<f64>,
}

impl<'c, 'a> Beliefs<'c, 'a> {
    fn new(contest: &'c Contest<'a>) -> Self {
        let mut said: BTreeMap<&str, Option<&str>> =
            contest.known.iter().map(|(name, value)| (name.as_str(), Some(value.as_str()))).collect();
        for answer in contest.answers {
            if let Said::Sign { sign, value } = &answer.said {
                said.insert(sign, value.as_deref());
            }
        }
        let names = |a: &&str| contest.vocabulary.names(a).next().is_some();
        let appliances = contest.contenders.iter().flat_map(|c| &c.article.appliances).map(String::as_str);
        let appliance = appliances.into_iter().find(names);
        let mut beliefs = Self { contest, appliance, said, chances: Vec::new() };
        beliefs.chances = beliefs.weigh();
        beliefs
    }

    fn weigh(&self) -> Vec<f64> {
        let refused = refused(self.contest.answers);
        let mut prior = prior(self.contest.contenders);
        for (chance, contender) in prior.iter_mut().zip(self.contest.contenders) {
            if refused.contains(&&contender.article.id) {
                *chance = 0.0;
            }
        }
        let told: Vec<Vec<f64>> = self.said.iter().filter_map(|(name, value)| self.tempered(name, (*value)?)).collect();
        let mut chances = told.iter().fold(prior, |p, row| times(&p, row));
        if !refused.is_empty() {
            // 都不是: perhaps one answer was wrong. Each article counts as it does without the answer that
            // speaks most against it.
            for (i, chance) in chances.iter_mut().enumerate() {
                *chance /= told.iter().map(|row| row[i]).reduce(f64::min).unwrap_or(1.0);
            }
        }
        capped(normalized(chances))
    }

    /// What `value` says for each contender, 1 = nothing; `None` where the vocabulary has no such value.
    fn tempered(&self, name: &str, value: &str) -> Option<Vec<f64>> {
        let sign = self.contest.vocabulary.sign(self.appliance?, name)?;
        let at = sign.values.iter().position(|v| v == value)?;
        let m = sign.values.len() as f64;
        Some(self.rows(name, sign).swap_remove(at).into_iter().map(|l| (l * m).powf(TEMPER)).collect())
    }

    /// For each value of a sign, how likely each contender makes it.
    fn rows(&self, name: &str, sign: &Sign) -> Vec<Vec<f64>> {
        let wrong = match self.contest.channel {
            Channel::Phone => 0.05,
            Channel::OwnHands => 0.10,
        };
        let m = sign.values.len() as f64;
        let row = |value: &String| {
            let likely = |c: &Contender<'_>| {
                let stated = self.stated(c.article, name, sign);
                let n = stated.len() as f64;
                match (stated.is_empty() || stated.len() == sign.values.len(), stated.contains(&value)) {
                    (true, _) => 1.0 / m,
                    (false, true) => (1.0 - wrong) / n,
                    (false, false) => wrong / (m - n),
                }
            };
            self.contest.contenders.iter().map(likely).collect()
        };
        sign.values.iter().map(row).collect()
    }

    /// The values of a sign that an article gives.
    fn stated<'s>(&self, article: &Article, name: &str, sign: &'s Sign) -> Vec<&'s String> {
        let mine = self.appliance.is_some_and(|a| article.appliances.iter().any(|b| b == a));
        let has = |value: &&String| mine && article.signs.iter().any(|(n, v)| n == name && v == *value);
        sign.values.iter().filter(has).collect()
    }

    /// Places of those that were not refused, likeliest first; equals stay as they came.
    fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.chances.len()).filter(|&i| self.chances[i] > 0.0).collect();
        order.sort_by(|&a, &b| self.chances[b].total_cmp(&self.chances[a]));
        order
    }

    fn question(&self) -> Option<NarrowingQuestion> {
        let appliance = self.appliance?;
        let live = self.chances.iter().filter(|p| **p >= LIVE.0).count();
        let worth = if live <= LIVE.1 { best_gain } else { gain };
        let stands_out = self.chances.iter().any(|p| *p >= NONE_STANDS_OUT.0);
        let least = if stands_out { LEAST_GAIN } else { NONE_STANDS_OUT.1 };
        let mut worthy = Vec::new();
        for name in self.contest.vocabulary.names(appliance).filter(|n| !self.said.contains_key(n)) {
            let Some(sign) = self.contest.vocabulary.sign(appliance, name) else { continue };
            let rows = self.rows(name, sign);
            if self.splits(&rows) && gain(&self.chances, &rows) >= least {
                worthy.push((sign.order, name, sign, worth(&self.chances, &rows)));
            }
        }
        worthy.sort_by_key(|(order, name, ..)| (*order, *name));
        let first = worthy.first()?;
        let most = worthy.iter().map(|w| w.3).fold(first.3, f64::max);
        let (_, name, sign, _) = worthy.iter().find(|w| w.3 == most && most > first.3 * CLEARLY).unwrap_or(first);
        Some(self.put(name, sign))
    }

    /// Whether the answers differ among the articles at the top.
    fn splits(&self, rows: &[Vec<f64>]) -> bool {
        let top: Vec<usize> = self.order().into_iter().take(TOP).collect();
        rows.iter().any(|row| top.iter().any(|&i| row[i] != row[top[0]]))
    }

    fn put(&self, name: &str, sign: &Sign) -> NarrowingQuestion {
        let rows = self.rows(name, sign);
        let options = sign.values.iter().zip(&rows).map(|(value, row)| {
            let after = Beliefs { chances: times(&self.chances, row), said: BTreeMap::new(), ..*self };
            let fits = |i: &usize| {
                let stated = self.stated(self.contest.contenders[*i].article, name, sign);
                stated.is_empty() || stated.contains(&value)
            };
            let leads_to = after.order().into_iter().filter(fits).take(LEADS_TO);
            let leads_to = leads_to.map(|i| self.contest.contenders[i].article.id.clone()).collect();
            Choice { value: value.clone(), leads_to }
        });
        NarrowingQuestion { sign: name.to_owned(), text: sign.ask.clone(), options: options.collect() }
    }
}

/// Articles that do not fit: those refused by name, and those that were walked when 都不是 was said.
fn refused(answers: &[Answer]) -> Vec<&ArticleId> {
    let mut out = Vec::new();
    let mut walked = None;
    for answer in answers {
        match &answer.said {
            Said::Began { article, .. } => walked = Some(article),
            Said::NoneOfThese { refused } => out.extend(refused.iter().chain(walked.take())),
            Said::Step { .. } | Said::Sign { .. } => {}
        }
    }
    out
}

/// exp(s/τ), τ a share of the best score.
fn prior(contenders: &[Contender<'_>]) -> Vec<f64> {
    let best = contenders.iter().map(|c| c.score).filter(|s| s.is_finite()).fold(0.0, f64::max);
    let tau = if best > 0.0 { best * TAU } else { 1.0 };
    let score = |c: &Contender<'_>| if c.score.is_finite() { c.score } else { 0.0 };
    // Floored, because 0 means refused.
    normalized(contenders.iter().map(|c| ((score(c) - best) / tau).exp().max(1e-9)).collect())
}

fn times(chances: &[f64], row: &[f64]) -> Vec<f64> {
    chances.iter().zip(row).map(|(p, l)| p * l).collect()
}

fn normalized(chances: Vec<f64>) -> Vec<f64> {
    let sum: f64 = chances.iter().sum();
    if sum > 0.0 { chances.into_iter().map(|p| p / sum).collect() } else { chances }
}

/// The likeliest has at most [`SUREST`]; what is above goes to the others, in their proportion.
fn capped(mut chances: Vec<f64>) -> Vec<f64> {
    let Some(best) = (0..chances.len()).max_by(|&a, &b| chances[a].total_cmp(&chances[b])) else { return chances };
    let (most, others) = (chances[best], chances.iter().sum::<f64>() - chances[best]);
    if most > SUREST {
        let grow = if others > 0.0 { (1.0 - SUREST) / others } else { 1.0 };
        chances.iter_mut().for_each(|p| *p *= grow);
        chances[best] = SUREST;
    }
    chances
}

/// Bits of uncertainty; `chances` need not sum to 1: Σ −p·log2 p.
pub(super) fn bits(chances: &[f64]) -> f64 {
    chances.iter().filter(|p| **p > 0.0).map(|p| -p * p.log2()).sum()
}

/// Bits a question is expected to take away: H(P) − Σ P(v)·H(P|v); `rows` hold the likelihoods by value.
pub(super) fn gain(chances: &[f64], rows: &[Vec<f64>]) -> f64 {
    let after = rows.iter().map(|row| {
        let joint = times(chances, row);
        let z: f64 = joint.iter().sum();
        // P(v)·H(P|v) = Σ −pv·log pv + z·log z
        bits(&joint) - bits(&[z])
    });
    bits(chances) - after.sum::<f64>()
}

/// How much likelier a question is expected to make the likeliest.
fn best_gain(chances: &[f64], rows: &[Vec<f64>]) -> f64 {
    let most = |p: &[f64]| p.iter().copied().fold(0.0, f64::max);
    rows.iter().map(|row| most(&times(chances, row))).sum::<f64>() - most(chances)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::{RelPath, Revision, parse, parse_signs};

    const SIGNS: &str = "[洗衣机.面板亮]\nask = \"面板灯亮吗？\"\nvalues = [\"是\",\"否\"]\norder = 1\n\
        [洗衣机.停在哪一步]\nask = \"停在哪一步？\"\nvalues = [\"进水\",\"洗涤\",\"排水\",\"脱水\"]\norder = 2\n\
        [洗衣机.地上有水]\nask = \"地上有水吗？\"\nvalues = [\"是\",\"否\"]\norder = 3\n";

    /// Articles `a`, `b`, `c` … with the signs given.
    fn articles(signs: &[&str]) -> Vec<Article> {
        let article = |(id, signs): (u8, &&str)| {
            let id = char::from(id);
            let text = format!(
                "---\nid: {id}\ntitle: 甲\nkind: troubleshooting\nappliance: 洗衣机\nsigns: {{{signs}}}\n---\n"
            );
            parse(&RelPath::new("a.md"), text.as_bytes()).article.expect("an article")
        };
        (b'a'..).zip(signs).map(article).collect()
    }

    fn washers() -> Vec<Article> {
        articles(&[
            "面板亮: 否",
            "面板亮: 是, 停在哪一步: 进水",
            "面板亮: 是, 停在哪一步: 洗涤",
            "面板亮: 是, 停在哪一步: 排水",
            "停在哪一步: 脱水",
        ])
    }

    fn signs(said: &[(&str, Option<&str>)]) -> Vec<Answer> {
        let said = said.iter().map(|(s, v)| Said::Sign { sign: (*s).to_owned(), value: v.map(str::to_owned) });
        said.map(|said| Answer { said, at_ms: 0 }).collect()
    }

    fn refusal(ids: &[&str]) -> Answer {
        let refused = ids.iter().filter_map(|id| ArticleId::new(id)).collect();
        Answer { said: Said::NoneOfThese { refused }, at_ms: 0 }
    }

    /// What `see` sees of a contest of `articles` whose scores fall slowly.
    fn contest<T>(
        articles: &[Article],
        known: &[(&str, &str)],
        answers: &[Answer],
        see: impl Fn(&Contest<'_>) -> T,
    ) -> T {
        let contenders: Vec<_> =
            (0..).zip(articles).map(|(i, article)| Contender { article, score: 10.0 - f64::from(i) / 5.0 }).collect();
        let known: Vec<_> = known.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let vocabulary = parse_signs(SIGNS).expect("reads");
        let channel = Channel::OwnHands;
        see(&Contest { contenders: &contenders, vocabulary: &vocabulary, channel, known: &known, answers })
    }

    fn asked(contest: &Contest<'_>) -> Option<String> {
        match narrow(contest) {
            Narrowed::Ask(question) => Some(question.sign),
            _ => None,
        }
    }

    fn settled(contest: &Contest<'_>) -> Option<(String, f64)> {
        match narrow(contest) {
            Narrowed::Settled { article, chance } => Some((article.id.to_string(), chance)),
            _ => None,
        }
    }

    fn chances(contest: &Contest<'_>) -> Vec<(String, f64)> {
        ranking(contest).into_iter().map(|(a, p)| (a.id.to_string(), p)).collect()
    }

    #[test]
    fn b1_bits_and_gains_are_those_of_the_example() {
        let p = [0.30, 0.25, 0.20, 0.15, 0.10];
        let dark = vec![vec![1.0, 0.0, 0.0, 0.0, 0.0], vec![0.0, 1.0, 1.0, 1.0, 1.0]];
        let phase: Vec<Vec<f64>> = (0..5).map(|v| (0..5).map(|i| f64::from(i == v)).collect()).collect();
        assert!((bits(&p) - 2.228).abs() < 1e-3, "{}", bits(&p));
        assert!((gain(&p, &dark) - 0.881).abs() < 1e-3, "{}", gain(&p, &dark));
        assert!((gain(&p, &phase) - 2.228).abs() < 1e-3, "{}", gain(&p, &phase));
        assert!(gain(&p, &[vec![0.5; 5], vec![0.5; 5]]).abs() < 1e-9);
    }

    #[test]
    fn b2_not_knowing_changes_no_chance_and_is_not_asked_again() {
        let answers = signs(&[("面板亮", None)]);
        let before = contest(&washers(), &[], &[], chances);
        assert_eq!(contest(&washers(), &[], &answers, chances), before);
        assert_eq!(contest(&washers(), &[], &answers, asked).as_deref(), Some("停在哪一步"));
    }

    #[test]
    fn b3_the_order_of_answers_changes_no_chance() {
        let mut answers = signs(&[("面板亮", Some("是")), ("停在哪一步", Some("排水")), ("地上有水", Some("否"))]);
        let before = contest(&washers(), &[], &answers, chances);
        answers.reverse();
        assert_eq!(contest(&washers(), &[], &answers, chances), before);
        assert_eq!(before[0].0, "d");
    }

    #[test]
    fn b4_a_vague_complaint_is_asked_about_and_no_article_is_certain() {
        contest(&washers(), &[], &[], |contest| {
            let Narrowed::Ask(question) = narrow(contest) else { panic!("a question") };
            assert!(["面板亮", "停在哪一步"].contains(&question.sign.as_str()), "{question:?}");
            assert!(!question.options.is_empty() && !question.text.is_empty());
            assert!(chances(contest).iter().all(|(_, p)| *p < SETTLED));
        });
    }

    #[test]
    fn b5_what_is_known_is_never_asked() {
        let known = [("停在哪一步", "排水")];
        contest(&washers(), &known, &[], |contest| {
            assert_ne!(asked(contest).as_deref(), Some("停在哪一步"));
            assert_eq!(chances(contest)[0].0, "d");
        });
    }

    #[test]
    fn b7_an_article_refused_never_comes_again() {
        let mut answers = signs(&[("面板亮", Some("是")), ("停在哪一步", Some("排水")), ("地上有水", Some("否"))]);
        let mut shown = Vec::new();
        while let Some((id, _)) = contest(&washers(), &[], &answers, settled) {
            assert!(!shown.contains(&id), "{id} after {shown:?}");
            answers.push(refusal(&[&id]));
            shown.push(id);
        }
        assert_eq!(shown.len(), 5, "each once, then nothing is left");
        assert!(contest(&washers(), &[], &answers, |c| narrow(c) == Narrowed::NothingLeft));
    }

    #[test]
    fn after_none_of_these_an_article_that_one_wrong_answer_hid_comes_next() {
        // Both answers speak for d. For b and c the second would be wrong, for a the first; e states one only.
        let answers = signs(&[("面板亮", Some("是")), ("停在哪一步", Some("排水")), ("地上有水", None)]);
        let next = |refused: &[&str]| {
            let answers: Vec<_> = answers.iter().cloned().chain([refusal(refused)]).collect();
            contest(&washers(), &[], &answers, settled).map(|(id, _)| id)
        };
        assert_eq!(next(&["d"]).as_deref(), Some("b"));
    }

    #[test]
    fn the_article_walked_when_none_of_these_was_said_is_refused_too() {
        let began = Said::Began { article: ArticleId::new("a").expect("an id"), revision: Revision([0; 32]) };
        let answers = vec![Answer { said: began, at_ms: 0 }, refusal(&[])];
        assert!(contest(&washers(), &[], &answers, chances).iter().all(|(id, _)| id != "a"));
    }

    #[test]
    fn at_most_three_questions_are_asked_and_none_that_tells_nothing() {
        let three = signs(&[("面板亮", None), ("停在哪一步", None), ("别的", None)]);
        assert_eq!(contest(&washers(), &[], &three, asked), None);
        assert_eq!(contest(&articles(&["面板亮: 是", "面板亮: 是"]), &[], &[], asked), None, "the same everywhere");
        assert_eq!(
            contest(&articles(&["面板亮: 是"]), &[], &[], settled).map(|(id, p)| (id, p <= SUREST)),
            Some(("a".into(), true))
        );
        assert!(contest(&[], &[], &[], |c| narrow(c) == Narrowed::NothingLeft));
    }

    #[test]
    fn a_question_worth_clearly_more_goes_before_the_first_in_order() {
        let even = articles(&["面板亮: 是, 地上有水: 是", "面板亮: 否, 地上有水: 否"]);
        assert_eq!(contest(&even, &[], &[], asked).as_deref(), Some("面板亮"), "the first in order");
        let phases = ["进水", "洗涤", "排水", "脱水"];
        let lines: Vec<String> = (0..8)
            .map(|i| format!("面板亮: {}, 停在哪一步: {}", if i == 0 { "否" } else { "是" }, phases[i % 4]))
            .collect();
        let uneven = articles(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(contest(&uneven, &[], &[], asked).as_deref(), Some("停在哪一步"));
    }

    #[test]
    fn an_answer_names_the_articles_it_leads_to_and_none_it_contradicts() {
        let even = articles(&["面板亮: 是", "面板亮: 否", ""]);
        let Narrowed::Ask(question) = contest(&even, &[], &[], |c| match narrow(c) {
            Narrowed::Ask(question) => Narrowed::Ask(question),
            _ => Narrowed::NothingLeft,
        }) else {
            panic!("a question")
        };
        let leads: Vec<String> =
            question.options.iter().map(|o| o.leads_to.iter().map(ArticleId::as_str).collect()).collect();
        assert_eq!(leads, ["ac", "bc"]);
    }

    #[test]
    fn k9_two_articles_that_swap_their_ids_keep_their_places() {
        let mut articles = articles(&["", "", "面板亮: 是"]);
        let place =
            |articles: &[Article]| contest(articles, &[], &[], chances).into_iter().map(|(_, p)| p).collect::<Vec<_>>();
        let before = place(&articles);
        (articles[0].id, articles[1].id) = (articles[1].id.clone(), articles[0].id.clone());
        assert_eq!(place(&articles), before);
        assert_eq!(contest(&articles, &[], &[], chances)[0].0, "b", "the first as handed in");
    }
}

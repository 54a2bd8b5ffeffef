//! How sure an answer is: by the codes, by the share of the question that is found, and where meaning
//! spoke by the chance fitted on judged questions (ALGORITHMS C8).

use super::{Weights, query::Group, rank::Ranker};
use crate::{
    found::{AnswerClass, Hit},
    index::Reader,
    text::{ErrorCode, normalize},
};

/// So many results may be refused, three times three, until there is nothing more to show.
const REFUSED: usize = 9;
/// Articles from which on a score means the same however many there are more.
const ENOUGH: f32 = 50.0;

/// How often [`ENOUGH`] articles would have to be halved to become `n`.
fn halvings(n: u64) -> f32 {
    (ENOUGH / n.max(1) as f32).log2().max(0.0)
}

/// What tells how sure an answer is, of its first article and of the question.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grounds {
    /// The share of the question the article says, 0 to 1.
    pub coverage: f32,
    /// Its points for words and meaning.
    pub score: f32,
    /// Its appliance was named.
    pub is_named: bool,
    /// The question says something by which articles differ.
    pub tells: bool,
    /// Articles that could have been first.
    pub n_articles: u64,
}

impl Grounds {
    /// What is added to the sum of the chance beside what is learned. In a small folder, where words are rare in hardly
    /// anything else and texts have hardly a middle, right answers score less, and wrong ones less still.
    pub(super) fn plus(&self, w: &Weights) -> f32 {
        w.sure_small * halvings(self.n_articles)
    }

    /// The class by words and meaning together, where meaning spoke. That an appliance was named says that there is
    /// something to show, not that the first of it is right.
    pub(super) fn class(&self, w: &Weights) -> AnswerClass {
        let sum = w.sure_bias + w.sure_coverage * self.coverage + w.sure_score * self.score + self.plus(w);
        let named = if self.is_named { w.sure_named } else { 0.0 };
        let chance = |sum: f32| 1.0 / (1.0 + (-sum).exp());
        match () {
            () if chance(sum) >= w.sure_confident && self.tells => AnswerClass::Confident,
            () if chance(sum + named) >= w.sure_possible => AnswerClass::Possible,
            () => AnswerClass::None,
        }
    }
}

impl Ranker<'_> {
    fn reader(&self) -> Reader {
        if self.is_staff() { Reader::Staff } else { Reader::Public }
    }

    /// How many articles could have been the first result.
    pub(super) fn n_articles(&self) -> u64 {
        self.context.view.statistics.n_articles(self.reader())
    }

    /// Whether the question names an appliance that articles are about.
    pub(super) fn names_appliance(&self) -> bool {
        !self.reading.appliances.is_empty()
    }

    /// Nothing but a stray word speaks for it.
    pub(super) fn is_weak(&self, hit: &Hit) -> bool {
        let weights = self.context.weights;
        match hit.similarity {
            Some(similarity) => hit.coverage < weights.weak && similarity < weights.near,
            None if self.has_meaning => hit.coverage < weights.weak,
            None => hit.coverage < weights.possible,
        }
    }

    /// The class of an answer whose page holds `hits`; `is_covered` when one of the first results says enough of the
    /// question.
    pub(super) fn class(&self, hits: &[Hit], is_covered: bool) -> AnswerClass {
        let Some(first) = hits.first() else { return AnswerClass::None };
        if self.has_code_of_another_thing() {
            return AnswerClass::None;
        }
        let refused = &self.question.not;
        if self.question.offset > 0 || !refused.is_empty() && refused.len() <= REFUSED && !self.is_weak(first) {
            return AnswerClass::Possible;
        }
        if self.is_about_another_appliance(first) {
            return AnswerClass::None;
        }
        match self.class_of_ours(hits, first, is_covered) {
            AnswerClass::Confident if self.reading.is_of_other_brand || self.reading.not_covered.is_some() => {
                AnswerClass::Possible
            }
            class => class,
        }
    }

    /// Ours means something else, on whatever page and however many results were refused.
    fn has_code_of_another_thing(&self) -> bool {
        let has_code = !self.reading.codes.is_empty() || !self.reading.understood.unknown_codes.is_empty();
        has_code && (self.reading.is_of_other_brand || self.reading.not_covered.is_some())
    }

    /// An appliance without articles that the first result does not speak of by its title or in people's words.
    fn is_about_another_appliance(&self, first: &Hit) -> bool {
        let Some(word) = &self.reading.not_covered else { return false };
        let article = &first.article;
        !std::iter::once(&article.title).chain(&article.symptoms).any(|text| normalize(text).contains(word))
    }

    fn class_of_ours(&self, hits: &[Hit], first: &Hit, is_covered: bool) -> AnswerClass {
        let exact = hits.iter().filter(|h| self.is_exact(&h.article)).count();
        let unknown_code = !self.reading.understood.unknown_codes.is_empty();
        let says_more = self.reading.groups.iter().any(|g| !g.generic && !self.is_unknown_code(&g.word));
        let grounds = Grounds {
            coverage: first.coverage,
            score: first.evidence,
            is_named: self.names_appliance() && !self.is_other_appliance(&first.article),
            tells: self.weighed.tells(),
            n_articles: self.n_articles(),
        };
        let chance = first.similarity.filter(|_| !unknown_code).map(|_| grounds.class(self.context.weights));
        match () {
            () if unknown_code && !says_more => AnswerClass::None,
            () if exact > 0 && self.speaks_of_unknown_things() => AnswerClass::None,
            () if self.is_exact(&first.article) && exact == 1 && self.covers_or_says_nothing(first) => {
                AnswerClass::Confident
            }
            () if exact > 0 || self.reading.is_generic() => AnswerClass::Possible,
            () if self.reading.groups.is_empty() && !self.reading.models.is_empty() => AnswerClass::Possible,
            () if unknown_code && first.coverage >= self.context.weights.possible => AnswerClass::Possible,
            () if chance.is_some() => chance.unwrap_or(AnswerClass::None),
            () if first.coverage >= self.context.weights.confident && self.weighed.tells() => AnswerClass::Confident,
            // What goes first may be said in words of its own; that we have something on the matter the others show.
            () if is_covered => AnswerClass::Possible,
            // A model is meant whatever else is said, such as a batch: (2212).
            () if self.is_for_model(&first.article) => AnswerClass::Possible,
            () => AnswerClass::None,
        }
    }

    /// Chinese words of the question that tell something; Latin ones may be a code in pieces.
    fn beside_codes(&self) -> impl Iterator<Item = &Group> {
        self.reading.groups.iter().filter(|g| !g.generic && !g.word.is_ascii())
    }

    /// Beside the code only words no article has: 微波炉 E8 is not answered with a washer's E8.
    fn speaks_of_unknown_things(&self) -> bool {
        let statistics = &self.context.view.statistics;
        let reader = self.reader();
        let mut telling = self.beside_codes().peekable();
        !self.names_appliance()
            && telling.peek().is_some()
            && telling
                .all(|g| statistics.n_with_word(reader, &g.word) == 0 && g.synonyms.is_empty() && g.bare.is_none())
    }

    /// The words beside a code stand in the article, or there are none.
    fn covers_or_says_nothing(&self, hit: &Hit) -> bool {
        self.names_appliance() || self.beside_codes().next().is_none() || hit.coverage >= self.context.weights.possible
    }

    fn is_unknown_code(&self, word: &str) -> bool {
        ErrorCode::new(word)
            .is_some_and(|c| self.reading.understood.unknown_codes.iter().any(|u| u.to_lowercase() == c.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_score_says_more_in_a_small_folder_and_the_same_in_all_large_ones() {
        let w = Weights::default();
        let of = |coverage, score, n_articles| Grounds { coverage, score, is_named: false, tells: true, n_articles };
        let class = |n| of(0.5, 9.5, n).class(&w);
        assert_eq!([1, 5, 50, 280, 10_000].map(class), {
            use AnswerClass::{None, Possible};
            [Possible, Possible, None, None, None]
        });
        assert_eq!(of(0.1, 2.0, 1).class(&w), AnswerClass::None, "what is far away stays far away");
        assert_eq!(of(0.5, 9.5, 25).plus(&w), w.sure_small, "one halving");
        assert_eq!(of(0.5, 9.5, 0).plus(&w), of(0.5, 9.5, 1).plus(&w));
    }

    #[test]
    fn who_names_a_machine_we_have_articles_on_is_shown_some_rather() {
        let w = Weights::default();
        let class =
            |is_named, coverage, score| Grounds { coverage, score, is_named, tells: true, n_articles: 280 }.class(&w);
        assert_eq!((class(false, 0.4, 10.5), class(true, 0.4, 10.5)), (AnswerClass::None, AnswerClass::Possible));
        assert_eq!(class(true, 0.0, 3.0), AnswerClass::None, "the machine alone is no answer");
        for score in [16.0, 18.0, 20.0, 22.0, 24.0] {
            let is_sure = |is_named| class(is_named, 0.5, score) == AnswerClass::Confident;
            assert_eq!(is_sure(true), is_sure(false), "{score}: no surer that the first is right");
        }
    }
}

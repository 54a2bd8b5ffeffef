//! A question answered: as it is written, and as it may have been meant by its sound.

use std::sync::Arc;

use super::{
    Lexicon, Meanings, Reading, Vocabulary, Weights,
    evidence::Weighed,
    folded::Searchable,
    fuse::NEAREST,
    learn::Consideration,
    query::{read_heard, read_question},
    rank::{Ranked, Ranker, rank},
    run::Run,
    sound::Heard,
};
use crate::{
    access::Role,
    article::{Article, ArticleId, Date},
    found::{Found, MeaningUse, Question, SearchedWord},
    index::IndexView,
    text::{Dictionary, Hazards, Readings, Synonyms},
};

/// From this coverage on a question is taken as it is written.
const WELL_FOUND: f32 = 0.6;
/// So much more of the question must be found by its sound than as it is written.
const BETTER: f32 = 0.05;
/// Lone characters stand in nearly any article: what is found of them counts half.
const IN_PIECES: f32 = 0.5;

/// The articles behind the numbers and names of the index.
pub trait Articles {
    /// The article with this number; see [`IndexDocument::key`].
    fn by_key(&self, key: u64) -> Option<&Arc<Searchable>>;
    /// The article of this id that `role` may read today.
    fn readable(&self, id: &str, role: Role) -> Option<&Arc<Article>>;
    /// The words of the articles `role` may read, by their sound.
    fn lexicon(&self, role: Role) -> &Lexicon;
}

/// Everything a search looks at besides the question.
pub struct SearchContext<'a> {
    /// The index at one moment.
    pub view: &'a IndexView,
    /// The dictionary its articles were cut with.
    pub dictionary: &'a Dictionary,
    /// The dictionary questions are cut with: the words of the synonyms besides.
    pub question_dictionary: &'a Dictionary,
    /// Articles the reader no longer sees though the index holds them.
    pub expired: &'a [ArticleId],
    /// Words that mean the same.
    pub synonyms: &'a Synonyms,
    /// Phrases that mean danger.
    pub hazards: &'a Hazards,
    /// What the reader's articles are about.
    pub vocabulary: &'a Vocabulary,
    /// Words whose usual reading is wrong.
    pub readings: &'a Readings,
    /// What a question means, where a model is open.
    pub meanings: &'a dyn Meanings,
    /// Weights of the ranking.
    pub weights: &'a Weights,
    /// The articles.
    pub articles: &'a dyn Articles,
    /// Who asks.
    pub role: Role,
    /// The day articles are read on.
    pub today: Date,
}

/// The index could not be searched.
#[derive(Debug, thiserror::Error)]
#[error("the search failed")]
pub struct SearchFault(#[from] tantivy::TantivyError);

/// Answers `question`. The caller adds generation and time.
///
/// # Errors
/// When the index fails.
pub fn search(question: &Question, context: &SearchContext<'_>) -> Result<Found, SearchFault> {
    Ok(best_answer(question, context)?.found)
}

/// The same as one learns from it: what was known of the results, whatever the class of the answer.
///
/// # Errors
/// When the index fails.
pub fn consider(question: &Question, context: &SearchContext<'_>) -> Result<Consideration, SearchFault> {
    Ok(best_answer(question, context)?.consideration)
}

fn best_answer(question: &Question, context: &SearchContext<'_>) -> Result<Answered, SearchFault> {
    let reading = read_question(question, context.question_dictionary, context.synonyms, context.vocabulary);
    let literal = answer(question, context, reading)?;
    // A danger that was named is never heard as something else: 煤气忘关了 is not 煤气网关了.
    if question.exact || literal.found.alert.is_some() {
        return Ok(literal);
    }
    let Some(heard) = hear(&literal, context) else { return Ok(literal) };
    let reading = read_heard(question, heard, context.question_dictionary, context.synonyms, context.vocabulary);
    let other = answer(question, context, reading)?;
    // What is written goes before what it sounds like, unless the articles know the latter better. An
    // appliance is not heard away (灶上 is not 早上), and one that is only heard counts (电饭褒).
    let names = |answered: &Answered| answered.found.understood.appliance.is_some();
    let better = match (names(&literal), names(&other)) {
        (true, false) => false,
        (false, true) if !other.found.hits.is_empty() => true,
        _ => other.is_better_than(&literal) || literal.found.hits.is_empty() && !other.found.hits.is_empty(),
    };
    Ok(if better { other } else { literal })
}

/// What the question may have been meant to say, when its own words are poorly found.
fn hear(literal: &Answered, context: &SearchContext<'_>) -> Option<Heard> {
    let understood = &literal.found.understood;
    let text = &understood.text;
    // What we have no articles on is known by its name, and not heard as something we have: 落地扇.
    if understood.appliance.is_none() && context.vocabulary.others.appliance_in(text).is_some() {
        return None;
    }
    if !understood.codes.is_empty() && text.is_ascii() || !understood.models.is_empty() {
        return None;
    }
    if text.is_ascii() {
        return if literal.coverage < context.weights.possible {
            context.articles.lexicon(context.role).hear_latin(text)
        } else {
            None
        };
    }
    if literal.coverage >= WELL_FOUND && !literal.is_in_pieces {
        None
    } else {
        context.articles.lexicon(context.role).correct(text, context.question_dictionary, context.readings)
    }
}

/// An answer, and how much of the question its first result says.
struct Answered {
    found: Found,
    consideration: Consideration,
    coverage: f32,
    /// How likely the likeliest of its results would be asked for so, a character on average: a natural logarithm.
    likelihood: f32,
    /// Half of what is looked for are lone characters, as where a word is misspelt: 路|油|器.
    is_in_pieces: bool,
}

impl Answered {
    /// More of it is found, people rather say it so, and what it means is no farther; a code that was understood is kept (意五 is E5, not 食物).
    fn is_better_than(&self, literal: &Self) -> bool {
        let codes = |answered: &Self| answered.found.understood.codes.len();
        let nearness = |answered: &Self| answered.found.hits.first().and_then(|h| h.similarity);
        let nearer = match (nearness(self), nearness(literal)) {
            (Some(own), Some(other)) => own - other,
            _ => 0.0,
        };
        codes(self) >= codes(literal)
            && self.likelihood > literal.likelihood
            && self.covers() + nearer > literal.covers() + BETTER
    }

    fn covers(&self) -> f32 {
        if self.is_in_pieces { self.coverage * IN_PIECES } else { self.coverage }
    }
}

fn answer(question: &Question, context: &SearchContext<'_>, reading: Reading) -> Result<Answered, SearchFault> {
    let run = Run { question, context, reading: &reading };
    let idf = run.idf();
    let (candidates, total, relaxed) = run.candidates()?;
    let weighed = Weighed { groups: &reading.groups, idf: &idf, asked: context.weights.asked };
    // A code says exactly what is meant, and so does a model alone.
    let exact = !reading.codes.is_empty() || reading.is_generic() || reading.groups.is_empty();
    let (near, meaning) = match () {
        () if exact => (Vec::new(), MeaningUse::NotNeeded),
        () if reading.understood.text.is_ascii() => (Vec::new(), MeaningUse::Off),
        () => {
            let keys: Vec<u64> = candidates.iter().map(|c| c.key).collect();
            context.meanings.near(&reading.understood.text, context.role, NEAREST, &keys)
        }
    };
    let alert = run.alert();
    let first_aid = alert.as_ref().and_then(|a| a.article.as_ref());
    let ranker = Ranker::new(question, &reading, &weighed, context, !near.is_empty());
    let ranked = rank(&ranker, candidates, &near, first_aid, relaxed);
    let Ranked { answer, mut hits, considered, likelihood, shown_total } = ranked;
    let is_ours = !reading.is_of_other_brand && reading.not_covered.is_none();
    let by_chance = reading.understood.unknown_codes.is_empty() && is_ours;
    let consideration = Consideration {
        candidates: if by_chance { considered } else { Vec::new() },
        n_articles: ranker.n_articles(),
        tells: weighed.tells(),
        names_appliance: ranker.names_appliance(),
        has_first_aid: first_aid.is_some(),
    };
    if question.explain {
        for hit in &mut hits {
            hit.parts.extend(run.parts(&hit.article.id)?);
        }
    }
    // Meaning adds to what has the words, and all that can be paged through is counted.
    let total = if relaxed { shown_total } else { total.max(shown_total) };
    let coverage = hits.first().map_or(0.0, |h| h.coverage);
    let telling = reading.groups.iter().filter(|g| !g.generic);
    let (lone, words): (Vec<_>, Vec<_>) = telling.partition(|g| g.word.chars().count() == 1);
    let is_in_pieces = !lone.is_empty() && lone.len() >= words.len();
    let found = Found {
        query: question.text.clone(),
        generation: 0,
        took_us: 0,
        total: if hits.is_empty() && question.offset == 0 { 0 } else { total },
        answer,
        words: if question.explain { searched(&reading, &idf) } else { Vec::new() },
        meaning,
        alert,
        question: None,
        is_vague: reading.is_generic(),
        understood: reading.understood,
        hits,
    };
    Ok(Answered { found, consideration, coverage, likelihood, is_in_pieces })
}

/// The words of a reading with their shares of its weight.
fn searched(reading: &Reading, idf: &[f32]) -> Vec<SearchedWord> {
    let total = idf.iter().sum::<f32>().max(f32::EPSILON);
    let words = reading.groups.iter().zip(idf).map(|(group, idf)| SearchedWord {
        word: group.word.clone(),
        synonyms: group.synonyms.clone(),
        share: idf / total,
    });
    words.collect()
}

//! A reading run over the index: groups with relaxing, filters inside the query, then ranked.

use std::sync::Arc;

use tantivy::{
    Term,
    collector::{Count, TopDocs},
    query::{BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, Occur, Query, TermQuery},
    schema::{Field, IndexRecordOption},
};

use super::{Reading, SearchContext, SearchFault, query::Group, rank::Candidate};
use crate::{
    access::Role,
    article::ArticleId,
    found::{Alert, Question},
    index::{IndexDocument, Reader},
    text::{grams, normalize, query_words},
};

/// Candidates ranked by their texts.
const WINDOW: usize = 50;
/// Most candidates fetched to break a tie at the end of the window.
const TIES: usize = 4_096;
/// A word of the dictionary that so many articles hold is found as a word.
const COMMON: u64 = 3;
/// Share of a word's pairs that must stand in an article when there are three or more.
const MUST_SHARE: f32 = 0.6;

/// Weight of a word that says only that something is wrong.
const GENERIC: f32 = 0.3;
/// Share of its weight a single character keeps.
const LONE: f32 = 0.5;
/// Share of its weight a word keeps that no article has.
const UNKNOWN: f32 = 0.75;

/// One reading run over the index.
pub(super) struct Run<'r> {
    pub question: &'r Question,
    pub context: &'r SearchContext<'r>,
    pub reading: &'r Reading,
}

impl Run<'_> {
    fn reader(&self) -> Reader {
        if self.context.role == Role::Customer { Reader::Public } else { Reader::Staff }
    }

    pub(super) fn alert(&self) -> Option<Alert> {
        let hazard = self.context.hazards.find(&self.reading.understood.text)?;
        let article = hazard.article.as_deref().and_then(|id| self.context.articles.readable(id, self.context.role));
        Some(Alert { hazard: hazard.name.clone(), article: article.cloned(), say: hazard.say.clone() })
    }

    /// Weight of each group: rare words say more. Robertson's idf, as BM25 has it.
    pub(super) fn idf(&self) -> Vec<f32> {
        let statistics = &self.context.view.statistics;
        let n = statistics.n_articles(self.reader()) as f32;
        let weight = |word: &str| {
            let df = statistics.n_with_word(self.reader(), word) as f32;
            (1.0 + (n - df + 0.5) / (df + 0.5)).ln()
        };
        let groups = self.reading.groups.iter();
        groups
            .map(|group| {
                let known = statistics.n_with_word(self.reader(), &group.word) > 0;
                let full = weight(&group.word).min(weight_of_rarest(n));
                match () {
                    () if group.generic => GENERIC,
                    // A lone character stands inside many words, and a word no article has is as
                    // often a way of telling the story as the complaint: both say less.
                    () if group.word.chars().count() == 1 => full * LONE,
                    () if !known && group.synonyms.is_empty() && group.bare.is_none() => full * UNKNOWN,
                    () => full,
                }
            })
            .collect()
    }

    /// Candidates by falling score, how many articles match, and whether words had to be given up.
    ///
    /// Any of the words may match: what an article leaves out costs it their weight, and in a told
    /// story the words that must not be missing are not known beforehand.
    pub(super) fn candidates(&self) -> Result<(Vec<Candidate>, usize, bool), SearchFault> {
        let telling = self.reading.groups.iter().filter(|g| !g.generic).count();
        let (found, total) = self.fetch()?;
        Ok((found, total, telling > 1))
    }

    fn fetch(&self) -> Result<(Vec<Candidate>, usize), SearchFault> {
        if self.says_nothing() {
            return Ok((Vec::new(), 0));
        }
        let query = self.query();
        let view = self.context.view;
        let provider = view.statistics.provider(&view.fields, self.reader());
        let wanted = WINDOW.max(self.question.offset + self.question.limit);
        let mut n = wanted + 1;
        loop {
            let collector = (TopDocs::with_limit(n).order_by_score(), Count);
            let (top, total) = view.searcher.search_with_statistics_provider(&query, &collector, &provider)?;
            let tied = top.len() == n && rounded(top[n - 1].0) == rounded(top[wanted - 1].0);
            if tied && n < TIES {
                n *= 2;
                continue;
            }
            let mut found: Vec<Candidate> = top
                .into_iter()
                .filter_map(|(score, address)| {
                    let key = view.key(address)?;
                    let found = self.context.articles.by_key(key)?;
                    Some(Candidate::new(Arc::clone(found), rounded(score), key))
                })
                .collect();
            found.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.found.article.id.cmp(&b.found.article.id)));
            found.truncate(wanted);
            return Ok((found, total));
        }
    }

    /// No word, code, model or appliance: punctuation only.
    fn says_nothing(&self) -> bool {
        let reading = self.reading;
        reading.groups.is_empty()
            && reading.codes.is_empty()
            && reading.models.is_empty()
            && reading.appliances.is_empty()
    }

    fn query(&self) -> BooleanQuery {
        let fields = &self.context.view.fields;
        let weights = self.context.weights;
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = self.filters();
        let mut body: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        let (generic, telling): (Vec<&Group>, Vec<&Group>) = self.reading.groups.iter().partition(|g| g.generic);
        if !telling.is_empty() {
            let groups = telling.into_iter().map(|g| (Occur::Should, self.group(g))).collect();
            body.push((Occur::Should, Box::new(BooleanQuery::new(groups))));
        }
        // That something is wrong need not stand in the article.
        clauses.extend(generic.into_iter().map(|g| (Occur::Should, self.group(g))));
        for code in &self.reading.codes {
            body.push((Occur::Should, constant(fields.code, code, weights.code)));
        }
        for model in &self.reading.models {
            body.push((Occur::Should, self.model(model)));
        }
        let named: Vec<Box<dyn Query>> =
            self.reading.appliances.iter().map(|a| constant(fields.appliance, a, weights.appliance)).collect();
        let appliance: Option<Box<dyn Query>> =
            if named.is_empty() { None } else { Some(Box::new(DisjunctionMaxQuery::new(named))) };
        match appliance {
            Some(query) if body.is_empty() => clauses.push((Occur::Must, query)),
            Some(query) => clauses.push((Occur::Should, query)),
            None => {}
        }
        if !body.is_empty() {
            clauses.push((Occur::Must, Box::new(BooleanQuery::new(body))));
        }
        BooleanQuery::new(clauses)
    }

    /// What the reader may see and has chosen: inside the query, so that nothing else is counted.
    fn filters(&self) -> Vec<(Occur, Box<dyn Query>)> {
        let fields = &self.context.view.fields;
        let mut filters: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        let readers: Vec<Role> = Role::ALL.into_iter().filter(|r| *r <= self.context.role).collect();
        let readable = readers.into_iter().map(|r| (Occur::Should, constant(fields.reader, r.as_str(), 0.0))).collect();
        filters.push((Occur::Must, Box::new(BooleanQuery::new(readable))));
        if let Some(appliance) = &self.question.appliance {
            filters.push((Occur::Must, constant(fields.appliance, &normalize(appliance), 0.0)));
        }
        if let Some(kind) = self.question.kind {
            filters.push((Occur::Must, constant(fields.kind, kind.as_str(), 0.0)));
        }
        for id in self.question.not.iter().chain(self.context.expired) {
            filters.push((Occur::MustNot, self.only(id)));
        }
        filters
    }

    fn only(&self, id: &ArticleId) -> Box<dyn Query> {
        let term = Term::from_field_u64(self.context.view.fields.key, IndexDocument::key(id));
        Box::new(ConstScoreQuery::new(Box::new(TermQuery::new(term, IndexRecordOption::Basic)), 0.0))
    }

    fn model(&self, model: &str) -> Box<dyn Query> {
        let (field, weights) = (self.context.view.fields.model, self.context.weights);
        let mut ways = vec![
            constant(field, &format!("={model}"), weights.model),
            constant(field, &format!("^{model}"), weights.model_part),
        ];
        ways.extend((2..=model.len()).map(|n| constant(field, &format!("*{}", &model[..n]), weights.model)));
        Box::new(DisjunctionMaxQuery::new(ways))
    }

    /// A word counts once, by its best evidence (ALGORITHMS C4).
    fn group(&self, group: &Group) -> Box<dyn Query> {
        let weights = self.context.weights;
        let mut ways: Vec<Box<dyn Query>> = Vec::new();
        for (words, pairs) in self.columns() {
            ways.push(term(words, &group.word));
            for synonym in &group.synonyms {
                ways.extend(self.phrase(words, synonym, weights.synonym));
            }
            if let Some(bare) = &group.bare {
                ways.extend(self.phrase(words, bare, weights.grams));
            }
            // Two characters the dictionary has as a word, and articles too, are cut out of any text: their
            // pair would be looked up twice.
            let sure = group.word.chars().count() == 2 && self.is_common(&group.word);
            let all: Vec<String> = grams(&group.word).iter().map(str::to_owned).collect();
            if !all.is_empty() && !sure {
                let n = all.len();
                let parts = all.iter().map(|g| (Occur::Should, term(pairs, g))).collect();
                let query = BooleanQuery::with_minimum_required_clauses(parts, required_pairs(n));
                ways.push(boost(Box::new(query), weights.grams / n as f32));
            }
        }
        Box::new(DisjunctionMaxQuery::with_tie_breaker(ways, weights.tie))
    }

    fn is_common(&self, word: &str) -> bool {
        self.context.dictionary.has(word) && self.context.view.statistics.n_with_word(self.reader(), word) >= COMMON
    }

    /// All words of `text`, each with its share of `weight`.
    fn phrase(&self, field: Field, text: &str, weight: f32) -> Option<Box<dyn Query>> {
        let words = query_words(self.context.dictionary, text);
        let n = words.len();
        match n {
            0 => None,
            1 => Some(boost(term(field, &words[0]), weight)),
            _ => {
                let all = words.iter().map(|w| term(field, w)).collect();
                Some(boost(Box::new(BooleanQuery::intersection(all)), weight / n as f32))
            }
        }
    }

    /// Fields of words and of pairs the reader may search.
    fn columns(&self) -> Vec<(Field, Field)> {
        let fields = &self.context.view.fields;
        let mut columns = vec![(fields.words, fields.grams)];
        if self.reader() == Reader::Staff {
            columns.push((fields.staff_words, fields.staff_grams));
        }
        columns
    }

    /// What each group adds to the score of one article.
    pub(super) fn parts(&self, id: &ArticleId) -> Result<Vec<crate::found::ScorePart>, SearchFault> {
        let view = self.context.view;
        let provider = view.statistics.provider(&view.fields, self.reader());
        let mut parts = Vec::new();
        for group in &self.reading.groups {
            let query = BooleanQuery::intersection(vec![self.only(id), self.group(group)]);
            let top = view.searcher.search_with_statistics_provider(
                &query,
                &TopDocs::with_limit(1).order_by_score(),
                &provider,
            )?;
            if let Some((score, _)) = top.first() {
                parts.push(crate::found::ScorePart { name: "words", about: group.word.clone(), score: *score });
            }
        }
        Ok(parts)
    }
}

fn required_pairs(n: usize) -> usize {
    if n <= 2 { n } else { (n as f32 * MUST_SHARE).ceil() as usize }
}

/// A word no article has weighs as much as one that a single article has.
fn weight_of_rarest(n: f32) -> f32 {
    (1.0 + (n - 0.5).max(0.5) / 1.5).ln()
}

/// Sums of the same parts in another order differ in the last bits; ties must be ties.
fn rounded(score: f32) -> f32 {
    (score * 1024.0).round() / 1024.0
}

fn term(field: Field, word: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, word), IndexRecordOption::WithFreqs))
}

fn constant(field: Field, value: &str, score: f32) -> Box<dyn Query> {
    let query = TermQuery::new(Term::from_field_text(field, value), IndexRecordOption::Basic);
    Box::new(ConstScoreQuery::new(Box::new(query), score))
}

fn boost(query: Box<dyn Query>, weight: f32) -> Box<dyn Query> {
    Box::new(BoostQuery::new(query, weight))
}

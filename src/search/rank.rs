//! Candidates to results: evidence of titles, phrases and signs added, ties broken by id, the
//! answer class by the rule of ALGORITHMS C8 ("before training").

use std::sync::Arc;

use super::{
    Reading, SearchContext,
    evidence::{Evidences, Weighed, gather},
    folded::{Depth, Searchable, letters},
    fuse::{Features, NEAREST, mix, only_near},
    learn::Considered,
    likelihood::{Unit, fairly, units},
    run::WINDOW,
    snippet::snippet,
};
use crate::{
    access::{Role, Standing, standing},
    article::{Article, Audience, Place},
    found::{AnswerClass, Evidence, Hit, Question, Reason, ScorePart, Snippet},
    index::{IndexDocument, Near},
    text::{ErrorCode, canonical_model, normalize},
};

/// An article of another appliance than the one named covers only half of what it says.
const OTHER_APPLIANCE: f32 = 0.5;
/// Results by which the class of the answer is told, however many are wanted.
const LOOKED: usize = 10;
/// Nobody is less likely to be meant than this, as a natural logarithm: a long story says much that no article says.
const UNLIKELY: f32 = -40.0;

/// An article the index found.
pub(super) struct Candidate {
    pub found: Arc<Searchable>,
    pub score: f32,
    /// Its number in the index.
    pub key: u64,
    /// Its place among what the index found; none when something else found it.
    pub position: Option<usize>,
    /// How likely the question is, asked by whoever means it, against the likeliest: the natural logarithm of that, at
    /// most 0.
    pub likelihood: f32,
    /// How near it is in meaning.
    pub near: Option<Near>,
    /// What is known of it, where meaning spoke.
    pub features: Option<Features>,
}

impl Candidate {
    /// Nothing but its score is known yet.
    pub(super) fn new(found: Arc<Searchable>, score: f32, key: u64) -> Self {
        Self { found, score, key, position: None, likelihood: 0.0, near: None, features: None }
    }
}

/// The page of results.
pub(super) struct Ranked {
    pub answer: AnswerClass,
    pub hits: Vec<Hit>,
    /// The same where meaning spoke, as one learns from them; also where the answer is none.
    pub considered: Vec<Considered>,
    /// How likely the question is of the likeliest, a unit of it on average: a natural logarithm.
    pub likelihood: f32,
    /// How many can be paged through; weak ones are dropped where not all words were found.
    pub shown_total: usize,
}

/// Ranks `candidates` and builds the page `question` wants.
pub(super) fn rank(
    ranker: &Ranker<'_>,
    mut candidates: Vec<Candidate>,
    near: &[Near],
    first_aid: Option<&Arc<Article>>,
    relaxed: bool,
) -> Ranked {
    let (question, context) = (ranker.question, ranker.context);
    let first_aid = first_aid.filter(|a| ranker.fits_filters(a)).map(|a| IndexDocument::key(&a.id));
    ranker.add_candidates(&mut candidates, near, first_aid);
    let mut ranked: Vec<(Candidate, Vec<ScorePart>)> =
        candidates.into_iter().filter(|c| ranker.is_shown(&c.found.article)).map(|c| ranker.rescore(c)).collect();
    let likelihood = ranker.order(&mut ranked, near, first_aid);
    let (mut hits, mut considered): (Vec<Hit>, Vec<Considered>) = (Vec::new(), Vec::new());
    let (mut shown_total, mut is_covered) = (0, false);
    let n = ranked.len();
    for (position, (candidate, parts)) in ranked.into_iter().enumerate() {
        if relaxed && shown_total > (question.offset + question.limit).max(LOOKED) {
            // Whether something follows the page is known. What comes behind that is counted and not looked
            // at: looking costs more than finding.
            shown_total += n - position;
            break;
        }
        let on_page = position >= question.offset && hits.len() < question.limit;
        if !relaxed && !on_page && position >= LOOKED {
            continue;
        }
        let is_first_aid = Some(candidate.key) == first_aid;
        let features = candidate.features;
        let is_likely = candidate.likelihood >= context.weights.likely;
        let hit = ranker.hit(candidate, parts);
        if relaxed && !is_likely && ranker.is_weak(&hit) && !ranker.is_exact(&hit.article) && !is_first_aid {
            continue;
        }
        shown_total += 1;
        is_covered |= shown_total <= LOOKED && hit.coverage >= context.weights.possible;
        let on_page = if relaxed { shown_total > question.offset && hits.len() < question.limit } else { on_page };
        if on_page {
            considered.extend(features.map(|f| Considered::new(&hit, &f, is_first_aid)));
            hits.push(hit);
        }
    }
    let answer = match ranker.class(&hits, is_covered) {
        // What leads through a danger is shown whatever the words.
        AnswerClass::None if first_aid.is_some() && !hits.is_empty() => AnswerClass::Possible,
        class => class,
    };
    if answer == AnswerClass::None {
        hits.clear();
    }
    let shown_total = if relaxed { shown_total } else { n };
    Ranked { answer, hits, considered, likelihood, shown_total }
}

/// Ranks the candidates of one question.
pub(super) struct Ranker<'r> {
    pub question: &'r Question,
    pub reading: &'r Reading,
    pub weighed: &'r Weighed<'r>,
    pub context: &'r SearchContext<'r>,
    /// Letters and digits of the question.
    pub letters: String,
    /// Its characters, pairs and words, by which its likelihood is told.
    units: Vec<Unit>,
    /// Meaning spoke beside the words.
    pub has_meaning: bool,
}

impl<'r> Ranker<'r> {
    /// A ranker for `question` as it was read.
    pub(super) fn new(
        question: &'r Question,
        reading: &'r Reading,
        weighed: &'r Weighed<'r>,
        context: &'r SearchContext<'r>,
        has_meaning: bool,
    ) -> Self {
        let units = units(&reading.understood.text);
        Self { question, reading, weighed, context, letters: letters(&question.text), units, has_meaning }
    }
}

impl Ranker<'_> {
    /// Adds what only meaning found, and the article that leads through a danger.
    fn add_candidates(&self, candidates: &mut Vec<Candidate>, near: &[Near], first_aid: Option<u64>) {
        let articles = self.context.articles;
        let more = only_near(near, candidates, articles);
        candidates.extend(more.into_iter().filter(|c| self.fits_filters(&c.found.article)));
        if let Some(key) = first_aid.filter(|key| candidates.iter().all(|c| c.key != *key)) {
            let found = articles.by_key(key).cloned();
            candidates.extend(found.map(|found| Candidate::new(found, 0.0, key)));
        }
    }

    /// Scores the candidates by all that is known of them and puts the best first; returns how likely the question is of
    /// the likeliest, a unit of it on average.
    fn order(&self, ranked: &mut [(Candidate, Vec<ScorePart>)], near: &[Near], first_aid: Option<u64>) -> f32 {
        let weights = self.context.weights;
        let likelihood = self.tell_likelihoods(ranked, near);
        if near.is_empty() {
            for (candidate, parts) in &mut *ranked {
                let score = weights.likelihood * candidate.likelihood;
                candidate.score += score;
                parts.push(ScorePart { name: "likelihood", about: String::new(), score });
            }
        } else {
            mix(ranked, near, weights);
        }
        for (candidate, parts) in ranked.iter_mut().filter(|(c, _)| Some(c.key) == first_aid) {
            candidate.score += weights.first_aid;
            parts.push(ScorePart { name: "first_aid", about: String::new(), score: weights.first_aid });
        }
        ranked.sort_by(|(a, _), (b, _)| {
            b.score.total_cmp(&a.score).then_with(|| a.found.article.id.cmp(&b.found.article.id))
        });
        likelihood
    }

    /// Tells the candidates how likely the question is of each, against the likeliest of them; returns how likely it is
    /// of that one, a unit on average. Those that only a further page looks at are told nothing: what a page holds
    /// does not depend on how many there are.
    ///
    /// A code says exactly what is meant, whatever else is said: the rest of the question only tells those articles
    /// apart that explain it, and all others are as likely as the least likely of them.
    fn tell_likelihoods(&self, ranked: &mut [(Candidate, Vec<ScorePart>)], near: &[Near]) -> f32 {
        let has_code = !self.reading.codes.is_empty();
        let is_looked_at = |candidate: &Candidate| {
            candidate.position.is_none_or(|p| p < WINDOW) || near.iter().take(NEAREST).any(|n| n.key == candidate.key)
        };
        let is_told = |c: &Candidate| is_looked_at(c) && (!has_code || self.is_exact(&c.found.article));
        let (mut best, mut most) = (f32::NEG_INFINITY, 0);
        for (candidate, _) in &mut *ranked {
            candidate.likelihood = f32::NEG_INFINITY;
            if is_told(candidate) {
                let wording = &candidate.found.folded().wording;
                candidate.likelihood = wording.of(&self.units);
                if candidate.likelihood > best {
                    (best, most) = (candidate.likelihood, wording.n_texts());
                }
            }
        }
        let mut least = 0.0_f32;
        for (candidate, _) in ranked.iter_mut().filter(|(c, _)| !has_code || c.likelihood.is_finite()) {
            let known = candidate.found.folded().wording.n_texts();
            candidate.likelihood = fairly((candidate.likelihood - best).max(UNLIKELY), known, most);
            least = least.min(candidate.likelihood);
        }
        for (candidate, _) in ranked.iter_mut().filter(|(c, _)| !c.likelihood.is_finite()) {
            candidate.likelihood = least;
        }
        if has_code && !ranked.is_empty() { 0.0 } else { best / self.units.len().max(1) as f32 }
    }

    fn is_shown(&self, article: &Article) -> bool {
        matches!(
            standing(self.context.role, article, self.context.today),
            Standing::Shown | Standing::ShownWithBanner(_)
        )
    }

    /// What the reader has chosen holds for what meaning finds, too.
    fn fits_filters(&self, article: &Article) -> bool {
        let question = self.question;
        let own = |a: &String| article.appliances.iter().any(|b| normalize(b) == normalize(a));
        question.appliance.as_ref().is_none_or(own)
            && question.kind.is_none_or(|k| k == article.kind)
            && !question.not.contains(&article.id)
            && !self.context.expired.contains(&article.id)
    }

    pub(super) fn is_staff(&self) -> bool {
        self.context.role > Role::Customer
    }

    fn rescore(&self, candidate: Candidate) -> (Candidate, Vec<ScorePart>) {
        let weights = self.context.weights;
        let article = &candidate.found.article;
        let folded = candidate.found.folded();
        let short = gather(folded, self.weighed, Depth::Short, self.is_staff());
        let mut parts = vec![
            ScorePart { name: "index", about: String::new(), score: candidate.score },
            ScorePart { name: "title", about: String::new(), score: weights.title * short.title },
            ScorePart {
                name: "title_exact",
                about: String::new(),
                score: if *folded.title_letters == *self.letters { weights.title_exact } else { 0.0 },
            },
            ScorePart { name: "symptom", about: String::new(), score: weights.symptom * short.symptom },
        ];
        for (name, value) in self.question.signs.iter().filter(|(_, value)| !value.is_empty()) {
            let has = article.signs.iter().find(|(n, _)| n == name);
            if let Some((_, own)) = has {
                let score = if own == value { weights.sign } else { -weights.sign };
                parts.push(ScorePart { name: "sign", about: format!("{name}:{value}"), score });
            }
        }
        if self.is_of_another(&folded.appliances) {
            parts.push(ScorePart { name: "other_appliance", about: String::new(), score: -weights.other_appliance });
        }
        let score = parts.iter().map(|p| p.score).sum();
        (Candidate { score, ..candidate }, parts)
    }

    fn hit(&self, candidate: Candidate, parts: Vec<ScorePart>) -> Hit {
        let article = Arc::clone(&candidate.found.article);
        let found = gather(candidate.found.folded(), self.weighed, Depth::Whole, self.is_staff());
        let similarity = candidate.near.as_ref().map(|n| n.nearness.mean());
        let mut reasons = self.exact_reasons(&article);
        reasons.extend(found.reasons.iter().cloned());
        let meant = candidate.near.filter(|n| n.nearness.mean() >= self.context.weights.near || reasons.is_empty());
        reasons.extend(meant.map(|n| Reason { why: Evidence::Meaning, place: n.place, text: n.text }));
        let coverage =
            if self.is_other_appliance(&article) { found.coverage * OTHER_APPLIANCE } else { found.coverage };
        let snippet = self.snippet(&article, &found);
        let weights = self.context.weights;
        let by_words = weights.likelihood * candidate.likelihood;
        let likelihood = candidate.features.map_or(by_words, |f| weights.mix_likelihood * f.likelihood);
        Hit {
            score: candidate.score,
            evidence: candidate.score - likelihood,
            reasons,
            snippet,
            coverage,
            similarity,
            parts: if self.question.explain { parts } else { Vec::new() },
            article,
        }
    }

    fn snippet(&self, article: &Article, found: &Evidences) -> Snippet {
        let mut words: Vec<&str> = Vec::new();
        for group in &self.reading.groups {
            words.push(&group.word);
            words.extend(group.synonyms.iter().map(String::as_str));
            words.extend(group.bare.as_deref());
        }
        let best = found.best.and_then(|(i, _)| article.passages().nth(i));
        let readable = |p: &crate::article::Passage<'_>| {
            p.place == Place::Body && (p.audience == Audience::Public || self.is_staff())
        };
        // Where no word stands in the text itself, its first sentence says best what it is about.
        let best = best.map(|p| snippet(p.text, &words)).filter(|s| !s.marks.is_empty());
        let lead = || article.passages().find(readable).map(|p| snippet(p.text, &words));
        best.or_else(lead).unwrap_or_default()
    }

    fn exact_reasons(&self, article: &Article) -> Vec<Reason> {
        if self.reading.codes.is_empty() && self.reading.models.is_empty() {
            return Vec::new();
        }
        let code = |written: &&String| {
            ErrorCode::new(written).is_some_and(|c| self.reading.codes.iter().any(|k| k == c.as_str()))
        };
        let codes = article.codes.iter().filter(code).map(|c| Reason {
            why: Evidence::Code,
            place: Place::Title,
            text: c.clone(),
        });
        let model = |written: &&String| {
            let plain = canonical_model(written);
            self.reading.models.iter().any(|m| m.starts_with(&plain) || plain.starts_with(m.as_str()))
        };
        let models = article.models.iter().filter(model).map(|m| Reason {
            why: Evidence::Model,
            place: Place::Title,
            text: m.clone(),
        });
        codes.chain(models).collect()
    }

    /// The article explains a code of the question, for the appliance named if one is.
    pub(super) fn is_exact(&self, article: &Article) -> bool {
        self.exact_reasons(article).iter().any(|r| r.why == Evidence::Code) && !self.is_other_appliance(article)
    }

    /// The article is for a model of the question.
    pub(super) fn is_for_model(&self, article: &Article) -> bool {
        self.exact_reasons(article).iter().any(|r| r.why == Evidence::Model)
    }

    pub(super) fn is_other_appliance(&self, article: &Article) -> bool {
        self.names_appliance()
            && self.is_of_another(&article.appliances.iter().map(|a| normalize(a)).collect::<Vec<_>>())
    }

    /// Neither of an appliance that was named nor about all of them.
    fn is_of_another(&self, own: &[String]) -> bool {
        let named = &self.reading.appliances;
        let fits = |a: &String| named.contains(a) || self.context.vocabulary.appliances.is_everywhere(a);
        !named.is_empty() && !own.is_empty() && !own.iter().any(fits)
    }
}

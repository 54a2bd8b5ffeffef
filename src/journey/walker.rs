//! The acts of a walkthrough: beginning, answering, taking back.

use std::sync::Arc;

use super::{
    Beginning, Reply, Snapshot, WalkFault, WalkPlace, Walked, Walker,
    ask_back::{contenders, contending},
    standing::began,
};
use crate::{
    access::Role,
    article::{Article, ArticleId},
    found::{NarrowingQuestion, Question, QuestionFault},
    guide::{Answer, Candidate, Channel, Contest, Narrowed, Said, Walkthrough, WalkthroughId, is_walkable, narrow},
    store::{Appended, Kept, Seq, TakenBack, random_bytes},
    text::mask,
};

/// Articles among which a complaint is narrowed down.
const CANDIDATES: usize = 10;
/// An article with less than this share of the best score does not belong to the complaint.
const SHARE: f64 = 0.5;
/// Longest model, sign or value, in characters.
const SHORT_CHARS: usize = 60;
/// Signs that may be known from the start.
const SIGNS: usize = 20;
/// Who answers at the same time as another looks again, so often.
const TRIES: usize = 3;

impl Walker {
    /// Begins a walkthrough: of an article, or of a complaint.
    ///
    /// # Errors
    /// When the article or the complaint cannot be walked by this reader, or the database fails.
    pub async fn begin(&self, beginning: Beginning, role: Role) -> Result<Walked, WalkFault> {
        if beginning.channel == Channel::Phone && role < Role::Agent {
            return Err(WalkFault::StaffOnly);
        }
        let reader = reader_of(beginning.channel, role);
        let snapshot = self.finder.snapshot()?;
        let question = beginning.complaint.as_deref().map(Question::new).transpose()?;
        let began_ms = (self.now_ms)();
        let mut walkthrough = Walkthrough {
            id: WalkthroughId::from_bytes(random_bytes().map_err(WalkFault::Random)?),
            channel: beginning.channel,
            model: beginning.model.as_deref().map(short).filter(|m| !m.is_empty()),
            symptom: question.as_ref().map(|q| mask(&q.text)),
            signs: beginning.signs.iter().take(SIGNS).map(|(n, v)| (short(n), short(v))).collect(),
            candidates: Vec::new(),
            began_ms,
            answers: Vec::new(),
        };
        match (&beginning.article, question) {
            (Some(id), _) => {
                let answer = self.finder.article(id, reader)?;
                if !is_walkable(&answer.article) {
                    return Err(WalkFault::NotWalkable);
                }
                walkthrough.answers.push(began(&answer.article, began_ms));
                self.keep_texts(&answer.snapshot, &walkthrough.answers).await?;
            }
            (None, Some(question)) => {
                walkthrough.candidates = self.candidates(question, reader).await?;
                walkthrough.answers.extend(self.next_article(&snapshot, &walkthrough, role));
                self.keep_texts(&snapshot, &walkthrough.answers).await?;
            }
            (None, None) => return Err(WalkFault::Question(QuestionFault::Empty)),
        }
        let seq = self.store.begin(&walkthrough).await?;
        self.stand(Kept { walkthrough, seq }, role).await
    }

    /// Where a walkthrough of `article` would begin; nothing is kept.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn preview(&self, article: &Article, complaint: Option<&str>, role: Role) -> Result<Walked, WalkFault> {
        let at_ms = (self.now_ms)();
        let walkthrough = Walkthrough {
            id: WalkthroughId::from_bytes([0; 16]),
            channel: Channel::Phone,
            model: None,
            symptom: complaint.map(mask),
            signs: Vec::new(),
            candidates: Vec::new(),
            began_ms: at_ms,
            answers: vec![began(article, at_ms)],
        };
        self.stand(Kept { walkthrough, seq: Seq::default() }, role).await
    }

    /// Where the walkthrough `id` stands.
    ///
    /// # Errors
    /// When there is none for this reader.
    pub async fn walked(&self, id: &str, role: Role) -> Result<Walked, WalkFault> {
        let kept = self.kept(id).await?;
        self.stand(kept, role).await
    }

    /// Answers what is due. The same answer again changes nothing.
    ///
    /// # Errors
    /// When something else is due, or the database fails.
    pub async fn answer(
        &self,
        id: &str,
        reply: Reply,
        answer_id: Option<&str>,
        role: Role,
    ) -> Result<Walked, WalkFault> {
        for _ in 0..TRIES {
            let kept = self.kept(id).await?;
            let n_kept = kept.walkthrough.answers.len();
            let walked = self.stand(kept, role).await?;
            let known = match answer_id {
                Some(answer_id) => self.store.knows_answer(&walked.walkthrough.id, answer_id).await?,
                None => false,
            };
            if known || repeats(&walked.walkthrough, &reply) {
                return Ok(walked);
            }
            let Some(said) = said(&walked, &reply) else { return Err(WalkFault::NotDue) };
            let mut next = walked.walkthrough;
            next.answers.push(Answer { said, at_ms: (self.now_ms)() });
            if !matches!(reply, Reply::Step { .. }) {
                next.answers.extend(self.next_article(&walked.snapshot, &next, role));
            }
            self.keep_texts(&walked.snapshot, &next.answers[n_kept..]).await?;
            match self.store.append(&next.id, walked.seq, answer_id, &next.answers[n_kept..]).await? {
                Appended::Stored(seq) => return self.stand(Kept { walkthrough: next, seq }, role).await,
                Appended::SameAnswerId => return self.walked(id, role).await,
                Appended::Conflict => {}
                Appended::Full => return Err(WalkFault::Full),
                Appended::Gone => return Err(WalkFault::NotFound),
            }
        }
        Err(WalkFault::NotDue)
    }

    /// Takes back what was said last.
    ///
    /// # Errors
    /// When there is no such walkthrough, or the database fails.
    pub async fn take_back(&self, id: &str, role: Role) -> Result<Walked, WalkFault> {
        for _ in 0..TRIES {
            let walked = self.walked(id, role).await?;
            match self.store.take_back(&walked.walkthrough.id, walked.seq, (self.now_ms)()).await? {
                TakenBack::Done(_) => return self.walked(id, role).await,
                TakenBack::Nothing => return Ok(walked),
                TakenBack::Conflict => {}
                TakenBack::Full => return Err(WalkFault::Full),
                TakenBack::Gone => return Err(WalkFault::NotFound),
            }
        }
        Err(WalkFault::NotDue)
    }

    pub(super) async fn kept(&self, id: &str) -> Result<Kept, WalkFault> {
        let id = WalkthroughId::read(id).ok_or(WalkFault::NotFound)?;
        self.store.walkthrough(&id).await?.ok_or(WalkFault::NotFound)
    }

    /// Walkable articles the complaint may be about.
    async fn candidates(&self, question: Question, reader: Role) -> Result<Vec<Candidate>, WalkFault> {
        let (finder, snapshot) = (self.finder.clone(), self.finder.snapshot()?);
        let question = question.page(CANDIDATES, 0)?;
        let found = tokio::task::spawn_blocking(move || finder.find(&question, reader)).await??;
        let all = contending(&found, &snapshot, reader);
        let best = found.hits.first().filter(|_| !found.is_vague).map_or(0.0, |h| f64::from(h.score));
        let near = all.into_iter().filter(|(_, score)| *score >= best * SHARE);
        Ok(near.map(|(article, score)| Candidate { article: article.id.clone(), score }).collect())
    }

    /// The article that is walked next, when the complaint is narrowed down to one.
    fn next_article(&self, snapshot: &Snapshot, walkthrough: &Walkthrough, role: Role) -> Option<Answer> {
        match narrowed(snapshot, walkthrough, reader_of(walkthrough.channel, role))? {
            Next::Article(article) => Some(began(&article, (self.now_ms)())),
            Next::Question(_) => None,
        }
    }

    /// Keeps the texts of the articles that begin in `answers`, as `snapshot` has them.
    async fn keep_texts(&self, snapshot: &Snapshot, answers: &[Answer]) -> Result<(), WalkFault> {
        for answer in answers {
            let Said::Began { article, .. } = &answer.said else { continue };
            let article = snapshot.corpus.article(article).ok_or(WalkFault::NotFound)?;
            self.store.keep_text(&article.path, article.source.as_bytes(), answer.at_ms).await?;
        }
        Ok(())
    }
}

/// What narrowing leads to.
pub(super) enum Next {
    /// This is asked.
    Question(NarrowingQuestion),
    /// This is walked.
    Article(Arc<Article>),
}

/// What comes next for a walkthrough in which no article is walked; `None` when nothing is left.
pub(super) fn narrowed(snapshot: &Snapshot, walkthrough: &Walkthrough, reader: Role) -> Option<Next> {
    let readable = |c: &Candidate| Some((Arc::clone(snapshot.shown(&c.article, reader)?), c.score));
    let articles: Vec<(Arc<Article>, f64)> =
        walkthrough.candidates.iter().filter_map(readable).filter(|(a, _)| is_walkable(a)).collect();
    let contest = Contest {
        contenders: &contenders(&articles),
        vocabulary: &snapshot.corpus.lists.signs,
        channel: walkthrough.channel,
        known: &walkthrough.signs,
        answers: &walkthrough.answers,
    };
    match narrow(&contest) {
        Narrowed::Ask(question) => Some(Next::Question(question)),
        Narrowed::Settled { article, .. } => {
            articles.iter().find(|(a, _)| a.id == article.id).map(|(a, _)| Next::Article(Arc::clone(a)))
        }
        Narrowed::NothingLeft => None,
    }
}

/// Who reads what is offered: what a customer does alone is written for customers, whoever looks on.
pub(super) fn reader_of(channel: Channel, role: Role) -> Role {
    match channel {
        Channel::OwnHands => Role::Customer,
        Channel::Phone => role,
    }
}

/// The answer `reply` gives to what is due; `None` when something else is.
fn said(walked: &Walked, reply: &Reply) -> Option<Said> {
    let due = match &walked.place {
        WalkPlace::Step(due) => Some(&due.step.id),
        WalkPlace::Service { next, .. } => next.as_ref().map(|due| &due.step.id),
        _ => None,
    };
    match (reply, &walked.place) {
        (Reply::Step { step, outcome }, _) if due == Some(step) => {
            Some(Said::Step { step: step.clone(), outcome: *outcome })
        }
        (Reply::Sign { sign, value }, WalkPlace::Question(question)) if question.sign == *sign => {
            let known = value.as_ref().is_none_or(|v| question.options.iter().any(|o| o.value == *v));
            known.then(|| Said::Sign { sign: sign.clone(), value: value.clone() })
        }
        (Reply::NoneOfThese, WalkPlace::Question(question)) => {
            let mut refused: Vec<ArticleId> = question.options.iter().flat_map(|o| o.leads_to.clone()).collect();
            refused.sort();
            refused.dedup();
            Some(Said::NoneOfThese { refused })
        }
        (Reply::NoneOfThese, WalkPlace::Step(_) | WalkPlace::Service { .. }) => {
            walked.article.as_ref().map(|a| Said::NoneOfThese { refused: vec![a.id.clone()] })
        }
        _ => None,
    }
}

/// Whether `reply` is what was said last: a second click.
fn repeats(walkthrough: &Walkthrough, reply: &Reply) -> bool {
    let last = walkthrough.answers.iter().rev().find(|a| !matches!(a.said, Said::Began { .. }));
    match (last.map(|a| &a.said), reply) {
        (Some(Said::Step { step, outcome }), Reply::Step { step: s, outcome: o }) => step == s && outcome == o,
        (Some(Said::Sign { sign, value }), Reply::Sign { sign: s, value: v }) => sign == s && value == v,
        _ => false,
    }
}

fn short(text: &str) -> String {
    mask(&text.chars().filter(|c| !c.is_control()).take(SHORT_CHARS).collect::<String>()).trim().to_owned()
}

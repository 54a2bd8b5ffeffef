//! What was said in a walkthrough: rows that are only ever added. Taking back is a row too.

use std::collections::HashSet;

use sqlx::Row as _;

use super::{
    connect::{Connection, Row},
    database::Store,
    fault::DatabaseFault,
    rows::{Columns, answer_of},
    tallies,
    walkthroughs::Seq,
};
use crate::guide::{Answer, Said, WalkthroughId};

/// Rows a walkthrough may have: who says more plays with the page, and the disk is not theirs.
pub const MAX_ANSWER_ROWS: i64 = 1000;
/// What is said together has the number of its first row; this stands for what it began with.
pub(super) const AT_THE_BEGINNING: i64 = 0;

/// What became of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// They are kept.
    Stored(Seq),
    /// The same answer id was kept before: nothing changed.
    SameAnswerId,
    /// The walkthrough has gone on since it was read: nothing changed. Read it again.
    Conflict,
    /// It has as many rows as are allowed ([`MAX_ANSWER_ROWS`]): nothing changed.
    Full,
    /// There is no such walkthrough, or it was forgotten.
    Gone,
}

/// What became of taking back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenBack {
    /// The last answers no longer stand.
    Done(Seq),
    /// Nothing stands that could be taken back.
    Nothing,
    /// The walkthrough has gone on since it was read: nothing changed. Read it again.
    Conflict,
    /// It has as many rows as are allowed ([`MAX_ANSWER_ROWS`]): nothing changed.
    Full,
    /// There is no such walkthrough, or it was forgotten.
    Gone,
}

/// An answer that stands.
#[derive(Debug)]
pub(super) struct Event {
    said_together: i64,
    answer: Answer,
}

impl Event {
    pub(super) fn into_answer(self) -> Answer {
        self.answer
    }
}

impl Store {
    /// Keeps `answers`, said together, in the walkthrough read at `seq`. With an `answer_id` that was
    /// used before in this walkthrough nothing changes, wherever it stands now.
    ///
    /// # Errors
    /// When they cannot be written, or a text they name was not kept.
    pub async fn append(
        &self,
        id: &WalkthroughId,
        seq: Seq,
        answer_id: Option<&str>,
        answers: &[Answer],
    ) -> Result<Appended, DatabaseFault> {
        let (id, answer_id, answers) = (id.clone(), answer_id.map(str::to_owned), answers.to_vec());
        self.write(move |connection| {
            Box::pin(async move { append(connection, &id, seq, answer_id.as_deref(), &answers).await })
        })
        .await
    }

    /// Whether an answer with this id was kept in the walkthrough, wherever it stands now.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn knows_answer(&self, id: &WalkthroughId, answer_id: &str) -> Result<bool, DatabaseFault> {
        let known = sqlx::query("SELECT 1 FROM answer WHERE walkthrough = $1 AND answer_id = $2");
        Ok(known.bind(id.as_str()).bind(answer_id).fetch_optional(self.readers()).await?.is_some())
    }

    /// Takes back what was said last in the walkthrough read at `seq`: all answers of the one
    /// [`append`](Self::append) that stands last. An article that was begun before anything was said
    /// stays, as does what the walkthrough began with.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn take_back(&self, id: &WalkthroughId, seq: Seq, at_ms: i64) -> Result<TakenBack, DatabaseFault> {
        let id = id.clone();
        self.write(move |connection| Box::pin(async move { take_back(connection, &id, seq, at_ms).await })).await
    }
}

async fn append(
    connection: &mut Connection,
    id: &WalkthroughId,
    seq: Seq,
    answer_id: Option<&str>,
    answers: &[Answer],
) -> Result<Appended, DatabaseFault> {
    let Some(now) = hold(connection, id).await? else { return Ok(Appended::Gone) };
    if let Some(answer_id) = answer_id {
        let known = sqlx::query("SELECT 1 FROM answer WHERE walkthrough = $1 AND answer_id = $2")
            .bind(id.as_str())
            .bind(answer_id)
            .fetch_optional(&mut *connection)
            .await?;
        if known.is_some() {
            return Ok(Appended::SameAnswerId);
        }
    }
    if now != seq {
        return Ok(Appended::Conflict);
    }
    if seq.0 + answers.len() as i64 > MAX_ANSWER_ROWS {
        return Ok(Appended::Full);
    }
    tallies::uncount(connection, id.as_str()).await?;
    let seq = insert(connection, id, seq, seq.0 + 1, answer_id, answers).await?;
    tallies::count(connection, id.as_str()).await?;
    Ok(Appended::Stored(seq))
}

async fn take_back(
    connection: &mut Connection,
    id: &WalkthroughId,
    seq: Seq,
    at_ms: i64,
) -> Result<TakenBack, DatabaseFault> {
    match hold(connection, id).await? {
        None => return Ok(TakenBack::Gone),
        Some(now) if now != seq => return Ok(TakenBack::Conflict),
        Some(_) if seq.0 >= MAX_ANSWER_ROWS => return Ok(TakenBack::Full),
        Some(_) => {}
    }
    let standing = standing(connection, id).await?;
    let Some(last) = standing.last().map(|event| event.said_together) else { return Ok(TakenBack::Nothing) };
    let only_began = standing.iter().all(|event| matches!(event.answer.said, Said::Began { .. }));
    if last == AT_THE_BEGINNING || (only_began && standing.iter().all(|event| event.said_together == last)) {
        return Ok(TakenBack::Nothing);
    }
    tallies::uncount(connection, id.as_str()).await?;
    sqlx::query(
        "INSERT INTO answer (walkthrough, seq, said_together, kind, takes_back, at_ms)
         VALUES ($1, $2, $2, 'taken_back', $3, $4)",
    )
    .bind(id.as_str())
    .bind(seq.0 + 1)
    .bind(last)
    .bind(at_ms)
    .execute(&mut *connection)
    .await?;
    tallies::count(connection, id.as_str()).await?;
    advance(connection, id, Seq(seq.0 + 1), at_ms).await.map(TakenBack::Done)
}

/// Takes the row of the walkthrough until the end of the transaction and says how far it has come.
/// Two writers of one database can then not both go on from there.
pub(super) async fn hold(connection: &mut Connection, id: &WalkthroughId) -> Result<Option<Seq>, DatabaseFault> {
    let seq = sqlx::query_scalar("UPDATE walkthrough SET seq = seq WHERE id = $1 RETURNING seq")
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?;
    Ok(seq.map(Seq))
}

async fn advance(connection: &mut Connection, id: &WalkthroughId, seq: Seq, at_ms: i64) -> Result<Seq, DatabaseFault> {
    sqlx::query("UPDATE walkthrough SET seq = $2, touched_ms = $3 WHERE id = $1")
        .bind(id.as_str())
        .bind(seq.0)
        .bind(at_ms)
        .execute(connection)
        .await?;
    Ok(seq)
}

/// Adds `answers` after `seq` as said together.
pub(super) async fn insert(
    connection: &mut Connection,
    id: &WalkthroughId,
    seq: Seq,
    said_together: i64,
    answer_id: Option<&str>,
    answers: &[Answer],
) -> Result<Seq, DatabaseFault> {
    let Some(last) = answers.last() else { return Ok(seq) };
    let mut walked = walked(connection, id).await?;
    let mut end = seq;
    for answer in answers {
        end = Seq(end.0 + 1);
        let columns = Columns::of(&answer.said, walked.as_deref());
        sqlx::query(
            "INSERT INTO answer (walkthrough, seq, said_together, answer_id, at_ms,
                 kind, article, revision, step, outcome, sign, value, refused)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        )
        .bind(id.as_str())
        .bind(end.0)
        .bind(said_together)
        // The id stands for all that was said together; the first row has it.
        .bind(answer_id.filter(|_| end.0 == seq.0 + 1))
        .bind(answer.at_ms)
        .bind(columns.kind)
        .bind(columns.article)
        .bind(columns.revision)
        .bind(columns.step)
        .bind(columns.outcome)
        .bind(columns.sign)
        .bind(columns.value)
        .bind(columns.refused)
        .execute(&mut *connection)
        .await?;
        if let Said::Began { article, .. } = &answer.said {
            walked = Some(article.to_string());
        }
    }
    advance(connection, id, end, last.at_ms).await
}

/// The article that is walked, when one is.
async fn walked(connection: &mut Connection, id: &WalkthroughId) -> Result<Option<String>, DatabaseFault> {
    let began = sqlx::query_scalar(
        "SELECT article FROM answer WHERE walkthrough = $1 AND kind = 'began' AND NOT EXISTS (
             SELECT 1 FROM answer later WHERE later.walkthrough = $1 AND later.takes_back = answer.said_together)
         ORDER BY seq DESC LIMIT 1",
    );
    Ok(began.bind(id.as_str()).fetch_optional(connection).await?)
}

/// The answers that stand, oldest first.
pub(super) async fn standing(connection: &mut Connection, id: &WalkthroughId) -> Result<Vec<Event>, DatabaseFault> {
    let rows: Vec<Row> = sqlx::query(
        "SELECT seq, said_together, takes_back, at_ms, kind, article, revision, step, outcome, sign, value, refused
         FROM answer WHERE walkthrough = $1 ORDER BY seq",
    )
    .bind(id.as_str())
    .fetch_all(connection)
    .await?;
    let mut taken_back = HashSet::new();
    for row in &rows {
        taken_back.extend(row.try_get::<Option<i64>, _>("takes_back")?);
    }
    let mut standing = Vec::new();
    for row in &rows {
        let said_together = row.try_get("said_together")?;
        let takes_back: Option<i64> = row.try_get("takes_back")?;
        if takes_back.is_none() && !taken_back.contains(&said_together) {
            standing.push(Event { said_together, answer: answer_of(row, id)? });
        }
    }
    Ok(standing)
}

//! Walkthroughs: begun, read back, counted.

use std::fmt;

use sqlx::Row as _;

use super::{
    answers::{self, Event},
    connect::Connection,
    database::Store,
    fault::DatabaseFault,
    tallies,
};
use crate::{
    article::ArticleId,
    guide::{Candidate, Channel, Walkthrough, WalkthroughId},
};

/// How far a walkthrough had come when it was read. Who writes names it, so that two who go on from
/// the same place do not both succeed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seq(pub(super) i64);

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A walkthrough as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// With the answers that stand.
    pub walkthrough: Walkthrough,
    /// How far it had come.
    pub seq: Seq,
}

impl Store {
    /// Keeps a walkthrough that begins. The answers it comes with are where it begins: they are never
    /// taken back. The texts they name must have been kept.
    ///
    /// # Errors
    /// When it cannot be written, its name is taken, or a text was not kept.
    pub async fn begin(&self, walkthrough: &Walkthrough) -> Result<Seq, DatabaseFault> {
        let walkthrough = walkthrough.clone();
        self.write(move |connection| Box::pin(async move { insert(connection, &walkthrough).await })).await
    }

    /// The walkthrough `id` with the answers that stand.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn walkthrough(&self, id: &WalkthroughId) -> Result<Option<Kept>, DatabaseFault> {
        // One transaction: what is read belongs to one moment.
        let mut moment = self.readers().begin().await?;
        read(&mut moment, id).await
    }
}

async fn insert(connection: &mut Connection, walkthrough: &Walkthrough) -> Result<Seq, DatabaseFault> {
    let Walkthrough { id, channel, model, symptom, signs, candidates, began_ms, answers } = walkthrough;
    sqlx::query(
        "INSERT INTO walkthrough (id, channel, model, symptom, began_ms, touched_ms, seq)
         VALUES ($1, $2, $3, $4, $5, $5, 0)",
    )
    .bind(id.as_str())
    .bind(channel.as_str())
    .bind(model.as_deref())
    .bind(symptom.as_deref())
    .bind(*began_ms)
    .execute(&mut *connection)
    .await?;
    for (place, (sign, value)) in (0_i64..).zip(signs) {
        sqlx::query("INSERT INTO known_sign (walkthrough, place, sign, value) VALUES ($1, $2, $3, $4)")
            .bind(id.as_str())
            .bind(place)
            .bind(sign.as_str())
            .bind(value.as_str())
            .execute(&mut *connection)
            .await?;
    }
    for (place, candidate) in (0_i64..).zip(candidates) {
        sqlx::query("INSERT INTO candidate (walkthrough, place, article, score) VALUES ($1, $2, $3, $4)")
            .bind(id.as_str())
            .bind(place)
            .bind(candidate.article.as_str())
            .bind(candidate.score)
            .execute(&mut *connection)
            .await?;
    }
    let seq = answers::insert(connection, id, Seq(0), answers::AT_THE_BEGINNING, None, answers).await?;
    tallies::count(connection, id.as_str()).await?;
    Ok(seq)
}

async fn read(connection: &mut Connection, id: &WalkthroughId) -> Result<Option<Kept>, DatabaseFault> {
    let bad_row = |table| DatabaseFault::bad_row(table, id);
    let row = sqlx::query("SELECT channel, model, symptom, began_ms, seq FROM walkthrough WHERE id = $1")
        .bind(id.as_str())
        .fetch_optional(&mut *connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let channel: String = row.try_get("channel")?;
    let signs = sqlx::query_as("SELECT sign, value FROM known_sign WHERE walkthrough = $1 ORDER BY place")
        .bind(id.as_str())
        .fetch_all(&mut *connection)
        .await?;
    let candidates: Vec<(String, f64)> =
        sqlx::query_as("SELECT article, score FROM candidate WHERE walkthrough = $1 ORDER BY place")
            .bind(id.as_str())
            .fetch_all(&mut *connection)
            .await?;
    let candidates = candidates.into_iter().map(|(article, score)| {
        let article = ArticleId::new(&article).ok_or_else(|| bad_row("candidate"))?;
        Ok(Candidate { article, score })
    });
    let standing = answers::standing(connection, id).await?;
    let walkthrough = Walkthrough {
        id: id.clone(),
        channel: Channel::read(&channel).ok_or_else(|| bad_row("walkthrough"))?,
        model: row.try_get("model")?,
        symptom: row.try_get("symptom")?,
        signs,
        candidates: candidates.collect::<Result<_, DatabaseFault>>()?,
        began_ms: row.try_get("began_ms")?,
        answers: standing.into_iter().map(Event::into_answer).collect(),
    };
    Ok(Some(Kept { walkthrough, seq: Seq(row.try_get("seq")?) }))
}

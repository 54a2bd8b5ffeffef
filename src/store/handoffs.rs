//! Handoff codes: given out, followed, forgotten with what they lead to.

use sqlx::Row as _;

use super::{
    answers::hold,
    connect::{Connection, Query, Row},
    database::Store,
    fault::DatabaseFault,
    tallies,
};
use crate::{
    case::{CODE_LASTS_MS, Handoff, HandoffCode},
    guide::WalkthroughId,
};

/// Numbers tried for one code. With 30,000 of 100,000 taken, 32 fail together once in 10^16 times.
pub const CODE_TRIES: usize = 32;

impl Store {
    /// The code that leads to the walkthrough `id`: the one that is live, else a new one made of
    /// the first of the random `numbers` that is free. `None` when there is no such walkthrough.
    ///
    /// # Errors
    /// When it cannot be written, or all numbers tried are in use.
    pub async fn hand_off(
        &self,
        id: &WalkthroughId,
        now_ms: i64,
        numbers: [u64; CODE_TRIES],
    ) -> Result<Option<Handoff>, DatabaseFault> {
        let id = id.clone();
        self.write(move |connection| Box::pin(async move { hand_off(connection, id, now_ms, &numbers).await })).await
    }

    /// The walkthrough that `code` leads to; `None` when it is wrong or has expired.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn handed_off(&self, code: &HandoffCode, now_ms: i64) -> Result<Option<WalkthroughId>, DatabaseFault> {
        let found: Option<String> =
            sqlx::query_scalar("SELECT walkthrough FROM handoff WHERE code = $1 AND expires_ms > $2")
                .bind(code.as_str())
                .bind(now_ms)
                .fetch_optional(self.readers())
                .await?;
        found.map(|id| WalkthroughId::read(&id).ok_or_else(|| DatabaseFault::bad_row("handoff", code))).transpose()
    }

    /// The live code of the walkthrough `id`, when one was given out.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn handoff_of(&self, id: &WalkthroughId, now_ms: i64) -> Result<Option<Handoff>, DatabaseFault> {
        let live = live(id, now_ms).fetch_optional(self.readers()).await?;
        live.map(|row| handoff(&row, id)).transpose()
    }

    /// Deletes the walkthrough that `code` leads to, with all that was said in it and its codes; the
    /// bytes are overwritten. An expired code will do for a month, as long as it was not given out again. `false`
    /// when there is none.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn forget(&self, code: &HandoffCode) -> Result<bool, DatabaseFault> {
        let code = code.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let id: Option<String> = sqlx::query_scalar("SELECT walkthrough FROM handoff WHERE code = $1")
                    .bind(code.as_str())
                    .fetch_optional(&mut *connection)
                    .await?;
                let Some(id) = id else { return Ok(false) };
                tallies::uncount(connection, &id).await?;
                let gone = sqlx::query("DELETE FROM walkthrough WHERE id = $1").bind(id);
                Ok(gone.execute(connection).await?.rows_affected() > 0)
            })
        })
        .await
    }
}

async fn hand_off(
    connection: &mut Connection,
    walkthrough: WalkthroughId,
    now_ms: i64,
    numbers: &[u64],
) -> Result<Option<Handoff>, DatabaseFault> {
    if hold(connection, &walkthrough).await?.is_none() {
        return Ok(None);
    }
    if let Some(row) = live(&walkthrough, now_ms).fetch_optional(&mut *connection).await? {
        return handoff(&row, &walkthrough).map(Some);
    }
    let n_live: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM handoff WHERE expires_ms > $1")
        .bind(now_ms)
        .fetch_one(&mut *connection)
        .await?;
    let expires_ms = now_ms + CODE_LASTS_MS;
    for number in numbers {
        let code = HandoffCode::new(*number, n_live.cast_unsigned());
        let given = sqlx::query(
            "INSERT INTO handoff (code, walkthrough, expires_ms) VALUES ($1, $2, $3)
             ON CONFLICT (code) DO UPDATE SET walkthrough = excluded.walkthrough, expires_ms = excluded.expires_ms
             WHERE handoff.expires_ms <= $4",
        )
        .bind(code.as_str())
        .bind(walkthrough.as_str())
        .bind(expires_ms)
        .bind(now_ms)
        .execute(&mut *connection)
        .await?;
        if given.rows_affected() > 0 {
            return Ok(Some(Handoff { code, walkthrough, expires_ms }));
        }
    }
    Err(DatabaseFault::NoFreeCode)
}

fn live(id: &WalkthroughId, now_ms: i64) -> Query<'_> {
    sqlx::query("SELECT code, expires_ms FROM handoff WHERE walkthrough = $1 AND expires_ms > $2")
        .bind(id.as_str())
        .bind(now_ms)
}

fn handoff(row: &Row, id: &WalkthroughId) -> Result<Handoff, DatabaseFault> {
    let code: String = row.try_get("code")?;
    let code = HandoffCode::read(&code).ok_or_else(|| DatabaseFault::bad_row("handoff", &code))?;
    Ok(Handoff { code, walkthrough: id.clone(), expires_ms: row.try_get("expires_ms")? })
}

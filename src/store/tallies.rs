//! How often each step was tried and how often it solved, kept with the answers: counting all history for each
//! page would take longer the more people came.

use sqlx::Row as _;

use super::{connect::Connection, database::Store, fault::DatabaseFault};
use crate::{article::ArticleId, guide::Tally};

/// Adds what came of each step in some walkthroughs to the tallies, or takes it away: each walkthrough counts
/// once for a step, and answers taken back do not count.
macro_rules! count {
    ($sign:literal, $walkthroughs:literal) => {
        concat!(
            "INSERT INTO step_tally (article, step, tried, solved)
             SELECT article, step, ",
            $sign,
            "COUNT(*), ",
            $sign,
            "CAST(SUM(solved) AS BIGINT) FROM (
                 SELECT walkthrough, article, step, MAX(CASE WHEN outcome = 'solved' THEN 1 ELSE 0 END) AS solved
                 FROM answer
                 WHERE walkthrough IN (",
            $walkthroughs,
            ") AND article IS NOT NULL AND step IS NOT NULL
                     AND outcome IN ('solved', 'not_solved') AND NOT EXISTS (
                     SELECT 1 FROM answer later
                     WHERE later.walkthrough = answer.walkthrough AND later.takes_back = answer.said_together)
                 GROUP BY walkthrough, article, step) AS once
             WHERE 1 = 1
             GROUP BY article, step
             ON CONFLICT (article, step) DO UPDATE SET
                 tried = step_tally.tried + excluded.tried, solved = step_tally.solved + excluded.solved"
        )
    };
}

/// Takes away walkthroughs in which nothing was said since `$1`, the oldest `$2` of them.
pub(super) const UNCOUNT_OLD: &str =
    count!("-", "SELECT id FROM walkthrough WHERE touched_ms < $1 ORDER BY touched_ms, id LIMIT $2");

/// Counts what is said in the walkthrough. Whoever changes it takes it away before and counts it after.
pub(super) async fn count(connection: &mut Connection, id: &str) -> Result<(), DatabaseFault> {
    sqlx::query(count!("", "$1")).bind(id).execute(connection).await?;
    Ok(())
}

/// Takes what is said in the walkthrough away from the tallies.
pub(super) async fn uncount(connection: &mut Connection, id: &str) -> Result<(), DatabaseFault> {
    sqlx::query(count!("-", "$1")).bind(id).execute(connection).await?;
    Ok(())
}

impl Store {
    /// What came of `step` of `article` in all walkthroughs, each counted once, answers taken back left out.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn tally(&self, article: &ArticleId, step: &str) -> Result<Tally, DatabaseFault> {
        let row = sqlx::query("SELECT tried, solved FROM step_tally WHERE article = $1 AND step = $2")
            .bind(article.as_str())
            .bind(step)
            .fetch_optional(self.readers())
            .await?;
        let Some(row) = row else { return Ok(Tally::default()) };
        let count = |column| row.try_get::<i64, _>(column).map(i64::cast_unsigned);
        Ok(Tally { solved: count("solved")?, tried: count("tried")? })
    }
}

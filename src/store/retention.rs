//! What is too old is deleted.

use super::{database::Store, fault::DatabaseFault, tallies::UNCOUNT_OLD, texts::SPARE_MS};

/// How long walkthroughs and feedback are kept when nothing else is set: 365 days, in milliseconds.
pub const KEPT_MS: i64 = 365 * 24 * 3600 * 1000;
/// An expired code leads nowhere, but for a month one can still be forgotten by it.
const CODE_KNOWN_MS: i64 = 30 * 24 * 3600 * 1000;
/// Rows deleted in one write: answers of people wait behind it.
const MAX_DELETED: u64 = 500;

/// What was deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Walkthroughs, with all that was said in them and their codes.
    pub walkthroughs: u64,
    /// Codes that had expired, their walkthroughs being kept.
    pub codes: u64,
    /// Words of feedback.
    pub feedback: u64,
    /// Texts that no walkthrough needs any more.
    pub texts: u64,
}

impl Store {
    /// Deletes the walkthroughs in which nothing was said for `kept_ms`, feedback older than that,
    /// codes that expired a month ago, and texts that nobody needs.
    ///
    /// # Errors
    /// When it cannot be written; what was deleted until then stays deleted.
    pub async fn sweep(&self, now_ms: i64, kept_ms: i64) -> Result<Swept, DatabaseFault> {
        let before_ms = now_ms - kept_ms;
        Ok(Swept {
            walkthroughs: self.delete(&[UNCOUNT_OLD, OLD_WALKTHROUGHS], before_ms).await?,
            codes: self.delete(&[OLD_CODES], now_ms - CODE_KNOWN_MS).await?,
            feedback: self.delete(&[OLD_FEEDBACK], before_ms).await?,
            // Last: a walkthrough deleted above may have been the only one that needed a text.
            texts: self.delete(&[SPARE_TEXTS], now_ms - SPARE_MS).await?,
        })
    }

    /// Deletes the rows of before `time_ms` with the last of `statements`, some at a time; the others go before it.
    async fn delete(&self, statements: &'static [&'static str], time_ms: i64) -> Result<u64, DatabaseFault> {
        let mut all = 0;
        loop {
            let deleted = self.write(move |connection| {
                Box::pin(async move {
                    let mut deleted = 0;
                    for sql in statements {
                        let done = sqlx::query(*sql).bind(time_ms).bind(MAX_DELETED as i64);
                        deleted = done.execute(&mut *connection).await?.rows_affected();
                    }
                    Ok(deleted)
                })
            });
            let deleted = deleted.await?;
            all += deleted;
            if deleted < MAX_DELETED {
                return Ok(all);
            }
        }
    }
}

const OLD_WALKTHROUGHS: &str = "DELETE FROM walkthrough WHERE id IN (
    SELECT id FROM walkthrough WHERE touched_ms < $1 ORDER BY touched_ms, id LIMIT $2)";
const OLD_CODES: &str = "DELETE FROM handoff WHERE code IN (
    SELECT code FROM handoff WHERE expires_ms < $1 ORDER BY expires_ms LIMIT $2)";
const OLD_FEEDBACK: &str = "DELETE FROM feedback WHERE at_ms IN (
    SELECT at_ms FROM feedback WHERE at_ms < $1 ORDER BY at_ms LIMIT $2)";
const SPARE_TEXTS: &str = "DELETE FROM article_text WHERE revision IN (
    SELECT revision FROM article_text
    WHERE kept_ms < $1 AND NOT EXISTS (SELECT 1 FROM answer WHERE answer.revision = article_text.revision)
    ORDER BY kept_ms LIMIT $2)";

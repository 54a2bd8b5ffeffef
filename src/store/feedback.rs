//! Feedback, as it comes in.

use super::{database::Store, fault::DatabaseFault};
use crate::case::Feedback;

impl Store {
    /// Keeps a word about an article or a step.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn add_feedback(&self, feedback: &Feedback) -> Result<(), DatabaseFault> {
        let Feedback { article, step, helpful, reason, at_ms } = feedback.clone();
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query("INSERT INTO feedback (article, step, helpful, reason, at_ms) VALUES ($1, $2, $3, $4, $5)")
                    .bind(article.as_str())
                    .bind(step)
                    .bind(i64::from(helpful))
                    .bind(reason)
                    .bind(at_ms)
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}

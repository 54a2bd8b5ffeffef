//! The texts of articles that walkthroughs pin: each revision once.

use sqlx::Row as _;

use super::{
    database::Store,
    fault::DatabaseFault,
    rows::{hex, read_hex},
};
use crate::article::{RelPath, Revision};

/// A text that nobody needs stays this long: it may have been kept for a walkthrough that is about
/// to begin.
pub(super) const SPARE_MS: i64 = 24 * 3600 * 1000;

/// The file of an article as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptText {
    /// Its path in the folder.
    pub path: RelPath,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Store {
    /// Keeps the file of the article at `path`; a revision that is there already is not written
    /// again. It stays as long as a walkthrough needs it, and at least a day.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn keep_text(&self, path: &RelPath, bytes: &[u8], now_ms: i64) -> Result<Revision, DatabaseFault> {
        let revision = Revision::of(bytes);
        // Most texts are there already; then nothing waits for the disk.
        let fresh = sqlx::query("SELECT 1 FROM article_text WHERE revision = $1 AND kept_ms > $2")
            .bind(revision.to_string())
            .bind(now_ms - SPARE_MS / 2)
            .fetch_optional(self.readers())
            .await?;
        if fresh.is_some() {
            return Ok(revision);
        }
        let path = path.clone();
        // The column takes characters: what is no text, or has a NUL, goes in as digits.
        let (encoding, body) = match std::str::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => ("utf-8", text.to_owned()),
            _ => ("hex", hex(bytes)),
        };
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO article_text (revision, path, encoding, body, kept_ms) VALUES ($1, $2, $3, $4, $5)
                     ON CONFLICT (revision) DO UPDATE SET kept_ms = excluded.kept_ms",
                )
                .bind(revision.to_string())
                .bind(path.as_str())
                .bind(encoding)
                .bind(body)
                .bind(now_ms)
                .execute(connection)
                .await?;
                Ok(revision)
            })
        })
        .await
    }

    /// The file kept as `revision`.
    ///
    /// # Errors
    /// When it cannot be read, or is not what was kept.
    pub async fn text(&self, revision: &Revision) -> Result<Option<KeptText>, DatabaseFault> {
        let row = sqlx::query("SELECT path, encoding, body FROM article_text WHERE revision = $1")
            .bind(revision.to_string())
            .fetch_optional(self.readers())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let (path, body) = (row.try_get::<String, _>("path")?, row.try_get::<String, _>("body")?);
        let bytes = match row.try_get::<String, _>("encoding")?.as_str() {
            "utf-8" => Some(body.into_bytes()),
            "hex" => read_hex(&body),
            _ => None,
        };
        let bytes = bytes.filter(|bytes| Revision::of(bytes) == *revision);
        let bytes = bytes.ok_or_else(|| DatabaseFault::bad_row("article_text", revision))?;
        Ok(Some(KeptText { path: RelPath::new(&path), bytes }))
    }
}

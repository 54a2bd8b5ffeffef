//! Brings the tables to the form this version knows: numbered files, forward only.

use super::{connect, connect::Connection, fault::DatabaseFault};

/// The migrations in their order; the first makes schema 1. One that was released is never changed.
pub(super) const MIGRATIONS: &[&str] =
    &[include_str!("migration/0001_walkthroughs.sql"), include_str!("migration/0002_step_tally.sql")];

/// Applies those of `migrations` that are missing, all or none.
pub(super) async fn migrate(connection: &mut Connection, migrations: &[&'static str]) -> Result<(), DatabaseFault> {
    // Two processes may start at once: the second waits here and finds the work done.
    let mut together = connect::begin(connection).await?;
    sqlx::query("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL PRIMARY KEY)")
        .execute(&mut *together)
        .await?;
    let found: Option<i64> =
        sqlx::query_scalar("SELECT MAX(version) FROM schema_version").fetch_one(&mut *together).await?;
    let (found, known) = (found.unwrap_or(0), migrations.len() as i64);
    if found > known {
        return Err(DatabaseFault::NewerSchema { found, known });
    }
    for (version, sql) in (1..).zip(migrations).skip(found as usize) {
        sqlx::raw_sql(*sql).execute(&mut *together).await?;
        sqlx::query("INSERT INTO schema_version (version) VALUES ($1)")
            .bind(version as i64)
            .execute(&mut *together)
            .await?;
    }
    Ok(together.commit().await?)
}

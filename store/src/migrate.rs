//! Bringing a database to this version's schema, and letting the servers' role in.

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::StoreError;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../migrations");

/// The schema that the chores' queue keeps its own tables in.
pub const QUEUE_SCHEMA: &str = "graphile_worker";

/// Why a database could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    #[error("the schema could not be brought up to date")]
    Schema(#[from] sqlx::migrate::MigrateError),
    #[error("the queue's schema could not be brought up to date: {0}")]
    Queue(String),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("`{0}` is no name for a role")]
    RoleName(String),
}

impl MigrateError {
    /// Whether the database was made by a version of the schema that this one cannot go on from.
    pub fn is_of_another_version(&self) -> bool {
        use sqlx::migrate::MigrateError::{Dirty, VersionMismatch, VersionMissing, VersionNotPresent, VersionTooNew, VersionTooOld};
        let Self::Schema(fault) = self else { return false };
        matches!(fault, Dirty(_) | VersionMismatch(_) | VersionMissing(_) | VersionNotPresent(_) | VersionTooNew(..) | VersionTooOld(..))
    }
}

impl From<sqlx::Error> for MigrateError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Applies what is missing, as the owner of the schema, and grants `app_role` exactly what the servers need. Repeating is harmless.
///
/// # Errors
/// When the database is away, a migration fails, or an applied one was edited.
pub async fn migrate(owner_url: &str, app_role: &str) -> Result<(), MigrateError> {
    if !app_role.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') || app_role.is_empty() {
        return Err(MigrateError::RoleName(app_role.to_owned()));
    }
    let mut conn = PgConnection::connect(owner_url).await?;
    MIGRATIONS.run(&mut conn).await?;
    crate::playbook::found_missing(&mut conn).await?;
    let pool = sqlx::postgres::PgPoolOptions::new().max_connections(2).connect(owner_url).await?;
    graphile_worker::WorkerOptions::default()
        .schema(QUEUE_SCHEMA)
        .pg_pool(pool.clone())
        .init()
        .await
        .map_err(|error| MigrateError::Queue(error.to_string()))?;
    pool.close().await;
    let grants = include_str!("grants.sql").replace("{app_role}", app_role).replace("{queue}", QUEUE_SCHEMA);
    sqlx::raw_sql(AssertSqlSafe(grants)).execute(&mut conn).await?;
    conn.close().await?;
    Ok(())
}

//! A transaction that knows its scope and gives up in time.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, StreamExt};
use platform::Clock;
use sqlx::postgres::{PgQueryResult, PgRow, PgStatement, PgTypeInfo};
use sqlx::{AssertSqlSafe, Either, Executor, PgConnection, Postgres, SqlStr, pool::PoolConnection};
use uuid::Uuid;

use crate::engine::rules::Rules;
use crate::{Scope, StoreError};

/// How long a rollback, or the pool's test of what it takes back, may take before the connection is thrown away instead.
const ROLLBACK_AFTER: Duration = Duration::from_secs(2);

/// A transaction inside one scope. Statements run on `&mut tx`; each keeps the time limit, and one that breaks it closes the connection,
/// because a link that swallows bytes never says so. Dropped without [`Tx::commit`], everything is rolled back.
#[derive(Debug)]
pub struct Tx {
    conn: Option<PoolConnection<Postgres>>,
    scope: Scope,
    clock: Clock,
    /// What the organisation's subjects go by, once it was read.
    pub(crate) rules: Option<Arc<Rules>>,
    statement_after: Duration,
    /// A statement did not answer in time: nothing more may be said on this connection.
    broken: bool,
    open: bool,
}

impl Tx {
    /// Carries out the statements that open a transaction inside `scope`.
    pub(crate) async fn open(
        conn: PoolConnection<Postgres>,
        scope: &Scope,
        clock: &Clock,
        statement_after: Duration,
        opening: &str,
    ) -> Result<Self, sqlx::Error> {
        let (scope, clock) = (scope.clone(), clock.clone());
        let mut tx = Self { conn: Some(conn), scope, clock, rules: None, statement_after, broken: false, open: true };
        match sqlx::raw_sql(AssertSqlSafe(opening)).execute(&mut tx).await {
            Ok(_) => Ok(tx),
            Err(error) => {
                tx.broken |= is_dead_connection(&error);
                Err(error)
            }
        }
    }

    /// The scope that this transaction was opened in.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The organisation whose rows this transaction sees.
    pub fn organisation_id(&self) -> Uuid {
        self.scope.organisation_id
    }

    /// The instant at which a clock is held by hand; `None` where the database's clock is gone by.
    pub fn held_at(&self) -> Option<DateTime<Utc>> {
        self.clock.held()
    }

    /// The present by the clock that this transaction goes by.
    ///
    /// # Errors
    /// As any statement.
    pub async fn now(&mut self) -> Result<DateTime<Utc>, StoreError> {
        if let Some(held_at) = self.held_at() {
            return Ok(held_at);
        }
        Ok(sqlx::query_scalar!(r#"select clock_timestamp() as "now!""#).fetch_one(&mut *self).await?)
    }

    /// Waits, within this transaction, as [`crate::Database::begin_submission`] does: for batches, one visit after the other.
    ///
    /// # Errors
    /// As any statement.
    pub async fn lock_submission(&mut self, visit_id: Uuid, photo_ids: &[Uuid]) -> Result<(), StoreError> {
        let lock = self.scope.lock_submission_sql(visit_id, photo_ids);
        sqlx::raw_sql(AssertSqlSafe(lock)).execute(&mut *self).await?;
        Ok(())
    }

    /// Commits. Only after this has returned may anything be acknowledged.
    ///
    /// # Errors
    /// `Unavailable` means *unknown*: the commit may or may not have happened.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        sqlx::raw_sql("commit").execute(&mut self).await?;
        self.open = false;
        Ok(())
    }

    /// Gives up what was done so far and hands the connection back at once.
    pub async fn rollback(mut self) {
        if sqlx::raw_sql("rollback").execute(&mut self).await.is_ok() {
            self.open = false;
        }
    }

    fn live(&mut self) -> Result<(&mut PgConnection, Limit<'_>), sqlx::Error> {
        match &mut self.conn {
            Some(conn) if !self.broken => Ok((&mut **conn, Limit { after: self.statement_after, broken: &mut self.broken })),
            _ => Err(sqlx::Error::Io(std::io::ErrorKind::NotConnected.into())),
        }
    }
}

/// The time limit of one statement.
struct Limit<'tx> {
    after: Duration,
    broken: &'tx mut bool,
}

impl Limit<'_> {
    /// Waits no longer than the limit; if it is broken, so is the transaction.
    async fn keep<T>(&mut self, answer: impl Future<Output = T>) -> Result<T, sqlx::Error> {
        tokio::time::timeout(self.after, answer).await.map_err(|_| {
            *self.broken = true;
            sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, "a statement did not answer in time"))
        })
    }
}

impl<'c> Executor<'c> for &'c mut Tx {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Either<PgQueryResult, PgRow>, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + sqlx::Execute<'q, Postgres>,
    {
        rows_in_time(self, query)
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<PgRow>, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + sqlx::Execute<'q, Postgres>,
    {
        Box::pin(async move {
            let (conn, mut limit) = self.live()?;
            limit.keep(conn.fetch_optional(query)).await?
        })
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [PgTypeInfo]) -> BoxFuture<'e, Result<PgStatement, sqlx::Error>>
    where
        'c: 'e,
    {
        Box::pin(async move {
            let (conn, mut limit) = self.live()?;
            limit.keep(conn.prepare_with(sql, parameters)).await?
        })
    }

    #[doc(hidden)]
    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<sqlx::Describe<Postgres>, sqlx::Error>>
    where
        'c: 'e,
    {
        Box::pin(async move {
            let (conn, _) = self.live()?;
            conn.describe(sql).await
        })
    }
}

/// The rows of a statement, each awaited no longer than the time limit.
fn rows_in_time<'e, 'q: 'e, 'c: 'e, E>(tx: &'c mut Tx, query: E) -> BoxStream<'e, Result<Either<PgQueryResult, PgRow>, sqlx::Error>>
where
    E: 'q + sqlx::Execute<'q, Postgres>,
{
    let (conn, limit) = match tx.live() {
        Ok(live) => live,
        Err(error) => return stream::once(async { Err(error) }).boxed(),
    };
    stream::unfold((conn.fetch_many(query), limit, false), async |(mut rows, mut limit, ended)| {
        if ended {
            return None;
        }
        match limit.keep(rows.next()).await {
            Ok(Some(row)) => Some((row, (rows, limit, false))),
            Ok(None) => None,
            Err(late) => Some((Err(late), (rows, limit, true))),
        }
    })
    .boxed()
}

impl Drop for Tx {
    fn drop(&mut self) {
        let Some(mut conn) = self.conn.take() else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return drop(conn.detach()) };
        if self.broken {
            return drop(conn.detach());
        }
        let is_open = self.open;
        runtime.spawn(async move {
            // An early return, or a request that was given up in the middle of a statement: only a rollback in time proves the link.
            let rolled_back = async { !is_open || sqlx::raw_sql("rollback").execute(&mut *conn).await.is_ok() };
            if !matches!(tokio::time::timeout(ROLLBACK_AFTER, rolled_back).await, Ok(true)) {
                return drop(conn.detach());
            }
            // The pool tests what it takes back and would wait for ever on a link that has gone silent: with it the place would be lost.
            let _ = tokio::time::timeout(ROLLBACK_AFTER, conn.return_to_pool()).await;
        });
    }
}

/// Whether the connection had died before the statement came.
pub(crate) fn is_dead_connection(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error.kind() != std::io::ErrorKind::TimedOut,
        sqlx::Error::Database(refusal) => refusal.code().is_some_and(|code| code.starts_with("57P")),
        _ => false,
    }
}

//! The way to PostgreSQL: a pool, and transactions that know their scope and give up in time.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use futures_util::stream::{BoxStream, StreamExt};
use platform::Clock;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgQueryResult, PgRow, PgStatement, PgTypeInfo};
use sqlx::{AssertSqlSafe, Either, Executor, PgConnection, PgPool, Postgres, SqlStr, pool::PoolConnection};
use uuid::Uuid;

use crate::engine::rules::Rules;
use crate::{Scope, StoreError};

/// How long a rollback, or the pool's test of what it takes back, may take before the connection is thrown away instead.
const ROLLBACK_AFTER: Duration = Duration::from_secs(2);

/// The pool of connections, and the time limit that every statement keeps.
#[derive(Debug, Clone)]
pub struct Database {
    pool: PgPool,
    statement_after: Duration,
    clock: Clock,
}

impl Database {
    /// Prepares the pool; connections are opened when they are needed.
    ///
    /// # Errors
    /// When the URL cannot be understood.
    pub fn new(url: &str, connections: u32, statement_after: Duration) -> Result<Self, StoreError> {
        let server_limit = statement_after.as_millis().to_string();
        let options: PgConnectOptions = url.parse().map_err(StoreError::Database)?;
        let options = options.application_name("fieldproof").options([
            ("statement_timeout", server_limit.as_str()),
            ("lock_timeout", server_limit.as_str()),
            ("idle_in_transaction_session_timeout", "30000"),
        ]);
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(statement_after)
            .idle_timeout(Duration::from_mins(5))
            .test_before_acquire(false)
            .connect_lazy_with(options);
        Ok(Self { pool, statement_after, clock: Clock::wall() })
    }

    /// Goes by `clock` where it is held by hand. Otherwise the time of what is recorded is the database's own: there is one of it, however
    /// many machines there are, and whatever their clocks say.
    #[must_use]
    pub fn by_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// Begins a transaction inside `scope`: one round trip, in which the session or key is also seen to be alive.
    ///
    /// # Errors
    /// `SessionOver` when the credentials are not valid any more; `Unavailable` when no connection could be had in time.
    pub async fn begin(&self, scope: &Scope) -> Result<Tx, StoreError> {
        self.open(scope, format!("begin; {}", scope.enter_sql())).await
    }

    /// As [`Database::begin`], and in the same round trip waits until no other submission of this visit or of these photos' bytes is
    /// being judged.
    ///
    /// # Errors
    /// As [`Database::begin`].
    pub async fn begin_submission(&self, scope: &Scope, visit_id: Uuid, photo_ids: &[Uuid]) -> Result<Tx, StoreError> {
        self.begin_submissions(scope, &[(visit_id, photo_ids)]).await
    }

    /// As [`Database::begin_submission`], for several visits. They are locked in one order, so that two transactions with the same ones never
    /// wait for each other in a circle.
    ///
    /// # Errors
    /// As [`Database::begin`].
    pub async fn begin_submissions(&self, scope: &Scope, visits: &[(Uuid, &[Uuid])]) -> Result<Tx, StoreError> {
        let mut visits = visits.to_vec();
        visits.sort_unstable_by_key(|(visit_id, _)| *visit_id);
        // The same few statements for every visit, whatever it says: planning them anew would cost more than carrying them out.
        let mut opening = format!("begin; set local plan_cache_mode = force_generic_plan; {}", scope.enter_sql());
        // A rep is at one place at a time: what one of their visits says of where they were, and in which words, is seen by the next.
        opening.push_str(&scope.actor_id().map(|actor_id| lock_actor_sql(scope, actor_id)).unwrap_or_default());
        for (visit_id, photo_ids) in visits {
            opening.push_str("; ");
            opening.push_str(&lock_sql(scope, visit_id, photo_ids));
        }
        self.open(scope, opening).await
    }

    async fn open(&self, scope: &Scope, opening: String) -> Result<Tx, StoreError> {
        // A connection that died in the pool says so at its first statement; nothing has happened on it yet. When the database was away
        // for a moment, all of them are like that, and the one after the last is a fresh one.
        let mut left = self.pool.options().get_max_connections();
        loop {
            let conn = self.pool.acquire().await?;
            let (scope, clock) = (scope.clone(), self.clock.clone());
            let statement_after = self.statement_after;
            let mut tx = Tx { conn: Some(conn), scope, clock, rules: None, statement_after, broken: false, open: true };
            match sqlx::raw_sql(AssertSqlSafe(opening.clone())).execute(&mut tx).await {
                Ok(_) => return Ok(tx),
                Err(error) if left > 0 && is_dead_connection(&error) => tx.broken = true,
                Err(error) => return Err(error.into()),
            }
            left -= 1;
        }
    }

    /// Whether the database answers at all.
    ///
    /// # Errors
    /// `Unavailable` when it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let asked = async { sqlx::query("select 1").execute(&self.pool).await };
        match tokio::time::timeout(self.statement_after, asked).await {
            Ok(outcome) => Ok(outcome.map(drop)?),
            Err(_) => Err(StoreError::Unavailable { what: "the database", source: None }),
        }
    }

    /// Finds an organisation by its code, before any scope exists.
    ///
    /// # Errors
    /// As any statement.
    pub async fn organisation_id_of(&self, code: &str) -> Result<Option<Uuid>, StoreError> {
        let mut tx = self.begin(&Scope::house(Uuid::nil())).await?;
        let id = sqlx::query_scalar!("select app.organisation_id_of($1)", code).fetch_one(&mut tx).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Finds the organisation whose callbacks come by this key, before any scope exists.
    ///
    /// # Errors
    /// As any statement.
    pub async fn organisation_of_callback(&self, key: Uuid) -> Result<Option<Uuid>, StoreError> {
        let mut tx = self.begin(&Scope::house(Uuid::nil())).await?;
        let id = sqlx::query_scalar!("select app.organisation_of_callback($1)", key).fetch_one(&mut tx).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// The ids of all organisations in order, a page at a time: for loops that walk every one in its own scope.
    ///
    /// # Errors
    /// As any statement.
    pub async fn organisation_ids(&self, after: Option<Uuid>, limit: i32) -> Result<Vec<Uuid>, StoreError> {
        let mut tx = self.begin(&Scope::house(Uuid::nil())).await?;
        let ids =
            sqlx::query_scalar!(r#"select id as "id!" from app.organisation_ids($1, $2) id"#, after, limit).fetch_all(&mut tx).await?;
        tx.commit().await?;
        Ok(ids)
    }

    /// How connections are made, for those that are kept apart from the pool.
    pub(crate) fn connect_options(&self) -> PgConnectOptions {
        self.pool.connect_options().as_ref().clone()
    }

    /// The pool itself, for the queue library, which brings statements of its own.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Closes the pool once what is in flight has ended.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// As [`lock_sql`]: whoever submits, one request after the other.
fn lock_actor_sql(scope: &Scope, actor_id: Uuid) -> String {
    format!("; select pg_advisory_xact_lock(hashtextextended('{}{actor_id}', 3))", scope.organisation_id)
}

/// Ids only: nothing in it can be anything but a UUID.
fn lock_sql(scope: &Scope, visit_id: Uuid, photo_ids: &[Uuid]) -> String {
    let photos = photo_ids.iter().map(Uuid::to_string).collect::<Vec<_>>().join(",");
    format!("select app.lock_submission('{}', '{visit_id}', '{{{photos}}}')", scope.organisation_id)
}

fn is_dead_connection(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error.kind() != std::io::ErrorKind::TimedOut,
        sqlx::Error::Database(refusal) => refusal.code().is_some_and(|code| code.starts_with("57P")),
        _ => false,
    }
}

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

    /// Waits, within this transaction, as [`Database::begin_submission`] does: for batches, one visit after the other.
    ///
    /// # Errors
    /// As any statement.
    pub async fn lock_submission(&mut self, visit_id: Uuid, photo_ids: &[Uuid]) -> Result<(), StoreError> {
        let lock = lock_sql(&self.scope, visit_id, photo_ids);
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

    fn live(&mut self) -> Result<(&mut PgConnection, Duration), sqlx::Error> {
        let after = self.statement_after;
        match &mut self.conn {
            Some(conn) if !self.broken => Ok((&mut **conn, after)),
            _ => Err(sqlx::Error::Io(std::io::ErrorKind::NotConnected.into())),
        }
    }
}

fn too_late() -> sqlx::Error {
    sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, "a statement did not answer in time"))
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
            let (conn, after) = self.live()?;
            let answer = tokio::time::timeout(after, conn.fetch_optional(query)).await;
            answer.unwrap_or_else(|_| {
                self.broken = true;
                Err(too_late())
            })
        })
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [PgTypeInfo]) -> BoxFuture<'e, Result<PgStatement, sqlx::Error>>
    where
        'c: 'e,
    {
        Box::pin(async move {
            let (conn, after) = self.live()?;
            let answer = tokio::time::timeout(after, conn.prepare_with(sql, parameters)).await;
            answer.unwrap_or_else(|_| {
                self.broken = true;
                Err(too_late())
            })
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
    let after = tx.statement_after;
    let Tx { conn, broken, .. } = tx;
    let conn = match conn {
        Some(conn) if !*broken => conn,
        _ => return futures_util::stream::once(async { Err(sqlx::Error::Io(std::io::ErrorKind::NotConnected.into())) }).boxed(),
    };
    let rows = (**conn).fetch_many(query);
    futures_util::stream::unfold((rows, broken, false), move |(mut rows, broken, ended)| async move {
        if ended {
            return None;
        }
        match tokio::time::timeout(after, rows.next()).await {
            Ok(Some(row)) => Some((row, (rows, broken, false))),
            Ok(None) => None,
            Err(_) => {
                *broken = true;
                Some((Err(too_late()), (rows, broken, true)))
            }
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

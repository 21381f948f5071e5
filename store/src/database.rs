//! The way to PostgreSQL: a pool, from which transactions are opened.

use std::time::Duration;

use platform::Clock;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use uuid::Uuid;

use crate::transaction::is_dead_connection;
use crate::{Scope, StoreError, Tx};

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
        let locks = visits.into_iter().map(|(visit_id, photo_ids)| scope.lock_submission_sql(visit_id, photo_ids));
        for lock in scope.lock_actor_sql().into_iter().chain(locks) {
            opening.push_str("; ");
            opening.push_str(&lock);
        }
        self.open(scope, opening).await
    }

    async fn open(&self, scope: &Scope, opening: String) -> Result<Tx, StoreError> {
        // A connection that died in the pool says so at its first statement; nothing has happened on it yet. When the database was away
        // for a moment, all of them are like that, and the one after the last is a fresh one.
        let mut left = self.pool.options().get_max_connections();
        loop {
            let conn = self.pool.acquire().await?;
            match Tx::open(conn, scope, &self.clock, self.statement_after, &opening).await {
                Err(error) if left > 0 && is_dead_connection(&error) => left -= 1,
                outcome => return Ok(outcome?),
            }
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

//! The bell: a transaction that leaves something to do at once rings it, and whoever has hung one hears it when the transaction commits.
//!
//! Nothing rests on it: what is to be done stands in tables, and is found there by whoever looks. The bell only saves the wait.

use std::time::Duration;

use sqlx::postgres::{PgListener, PgPoolOptions};

use crate::{Database, StoreError, Tx};

/// Timers that are due within moments.
pub const TIMERS: &str = "fieldproof_timers";

/// Rings when the transaction commits, once however often it is called. Commits that ring wait for one another: ring for what is urgent.
///
/// # Errors
/// As any statement.
pub async fn ring(tx: &mut Tx, channel: &str) -> Result<(), StoreError> {
    sqlx::query!("select pg_notify($1, '')", channel).execute(&mut *tx).await?;
    Ok(())
}

/// A connection of its own on which channels are listened to.
#[derive(Debug)]
pub struct Bell {
    listener: PgListener,
}

/// How long a connection may take to come about.
const HUNG_WITHIN: Duration = Duration::from_secs(5);

impl Bell {
    /// Begins to listen.
    ///
    /// # Errors
    /// `Unavailable` while the database is away.
    pub async fn hang(db: &Database, channels: &[&str]) -> Result<Self, StoreError> {
        let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(HUNG_WITHIN).connect_lazy_with(db.connect_options());
        let hung = async {
            let mut listener = PgListener::connect_with(&pool).await?;
            listener.listen_all(channels.iter().copied()).await?;
            Ok::<_, sqlx::Error>(Self { listener })
        };
        match tokio::time::timeout(HUNG_WITHIN, hung).await {
            Ok(bell) => Ok(bell?),
            Err(_) => Err(StoreError::Unavailable { what: "the database", source: None }),
        }
    }

    /// Waits until it rings; `false` when the connection was lost, and something may have been missed. A link that has gone silent says
    /// nothing: hang another bell from time to time.
    ///
    /// # Errors
    /// `Unavailable` while the database is away.
    pub async fn heard(&mut self) -> Result<bool, StoreError> {
        Ok(self.listener.try_recv().await?.is_some())
    }
}

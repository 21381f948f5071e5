//! The analyst works figures out anew that are otherwise kept on the way: all leads and deals of an organisation, a page at a time, so that
//! nobody waits for it.

use store::{Database, Scope, StoreError, cycle_times};
use tokio_util::sync::CancellationToken;

use crate::chores::chain;

/// Organisations named at once.
const ORGANISATIONS: i32 = 500;
/// Leads and deals dealt with in one transaction.
const PAGE: i64 = 500;

/// When workers begin: what is from before figures were kept is worked out, once.
pub async fn begin(db: Database, stop: CancellationToken) {
    let done = tokio::select! { () = stop.cancelled() => Ok(()), done = every_organisation(&db, Only::Missing) => done };
    if let Err(error) = done {
        tracing::warn!(why = chain(&error), "cycle times could not be looked after; they will be when workers begin again");
    }
}

/// Works out anew how long leads and deals take, in every organisation. Interrupted and begun anew, it does no harm.
///
/// # Errors
/// While the database is away.
pub async fn rebuild(db: &Database) -> Result<(), StoreError> {
    every_organisation(db, Only::All).await
}

/// Of which organisations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Only {
    All,
    /// Those in which something has no figures yet.
    Missing,
}

async fn every_organisation(db: &Database, only: Only) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let page = db.organisation_ids(after, ORGANISATIONS).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(*last);
        for organisation_id in &page {
            let scope = Scope::house(*organisation_id);
            if only == Only::All || is_missing(db, &scope).await? {
                let pages = organisation(db, &scope).await?;
                tracing::info!(%organisation_id, pages, "cycle times were worked out anew");
            }
        }
    }
}

async fn is_missing(db: &Database, scope: &Scope) -> Result<bool, StoreError> {
    let mut tx = db.begin(scope).await?;
    let is_missing = cycle_times::is_missing(&mut tx).await?;
    tx.commit().await?;
    Ok(is_missing)
}

async fn organisation(db: &Database, scope: &Scope) -> Result<usize, StoreError> {
    let (mut after, mut pages) = (None, 0);
    loop {
        let mut tx = db.begin(scope).await?;
        after = cycle_times::rebuild(&mut tx, after, PAGE).await?;
        tx.commit().await?;
        if after.is_none() {
            return Ok(pages);
        }
        pages += 1;
    }
}

//! The analyst works figures out anew that are otherwise kept on the way: all leads and deals of all organisations, a page at a time, so that
//! nobody waits for it.

use store::{Database, Scope, StoreError, cycle_times};

/// Organisations named at once.
const ORGANISATIONS: i32 = 500;
/// Leads and deals dealt with in one transaction.
const PAGE: i64 = 500;

/// Works out anew how long leads and deals take. Interrupted and begun anew, it does no harm.
///
/// # Errors
/// While the database is away.
pub async fn rebuild(db: &Database) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let page = db.organisation_ids(after, ORGANISATIONS).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(*last);
        for organisation_id in &page {
            let pages = organisation(db, &Scope::house(*organisation_id)).await?;
            tracing::info!(%organisation_id, pages, "cycle times were worked out anew");
        }
    }
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

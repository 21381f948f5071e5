//! The playbook that every organisation starts with.

use chrono::{DateTime, Utc};
use domain::playbook::{DEFAULT, read};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::{StoreError, Tx};

/// The shipped playbook as JSON.
fn default_json() -> Result<serde_json::Value, StoreError> {
    let playbook = read(DEFAULT).ok().and_then(|playbook| serde_json::to_value(playbook).ok());
    playbook.ok_or(StoreError::Corrupt { table: "playbooks", column: "source" })
}

/// Gives the transaction's organisation the shipped playbook as its version 1. A later release brings another playbook to new
/// organisations only: nobody's rules change by an update.
///
/// # Errors
/// As any statement.
pub async fn found(tx: &mut Tx, now: DateTime<Utc>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    insert(&mut *tx, organisation_id, now).await
}

async fn insert<'c>(
    on: impl sqlx::Executor<'c, Database = sqlx::Postgres>,
    organisation_id: Uuid,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into playbooks (organisation_id, version, source, source_sha256, playbook, created_at)
         values ($1, 1, $2, sha256(convert_to($2, 'UTF8')), $3, $4) on conflict do nothing",
        organisation_id,
        DEFAULT,
        default_json()?,
        now
    )
    .execute(on)
    .await?;
    Ok(())
}

/// Gives the shipped playbook to every organisation that was founded before there were playbooks.
///
/// # Errors
/// As any statement.
pub async fn found_missing(owner: &mut PgConnection) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let page = sqlx::query_scalar!(r#"select id as "id!" from app.organisation_ids($1, 500) id"#, after as Option<Uuid>);
        let page = page.fetch_all(&mut *owner).await?;
        let Some(last) = page.last().copied() else { return Ok(()) };
        for organisation_id in page {
            let mut tx = owner.begin().await?;
            sqlx::query!("select app.enter_house($1)", organisation_id).execute(&mut *tx).await?;
            let known = sqlx::query_scalar!(r#"select count(*) as "known!" from playbooks where organisation_id = $1"#, organisation_id);
            if known.fetch_one(&mut *tx).await? == 0 {
                let now = sqlx::query_scalar!(r#"select now() as "now!""#).fetch_one(&mut *tx).await?;
                insert(&mut *tx, organisation_id, now).await?;
            }
            tx.commit().await?;
        }
        after = Some(last);
    }
}

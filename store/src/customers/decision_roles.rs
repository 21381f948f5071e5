//! The organisation's list of decision roles. A role that leaves the list is retired: what names it stays readable.

use chrono::{DateTime, Utc};
use platform::Ids;
use serde_json::json;
use uuid::Uuid;

use crate::actions::{Deed, record_deed};
use crate::{StoreError, Tx};

/// One entry of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionRole {
    pub code: String,
    pub name_zh: String,
    pub name_en: String,
    /// Since when it may not be chosen any more.
    pub retired_at: Option<DateTime<Utc>>,
}

/// The whole list in its order: roles in use first, then retired ones.
///
/// # Errors
/// As any statement.
pub async fn all(tx: &mut Tx) -> Result<Vec<DecisionRole>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_as!(
        DecisionRole,
        "select code, name_zh, name_en, retired_at from decision_roles where organisation_id = $1
         order by retired_at is not null, ordinal, code",
        organisation_id
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// The codes that may be chosen, in the list's order.
///
/// # Errors
/// As any statement.
pub async fn codes(tx: &mut Tx) -> Result<Vec<String>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_scalar!(
        "select code from decision_roles where organisation_id = $1 and retired_at is null order by ordinal, code",
        organisation_id
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// Keeps others from changing the list until the transaction ends.
///
/// # Errors
/// As any statement.
pub async fn hold(tx: &mut Tx) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('decision_roles' || $1::uuid::text, 0))", organisation_id)
        .execute(&mut *tx)
        .await?;
    Ok(())
}

/// Puts `list` (code, Chinese name, English name) in the place of the present one: what is not named is retired, what is named again
/// comes back. Records the change.
///
/// # Errors
/// As any statement.
pub async fn replace(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, list: &[(String, String, String)]) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    write(tx, now, list).await?;
    let codes: Vec<&str> = list.iter().map(|(code, ..)| code.as_str()).collect();
    let data = json!({ "codes": codes });
    let deed = Deed { kind: "decision_roles.changed", subject_kind: "organisation", subject_id: organisation_id, data };
    record_deed(tx, ids, now, deed).await
}

async fn write(tx: &mut Tx, now: DateTime<Utc>, list: &[(String, String, String)]) -> Result<(), StoreError> {
    let organisation_id: Uuid = tx.organisation_id();
    let codes: Vec<String> = list.iter().map(|(code, ..)| code.clone()).collect();
    let chinese: Vec<String> = list.iter().map(|(_, name, _)| name.clone()).collect();
    let english: Vec<String> = list.iter().map(|(_, _, name)| name.clone()).collect();
    sqlx::query!(
        "insert into decision_roles (organisation_id, code, name_zh, name_en, ordinal)
         select $1, code, name_zh, name_en, ordinal::integer
         from unnest($2::text[], $3::text[], $4::text[]) with ordinality as listed (code, name_zh, name_en, ordinal)
         on conflict (organisation_id, code) do update
         set name_zh = excluded.name_zh, name_en = excluded.name_en, ordinal = excluded.ordinal, retired_at = null",
        organisation_id,
        &codes,
        &chinese,
        &english
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "update decision_roles set retired_at = $3 where organisation_id = $1 and retired_at is null and not code = any($2)",
        organisation_id,
        &codes,
        now
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

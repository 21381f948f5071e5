//! Who of the customer's people takes part in a deal.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{StoreError, Tx};

/// A contact's part in a deal.
#[derive(Debug, Clone, PartialEq)]
pub struct Participant {
    pub contact_id: Uuid,
    pub name: String,
    pub title: Option<String>,
    /// The one that the contact has anyway.
    pub decision_role: String,
    /// In this deal; empty: the one that the contact has anyway.
    pub roles: Vec<String>,
    pub attitude: Option<i16>,
    pub influence: Option<i16>,
    pub is_primary: bool,
    pub added_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// Those who take part in a deal now: the main one first, then as they were added. Whether the deal may be seen, the caller has asked.
///
/// # Errors
/// As any statement.
pub async fn of_deal(tx: &mut Tx, deal_id: Uuid) -> Result<Vec<Participant>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_as!(
        Participant,
        "select d.contact_id, p.name, p.title, p.decision_role, d.roles, d.attitude, d.influence, d.is_primary, d.added_at, d.updated_at
         from deal_contacts d join contacts p on p.organisation_id = d.organisation_id and p.id = d.contact_id
         where d.organisation_id = $1 and d.deal_id = $2 and d.removed_at is null and p.deleted_at is null
         order by d.is_primary desc, d.added_at, d.contact_id",
        organisation_id,
        deal_id
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// What is said of a contact's part.
#[derive(Debug)]
pub struct Part<'a> {
    pub contact_id: Uuid,
    pub roles: &'a [String],
    pub attitude: Option<i16>,
    pub influence: Option<i16>,
    pub is_primary: bool,
}

/// Whether a contact takes part in a deal now.
///
/// # Errors
/// As any statement.
pub async fn takes_part(tx: &mut Tx, deal_id: Uuid, contact_id: Uuid) -> Result<bool, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_scalar!(
        r#"select exists (select from deal_contacts where organisation_id = $1 and deal_id = $2 and contact_id = $3 and removed_at is null) as "it!""#,
        organisation_id,
        deal_id,
        contact_id
    )
    .fetch_one(&mut *tx)
    .await?)
}

/// Writes a contact's part in a held deal, new or anew. Of several main contacts the one said last is it.
///
/// # Errors
/// As any statement.
pub async fn put(tx: &mut Tx, deal_id: Uuid, part: &Part<'_>, now: DateTime<Utc>) -> Result<(), StoreError> {
    let (organisation_id, added_by) = (tx.organisation_id(), tx.scope().actor_id());
    if part.is_primary {
        sqlx::query!(
            "update deal_contacts set is_primary = false, updated_at = $4
             where organisation_id = $1 and deal_id = $2 and contact_id <> $3 and is_primary",
            organisation_id,
            deal_id,
            part.contact_id,
            now
        )
        .execute(&mut *tx)
        .await?;
    }
    sqlx::query!(
        "insert into deal_contacts (organisation_id, deal_id, contact_id, roles, attitude, influence, is_primary, added_by, added_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
         on conflict (organisation_id, deal_id, contact_id) do update set roles = excluded.roles, attitude = excluded.attitude,
             influence = excluded.influence, is_primary = excluded.is_primary, updated_at = excluded.updated_at, removed_at = null,
             added_at = case when deal_contacts.removed_at is null then deal_contacts.added_at else excluded.added_at end",
        organisation_id,
        deal_id,
        part.contact_id,
        part.roles,
        part.attitude,
        part.influence,
        part.is_primary,
        added_by,
        now
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// Takes a contact out of a held deal.
///
/// # Errors
/// As any statement.
pub async fn remove(tx: &mut Tx, deal_id: Uuid, contact_id: Uuid, now: DateTime<Utc>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "update deal_contacts set removed_at = $4, updated_at = $4, is_primary = false
         where organisation_id = $1 and deal_id = $2 and contact_id = $3 and removed_at is null",
        organisation_id,
        deal_id,
        contact_id,
        now
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

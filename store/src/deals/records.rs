//! Single deals: read, made, changed.

use chrono::{DateTime, Utc};
use domain::playbook::{ActionKind, Facts, SubjectKind};
use platform::Ids;
use serde_json::json;
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::deeds::{self, Deed};
use super::{Deal, SHOWN, narrow};
use crate::engine::{self, Kin, Subject};
use crate::{StoreError, Tx};

/// The deal, if the caller may see it.
///
/// # Errors
/// As any statement.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Deal>, StoreError> {
    let mut query = QueryBuilder::new(SHOWN);
    narrow(&mut query, tx);
    query.push(" and d.id = ").push_bind(id);
    Ok(query.build_query_as().fetch_optional(&mut *tx).await?)
}

/// The deal, whether the caller may see it or not: whoever gave one away is still answered what became of it.
///
/// # Errors
/// As any statement.
pub async fn of_id(tx: &mut Tx, id: Uuid) -> Result<Deal, StoreError> {
    let mut query = QueryBuilder::new(SHOWN);
    query.push_bind(tx.organisation_id()).push(" and d.id = ").push_bind(id);
    Ok(query.build_query_as().fetch_one(&mut *tx).await?)
}

/// A deal that nobody else changes until the transaction ends.
#[derive(Debug)]
pub struct Held {
    /// As it stands now, which may be otherwise than when the caller looked for it.
    pub deal: Deal,
    pub facts: Facts,
}

/// The deal, held for a deed, if the caller may see it.
///
/// # Errors
/// As any statement.
pub async fn hold(tx: &mut Tx, id: Uuid) -> Result<Option<Held>, StoreError> {
    if find(tx, id).await?.is_none() {
        return Ok(None);
    }
    let Some(facts) = engine::stand(tx, SubjectKind::Deal, id).await? else { return Ok(None) };
    // It may have been given to somebody else a moment ago: then it is not this caller's to write to any more.
    Ok(find(tx, id).await?.map(|deal| Held { deal, facts }))
}

/// A deal to be.
#[derive(Debug)]
pub struct NewDeal<'a> {
    pub id: Uuid,
    pub unit_id: Uuid,
    pub customer_id: Uuid,
    pub lead_id: Option<Uuid>,
    pub name: &'a str,
    pub external_id: Option<&'a str>,
    pub segment: Option<&'a str>,
    pub owner_id: Option<Uuid>,
    /// `None`: now.
    pub begun_at: Option<DateTime<Utc>>,
}

/// Writes a new deal, makes it known to the engine and records that it began; `false` when its id is taken already.
///
/// # Errors
/// `Conflict("deal_external_id_unique")` when another deal has the number, else as any statement.
pub async fn insert(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, deal: &NewDeal<'_>) -> Result<bool, StoreError> {
    let (organisation_id, created_by) = (tx.organisation_id(), tx.scope().actor_id());
    let made = sqlx::query!(
        "insert into deals (organisation_id, id, unit_id, customer_id, lead_id, name, external_id, segment, created_by, begun_at, created_at,
             updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11) on conflict (organisation_id, id) do nothing",
        organisation_id,
        deal.id,
        deal.unit_id,
        deal.customer_id,
        deal.lead_id,
        deal.name,
        deal.external_id,
        deal.segment,
        created_by,
        deal.begun_at.unwrap_or(now),
        now
    )
    .execute(&mut *tx)
    .await?;
    if made.rows_affected() == 0 {
        return Ok(false);
    }
    introduce(tx, deal.id, deal.name, deal.unit_id).await?;
    engine::relate(tx, (SubjectKind::Deal, deal.id), Kin { customer_id: Some(deal.customer_id), deal_id: None }).await?;
    let mut data = json!({
        "from_lead": deal.lead_id.is_some(), "lead_id": deal.lead_id, "customer_id": deal.customer_id, "owner_id": deal.owner_id,
    });
    if let Some(said) = data.as_object_mut() {
        said.retain(|_, value| !value.is_null());
    }
    deeds::record(tx, ids, now, Deed::of(ActionKind::DealCreated, deal.id, deal.begun_at, data)).await?;
    Ok(true)
}

/// What people can say anew of a deal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub name: String,
    pub external_id: Option<String>,
    pub segment: Option<String>,
}

impl Said {
    pub fn of(deal: &Deal) -> Self {
        Self { name: deal.name.clone(), external_id: deal.external_id.clone(), segment: deal.segment.clone() }
    }
}

/// Carries out an edit of a held deal: what differs is written and recorded. No timer stops for it.
///
/// # Errors
/// `Conflict("deal_external_id_unique")` when another deal has the number, else as any statement.
pub async fn edit(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, before: &Deal, said: &Said) -> Result<(), StoreError> {
    let changed = [
        ("name", before.name != said.name),
        ("external_id", before.external_id != said.external_id),
        ("segment", before.segment != said.segment),
    ];
    let changed = changed.into_iter().filter_map(|(field, differs)| differs.then_some(field)).collect::<Vec<_>>();
    if changed.is_empty() {
        return Ok(());
    }
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "update deals set name = $3, external_id = $4, segment = $5, version = version + 1, updated_at = $6 where organisation_id = $1 and id = $2",
        organisation_id,
        before.id,
        said.name,
        said.external_id.as_deref(),
        said.segment.as_deref(),
        now
    )
    .execute(&mut *tx)
    .await?;
    introduce(tx, before.id, &said.name, before.unit_id).await?;
    deeds::record(tx, ids, now, Deed::of(ActionKind::DealChanged, before.id, None, json!({ "changed": changed }))).await
}

/// Gives a held deal to a rep: it moves to the rep's unit, and its documents with it. Its stage, and what that waits for, stay as they are.
///
/// # Errors
/// As any statement.
pub async fn assign(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, deal: &Deal, owner_id: Uuid, unit_id: Uuid) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "update deals set unit_id = $3, updated_at = $4 where organisation_id = $1 and id = $2",
        organisation_id,
        deal.id,
        unit_id,
        now
    )
    .execute(&mut *tx)
    .await?;
    introduce(tx, deal.id, &deal.name, unit_id).await?;
    engine::take_along(tx, deal.id, unit_id).await?;
    let data = json!({ "owner_id": owner_id, "was": deal.owner_id });
    deeds::record(tx, ids, now, Deed::of(ActionKind::DealAssigned, deal.id, None, data)).await
}

async fn introduce(tx: &mut Tx, id: Uuid, name: &str, unit_id: Uuid) -> Result<(), StoreError> {
    engine::introduce(tx, &Subject { kind: SubjectKind::Deal, id, name, unit_id, department: None }).await
}

//! Single leads: read, made, changed.

use chrono::{DateTime, Utc};
use domain::playbook::{ActionKind, Facts, SubjectKind};
use platform::Ids;
use serde_json::json;
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::deeds::{self, Deed};
use super::{Lead, LeadRow, SHOWN, Said, narrow};
use crate::engine::{self, Subject};
use crate::{StoreError, Tx};

/// The lead, if the caller may see it.
///
/// # Errors
/// As any statement.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Lead>, StoreError> {
    let mut query = QueryBuilder::new(SHOWN);
    narrow(&mut query, tx);
    query.push(" and l.id = ").push_bind(id);
    let row: Option<LeadRow> = query.build_query_as().fetch_optional(&mut *tx).await?;
    Ok(row.map(Lead::from))
}

/// The lead, whether the caller may see it or not: whoever gave one away is still answered what became of it.
///
/// # Errors
/// As any statement.
pub async fn of_id(tx: &mut Tx, id: Uuid) -> Result<Lead, StoreError> {
    let mut query = QueryBuilder::new(SHOWN);
    query.push_bind(tx.organisation_id()).push(" and l.id = ").push_bind(id);
    let row: LeadRow = query.build_query_as().fetch_one(&mut *tx).await?;
    Ok(row.into())
}

/// A lead that nobody else changes until the transaction ends.
#[derive(Debug)]
pub struct Held {
    /// As it stands now, which may be otherwise than when the caller looked for it.
    pub lead: Lead,
    pub facts: Facts,
}

/// The lead, held for a deed, if the caller may see it. Of several who want to take the same one, each waits for the one before.
///
/// # Errors
/// As any statement.
pub async fn hold(tx: &mut Tx, id: Uuid) -> Result<Option<Held>, StoreError> {
    if find(tx, id).await?.is_none() {
        return Ok(None);
    }
    let Some(facts) = engine::stand(tx, SubjectKind::Lead, id).await? else { return Ok(None) };
    // Somebody else may have it by now: the caller, who saw it a moment ago, is told so and not that there is no such lead.
    Ok(Some(Held { lead: of_id(tx, id).await?, facts }))
}

/// A lead to be.
#[derive(Debug)]
pub struct NewLead {
    pub id: Uuid,
    pub unit_id: Uuid,
    pub contact_id: Uuid,
    pub said: Said,
}

/// Writes a new lead, makes it known to the engine and records that it was entered; `false` when its id is taken already.
///
/// # Errors
/// `Conflict("lead_external_id_unique")` when another lead has the number, else as any statement.
pub async fn insert(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, lead: &NewLead) -> Result<bool, StoreError> {
    let (organisation_id, created_by, said) = (tx.organisation_id(), tx.scope().actor_id(), &lead.said);
    let made = sqlx::query!(
        "insert into leads (organisation_id, id, unit_id, external_id, source, company, person, phone, email, wish, phone_e164, company_key,
             contact_id, created_by, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15) on conflict (organisation_id, id) do nothing",
        organisation_id,
        lead.id,
        lead.unit_id,
        said.external_id.as_deref(),
        said.source,
        said.company.as_deref(),
        said.person.as_deref(),
        said.phone.as_deref(),
        said.email.as_deref(),
        said.wish.as_deref(),
        said.phone_e164(),
        said.company_key(),
        lead.contact_id,
        created_by,
        now
    )
    .execute(&mut *tx)
    .await?;
    if made.rows_affected() == 0 {
        return Ok(false);
    }
    introduce(tx, lead.id, lead.unit_id, said).await?;
    deeds::record(tx, ids, now, Deed::now(ActionKind::LeadCreated, lead.id, now, json!({ "source": said.source }))).await?;
    Ok(true)
}

/// Carries out an edit of a held lead: what differs is written and recorded. No timer stops for it.
///
/// # Errors
/// `Conflict("lead_external_id_unique")` when another lead has the number, else as any statement.
pub async fn edit(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, before: &Lead, said: &Said, unit_id: Uuid) -> Result<(), StoreError> {
    let was = &before.said;
    let changed = [
        ("unit_id", before.unit_id != unit_id),
        ("external_id", was.external_id != said.external_id),
        ("source", was.source != said.source),
        ("company", was.company != said.company),
        ("person", was.person != said.person),
        ("phone", was.phone != said.phone),
        ("email", was.email != said.email),
        ("wish", was.wish != said.wish),
    ];
    let changed = changed.into_iter().filter_map(|(field, differs)| differs.then_some(field)).collect::<Vec<_>>();
    if changed.is_empty() {
        return Ok(());
    }
    write(tx, now, before.id, said, unit_id).await?;
    introduce(tx, before.id, unit_id, said).await?;
    deeds::record(tx, ids, now, Deed::now(ActionKind::LeadChanged, before.id, now, json!({ "changed": changed }))).await
}

async fn write(tx: &mut Tx, now: DateTime<Utc>, id: Uuid, said: &Said, unit_id: Uuid) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "update leads set unit_id = $3, external_id = $4, source = $5, company = $6, person = $7, phone = $8, email = $9, wish = $10,
             phone_e164 = $11, company_key = $12, version = version + 1, updated_at = $13
         where organisation_id = $1 and id = $2",
        organisation_id,
        id,
        unit_id,
        said.external_id.as_deref(),
        said.source,
        said.company.as_deref(),
        said.person.as_deref(),
        said.phone.as_deref(),
        said.email.as_deref(),
        said.wish.as_deref(),
        said.phone_e164(),
        said.company_key(),
        now
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// Tells the engine what the lead is called and where it belongs.
pub(super) async fn introduce(tx: &mut Tx, id: Uuid, unit_id: Uuid, said: &Said) -> Result<(), StoreError> {
    let subject = Subject { kind: SubjectKind::Lead, id, name: said.name(), unit_id, department: None };
    engine::introduce(tx, &subject).await
}

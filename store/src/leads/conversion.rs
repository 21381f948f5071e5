//! A lead becomes a customer with a deal.

use chrono::{DateTime, Utc};
use domain::playbook::{ActionKind, SubjectKind};
use platform::Ids;
use serde_json::json;
use uuid::Uuid;

use super::Lead;
use super::deeds::{self, Deed};
use crate::engine::{self, Kin, Subject};
use crate::{StoreError, Tx};

/// The deal that a lead becomes.
#[derive(Debug)]
pub struct NewDeal<'a> {
    pub id: Uuid,
    pub name: &'a str,
    pub customer_id: Uuid,
}

/// Converts a held lead: its deal begins, held by whoever holds the lead. `false` when the deal's id is taken already.
///
/// # Errors
/// As any statement.
pub async fn convert(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, lead: &Lead, deal: &NewDeal<'_>) -> Result<bool, StoreError> {
    let (organisation_id, created_by) = (tx.organisation_id(), tx.scope().actor_id());
    let made = sqlx::query!(
        "insert into deals (organisation_id, id, unit_id, customer_id, lead_id, name, created_by, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8) on conflict (organisation_id, id) do nothing",
        organisation_id,
        deal.id,
        lead.unit_id,
        deal.customer_id,
        lead.id,
        deal.name,
        created_by,
        now
    )
    .execute(&mut *tx)
    .await?;
    if made.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!(
        "update leads set customer_id = $3, deal_id = $4, updated_at = $5 where organisation_id = $1 and id = $2",
        organisation_id,
        lead.id,
        deal.customer_id,
        deal.id,
        now
    )
    .execute(&mut *tx)
    .await?;
    let data = json!({ "customer_id": deal.customer_id, "deal_id": deal.id });
    engine::relate(tx, (SubjectKind::Lead, lead.id), Kin { customer_id: Some(deal.customer_id), deal_id: None }).await?;
    deeds::record(tx, ids, now, Deed::now(ActionKind::LeadConverted, lead.id, now, data)).await?;
    let subject = Subject { kind: SubjectKind::Deal, id: deal.id, name: deal.name, unit_id: lead.unit_id, department: None };
    engine::introduce(tx, &subject).await?;
    let kin = Kin { customer_id: Some(deal.customer_id), deal_id: None };
    engine::relate(tx, (SubjectKind::Deal, deal.id), kin).await?;
    let data = json!({ "from_lead": true, "lead_id": lead.id, "customer_id": deal.customer_id, "owner_id": lead.owner_id });
    let created = Deed { kind: ActionKind::DealCreated, subject: SubjectKind::Deal, subject_id: deal.id, done_at: now, data };
    deeds::record(tx, ids, now, created).await?;
    Ok(true)
}

//! A lead becomes a customer with a deal.

use chrono::{DateTime, Utc};
use domain::playbook::{ActionKind, SubjectKind};
use platform::Ids;
use serde_json::json;
use uuid::Uuid;

use super::Lead;
use super::deeds::{self, Deed};
use crate::deals::records as deals;
use crate::engine::{self, Kin};
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
    let organisation_id = tx.organisation_id();
    let new = deals::NewDeal {
        id: deal.id,
        unit_id: lead.unit_id,
        customer_id: deal.customer_id,
        lead_id: Some(lead.id),
        name: deal.name,
        external_id: None,
        segment: None,
        owner_id: lead.owner_id,
        begun_at: None,
    };
    if !deals::insert(tx, ids, now, &new).await? {
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
    Ok(true)
}

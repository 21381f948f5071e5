//! Two leads that are one: the survivor takes over what it lacks, and the other one stays readable and points to it.

use chrono::{DateTime, Utc};
use domain::leads::permitted;
use domain::playbook::{ActionKind, SubjectKind};
use platform::Ids;
use serde_json::json;

use super::deeds::{self, Deed};
use super::{Lead, Said, records};
use crate::{StoreError, Tx, engine, playbook};

/// Merges a held lead into another held one. Its timers close, and what they had raised is overtaken.
///
/// # Errors
/// As any statement.
pub async fn merge(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, merged: &Lead, survivor: &Lead) -> Result<(), StoreError> {
    let said = together(&survivor.said, &merged.said);
    records::edit(tx, ids, now, survivor, &said, survivor.unit_id).await?;
    point(tx, now, merged, survivor).await?;
    let deed = |kind, data| Deed::now(kind, merged.id, now, data);
    deeds::record(tx, ids, now, deed(ActionKind::LeadMerged, json!({ "into": survivor.id }))).await?;
    // A playbook that was written before there were merges leads nowhere with this: it knows the end of a lead that was none.
    let playbook = playbook::in_force(tx).await?.playbook;
    let facts = engine::stand(tx, SubjectKind::Lead, merged.id).await?;
    if facts.is_some_and(|facts| permitted::is_open(&playbook, &facts)) {
        let data = json!({ "reason": "duplicate", "into": survivor.id });
        deeds::record(tx, ids, now, deed(ActionKind::LeadDisqualified, data)).await?;
    }
    // The person goes on as the survivor's: nobody is reminded of a tag or content for one who is there twice.
    engine::retire(tx, &[(SubjectKind::Contact, merged.contact_id)], now).await
}

/// What is said of both, the survivor first.
fn together(survivor: &Said, merged: &Said) -> Said {
    let first = |a: &Option<String>, b: &Option<String>| a.clone().or_else(|| b.clone());
    Said {
        external_id: survivor.external_id.clone(),
        source: survivor.source.clone(),
        company: first(&survivor.company, &merged.company),
        person: first(&survivor.person, &merged.person),
        phone: first(&survivor.phone, &merged.phone),
        email: first(&survivor.email, &merged.email),
        wish: first(&survivor.wish, &merged.wish),
    }
}

/// The merged one, and those that were merged into it before, point to the survivor. Whoever was asked first has been waiting since then,
/// and whoever was contacted was contacted.
async fn point(tx: &mut Tx, now: DateTime<Utc>, merged: &Lead, survivor: &Lead) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "update leads set merged_into = $3, updated_at = $4 where organisation_id = $1 and (id = $2 or merged_into = $2)",
        organisation_id,
        merged.id,
        survivor.id,
        now
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "update leads s set first_assigned_at = least(s.first_assigned_at, m.first_assigned_at),
             first_contacted_at = least(s.first_contacted_at, m.first_contacted_at),
             first_contacted_by = case when m.first_contacted_at < s.first_contacted_at or s.first_contacted_at is null
                 then m.first_contacted_by else s.first_contacted_by end,
             updated_at = $4
         from leads m
         where s.organisation_id = $1 and s.id = $3 and m.organisation_id = $1 and m.id = $2",
        organisation_id,
        merged.id,
        survivor.id,
        now
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

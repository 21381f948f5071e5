//! What a changed verdict or an appeal has to say to people, written in the transaction that caused it.

use chrono::{DateTime, Utc};
use domain::visits::{Outcome, Verdict, VerdictStatus};
use platform::Ids;
use serde_json::json;
use uuid::Uuid;

use super::ledger::status_name;
use super::rows::Submission;
use crate::deliveries::planned::{self, Said};
use crate::{StoreError, Tx};

/// Tells the rep that a verdict changed after they left the door.
pub(super) async fn tell_rep(
    tx: &mut Tx,
    submission: &Submission,
    was: Option<VerdictStatus>,
    verdict: &Verdict,
    now: DateTime<Utc>,
    ids: &Ids,
) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let codes: Vec<_> = verdict
        .checks
        .iter()
        .filter(|check| matches!(check.outcome, Outcome::Fail | Outcome::Unknown))
        .map(|check| check.code.as_str())
        .collect();
    let id = ids.next();
    sqlx::query!(
        "insert into interventions (organisation_id, id, recipient_id, kind, code, visit_id, data, created_at)
         values ($1, $2, $3, 'signal', 'verdict_changed', $4, $5, $6)",
        organisation_id,
        id,
        submission.rep_id,
        submission.id,
        json!({ "from": was.map(status_name), "to": status_name(verdict.status), "codes": codes }),
        now
    )
    .execute(&mut *tx)
    .await?;
    let said = Said { intervention_id: id, recipient_id: submission.rep_id, kind: "signal".to_owned() };
    planned::plan(tx, &[said], now).await
}

/// Puts a card before the supervisors nearest above a unit.
pub(super) async fn tell_supervisors(tx: &mut Tx, unit_id: Uuid, visit_id: Uuid, code: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let told = sqlx::query!(
        "with above as (
            select u.id, nlevel(theirs.path) as depth from units own
            join units theirs on theirs.organisation_id = own.organisation_id and own.path <@ theirs.path
            join users u on u.organisation_id = theirs.organisation_id and u.unit_id = theirs.id and u.role = 'supervisor' and u.disabled_at is null
            where own.organisation_id = $1 and own.id = $2)
         insert into interventions (organisation_id, id, recipient_id, kind, code, visit_id, created_at)
         select $1, gen_random_uuid(), id, 'card', $4, $3, $5 from above where depth = (select max(depth) from above) returning id, recipient_id",
        organisation_id,
        unit_id,
        visit_id,
        code,
        now
    )
    .fetch_all(&mut *tx)
    .await?;
    let said: Vec<Said> =
        told.into_iter().map(|row| Said { intervention_id: row.id, recipient_id: row.recipient_id, kind: "card".to_owned() }).collect();
    planned::plan(tx, &said, now).await
}

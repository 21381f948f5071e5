//! Acknowledging and snoozing: the incident keeps quiet for a while, and what was queued for it is stopped.

use chrono::{DateTime, Utc};
use domain::playbook::{Code, SnoozeTooLong, SubjectKind, acknowledged_until, snoozed_until};
use platform::Ids;
use serde_json::json;

use super::incidents::Incident;
use super::{rules, standings};
use crate::actions::{Action, record};
use crate::{StoreError, Tx};

/// What somebody wants of an incident.
#[derive(Debug, Clone, Copy)]
pub enum Hold<'a> {
    /// I have seen it and am at it.
    Acknowledge,
    /// Nothing can be done before then, and why.
    Snooze { until: DateTime<Utc>, reason: &'a str },
}

/// Whether it could be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Until(DateTime<Utc>),
    /// The incident is over.
    Over,
    /// The latest that would be accepted.
    TooLong(DateTime<Utc>),
    /// That is already past.
    Past,
}

/// Acknowledges or snoozes an incident that the caller has seen to be in scope. Acknowledging again changes nothing while it holds.
///
/// # Errors
/// As any statement.
pub async fn hold(tx: &mut Tx, incident: &Incident, wish: Hold<'_>, now: DateTime<Utc>, ids: &Ids) -> Result<Outcome, StoreError> {
    let organisation_id = tx.organisation_id();
    let kind = SubjectKind::parse(&incident.subject_kind).ok_or(StoreError::Corrupt { table: "incidents", column: "subject_kind" })?;
    let rules = rules::in_force(tx).await?;
    // The timekeeper may be about to fire its next step: one after the other.
    standings::lock(tx, &rules, &[(kind, incident.subject_id)]).await?;
    let stands = sqlx::query!(
        "select state, held_until from incidents where organisation_id = $1 and id = $2 for update",
        organisation_id,
        incident.id
    )
    .fetch_one(&mut *tx)
    .await?;
    if matches!(stands.state.as_str(), "resolved" | "superseded") {
        return Ok(Outcome::Over);
    }
    // A timer that the playbook in force no longer has is over at its next step; until then there is nothing to keep quiet.
    let Some(rule) = Code::parse(&incident.code).and_then(|code| rules.playbook.timer(&code)) else { return Ok(Outcome::Over) };
    let until = match wish {
        Hold::Acknowledge => match stands.held_until.filter(|until| stands.state == "acknowledged" && *until > now) {
            Some(until) => return Ok(Outcome::Until(until)),
            None => acknowledged_until(rule, rules.clocks(), now),
        },
        Hold::Snooze { until, .. } if until <= now => return Ok(Outcome::Past),
        Hold::Snooze { until, .. } => match snoozed_until(rule, rules.clocks(), until, now) {
            Ok(until) => until,
            Err(SnoozeTooLong { at_most }) => return Ok(Outcome::TooLong(at_most)),
        },
    };
    write(tx, incident, wish, until, now).await?;
    let (kind, reason) = match wish {
        Hold::Acknowledge => ("incident.acknowledged", None),
        Hold::Snooze { reason, .. } => ("incident.snoozed", Some(reason)),
    };
    let action = Action {
        id: ids.next(),
        actor_id: tx.scope().actor_id(),
        kind,
        subject_kind: &incident.subject_kind,
        subject_id: incident.subject_id,
        occurred_at: now,
        recorded_at: now,
        data: json!({ "incident_id": incident.id, "code": incident.code, "until": until, "reason": reason }),
    };
    record(tx, action).await?;
    Ok(Outcome::Until(until))
}

async fn write(tx: &mut Tx, incident: &Incident, wish: Hold<'_>, until: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), StoreError> {
    let (organisation_id, by) = (tx.organisation_id(), tx.scope().actor_id());
    let (state, reason) = match wish {
        Hold::Acknowledge => ("acknowledged", None),
        Hold::Snooze { reason, .. } => ("snoozed", Some(reason)),
    };
    sqlx::query!(
        "with held as (
            update incidents set state = $4, held_by = $5, held_at = $6, held_until = $7, held_because = $8 where organisation_id = $1 and id = $2
         ), quiet as (
            update timers set quiet_until = $7 where organisation_id = $1 and id = $3
         ), noted as (
            update interventions set state = $4, held_until = $7, held_because = $8,
                acknowledged_at = case when recipient_id = $5 then coalesce(acknowledged_at, $6) else acknowledged_at end
            where organisation_id = $1 and incident_id = $2 and state in ('open', 'snoozed') and (recipient_id = $5 or $4 = 'snoozed')
         )
         update deliveries d set state = 'stopped', settled_at = $6 from interventions i
         where i.organisation_id = $1 and i.incident_id = $2 and d.organisation_id = $1 and d.intervention_id = i.id and d.state = 'pending'
           -- One that carries others is the courier's to judge.
           and not exists (select from deliveries c where c.organisation_id = $1 and c.carried_by = d.id)",
        organisation_id,
        incident.id,
        incident.timer_id,
        state,
        by,
        now,
        until,
        reason
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

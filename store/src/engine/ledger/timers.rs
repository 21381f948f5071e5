//! Rows of timers and incidents.

use chrono::{DateTime, Utc};
use domain::playbook::effect::ClosedBecause;
use uuid::Uuid;

use super::{Closing, Opened, Raised, Replanned, Step, column, kind_of};
use crate::engine::course::keepable;
use crate::engine::rules::Rules;
use crate::{StoreError, Tx};

/// Open timers go by the rules in force from now on.
pub(super) async fn replan(tx: &mut Tx, rows: &[Replanned], rules: &Rules) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "update timers t set due_at = x.due_at, playbook_version = $2, calendar_version = x.calendar
         from unnest($3::uuid[], $4::timestamptz[], $5::int[]) x (id, due_at, calendar)
         where t.organisation_id = $1 and t.id = x.id and t.closed_at is null",
        organisation_id,
        rules.version,
        &column(rows, |row| row.timer),
        &column(rows, |row| keepable(row.due_at)) as &[Option<DateTime<Utc>>],
        &column(rows, |row| rules.calendar_version(&row.code)) as &[Option<i32>]
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

pub(super) async fn step(tx: &mut Tx, rows: &[Step]) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    // Of a timer that took several steps at once only the last one counts.
    sqlx::query!(
        "update timers t set step = x.step, since_at = x.since_at, due_at = x.due_at
         from (select distinct on (id) id, step, since_at, due_at
               from unnest($2::uuid[], $3::int[], $4::timestamptz[], $5::timestamptz[]) with ordinality x (id, step, since_at, due_at, nth)
               order by id, nth desc) x
         where t.organisation_id = $1 and t.id = x.id and t.closed_at is null",
        organisation_id,
        &column(rows, |row| row.timer),
        &column(rows, |row| i32::try_from(row.step).unwrap_or(i32::MAX)),
        &column(rows, |row| row.since),
        &column(rows, |row| row.due_at) as &[Option<DateTime<Utc>>]
    )
    .execute(&mut *tx)
    .await?;
    let reopened = rows.iter().filter(|row| row.reopens).map(|row| row.timer).collect::<Vec<_>>();
    if !reopened.is_empty() {
        sqlx::query!(
            "update incidents set state = 'open' where organisation_id = $1 and timer_id = any ($2) and state in ('acknowledged', 'snoozed')",
            organisation_id,
            &reopened
        )
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

pub(super) async fn raise(tx: &mut Tx, rows: &[Raised], version: i32, now: DateTime<Utc>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "insert into incidents (organisation_id, id, timer_id, code, subject_kind, subject_id, unit_id, owner_id, stage, entry_id, opened_at,
             due_at, raised_at, late, playbook_version)
         select $1, x.id, x.timer, x.code, x.kind, x.subject, x.unit, x.owner, x.stage, x.entry, x.opened_at, x.due_at, $2, x.late, $3
         from unnest($4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::uuid[], $9::uuid[], $10::uuid[], $11::text[], $12::uuid[],
                 $13::timestamptz[], $14::timestamptz[], $15::bool[])
             x (id, timer, code, kind, subject, unit, owner, stage, entry, opened_at, due_at, late)
         on conflict do nothing",
        organisation_id,
        now,
        version,
        &column(rows, |row| row.incident.id),
        &column(rows, |row| row.incident.timer),
        &column(rows, |row| row.incident.code.to_string()),
        &column(rows, |row| kind_of(row.key)),
        &column(rows, |row| row.key.1),
        &column(rows, |row| row.unit_id),
        &column(rows, |row| row.owner_id) as &[Option<Uuid>],
        &column(rows, |row| row.stage.clone()) as &[Option<String>],
        &column(rows, |row| row.entry) as &[Option<Uuid>],
        &column(rows, |row| row.opened_at),
        &column(rows, |row| row.incident.due_at),
        &column(rows, |row| row.incident.late)
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// Closes timers, and with them their incidents, what was asked of people because of them, and what has not been delivered yet.
pub(super) async fn close(tx: &mut Tx, rows: &[Closing], now: DateTime<Utc>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let because = |because| match because {
        ClosedBecause::Done => "done".to_owned(),
        ClosedBecause::StageLeft => "stage_left".to_owned(),
        ClosedBecause::SubjectClosed => "subject_closed".to_owned(),
        ClosedBecause::Retired => "retired".to_owned(),
    };
    let ran_out = sqlx::query_scalar!(
        r#"with closed as (
            update timers t set closed_at = x.at, closed_because = x.because, closed_by = x.action, in_time = x.in_time
            from unnest($2::uuid[], $3::text[], $4::uuid[], $5::timestamptz[], $6::bool[]) x (timer, because, action, at, in_time)
            where t.organisation_id = $1 and t.id = x.timer and t.closed_at is null
            returning t.id, t.step
         )
         select id as "id!" from closed where step > 0"#,
        organisation_id,
        &column(rows, |row| row.0.timer),
        &column(rows, |row| because(row.0.because)),
        &column(rows, |row| row.0.action) as &[Option<Uuid>],
        &column(rows, |row| row.0.at),
        &column(rows, |row| row.0.in_time)
    )
    .fetch_all(&mut *tx)
    .await?;
    // Most are closed before they run out, and nobody was told anything: nothing else is touched then, and nobody who watches is woken.
    if ran_out.is_empty() { Ok(()) } else { settle(tx, &ran_out, now).await }
}

/// Ends the incidents of timers that have just been closed, and takes back what was asked of people because of them.
async fn settle(tx: &mut Tx, timers: &[Uuid], now: DateTime<Utc>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "with ended as (
            update incidents i set state = case t.closed_because when 'done' then 'resolved' else 'superseded' end,
                closed_at = t.closed_at, closed_by = t.closed_by, in_time = t.in_time
            from timers t
            where t.organisation_id = $1 and t.id = any ($2) and i.organisation_id = $1 and i.timer_id = t.id and i.closed_at is null
            returning i.id, i.state, i.code, i.timer_id, i.subject_kind, i.subject_id, i.closed_at, i.in_time
         ), logged as (
            insert into actions (organisation_id, id, actor_id, kind, subject_kind, subject_id, occurred_at, recorded_at, data)
            select $1, gen_random_uuid(), null, 'incident.' || state, subject_kind, subject_id, closed_at, $3,
                jsonb_build_object('incident_id', id, 'code', code, 'timer_id', timer_id, 'in_time', in_time) from ended
         ), settled as (
            update interventions i set state = 'done' from ended where i.organisation_id = $1 and i.incident_id = ended.id returning i.id
         )
         update deliveries d set state = 'stopped', settled_at = (select max(closed_at) from ended)
         from settled where d.organisation_id = $1 and d.intervention_id = settled.id and d.state = 'pending'
           -- One that carries others is the courier's to judge.
           and not exists (select from deliveries c where c.organisation_id = $1 and c.carried_by = d.id)",
        organisation_id,
        timers,
        now
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

pub(super) async fn open(tx: &mut Tx, rows: &[Opened], rules: &Rules) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "insert into timers (organisation_id, id, subject_kind, subject_id, code, entry_id, opened_by, opened_at, since_at, due_at,
             playbook_version, calendar_version)
         select $1, x.id, x.kind, x.subject, x.code, x.entry, x.opened_by, x.opened_at, x.opened_at, x.due_at, $2, x.calendar
         from unnest($3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::uuid[], $8::uuid[], $9::timestamptz[], $10::timestamptz[],
                 $11::int[])
             x (id, kind, subject, code, entry, opened_by, opened_at, due_at, calendar)
         on conflict (organisation_id, id) do nothing",
        organisation_id,
        rules.version,
        &column(rows, |row| row.opening.timer),
        &column(rows, |row| kind_of(row.key)),
        &column(rows, |row| row.key.1),
        &column(rows, |row| row.opening.code.to_string()),
        &column(rows, |row| row.opening.entry) as &[Option<Uuid>],
        &column(rows, |row| row.opening.opened_by),
        &column(rows, |row| row.opening.opened_at),
        &column(rows, |row| keepable(row.opening.due_at)) as &[Option<DateTime<Utc>>],
        &column(rows, |row| rules.calendar_version(&row.opening.code)) as &[Option<i32>]
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

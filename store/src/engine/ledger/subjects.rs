//! Rows of subjects: the log, where they stand, the stages they have been in, the lists they are on.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use domain::playbook::effect::EntryCause;
use serde_json::json;
use uuid::Uuid;

use super::{Appended, Entered, Listed, Stand, column, kind_of};
use crate::engine::rules::Rules;
use crate::{StoreError, Tx};

pub(super) async fn append(tx: &mut Tx, rows: &[Appended], now: DateTime<Utc>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "insert into actions (organisation_id, id, actor_id, kind, subject_kind, subject_id, occurred_at, recorded_at, data)
         select $1, x.id, null, x.kind, x.subject_kind, x.subject_id, $2, $2, x.data
         from unnest($3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::jsonb[]) x (id, kind, subject_kind, subject_id, data)",
        organisation_id,
        now,
        &column(rows, |row| row.id),
        &column(rows, |row| row.kind.to_owned()),
        &column(rows, |row| kind_of(row.key)),
        &column(rows, |row| row.key.1),
        &column(rows, |row| row.data.clone())
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

pub(super) async fn stand(tx: &mut Tx, rows: &[Stand]) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "update standings s set owner_id = x.owner_id, stage = x.stage, entry_id = x.entry_id, entered_at = x.entered_at, placed = x.placed,
             fields = s.fields || x.fields, history = s.history || x.history
         from unnest($2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::timestamptz[], $8::bool[], $9::jsonb[], $10::jsonb[])
             x (kind, id, owner_id, stage, entry_id, entered_at, placed, fields, history)
         where s.organisation_id = $1 and s.subject_kind = x.kind and s.subject_id = x.id",
        organisation_id,
        &column(rows, |row| kind_of(row.key)),
        &column(rows, |row| row.key.1),
        &column(rows, |row| row.owner_id) as &[Option<Uuid>],
        &column(rows, |row| row.place.as_ref().map(|place| place.stage.to_string())) as &[Option<String>],
        &column(rows, |row| row.place.as_ref().map(|place| place.entry)) as &[Option<Uuid>],
        &column(rows, |row| row.place.as_ref().map(|place| place.entered_at)) as &[Option<DateTime<Utc>>],
        &column(rows, |row| row.place.as_ref().is_some_and(|place| place.placed)),
        &column(rows, |row| row.fields.clone()),
        &column(rows, |row| row.history.clone())
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

pub(super) async fn enter(tx: &mut Tx, rows: &[Entered], version: i32) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let because = |because| match because {
        EntryCause::Started => "started".to_owned(),
        EntryCause::Moved => "moved".to_owned(),
        EntryCause::Placed => "placed".to_owned(),
    };
    sqlx::query!(
        "insert into stays (organisation_id, entry_id, subject_kind, subject_id, stage, left_stage, entered_at, because, action_id, playbook_version,
             proof)
         select $1, x.entry, x.kind, x.id, x.stage, x.left_stage, x.at, x.because, x.action, $2, x.proof
         from unnest($3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::timestamptz[], $9::text[], $10::uuid[], $11::jsonb[])
             x (entry, kind, id, stage, left_stage, at, because, action, proof)
         on conflict do nothing",
        organisation_id,
        version,
        &column(rows, |row| row.entry.entry),
        &column(rows, |row| kind_of(row.key)),
        &column(rows, |row| row.key.1),
        &column(rows, |row| row.entry.stage.to_string()),
        &column(rows, |row| row.entry.left.as_ref().map(ToString::to_string)) as &[Option<String>],
        &column(rows, |row| row.entry.at),
        &column(rows, |row| because(row.entry.because)),
        &column(rows, |row| row.action),
        &column(rows, |row| json!(row.entry.proof))
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

pub(super) async fn list(tx: &mut Tx, rows: &[Listed], rules: &Rules, now: DateTime<Utc>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "insert into list_entries (organisation_id, id, list, week_on, subject_kind, subject_id, added_at)
         select $1, x.id, x.list, $2, x.kind, x.subject, $3 from unnest($4::uuid[], $5::text[], $6::text[], $7::uuid[]) x (id, list, kind, subject)
         on conflict do nothing",
        organisation_id,
        monday(now.with_timezone(&rules.zone).date_naive()),
        now,
        &column(rows, |row| row.id),
        &column(rows, |row| row.list.clone()),
        &column(rows, |row| kind_of(row.key)),
        &column(rows, |row| row.key.1)
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

fn monday(day: NaiveDate) -> NaiveDate {
    day.checked_sub_days(Days::new(day.weekday().num_days_from_monday().into())).unwrap_or(day)
}

//! The log: every change that people or timers make is one appended action, and this is the one door to it.
//!
//! What was changed is said by the names of its fields, never by what they hold: whoever may read the log learns no secret, no phone
//! number and no coordinate from it, and nothing in it has to be forgotten later.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::delivery::events;
use domain::playbook::{self, ActionKind, SubjectKind};
use platform::Ids;
use serde_json::Value;
use uuid::Uuid;

use crate::{StoreError, Tx, engine};

/// Something that somebody did to a subject.
#[derive(Debug)]
pub struct Action<'a> {
    pub id: Uuid,
    /// `None` when the house itself acted.
    pub actor_id: Option<Uuid>,
    /// `subject.verb`, as in `visit.reviewed`.
    pub kind: &'a str,
    pub subject_kind: &'a str,
    pub subject_id: Uuid,
    pub occurred_at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
    pub data: Value,
}

/// Appends an action in the caller's transaction, and does what the playbook says follows from it.
///
/// # Errors
/// As any statement; `Corrupt` when the playbook has rules about the subject and nobody has introduced it.
pub async fn record(tx: &mut Tx, action: Action<'_>) -> Result<(), StoreError> {
    record_about(tx, action, &[]).await
}

/// As [`record`], for an action that is also about other subjects. What follows, follows for each.
///
/// # Errors
/// As [`record`].
pub async fn record_about(tx: &mut Tx, action: Action<'_>, also: &[(SubjectKind, Uuid)]) -> Result<(), StoreError> {
    record_all(tx, vec![(action, also.to_vec())]).await
}

/// As [`record_about`], for several actions at once: as many statements as for one, however many they are. No two of them are about one
/// subject, so that none has to wait for what follows from another.
///
/// # Errors
/// As [`record`].
pub async fn record_all(tx: &mut Tx, actions: Vec<(Action<'_>, Vec<(SubjectKind, Uuid)>)>) -> Result<(), StoreError> {
    let times = append(tx, &actions).await?;
    let mut followed = Vec::with_capacity(actions.len());
    for (action, also) in actions {
        let (Some(kind), Some((occurred_at, recorded_at))) = (ActionKind::parse(action.kind), times.get(&action.id)) else { continue };
        let own = SubjectKind::parse(action.subject_kind).map(|kind| (kind, action.subject_id));
        let about = own.into_iter().chain(also).filter(|(subject, _)| kind.is_about(*subject)).collect::<Vec<_>>();
        let action = playbook::Action {
            id: action.id,
            kind,
            actor_role: action.actor_id.map(|_| tx.scope().role),
            occurred_at: *occurred_at,
            recorded_at: *recorded_at,
            data: match action.data {
                Value::Object(data) => data,
                _ => serde_json::Map::new(),
            },
        };
        followed.push((action, about));
    }
    engine::follow(tx, &followed).await
}

/// When something happened and when it was recorded.
type Times = (DateTime<Utc>, DateTime<Utc>);

/// By action, the times by the one clock that timers go by: the machine's own may go before it or after it. What is said to have happened
/// before it was recorded is left to have happened then.
async fn append(tx: &mut Tx, actions: &[(Action<'_>, Vec<(SubjectKind, Uuid)>)]) -> Result<HashMap<Uuid, Times>, StoreError> {
    let told = |action: &Action<'_>| action.data.as_object().is_none_or(|data| data.keys().all(|name| events::tells_of(action.kind, name)));
    debug_assert!(actions.iter().all(|(action, _)| told(action)), "the catalogue of events does not tell of something in {actions:?}");
    let organisation_id = tx.organisation_id();
    let is_held = tx.held_at().is_some();
    let also = actions.iter().flat_map(|(action, also)| also.iter().map(|(kind, id)| (action.id, kind.as_str().to_owned(), *id)));
    let (action_ids, (kinds, ids)) = also.map(|(action, kind, id)| (action, (kind, id))).unzip::<_, _, Vec<_>, (Vec<_>, Vec<_>)>();
    let rows = sqlx::query!(
        r#"with clock as materialized (select clock_timestamp() as now), said as (
            select x.*, case when $2 then x.recorded_at else clock.now end as now
            from unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::uuid[], $8::timestamptz[], $9::timestamptz[], $10::jsonb[])
                     x (id, actor_id, kind, subject_kind, subject_id, occurred_at, recorded_at, data)
            cross join clock
         ), appended as (
            insert into actions (organisation_id, id, actor_id, kind, subject_kind, subject_id, occurred_at, recorded_at, data)
            select $1, id, actor_id, kind, subject_kind, subject_id, case when occurred_at >= recorded_at then now else occurred_at end, now, data
            from said
            returning id, occurred_at, recorded_at
         ), about as (
            insert into action_subjects (organisation_id, subject_kind, subject_id, recorded_at, action_id)
            select $1, x.kind, x.id, appended.recorded_at, x.action_id
            from unnest($11::uuid[], $12::text[], $13::uuid[]) x (action_id, kind, id) join appended on appended.id = x.action_id
            on conflict do nothing
         )
         select id as "id!", occurred_at as "occurred_at!", recorded_at as "recorded_at!" from appended"#,
        organisation_id,
        is_held,
        &column(actions, |action| action.id),
        &column(actions, |action| action.actor_id) as &[Option<Uuid>],
        &column(actions, |action| action.kind.to_owned()),
        &column(actions, |action| action.subject_kind.to_owned()),
        &column(actions, |action| action.subject_id),
        &column(actions, |action| action.occurred_at),
        &column(actions, |action| action.recorded_at),
        &column(actions, |action| action.data.clone()),
        &action_ids,
        &kinds,
        &ids
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, (row.occurred_at, row.recorded_at))).collect())
}

fn column<T>(actions: &[(Action<'_>, Vec<(SubjectKind, Uuid)>)], value: impl FnMut(&Action<'_>) -> T) -> Vec<T> {
    actions.iter().map(|(action, _)| action).map(value).collect()
}

/// What the transaction's actor does to a subject, now.
#[derive(Debug)]
pub struct Deed<'a> {
    /// `subject.verb`, as in `customer.changed`.
    pub kind: &'a str,
    pub subject_kind: &'a str,
    pub subject_id: Uuid,
    pub data: Value,
}

/// As [`record`], for what the transaction's actor does now.
///
/// # Errors
/// As any statement.
pub async fn record_deed(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, deed: Deed<'_>) -> Result<(), StoreError> {
    let Deed { kind, subject_kind, subject_id, data } = deed;
    let actor_id = tx.scope().actor_id();
    record(tx, Action { id: ids.next(), actor_id, kind, subject_kind, subject_id, occurred_at: now, recorded_at: now, data }).await
}

/// As [`record_deed`], for one kind of deed done to many subjects at once: as many statements as for one. Where a playbook may ask for the
/// kind, each subject is named once.
///
/// # Errors
/// As [`record`].
pub async fn record_deeds(
    tx: &mut Tx,
    ids: &Ids,
    now: DateTime<Utc>,
    (kind, subject_kind): (&str, &str),
    subjects: Vec<(Uuid, Value)>,
) -> Result<(), StoreError> {
    let actor_id = tx.scope().actor_id();
    let action =
        |(subject_id, data)| Action { id: ids.next(), actor_id, kind, subject_kind, subject_id, occurred_at: now, recorded_at: now, data };
    record_all(tx, subjects.into_iter().map(|subject| (action(subject), Vec::new())).collect()).await
}

/// The names of the fields that differ, as actions tell what was changed.
pub(crate) fn differing<const N: usize>(fields: [(&str, bool); N]) -> Vec<&str> {
    fields.into_iter().filter_map(|(field, differs)| differs.then_some(field)).collect()
}

//! `GET /v1/metrics/lead-response`

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use domain::leads::permitted;
use serde::{Deserialize, Serialize};
use store::customers::is_own_unit;
use store::leads::responses::{self, Since, Wait, Wanted};
use store::people::organisation;
use store::{Tx, calendars, playbook};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::figures::Waits;
use super::month::{Month, start_of};
use super::target::{Progress, progress};
use crate::House;
use crate::http::extract::{Json, Query};
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemKind};
use crate::http::values::Day;
use crate::sessions::Caller;

/// Most days of one answer, and most leads.
const DAYS_MAX: i64 = 92;
pub const LEADS_MAX: i64 = 50_000;

/// From when a wait counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LeadResponseSince)]
pub enum SinceName {
    /// Since somebody was first given the lead. Handing it round starts nothing anew.
    #[default]
    Assigned,
    /// Since the lead was entered.
    Created,
}

impl From<SinceName> for Since {
    fn from(name: SinceName) -> Self {
        match name {
            SinceName::Assigned => Self::Assigned,
            SinceName::Created => Self::Created,
        }
    }
}

/// What the leads are put together by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LeadResponseGrouping)]
pub enum GroupBy {
    /// Who reached them first, else who holds them.
    Rep,
    Unit,
    Source,
    /// The week in which the wait began, by its Monday.
    Week,
}

/// Which leads.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// First civil day in the organisation's zone on which a wait began; 27 days before `to` when left out.
    #[param(value_type = Option<Day>)]
    from: Option<Day>,
    /// Last civil day; today when left out. At most 92 days in all.
    #[param(value_type = Option<Day>)]
    to: Option<Day>,
    /// This unit and the ones below it; left out, everything that the caller sees.
    unit_id: Option<Uuid>,
    #[serde(default)]
    #[param(required = false)]
    since: SinceName,
    #[param(inline)]
    group_by: Option<GroupBy>,
}

/// How long leads wait for their first effective contact.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeadResponse {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub since: SinceName,
    /// The version of the calendar by which business minutes were counted.
    #[schema(example = 1)]
    pub calendar_version: i32,
    pub as_of: DateTime<Utc>,
    pub total: Waits,
    /// Empty unless `group_by` is asked for. In the order of their names; weeks in their own.
    pub groups: Vec<Group>,
    /// The target of the month of `to` that the unit goes by, and how far it has come; null where none is set.
    pub target: Option<Progress>,
}

/// Some of them, put together.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LeadResponseGroup)]
pub struct Group {
    /// The rep, the unit, the source or the week's Monday; null for leads that nobody holds.
    #[schema(example = "2026-11-23")]
    pub key: Option<String>,
    #[schema(example = "陈晓")]
    pub name: Option<String>,
    pub waits: Waits,
}

/// Response to leads
///
/// From the first time that somebody was given the lead (or from its entry) to the first effective contact: p50, p90 and mean, in natural
/// and business minutes. What nobody has answered yet counts as open for as long as it has waited, and is never left out.
#[utoipa::path(get, path = "/v1/metrics/lead-response", tag = "boards", params(Asked), responses((status = 200, description = "The figures", body = LeadResponse)))]
pub async fn lead_response(
    State(house): State<Arc<House>>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Json<LeadResponse>, Problem> {
    let now = house.clock.now();
    let mut tx = house.db.begin(&caller.scope).await?;
    let zone = zone(&mut tx).await?;
    let (from, to) = span(&asked, now, zone)?;
    let end = to.checked_add_days(Days::new(1)).unwrap_or(to);
    let rows = rows(&mut tx, asked.since.into(), (start_of(from, zone), start_of(end, zone)), asked.unit_id).await?;
    let kept = calendars::newest(&mut tx).await?;
    let unit_id = asked.unit_id.or(caller.scope.unit_id).unwrap_or_default();
    let target =
        if is_own_unit(&mut tx, unit_id).await? { progress(&mut tx, unit_id, Month::of(to), &kept, zone, now).await? } else { None };
    tx.commit().await?;
    // Measuring many waits by the calendar takes a while: no connection is held, and no other request.
    let calendar = kept.calendar;
    let (total, groups) = tokio::task::spawn_blocking(move || {
        let groups = asked.group_by.map_or_else(Vec::new, |by| grouped(&rows, by, zone));
        let groups = groups.into_iter().map(|((key, name), rows)| Group { key, name, waits: Waits::of(rows.into_iter(), &calendar, now) });
        (Waits::of(rows.iter(), &calendar, now), groups.collect())
    })
    .await
    .map_err(|_| Problem::from(ProblemKind::Bug))?;
    Ok(Json(LeadResponse { from, to, since: asked.since, calendar_version: kept.version, as_of: now, total, groups, target }))
}

/// The organisation's zone.
pub async fn zone(tx: &mut Tx) -> Result<Tz, Problem> {
    Ok(organisation::find(tx).await?.zone.parse().unwrap_or(chrono_tz::Asia::Shanghai))
}

fn span(asked: &Asked, now: DateTime<Utc>, zone: Tz) -> Result<(NaiveDate, NaiveDate), Problem> {
    let to = asked.to.map_or_else(|| now.with_timezone(&zone).date_naive(), |day| day.0);
    let from = asked.from.map_or_else(|| to.checked_sub_days(Days::new(27)).unwrap_or(to), |day| day.0);
    let days = to.signed_duration_since(from).num_days() + 1;
    if (1..=DAYS_MAX).contains(&days) {
        return Ok((from, to));
    }
    let fault = Fault::at("?from", FaultCode::OutOfRange).allowing(format!("1..{DAYS_MAX} days"));
    Err(Problem::with(ProblemKind::MalformedRequest, fault))
}

/// The waits that began between two instants.
///
/// # Errors
/// `out_of_range` at `?from` when they are too many to measure at once.
pub async fn rows(
    tx: &mut Tx,
    since: Since,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    unit_id: Option<Uuid>,
) -> Result<Vec<Wait>, Problem> {
    let playbook = playbook::in_force(tx).await?.playbook;
    let wanted = Wanted { since, from, to, unit_id, open_stages: permitted::open_stages(&playbook) };
    let rows = responses::waits(tx, &wanted, LEADS_MAX + 1).await?;
    if i64::try_from(rows.len()).is_ok_and(|count| count <= LEADS_MAX) {
        return Ok(rows);
    }
    let fault = Fault::at("?from", FaultCode::OutOfRange).allowing(format!("0..{LEADS_MAX} leads"));
    Err(Problem::with(ProblemKind::MalformedRequest, fault))
}

type Key = (Option<String>, Option<String>);

fn grouped(rows: &[Wait], by: GroupBy, zone: Tz) -> Vec<(Key, Vec<&Wait>)> {
    let mut groups = BTreeMap::<_, (Key, Vec<&Wait>)>::new();
    for row in rows {
        let key: Key = match by {
            GroupBy::Rep => (row.rep_id.map(|id| id.to_string()), row.rep_name.clone()),
            GroupBy::Unit => (Some(row.unit_id.to_string()), Some(row.unit_name.clone())),
            GroupBy::Source => (Some(row.source.clone()), Some(row.source.clone())),
            GroupBy::Week => {
                let day = row.from.with_timezone(&zone).date_naive();
                let monday = day.checked_sub_days(Days::new(day.weekday().num_days_from_monday().into())).unwrap_or(day);
                (Some(monday.to_string()), None)
            }
        };
        let order = (key.1.clone(), key.0.clone());
        groups.entry(order).or_insert_with(|| (key, Vec::new())).1.push(row);
    }
    groups.into_values().collect()
}

//! `GET /v1/metrics/handovers`

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use domain::calendars::{Calendar, Clock};
use domain::handovers::{Turn, response};
use domain::leads::response::Figures;
use domain::people::Role;
use domain::texts::Language;
use serde::{Deserialize, Serialize};
use store::calendars;
use store::handovers::responses::{self, Response, Wanted};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::lead_response::zone;
use super::month::{Month, start_of};
use crate::House;
use crate::docs::lists;
use crate::handovers::department;
use crate::http::extract::{Json, Query};
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemKind};
use crate::http::values::Day;
use crate::sessions::Caller;

/// Most days of one answer, and most hand-overs.
const DAYS_MAX: i64 = 366;
const HANDOVERS_MAX: i64 = 50_000;

/// What hand-overs are put together by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HandoverGrouping)]
pub enum GroupBy {
    Department,
    /// The unit that asked.
    Unit,
    /// The month in which it was asked.
    Month,
}

/// Which hand-overs.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// First civil day in the organisation's zone on which one was asked; 27 days before `to` when left out.
    #[param(value_type = Option<Day>)]
    from: Option<Day>,
    /// Last civil day; today when left out. At most 366 days in all.
    #[param(value_type = Option<Day>)]
    to: Option<Day>,
    /// This unit and the ones below it; left out, everything that the caller sees.
    unit_id: Option<Uuid>,
    #[param(value_type = Option<lists::DepartmentName>, inline)]
    department: Option<Role>,
    #[param(inline)]
    group_by: Option<GroupBy>,
}

/// How long departments take to answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandoverMetrics {
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// The version of the calendar by which business minutes were counted.
    #[schema(example = 1)]
    pub calendar_version: i32,
    pub as_of: DateTime<Utc>,
    pub total: Responses,
    /// Empty unless `group_by` is asked for. In the order of their keys.
    pub groups: Vec<Group>,
}

/// Some of them, put together.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HandoverGroup)]
pub struct Group {
    /// The department, the unit or the month.
    #[schema(example = "legal")]
    pub key: String,
    /// In the reader's language.
    #[schema(example = "法务")]
    pub name: String,
    pub responses: Responses,
}

/// The response times of some hand-overs, by both clocks.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = HandoverResponses)]
pub struct Responses {
    pub answered: usize,
    /// Not answered yet: with the department, or given back.
    pub open: usize,
    /// Withdrawn; not in the figures.
    pub withdrawn: usize,
    /// By the clock on the wall.
    pub natural: FiguresBody,
    /// By the working time of the organisation's calendar.
    pub business: FiguresBody,
}

/// How long a department has the ball, in minutes.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = HandoverFigures)]
pub struct FiguresBody {
    /// By when half of them have been answered, what is open counted as open; null while too many are open to tell.
    #[schema(example = 95.0)]
    pub p50_minutes: Option<f64>,
    /// By when nine of ten have been answered.
    pub p90_minutes: Option<f64>,
    /// The mean within the longest response seen, what is open counted as open.
    pub mean_minutes: Option<f64>,
    /// Of the answered ones alone: how it would look if the open ones were left out.
    pub answered_p50_minutes: Option<f64>,
    pub answered_p90_minutes: Option<f64>,
    pub answered_mean_minutes: Option<f64>,
}

/// Response of departments
///
/// From asking to answering, without the time in which the request lay with whoever asked: p50, p90 and mean, in natural and business
/// minutes. What nobody has answered yet counts as open for as long as it has waited, and is never left out.
#[utoipa::path(get, path = "/v1/metrics/handovers", tag = "boards", params(Asked), responses((status = 200, description = "The figures", body = HandoverMetrics)))]
pub async fn handovers(
    State(house): State<Arc<House>>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Json<HandoverMetrics>, Problem> {
    let now = house.clock.now();
    let department = asked.department.map(department).transpose()?;
    let mut tx = house.db.begin(&caller.scope).await?;
    let zone = zone(&mut tx).await?;
    let (from, to) = span(&asked, now, zone)?;
    let end = to.checked_add_days(Days::new(1)).unwrap_or(to);
    let wanted = Wanted { from: start_of(from, zone), to: start_of(end, zone), unit_id: asked.unit_id, department };
    let rows = responses::responses(&mut tx, &wanted, HANDOVERS_MAX + 1).await?;
    let kept = calendars::newest(&mut tx).await?;
    tx.commit().await?;
    if i64::try_from(rows.len()).is_ok_and(|count| count > HANDOVERS_MAX) {
        let fault = Fault::at("?from", FaultCode::OutOfRange).allowing(format!("0..{HANDOVERS_MAX} hand-overs"));
        return Err(Problem::with(ProblemKind::MalformedRequest, fault));
    }
    let (calendar, language) = (kept.calendar, caller.language);
    // Measuring many by the calendar takes a while: no connection is held, and no other request.
    let (total, groups) = tokio::task::spawn_blocking(move || {
        let groups = asked.group_by.map_or_else(Vec::new, |by| grouped(&rows, by, zone, language));
        let groups = groups.into_iter().map(|((key, name), rows)| Group { key, name, responses: Responses::of(&rows, &calendar, now) });
        (Responses::of(&rows.iter().collect::<Vec<_>>(), &calendar, now), groups.collect())
    })
    .await
    .map_err(|_| Problem::from(ProblemKind::Bug))?;
    Ok(Json(HandoverMetrics { from, to, calendar_version: kept.version, as_of: now, total, groups }))
}

fn span(asked: &Asked, now: DateTime<Utc>, zone: Tz) -> Result<(NaiveDate, NaiveDate), Problem> {
    let to = asked.to.map_or_else(|| now.with_timezone(&zone).date_naive(), |day| day.0);
    let from = asked.from.map_or_else(|| to.checked_sub_days(Days::new(27)).unwrap_or(to), |day| day.0);
    if (1..=DAYS_MAX).contains(&(to.signed_duration_since(from).num_days() + 1)) {
        return Ok((from, to));
    }
    let fault = Fault::at("?from", FaultCode::OutOfRange).allowing(format!("1..{DAYS_MAX} days"));
    Err(Problem::with(ProblemKind::MalformedRequest, fault))
}

fn grouped(rows: &[Response], by: GroupBy, zone: Tz, language: Language) -> Vec<((String, String), Vec<&Response>)> {
    let mut groups = BTreeMap::<_, Vec<&Response>>::new();
    for row in rows {
        let key = match by {
            GroupBy::Department => {
                let name = Role::parse(&row.department).map_or("", |role| role.name(language));
                (row.department.clone(), name.to_owned())
            }
            GroupBy::Unit => (row.unit_id.to_string(), row.unit_name.clone()),
            GroupBy::Month => {
                let month = Month::of(row.asked_at.with_timezone(&zone).date_naive()).to_string();
                (month.clone(), month)
            }
        };
        groups.entry(key).or_default().push(row);
    }
    groups.into_iter().collect()
}

impl Responses {
    fn of(rows: &[&Response], calendar: &Calendar, now: DateTime<Utc>) -> Self {
        let natural = figures(rows, Clock::Wall, now);
        Self {
            answered: natural.answered,
            open: natural.open,
            withdrawn: rows.iter().filter(|row| row.is_withdrawn).count(),
            natural: natural.into(),
            business: figures(rows, Clock::Working(calendar), now).into(),
        }
    }
}

fn figures(rows: &[&Response], clock: Clock<'_>, now: DateTime<Utc>) -> Figures {
    let lengths = rows.iter().filter(|row| !row.is_withdrawn).map(|row| {
        let turns = row.turns_from.iter().zip(&row.turns_to).map(|(from, to)| Turn { asked_at: *from, ended_at: *to });
        response(&turns.collect::<Vec<_>>(), row.is_answered, clock, now)
    });
    Figures::of(&lengths.collect::<Vec<_>>())
}

impl From<Figures> for FiguresBody {
    fn from(figures: Figures) -> Self {
        Self {
            p50_minutes: figures.p50,
            p90_minutes: figures.p90,
            mean_minutes: figures.mean,
            answered_p50_minutes: figures.answered_p50,
            answered_p90_minutes: figures.answered_p90,
            answered_mean_minutes: figures.answered_mean,
        }
    }
}

//! The breaker board: nothing stalls unseen.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use domain::leads::permitted;
use domain::playbook::{Playbook, SubjectKind};
use domain::texts::Language;
use serde::{Deserialize, Serialize};
use store::leads::board::{self, Standing, Supervisor, Wanted};
use store::playbook;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::House;
use crate::docs::lists;
use crate::http::extract::{Json, Query};
use crate::http::page::{Limit, Page, decode_moment, limit_of};
use crate::http::problem::Problem;
use crate::sessions::Caller;

/// What to look at.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// This unit and the ones below it; left out, everything that the caller sees.
    unit_id: Option<Uuid>,
    owner_id: Option<Uuid>,
    /// `true`: only what has tripped the breaker; `false`: only what has not.
    tripped: Option<bool>,
    limit: Option<Limit>,
    cursor: Option<String>,
}

/// Every open lead, those that have stood longest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct BreakerBoard {
    /// When it was looked at.
    pub as_of: DateTime<Utc>,
    /// All of them counted, whichever page is shown.
    pub units: Vec<BreakerBoardUnit>,
    pub items: Vec<BreakerBoardLead>,
    pub next_cursor: Option<String>,
}

/// One unit's open leads.
#[derive(Debug, Serialize, ToSchema)]
pub struct BreakerBoardUnit {
    pub unit_id: Uuid,
    pub unit_name: String,
    pub open: i64,
    pub tripped: i64,
}

/// An open lead.
#[derive(Debug, Serialize, ToSchema)]
pub struct BreakerBoardLead {
    pub lead_id: Uuid,
    pub name: String,
    pub unit_id: Uuid,
    pub unit_name: String,
    pub source: String,
    #[schema(example = "confirmed")]
    pub stage: String,
    /// In the reader's language.
    #[schema(example = "已接单")]
    pub stage_name: Option<String>,
    /// What the stage waits for, in the reader's language.
    pub awaits: Vec<String>,
    pub entered_at: DateTime<Utc>,
    /// Hours by the clock on the wall since it entered its stage.
    #[schema(example = 49.5)]
    pub hours_in_stage: f64,
    pub tripped: bool,
    pub tripped_at: Option<DateTime<Utc>>,
    pub incident_id: Option<Uuid>,
    #[schema(value_type = Option<lists::IncidentState>)]
    pub incident_state: Option<String>,
    pub ball: Ball,
    /// When the next of its timers is due: an offer that runs out, the breaker, or its next step.
    pub next_due_at: Option<DateTime<Utc>>,
}

/// Who has to do something next.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BreakerBoardBall)]
pub struct Ball {
    /// The rep who holds the lead or is offered it; where nobody is, whoever answers for the unit.
    #[schema(value_type = lists::RoleName, example = "rep")]
    pub role: &'static str,
    /// Null where the unit has no supervisor, nor any above it.
    pub user_id: Option<Uuid>,
    pub name: Option<String>,
}

/// Every open lead: where it stands, for how long, and who has the ball
#[utoipa::path(get, path = "/v1/boards/breaker", tag = "boards", params(Asked), responses((status = 200, description = "One page of the board", body = BreakerBoard)))]
pub async fn breaker(State(house): State<Arc<House>>, caller: Caller, Query(asked): Query<Asked>) -> Result<Json<BreakerBoard>, Problem> {
    let (limit, after, now) = (limit_of(asked.limit), decode_moment(asked.cursor.as_deref())?, house.clock.now());
    let mut tx = house.db.begin(&caller.scope).await?;
    let playbook = playbook::in_force(&mut tx).await?.playbook;
    let stages = permitted::open_stages(&playbook);
    let wanted = Wanted { stages, unit_id: asked.unit_id, owner_id: asked.owner_id, tripped: asked.tripped };
    let rows = board::list(&mut tx, &wanted, after, limit).await?;
    let units = board::by_unit(&mut tx, &wanted).await?;
    let of_nobody = rows.iter().filter(|row| row.owner_id.is_none()).map(|row| row.unit_id).collect::<Vec<_>>();
    let supervisors = board::supervisors(&mut tx, &of_nobody).await?;
    tx.commit().await?;
    let supervisors = supervisors.into_iter().map(|one| (one.unit_id, one)).collect::<HashMap<_, _>>();
    let page = Page::cut(rows, limit, |row| (row.entered_at, row.id));
    let page = page.map(|row| {
        let supervisor = supervisors.get(&row.unit_id);
        told(row, supervisor, &playbook, caller.language, now)
    });
    let units = units.into_iter().map(|row| BreakerBoardUnit {
        unit_id: row.unit_id,
        unit_name: row.unit_name,
        open: row.open,
        tripped: row.tripped,
    });
    Ok(Json(BreakerBoard { as_of: now, units: units.collect(), items: page.items, next_cursor: page.next_cursor }))
}

/// A lead on the board, in the reader's language.
pub(crate) fn told(
    row: Standing,
    supervisor: Option<&Supervisor>,
    playbook: &Playbook,
    language: Language,
    now: DateTime<Utc>,
) -> BreakerBoardLead {
    let rules = playbook.subjects.get(&SubjectKind::Lead);
    let stage = rules.and_then(|rules| rules.stage(&row.stage));
    let awaits = stage.map(|stage| stage.awaits.iter().map(|deed| deed.name(language).to_owned()).collect());
    let ball = match row.owner_id {
        Some(id) => Ball { role: "rep", user_id: Some(id), name: row.owner_name },
        None => Ball { role: "supervisor", user_id: supervisor.map(|one| one.id), name: supervisor.map(|one| one.name.clone()) },
    };
    BreakerBoardLead {
        lead_id: row.id,
        name: row.name,
        unit_id: row.unit_id,
        unit_name: row.unit_name,
        source: row.source,
        stage_name: stage.map(|stage| stage.name.of(language).to_owned()),
        stage: row.stage,
        awaits: awaits.unwrap_or_default(),
        entered_at: row.entered_at,
        hours_in_stage: (now - row.entered_at).max(TimeDelta::zero()).as_seconds_f64() / 3600.0,
        tripped: row.incident_id.is_some(),
        tripped_at: row.tripped_at,
        incident_id: row.incident_id,
        incident_state: row.incident_state,
        ball,
        next_due_at: row.next_due_at,
    }
}

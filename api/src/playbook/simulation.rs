//! `GET /v1/playbook/simulations/{id}`

use std::sync::Arc;

use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::Serialize;
use store::engine::simulations::{self, Difference, Differs, SUBJECTS_MAX, Simulation, Tally};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::House;
use crate::docs::lists;
use crate::http::extract::{Json, Path};
use crate::http::problem::{Problem, ProblemKind};
use crate::sessions::Caller;

// The contract says so.
const _: () = assert!(SUBJECTS_MAX == 20_000);

/// A playbook that is or was tried on the past.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlaybookSimulation)]
pub struct SimulationView {
    pub id: Uuid,
    #[schema(value_type = lists::SimulationState)]
    pub state: &'static str,
    /// Whether a draft is tried; else `playbook_version` is.
    pub is_draft: bool,
    /// The version that is tried, or that was in force when the draft was sent.
    pub playbook_version: i32,
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    /// How many leads, deals, customers and others there are; null until they are counted.
    pub subjects: Option<i32>,
    /// How many of them have been gone through.
    pub done: i32,
    /// How many are beyond the 20,000 that one simulation takes.
    pub left_out: i32,
    /// How many have a past that is too long to be run to its end.
    pub cut_off: i32,
    /// By what people see: incidents, who is told what, stages. Those that would have happened as often and when they did are here too.
    pub counts: Vec<CountView>,
    /// The first 500 differences.
    pub differences: Vec<DifferenceView>,
    /// How many more there are.
    pub differences_left_out: i32,
    /// What is not of the past but of today: facts that lie elsewhere (a customer's contacts, duplicates), the roles of whoever acted, and
    /// the calendar.
    #[schema(value_type = Vec<String>)]
    pub taken_from_today: [&'static str; 3],
}

/// What people see of a playbook.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlaybookSight)]
pub struct SightView {
    #[schema(value_type = lists::PlaybookSightKind)]
    pub what: String,
    /// The timer of an incident, the timer or rule of an intervention, or the stage.
    #[schema(example = "lead_stalled")]
    pub code: String,
    /// Of an intervention: which step of its timer, 0 when it runs out.
    pub step: Option<u32>,
    /// Of an intervention: what is wanted.
    #[schema(value_type = Option<lists::InterventionKind>)]
    pub intervention: Option<String>,
    /// Of an intervention: for whom, beside the subject.
    #[schema(value_type = Option<lists::RecipientName>)]
    pub to: Option<String>,
    /// Of an incident or intervention: the stage that the subject was in.
    #[schema(example = "confirmed")]
    pub stage: Option<String>,
}

impl From<simulations::Sight> for SightView {
    fn from(of: simulations::Sight) -> Self {
        Self { what: of.what, code: of.code, step: of.step, intervention: of.intervention, to: of.to, stage: of.stage }
    }
}

/// How often something would have happened, and did.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlaybookSimulationCount)]
pub struct CountView {
    #[schema(value_type = lists::SubjectKindName)]
    pub subject_kind: String,
    pub of: SightView,
    pub would: u32,
    pub did: u32,
    /// At the same time, within a minute.
    pub same: u32,
    /// At another time.
    pub moved: u32,
    /// Only in the simulation.
    pub added: u32,
    /// Only in the past.
    pub dropped: u32,
}

impl From<Tally> for CountView {
    fn from(tally: Tally) -> Self {
        let both = tally.same + tally.moved;
        Self {
            subject_kind: tally.subject_kind,
            of: tally.of.into(),
            would: tally.would,
            did: tally.did,
            same: tally.same,
            moved: tally.moved,
            added: tally.would.saturating_sub(both),
            dropped: tally.did.saturating_sub(both),
        }
    }
}

/// One difference.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlaybookDifference)]
pub struct DifferenceView {
    #[schema(value_type = lists::PlaybookDiffers)]
    pub differs: &'static str,
    pub of: SightView,
    #[schema(value_type = lists::SubjectKindName)]
    pub subject_kind: String,
    pub subject_id: Uuid,
    /// What it is called today; null when it is gone.
    pub subject: Option<String>,
    /// When an incident was due, somebody was told, or from when the stage counted; null where it did not happen.
    pub did_at: Option<DateTime<Utc>>,
    pub would_at: Option<DateTime<Utc>>,
}

/// Every way in which something differs.
pub const DIFFERS: [&str; 3] = ["moved", "added", "dropped"];

impl From<Difference> for DifferenceView {
    fn from(one: Difference) -> Self {
        let [moved, added, dropped] = DIFFERS;
        Self {
            differs: match one.differs {
                Differs::Moved => moved,
                Differs::Added => added,
                Differs::Dropped => dropped,
            },
            of: one.of.into(),
            subject_kind: one.subject.kind,
            subject_id: one.subject.id,
            subject: one.subject.name,
            did_at: one.did_at,
            would_at: one.would_at,
        }
    }
}

/// Every state there is.
pub const STATES: [&str; 4] = [WAITING, RUNNING, DONE, FAILED];
const WAITING: &str = "waiting";
const RUNNING: &str = "running";
const DONE: &str = "done";
const FAILED: &str = "failed";

impl From<Simulation> for SimulationView {
    fn from(simulation: Simulation) -> Self {
        let state = match (&simulation.fault, simulation.ended_at, simulation.subjects) {
            (Some(_), _, _) => FAILED,
            (None, Some(_), _) => DONE,
            (None, None, Some(_)) => RUNNING,
            (None, None, None) => WAITING,
        };
        Self {
            id: simulation.id,
            state,
            is_draft: simulation.is_draft,
            playbook_version: simulation.playbook_version,
            from: simulation.from,
            until: simulation.until,
            created_at: simulation.created_at,
            ended_at: simulation.ended_at,
            subjects: simulation.subjects,
            done: simulation.done,
            left_out: simulation.left_out,
            cut_off: simulation.cut_off,
            counts: simulation.tallies.into_iter().map(Into::into).collect(),
            differences: simulation.differences.into_iter().map(Into::into).collect(),
            differences_left_out: simulation.differences_left_out,
            taken_from_today: ["facts", "roles", "calendar"],
        }
    }
}

/// A simulation
///
/// As far as it has come, and with what it has found so far: `state` says whether that is all.
#[utoipa::path(get, path = "/v1/playbook/simulations/{id}", tag = "playbook", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The simulation", body = SimulationView)))]
pub async fn read(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<Json<SimulationView>, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let found = simulations::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    tx.commit().await?;
    Ok(Json(found.into()))
}

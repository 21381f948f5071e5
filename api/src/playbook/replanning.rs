//! `GET /v1/playbook/replanning`

use std::sync::Arc;

use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::Serialize;
use store::engine::replanning::{self, Replanning};
use utoipa::ToSchema;

use crate::House;
use crate::docs::lists;
use crate::http::extract::Json;
use crate::http::problem::Problem;
use crate::sessions::Caller;

/// How far the last change of a playbook or calendar has come through the open timers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Replanning)]
pub struct ReplanningView {
    #[schema(value_type = lists::ReplanningState)]
    pub state: &'static str,
    /// The rules that came into force.
    pub playbook_version: Option<i32>,
    /// Where a timer goes by working time.
    pub calendar_version: Option<i32>,
    pub begun_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    /// How many leads, deals and others there are to go through; null until they are counted.
    pub subjects: Option<i32>,
    /// How many of them are done.
    pub done: i32,
    /// Timers that are due at another time now.
    pub moved: i32,
    /// Timers that were closed, because the rules have no use for them.
    pub retired: i32,
    /// Timers that were opened over stages that were not watched before.
    pub opened: i32,
}

/// Every state there is.
pub const STATES: [&str; 3] = [NONE, RUNNING, DONE];
const NONE: &str = "none";
const RUNNING: &str = "running";
const DONE: &str = "done";

impl From<Option<Replanning>> for ReplanningView {
    fn from(newest: Option<Replanning>) -> Self {
        let state = match &newest {
            None => NONE,
            Some(newest) if newest.ended_at.is_none() => RUNNING,
            Some(_) => DONE,
        };
        let newest = newest.as_ref();
        let number = |of: fn(&Replanning) -> i32| newest.map_or(0, of);
        Self {
            state,
            playbook_version: newest.map(|newest| newest.playbook_version),
            calendar_version: newest.and_then(|newest| newest.calendar_version),
            begun_at: newest.map(|newest| newest.begun_at),
            ended_at: newest.and_then(|newest| newest.ended_at),
            subjects: newest.and_then(|newest| newest.subjects),
            done: number(|newest| newest.done),
            moved: number(|newest| newest.moved),
            retired: number(|newest| newest.retired),
            opened: number(|newest| newest.opened),
        }
    }
}

/// How far changed rules have come
///
/// Timers go by the rules in force whenever somebody touches what they watch; this is how far the rest has come.
#[utoipa::path(get, path = "/v1/playbook/replanning", tag = "playbook", responses((status = 200, description = "The last change of rules", body = ReplanningView)))]
pub async fn read(State(house): State<Arc<House>>, caller: Caller) -> Result<Json<ReplanningView>, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let newest = replanning::newest(&mut tx).await?;
    tx.commit().await?;
    Ok(Json(newest.into()))
}

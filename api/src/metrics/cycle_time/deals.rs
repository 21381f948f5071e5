//! `GET /v1/metrics/cycle-time/deals`

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::playbook::{Playbook, SubjectKind};
use domain::texts::Language;
use serde::Serialize;
use store::cycle_times::{self, Passed, StayRow};
use store::playbook;
use utoipa::ToSchema;
use uuid::Uuid;

use super::asked::asked;
use super::read::stage_name;
use crate::House;
use crate::http::extract::{Json, Query};
use crate::http::page::{Limit, Page, decode, limit_of};
use crate::http::problem::Problem;
use crate::http::values::Instant;
use crate::metrics::lead_response::zone;
use crate::sessions::Caller;

asked! {
    /// Which leads or deals: as for the figures.
    Asked {
        limit: Option<Limit>,
        cursor: Option<String>,
    }
}

/// A lead or deal behind a figure.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CycleTimeOfOne)]
pub struct OneBody {
    /// The deal, or the lead.
    pub id: Uuid,
    #[schema(example = "门店巡检一期")]
    pub name: String,
    pub customer_id: Option<Uuid>,
    /// The stage that was measured; null for whole ways.
    pub stage: Option<String>,
    pub unit_id: Uuid,
    pub owner_id: Option<Uuid>,
    pub owner_name: Option<String>,
    pub segment: Option<String>,
    pub began_at: DateTime<Utc>,
    pub is_open: bool,
    /// As it counts in the figure: until it was over, or until now.
    #[schema(example = 412.5)]
    pub hours: f64,
    /// The longest single stay that is over; of a whole way, all of it.
    pub longest_hours: f64,
    pub stay_count: i32,
    pub visits: i32,
    pub rework: i32,
    /// Of a whole way: the stage in which it ended.
    pub outcome: Option<String>,
    pub is_won: bool,
    /// The way through all stages, in order, with the actions of the log that led there.
    pub stays: Vec<StayBody>,
}

/// A stay in a stage.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CycleStay)]
pub struct StayBody {
    #[schema(example = "negotiation")]
    pub stage: String,
    /// In the reader's language.
    #[schema(example = "商务谈判")]
    pub stage_name: Option<String>,
    pub entered_at: DateTime<Utc>,
    /// Null while it is there.
    pub left_at: Option<DateTime<Utc>>,
    /// `started`, `moved` by the facts, or `placed` by a person.
    #[schema(example = "moved")]
    pub because: String,
    /// The action of the log that led there; in the timeline under the same id.
    pub action_id: Uuid,
}

/// The leads or deals behind a figure, what began last first
///
/// With the same query as `GET /v1/metrics/cycle-time`: as many as its `n`. Each comes with its way through the stages and the actions that
/// led from one to the next.
#[utoipa::path(get, path = "/v1/metrics/cycle-time/deals", tag = "boards", params(Asked), responses(
    (status = 200, description = "One page", body = Page<OneBody>),
))]
pub async fn deals(State(house): State<Arc<House>>, caller: Caller, Query(asked): Query<Asked>) -> Result<Json<Page<OneBody>>, Problem> {
    let now = house.clock.now();
    let after = decode::<(Instant, Uuid, String)>(asked.cursor.as_deref())?.map(|(at, id, stage)| (at.0, id, stage));
    let limit = limit_of(asked.limit);
    let mut tx = house.db.begin(&caller.scope).await?;
    let zone = zone(&mut tx).await?;
    let playbook = playbook::in_force(&mut tx).await?.playbook;
    let (wanted, ..) = asked.which().read(&mut tx, &playbook, (now, zone)).await?;
    let rows = cycle_times::list(&mut tx, &wanted, after, limit, now).await?;
    let page = Page::cut(rows, limit, |row| (row.began_at, row.subject_id, row.stage.clone()));
    let ids = page.items.iter().map(|row| row.subject_id).collect::<Vec<_>>();
    let stays = cycle_times::stays(&mut tx, wanted.kind, &ids).await?;
    tx.commit().await?;
    let mut ways = HashMap::<Uuid, Vec<StayRow>>::new();
    for stay in stays {
        ways.entry(stay.subject_id).or_default().push(stay);
    }
    let way = |id: Uuid| ways.get(&id).map(Vec::as_slice).unwrap_or_default();
    let told = |row: Passed| {
        let stays = way_through(way(row.subject_id), &playbook, wanted.kind, caller.language);
        one(row, stays)
    };
    Ok(Json(page.map(told)))
}

fn one(row: Passed, stays: Vec<StayBody>) -> OneBody {
    OneBody {
        id: row.subject_id,
        name: row.name,
        customer_id: row.customer_id,
        stage: Some(row.stage).filter(|stage| !stage.is_empty()),
        unit_id: row.unit_id,
        owner_id: row.owner_id,
        owner_name: row.owner_name,
        segment: row.segment,
        began_at: row.began_at,
        is_open: row.is_open,
        hours: row.length / 3600.0,
        longest_hours: row.longest / 3600.0,
        stay_count: row.stays,
        visits: row.visits,
        rework: row.rework,
        outcome: row.outcome,
        is_won: row.is_won,
        stays,
    }
}

fn way_through(stays: &[StayRow], playbook: &Playbook, kind: SubjectKind, language: Language) -> Vec<StayBody> {
    let ordered = domain::metrics::in_order(stays, |stay| (stay.entered_at, stay.left.as_deref(), stay.stage.as_str()));
    let ends = ordered.iter().skip(1).map(|next| Some(next.entered_at)).chain([None]).collect::<Vec<_>>();
    let told = ordered.into_iter().zip(ends).map(|(stay, left_at)| StayBody {
        stage_name: stage_name(playbook, kind, Some(&stay.stage), language),
        stage: stay.stage.clone(),
        entered_at: stay.entered_at,
        left_at,
        because: stay.because.clone(),
        action_id: stay.action_id,
    });
    told.collect()
}

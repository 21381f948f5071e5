//! `GET /v1/metrics/cycle-time`

use std::sync::Arc;

use axum::extract::State;
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use domain::playbook::{Playbook, SubjectKind};
use domain::texts::Language;
use serde::{Deserialize, Serialize};
use store::cycle_times::{self, Grouping};
use store::playbook;
use utoipa::ToSchema;

use super::asked::{MeasureName, Pipeline, asked};
use super::figures::{FiguresBody, total};
use crate::House;
use crate::http::extract::{Json, Query};
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemKind};
use crate::metrics::lead_response::zone;
use crate::sessions::Caller;

/// What the figures are put together by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CycleGrouping)]
pub enum GroupBy {
    Unit,
    /// Who holds it.
    Rep,
    /// What deals are told apart by; of leads, where they came from.
    Segment,
    /// With `measure=stage`.
    Stage,
    /// The stage in which it ended; of whole ways.
    Outcome,
    /// The month in which it began.
    Month,
}

impl GroupBy {
    fn grouping(by: Option<Self>, zone: Tz) -> Grouping {
        match by {
            None => Grouping::None,
            Some(Self::Unit) => Grouping::Unit,
            Some(Self::Rep) => Grouping::Owner,
            Some(Self::Segment) => Grouping::Segment,
            Some(Self::Stage) => Grouping::Stage,
            Some(Self::Outcome) => Grouping::Outcome,
            Some(Self::Month) => Grouping::Month(zone),
        }
    }
}

asked! {
    /// Which leads or deals, and how they are put together.
    Asked {
        #[param(inline)]
        group_by: Option<GroupBy>,
    }
}

/// How long leads or deals take.
#[derive(Debug, Serialize, ToSchema)]
pub struct CycleTime {
    pub from: NaiveDate,
    pub to: NaiveDate,
    #[schema(inline)]
    pub pipeline: Pipeline,
    #[schema(inline)]
    pub measure: MeasureName,
    pub as_of: DateTime<Utc>,
    pub total: FiguresBody,
    /// Empty unless `group_by` is asked for. In the order of their names; stages in the playbook's.
    pub groups: Vec<Group>,
}

/// Some of them, put together.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CycleGroup)]
pub struct Group {
    /// The unit, the rep, the segment, the stage or the month; null for what has none.
    #[schema(example = "negotiation")]
    pub key: Option<String>,
    /// In the reader's language where it is a stage's.
    #[schema(example = "商务谈判")]
    pub name: Option<String>,
    pub figures: FiguresBody,
}

/// How long leads and deals take
///
/// Whole ways (`cycle`, and `win`: until a deal is won, or a lead becomes a deal), or the time in each stage, of what began in a span of days.
/// Those that are still open count as open for as long as they have been seen, and are never dropped; what the figures would be without
/// them stands beside (`closed_…`). `GET /v1/metrics/cycle-time/deals` with the same query lists what a figure is made of.
#[utoipa::path(get, path = "/v1/metrics/cycle-time", tag = "boards", params(Asked), responses((status = 200, description = "The figures", body = CycleTime)))]
pub async fn read(State(house): State<Arc<House>>, caller: Caller, Query(asked): Query<Asked>) -> Result<Json<CycleTime>, Problem> {
    let now = house.clock.now();
    let mut tx = house.db.begin(&caller.scope).await?;
    let zone = zone(&mut tx).await?;
    let playbook = playbook::in_force(&mut tx).await?.playbook;
    let Asked { pipeline, measure, group_by, .. } = asked;
    let fits = match group_by {
        Some(GroupBy::Stage) => measure == MeasureName::Stage,
        Some(GroupBy::Outcome) => measure != MeasureName::Stage,
        _ => true,
    };
    if !fits {
        let allowed = if measure == MeasureName::Stage { "unit, rep, segment, stage, month" } else { "unit, rep, segment, outcome, month" };
        return Err(Problem::with(ProblemKind::MalformedRequest, Fault::at("?group_by", FaultCode::NotAllowed).allowing(allowed)));
    }
    let (wanted, from, to) = asked.which().read(&mut tx, &playbook, (now, zone)).await?;
    let mut groups = cycle_times::groups(&mut tx, &wanted, GroupBy::grouping(group_by, zone), now).await?;
    tx.commit().await?;
    let all = total(&groups);
    let names_stages = matches!(group_by, Some(GroupBy::Stage | GroupBy::Outcome));
    if names_stages {
        groups.sort_by_key(|group| place_of(&playbook, wanted.kind, group.key.as_deref()));
    }
    let told = groups.iter().filter(|_| group_by.is_some()).map(|group| Group {
        name: if names_stages { stage_name(&playbook, wanted.kind, group.key.as_deref(), caller.language) } else { group.name.clone() },
        key: group.key.clone(),
        figures: FiguresBody::of(group),
    });
    let groups = told.collect();
    Ok(Json(CycleTime { from, to, pipeline, measure, as_of: now, total: FiguresBody::of(&all), groups }))
}

/// Where a stage stands among the others; stages that no playbook knows any more come last.
fn place_of(playbook: &Playbook, kind: SubjectKind, stage: Option<&str>) -> usize {
    let stages = playbook.subjects.get(&kind).map(|rules| rules.stages.as_slice()).unwrap_or_default();
    stages.iter().position(|known| Some(known.code.as_str()) == stage).unwrap_or(usize::MAX)
}

/// What the playbook in force calls a stage.
pub fn stage_name(playbook: &Playbook, kind: SubjectKind, stage: Option<&str>, language: Language) -> Option<String> {
    let stage = playbook.subjects.get(&kind)?.stage(stage?)?;
    Some(stage.name.of(language).to_owned())
}

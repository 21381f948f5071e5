//! The visits board.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value;
use store::boards::{self, RepDay};
use utoipa::ToSchema;
use uuid::Uuid;

use super::span::SpanQuery;
use crate::House;
use crate::http::extract::{Json, Query};
use crate::http::problem::Problem;
use crate::sessions::Caller;

/// Valid visits per rep and civil day, and how many were left out, by the code of the first check that did not pass.
#[derive(Debug, Serialize, ToSchema)]
pub struct VisitsBoard {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub items: Vec<RepDayView>,
    pub totals: Totals,
}

/// One rep on one civil day of the organisation's zone.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VisitsBoardDay)]
pub struct RepDayView {
    pub rep_id: Uuid,
    pub rep_name: String,
    pub unit_id: Uuid,
    pub day: NaiveDate,
    pub valid: i64,
    /// How many of the valid ones a device fix carried instead of the photo's own GPS.
    pub valid_by_device_fix: i64,
    /// Code → count; `awaiting_photos` and `reviewed` are among them.
    #[schema(example = json!({"outside_fence": 2, "gps_redacted": 1}))]
    pub left_out: BTreeMap<String, i64>,
}

/// The sums of a board.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = VisitsBoardTotals)]
pub struct Totals {
    pub valid: i64,
    pub valid_by_device_fix: i64,
    pub left_out: i64,
    pub left_out_by_code: BTreeMap<String, i64>,
}

/// Visits that count, per rep and day
///
/// Only valid visits are counted; what was left out is told by code.
#[utoipa::path(get, path = "/v1/boards/visits", tag = "boards", params(SpanQuery),
    responses((status = 200, description = "The board", body = VisitsBoard)))]
pub async fn visits(State(house): State<Arc<House>>, caller: Caller, Query(query): Query<SpanQuery>) -> Result<Json<VisitsBoard>, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let span = query.span(&mut tx, house.clock.now()).await?;
    let rows = boards::visits(&mut tx, span).await?;
    tx.commit().await?;
    let items: Vec<_> = rows.into_iter().map(RepDayView::from).collect();
    let totals = items.iter().fold(Totals::default(), Totals::plus);
    Ok(Json(VisitsBoard { from: span.from, to: span.to, items, totals }))
}

impl From<RepDay> for RepDayView {
    fn from(row: RepDay) -> Self {
        Self {
            rep_id: row.rep_id,
            rep_name: row.rep_name,
            unit_id: row.unit_id,
            day: row.visited_on,
            valid: row.valid,
            valid_by_device_fix: row.by_device_fix,
            left_out: counts(&row.left_out),
        }
    }
}

fn counts(codes: &Value) -> BTreeMap<String, i64> {
    let counted = codes.as_object().into_iter().flatten().map(|(code, count)| (code.clone(), count.as_i64().unwrap_or(0)));
    counted.collect()
}

impl Totals {
    fn plus(mut self, day: &RepDayView) -> Self {
        self.valid += day.valid;
        self.valid_by_device_fix += day.valid_by_device_fix;
        for (code, count) in &day.left_out {
            self.left_out += count;
            *self.left_out_by_code.entry(code.clone()).or_default() += count;
        }
        self
    }
}

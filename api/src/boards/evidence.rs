//! The evidence board: a phone update that voids everybody's visits is seen on the first day.

use std::sync::Arc;

use axum::extract::State;
use chrono::NaiveDate;
use serde::Serialize;
use store::boards::{self, BuildEvidence};
use utoipa::ToSchema;

use super::span::SpanQuery;
use crate::House;
use crate::http::extract::{Json, Query};
use crate::http::problem::Problem;
use crate::sessions::Caller;

/// How the photos of each client build fared.
#[derive(Debug, Serialize, ToSchema)]
pub struct EvidenceBoard {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub items: Vec<BuildView>,
}

/// One client build.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EvidenceBoardBuild)]
pub struct BuildView {
    /// Null for clients that do not say.
    pub client_build: Option<String>,
    /// Judged visits.
    pub visits: i64,
    /// Left out because no photo had GPS fields.
    pub gps_absent: i64,
    /// Left out because the phone had emptied them.
    pub gps_redacted: i64,
    /// Share of visits without GPS, 0 to 1.
    pub gps_missing_rate: f64,
    /// Visits whose position came from a photo.
    pub by_exif: i64,
    /// Visits whose position came from the phone's own fix.
    pub by_device_fix: i64,
}

impl From<BuildEvidence> for BuildView {
    fn from(row: BuildEvidence) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "counts of visits are far below 2^52")]
        let rate = if row.visits == 0 { 0.0 } else { (row.gps_missing + row.gps_redacted) as f64 / row.visits as f64 };
        Self {
            client_build: row.client_build,
            visits: row.visits,
            gps_absent: row.gps_missing,
            gps_redacted: row.gps_redacted,
            gps_missing_rate: rate,
            by_exif: row.by_exif,
            by_device_fix: row.by_device_fix,
        }
    }
}

/// Missing GPS per client build
#[utoipa::path(get, path = "/v1/boards/evidence", tag = "boards", params(SpanQuery),
    responses((status = 200, description = "The board", body = EvidenceBoard)))]
pub async fn evidence(
    State(house): State<Arc<House>>,
    caller: Caller,
    Query(query): Query<SpanQuery>,
) -> Result<Json<EvidenceBoard>, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let span = query.span(&mut tx, house.clock.now()).await?;
    let rows = boards::evidence(&mut tx, span).await?;
    tx.commit().await?;
    Ok(Json(EvidenceBoard { from: span.from, to: span.to, items: rows.into_iter().map(BuildView::from).collect() }))
}

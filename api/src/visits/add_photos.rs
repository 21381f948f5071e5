//! Another photo for a visit that was judged: the rep's way to make it count.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use store::visits::{self, Cause, attach};
use utoipa::ToSchema;
use uuid::Uuid;

use super::request::PHOTOS_MAX;
use super::shown::VisitView;
use super::submit::look_for;
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::photos::landing::own_photos;
use crate::sessions::Caller;

/// Photos declared by the same rep.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MorePhotos {
    #[schema(min_items = 1, max_items = 10)]
    pub photo_ids: Vec<Uuid>,
}

/// Add photos to a visit
///
/// The visit is judged again with them; while their bytes are on their way the verdict in force stays. Adding the same photos again
/// changes nothing. After a supervisor's decision a photo belongs to an appeal, which comes first: the supervisor sees it there.
#[utoipa::path(post, path = "/v1/visits/{id}/photos", tag = "visits", params(("id" = Uuid, Path, description = "The visit")),
    request_body = MorePhotos, responses(
    (status = 200, description = "The visit as it stands now", body = VisitView),
    (status = 409, description = "`state_forbids`: a supervisor has decided, and no appeal is open", body = ProblemBody, content_type = "application/problem+json"),
))]
pub async fn add(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(more): Json<MorePhotos>,
) -> Result<Json<VisitView>, Problem> {
    if more.photo_ids.is_empty() || more.photo_ids.len() > PHOTOS_MAX {
        let code = if more.photo_ids.is_empty() { FaultCode::TooShort } else { FaultCode::TooLong };
        return Err(Fault::at("/photo_ids", code).allowing(format!("1..{PHOTOS_MAX}")).into());
    }
    let known = own_photos(&house, &caller.scope, &more.photo_ids).await?;
    let unknown = more.photo_ids.iter().enumerate().filter(|(_, id)| known.iter().all(|photo| photo.id != **id));
    let faults: Vec<_> = unknown.map(|(n, _)| Fault::at(format!("/photo_ids/{n}"), FaultCode::NotKnown)).collect();
    if !faults.is_empty() {
        return Err(faults.into());
    }
    look_for(&house, &caller.scope, &more.photo_ids).await?;
    let mut tx = house.db.begin_submission(&caller.scope, id, &more.photo_ids).await?;
    let visit = visits::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let is_decided = visit.verdict.as_ref().is_some_and(|verdict| verdict.judged_by.is_some()) && visit.appealed_at.is_none();
    if is_decided && more.photo_ids.iter().any(|photo_id| !visit.photo_ids.contains(photo_id)) {
        return Err(Problem::with(ProblemKind::StateForbids, Fault::at("/photo_ids", FaultCode::NotAllowed)));
    }
    let now = house.clock.now();
    let attached = attach(&mut tx, &house.ids, id, &more.photo_ids, PHOTOS_MAX, now).await?;
    match attached {
        visits::Attached::TooMany => return Err(Fault::at("/photo_ids", FaultCode::TooLong).allowing(format!("{PHOTOS_MAX}")).into()),
        visits::Attached::Nothing => {}
        visits::Attached::Added => {
            visits::judge_again(&mut tx, id, Cause::PhotoAdded, now, &house.ids).await?;
        }
    }
    let visit = visits::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    tx.commit().await?;
    Ok(Json(VisitView::stored(visit, caller.reader())))
}

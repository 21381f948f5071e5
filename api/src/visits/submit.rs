//! The check-in: facts, verdict and ledger in one transaction, and the verdict in the answer.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use domain::visits::VerdictStatus;
use store::visits::{self, Cause, Missing, Submission};
use store::{Scope, StoreError, Tx};
use uuid::Uuid;

use super::request::VisitBody;
use super::shown::VisitView;
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::photos::landing::{own_photos, take_in_uploaded};
use crate::sessions::Caller;

/// Submit a visit
///
/// The verdict is in the answer. An invalid visit is recorded, too, and says what would make it count. The same body again answers the
/// same; another body after a verdict is `409`. While photos are on their way the visit is `awaiting_photos` and judged when they land.
#[utoipa::path(put, path = "/v1/visits/{id}", tag = "visits", params(("id" = Uuid, Path, description = "The client's own id, UUIDv7")),
    request_body = VisitBody, responses(
    (status = 201, description = "Recorded for the first time", body = VisitView),
    (status = 200, description = "Recorded before; this is how it stands", body = VisitView),
    (status = 409, description = "`other_content`: the id was judged with another body; `id_taken`: it is somebody else's;
        `in_flight`: what it refers to is changing; repeat the request", body = ProblemBody,
        content_type = "application/problem+json"),
))]
pub async fn submit(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(body): Json<VisitBody>,
) -> Result<(StatusCode, Json<VisitView>), Problem> {
    let submission = body.into_submission(id, caller.id(), house.clock.now(), "")?;
    submit_one(&house, &caller, &submission).await.map(|(status, visit)| (status, Json(visit)))
}

/// Submits one visit: judged at once when its photos are final, else they are looked for in S3 first.
///
/// # Errors
/// As [`submit`].
pub async fn submit_one(house: &House, caller: &Caller, submission: &Submission) -> Result<(StatusCode, VisitView), Problem> {
    let mut tx = house.db.begin_submission(&caller.scope, submission.id, &submission.photo_ids).await?;
    match attempt(house, caller, &mut tx, submission, Waiting::Refused, "").await {
        Ok(Attempt::Done { status, visit, counts }) => {
            finish(house, tx, counts.then_some(submission)).await?;
            Ok((status, *visit))
        }
        Ok(Attempt::Waits(awaited)) => {
            tx.rollback().await;
            look_for(house, &caller.scope, &awaited).await?;
            let mut tx = house.db.begin_submission(&caller.scope, submission.id, &submission.photo_ids).await?;
            match attempt(house, caller, &mut tx, submission, Waiting::Recorded, "").await? {
                Attempt::Done { status, visit, counts } => {
                    finish(house, tx, counts.then_some(submission)).await?;
                    Ok((status, *visit))
                }
                Attempt::Waits(_) => Err(ProblemKind::Bug.into()),
            }
        }
        Err(problem) => {
            tx.rollback().await;
            Err(problem)
        }
    }
}

async fn finish(house: &House, mut tx: Tx, counting: Option<&Submission>) -> Result<(), Problem> {
    visits::count(&mut tx, counting.as_slice(), house.clock.now(), &house.ids).await.map_err(raced)?;
    Ok(tx.commit().await?)
}

/// Looks in S3 for the awaited photos of submissions, all at once.
///
/// # Errors
/// As any statement; S3 being away is none.
pub async fn look_for(house: &House, scope: &Scope, awaited: &[Uuid]) -> Result<(), Problem> {
    let photos = own_photos(house, scope, awaited).await?;
    take_in_uploaded(house, scope, &photos).await
}

/// What to do about photos that have not arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// Say which they are, so that S3 can be asked.
    Refused,
    /// Record the visit as awaiting them.
    Recorded,
}

/// What an attempt came to.
pub enum Attempt {
    Done {
        status: StatusCode,
        visit: Box<VisitView>,
        /// It counts from now on: [`visits::count`] is yet to say so.
        counts: bool,
    },
    Waits(Vec<Uuid>),
}

/// Carries a submission out in `tx`, which has locked it; `at` is the pointer of its body in the request.
///
/// # Errors
/// As [`submit`]; nothing was written then.
pub async fn attempt(
    house: &House,
    caller: &Caller,
    tx: &mut Tx,
    submission: &Submission,
    waiting: Waiting,
    at: &str,
) -> Result<Attempt, Problem> {
    let mut loaded = visits::load(tx, submission).await?.ok_or(ProblemKind::TokenRefused)?;
    let (now, ids) = (house.clock.now(), &house.ids);
    if let Some(existing) = &loaded.existing {
        if existing.rep_id != submission.rep_id {
            return Err(Problem::with(ProblemKind::IdTaken, Fault::at(format!("{at}/id"), FaultCode::Duplicate)));
        }
        let is_same = existing.body_sha256 == submission.body_sha256;
        if existing.verdict_seq > 0 {
            return if is_same { stored(tx, caller, submission.id).await } else { Err(ProblemKind::OtherContent.into()) };
        }
        if is_same && loaded.awaited.is_empty() {
            visits::judge_again(tx, submission.id, Cause::PhotosLanded, now, ids).await?;
            return stored(tx, caller, submission.id).await;
        }
    }
    if !loaded.missing.is_empty() {
        return Err(loaded.missing.iter().map(|missing| fault_of(*missing, at)).collect::<Vec<_>>().into());
    }
    if !loaded.awaited.is_empty() && waiting == Waiting::Refused {
        return Ok(Attempt::Waits(loaded.awaited));
    }
    let status = if loaded.existing.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    let recorded = if loaded.awaited.is_empty() {
        visits::record(tx, &[submission], std::slice::from_mut(&mut loaded), now, ids).await.map_err(raced)?.pop()
    } else {
        visits::record_awaiting(tx, submission, &loaded, now, ids).await.map_err(raced)?;
        None
    };
    let counts = recorded.as_ref().is_some_and(|recorded| recorded.verdict.status == VerdictStatus::Valid);
    Ok(Attempt::Done { status, visit: Box::new(VisitView::fresh(submission, &loaded, recorded.as_ref(), caller.reader())), counts })
}

/// A customer or contact that went away between the read and the write: the same request will be answered properly when repeated.
pub(super) fn raced(error: StoreError) -> Problem {
    match error.constraint() {
        Some(_) => ProblemKind::InFlight.into(),
        None => error.into(),
    }
}

async fn stored(tx: &mut Tx, caller: &Caller, id: Uuid) -> Result<Attempt, Problem> {
    let visit = visits::find(tx, id).await?.ok_or(ProblemKind::NotFound)?;
    Ok(Attempt::Done { status: StatusCode::OK, visit: Box::new(VisitView::stored(visit, caller.reader())), counts: false })
}

fn fault_of(missing: Missing, at: &str) -> Fault {
    let field = match missing {
        Missing::Customer => "customer_id".to_owned(),
        Missing::Contact => "contact_id".to_owned(),
        Missing::Deal => "deal_id".to_owned(),
        Missing::Photo(n) => format!("photo_ids/{n}"),
    };
    Fault::at(format!("{at}/{field}"), FaultCode::NotKnown)
}

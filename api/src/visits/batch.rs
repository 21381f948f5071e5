//! Many visits at once, for phones that come back online.

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use domain::visits::VerdictStatus;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Tx;
use store::visits::{self, Submission};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

use super::request::{VisitBody, read_with_id};
use super::shown::VisitView;
use super::submit::{Attempt, Waiting, attempt, look_for, raced};
use crate::House;
use crate::http::extract::Json;
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::sessions::Caller;

/// Most visits of one batch.
const VISITS_MAX: usize = 100;

/// Up to 100 visits, each with its id.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = VisitBatch)]
pub struct Batch {
    #[schema(value_type = Vec<BatchVisit>, min_items = 1, max_items = 100)]
    pub visits: Vec<Value>,
}

/// A visit with its id.
#[derive(Debug)]
pub struct BatchVisit;

impl PartialSchema for BatchVisit {
    /// One closed object: two that are to hold at once would refuse each other's fields.
    fn schema() -> RefOr<Schema> {
        let mut schema = VisitBody::schema();
        if let RefOr::T(Schema::Object(visit)) = &mut schema {
            visit.description = Some("A visit with its id.".to_owned());
            visit.properties.insert(
                "id".to_owned(),
                ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))).into(),
            );
            visit.required.push("id".to_owned());
        }
        schema
    }
}

impl ToSchema for BatchVisit {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("NewVisitWithId")
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        VisitBody::schemas(schemas);
    }
}

/// A result per item, in the order of the request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VisitBatchResults)]
pub struct BatchResults {
    pub results: Vec<BatchResult>,
}

/// What became of one visit of the batch.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VisitBatchResult)]
pub struct BatchResult {
    pub id: Option<Uuid>,
    /// The HTTP status that the visit would have been answered with by itself.
    #[schema(example = 201)]
    pub status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub visit: Option<Box<VisitView>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub problem: Option<ProblemBody>,
}

/// Submit many visits
///
/// Each visit is judged on its own, in the order sent; one that is refused does not hold up the others. Repeating a batch is harmless.
#[utoipa::path(post, path = "/v1/visits:batch", tag = "visits", request_body = Batch, responses(
    (status = 200, description = "A result per visit", body = BatchResults)))]
pub async fn submit(State(house): State<Arc<House>>, caller: Caller, Json(batch): Json<Batch>) -> Result<Json<BatchResults>, Problem> {
    if batch.visits.is_empty() || batch.visits.len() > VISITS_MAX {
        let code = if batch.visits.is_empty() { FaultCode::TooShort } else { FaultCode::TooLong };
        return Err(Fault::at("/visits", code).allowing(format!("1..{VISITS_MAX}")).into());
    }
    let items: Vec<_> = batch.visits.into_iter().enumerate().map(|(n, value)| read_item(&house, &caller, n, value)).collect();
    let awaited = match carry_out(&house, &caller, &items, Waiting::Refused).await? {
        Outcome::Done(results) => return Ok(Json(BatchResults { results })),
        Outcome::Waits(awaited) => awaited,
    };
    look_for(&house, &caller.scope, &awaited).await?;
    match carry_out(&house, &caller, &items, Waiting::Recorded).await? {
        Outcome::Done(results) => Ok(Json(BatchResults { results })),
        Outcome::Waits(_) => Err(ProblemKind::Bug.into()),
    }
}

/// One visit of the batch: readable, or what is wrong with it.
struct Item {
    id: Option<Uuid>,
    at: String,
    submission: Result<Submission, Problem>,
}

fn read_item(house: &House, caller: &Caller, n: usize, value: Value) -> Item {
    let at = format!("/visits/{n}");
    let read = read_with_id(value, &at);
    let id = read.as_ref().ok().map(|(id, _)| *id);
    let submission = read.and_then(|(id, body)| Ok(body?.into_submission(id, caller.id(), house.clock.now(), &at)?));
    Item { id, at, submission }
}

enum Outcome {
    Done(Vec<BatchResult>),
    Waits(Vec<Uuid>),
}

/// All items in one transaction, so that a later one sees what an earlier one used. What an item is refused for is found before anything of
/// it is written. Everything that they can change is locked before the first of them is judged, because others may be at the same customers
/// in another order.
async fn carry_out(house: &House, caller: &Caller, items: &[Item], waiting: Waiting) -> Result<Outcome, Problem> {
    let readable = readable(items);
    let locked = readable.iter().map(|submission| (submission.id, submission.photo_ids.as_slice())).collect::<Vec<_>>();
    let mut tx = house.db.begin_submissions(&caller.scope, &locked).await?;
    let mut done = Done::default();
    let judged = async {
        visits::hold_subjects(&mut tx, &readable).await?;
        let (mut left, mut most) = (items, TOGETHER);
        while let Some(first) = left.first() {
            let run = record_run(house, caller, &mut tx, left, most, &mut done).await?;
            // Where one has to be looked at by itself, the next may have to be, too.
            most = if run == 0 { 1 } else { TOGETHER.min(4 * most) };
            if run == 0 {
                record_one(house, caller, &mut tx, first, waiting, &mut done).await?;
            }
            left = left.get(run.max(1)..).unwrap_or_default();
        }
        if done.awaited.is_empty() {
            visits::count(&mut tx, &done.counting, house.clock.now(), &house.ids).await.map_err(raced)?;
        }
        Ok(())
    };
    match judged.await {
        Ok(()) if done.awaited.is_empty() => {
            tx.commit().await?;
            Ok(Outcome::Done(done.results))
        }
        outcome => {
            tx.rollback().await;
            outcome.map(|()| Outcome::Waits(done.awaited))
        }
    }
}

/// Most visits that are read about and written down at once.
const TOGETHER: usize = 25;

/// What has become of the items so far.
#[derive(Default)]
struct Done<'a> {
    results: Vec<BatchResult>,
    awaited: Vec<Uuid>,
    counting: Vec<&'a Submission>,
}

fn readable(items: &[Item]) -> Vec<&Submission> {
    items.iter().filter_map(|item| item.submission.as_ref().ok()).collect()
}

/// Carries out the items at the beginning that stand on their own, at once; answers how many they are.
async fn record_run<'a>(
    house: &House,
    caller: &Caller,
    tx: &mut Tx,
    items: &'a [Item],
    most: usize,
    done: &mut Done<'a>,
) -> Result<usize, Problem> {
    let run = items.iter().map_while(|item| item.submission.as_ref().ok()).take(most).collect::<Vec<_>>();
    let mut loaded = visits::load_together(tx, &run).await?;
    let run = run.get(..loaded.len()).unwrap_or_default();
    if run.is_empty() {
        return Ok(0);
    }
    let recorded = visits::record(tx, run, &mut loaded, house.clock.now(), &house.ids).await.map_err(raced)?;
    for ((submission, loaded), recorded) in run.iter().copied().zip(&loaded).zip(&recorded) {
        done.counting.extend((recorded.verdict.status == VerdictStatus::Valid).then_some(submission));
        let visit = Box::new(VisitView::fresh(submission, loaded, Some(recorded), caller.reader()));
        let status = StatusCode::CREATED.as_u16();
        done.results.push(BatchResult { id: Some(submission.id), status, visit: Some(visit), problem: None });
    }
    Ok(run.len())
}

/// Carries out one item: one that was submitted before, that waits for photos, or that is refused.
async fn record_one<'a>(
    house: &House,
    caller: &Caller,
    tx: &mut Tx,
    item: &'a Item,
    waiting: Waiting,
    done: &mut Done<'a>,
) -> Result<(), Problem> {
    let submission = match &item.submission {
        Ok(submission) => submission,
        Err(problem) => {
            done.results.push(refused(item, problem, caller));
            return Ok(());
        }
    };
    match attempt(house, caller, tx, submission, waiting, &item.at).await {
        Ok(Attempt::Done { status, visit, counts }) => {
            done.counting.extend(counts.then_some(submission));
            done.results.push(BatchResult { id: item.id, status: status.as_u16(), visit: Some(visit), problem: None });
        }
        Ok(Attempt::Waits(photos)) => done.awaited.extend(photos),
        Err(problem) if problem.kind.status().is_client_error() && problem.kind != ProblemKind::InFlight => {
            done.results.push(refused(item, &problem, caller));
        }
        Err(problem) => return Err(problem),
    }
    Ok(())
}

fn refused(item: &Item, problem: &Problem, caller: &Caller) -> BatchResult {
    BatchResult { id: item.id, status: problem.kind.status().as_u16(), visit: None, problem: Some(problem.body(caller.language)) }
}

//! `POST /v1/customers:import`

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::place::Datum;
use encoding_rs::Encoding;
use http_body_util::BodyExt;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::customers::imports::{self, Import, ImportState, Verdict};
use store::customers::{is_own_unit, own_units};
use store::{Scope, Tx};
use utoipa::IntoParams;
use uuid::Uuid;

use super::ImportBody;
use super::line::Ground;
use super::sheet::{Sheet, Stop};
use crate::House;
use crate::files::cells::Units;
use crate::files::content_type;
use crate::files::letters::Letters;
use crate::http::extract::{Json, Query};
use crate::http::fault::{Fault, FaultCode};
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::pace::is_too_slow;
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::place::DatumName;
use crate::sessions::Caller;

/// Largest file, bytes.
const FILE_MAX: u64 = 64 * 1024 * 1024;
/// How much is read before the lines in it are looked at: what one turn can make of it stays small.
const PIECE: usize = 16 * 1024;
/// How many lines are staged at once.
const BATCH: usize = 1_000;

/// What holds for lines that do not say.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// The datum of coordinates whose line names none. Without it, such a line has a fault.
    datum: Option<DatumName>,
    /// The unit of new customers whose line names none; the caller's own unless given.
    unit_id: Option<Uuid>,
}

/// Check a file of customers
///
/// CSV with a heading: `external_id`, `name`, `address`, `lat`, `lon`, `datum`, `fence_m`, `unit` (id or name) in any order, or 客户编号, 名称,
/// 地址, 纬度, 经度, 坐标系, 围栏半径, 部门; only the name is needed. UTF-8, or GB18030 as Chinese spreadsheets save it. At most 100,000 lines
/// and 64 MiB. Nothing is changed: the answer says what applying would do, and what is not applied within 14 days is discarded. A line means the customer with its external number or, without
/// one, the customer of the same unit, name and address; an empty cell leaves things as they are.
#[utoipa::path(post, path = "/v1/customers:import", tag = "customers",
    request_body(content = String, content_type = "text/csv", description = "The file",
        example = "external_id,name,address,lat,lon,datum\nC-0042,晨光便利店,人民路 18 号,31.2284277,121.4782231,gcj02\n"),
    params(Asked, ("Idempotency-Key" = Option<String>, Header, description = "Repeats are answered, not kept again", max_length = 255)),
    responses(
        (status = 201, description = "Checked; `refused` when the file could not be read to its end", body = ImportBody, headers(("Location" = String))),
        (status = 409, description = "`state_forbids`: the import was discarded while it was being read", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn upload(
    State(house): State<Arc<House>>,
    caller: Caller,
    Query(asked): Query<Asked>,
    key: IdempotencyKey,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let letters = Letters::of(csv_encoding(&headers)?);
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|bytes| bytes > FILE_MAX) {
        return Err(ProblemKind::BodyTooLarge.into());
    }
    let mut tx = house.db.begin(&caller.scope).await?;
    let (import, ground) = open(&house, &mut tx, &caller, &asked).await?;
    tx.commit().await?;
    let mut unfinished =
        Unfinished { house: Arc::clone(&house), import_id: Some(import.id), organisation_id: caller.scope.organisation_id };
    let sheet = Sheet::new(letters, ground);
    let outcome = match read(&house, &caller, import.id, sheet, body).await {
        Ok((verdict, sha256)) => finish(&house, &caller, &import, (verdict, sha256), (asked, key)).await,
        Err(problem) => Err(problem),
    };
    unfinished.settle(outcome.as_ref().is_ok_and(|answer| answer.is_new)).await;
    outcome.map(|answer| answer.response)
}

/// The encoding that the file is said to have; `None` leaves it to be found out.
fn csv_encoding(headers: &HeaderMap) -> Result<Option<&'static Encoding>, Problem> {
    let (kind, encoding) = content_type(headers)?;
    if kind == "text/csv" { Ok(encoding) } else { Err(ProblemKind::TypeUnsupported.into()) }
}

/// Opens an import, and reads what its lines are to be held against.
async fn open(house: &House, tx: &mut Tx, caller: &Caller, asked: &Asked) -> Result<(Import, Ground), Problem> {
    let unit_id = asked.unit_id.or(caller.scope.unit_id).unwrap_or_default();
    if !is_own_unit(tx, unit_id).await? {
        return Err(Problem::with(ProblemKind::MalformedRequest, Fault::at("?unit_id", FaultCode::NotKnown)));
    }
    let (now, datum) = (house.clock.now(), asked.datum.map(Datum::from));
    let import = Import {
        id: house.ids.next(),
        datum,
        unit_id,
        state: ImportState::Reading,
        lines: 0,
        faults: 0,
        creates: 0,
        updates: 0,
        unchanged: 0,
        file_sha256: None,
        created_at: now,
        applied_at: None,
    };
    imports::forget_unfinished(tx, now).await?;
    imports::begin(tx, &import).await?;
    let units = Units::new(own_units(tx).await?);
    Ok((import, Ground { datum, unit_id, units }))
}

/// Reads the body to its end or to where it breaks, staging its lines on the way. No transaction is open while bytes are awaited.
async fn read(house: &House, caller: &Caller, import_id: Uuid, mut sheet: Sheet, mut body: Body) -> Result<(Verdict, Vec<u8>), Problem> {
    let (mut hash, mut received) = (Sha256::new(), 0_u64);
    let mut verdict = Verdict::Checked;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| if is_too_slow(&error) { ProblemKind::TooSlow } else { ProblemKind::UploadBroken })?;
        let Ok(bytes) = frame.into_data() else { continue };
        received += bytes.len() as u64;
        if received > FILE_MAX {
            return Err(ProblemKind::BodyTooLarge.into());
        }
        hash.update(&bytes);
        // After a break the rest is only drained, so that the sender gets to read the answer.
        for piece in bytes.chunks(PIECE) {
            if verdict == Verdict::Checked {
                verdict = judge(sheet.read(piece, false))?;
                stage(house, caller, import_id, &mut sheet, BATCH).await?;
            }
        }
    }
    if verdict == Verdict::Checked {
        verdict = judge(sheet.read(&[], true))?;
    }
    stage(house, caller, import_id, &mut sheet, 1).await?;
    Ok((verdict, hash.finalize().to_vec()))
}

fn judge(read: Result<(), Stop>) -> Result<Verdict, Problem> {
    match read {
        Ok(()) => Ok(Verdict::Checked),
        Err(Stop::Broken) => Ok(Verdict::Refused),
        Err(Stop::Heading(faults)) => Err(faults.into()),
    }
}

/// Stages what is ready, once there is enough of it.
async fn stage(house: &House, caller: &Caller, import_id: Uuid, sheet: &mut Sheet, enough: usize) -> Result<(), Problem> {
    if sheet.ready().len() < enough {
        return Ok(());
    }
    let mut ready = std::mem::take(sheet.ready());
    for line in &mut ready {
        line.fresh_id = house.ids.next();
    }
    for batch in ready.chunks(BATCH) {
        let mut tx = house.db.begin(&caller.scope).await?;
        if !imports::stage(&mut tx, import_id, batch).await? {
            return Err(ProblemKind::StateForbids.into());
        }
        tx.commit().await?;
    }
    Ok(())
}

struct Answer {
    response: Response,
    /// Whether this import is the one that was answered with, and is to be kept.
    is_new: bool,
}

/// Matches the lines with the customers and answers what applying them would do.
async fn finish(
    house: &House,
    caller: &Caller,
    import: &Import,
    (verdict, sha256): (Verdict, Vec<u8>),
    (asked, key): (Asked, IdempotencyKey),
) -> Result<Answer, Problem> {
    let once = Once::new(caller.id(), "POST /v1/customers:import", key, &(hex::encode(&sha256), &asked));
    let mut tx = house.db.begin(&caller.scope).await?;
    if let Some(response) = once.answered(&mut tx).await? {
        return Ok(Answer { response, is_new: false });
    }
    imports::match_lines(&mut tx, import).await?;
    let now = house.clock.now();
    let finished = imports::finish(&mut tx, &house.ids, now, import.id, verdict, &sha256).await?.ok_or(ProblemKind::StateForbids)?;
    let body = ImportBody::from(finished);
    once.keep(&mut tx, StatusCode::CREATED, &body, now).await?;
    tx.commit().await?;
    let location = [(header::LOCATION, format!("/v1/customer-imports/{}", import.id))];
    let response = (StatusCode::CREATED, location, Json(body)).into_response();
    Ok(Answer { response, is_new: true })
}

/// An import that nobody will ever apply unless it is settled: its lines are dropped when its reader goes away.
struct Unfinished {
    house: Arc<House>,
    organisation_id: Uuid,
    import_id: Option<Uuid>,
}

impl Unfinished {
    async fn settle(&mut self, is_kept: bool) {
        let Some(import_id) = self.import_id.take() else { return };
        if !is_kept {
            forget(&self.house, self.organisation_id, import_id).await;
        }
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let Some(import_id) = self.import_id.take() else { return };
        let (house, organisation_id) = (Arc::clone(&self.house), self.organisation_id);
        tokio::spawn(async move { forget(&house, organisation_id, import_id).await });
    }
}

async fn forget(house: &House, organisation_id: Uuid, import_id: Uuid) {
    let dropped = async {
        let mut tx = house.db.begin(&Scope::house(organisation_id)).await?;
        imports::forget(&mut tx, import_id).await?;
        tx.commit().await
    };
    if let Err(error) = dropped.await {
        // An import of the organisation that begins a day later drops it.
        tracing::warn!(%import_id, error = crate::http::problem::error_chain(&error), "an unfinished import was left behind");
    }
}

//! Checking before sending: the verdict that a visit would get, from the first bytes of its photo. Nothing is kept.

use std::sync::Arc;

use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::evidence::{self, Step};
use domain::visits::{PhotoFacts, judge};
use serde::{Deserialize, Serialize};
use store::visits::{self, Missing, Submission};
use utoipa::ToSchema;
use uuid::Uuid;

use super::request::Device;
use super::shown::{CheckView, EvidenceView, VisitStatus, checks_of, evidence_of, status_of};
use crate::House;
use crate::http::extract::Json;
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemKind};
use crate::http::values::{Instant, Text, Whole};
use crate::sessions::Caller;

/// Longest head of a photo, bytes: what fits into a request.
const HEAD_MAX: usize = 640 * 1024;

/// As much of the visit as is known, and the beginning of its photo.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Precheck {
    pub customer_id: Uuid,
    /// Now, when left out.
    #[serde(default)]
    pub started_at: Option<Instant>,
    #[serde(default)]
    #[schema(required = false)]
    pub key_info: Text<0, 4000>,
    #[serde(default)]
    #[schema(required = false)]
    pub decision_role: Text<0, 64>,
    #[serde(default)]
    pub photo: Option<PhotoHead>,
    #[serde(default)]
    pub device: Option<Device>,
}

/// The first bytes of a photo; `precheck_head_bytes` of `GET /v1/visit-rules` are usually enough.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PhotoHead {
    /// Base64 with padding.
    #[schema(format = Byte, example = "/9j/4QAYRXhpZgAA")]
    pub head: Text<4, 900_000>,
    /// Size of the whole photo in bytes.
    pub bytes: Whole<1, 104_857_600>,
}

/// What the visit would come to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Prechecked {
    /// The verdict's status if nothing else came up; re-use is looked for only when the whole photo is there.
    pub status: VisitStatus,
    pub evidence: Option<EvidenceView>,
    pub checks: Vec<CheckView>,
    /// The photo could not be judged yet: send its first so many bytes.
    pub needs_head_bytes: Option<u64>,
}

/// Check a visit before sending it
#[utoipa::path(post, path = "/v1/visits:precheck", tag = "visits", request_body = Precheck,
    responses((status = 200, description = "What it would come to", body = Prechecked)))]
pub async fn precheck(State(house): State<Arc<House>>, caller: Caller, Json(body): Json<Precheck>) -> Result<Json<Prechecked>, Problem> {
    let now = house.clock.now();
    let head = body.photo.as_ref().map(decode_head).transpose()?;
    let submission = Submission {
        id: house.ids.next(),
        rep_id: caller.id(),
        customer_id: body.customer_id,
        contact_id: None,
        deal_id: None,
        started_at: body.started_at.map_or(now, |at| at.0),
        ended_at: None,
        photo_ids: Vec::new(),
        key_info: body.key_info.into_string(),
        decision_role: body.decision_role.into_string(),
        challenge_sent: false,
        challenge_id: None,
        device: body.device.map(Device::claim),
        received_at: now,
        body_sha256: Vec::new(),
    };
    let mut tx = house.db.begin(&caller.scope).await?;
    let mut loaded = visits::load(&mut tx, &submission).await?.ok_or(ProblemKind::TokenRefused)?;
    tx.commit().await?;
    if loaded.missing.contains(&Missing::Customer) {
        return Err(Fault::at("/customer_id", FaultCode::NotKnown).into());
    }
    let mut needs_head_bytes = None;
    if let Some((bytes, total)) = head {
        let reading = match evidence::read_head(&bytes, total) {
            Step::Done(reading) => Some(reading),
            Step::Need(need) => {
                needs_head_bytes = Some((need.offset + need.len as u64).min(total));
                None
            }
        };
        let landed_at = reading.as_ref().map(|_| now);
        loaded.facts.photos.push(PhotoFacts { id: house.ids.next(), reading, landed_at, twins: Vec::new() });
    }
    let verdict = judge(&loaded.facts, &loaded.policy, now);
    Ok(Json(Prechecked {
        status: if needs_head_bytes.is_some() { VisitStatus::AwaitingPhotos } else { status_of(&verdict) },
        evidence: evidence_of(&verdict, caller.precision),
        checks: checks_of(&verdict, caller.language),
        needs_head_bytes,
    }))
}

fn decode_head(photo: &PhotoHead) -> Result<(Vec<u8>, u64), Problem> {
    let total = u64::try_from(photo.bytes.get()).unwrap_or(u64::MAX);
    let bytes = STANDARD.decode(photo.head.as_str()).map_err(|_| Fault::at("/photo/head", FaultCode::Malformed).allowing("base64"))?;
    if bytes.len() > HEAD_MAX {
        return Err(Fault::at("/photo/head", FaultCode::TooLong).allowing(format!("0..{HEAD_MAX}")).into());
    }
    if bytes.len() as u64 > total {
        return Err(Fault::at("/photo/bytes", FaultCode::OutOfRange).into());
    }
    Ok((bytes, total))
}

//! The rules of visits: for phones, so that they can check before they send, and for admins, who set them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::evidence::HEAD_BYTES;
use domain::visits::{Code, Consequence, ENGINE_VERSION, PolicyFaultCode, VisitPolicy, rules_version};
use serde::Serialize;
use store::visits::policies;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AdditionalProperties, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::request::PHOTOS_MAX;
use crate::House;
use crate::docs::lists;
use crate::http::extract::{Json, parse_json};
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::versions::{etag, if_match};
use crate::sessions::Caller;

/// The rules that a visit started now would be judged by.
#[derive(Debug, Serialize, ToSchema)]
pub struct VisitRules {
    /// As verdicts quote it.
    #[schema(example = "3.1")]
    pub rules_version: String,
    pub policy_version: i32,
    pub policy: Policy,
    /// Codes in force; names are in `GET /v1/decision-roles`.
    pub decision_roles: Vec<String>,
    pub photos_max: usize,
    pub photo_max_bytes: u64,
    #[schema(value_type = Vec<lists::PhotoContentType>)]
    pub photo_types: Vec<&'static str>,
    /// Enough of a photo's beginning for `POST /v1/visits:precheck` in most cases.
    pub precheck_head_bytes: usize,
    /// What each finding leads to under this policy, by its code.
    #[schema(value_type = BTreeMap<String, lists::Consequence>)]
    pub consequences: BTreeMap<&'static str, Consequence>,
}

/// The visit policy: lengths in metres, spans in seconds. What is left out has the product's default.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VisitPolicy)]
pub struct Policy {
    /// Fence radius of a customer without one of its own.
    #[schema(minimum = 10, maximum = 5000, default = 200)]
    pub fence_m: f64,
    /// Stated accuracy beyond this is too coarse; no more than this is forgiven at the fence.
    #[schema(minimum = 0, maximum = 1000, default = 100)]
    pub accuracy_cap_m: f64,
    /// A photo may be this much older than the visit's start.
    #[schema(minimum = 60, maximum = 86_400, default = 1800)]
    pub photo_max_age_s: i64,
    /// Clocks may be this far ahead of the server's before a photo lies in the future.
    #[schema(minimum = 0, maximum = 3600, default = 120)]
    pub future_tolerance_s: i64,
    /// Camera, GPS and client clocks may differ by this much.
    #[schema(minimum = 0, maximum = 3600, default = 300)]
    pub clock_tolerance_s: i64,
    /// What is submitted later than this after the visit began is looked at by a supervisor.
    #[schema(minimum = 3600, maximum = 31_622_400, default = 1_209_600)]
    pub submit_within_s: i64,
    /// The phone's own fix may be this far from the photo's position.
    #[schema(minimum = 10, maximum = 10_000, default = 300)]
    pub device_fix_tolerance_m: f64,
    /// Faster than this between two proven positions is not travel.
    #[schema(minimum = 20, maximum = 1200, default = 250)]
    pub max_speed_kmh: f64,
    /// Moves shorter than this are never judged by speed.
    #[schema(minimum = 0, maximum = 100_000, default = 2000)]
    pub travel_floor_m: f64,
    /// Characters that `key_info` needs.
    #[schema(minimum = 1, maximum = 500, default = 1)]
    pub key_info_min_chars: u32,
    #[schema(value_type = lists::EvidenceRule)]
    pub evidence: domain::visits::EvidenceRule,
    #[schema(value_type = lists::ChallengeRule)]
    pub challenge: domain::visits::ChallengeRule,
    /// Two photos this near to one another are the same shot. Bits of 256.
    #[schema(minimum = 0, maximum = 64, default = 31)]
    pub same_shot_distance: u16,
    /// Photos of different customers this near to one another look alike; no less than `same_shot_distance`. Bits of 256.
    #[schema(minimum = 0, maximum = 72, default = 64)]
    pub look_alike_distance: u16,
    /// Findings that shall lead to something else than by default, by their code.
    #[schema(value_type = BTreeMap<String, lists::Consequence>)]
    pub outcomes: BTreeMap<Code, Consequence>,
}

/// The policy in a request: the same fields and bounds, and none of them needed.
#[derive(Debug)]
pub struct PolicyToPut;

impl PartialSchema for PolicyToPut {
    fn schema() -> RefOr<Schema> {
        let mut schema = Policy::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            object.required.clear();
            object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        }
        schema
    }
}

impl ToSchema for PolicyToPut {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("NewVisitPolicy")
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Policy::schemas(schemas);
    }
}

impl From<VisitPolicy> for Policy {
    fn from(policy: VisitPolicy) -> Self {
        Self {
            fence_m: policy.fence_m,
            accuracy_cap_m: policy.accuracy_cap_m,
            photo_max_age_s: policy.photo_max_age_s,
            future_tolerance_s: policy.future_tolerance_s,
            clock_tolerance_s: policy.clock_tolerance_s,
            submit_within_s: policy.submit_within_s,
            device_fix_tolerance_m: policy.device_fix_tolerance_m,
            max_speed_kmh: policy.max_speed_kmh,
            travel_floor_m: policy.travel_floor_m,
            key_info_min_chars: policy.key_info_min_chars,
            evidence: policy.evidence,
            challenge: policy.challenge,
            same_shot_distance: policy.same_shot_distance,
            look_alike_distance: policy.look_alike_distance,
            outcomes: policy.outcomes,
        }
    }
}

fn rules(house: &House, version: i32, policy: VisitPolicy, decision_roles: Vec<String>) -> VisitRules {
    let consequences = Code::ALL.iter().filter_map(|code| Some((code.as_str(), policy.consequence(*code)?)));
    VisitRules {
        rules_version: rules_version(ENGINE_VERSION, version),
        policy_version: version,
        decision_roles,
        photos_max: PHOTOS_MAX,
        photo_max_bytes: house.settings.photo_max_bytes,
        photo_types: vec!["image/jpeg", "image/heic", "image/heif", "image/avif", "image/png", "image/webp"],
        precheck_head_bytes: HEAD_BYTES,
        consequences: consequences.collect(),
        policy: policy.into(),
    }
}

/// The rules of visits
///
/// For checking on the phone before sending. `If-None-Match` with the last `ETag` answers `304`.
#[utoipa::path(get, path = "/v1/visit-rules", tag = "visits",
    params(("If-None-Match" = Option<String>, Header, description = "The last ETag")),
    responses(
    (status = 200, description = "The rules", body = VisitRules, headers(("ETag" = String, description = "Changes with the rules"))),
    (status = 304, description = "Unchanged"),
))]
pub async fn read(State(house): State<Arc<House>>, caller: Caller, headers: HeaderMap) -> Result<Response, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let (version, policy) = policies::newest(&mut tx).await?;
    let roles = policies::decision_role_codes(&mut tx).await?;
    tx.commit().await?;
    let answer = rules(&house, version, policy, roles);
    let tag = content_tag(&answer);
    let cached = headers.get(header::IF_NONE_MATCH).is_some_and(|value| value == tag);
    if cached {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    Ok(([(header::ETAG, tag), (header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"))], Json(answer)).into_response())
}

/// A tag of everything that the phone would see.
fn content_tag(rules: &VisitRules) -> HeaderValue {
    use sha2::{Digest, Sha256};
    let digest = hex::encode(Sha256::digest(serde_json::to_vec(rules).unwrap_or_default()));
    let tag = format!("\"{}-{}\"", rules.rules_version, digest.get(..12).unwrap_or_default());
    HeaderValue::from_str(&tag).unwrap_or_else(|_| etag(rules.policy_version))
}

/// Put a visit policy in force
///
/// It becomes the next version; visits that were judged keep the version they were judged by. `If-Match` takes the `policy_version` that
/// was read.
#[utoipa::path(put, path = "/v1/visit-rules", tag = "visits", request_body = PolicyToPut,
    params(("If-Match" = String, Header, description = "The policy_version that was read, or *")), responses(
    (status = 200, description = "In force", body = VisitRules),
    (status = 412, description = "`version_differs`", body = ProblemBody, content_type = "application/problem+json"),
    (status = 428, description = "`version_needed`", body = ProblemBody, content_type = "application/problem+json"),
))]
pub async fn put(
    State(house): State<Arc<House>>,
    caller: Caller,
    headers: HeaderMap,
    Json(sent): Json<serde_json::Value>,
) -> Result<Json<VisitRules>, Problem> {
    let read_version = if_match(&headers)?;
    let policy: VisitPolicy = parse_json(&serde_json::to_vec(&sent).unwrap_or_default())?;
    let faults = policy.validate();
    if !faults.is_empty() {
        let faults = faults.into_iter().map(|fault| {
            let code = match fault.code {
                PolicyFaultCode::OutOfRange => FaultCode::OutOfRange,
                PolicyFaultCode::OutcomeNotPermitted => FaultCode::NotAllowed,
            };
            Fault::at(fault.pointer, code).allowing(fault.allowed)
        });
        return Err(faults.collect::<Vec<_>>().into());
    }
    let mut tx = house.db.begin(&caller.scope).await?;
    let version = policies::put(&mut tx, &house.ids, &policy, read_version, house.clock.now()).await?;
    let version = version.ok_or(ProblemKind::VersionDiffers)?;
    let roles = policies::decision_role_codes(&mut tx).await?;
    tx.commit().await?;
    Ok(Json(rules(&house, version, policy, roles)))
}

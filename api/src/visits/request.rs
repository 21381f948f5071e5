//! A visit as clients send it.

use chrono::{DateTime, Utc};
use domain::place::SentPosition;
use domain::visits::{DeviceClaim, DeviceFix};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use store::visits::Submission;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::extract::parse_json;
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::Problem;
use crate::http::values::{Decimal, Instant, Text};
use crate::place::DatumName;

/// Most photos of one visit.
pub const PHOTOS_MAX: usize = 10;

/// What a rep did at a customer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewVisit)]
pub struct VisitBody {
    pub customer_id: Uuid,
    pub started_at: Instant,
    #[serde(default)]
    pub ended_at: Option<Instant>,
    /// Photos declared by the same rep; their bytes may still be on their way.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub photo_ids: Vec<Uuid>,
    /// What was learned on this visit.
    #[serde(default)]
    #[schema(example = "老板说下周三前要报价，先要 30 台。", required = false)]
    pub key_info: Text<0, 4000>,
    /// A code of `GET /v1/decision-roles`.
    #[serde(default)]
    #[schema(example = "decision_maker", required = false)]
    pub decision_role: Text<0, 64>,
    #[serde(default)]
    pub contact_id: Option<Uuid>,
    #[serde(default)]
    pub deal_id: Option<Uuid>,
    /// The id of a challenge from `POST /v1/challenges`.
    #[serde(default)]
    pub challenge: Option<Text<1, 64>>,
    #[serde(default)]
    pub device: Option<Device>,
}

/// Reads a visit that carries its id; `at` is where it stands in the request.
///
/// # Errors
/// What is wrong with the id; within, what is wrong with the visit of that id.
pub fn read_with_id(mut visit: Value, at: &str) -> Result<(Uuid, Result<VisitBody, Problem>), Problem> {
    let Some(fields) = visit.as_object_mut() else { return Err(Fault::at(at, FaultCode::WrongType).into()) };
    let sent = fields.remove("id").ok_or_else(|| Fault::at(format!("{at}/id"), FaultCode::Required))?;
    let id = sent.as_str().and_then(|id| Uuid::parse_str(id).ok());
    let id = id.ok_or_else(|| Fault::at(format!("{at}/id"), FaultCode::Malformed))?;
    let bytes = serde_json::to_vec(&visit).unwrap_or_default();
    Ok((id, parse_json(&bytes).map_err(|problem| problem.below(at))))
}

/// What the phone says about itself; claims, never proof.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Device {
    #[serde(default)]
    pub position: Option<DevicePosition>,
    #[serde(default)]
    pub device_id: Option<Text<1, 128>>,
    /// Which client, in which version: the rate of missing GPS is watched per build.
    #[serde(default)]
    #[schema(example = "android-2.4.1")]
    pub client_build: Option<Text<1, 64>>,
}

/// The phone's own position fix.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DevicePosition {
    pub lat: Decimal<-90, 90>,
    pub lon: Decimal<-180, 180>,
    pub datum: DatumName,
    /// Metres.
    #[serde(default)]
    pub accuracy_m: Option<Decimal<0, 100_000>>,
    pub fixed_at: Instant,
    /// A mock provider was at work.
    #[serde(default)]
    #[schema(required = false)]
    pub mock: bool,
}

impl VisitBody {
    /// The submission, or every field that is wrong. `at` is the pointer of this body in the request.
    ///
    /// # Errors
    /// What the types cannot say: order of instants, repeated photos.
    pub fn into_submission(self, id: Uuid, rep_id: Uuid, received_at: DateTime<Utc>, at: &str) -> Result<Submission, Vec<Fault>> {
        let mut faults = Vec::new();
        if self.ended_at.is_some_and(|ended_at| ended_at < self.started_at) {
            faults.push(Fault::at(format!("{at}/ended_at"), FaultCode::OutOfRange).allowing("≥ started_at"));
        }
        if self.photo_ids.len() > PHOTOS_MAX {
            faults.push(Fault::at(format!("{at}/photo_ids"), FaultCode::TooLong).allowing(format!("0..{PHOTOS_MAX}")));
        }
        for (n, id) in self.photo_ids.iter().enumerate() {
            if self.photo_ids.iter().take(n).any(|other| other == id) {
                faults.push(Fault::at(format!("{at}/photo_ids/{n}"), FaultCode::Duplicate));
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let body_sha256 = Sha256::digest(serde_json::to_vec(&self).unwrap_or_default()).to_vec();
        Ok(Submission {
            id,
            rep_id,
            customer_id: self.customer_id,
            contact_id: self.contact_id,
            deal_id: self.deal_id,
            started_at: self.started_at.0,
            ended_at: self.ended_at.map(|at| at.0),
            photo_ids: self.photo_ids,
            key_info: self.key_info.into_string(),
            decision_role: self.decision_role.into_string(),
            challenge_sent: self.challenge.is_some(),
            challenge_id: self.challenge.and_then(|challenge| Uuid::parse_str(challenge.as_str()).ok()),
            device: self.device.map(Device::claim),
            received_at,
            body_sha256,
        })
    }
}

impl Device {
    /// The claim with its fix in WGS-84.
    pub fn claim(self) -> DeviceClaim {
        let fix = self.position.and_then(|sent| {
            let place = SentPosition { lat: sent.lat.get(), lon: sent.lon.get(), datum: sent.datum.into() };
            let position = place.to_wgs84()?.position;
            let accuracy_m = sent.accuracy_m.map(Decimal::get);
            Some(DeviceFix { position, accuracy_m, fixed_at: sent.fixed_at.0, mock: sent.mock })
        });
        DeviceClaim { fix, device_id: self.device_id.map(Text::into_string), client_build: self.client_build.map(Text::into_string) }
    }
}

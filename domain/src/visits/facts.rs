//! Everything a verdict is made of: facts and the time go in, a decision comes out.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::evidence::Reading;
use crate::place::Position;

/// All facts about one visit at the moment it is judged; kept beside the verdict so that it can be replayed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VisitFacts {
    pub visit: SubmittedVisit,
    /// When the server received the submission.
    pub received_at: DateTime<Utc>,
    /// The organisation's zone: the last resort for a photo without an offset and without a place.
    pub zone: Tz,
    pub customer: CustomerFacts,
    pub photos: Vec<PhotoFacts>,
    /// The organisation's decision roles by code.
    pub decision_roles: Vec<String>,
    /// Where this rep's photos or fixes last proved them to be, before this visit.
    pub previous: Option<PreviousPosition>,
    /// The rep's earlier visit whose key information has the same fingerprint, if any.
    pub repeated_key_info: Option<Uuid>,
    /// What became of the challenge that the client sent; `None` when it sent none.
    pub challenge: Option<ChallengeFacts>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubmittedVisit {
    pub id: Uuid,
    pub customer_id: Uuid,
    pub started_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub key_info: String,
    pub decision_role: String,
    pub device: Option<DeviceClaim>,
}

/// What the client says about itself: claims, never proof.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeviceClaim {
    pub fix: Option<DeviceFix>,
    pub device_id: Option<String>,
    pub client_build: Option<String>,
}

/// The phone's own position fix, already converted to WGS-84.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeviceFix {
    pub position: Position,
    pub accuracy_m: Option<f64>,
    pub fixed_at: DateTime<Utc>,
    /// The client reports that a mock provider was at work.
    pub mock: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CustomerFacts {
    pub name: String,
    /// `None` until the customer is located.
    pub pin: Option<Position>,
    /// The pin lies where the provider's datum is ambiguous; the other reading of the same pin.
    pub pin_otherwise: Option<Position>,
    pub fence_m: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhotoFacts {
    pub id: Uuid,
    /// `None` while its bytes have not arrived.
    pub reading: Option<Reading>,
    /// When the server had the whole of its bytes.
    pub landed_at: Option<DateTime<Utc>>,
    /// Other photos of the organisation with the same bytes or the same picture, nearest first.
    pub twins: Vec<PhotoTwin>,
}

/// Another visit's photo that equals or resembles this one. The same visit of the same rep is never listed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhotoTwin {
    pub photo_id: Uuid,
    pub visit_id: Uuid,
    pub same_rep: bool,
    pub same_customer: bool,
    pub likeness: Likeness,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Likeness {
    /// The same bytes.
    Bytes,
    /// The same picture data under other metadata.
    Picture,
    /// PDQ distance in bits of 256, with both hashes of usable quality.
    Perceptual { distance: u16 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PreviousPosition {
    pub visit_id: Uuid,
    pub position: Position,
    pub at: DateTime<Utc>,
    pub accuracy_m: Option<f64>,
}

/// A capture challenge that the server issued.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum ChallengeFacts {
    /// Never issued to this rep, or its signature is wrong.
    Unknown,
    Issued {
        issued_at: DateTime<Utc>,
        expires_at: DateTime<Utc>,
        /// The visit that used it before, if another one did.
        used_by: Option<Uuid>,
    },
}

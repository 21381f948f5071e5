//! The one read before a judgement: everything that `domain::visits::judge` asks for, in one round trip.

pub(super) mod rows;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use domain::evidence::Reading;
use domain::place::Position;
use domain::visits::{
    ChallengeFacts, CustomerFacts, Likeness, PhotoFacts, PhotoTwin, PreviousPosition, SubmittedVisit, VisitFacts, VisitPolicy,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use super::rows::{Submission, submission_of};
use crate::engine::rules;
use crate::{StoreError, Tx};
use rows::Row;

/// The facts of a visit, and what stands around them.
#[derive(Debug)]
pub struct Loaded {
    pub facts: VisitFacts,
    pub policy: VisitPolicy,
    pub policy_version: i32,
    /// The rep's unit today.
    pub unit_id: Uuid,
    pub rep_name: String,
    /// What was recorded under this visit id before.
    pub existing: Option<Existing>,
    /// Names in the submission that mean nothing here.
    pub missing: Vec<Missing>,
    /// Photos that were declared and whose bytes have not arrived.
    pub awaited: Vec<Uuid>,
    pub(super) traces: Traces,
}

/// What a submission leaves behind that another one may find.
#[derive(Debug, Default)]
pub(super) struct Traces {
    /// The bytes and the pictures of its photos.
    pub digests: Vec<String>,
    /// Photos, of those that were read about at once, that look like its own.
    pub look_alikes: Vec<Uuid>,
}

/// A visit that was submitted before under the same id.
#[derive(Debug, Clone)]
pub struct Existing {
    pub rep_id: Uuid,
    pub body_sha256: Vec<u8>,
    pub status: String,
    pub verdict_seq: i32,
}

/// What a submission names and does not exist for its rep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    Customer,
    Contact,
    /// No deal of that customer.
    Deal,
    /// By its place in `photo_ids`.
    Photo(usize),
}

#[derive(Deserialize)]
struct PhotoRow {
    id: Uuid,
    state: String,
    reading: Option<Reading>,
    landed_at: Option<DateTime<Utc>>,
    sha256: String,
    picture_sha256: Option<String>,
}

#[derive(Deserialize)]
struct TwinRow {
    of: Uuid,
    photo_id: Uuid,
    visit_id: Uuid,
    same_rep: bool,
    same_customer: bool,
    kind: String,
    distance: Option<u16>,
}

#[derive(Clone, Copy, Deserialize)]
struct PreviousRow {
    visit_id: Uuid,
    lon: f64,
    lat: f64,
    at: DateTime<Utc>,
    accuracy_m: Option<f64>,
}

#[derive(Deserialize)]
struct ChallengeRow {
    issued_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    used_by: Option<Uuid>,
}

/// Loads the facts of a submission as it stands; `None` when its rep is not a user of the organisation.
///
/// # Errors
/// As any statement; `Corrupt` for a stored policy or reading that cannot be read.
pub async fn load(tx: &mut Tx, submission: &Submission) -> Result<Option<Loaded>, StoreError> {
    Ok(load_all(tx, &[submission]).await?.pop().flatten())
}

/// As [`load`], for several submissions in one read. What one of them uses, the others are not seen to have used.
///
/// # Errors
/// As [`load`].
pub(super) async fn load_all(tx: &mut Tx, submissions: &[&Submission]) -> Result<Vec<Option<Loaded>>, StoreError> {
    let mut rows = rows::read(tx, submissions).await?;
    let mut loaded = Vec::with_capacity(submissions.len());
    for (n, submission) in (1..).zip(submissions) {
        let Some(row) = rows.remove(&n) else {
            loaded.push(None);
            continue;
        };
        let playbook = row.playbook_version.zip(row.playbook_sha256.clone()).zip(row.playbook_at);
        let facts = assemble(row, submission)?;
        if let Some(((version, sha256), since)) = playbook {
            rules::remember(tx, version, &sha256, since, facts.facts.zone);
        }
        loaded.push(Some(facts));
    }
    Ok(loaded)
}

/// Loads the facts of a recorded visit anew, with everything that has been learned since; `None` when there is no such visit.
///
/// # Errors
/// As [`load`].
pub async fn load_again(tx: &mut Tx, visit_id: Uuid) -> Result<Option<(Submission, Loaded)>, StoreError> {
    let Some(submission) = submission_of(tx, visit_id).await? else { return Ok(None) };
    let Some(loaded) = load(tx, &submission).await? else { return Ok(None) };
    Ok(Some((submission, loaded)))
}

fn read<T: DeserializeOwned>(value: Value, table: &'static str, column: &'static str) -> Result<T, StoreError> {
    serde_json::from_value(value).map_err(|_| StoreError::Corrupt { table, column })
}

fn assemble(row: Row, submission: &Submission) -> Result<Loaded, StoreError> {
    let policy: VisitPolicy = read(row.policy, "visit_policies", "policy")?;
    let photos: Vec<PhotoRow> = read(row.photos, "photos", "reading")?;
    let twins: Vec<TwinRow> = read(row.twins, "look_alikes", "distance")?;
    let zone: Tz = row.zone.parse().map_err(|_| StoreError::Corrupt { table: "organisations", column: "zone" })?;
    let mut missing = Vec::new();
    if row.customer_name.is_none() {
        missing.push(Missing::Customer);
    }
    if !row.contact_known {
        missing.push(Missing::Contact);
    }
    if !row.deal_known {
        missing.push(Missing::Deal);
    }
    let known = |id: &Uuid| photos.iter().any(|photo| photo.id == *id);
    missing.extend(submission.photo_ids.iter().enumerate().filter(|(_, id)| !known(id)).map(|(n, _)| Missing::Photo(n)));
    let awaited = photos.iter().filter(|photo| photo.state == "declared").map(|photo| photo.id).collect();
    let digests = photos.iter().flat_map(|photo| std::iter::once(&photo.sha256).chain(&photo.picture_sha256)).cloned().collect();
    let traces = Traces { digests, look_alikes: row.look_alikes };
    let facts = VisitFacts {
        visit: SubmittedVisit {
            id: submission.id,
            customer_id: submission.customer_id,
            started_at: submission.started_at,
            ended_at: submission.ended_at,
            key_info: submission.key_info.clone(),
            decision_role: submission.decision_role.clone(),
            device: submission.device.clone(),
        },
        received_at: submission.received_at,
        zone,
        customer: CustomerFacts {
            name: row.customer_name.unwrap_or_default(),
            pin: row.pin.map(|pin| pin.0),
            pin_otherwise: row.pin_otherwise.map(|pin| pin.0),
            fence_m: row.fence_m.unwrap_or(policy.fence_m),
        },
        photos: photos.into_iter().map(|photo| with_twins(photo, &twins)).collect(),
        decision_roles: row.decision_roles,
        previous: row.previous.map(|previous| read(previous, "visits", "position")).transpose()?.and_then(previous_position),
        repeated_key_info: row.repeated,
        challenge: challenge_facts(submission, row.challenge)?,
    };
    let existing = match (row.existing_rep, row.existing_body, row.existing_status, row.existing_seq) {
        (Some(rep_id), Some(body_sha256), Some(status), Some(verdict_seq)) => Some(Existing { rep_id, body_sha256, status, verdict_seq }),
        _ => None,
    };
    Ok(Loaded {
        facts,
        policy,
        policy_version: row.policy_version,
        unit_id: row.unit_id,
        rep_name: row.rep_name,
        existing,
        missing,
        awaited,
        traces,
    })
}

fn with_twins(photo: PhotoRow, twins: &[TwinRow]) -> PhotoFacts {
    let twins = twins.iter().filter(|twin| twin.of == photo.id).map(|twin| PhotoTwin {
        photo_id: twin.photo_id,
        visit_id: twin.visit_id,
        same_rep: twin.same_rep,
        same_customer: twin.same_customer,
        likeness: match (twin.kind.as_str(), twin.distance) {
            ("bytes", _) => Likeness::Bytes,
            ("picture", _) => Likeness::Picture,
            (_, distance) => Likeness::Perceptual { distance: distance.unwrap_or(u16::MAX) },
        },
    });
    PhotoFacts { id: photo.id, reading: photo.reading, landed_at: photo.landed_at, twins: twins.collect() }
}

fn previous_position(row: PreviousRow) -> Option<PreviousPosition> {
    let position = Position::new(row.lon, row.lat)?;
    Some(PreviousPosition { visit_id: row.visit_id, position, at: row.at, accuracy_m: row.accuracy_m })
}

fn challenge_facts(submission: &Submission, row: Option<Value>) -> Result<Option<ChallengeFacts>, StoreError> {
    Ok(match (submission.challenge_sent, row) {
        (false, _) => None,
        (true, None) => Some(ChallengeFacts::Unknown),
        (true, Some(row)) => {
            let ChallengeRow { issued_at, expires_at, used_by } = read(row, "challenges", "issued_at")?;
            Some(ChallengeFacts::Issued { issued_at, expires_at, used_by })
        }
    })
}

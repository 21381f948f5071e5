//! The one read before a judgement: everything that `domain::visits::judge` asks for, in one round trip.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use domain::evidence::Reading;
use domain::place::Position;
use domain::visits::{
    ChallengeFacts, CustomerFacts, Likeness, PhotoFacts, PhotoTwin, PreviousPosition, SubmittedVisit, VisitFacts, VisitPolicy, key_info,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use super::rows::{self, Submission};
use crate::geography::Geog;
use crate::{StoreError, Tx};

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

struct Row {
    zone: String,
    unit_id: Uuid,
    rep_name: String,
    customer_name: Option<String>,
    pin: Option<Geog>,
    pin_otherwise: Option<Geog>,
    fence_m: Option<f64>,
    contact_known: bool,
    deal_known: bool,
    policy_version: i32,
    policy: Value,
    decision_roles: Vec<String>,
    photos: Value,
    twins: Value,
    previous: Option<Value>,
    repeated: Option<Uuid>,
    challenge: Option<Value>,
    existing_rep: Option<Uuid>,
    existing_body: Option<Vec<u8>>,
    existing_status: Option<String>,
    existing_seq: Option<i32>,
}

#[derive(Deserialize)]
struct PhotoRow {
    id: Uuid,
    state: String,
    reading: Option<Reading>,
    landed_at: Option<DateTime<Utc>>,
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
    let Some(row) = query(tx, submission).await? else { return Ok(None) };
    assemble(row, submission).map(Some)
}

/// Loads the facts of a recorded visit anew, with everything that has been learned since; `None` when there is no such visit.
///
/// # Errors
/// As [`load`].
pub async fn load_again(tx: &mut Tx, visit_id: Uuid) -> Result<Option<(Submission, Loaded)>, StoreError> {
    let Some(submission) = rows::submission_of(tx, visit_id).await? else { return Ok(None) };
    let Some(loaded) = load(tx, &submission).await? else { return Ok(None) };
    Ok(Some((submission, loaded)))
}

#[expect(clippy::too_many_lines, reason = "one statement")]
async fn query(tx: &mut Tx, submission: &Submission) -> Result<Option<Row>, StoreError> {
    let organisation_id = tx.organisation_id();
    if let Some(challenge_id) = submission.challenge_id {
        // Held until the verdict is written: of two visits that name one challenge, the second sees that it is used.
        sqlx::query_scalar!("select id from challenges where organisation_id = $1 and id = $2 for update", organisation_id, challenge_id)
            .fetch_optional(&mut *tx)
            .await?;
    }
    let fingerprint = key_info::fingerprint(&submission.key_info);
    let row = sqlx::query_as!(
        Row,
        r#"
        with photo as (
            select p.id, p.state, p.reading, p.landed_at, p.sha256, p.picture_sha256, wanted.n, coalesce(own.use_no, 9223372036854775807) as use_no
            from unnest($4::uuid[]) with ordinality wanted (id, n)
            join photos p on p.organisation_id = $1 and p.id = wanted.id and p.rep_id = $2
            left join visit_photos own on own.organisation_id = $1 and own.visit_id = $3 and own.photo_id = p.id
        ), twin as (
            -- Only visits that were judged with the picture before this one: whoever used it first is never blamed for the second.
            select photo.id as of, q.id as photo_id, w.id as visit_id, w.rep_id = $2 as same_rep, w.customer_id = $5 as same_customer,
                   case when q.sha256 = photo.sha256 then 'bytes' else 'picture' end as kind, null::int as distance, w.received_at
            from photo
            join photos q on q.organisation_id = $1 and q.state = 'landed'
                and (q.sha256 = photo.sha256 or q.picture_sha256 = photo.picture_sha256)
            join visit_photos x on x.organisation_id = $1 and x.photo_id = q.id and x.visit_id <> $3 and x.use_no < photo.use_no
            join visits w on w.organisation_id = $1 and w.id = x.visit_id
                -- A visit that did not count may be tried again with the photo it has.
                and not (w.status = 'invalid' and w.rep_id = $2 and w.customer_id = $5)
            union all
            select k.photo_id, k.twin_photo_id, w.id, w.rep_id = $2, w.customer_id = $5, 'perceptual', k.distance, w.received_at
            from photo
            join look_alikes k on k.organisation_id = $1 and k.photo_id = photo.id
            join visit_photos x on x.organisation_id = $1 and x.photo_id = k.twin_photo_id and x.visit_id <> $3 and x.use_no < photo.use_no
            join visits w on w.organisation_id = $1 and w.id = x.visit_id
        )
        select o.zone, u.unit_id, u.name as rep_name,
            c.name as "customer_name?", c.pin as "pin: Geog", c.pin_otherwise as "pin_otherwise: Geog", c.fence_m as "fence_m?",
            ($7::uuid is null or exists (select from contacts t where t.organisation_id = $1 and t.id = $7 and t.customer_id = $5 and t.deleted_at is null))
                as "contact_known!",
            -- Whoever holds it, and however it stands: a phone that was offline cannot know.
            ($11::uuid is null or exists (select from standings t where t.organisation_id = $1 and t.subject_kind = 'deal' and t.subject_id = $11
                and t.customer_id = $5)) as "deal_known!",
            policy.version as policy_version, policy.policy,
            array(select code from decision_roles where organisation_id = $1 and retired_at is null order by ordinal) as "decision_roles!",
            (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'state', state, 'reading', reading, 'landed_at', landed_at) order by n), '[]')
                from photo) as "photos!",
            (select coalesce(jsonb_agg(jsonb_build_object('of', of, 'photo_id', photo_id, 'visit_id', visit_id, 'same_rep', same_rep,
                'same_customer', same_customer, 'kind', kind, 'distance', distance) order by distance nulls first, received_at), '[]')
                from (select * from twin order by distance nulls first, received_at limit 20) nearest) as "twins!",
            (select jsonb_build_object('visit_id', w.id, 'lon', st_x(w.position::geometry), 'lat', st_y(w.position::geometry),
                    'at', w.position_at, 'accuracy_m', w.position_accuracy_m)
                from visits w where w.organisation_id = $1 and w.rep_id = $2 and w.position is not null and w.id <> $3 and w.position_at < $8
                order by w.position_at desc limit 1) as "previous?",
            (select w.id from visits w where w.organisation_id = $1 and w.rep_id = $2 and w.key_info_sha256 = $9 and w.id <> $3
                and (w.received_at, w.id) < ($6, $3) order by w.received_at desc limit 1) as "repeated?",
            (select jsonb_build_object('issued_at', h.issued_at, 'expires_at', h.expires_at, 'used_by', h.used_by)
                from challenges h where h.organisation_id = $1 and h.id = $10 and h.rep_id = $2) as "challenge?",
            e.rep_id as "existing_rep?", e.body_sha256 as "existing_body?", e.status as "existing_status?", e.verdict_seq as "existing_seq?"
        from organisations o
        join users u on u.organisation_id = o.id and u.id = $2
        join lateral (select version, policy from visit_policies where organisation_id = o.id
            -- The rules that the phone had when the visit began; a clock that runs ahead gets the newest.
            order by (in_force_from <= $8) desc, case when in_force_from <= $8 then in_force_from end desc, in_force_from, version desc limit 1) policy on true
        left join customers c on c.organisation_id = o.id and c.id = $5 and (c.deleted_at is null or c.deleted_at > $8)
            and exists (select from units own join units theirs on theirs.organisation_id = own.organisation_id and theirs.id = c.unit_id
                and (theirs.path <@ own.path or own.path <@ theirs.path) where own.organisation_id = $1 and own.id = u.unit_id)
        left join visits e on e.organisation_id = o.id and e.id = $3
        where o.id = $1
        "#,
        organisation_id,
        submission.rep_id,
        submission.id,
        &submission.photo_ids,
        submission.customer_id,
        submission.received_at,
        submission.contact_id,
        submission.started_at,
        fingerprint.as_ref().map(<[u8; 32]>::as_slice),
        submission.challenge_id,
        submission.deal_id
    )
    .fetch_optional(&mut *tx)
    .await?;
    Ok(row)
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

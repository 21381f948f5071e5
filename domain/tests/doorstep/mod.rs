//! An honest visit at a shop door in Shanghai, to be spoilt one fact at a time.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use domain::evidence::{Camera, Evidence, Format, Gps, READER_VERSION, Reading, Taken};
use domain::place::Position;
use domain::visits::{
    ChallengeFacts, CustomerFacts, DeviceClaim, DeviceFix, Likeness, PhotoFacts, PhotoTwin, PreviousPosition, SubmittedVisit, VisitFacts,
};
use uuid::Uuid;

pub const VISIT: Uuid = Uuid::from_u128(0x1000);
pub const OTHER_VISIT: Uuid = Uuid::from_u128(0x2000);

/// People's Square, Shanghai.
pub const PIN: Position = Position { lon: 121.4737, lat: 31.230_37 };

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub fn started_at() -> DateTime<Utc> {
    at("2026-11-23T01:13:00Z")
}

pub fn received_at() -> DateTime<Utc> {
    at("2026-11-23T01:14:00Z")
}

/// A place some metres north of the pin (to within a centimetre per kilometre).
pub fn north_of_pin(metres: f64) -> Position {
    Position { lon: PIN.lon, lat: PIN.lat + metres / 110_873.0 }
}

pub fn evidence() -> Evidence {
    Evidence {
        reader_version: READER_VERSION,
        format: Format::Jpeg,
        gps: Gps::Position { position: north_of_pin(20.0) },
        accuracy_m: Some(8.0),
        coarse_source: false,
        gps_datum: None,
        gps_status_void: false,
        taken: Some(Taken { local: "2026-11-23T09:12:03".parse().unwrap(), offset_minutes: Some(480), subsec_ms: None }),
        gps_at: Some(at("2026-11-23T01:12:01Z")),
        camera: Camera::default(),
        editor: None,
        orientation: 1,
        width: Some(4000),
        height: Some(3000),
        thumbnail_mismatch: Some(false),
        c2pa_manifest: false,
        flags: BTreeSet::new(),
    }
}

pub fn photo(number: u128, reading: Option<Reading>) -> PhotoFacts {
    PhotoFacts { id: Uuid::from_u128(number), landed_at: reading.is_some().then(received_at), reading, twins: Vec::new() }
}

pub fn photo_with(number: u128, change: impl FnOnce(&mut Evidence)) -> PhotoFacts {
    let mut evidence = evidence();
    change(&mut evidence);
    photo(number, Some(Reading::Evidence(Box::new(evidence))))
}

pub fn fix() -> DeviceFix {
    DeviceFix { position: north_of_pin(25.0), accuracy_m: Some(15.0), fixed_at: at("2026-11-23T01:12:05Z"), mock: false }
}

/// Issued in the morning for the day, so that it also works offline.
pub fn challenge() -> ChallengeFacts {
    ChallengeFacts::Issued { issued_at: at("2026-11-22T22:00:00Z"), expires_at: at("2026-11-23T10:00:00Z"), used_by: None }
}

pub fn twin(likeness: Likeness) -> PhotoTwin {
    PhotoTwin { photo_id: Uuid::from_u128(99), visit_id: OTHER_VISIT, same_rep: true, same_customer: true, likeness }
}

pub fn honest() -> VisitFacts {
    VisitFacts {
        visit: SubmittedVisit {
            id: VISIT,
            customer_id: Uuid::from_u128(0x3000),
            started_at: started_at(),
            ended_at: None,
            key_info: "老板说下周三之前给报价，要 30 台。".to_owned(),
            decision_role: "economic_buyer".to_owned(),
            device: Some(DeviceClaim { fix: Some(fix()), device_id: Some("d1".to_owned()), client_build: Some("1.0".to_owned()) }),
        },
        received_at: received_at(),
        zone: Tz::Asia__Shanghai,
        customer: CustomerFacts { name: "好孩子母婴店".to_owned(), pin: Some(PIN), pin_otherwise: None, fence_m: 200.0 },
        photos: vec![photo_with(1, |_| ())],
        decision_roles: vec!["economic_buyer".to_owned(), "gatekeeper".to_owned()],
        previous: Some(PreviousPosition {
            visit_id: OTHER_VISIT,
            position: north_of_pin(5000.0),
            at: at("2026-11-23T00:30:00Z"),
            accuracy_m: None,
        }),
        repeated_key_info: None,
        challenge: Some(challenge()),
    }
}

/// Changes the evidence of the first photo.
pub fn spoil(facts: &mut VisitFacts, change: impl FnOnce(&mut Evidence)) {
    if let Some(Reading::Evidence(evidence)) = facts.photos[0].reading.as_mut() {
        change(evidence);
    }
}

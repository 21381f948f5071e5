//! Examples of the main walk: a photo declared, a visit submitted, and what the rule room says to it. The verdicts are judged here and now,
//! so that they cannot tell anything else than the product does.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeZone, Utc};
use chrono_tz::Tz;
use domain::evidence::{Camera, Evidence, Format, Gps, READER_VERSION, Reading, Taken};
use domain::place::Position;
use domain::texts::Language;
use domain::visits::{
    CustomerFacts, DeviceClaim, DeviceFix, ENGINE_VERSION, PhotoFacts, SubmittedVisit, VisitFacts, VisitPolicy, judge, rules_version,
};
use serde_json::{Value, json};
use store::visits::{Cause, VerdictRow, Visit};
use utoipa::openapi::example::{Example, ExampleBuilder};
use utoipa::openapi::path::Operation;
use utoipa::openapi::{Content, OpenApi, RefOr};
use uuid::Uuid;

use super::{calendar_examples as calendars, deal_examples as deals, lead_examples as leads, walk::operations};
use crate::place::Precision;
use crate::sessions::Reader;
use crate::visits::VisitView;

const PIN: Position = Position { lon: 121.4737, lat: 31.230_37 };
const SHA256: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// Ids as clients make them: UUIDv7 of that morning.
const fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x019a_adde_5ae0_7000_8000_0000_0000_0000 + number)
}

fn at(hour: u32, minute: u32, second: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 23, hour, minute, second).earliest().unwrap_or_default()
}

/// Adds the examples to the operations that they belong to.
pub fn add(api: &mut OpenApi) {
    for item in api.paths.paths.values_mut() {
        for (_, operation) in operations(item) {
            match operation.operation_id.as_deref() {
                Some("declare_photo") => {
                    request(operation, [("storefront", "A photo that is about to be uploaded", declaration())]);
                    answer(operation, "201", [("declared", "Upload it with exactly this", declared())]);
                }
                Some("submit_visit") => {
                    request(operation, [("at_the_door", "A visit with one photo and the phone's own fix", submission())]);
                    answer(operation, "201", verdicts());
                }
                Some("submit_visit_batch") => {
                    let mut visit = submission();
                    if let Some(fields) = visit.as_object_mut() {
                        fields.insert("id".to_owned(), json!(id(1)));
                    }
                    request(operation, [("back_online", "What was kept while there was no network", json!({ "visits": [visit] }))]);
                }
                _ => {
                    calendars::add(operation);
                    leads::add(operation);
                    deals::add(operation);
                }
            }
        }
    }
}

pub(super) fn request<const N: usize>(operation: &mut Operation, examples: [(&str, &str, Value); N]) {
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        show(body.content.values_mut().next(), examples);
    }
}

pub(super) fn answer<const N: usize>(operation: &mut Operation, status: &str, examples: [(&str, &str, Value); N]) {
    if let Some(RefOr::T(response)) = operation.responses.responses.get_mut(status) {
        show(response.content.values_mut().next(), examples);
    }
}

pub(super) fn show<const N: usize>(content: Option<&mut RefOr<Content>>, examples: [(&str, &str, Value); N]) {
    let Some(content) = content else { return };
    if let RefOr::T(content) = content {
        let example = |summary: &str, value| RefOr::<Example>::T(ExampleBuilder::new().summary(summary).value(Some(value)).build());
        content.examples.extend(examples.map(|(name, summary, value)| (name.to_owned(), example(summary, value))));
    }
}

fn declaration() -> Value {
    json!({ "id": id(2), "sha256": SHA256, "bytes": 2_483_112, "content_type": "image/jpeg", "purpose": "storefront" })
}

fn declared() -> Value {
    json!({
        "id": id(2), "photo_id": id(2), "state": "declared",
        "upload": {
            "method": "PUT",
            "url": "https://photos.example.com/fieldproof/incoming/019aadde?X-Amz-Signature=5d41402abc4b2a76",
            "headers": { "content-type": "image/jpeg", "x-amz-checksum-sha256": "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=" },
            "expires_at": at(1, 28, 0),
        },
    })
}

fn submission() -> Value {
    json!({
        "customer_id": id(3), "started_at": at(1, 13, 0), "photo_ids": [id(2)],
        "key_info": "老板说下周三前要报价，先要 30 台。", "decision_role": "decision_maker",
        "device": {
            "position": { "lat": 31.230_55, "lon": 121.4737, "datum": "wgs84", "accuracy_m": 12.0, "fixed_at": at(1, 12, 5) },
            "client_build": "android-2.4.1",
        },
    })
}

fn verdicts() -> [(&'static str, &'static str, Value); 4] {
    let near = Gps::Position { position: north_of_pin(20.0) };
    let far = Gps::Position { position: north_of_pin(1240.0) };
    [
        ("valid", "It counts", visit(Some(near), Language::En)),
        ("outside_fence", "Taken too far from the customer: recorded, does not count, and says why", visit(Some(far), Language::En)),
        ("gps_redacted", "The phone emptied the photo's location (told in Chinese)", visit(Some(Gps::Redacted), Language::ZhCn)),
        ("awaiting_photos", "The photo is still on its way: judged as soon as it lands", visit(None, Language::En)),
    ]
}

/// A place some metres north of the pin.
fn north_of_pin(metres: f64) -> Position {
    Position { lon: PIN.lon, lat: PIN.lat + metres / 110_873.0 }
}

/// The visit as it is answered: judged, unless its photo has not arrived.
fn visit(gps: Option<Gps>, language: Language) -> Value {
    let policy = VisitPolicy::default();
    let facts = facts(gps);
    let verdict = gps.map(|_| judge(&facts, &policy, facts.received_at));
    let status = |verdict: &domain::visits::Verdict| {
        let name = serde_json::to_value(verdict.status).unwrap_or_default();
        name.as_str().unwrap_or_default().to_owned()
    };
    let row = verdict.map(|verdict| VerdictRow {
        seq: 1,
        status: status(&verdict),
        rules_version: rules_version(ENGINE_VERSION, 1),
        cause: Cause::Submitted.as_str().to_owned(),
        judged_at: verdict.judged_at,
        judged_by: None,
        reason: None,
        verdict,
    });
    let stored = Visit {
        id: facts.visit.id,
        rep_id: id(4),
        rep_name: "李伟".to_owned(),
        unit_id: id(5),
        customer_id: facts.visit.customer_id,
        customer_name: facts.customer.name.clone(),
        contact_id: None,
        deal_id: None,
        started_at: facts.visit.started_at,
        ended_at: None,
        visited_on: facts.visit.started_at.with_timezone(&facts.zone).date_naive(),
        received_at: facts.received_at,
        updated_at: facts.received_at,
        key_info: facts.visit.key_info.clone(),
        decision_role: facts.visit.decision_role.clone(),
        client_build: Some("android-2.4.1".to_owned()),
        photo_ids: vec![id(2)],
        status: row.as_ref().map_or_else(|| "awaiting_photos".to_owned(), |row| row.status.clone()),
        position: row.as_ref().and_then(|row| row.verdict.evidence.as_ref()?.position),
        appealed_at: None,
        appeal_reason: None,
        verdict: row,
    };
    serde_json::to_value(VisitView::stored(stored, Reader { language, precision: Precision::Exact })).unwrap_or_default()
}

fn facts(gps: Option<Gps>) -> VisitFacts {
    let fix = DeviceFix { position: north_of_pin(25.0), accuracy_m: Some(12.0), fixed_at: at(1, 12, 5), mock: false };
    let reading = gps.map(|gps| Reading::Evidence(Box::new(evidence(gps))));
    VisitFacts {
        visit: SubmittedVisit {
            id: id(1),
            customer_id: id(3),
            started_at: at(1, 13, 0),
            ended_at: None,
            key_info: "老板说下周三前要报价，先要 30 台。".to_owned(),
            decision_role: "decision_maker".to_owned(),
            device: Some(DeviceClaim { fix: Some(fix), device_id: None, client_build: Some("android-2.4.1".to_owned()) }),
        },
        received_at: at(1, 14, 0),
        zone: Tz::Asia__Shanghai,
        customer: CustomerFacts { name: "晨光便利店（人民路）".to_owned(), pin: Some(PIN), pin_otherwise: None, fence_m: 200.0 },
        photos: vec![PhotoFacts { id: id(2), landed_at: reading.is_some().then(|| at(1, 13, 40)), reading, twins: Vec::new() }],
        decision_roles: vec!["decision_maker".to_owned()],
        previous: None,
        repeated_key_info: None,
        challenge: None,
    }
}

fn evidence(gps: Gps) -> Evidence {
    Evidence {
        reader_version: READER_VERSION,
        format: Format::Jpeg,
        gps,
        accuracy_m: Some(8.0),
        coarse_source: false,
        gps_datum: None,
        gps_status_void: false,
        taken: Some(Taken { local: at(9, 12, 3).naive_utc(), offset_minutes: Some(480), subsec_ms: None }),
        gps_at: Some(at(1, 12, 1)),
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

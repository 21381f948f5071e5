//! At the door: photos taken there, their upload, and what a phone sends about a visit.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::FixedOffset;
use dev::demo::Door;
use dev::photo::{PhotoSpec, Variant};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{Answer, House, Person};

/// A number that nothing else in this process has: another shop front, another thing learned.
pub fn fresh_number() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(1_000);
    LAST.fetch_add(1, Ordering::Relaxed)
}

/// An honest photo of a shop front of its own, taken now at `door`; small, because many are made.
pub fn photo_spec(house: &House, door: &Door) -> PhotoSpec {
    let shanghai = FixedOffset::east_opt(8 * 3600).unwrap();
    let mut spec = PhotoSpec::new(door.position.lat, door.position.lon, house.now().with_timezone(&shanghai));
    (spec.width, spec.height, spec.seed) = (320, 240, fresh_number());
    spec
}

/// The bytes of an honest photo.
pub fn photo_at(house: &House, door: &Door) -> Vec<u8> {
    photo_spec(house, door).encode().unwrap()
}

/// The bytes of a photo with something odd about it.
pub fn odd_photo_at(house: &House, door: &Door, variant: Variant) -> Vec<u8> {
    PhotoSpec { variant, ..photo_spec(house, door) }.encode().unwrap()
}

/// A whole visit at `door`, begun now, in which something new was learned.
pub fn visit_at(house: &House, door: &Door, photos: &[Uuid]) -> Value {
    json!({
        "customer_id": door.customer_id, "started_at": house.now().to_rfc3339(), "photo_ids": photos,
        "key_info": format!("老板说下周三前要报价，先要 {} 台。", fresh_number()), "decision_role": "decision_maker",
    })
}

/// Lower-case hexadecimal SHA-256.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// What a phone says about a photo before it sends it.
pub fn declaration_of(bytes: &[u8]) -> Value {
    json!({ "sha256": sha256_hex(bytes), "bytes": bytes.len(), "content_type": "image/jpeg", "purpose": "storefront" })
}

/// An id as a phone makes it: later ones sort later.
pub fn new_id() -> Uuid {
    static IDS: LazyLock<platform::Ids> = LazyLock::new(platform::Ids::default);
    IDS.next()
}

/// The path of a new visit.
pub fn new_visit() -> String {
    format!("/v1/visits/{}", new_id())
}

/// The id that an answer names.
pub fn id_in(answer: &Value) -> Uuid {
    answer["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_else(|| panic!("no id in {answer:#}"))
}

/// The check of a visit's verdict by its name.
pub fn check<'a>(visit: &'a Value, name: &str) -> &'a Value {
    let checks = visit["verdict"]["checks"].as_array().or_else(|| visit["checks"].as_array());
    let found = checks.and_then(|checks| checks.iter().find(|one| one["check"] == name));
    found.unwrap_or_else(|| panic!("no check {name} in {visit:#}"))
}

/// The code of a check.
pub fn code_of<'a>(visit: &'a Value, name: &str) -> &'a str {
    check(visit, name)["code"].as_str().unwrap()
}

impl Person {
    /// Declares a photo; answers the declaration with its upload ticket.
    pub async fn declare(&self, bytes: &[u8]) -> Value {
        self.post("/v1/photos", &declaration_of(bytes)).await.expect(201)
    }

    /// Sends a declared photo's bytes through the API.
    pub async fn send_content(&self, photo: Uuid, bytes: &[u8]) -> Answer {
        self.send(self.request(Method::PUT, &format!("/v1/photos/{photo}/content")).body(bytes.to_vec())).await
    }

    /// Declares and sends a photo.
    pub async fn upload(&self, bytes: &[u8]) -> Uuid {
        let photo = id_in(&self.declare(bytes).await);
        self.send_content(photo, bytes).await.expect(200);
        photo
    }

    /// Carries out an upload ticket: exactly its method, address and headers, except that the client itself states how long `bytes` are.
    pub async fn put_ticket(&self, declared: &Value, bytes: &[u8]) -> reqwest::StatusCode {
        let ticket = &declared["upload"];
        let method = ticket["method"].as_str().unwrap().parse::<Method>().unwrap();
        let mut request = self.http().request(method, ticket["url"].as_str().unwrap()).body(bytes.to_vec());
        let headers = ticket["headers"].as_object().unwrap();
        for (name, value) in headers.iter().filter(|(name, _)| *name != "content-length") {
            request = request.header(name, value.as_str().unwrap());
        }
        request.send().await.expect("an answer of the object storage").status()
    }

    /// An honest visit at `door` from beginning to end.
    pub async fn check_in(&self, house: &House, door: &Door) -> Value {
        let photo = self.upload(&photo_at(house, door)).await;
        self.put(&new_visit(), &visit_at(house, door, &[photo])).await.expect(201)
    }
}

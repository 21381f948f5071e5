//! The main walk: a rep at a door, a photo, a verdict.

use dev::demo;
use dev::photo::{PhotoSpec, Variant};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tests::{House, Person};
use uuid::Uuid;

fn photo_at(house: &House, door: &demo::Door, variant: Variant, seed: u64) -> Vec<u8> {
    let shanghai = chrono::FixedOffset::east_opt(8 * 3600).unwrap();
    let mut spec = PhotoSpec::new(door.position.lat, door.position.lon, house.now().with_timezone(&shanghai));
    spec.variant = variant;
    spec.seed = seed;
    spec.encode().unwrap()
}

async fn upload(rep: &Person, bytes: Vec<u8>) -> Uuid {
    let declared = rep
        .post(
            "/v1/photos",
            &json!({ "sha256": hex::encode(Sha256::digest(&bytes)), "bytes": bytes.len(), "content_type": "image/jpeg", "purpose": "storefront" }),
        )
        .await
        .expect(201);
    let id = declared["photo_id"].as_str().unwrap().to_owned();
    let put = rep.request(reqwest::Method::PUT, &format!("/v1/photos/{id}/content")).body(bytes);
    let landed = rep.send(put).await.expect(200);
    assert_eq!(landed["state"], "landed");
    id.parse().unwrap()
}

fn visit(house: &House, door: &demo::Door, photos: &[Uuid]) -> Value {
    json!({
        "customer_id": door.customer_id, "started_at": house.now().to_rfc3339(), "photo_ids": photos,
        "key_info": "老板说下周三前要报价，先要 30 台。", "decision_role": "decision_maker",
    })
}

fn code_of<'a>(visit: &'a Value, check: &str) -> &'a str {
    let checks = visit["verdict"]["checks"].as_array().unwrap();
    checks.iter().find(|one| one["check"] == check).unwrap()["code"].as_str().unwrap()
}

#[tokio::test]
async fn a_proven_visit_counts_at_once_and_repeating_it_changes_nothing() {
    let house = House::open().await;
    let rep = house.sign_in("rep1").await;
    let door = demo::door("demo", 0);
    let photo = upload(&rep, photo_at(&house, &door, Variant::Ok, 1)).await;
    let body = visit(&house, &door, &[photo]);
    let path = format!("/v1/visits/{}", Uuid::now_v7());
    let first = rep.put(&path, &body).await.expect(201);
    assert_eq!(first["status"], "valid", "{first:#}");
    assert_eq!(first["verdict"]["evidence"]["kind"], "exif");
    let again = rep.put(&path, &body).await.expect(200);
    assert_eq!(again, first);
    let other = rep.put(&path, &visit(&house, &demo::door("demo", 2), &[photo])).await;
    assert_eq!((other.status.as_u16(), other.code()), (409, "other_content"));
}

#[tokio::test]
async fn the_same_photo_across_town_is_outside_the_fence() {
    let house = House::open().await;
    let rep = house.sign_in("rep1").await;
    let (here, there) = (demo::door("demo", 0), demo::door("demo", 4));
    let photo = upload(&rep, photo_at(&house, &here, Variant::Ok, 1)).await;
    rep.put(&format!("/v1/visits/{}", Uuid::now_v7()), &visit(&house, &here, &[photo])).await.expect(201);
    let second = rep.put(&format!("/v1/visits/{}", Uuid::now_v7()), &visit(&house, &there, &[photo])).await.expect(201);
    assert_eq!(second["status"], "invalid");
    assert_eq!(code_of(&second, "fence"), "outside_fence");
    assert_eq!(code_of(&second, "reuse"), "photo_reused");
}

#[tokio::test]
async fn a_redacted_photo_says_what_to_do_in_both_languages() {
    let house = House::open().await;
    let rep = house.sign_in("rep1").await;
    let door = demo::door("demo", 0);
    let photo = upload(&rep, photo_at(&house, &door, Variant::Redacted, 1)).await;
    let path = format!("/v1/visits/{}", Uuid::now_v7());
    let english = rep.put(&path, &visit(&house, &door, &[photo])).await.expect(201);
    assert_eq!(code_of(&english, "gps"), "gps_redacted");
    let chinese = rep.request(reqwest::Method::GET, &path).header("Accept-Language", "zh-CN");
    let chinese = rep.send(chinese).await.expect(200);
    assert_eq!(code_of(&chinese, "gps"), "gps_redacted");
}

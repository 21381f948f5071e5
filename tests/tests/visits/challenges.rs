//! Capture challenges, and the phone's own fix that they bind.

use chrono::TimeDelta;
use dev::demo::door;
use dev::photo::Variant;
use serde_json::{Value, json};
use tests::doorstep::{code_of, new_id, new_visit, odd_photo_at, photo_at, visit_at};
use tests::house::Plan;
use tests::{House, Person};

use crate::assert_replayable;

async fn challenge(rep: &Person, offline: bool) -> Value {
    rep.post("/v1/challenges", &json!({ "offline": offline })).await.expect(201)["items"][0]["id"].clone()
}

/// An honest visit that names a challenge.
async fn challenged(house: &House, rep: &Person, challenge: &Value) -> Value {
    let here = door("demo", 0);
    let photo = rep.upload(&photo_at(house, &here)).await;
    let mut body = visit_at(house, &here, &[photo]);
    body["challenge"] = challenge.clone();
    rep.put(&new_visit(), &body).await.expect(201)
}

#[tokio::test]
async fn a_challenge_is_good_for_one_visit_of_its_own_rep_in_its_own_time() {
    let house = House::open_as(Plan::of_patience()).await;
    let (rep, rep2) = (house.sign_in("rep1").await, house.sign_in("rep2").await);
    let own = challenge(&rep, false).await;
    let first = challenged(&house, &rep, &own).await;
    assert_eq!((&first["status"], code_of(&first, "challenge")), (&json!("valid"), "ok"), "{first:#}");
    let second = challenged(&house, &rep, &own).await;
    assert_eq!((&second["status"], code_of(&second, "challenge")), (&json!("invalid"), "challenge_reused"));
    let foreign = challenge(&rep2, false).await;
    for unknown in [foreign, json!(new_id()), json!("not even an id")] {
        let visit = challenged(&house, &rep, &unknown).await;
        assert_eq!((&visit["status"], code_of(&visit, "challenge")), (&json!("review"), "challenge_unknown"), "{unknown}");
    }
    let (short, long) = (challenge(&rep, false).await, challenge(&rep, true).await);
    house.advance(TimeDelta::hours(1));
    let late = challenged(&house, &rep, &short).await;
    assert_eq!((&late["status"], code_of(&late, "challenge")), (&json!("review"), "challenge_expired"));
    let offline = challenged(&house, &rep, &long).await;
    assert_eq!(offline["status"], "valid", "{offline:#}");
    assert_replayable(&house).await;
}

#[tokio::test]
async fn a_photo_from_before_its_challenge_is_looked_at() {
    let house = House::open_as(Plan::of_patience()).await;
    let rep = house.sign_in("rep1").await;
    let here = door("demo", 0);
    let early = photo_at(&house, &here);
    house.advance(TimeDelta::minutes(20));
    let mut body = visit_at(&house, &here, &[rep.upload(&early).await]);
    body["challenge"] = challenge(&rep, false).await;
    let visit = rep.put(&new_visit(), &body).await.expect(201);
    assert_eq!((&visit["status"], code_of(&visit, "challenge_window")), (&json!("review"), "photo_outside_challenge"), "{visit:#}");
}

#[tokio::test]
async fn two_visits_that_share_a_challenge_at_once_do_not_both_count() {
    let house = House::open().await;
    let rep = house.sign_in("rep1").await;
    for _ in 0..5 {
        let shared = challenge(&rep, false).await;
        let (one, other) = tokio::join!(challenged(&house, &rep, &shared), challenged(&house, &rep, &shared));
        let counted = [&one, &other].into_iter().filter(|visit| visit["status"] == "valid").count();
        assert_eq!(counted, 1, "{one:#} {other:#}");
    }
}

async fn put_policy(house: &House, policy: Value) {
    let admin = house.sign_in("admin").await;
    let request = admin.request(reqwest::Method::PUT, "/v1/visit-rules").header("If-Match", "*").json(&policy);
    admin.send(request).await.expect(200);
}

/// A visit whose photo lost its GPS, with the phone's own fix.
async fn fixed(house: &House, rep: &Person, variant: Variant, challenge: Option<&Value>, mock: bool) -> Value {
    let here = door("demo", 0);
    let photo = rep.upload(&odd_photo_at(house, &here, variant)).await;
    let mut body = visit_at(house, &here, &[photo]);
    let now = house.now().to_rfc3339();
    let position =
        json!({ "lat": here.position.lat, "lon": here.position.lon, "datum": "wgs84", "accuracy_m": 12.0, "fixed_at": now, "mock": mock });
    body["device"] = json!({ "position": position });
    if let Some(challenge) = challenge {
        body["challenge"] = challenge.clone();
    }
    rep.put(&new_visit(), &body).await.expect(201)
}

#[tokio::test]
async fn the_phones_fix_carries_a_visit_only_where_the_policy_allows_it_and_a_challenge_binds_it() {
    let house = House::open_as(Plan::of_patience()).await;
    let rep = house.sign_in("rep1").await;
    let own = challenge(&rep, false).await;
    let strict = fixed(&house, &rep, Variant::NoExif, Some(&own), false).await;
    assert_eq!((&strict["status"], code_of(&strict, "gps")), (&json!("invalid"), "gps_absent"));
    put_policy(&house, json!({ "evidence": "exif_or_device_fix" })).await;
    for variant in [Variant::NoExif, Variant::Redacted] {
        let own = challenge(&rep, false).await;
        let carried = fixed(&house, &rep, variant, Some(&own), false).await;
        assert_eq!((&carried["status"], code_of(&carried, "gps")), (&json!("valid"), "device_fix_used"), "{carried:#}");
        assert_eq!(carried["verdict"]["evidence"]["kind"], "device_fix");
    }
    let unbound = fixed(&house, &rep, Variant::NoExif, None, false).await;
    assert_eq!((&unbound["status"], code_of(&unbound, "gps")), (&json!("invalid"), "gps_absent"));
    let spent = fixed(&house, &rep, Variant::NoExif, Some(&own), false).await;
    assert_eq!(spent["status"], "invalid", "the challenge was used before");
    let fresh = challenge(&rep, false).await;
    let mocked = fixed(&house, &rep, Variant::NoExif, Some(&fresh), true).await;
    assert_eq!(mocked["status"], "invalid", "{mocked:#}");
    // The two kinds of evidence are told apart on the board.
    let board = house.sign_in("supervisor1").await.get("/v1/boards/visits").await.expect(200);
    assert_eq!((&board["totals"]["valid"], &board["totals"]["valid_by_device_fix"]), (&json!(2), &json!(2)));
    assert_replayable(&house).await;
}

#[tokio::test]
async fn a_policy_can_ask_for_a_challenge() {
    let house = House::open_as(Plan::of_patience()).await;
    let rep = house.sign_in("rep1").await;
    put_policy(&house, json!({ "challenge": "required" })).await;
    let without = rep.check_in(&house, &door("demo", 0)).await;
    assert_eq!((&without["status"], code_of(&without, "challenge")), (&json!("review"), "challenge_missing"));
    let own = challenge(&rep, false).await;
    assert_eq!(challenged(&house, &rep, &own).await["status"], "valid");
}

//! Doors, pins and fences: the three datums agree, photos say where they were, and pins heal.

use chrono::TimeDelta;
use dev::demo::{door, id_of};
use dev::photo::Variant;
use domain::place::{Datum, Position, SentPosition};
use serde_json::{Value, json};
use tests::doorstep::{check, code_of, id_in, new_visit, odd_photo_at, photo_at, photo_spec, visit_at};
use tests::house::Plan;
use tests::waiting::eventually;
use tests::{House, Person};

use crate::assert_replayable;

#[tokio::test]
async fn photos_at_doors_pinned_in_any_datum_are_at_the_door() {
    let house = House::open_as(Plan::of_patience()).await;
    let (rep1, rep2) = (house.sign_in("rep1").await, house.sign_in("rep2").await);
    for n in 0..6 {
        let (door, rep) = (door("demo", n), if n % 2 == 0 { &rep1 } else { &rep2 });
        let visit = rep.check_in(&house, &door).await;
        let distance_m = check(&visit, "fence")["measured"].as_f64().unwrap();
        assert!(visit["status"] == "valid" && distance_m < 2.0, "{:?}: {visit:#}", door.datum);
        house.advance(TimeDelta::hours(1));
    }
    assert_replayable(&house).await;
}

fn sent(position: Position, datum: Datum) -> Value {
    let sent = SentPosition::from_wgs84(position, datum);
    let name = ["wgs84", "gcj02", "bd09"][[Datum::Wgs84, Datum::Gcj02, Datum::Bd09].iter().position(|one| *one == datum).unwrap()];
    json!({ "lat": sent.lat, "lon": sent.lon, "datum": name })
}

#[tokio::test]
async fn a_pin_in_the_wrong_datum_is_noticed_at_the_first_visit() {
    let house = House::open().await;
    let (rep, admin) = (house.sign_in("rep1").await, house.sign_in("admin").await);
    let here = door("demo", 0);
    // A GCJ-02 coordinate called WGS-84, as careless imports do.
    let mut pin = sent(here.position, Datum::Gcj02);
    pin["datum"] = json!("wgs84");
    let body = json!({ "name": "新店", "unit_id": id_of("demo", "team1"), "pin": pin });
    let customer = admin.post("/v1/customers", &body).await.expect(201);
    let photo = rep.upload(&photo_at(&house, &here)).await;
    let mut visit = visit_at(&house, &here, &[photo]);
    visit["customer_id"] = customer["id"].clone();
    let visit = rep.put(&new_visit(), &visit).await.expect(201);
    let fence = check(&visit, "fence");
    assert_eq!((&visit["status"], &fence["code"]), (&json!("invalid"), &json!("outside_fence")));
    assert!((270.0..700.0).contains(&fence["measured"].as_f64().unwrap()), "{fence:#}");
}

#[tokio::test]
async fn the_phones_fix_is_compared_in_the_datum_it_names() {
    let house = House::open_as(Plan::of_patience()).await;
    let rep = house.sign_in("rep1").await;
    let here = door("demo", 0);
    for (datum, named, code) in [
        (Datum::Wgs84, "wgs84", "ok"),
        (Datum::Gcj02, "gcj02", "ok"),
        (Datum::Bd09, "bd09", "ok"),
        (Datum::Bd09, "wgs84", "position_disagrees"),
    ] {
        let photo = rep.upload(&photo_at(&house, &here)).await;
        let mut body = visit_at(&house, &here, &[photo]);
        let mut position = sent(here.position, datum);
        position["datum"] = json!(named);
        position["accuracy_m"] = json!(8.0);
        position["fixed_at"] = json!(house.now().to_rfc3339());
        body["device"] = json!({ "position": position, "client_build": "mini-1" });
        let visit = rep.put(&new_visit(), &body).await.expect(201);
        assert_eq!(code_of(&visit, "device_position"), code, "{datum:?} called {named}: {visit:#}");
        assert_eq!(visit["status"], if code == "ok" { "valid" } else { "review" });
    }
    let mut body = visit_at(&house, &here, &[rep.upload(&photo_at(&house, &here)).await]);
    let mut position = sent(here.position, Datum::Wgs84);
    (position["fixed_at"], position["mock"]) = (json!(house.now().to_rfc3339()), json!(true));
    body["device"] = json!({ "position": position });
    let mocked = rep.put(&new_visit(), &body).await.expect(201);
    assert_eq!((&mocked["status"], code_of(&mocked, "mock_location")), (&json!("review"), "mock_location"));
}

#[tokio::test]
async fn every_way_of_losing_gps_has_a_code_and_a_remedy_of_its_own() {
    let house = House::open_as(Plan::of_patience()).await;
    let rep = house.sign_in("rep1").await;
    let here = door("demo", 0);
    for (variant, name, code, status) in [
        (Variant::NoExif, "gps", "gps_absent", "invalid"),
        (Variant::StrippedGps, "gps", "gps_absent", "invalid"),
        (Variant::Redacted, "gps", "gps_redacted", "invalid"),
        (Variant::ZeroOverOne, "gps", "gps_redacted", "invalid"),
        (Variant::NoRef, "gps", "gps_malformed", "invalid"),
        (Variant::Infinite, "gps", "gps_malformed", "invalid"),
        (Variant::OutOfRange, "gps", "gps_out_of_range", "invalid"),
        (Variant::CoarseAccuracy, "accuracy", "gps_too_coarse", "review"),
        (Variant::Edited, "editing", "photo_edited", "review"),
        (Variant::ClocksDisagree, "clocks", "clocks_disagree", "review"),
        (Variant::Html, "photo", "photo_type_unsupported", "invalid"),
        (Variant::TruncatedHeader, "photo", "photo_unreadable", "invalid"),
        (Variant::LittleEndian, "gps", "ok", "valid"),
        (Variant::FarExif, "gps", "ok", "valid"),
    ] {
        let photo = rep.upload(&odd_photo_at(&house, &here, variant)).await;
        let visit = rep.put(&new_visit(), &visit_at(&house, &here, &[photo])).await.expect(201);
        let found = check(&visit, name);
        assert_eq!((&visit["status"], &found["code"]), (&json!(status), &json!(code)), "{variant:?}: {visit:#}");
        assert!(!found["message"].as_str().unwrap().is_empty(), "{variant:?}");
        assert!(status == "valid" || found["remedy"].as_str().is_some_and(|remedy| !remedy.is_empty()), "{variant:?}: {found:#}");
        house.advance(TimeDelta::minutes(1));
    }
    assert_replayable(&house).await;
}

#[tokio::test]
async fn photos_are_taken_at_the_visit_and_reps_do_not_fly() {
    let house = House::open_as(Plan::of_patience()).await;
    let rep = house.sign_in("rep1").await;
    let (here, there) = (door("demo", 0), door("demo", 10));
    rep.check_in(&house, &here).await;
    house.advance(TimeDelta::seconds(30));
    let flown = rep.check_in(&house, &there).await;
    assert_eq!((&flown["status"], code_of(&flown, "travel")), (&json!("review"), "impossible_travel"), "{flown:#}");
    house.advance(TimeDelta::hours(2));
    let old = photo_at(&house, &here);
    house.advance(TimeDelta::hours(1));
    let photo = rep.upload(&old).await;
    let stale = rep.put(&new_visit(), &visit_at(&house, &here, &[photo])).await.expect(201);
    assert_eq!((&stale["status"], code_of(&stale, "capture_time")), (&json!("invalid"), "photo_stale"));
    let mut ahead = photo_spec(&house, &here);
    ahead.taken_at += TimeDelta::hours(3);
    let photo = rep.upload(&ahead.encode().unwrap()).await;
    let future = rep.put(&new_visit(), &visit_at(&house, &here, &[photo])).await.expect(201);
    assert_eq!((&future["status"], code_of(&future, "capture_time")), (&json!("invalid"), "photo_from_future"));
}

async fn shop_without_a_pin(admin: &Person) -> Value {
    admin.post("/v1/customers", &json!({ "name": "没有定位的店", "unit_id": id_of("demo", "team1") })).await.expect(201)
}

#[tokio::test]
async fn a_visit_to_an_unlocated_customer_proposes_its_pin_and_counts_once_it_is_accepted() {
    let house = House::open().await;
    house.set_to_work();
    let (rep, supervisor, admin) = (house.sign_in("rep1").await, house.sign_in("supervisor1").await, house.sign_in("admin").await);
    let (here, shop) = (door("demo", 0), shop_without_a_pin(&admin).await);
    let photo = rep.upload(&photo_at(&house, &here)).await;
    let mut body = visit_at(&house, &here, &[photo]);
    body["customer_id"] = shop["id"].clone();
    let path = new_visit();
    let visit = rep.put(&path, &body).await.expect(201);
    assert_eq!((&visit["status"], code_of(&visit, "fence")), (&json!("review"), "customer_unlocated"));
    let proposal = supervisor.get("/v1/pin-proposals").await.expect(200)["items"][0].clone();
    assert_eq!((&proposal["visit_id"], &proposal["customer_id"], &proposal["pin"]), (&visit["id"], &shop["id"], &Value::Null));
    let decision = format!("/v1/pin-proposals/{}/decision", id_in(&proposal));
    supervisor.post(&decision, &json!({ "decision": "accept" })).await.expect(200);
    let pinned = admin.get(&format!("/v1/customers/{}", id_in(&shop))).await.expect(200);
    assert!(pinned["pin"].is_object() && pinned["version"].as_i64() > shop["version"].as_i64(), "{pinned:#}");
    let counted = eventually("a verdict under the new pin", async || {
        let visit = rep.get(&path).await.expect(200);
        (visit["status"] == "valid").then_some(visit)
    });
    assert_eq!(counted.await["verdict"]["cause"], "pin_changed");
    let told = rep.get("/v1/inbox").await.expect(200);
    assert_eq!((&told["items"][0]["code"], &told["items"][0]["visit_id"]), (&json!("verdict_changed"), &visit["id"]));
}

#[tokio::test]
async fn a_moved_shop_is_proposed_by_its_rep_and_may_be_rejected() {
    let house = House::open().await;
    let (rep, supervisor) = (house.sign_in("rep1").await, house.sign_in("supervisor1").await);
    let (old, new) = (door("demo", 0), door("demo", 4));
    let photo = rep.upload(&photo_at(&house, &new)).await;
    let path = new_visit();
    rep.put(&path, &visit_at(&house, &old, &[photo])).await.expect(201);
    let proposed = rep.post(&format!("{path}/pin-proposal"), &json!({})).await.expect(201);
    assert_eq!(rep.post(&format!("{path}/pin-proposal"), &json!({})).await.expect(200), proposed);
    let open = supervisor.get("/v1/pin-proposals").await.expect(200)["items"][0].clone();
    assert!(open["id"] == proposed["id"] && open["distance_m"].as_f64().unwrap() > 1000.0, "{open:#}");
    let decision = format!("/v1/pin-proposals/{}/decision", id_in(&proposed));
    supervisor.post(&decision, &json!({ "decision": "reject" })).await.expect(200);
    assert_eq!(supervisor.post(&decision, &json!({ "decision": "accept" })).await.code(), "state_forbids");
    assert_eq!(supervisor.get("/v1/pin-proposals").await.expect(200)["items"], json!([]));
    assert_eq!(rep.get(&path).await.expect(200)["status"], "invalid");
    // A visit that counts has nothing to propose.
    let counted = rep.check_in(&house, &old).await;
    let nothing = rep.post(&format!("/v1/visits/{}/pin-proposal", id_in(&counted)), &json!({})).await;
    assert_eq!((nothing.status.as_u16(), nothing.code()), (409, "state_forbids"));
}

//! Boards: what counts, what was left out and why, by the organisation's civil days.

use chrono::{NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Asia::Shanghai;
use dev::demo::{door, id_of};
use dev::photo::Variant;
use reqwest::Method;
use serde_json::{Value, json};
use tests::House;
use tests::doorstep::{id_in, new_visit, odd_photo_at, photo_at, visit_at};
use tests::house::Plan;

#[tokio::test]
async fn counts_and_what_was_left_out_add_up() {
    let house = House::open_as(Plan::of_patience()).await;
    let (rep1, rep2) = (house.sign_in("rep1").await, house.sign_in("rep2").await);
    let here = door("demo", 0);
    for variant in [Variant::Ok, Variant::Ok, Variant::StrippedGps, Variant::Redacted, Variant::Redacted, Variant::CoarseAccuracy] {
        let photo = rep1.upload(&odd_photo_at(&house, &here, variant)).await;
        rep1.put(&new_visit(), &visit_at(&house, &here, &[photo])).await.expect(201);
    }
    let awaited = id_in(&rep1.declare(&photo_at(&house, &here)).await);
    rep1.put(&new_visit(), &visit_at(&house, &here, &[awaited])).await.expect(201);
    rep2.check_in(&house, &door("demo", 1)).await;

    let board = house.sign_in("director1").await.get("/v1/boards/visits").await.expect(200);
    let of_rep1 = board["items"].as_array().unwrap().iter().find(|item| item["rep_id"] == json!(id_of("demo", "rep1"))).unwrap();
    assert_eq!(of_rep1["valid"], 2);
    let left_out = json!({ "gps_absent": 1, "gps_redacted": 2, "gps_too_coarse": 1, "awaiting_photos": 1 });
    assert_eq!(of_rep1["left_out"], left_out, "{board:#}");
    assert_eq!((&board["totals"]["valid"], &board["totals"]["left_out"]), (&json!(3), &json!(5)));
    assert_eq!(board["totals"]["left_out_by_code"], left_out);
    let team = house.sign_in("supervisor1").await.get("/v1/boards/visits").await.expect(200);
    assert_eq!((&team["totals"]["valid"], team["items"].as_array().unwrap().len()), (&json!(2), 1), "the own team only");
    let asked = house.sign_in("admin").await.get(&format!("/v1/boards/visits?unit_id={}", id_of("demo", "team2"))).await.expect(200);
    assert_eq!(asked["totals"]["valid"], 1);
}

#[tokio::test]
async fn days_begin_at_midnight_where_the_organisation_is() {
    let house = House::open_as(Plan::of_patience()).await;
    let (rep, supervisor, admin) = (house.sign_in("rep1").await, house.sign_in("supervisor1").await, house.sign_in("admin").await);
    let today = house.now().with_timezone(&Shanghai).date_naive();
    let midnight = Shanghai.from_local_datetime(&today.and_time(NaiveTime::MIN)).unwrap().to_utc();
    for (seconds, day) in [(-1, today.pred_opt().unwrap()), (0, today)] {
        let mut body = visit_at(&house, &door("demo", 0), &[]);
        body["started_at"] = json!((midnight + TimeDelta::seconds(seconds)).to_rfc3339());
        let visit = rep.put(&new_visit(), &body).await.expect(201);
        assert_eq!(visit["visited_on"], json!(day), "{seconds} s from midnight");
        let board = supervisor.get(&format!("/v1/boards/visits?from={day}&to={day}")).await.expect(200);
        assert_eq!((&board["totals"]["left_out"], &board["items"][0]["day"]), (&json!(1), &json!(day)));
    }
    let week = supervisor.get("/v1/boards/visits").await.expect(200);
    assert_eq!((&week["to"], &week["totals"]["left_out"]), (&json!(today), &json!(2)));
    for bad in ["from=2026-01-02&to=2026-01-01", "from=2025-01-01&to=2026-01-01", "from=2026-02-30", "from=x"] {
        assert_eq!(supervisor.get(&format!("/v1/boards/visits?{bad}")).await.status, 400, "{bad}");
    }
    // An organisation that moves keeps the days of its past.
    let moved = admin.request(Method::PATCH, "/v1/organisation").header("If-Match", "*").json(&json!({ "zone": "America/New_York" }));
    admin.send(moved).await.expect(200);
    let board = supervisor.get(&format!("/v1/boards/visits?from={today}&to={today}")).await.expect(200);
    assert_eq!(board["totals"]["left_out"], 1);
}

#[tokio::test]
async fn a_client_build_that_loses_gps_is_seen_on_the_first_day() {
    let house = House::open_as(Plan::of_patience()).await;
    let rep = house.sign_in("rep1").await;
    let here = door("demo", 0);
    for (build, variants) in [
        (Some("android-2.4.0"), vec![Variant::Ok, Variant::Ok]),
        (Some("android-2.4.1"), vec![Variant::Redacted, Variant::Redacted, Variant::StrippedGps, Variant::Ok]),
        (None, vec![Variant::Ok]),
    ] {
        for variant in variants {
            let photo = rep.upload(&odd_photo_at(&house, &here, variant)).await;
            let mut body = visit_at(&house, &here, &[photo]);
            if let Some(build) = build {
                body["device"] = json!({ "client_build": build });
            }
            rep.put(&new_visit(), &body).await.expect(201);
        }
    }
    let board = house.sign_in("operations1").await.get("/v1/boards/evidence").await.expect(200);
    let of = |build: Value| board["items"].as_array().unwrap().iter().find(|item| item["client_build"] == build).unwrap().clone();
    let bad = of(json!("android-2.4.1"));
    assert_eq!((&bad["visits"], &bad["gps_redacted"], &bad["gps_absent"], &bad["by_exif"]), (&json!(4), &json!(2), &json!(1), &json!(1)));
    assert!((bad["gps_missing_rate"].as_f64().unwrap() - 0.75).abs() < 1e-9);
    assert_eq!(of(json!("android-2.4.0"))["gps_missing_rate"], 0.0);
    assert_eq!(of(Value::Null)["visits"], 1);
}

//! Lists: pages that hold each visit once, the filters, and the map.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use dev::demo::{door, id_of};
use dev::photo::Variant;
use reqwest::Method;
use serde_json::{Value, json};
use tests::doorstep::{new_id, new_visit, odd_photo_at, visit_at};
use tests::house::Plan;
use tests::{House, Person};

/// Hands `count` visits in at once, several of them begun in the same instant.
async fn hand_in(house: &House, rep: &Person, count: i64) {
    let visits: Vec<Value> = (0..count)
        .map(|n| {
            let mut visit = visit_at(house, &door("demo", 0), &[]);
            visit["id"] = json!(new_id());
            visit["started_at"] = json!((house.now() - TimeDelta::minutes(n / 5)).to_rfc3339());
            visit
        })
        .collect();
    for part in visits.chunks(100) {
        rep.post("/v1/visits:batch", &json!({ "visits": part })).await.expect(200);
    }
}

#[tokio::test]
async fn pages_hold_every_visit_once_and_in_order() {
    let house = House::open().await;
    let (rep, supervisor) = (house.sign_in("rep1").await, house.sign_in("supervisor1").await);
    hand_in(&house, &rep, 120).await;
    for who in [&rep, &supervisor] {
        let (mut seen, mut starts, mut cursor, mut pages) = (BTreeSet::new(), Vec::new(), String::new(), 0);
        loop {
            let page = who.get(&format!("/v1/visits?status=all&limit=7{cursor}")).await.expect(200);
            for item in page["items"].as_array().unwrap() {
                assert!(seen.insert(item["id"].as_str().unwrap().to_owned()), "{} came twice", item["id"]);
                starts.push(item["started_at"].as_str().unwrap().to_owned());
            }
            pages += 1;
            if pages == 3 {
                // What arrives meanwhile does not move the rest.
                rep.put(&new_visit(), &visit_at(&house, &door("demo", 0), &[])).await.expect(201);
            }
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert!(starts.is_sorted_by(|a, b| a >= b));
        assert!(seen.len() >= 120 && pages >= 18, "{} in {pages}", seen.len());
    }
    for bad in ["limit=0", "limit=201", "limit=x", "cursor=AAAA", "cursor=", "status=odd", "colour=red", "unit_id=7", "from=yesterday"] {
        let answer = rep.get(&format!("/v1/visits?{bad}")).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (400, "malformed_request"), "{bad}");
    }
}

#[tokio::test]
async fn everybody_but_the_rep_sees_what_counts_unless_they_ask() {
    let house = House::open().await;
    let rep = house.sign_in("rep1").await;
    let here = door("demo", 0);
    let valid = rep.check_in(&house, &here).await;
    let coarse = rep.upload(&odd_photo_at(&house, &here, Variant::CoarseAccuracy)).await;
    rep.put(&new_visit(), &visit_at(&house, &here, &[coarse])).await.expect(201);
    rep.put(&new_visit(), &visit_at(&house, &here, &[])).await.expect(201);
    let count =
        async |who: &Person, query: &str| who.get(&format!("/v1/visits{query}")).await.expect(200)["items"].as_array().unwrap().len();
    assert_eq!(count(&rep, "").await, 3, "reps see all of theirs");
    for login in ["supervisor1", "director1", "operations1", "admin", "presales1"] {
        let who = house.sign_in(login).await;
        let listed = who.get("/v1/visits").await.expect(200);
        assert_eq!(listed["items"], json!([valid]), "{login}");
        for (query, want) in [
            ("?status=all", 3),
            ("?status=invalid,review", 2),
            ("?status=review", 1),
            (&format!("?status=all&rep_id={}", id_of("demo", "rep2")), 0),
            (&format!("?status=all&customer_id={}", here.customer_id), 3),
            (&format!("?status=all&unit_id={}", id_of("demo", "team2")), 0),
            (&format!("?status=all&unit_id={}", id_of("demo", "branch")), 3),
        ] {
            assert_eq!(count(&who, query).await, want, "{login} {query}");
        }
    }
}

/// The ids of all pages of what has changed since.
async fn changed(who: &Person, since: &Value) -> Vec<Value> {
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let since = since.as_str().unwrap();
        let page = who.get(&format!("/v1/visits?status=all&limit=2&updated_since={since}{cursor}")).await.expect(200);
        seen.extend(page["items"].as_array().unwrap().iter().map(|visit| visit["id"].clone()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return seen,
        }
    }
}

#[tokio::test]
async fn changes_are_read_in_their_order_and_each_once() {
    let house = House::open_as(Plan::of_patience()).await;
    let (rep, supervisor) = (house.sign_in("rep1").await, house.sign_in("supervisor1").await);
    let mut visits = Vec::new();
    for n in [0, 2, 4] {
        house.advance(TimeDelta::hours(1));
        visits.push(rep.check_in(&house, &door("demo", n)).await);
    }
    let ids: Vec<_> = visits.iter().map(|visit| visit["id"].clone()).collect();
    assert_eq!(changed(&supervisor, &visits[0]["updated_at"]).await, ids);
    assert_eq!(changed(&supervisor, &visits[2]["updated_at"]).await, ids[2..]);
    // A decision is a change: the oldest is the last to have changed.
    house.advance(TimeDelta::hours(1));
    let review = json!({ "decision": "invalid", "reason": "不是这家店" });
    let reviewed = supervisor.post(&format!("/v1/visits/{}/review", ids[0].as_str().unwrap()), &review).await.expect(200);
    assert!(reviewed["updated_at"].as_str() > visits[2]["updated_at"].as_str(), "{reviewed}");
    assert_eq!(changed(&supervisor, &visits[0]["updated_at"]).await, [&ids[1], &ids[2], &ids[0]].map(Clone::clone));
    assert_eq!(changed(&supervisor, &reviewed["updated_at"]).await, [ids[0].clone()]);
}

#[tokio::test]
async fn a_page_is_also_a_map() {
    let house = House::open().await;
    let (rep, supervisor) = (house.sign_in("rep1").await, house.sign_in("supervisor1").await);
    let here = door("demo", 0);
    let visit = rep.check_in(&house, &here).await;
    rep.put(&new_visit(), &visit_at(&house, &here, &[])).await.expect(201);
    let request = supervisor.request(Method::GET, "/v1/visits?status=all").header("Accept", "application/geo+json");
    let map = supervisor.send(request).await;
    assert_eq!(map.headers["content-type"], "application/geo+json");
    let map = map.expect(200);
    assert_eq!(map["type"], "FeatureCollection");
    let features = map["features"].as_array().unwrap();
    assert_eq!(features.len(), 2);
    let placed = features.iter().find(|feature| feature["id"] == visit["id"]).unwrap();
    assert_eq!((&placed["type"], &placed["geometry"]["type"]), (&json!("Feature"), &json!("Point")));
    let coordinates = placed["geometry"]["coordinates"].as_array().unwrap();
    let near = |n: usize, want: f64| (coordinates[n].as_f64().unwrap() - want).abs() < 1e-4;
    assert!(coordinates.len() == 2 && near(0, here.position.lon) && near(1, here.position.lat), "longitude first: {coordinates:?}");
    assert_eq!(placed["properties"]["status"], "valid");
    let unplaced = features.iter().find(|feature| feature["id"] != visit["id"]).unwrap();
    assert_eq!(unplaced["geometry"], Value::Null, "RFC 7946 asks for a null, not for its absence");
}

//! A playbook tried on what leads went through, beside what really came of it.

use chrono::{DateTime, TimeDelta, Utc};
use domain::playbook::DEFAULT;
use reqwest::Method;
use serde_json::{Value, json};
use tests::waiting::eventually;
use tests::{Answer, Person};
use uuid::Uuid;

use crate::ground::{Deeds, Ground, call, hours};

/// Asks for a simulation: of a draft, or of what is in force.
async fn asked(admin: &Person, query: &str, draft: Option<&str>) -> Answer {
    let request = admin.request(Method::POST, &format!("/v1/playbook:simulate{query}"));
    admin
        .send(match draft {
            Some(draft) => request.header("Content-Type", "application/yaml").body(draft.to_owned()),
            None => request,
        })
        .await
}

/// Asks, and waits for the outcome.
async fn simulated(ground: &Ground, since: DateTime<Utc>, draft: Option<&str>) -> Value {
    let from = since.format("%Y-%m-%dT%H:%M:%S%.6fZ");
    let begun = asked(&ground.admin, &format!("?from={from}"), draft).await;
    let location = begun.headers["location"].to_str().unwrap().to_owned();
    let begun = begun.expect(202);
    assert_eq!((&begun["is_draft"], location.ends_with(begun["id"].as_str().unwrap())), (&json!(draft.is_some()), true));
    let ended = eventually("the simulation ends", async || {
        let seen = ground.admin.get(&location).await.expect(200);
        matches!(seen["state"].as_str(), Some("done" | "failed")).then_some(seen)
    });
    let ended = ended.await;
    assert_eq!((&ended["state"], &ended["done"], &ended["cut_off"]), (&json!("done"), &ended["subjects"], &json!(0)), "{ended:#}");
    ended
}

fn count<'a>(ended: &'a Value, what: &str, code: &str, to: Option<&str>, step: u64) -> &'a Value {
    let counts = ended["counts"].as_array().unwrap();
    let found = counts.iter().find(|count| {
        let of = &count["of"];
        let is_in = what == "stage" || of["stage"] == if code == "lead_back_in_pool" { "new" } else { "confirmed" };
        is_in && of["what"] == what && of["code"] == code && of["to"].as_str() == to && of["step"].as_u64().unwrap_or(0) == step
    });
    found.unwrap_or_else(|| panic!("no {what} {code} {to:?} {step} in {ended:#}"))
}

/// A lead that `rep1` has accepted. Nothing is recorded at one and the same instant, as in the world.
async fn confirmed(ground: &Ground) -> Uuid {
    let id = ground.entered().await;
    ground.house.advance(TimeDelta::seconds(1));
    ground.offered(id).await;
    ground.house.advance(TimeDelta::seconds(1));
    ground.rep.deed(id, "accept", &Value::Null).await.expect(200);
    ground.house.advance(TimeDelta::seconds(1));
    id
}

/// Four leads: one in time, one late, one whose offer ran out and one whose incident was acknowledged.
async fn walk(ground: &Ground) -> [Uuid; 4] {
    let [in_time, late] = [confirmed(ground).await, confirmed(ground).await];
    let offered = ground.entered().await;
    ground.house.advance(TimeDelta::seconds(1));
    ground.offered(offered).await;
    let held = confirmed(ground).await;
    ground.pass(hours(2)).await;
    ground.pass(hours(28)).await;
    ground.rep.deed(in_time, "contact", &call()).await.expect(200);
    ground.pass(hours(18)).await;
    ground.pass(hours(1)).await;
    let incidents = ground.supervisor.get("/v1/incidents?limit=200").await.expect(200);
    let of_held = |item: &&Value| item["subject"]["id"] == json!(held) || item["subject_id"] == json!(held);
    let incident = incidents["items"].as_array().unwrap().iter().find(of_held).unwrap_or_else(|| panic!("{incidents:#}"));
    let id = incident["id"].as_str().unwrap();
    ground.supervisor.post(&format!("/v1/incidents/{id}/acknowledge"), &json!({})).await.expect(200);
    ground.pass(hours(1)).await;
    ground.rep.deed(late, "contact", &call()).await.expect(200);
    for _ in 0..26 {
        ground.pass(hours(1)).await;
    }
    [in_time, late, offered, held]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_playbook_in_force_would_have_done_what_it_did_and_a_stricter_one_is_earlier() {
    let ground = Ground::open().await;
    let since = ground.house.now() - TimeDelta::seconds(1);
    let [in_time, late, ..] = walk(&ground).await;
    ground.house.set_to_work();
    let same = simulated(&ground, since, None).await;
    assert_eq!((&same["differences"], &same["differences_left_out"]), (&json!([]), &json!(0)), "{same:#}");
    for count in same["counts"].as_array().unwrap() {
        let [would, did, same] = ["would", "did", "same"].map(|name| count[name].as_u64().unwrap());
        assert!(would == did && did == same && did > 0, "{count:#}");
    }
    // Not by seeing nothing.
    assert!(count(&same, "incident", "lead_stalled", None, 0)["did"].as_u64().unwrap() >= 2);
    assert!(count(&same, "intervention", "lead_stalled", Some("supervisor"), 1)["did"].as_u64().unwrap() >= 1);
    assert_eq!(count(&same, "intervention", "lead_back_in_pool", Some("supervisor"), 0)["did"], 1);
    assert_eq!(count(&same, "stage", "confirmed", None, 0)["did"], 3);

    let strict = DEFAULT.replacen("qualified]}\n    after: 48h", "qualified]}\n    after: 24h", 1);
    let stricter = simulated(&ground, since, Some(&strict)).await;
    let differences = stricter["differences"].as_array().unwrap();
    let incident_of = |id: Uuid| {
        let of = |one: &&Value| one["of"]["what"] == "incident" && one["subject_id"] == json!(id);
        differences.iter().find(of).unwrap_or_else(|| panic!("{id}: {stricter:#}"))
    };
    let at = |one: &Value, name: &str| one[name].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
    let moved = incident_of(late);
    assert_eq!((&moved["differs"], at(moved, "did_at") - at(moved, "would_at")), (&json!("moved"), hours(24)));
    assert!(moved["subject"].as_str().unwrap().contains("晨光文具"));
    let added = incident_of(in_time);
    assert_eq!((&added["differs"], &added["did_at"]), (&json!("added"), &Value::Null));
    assert_eq!((at(added, "would_at") - since).num_hours(), 24);
    assert_eq!(ground.count("incidents where subject_id = $1", in_time).await, 0, "nothing was changed");
    assert_eq!(count(&stricter, "stage", "confirmed", None, 0)["same"], 3);
}

#[tokio::test]
async fn it_is_asked_for_one_at_a_time_and_within_bounds() {
    let ground = Ground::open().await;
    let admin = &ground.admin;
    assert_eq!(asked(admin, "?from=2024-01-01T00:00:00Z", None).await.code(), "fields_refused");
    assert_eq!(asked(admin, "?until=2099-01-01T00:00:00Z", None).await.code(), "fields_refused");
    assert_eq!(asked(admin, "?version=7", None).await.code(), "not_found");
    assert_eq!(asked(admin, "?version=1", Some(DEFAULT)).await.code(), "fields_refused");
    let faulty = asked(admin, "", Some("format: 1")).await;
    assert_eq!((faulty.code(), faulty.body["errors"][0]["line"].is_u64()), ("fields_refused", true));
    assert_eq!(asked(&ground.supervisor, "", None).await.code(), "not_permitted");
    let key = || admin.request(Method::POST, "/v1/playbook:simulate").header("Idempotency-Key", "try-1");
    let begun = admin.send(key()).await.expect(202);
    assert_eq!(begun["state"], "waiting");
    assert_eq!(admin.send(key()).await.expect(202)["id"], begun["id"], "the same again is the same");
    assert_eq!(asked(admin, "", None).await.code(), "state_forbids");
    let path = format!("/v1/playbook/simulations/{}", begun["id"].as_str().unwrap());
    assert_eq!(ground.house.sign_in_to("other", "admin").await.get(&path).await.code(), "not_found");
}

//! The 48-hour breaker, exactly.

use chrono::TimeDelta;
use serde_json::json;

use crate::ground::{Deeds, Ground, call, hours};

#[tokio::test]
async fn an_edit_does_not_stop_the_breaker_and_three_people_are_told_at_once() {
    let ground = Ground::open().await;
    let id = ground.confirmed().await;
    ground.pass(hours(47)).await;
    let read = ground.lead(id).await;
    let edited = ground.rep.edit(id, "\"1\"", &json!({ "wish": "改了又改" })).await;
    assert_eq!(edited.headers["etag"], "\"2\"");
    assert_eq!(edited.expect(200)["entered_at"], read["entered_at"]);
    assert_eq!(ground.rep.edit(id, "\"1\"", &json!({ "wish": "旧版" })).await.code(), "version_differs");
    ground.rep.deed(id, "contact", &json!({ "channel": "phone", "outcome": "not_reached" })).await.expect(200);
    assert_eq!(ground.pass(hours(1) - TimeDelta::seconds(1)).await, 0, "never early");
    assert_eq!(ground.pass(TimeDelta::seconds(1)).await, 1);
    assert_eq!(ground.count("incidents where subject_id = $1", id).await, 1);
    assert_eq!(ground.told(id).await, ["presales1 signal", "rep1 todo", "supervisor1 card"]);
    assert_eq!(ground.pass(TimeDelta::zero()).await, 0, "once");
    for (login, kind) in [("rep1", "todo"), ("supervisor1", "card"), ("presales1", "signal")] {
        let inbox = ground.house.sign_in(login).await.get("/v1/inbox?open=true").await.expect(200);
        let of_lead = |item: &&serde_json::Value| item["subject_id"] == json!(id) && !item["incident_id"].is_null();
        let told = inbox["items"].as_array().unwrap().iter().find(of_lead).unwrap();
        assert_eq!((&told["kind"], told["message"].as_str().unwrap().contains("晨光文具")), (&json!(kind), true), "{told:#}");
    }
    // The deed that was awaited ends it, and the next stage is watched.
    ground.rep.deed(id, "contact", &call()).await.expect(200);
    assert_eq!(ground.count("incidents where subject_id = $1 and state = 'resolved'", id).await, 1);
    assert_eq!(ground.count("timers where subject_id = $1 and closed_at is null and code = 'lead_stalled'", id).await, 1);
    ground.pass(hours(48)).await;
    assert_eq!(ground.count("incidents where subject_id = $1", id).await, 2, "the next stage stalls too");
}

#[tokio::test]
async fn the_first_contact_stops_it() {
    let ground = Ground::open().await;
    let id = ground.confirmed().await;
    ground.pass(hours(48) - TimeDelta::seconds(1)).await;
    ground.rep.deed(id, "contact", &call()).await.expect(200);
    ground.pass(TimeDelta::seconds(1)).await;
    assert_eq!(ground.count("incidents where subject_id = $1", id).await, 0);
}

#[tokio::test]
async fn a_contact_that_a_phone_tells_late_was_in_time() {
    let ground = Ground::open().await;
    let id = ground.confirmed().await;
    ground.pass(hours(50)).await;
    let mut said = call();
    said["done_at"] = json!((ground.house.now() - hours(10)).to_rfc3339());
    let recorded = ground.rep.deed(id, "contact", &said).await.expect(200);
    assert_eq!(ground.count("incidents where subject_id = $1 and state = 'resolved' and in_time", id).await, 1);
    let first: chrono::DateTime<chrono::Utc> = recorded["lead"]["first_contacted_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(first, ground.house.now() - hours(10));
}

#[tokio::test]
async fn what_lies_in_the_pool_stalls_too_and_the_supervisor_has_the_ball() {
    let ground = Ground::open().await;
    let id = ground.entered().await;
    ground.offered(id).await;
    ground.pass(hours(2)).await;
    ground.pass(hours(48)).await;
    // Nobody holds it: what would be the rep's goes to whoever stands in.
    assert_eq!(ground.told(id).await, ["presales1 signal", "supervisor1 card", "supervisor1 todo"]);
}

//! What people see of it, and how they hold it back for a while.

use dev::demo::id_of;
use serde_json::{Value, json};
use tests::House;
use tests::house::Plan;

use crate::ground::{Lead, ask, catch_up, hours};

async fn stalled(house: &House) -> (Lead<'_>, String) {
    let lead = Lead::confirmed(house).await;
    house.advance(hours(48));
    catch_up(house).await;
    let supervisor = house.sign_in("supervisor1").await;
    let incidents = supervisor.get("/v1/incidents").await.expect(200);
    let id = incidents["items"][0]["id"].as_str().unwrap().to_owned();
    (lead, id)
}

#[tokio::test]
async fn the_incident_is_shown_to_whom_it_concerns_in_words() {
    let house = House::open_as(Plan::of_patience()).await;
    let (lead, id) = stalled(&house).await;
    let rep = house.sign_in("rep1").await;
    let seen = rep.get(&format!("/v1/incidents/{id}")).await.expect(200);
    let incident = &seen["incident"];
    assert_eq!(incident["subject_id"], json!(lead.id));
    assert_eq!(
        (&incident["name"], &incident["stage_name"], &incident["state"]),
        (&json!("Lead stalled"), &json!("Confirmed"), &json!("open"))
    );
    assert_eq!(seen["interventions"].as_array().unwrap().len(), 3);
    assert_eq!(incident["owner_id"], json!(id_of("demo", "rep1")));
    for stranger in ["rep2", "supervisor2"] {
        let stranger = house.sign_in(stranger).await;
        assert_eq!(stranger.get(&format!("/v1/incidents/{id}")).await.status, 404);
        assert_eq!(stranger.get("/v1/incidents?state=all").await.expect(200)["items"], json!([]));
    }
    let director = house.sign_in("director1").await;
    assert_eq!(director.get("/v1/incidents").await.expect(200)["items"][0]["id"], json!(id));
    assert_eq!(director.get("/v1/incidents?state=resolved,superseded").await.expect(200)["items"], json!([]));
    assert_eq!(director.get("/v1/incidents?state=lost").await.status, 400);

    let inbox = rep.get("/v1/inbox?open=true").await.expect(200);
    let todo = inbox["items"].as_array().unwrap().iter().find(|item| item["code"] == "lead_stalled_todo").unwrap();
    assert_eq!(todo["message"], "晨光超市 has been waiting for 2 d");
    assert_eq!(todo["why"], "It is at \"Confirmed\", which waits for: a record of the first contact.");
    assert_eq!((&todo["incident_id"], &todo["subject_kind"], &todo["late"]), (&json!(id), &json!("lead"), &json!(false)));
}

#[tokio::test]
async fn an_acknowledgement_keeps_it_quiet_for_a_while_and_stops_what_is_queued() {
    let house = House::open_as(Plan::of_patience()).await;
    let (lead, id) = stalled(&house).await;
    let mut behind = house.behind().await;
    // As a channel that sends would have it.
    let queue = "insert into deliveries (organisation_id, id, recipient_id, intervention_id, channel, state, due_at, created_at)
                 select organisation_id, gen_random_uuid(), recipient_id, id, 'wecom', 'pending', now(), now() from interventions where incident_id = $1";
    let incident: uuid::Uuid = id.parse().unwrap();
    sqlx::query(queue).bind(incident).execute(&mut behind).await.unwrap();
    let supervisor = house.sign_in("supervisor1").await;
    let path = format!("/v1/incidents/{id}/acknowledge");
    let held = supervisor.post(&path, &Value::Null).await.expect(200);
    assert_eq!((&held["state"], &held["held"]["by"]), (&json!("acknowledged"), &json!(id_of("demo", "supervisor1"))));
    let stopped: i64 = ask(&house, "select count(*) from deliveries d join interventions i on i.id = d.intervention_id where d.state = 'stopped' and i.incident_id = $1", incident).await;
    assert_eq!(stopped, 3);
    house.advance(hours(1));
    let again = supervisor.post(&path, &Value::Null).await.expect(200);
    assert_eq!(again["held"], held["held"], "saying it again does not prolong it");
    // The next step would be due a day after the first: it waits until the acknowledgement has run out, and then it speaks.
    house.advance(hours(22));
    catch_up(&house).await;
    assert_eq!(lead.told().await.len(), 3);
    house.advance(hours(1) + chrono::TimeDelta::minutes(1));
    catch_up(&house).await;
    assert_eq!((lead.told().await.len(), lead.incident_state().await.as_str()), (5, "open"));
}

#[tokio::test]
async fn a_snooze_needs_a_reason_and_lasts_no_longer_than_the_playbook_allows() {
    let house = House::open_as(Plan::of_patience()).await;
    let (lead, id) = stalled(&house).await;
    let rep = house.sign_in("rep1").await;
    let path = format!("/v1/incidents/{id}/snooze");
    let until = |in_hours: i64| (house.now() + hours(in_hours)).to_rfc3339();
    for (body, pointer) in [
        (json!({ "until": until(100), "reason": "客户出差" }), "/until"),
        (json!({ "until": until(-1), "reason": "客户出差" }), "/until"),
        (json!({ "until": until(1), "reason": "" }), "/reason"),
    ] {
        let refused = rep.post(&path, &body).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{refused:#}");
    }
    let held = rep.post(&path, &json!({ "until": until(60), "reason": "客户出差" })).await.expect(200);
    assert_eq!((&held["state"], &held["held"]["reason"]), (&json!("snoozed"), &json!("客户出差")));
    house.advance(hours(59));
    catch_up(&house).await;
    assert_eq!(lead.told().await.len(), 3);
    house.advance(hours(1));
    catch_up(&house).await;
    assert_eq!(lead.told().await.len(), 5);
    lead.does("lead.contacted", json!({})).await;
    assert_eq!(rep.post(&path, &json!({ "until": until(1), "reason": "客户出差" })).await.status, 409);
    let log: i64 = ask(&house, "select count(*) from actions where kind = 'incident.snoozed' and subject_id = $1", lead.id).await;
    assert_eq!(log, 1);
}

#[tokio::test]
async fn a_director_who_is_called_reads_and_holds_nothing_back() {
    let house = House::open().await;
    let (_, id) = stalled(&house).await;
    let (director, supervisor) = (house.sign_in("director1").await, house.sign_in("supervisor1").await);
    let until = json!({ "until": (house.now() + hours(10)).to_rfc3339(), "reason": "下周一起拜访" });
    assert_eq!(director.post(&format!("/v1/incidents/{id}/acknowledge"), &Value::Null).await.status, 403);
    assert_eq!(director.post(&format!("/v1/incidents/{id}/snooze"), &until).await.status, 403);
    assert_eq!(director.get(&format!("/v1/incidents/{id}")).await.expect(200)["incident"]["state"], "open");
    let held = supervisor.post(&format!("/v1/incidents/{id}/snooze"), &until).await.expect(200);
    assert_eq!((&held["state"], &held["held"]["by"]), (&json!("snoozed"), &json!(id_of("demo", "supervisor1"))));
}

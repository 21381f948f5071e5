//! The figures, and what they are made of.

use dev::demo::{door, id_of};
use serde_json::{Value, json};
use tests::doorstep::{photo_at, visit_at};

use crate::ground::{Ground, same};

#[tokio::test]
async fn a_deal_that_goes_back_is_counted_in_every_stage_it_was_in() {
    let ground = Ground::open().await;
    let deal = ground.begun("team1", "rep1", Some("chain")).await;
    for (hours, stage) in
        [(48, "first_contact"), (120, "needs_confirmed"), (72, "first_contact"), (96, "needs_confirmed"), (120, "contract_signed")]
    {
        ground.hours(hours);
        ground.put(deal, stage).await;
    }
    let cycle = ground.figures("?group_by=segment").await;
    same(&cycle["total"]["p50_hours"], 456.0);
    assert_eq!((&cycle["total"]["n"], &cycle["total"]["open"], &cycle["total"]["rework"]), (&json!(1), &json!(0), &json!(1)));
    assert_eq!((&cycle["groups"][0]["key"], &cycle["groups"][0]["figures"]["n"]), (&json!("chain"), &json!(1)));
    let stages = ground.figures("?measure=stage&group_by=stage").await;
    let groups = stages["groups"].as_array().unwrap();
    let keys = groups.iter().map(|group| group["key"].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(keys, ["lead_accepted", "first_contact", "needs_confirmed"], "in the playbook's order, and the end is no stage to dwell in");
    for (group, (total, longest, stays)) in groups.iter().zip([(48.0, 48.0, 1), (216.0, 120.0, 2), (192.0, 120.0, 2)]) {
        same(&group["figures"]["closed_p50_hours"], total);
        same(&group["figures"]["longest_hours"], longest);
        assert_eq!(group["figures"]["stays"], json!(stays));
    }
    assert_eq!(groups[1]["name"], "First effective contact");
    let behind = ground.behind("").await;
    same(&behind[0]["hours"], 456.0);
    assert_eq!((&behind[0]["outcome"], &behind[0]["is_won"], &behind[0]["rework"]), (&json!("contract_signed"), &json!(true), &json!(1)));
    let stays = behind[0]["stays"].as_array().unwrap();
    assert_eq!(stays.len(), 6);
    assert!(stays[5]["left_at"].is_null() && stays[1]["left_at"] == stays[2]["entered_at"]);
    // Every stay leads to an action of the story.
    let story = ground.director.get(&format!("/v1/deals/{deal}/timeline?limit=200")).await.expect(200);
    let told = story["items"].as_array().unwrap().iter().map(|entry| &entry["id"]).collect::<Vec<_>>();
    assert!(stays.iter().all(|stay| told.contains(&&stay["action_id"])));
}

#[tokio::test]
async fn what_is_open_is_never_dropped() {
    let ground = Ground::open().await;
    // One was lost after three days; four go on for longer than that.
    let mut deals = Vec::new();
    for _ in 0..5 {
        deals.push(ground.begun("team1", "rep1", None).await);
    }
    ground.hours(72);
    ground.put(deals[0], "lost").await;
    ground.hours(240);
    let cycle = ground.figures("").await;
    assert!(cycle["total"]["p50_hours"].is_null(), "nobody knows yet when half of them are over");
    same(&cycle["total"]["closed_p50_hours"], 72.0);
    assert_eq!((&cycle["total"]["n"], &cycle["total"]["open"]), (&json!(5), &json!(4)));
    // Until it is won, what was lost was only seen for three days.
    let win = ground.figures("?measure=win").await;
    assert_eq!((&win["total"]["open"], &win["total"]["closed_p50_hours"]), (&json!(5), &Value::Null));
    ground.put(deals[1], "contract_signed").await;
    ground.put(deals[2], "contract_signed").await;
    ground.put(deals[3], "abandoned").await;
    same(&ground.figures("").await["total"]["p50_hours"], 312.0);
    same(&ground.figures("?measure=win").await["total"]["closed_p50_hours"], 312.0);
    // What was given up is worked on again: it is as open as it was, from its beginning on.
    ground.hours(24);
    ground.put(deals[3], "first_contact").await;
    let back = ground.behind("").await;
    let one = back.iter().find(|one| one["id"] == json!(deals[3])).unwrap();
    assert_eq!((&one["is_open"], &one["outcome"]), (&json!(true), &Value::Null));
    same(&one["hours"], 336.0);
    let outcomes = ground.figures("?group_by=outcome").await;
    let keys = outcomes["groups"].as_array().unwrap().iter().map(|group| group["key"].clone()).collect::<Vec<_>>();
    assert_eq!(keys, [json!("contract_signed"), json!("lost"), Value::Null]);
}

#[tokio::test]
async fn visits_are_counted_in_the_stage_in_which_they_were_made() {
    let ground = Ground::open().await;
    let deal = ground.begun("team1", "rep1", None).await;
    ground.hours(5);
    let (rep, door) = (ground.house.sign_in("rep1").await, door("demo", 0));
    for _ in 0..2 {
        let photo = rep.upload(&photo_at(&ground.house, &door)).await;
        let mut visit = visit_at(&ground.house, &door, &[photo]);
        visit["deal_id"] = json!(deal);
        assert_eq!(rep.put(&tests::doorstep::new_visit(), &visit).await.expect(201)["status"], "valid");
        ground.hours(30);
    }
    let stages = ground.figures("?measure=stage&group_by=stage").await;
    let groups = stages["groups"].as_array().unwrap();
    let visits = groups.iter().map(|group| (group["key"].as_str().unwrap(), &group["figures"]["visits"])).collect::<Vec<_>>();
    assert_eq!(visits, [("lead_accepted", &json!(1)), ("first_contact", &json!(1))], "the visit that led on was made before");
    assert_eq!(ground.figures("").await["total"]["visits"], json!(2));
}

#[tokio::test]
async fn leads_are_measured_until_they_become_deals() {
    let ground = Ground::open().await;
    let supervisor = ground.house.sign_in("supervisor1").await;
    let body = json!({ "source": "website", "company": "晨光文具", "unit_id": id_of("demo", "team1") });
    let lead = tests::doorstep::id_in(&supervisor.post("/v1/leads", &body).await.expect(201));
    ground.hours(15);
    supervisor.post(&format!("/v1/leads/{lead}/disqualify"), &json!({ "reason": "no_need" })).await.expect(200);
    let query = "?pipeline=lead&segment=website";
    same(&ground.figures(query).await["total"]["closed_p50_hours"], 15.0);
    assert_eq!(ground.figures(&format!("{query}&measure=win")).await["total"]["open"], json!(1), "it became nothing");
    assert_eq!(ground.behind(query).await[0]["id"], json!(lead));
}

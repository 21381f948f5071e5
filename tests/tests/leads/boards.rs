//! The breaker board: every open lead, how long it has stood, and who has the ball.

use dev::demo::id_of;
use serde_json::{Value, json};

use crate::ground::{Deeds, Ground, call, hours};

#[tokio::test]
async fn the_board_says_where_every_open_lead_stands_and_who_has_the_ball() {
    let ground = Ground::open().await;
    let stalled = ground.confirmed().await;
    ground.pass(hours(47)).await;
    let (pooled, fresh) = (ground.entered().await, ground.confirmed().await);
    let over = ground.confirmed().await;
    ground.rep.deed(over, "disqualify", &json!({ "reason": "no_need" })).await.expect(200);
    ground.pass(hours(1)).await;
    let board = ground.supervisor.get("/v1/boards/breaker").await.expect(200);
    let items = board["items"].as_array().unwrap();
    let ids = items.iter().map(|item| item["lead_id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids[0], json!(stalled), "what has stood longest comes first");
    assert!(ids.contains(&json!(pooled)) && ids.contains(&json!(fresh)) && !ids.contains(&json!(over)));
    let first = &items[0];
    assert_eq!((&first["tripped"], &first["incident_state"], &first["stage_name"]), (&json!(true), &json!("open"), &json!("Confirmed")));
    assert_eq!((&first["hours_in_stage"], &first["awaits"]), (&json!(48.0), &json!(["a record of the first contact"])));
    assert_eq!(first["ball"], json!({ "role": "rep", "user_id": id_of("demo", "rep1"), "name": "陈晓" }));
    let of_pool = items.iter().find(|item| item["lead_id"] == json!(pooled)).unwrap();
    assert_eq!(
        (&of_pool["ball"]["role"], &of_pool["ball"]["name"], &of_pool["tripped"]),
        (&json!("supervisor"), &json!("周敏"), &json!(false))
    );
    let due: chrono::DateTime<chrono::Utc> = of_pool["next_due_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(due, ground.house.now() + hours(47));
    assert_eq!(board["units"], json!([{ "unit_id": id_of("demo", "team1"), "unit_name": "浦东一组", "open": 3, "tripped": 1 }]));
    let tripped = ground.supervisor.get("/v1/boards/breaker?tripped=true").await.expect(200);
    assert_eq!(tripped["items"].as_array().unwrap().len(), 1);
    // The first contact takes it off the list of what has tripped, and the next stage begins at nothing.
    ground.rep.deed(stalled, "contact", &call()).await.expect(200);
    let after = ground.supervisor.get("/v1/boards/breaker").await.expect(200);
    let last = after["items"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["lead_id"], &last["tripped"], &last["hours_in_stage"]), (&json!(stalled), &json!(false), &json!(0.0)));
}

#[tokio::test]
async fn the_board_is_paged_and_shows_only_what_one_answers_for() {
    let ground = Ground::open().await;
    for _ in 0..5 {
        ground.entered().await;
        ground.house.advance(hours(1));
    }
    let (mut cursor, mut walked) = (String::new(), Vec::new());
    loop {
        let page = ground.supervisor.get(&format!("/v1/boards/breaker?limit=2{cursor}")).await.expect(200);
        assert_eq!(page["units"][0]["open"], 5, "counted whole on every page");
        walked.extend(page["items"].as_array().unwrap().iter().map(|item| item["hours_in_stage"].as_f64().unwrap()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(walked, [5.0, 4.0, 3.0, 2.0, 1.0]);
    for (login, seen) in [("supervisor2", 0), ("director1", 5), ("operations1", 5), ("presales1", 5)] {
        let person = ground.house.sign_in(login).await;
        assert_eq!(person.get("/v1/boards/breaker").await.expect(200)["items"].as_array().unwrap().len(), seen, "{login}");
    }
    let elsewhere = format!("/v1/boards/breaker?unit_id={}", id_of("demo", "team2"));
    assert_eq!(ground.admin.get(&elsewhere).await.expect(200)["units"], Value::Array(Vec::new()));
    assert_eq!(ground.rep.get("/v1/boards/breaker").await.status, 403);
}

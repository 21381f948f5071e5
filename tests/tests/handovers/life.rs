//! What becomes of a hand-over.

use serde_json::{Value, json};
use tests::doorstep::new_id;

use crate::ground::{Deeds, Ground, hours};

fn answer() -> Value {
    json!({ "answer": "可以接受 30 天账期" })
}

fn reason() -> Value {
    json!({ "reason": "请补充开票信息" })
}

#[tokio::test]
async fn the_department_is_told_at_once_and_whoever_asked_is_told_of_the_answer() {
    let ground = Ground::open().await;
    let id = ground.asked().await;
    assert_eq!(ground.told("handover").await, ["handover_asked_todo legal1 todo"]);
    let inbox = ground.legal.get("/v1/inbox?open=true").await.expect(200);
    assert!(inbox["items"][0]["why"].as_str().unwrap().contains("陈晓"), "{inbox:#}");
    assert_eq!(inbox["items"][0]["subject_id"], json!(id));
    ground.pass(hours(3)).await;
    let answered = ground.legal.deed(id, "answer", &answer()).await.expect(200);
    assert_eq!((&answered["stage"], &answered["turns"][0]["said"]), (&json!("answered"), &json!("可以接受 30 天账期")));
    assert_eq!(answered["response"]["natural_minutes"], json!(180.0));
    assert_eq!(answered["turns"][0]["ended_by_name"], json!("何律"));
    assert_eq!(ground.told("handover").await, ["handover_asked_todo legal1 todo", "handover_done_card rep1 card"]);
    for (what, said) in [("answer", answer()), ("return", reason()), ("withdraw", reason()), ("ask", json!({ "need": "再问一次" }))] {
        assert_eq!(ground.admin.deed(id, what, &said).await.code(), "state_forbids", "{what}");
    }
    assert_eq!(ground.pass(hours(500)).await, 0, "nothing waits any more");
}

#[tokio::test]
async fn what_is_not_answered_for_48_hours_is_told_to_the_department_and_operations() {
    let ground = Ground::open().await;
    ground.asked().await;
    assert_eq!(ground.pass(hours(47)).await, 0);
    assert_eq!(ground.pass(hours(1)).await, 1);
    assert_eq!(ground.told("handover_waiting").await, ["handover_waiting_signal operations1 signal", "handover_waiting_todo legal1 todo"]);
}

#[tokio::test]
async fn what_comes_back_stops_the_departments_clock_and_may_be_asked_again() {
    let ground = Ground::open().await;
    let id = ground.asked().await;
    ground.pass(hours(40)).await;
    let returned = ground.legal.deed(id, "return", &reason()).await.expect(200);
    assert_eq!((&returned["stage"], &returned["stage_name"]), (&json!("returned"), &json!("Returned for more")));
    assert_eq!(ground.told("handover_came").await, ["handover_came_back_todo rep1 todo"]);
    assert_eq!(ground.legal.deed(id, "answer", &answer()).await.code(), "state_forbids");
    // Now it stalls with whoever asked.
    ground.pass(hours(48)).await;
    assert_eq!(ground.told("handover_waiting").await, Vec::<String>::new());
    assert_eq!(ground.told("handover_returned").await, ["handover_returned_card supervisor1 card", "handover_returned_todo rep1 todo"]);
    let again = ground.rep.deed(id, "ask", &json!({ "need": "开票信息已补充" })).await.expect(200);
    assert_eq!((&again["stage"], &again["response"]["natural_minutes"]), (&json!("asked"), &json!(2400.0)));
    // The clock of the second turn is its own.
    ground.pass(hours(47)).await;
    assert_eq!(ground.told("handover_waiting").await, Vec::<String>::new());
    let answered = ground.legal.deed(id, "answer", &answer()).await.expect(200);
    assert_eq!(answered["response"]["natural_minutes"], json!(f64::from((40 + 47) * 60)));
    let ends = answered["turns"].as_array().unwrap().iter().map(|turn| turn["ended_as"].as_str().unwrap());
    assert_eq!(ends.collect::<Vec<_>>(), ["returned", "answered"]);
}

#[tokio::test]
async fn whoever_asked_may_withdraw_it_wherever_it_lies() {
    let ground = Ground::open().await;
    let with_department = ground.asked().await;
    let came_back = ground.asked().await;
    ground.legal.deed(came_back, "return", &reason()).await.expect(200);
    for id in [with_department, came_back] {
        assert_eq!(ground.legal.deed(id, "withdraw", &reason()).await.status, 403, "not theirs to withdraw");
        let withdrawn = ground.rep.deed(id, "withdraw", &reason()).await.expect(200);
        assert_eq!(withdrawn["stage"], json!("withdrawn"));
    }
    assert_eq!(ground.pass(hours(500)).await, 0);
}

#[tokio::test]
async fn the_same_request_again_asks_once() {
    let ground = Ground::open().await;
    let (id, customer) = (new_id(), Ground::customer());
    let said = |need: &str| json!({ "id": id, "department": "legal", "customer_id": customer, "need": need });
    ground.rep.post("/v1/handovers", &said("付款条款")).await.expect(201);
    ground.rep.post("/v1/handovers", &said("付款条款")).await.expect(200);
    assert_eq!(ground.rep.post("/v1/handovers", &said("别的")).await.code(), "other_content");
    assert_eq!(ground.supervisor.post("/v1/handovers", &said("付款条款")).await.code(), "other_content");
    let refused = async |body: Value| ground.rep.post("/v1/handovers", &body).await.body["errors"][0]["pointer"].clone();
    assert_eq!(refused(json!({ "department": "rep", "customer_id": customer, "need": "x" })).await, json!("/department"));
    assert_eq!(refused(json!({ "department": "legal", "need": "x" })).await, json!("/customer_id"));
    assert_eq!(refused(json!({ "department": "legal", "customer_id": new_id(), "need": "x" })).await, json!("/customer_id"));
    assert_eq!(refused(json!({ "department": "legal", "deal_id": new_id(), "need": "x" })).await, json!("/deal_id"));
    assert_eq!(refused(json!({ "department": "legal", "customer_id": customer, "need": " " })).await, json!("/need"));
}

//! Why a deal is where it is.

use dev::demo::id_of;
use serde_json::{Value, json};

use crate::ground::{Ground, Tells};

fn condition(way: &Value, n: usize) -> &Value {
    &way["conditions"][n]
}

#[tokio::test]
async fn every_condition_is_told_met_or_not_and_by_which_action() {
    let ground = Ground::open().await;
    let (rep, id) = (&ground.rep, ground.deal().await);
    ground.pass();
    rep.tell(id, "meeting.held", json!({ "roles": ["user_buyer"] })).await.expect(200);
    ground.pass();
    let wrote = rep.write(id, json!({ "pain": "盘点慢", "current_solution": "手工", "time_frame": "年底前" })).await.expect(200);
    let node = rep.node(id).await;
    let current = &node["current"];
    assert_eq!((&current["stage"], &current["because"], &current["kind"]), (&json!("first_contact"), &json!("moved"), &json!("open")));
    assert_eq!((&current["by"]["action_kind"], &current["by"]["by"]), (&json!("meeting.held"), &json!(id_of("demo", "rep1"))));
    assert!(current["awaits"].as_array().unwrap().iter().any(|deed| deed["kind"] == "deal.needs_recorded" && deed["done"].is_null()));
    let next = &node["next"];
    assert_eq!((&next["stage"], &next["name"]), (&json!("needs_confirmed"), &json!("Needs confirmed")));
    assert_eq!((&condition(next, 0)["met"], &condition(next, 0)["evidence"][0]["action_kind"]), (&json!(true), &json!("meeting.held")));
    assert_eq!((&condition(next, 1)["met"], &condition(next, 1)["evidence"][0]["action_id"]), (&json!(true), &wrote["action_id"]));
    let confirmed = condition(next, 2);
    assert_eq!((&confirmed["met"], &confirmed["missing"]), (&json!(false), &json!("subject.fields.customer_confirmed")));
    assert_eq!(confirmed["name"], "The customer confirmed the needs");
    let ends = node["others"].as_array().unwrap().iter().filter(|way| way["kind"] == "lost").count();
    assert_eq!(ends, 2, "how it can end is told too");
}

#[tokio::test]
async fn a_node_tells_what_brought_the_deal_there_and_the_last_one_leads_nowhere() {
    let ground = Ground::open().await;
    let (rep, id) = (&ground.rep, ground.deal().await);
    ground.pass();
    let ticked = rep.write(id, json!({ "quotation_asked": true })).await.expect(200);
    ground.pass();
    let attached = rep.attach(id, rep.file("报价.pdf").await).await.expect(200);
    let node = rep.node(id).await;
    let conditions = node["current"]["conditions"].as_array().unwrap();
    let evidence = conditions.iter().map(|condition| &condition["evidence"][0]["action_id"]).collect::<Vec<_>>();
    assert_eq!(evidence, [&ticked["action_id"], &attached["action_id"]]);
    assert_eq!((&node["current"]["by"]["action_id"], &node["next"]["stage"]), (&attached["action_id"], &json!("negotiation")));
    ground.pass();
    rep.tell(id, "deal.lost", json!({ "reason": "price" })).await.expect(200);
    let over = rep.node(id).await;
    assert_eq!((&over["current"]["stage"], &over["next"]), (&json!("lost"), &Value::Null));
}

#[tokio::test]
async fn what_an_action_itself_met_stays_proven_and_old_facts_wait_for_news() {
    let ground = Ground::open().await;
    let (rep, id) = (&ground.rep, ground.deal().await);
    ground.pass();
    let held = rep.tell(id, "deal.demo_held", json!({ "roles": ["user_buyer"], "minutes": "试了三台" })).await.expect(200);
    // Told later, and of nobody: what is known of such deeds today says less than the one that led here.
    ground.pass();
    rep.tell(id, "deal.demo_held", json!({ "roles": [] })).await;
    let current = rep.node(id).await["current"].clone();
    assert_eq!((&current["stage"], &current["because"]), (&json!("demo_trial"), &json!("moved")));
    let conditions = current["conditions"].as_array().unwrap();
    assert!(!conditions.is_empty());
    for condition in conditions {
        assert_eq!((&condition["met"], &condition["missing"]), (&json!(true), &Value::Null), "{condition:#}");
        let by = condition["evidence"].as_array().unwrap().iter().map(|evidence| &evidence["action_id"]).collect::<Vec<_>>();
        assert!(by.contains(&&held["action_id"]), "{condition:#}");
        assert_eq!(condition["evidence"][0]["by"], json!(id_of("demo", "rep1")));
    }
    rep.write(id, json!({ "quotation_asked": true })).await.expect(200);
    rep.attach(id, rep.file("报价.pdf").await).await.expect(200);
    ground.pass();
    ground.supervisor.put_to(id, json!({ "to": "demo_trial", "reason": "要再试一次" })).await.expect(200);
    let node = rep.node(id).await;
    assert_eq!((&node["next"]["stage"], &node["next"]["waits_for_news"]), (&json!("solution_comparison"), &json!(true)), "{node:#}");
    ground.pass();
    rep.attach(id, rep.file("报价二.pdf").await).await.expect(200);
    assert_eq!(ground.stage(id).await, "solution_comparison");
}

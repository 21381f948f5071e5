//! A deal walks through the nodes by facts alone.

use chrono::DateTime;
use serde_json::json;
use tests::doorstep::new_id;

use crate::ground::{Ground, Tells};

#[tokio::test]
async fn a_deal_walks_through_all_eight_nodes_by_facts_alone() {
    let ground = Ground::open().await;
    let (rep, id) = (&ground.rep, ground.deal().await);
    assert_eq!(ground.stage(id).await, "lead_accepted");

    ground.pass();
    rep.tell(id, "call.answered", json!({ "seconds": 59 })).await.expect(200);
    assert_eq!(ground.stage(id).await, "lead_accepted", "a call that was too short");
    ground.pass();
    let moved = rep.tell(id, "call.answered", json!({ "seconds": 60, "words": "可以先看看" })).await.expect(200);
    assert_eq!((&moved["stage_before"], &moved["deal"]["stage"]), (&json!("lead_accepted"), &json!("first_contact")));

    ground.pass();
    rep.check_in(&ground.house, &ground.door).await;
    ground.pass();
    let needs = json!({ "id": new_id(), "kind": "deal.needs_recorded",
                        "fields": { "pain": "盘点慢", "current_solution": "手工", "budget_band": "below_100k", "customer_confirmed": true } });
    rep.post(&format!("/v1/deals/{id}/actions"), &needs).await.expect(200);
    assert_eq!(ground.stage(id).await, "needs_confirmed");

    for (name, role) in [("王芳", "economic_buyer"), ("李强", "user_buyer"), ("赵敏", "technical_buyer")] {
        ground.pass();
        let contact = ground.contact(name, role).await;
        rep.tell(id, "deal.contact_added", json!({ "contact_id": contact })).await.expect(200);
    }
    assert_eq!(ground.stage(id).await, "needs_confirmed", "the economic buyer was not reached");
    ground.pass();
    rep.tell(id, "meeting.held", json!({ "roles": ["economic_buyer"] })).await.expect(200);
    assert_eq!(ground.stage(id).await, "chain_mapped");

    ground.pass();
    rep.tell(id, "deal.demo_held", json!({ "roles": ["user_buyer"] })).await.expect(200);
    assert_eq!(ground.stage(id).await, "chain_mapped", "without minutes a demo does not count");
    ground.pass();
    rep.tell(id, "deal.demo_held", json!({ "roles": ["user_buyer"], "minutes": "试了三台" })).await.expect(200);
    assert_eq!(ground.stage(id).await, "demo_trial");

    ground.pass();
    rep.write(id, json!({ "quotation_asked": true })).await.expect(200);
    rep.attach(id, rep.file("报价.pdf").await).await.expect(200);
    assert_eq!(ground.stage(id).await, "solution_comparison");

    ground.pass();
    rep.tell(id, "deal.quotation_sent", json!({ "amount": 12_800_000 })).await.expect(200);
    rep.tell(id, "deal.terms_discussed", json!({ "about": "账期 30 天" })).await.expect(200);
    assert_eq!(ground.stage(id).await, "solution_comparison", "the customer has not looked at it");
    ground.pass();
    rep.tell(id, "deal.quotation_acknowledged", json!({ "words": "收到了" })).await.expect(200);
    assert_eq!(ground.stage(id).await, "negotiation");

    ground.pass();
    let contract = rep.file("合同.pdf").await;
    let signed = json!({ "id": new_id(), "kind": "deal.signed", "data": { "amount": 12_800_000 },
                         "fields": { "contract": [contract], "amount": 12_800_000, "signed_on": "2026-12-01" } });
    let won = rep.post(&format!("/v1/deals/{id}/actions"), &signed).await.expect(200);
    assert_eq!((&won["deal"]["stage"], &won["deal"]["stage_kind"]), (&json!("contract_signed"), &json!("won")));

    let deal = rep.deal(id).await;
    let stages = deal["stages"].as_array().unwrap().iter().map(|stay| stay["stage"].as_str().unwrap()).collect::<Vec<_>>();
    let want = ["lead_accepted", "first_contact", "needs_confirmed", "chain_mapped", "demo_trial", "solution_comparison", "negotiation"];
    assert_eq!(stages, want.into_iter().chain(["contract_signed"]).collect::<Vec<_>>());
    assert_eq!((&deal["rework"], &deal["timers"]), (&json!(0), &json!([])));
    assert_eq!(ground.count("timers where subject_id = $1 and closed_at is null", id).await, 0);
    let log = rep.get(&format!("/v1/deals/{id}/actions?limit=200")).await.expect(200);
    let kinds = log["items"].as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!((kinds.first(), kinds.last()), (Some(&"deal.signed"), Some(&"deal.created")));
    assert!(kinds.contains(&"visit.counted"), "the visit is in its story: {kinds:?}");
}

#[tokio::test]
async fn the_tick_and_the_file_lead_on_in_either_order_at_the_instant_of_the_later_one() {
    let ground = Ground::open().await;
    let rep = &ground.rep;
    for file_first in [false, true] {
        let (id, file) = (ground.deal().await, rep.file("方案.pdf").await);
        ground.pass();
        if file_first {
            rep.attach(id, file).await.expect(200);
        } else {
            rep.write(id, json!({ "quotation_asked": true })).await.expect(200);
        }
        assert_eq!(ground.stage(id).await, "lead_accepted", "half of it is not enough");
        ground.house.advance(chrono::TimeDelta::hours(3));
        let later = ground.house.now();
        let moved = if file_first {
            rep.write(id, json!({ "quotation_asked": true })).await.expect(200)
        } else {
            rep.attach(id, file).await.expect(200)
        };
        assert_eq!((&moved["stage_before"], &moved["deal"]["stage"]), (&json!("lead_accepted"), &json!("solution_comparison")));
        let entered_at = DateTime::parse_from_rfc3339(moved["deal"]["entered_at"].as_str().unwrap()).unwrap();
        assert_eq!(entered_at, later);
        let pushes = "interventions where subject_id = $1 and code = 'competitor_answers'";
        assert_eq!(ground.count(pushes, id).await, 1);
        assert!(ground.inbox().await.contains(&"competitor_answers".to_owned()));

        // The same again, and the same said in another way, changes nothing.
        rep.attach(id, file).await.expect(200);
        rep.write(id, json!({ "quotation_asked": true })).await.expect(200);
        assert_eq!(ground.count(pushes, id).await, 1);
        assert_eq!(ground.count("stays where subject_id = $1", id).await, 2);
        let deal = rep.deal(id).await;
        let files = deal["fields"].as_array().unwrap().iter().find(|field| field["code"] == "attachments").unwrap();
        assert_eq!(files["value"], json!([file]));
    }
}

#[tokio::test]
async fn of_an_offline_phone_s_facts_the_later_one_counts() {
    let ground = Ground::open().await;
    let (rep, id) = (&ground.rep, ground.deal().await);
    ground.house.advance(chrono::TimeDelta::hours(5));
    let uploaded = ground.house.now();
    rep.attach(id, rep.file("方案.pdf").await).await.expect(200);
    ground.house.advance(chrono::TimeDelta::hours(2));
    let ticked = (uploaded - chrono::TimeDelta::hours(1)).to_rfc3339();
    let said = json!({ "id": new_id(), "occurred_at": ticked, "fields": { "quotation_asked": true } });
    let moved = rep.patch(&format!("/v1/deals/{id}/fields"), &said).await.expect(200);
    assert_eq!(moved["deal"]["stage"], "solution_comparison");
    assert_eq!(DateTime::parse_from_rfc3339(moved["deal"]["entered_at"].as_str().unwrap()).unwrap(), uploaded);
}

#[tokio::test]
async fn a_deal_that_stalls_trips_the_breaker_and_a_deed_stops_it() {
    let ground = Ground::open().await;
    let (rep, id) = (&ground.rep, ground.deal().await);
    let timer = &rep.deal(id).await["timers"][0];
    assert_eq!((&timer["code"], &timer["has_run_out"]), (&json!("deal_stalled"), &json!(false)));
    ground.house.advance(chrono::TimeDelta::hours(40));
    rep.write(id, json!({ "pain": "盘点慢" })).await.expect(200);
    rep.tell(id, "note.added", json!({ "text": "老板出差" })).await.expect(200);
    let due = "timers where subject_id = $1 and closed_at is null and due_at = opened_at + interval '48 hours'";
    assert_eq!(ground.count(due, id).await, 1, "neither an edit nor a note stops the clock");
    rep.tell(id, "meeting.held", json!({ "roles": ["user_buyer"] })).await.expect(200);
    assert_eq!(ground.stage(id).await, "first_contact");
    assert_eq!(ground.count("timers where subject_id = $1 and closed_because = 'done' and in_time", id).await, 1);
}

#[tokio::test]
async fn a_playbook_that_could_go_round_in_a_circle_is_not_put_in_force() {
    let ground = Ground::open().await;
    let admin = ground.house.sign_in("admin").await;
    let on = "      - {to: first_contact, on: [visit.counted, meeting.held, reply.received]}\n";
    assert!(domain::playbook::DEFAULT.contains(on));
    let text =
        domain::playbook::DEFAULT.replace(on, &format!("{on}      - {{to: lead_accepted, from: [first_contact], on: [meeting.held]}}\n"));
    let yaml = |method, path| admin.request(method, path).header("Content-Type", "application/yaml").body(text.clone());
    let put = admin.send(yaml(reqwest::Method::PUT, "/v1/playbook").header("If-Match", "*")).await;
    assert_eq!(put.status, 422, "{}", put.text);
    let checked = admin.send(yaml(reqwest::Method::POST, "/v1/playbook:check")).await.expect(200);
    assert_eq!(checked["faults"][0]["code"], "moves_in_a_circle");
    let id = ground.deal().await;
    ground.rep.tell(id, "meeting.held", json!({ "roles": ["user_buyer"] })).await.expect(200);
    assert_eq!(ground.stage(id).await, "first_contact");
}

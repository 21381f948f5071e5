//! The whole life of a lead.

use dev::demo::{door, id_of};
use reqwest::Method;
use serde_json::{Value, json};
use tests::doorstep::{id_in, new_id};

use crate::ground::{Deeds, Ground, call, hours, lead};

#[tokio::test]
async fn a_lead_is_entered_offered_taken_contacted_qualified_and_becomes_a_deal() {
    let ground = Ground::open().await;
    let (rep, supervisor) = (&ground.rep, &ground.supervisor);
    let entered = supervisor.post("/v1/leads", &lead()).await.expect(201);
    assert_eq!((&entered["stage"], &entered["stage_name"], &entered["owner_id"]), (&json!("new"), &json!("New"), &Value::Null));
    let id = id_in(&entered);
    // What happens at one instant has no order.
    ground.house.advance(chrono::TimeDelta::seconds(1));
    let offered = ground.offered(id).await;
    assert_eq!((&offered["stage"], &offered["owner_id"]), (&json!("assigned"), &json!(id_of("demo", "rep1"))));
    let inbox = rep.get("/v1/inbox?open=true").await.expect(200);
    assert_eq!(inbox["items"][0]["code"], "lead_offered_todo");
    // Nothing can be done with it before it is taken.
    for (deed, said) in [("contact", call()), ("qualify", json!({})), ("convert", json!({})), ("claim", Value::Null)] {
        assert_eq!(rep.deed(id, deed, &said).await.code(), "state_forbids", "{deed}");
    }
    ground.house.advance(chrono::TimeDelta::seconds(1));
    let taken = rep.deed(id, "accept", &Value::Null).await.expect(200);
    assert_eq!((&taken["stage"], &taken["first_assigned_at"]), (&json!("confirmed"), &offered["first_assigned_at"]));
    assert_eq!(rep.deed(id, "accept", &Value::Null).await.expect(200)["stage"], "confirmed", "taking what one has changes nothing");
    ground.house.advance(chrono::TimeDelta::seconds(1));
    let contacted = rep.deed(id, "contact", &call()).await.expect(200);
    assert_eq!((&contacted["effective"], &contacted["lead"]["stage"]), (&json!(true), &json!("contacted")));
    ground.house.advance(chrono::TimeDelta::seconds(1));
    // Of which nothing needs to be said, nothing has to be sent, with a content type or without; of another nothing is too little.
    let nothing = |deed: &str| rep.request(Method::POST, &format!("/v1/leads/{id}/{deed}"));
    let typed = |deed: &str| nothing(deed).header("Content-Type", "application/json");
    assert_eq!(rep.send(nothing("disqualify")).await.status, 415);
    assert_eq!(rep.send(typed("disqualify")).await.code(), "malformed_body");
    assert_eq!(rep.send(nothing("qualify")).await.expect(200)["stage"], "qualified");
    assert_eq!(rep.send(typed("qualify")).await.code(), "state_forbids", "it is understood, and done already");
    let said = json!({ "customer": { "address": "人民路 18 号" }, "decision_role": "decision_maker", "deal": { "name": "巡检一期" } });
    ground.house.advance(chrono::TimeDelta::seconds(1));
    let converted = rep.deed(id, "convert", &said).await.expect(200);
    assert_eq!(converted["stage"], "converted");
    let customer = rep.get(&format!("/v1/customers/{}", converted["customer_id"].as_str().unwrap())).await.expect(200);
    assert_eq!((&customer["name"], &customer["address"]), (&entered["company"], &json!("人民路 18 号")));
    let contacts = rep.get(&format!("/v1/customers/{}/contacts", id_in(&customer))).await.expect(200);
    assert_eq!((&contacts["items"][0]["name"], &contacts["items"][0]["phone"]), (&json!("王芳"), &entered["phone"]));
    let deal = converted["deal_id"].as_str().unwrap().parse().unwrap();
    let held = "standings where subject_kind = 'deal' and subject_id = $1 and stage = 'lead_accepted' and owner_id is not null";
    assert_eq!(ground.count(held, deal).await, 1, "the deal is known to the engine and held by the rep");
    assert_eq!(ground.count("timers where subject_id = $1 and closed_at is null", id).await, 0, "nothing waits for the lead any more");
    let log = rep.get(&format!("/v1/leads/{id}/actions")).await.expect(200);
    // The contact is made at the very instant of the conversion, and may come before or after it.
    let of_lead = log["items"].as_array().unwrap().iter().filter(|item| item["kind"] != "contact.created").collect::<Vec<_>>();
    let kinds = of_lead.iter().rev().map(|item| item["kind"].as_str().unwrap()).collect::<Vec<_>>();
    let want = ["lead.created", "lead.assigned", "lead.accepted", "lead.contacted", "lead.qualified", "lead.converted"];
    assert_eq!(kinds, want);
    assert_eq!(of_lead[2]["data"]["words"], "价格高了一点");
}

#[tokio::test]
async fn an_offer_is_declined_or_runs_out_and_the_lead_is_offered_again_or_claimed() {
    let ground = Ground::open().await;
    let (rep, id) = (&ground.rep, ground.entered().await);
    ground.offered(id).await;
    assert_eq!(rep.deed(id, "decline", &json!({ "reason": "other" })).await.body["errors"][0]["pointer"], "/note");
    let declined = rep.deed(id, "decline", &json!({ "reason": "not_my_area" })).await.expect(200);
    assert_eq!((&declined["stage"], &declined["owner_id"]), (&json!("new"), &Value::Null));
    assert_eq!(rep.deed(id, "accept", &Value::Null).await.code(), "state_forbids");
    ground.offered(id).await;
    assert_eq!(ground.pass(hours(2)).await, 1, "the offer ran out");
    let back = ground.lead(id).await;
    assert_eq!(
        (&back["stage"], &back["owner_id"], &back["first_assigned_at"]),
        (&json!("new"), &Value::Null, &declined["first_assigned_at"])
    );
    let cards = "interventions where subject_id = $1 and code = 'lead_back_card'";
    assert_eq!(ground.count(cards, id).await, 2, "the supervisor is told each time");
    let (other_id, other) = ground.hire("team1").await;
    ground.offered(id).await;
    let said = json!({ "owner_id": other_id });
    assert_eq!(ground.supervisor.deed(id, "assign", &said).await.expect(200)["owner_id"], json!(other_id), "the first offer is withdrawn");
    assert_eq!(rep.deed(id, "accept", &Value::Null).await.status, 404, "it is not this rep's to see any more");
    other.deed(id, "decline", &json!({ "reason": "too_busy" })).await.expect(200);
    assert_eq!(rep.deed(id, "claim", &Value::Null).await.expect(200)["stage"], "confirmed");
    let returned = rep.deed(id, "return", &json!({ "reason": "knows_somebody_else" })).await.expect(200);
    assert_eq!((&returned["stage"], &returned["owner_id"]), (&json!("new"), &Value::Null));
    assert_eq!(other.deed(id, "claim", &Value::Null).await.expect(200)["owner_id"], json!(other_id));
}

#[tokio::test]
async fn attempts_and_short_calls_are_recorded_and_stop_nothing() {
    let ground = Ground::open().await;
    let id = ground.confirmed().await;
    for (said, kind) in [
        (json!({ "channel": "phone", "outcome": "not_reached" }), "call.tried"),
        (json!({ "channel": "wechat", "outcome": "not_reached" }), "message.sent"),
        (json!({ "channel": "phone", "outcome": "will_think", "seconds": 59 }), "call.answered"),
    ] {
        let recorded = ground.rep.deed(id, "contact", &said).await.expect(200);
        assert_eq!((&recorded["effective"], &recorded["lead"]["stage"]), (&json!(false), &json!("confirmed")), "{kind}");
        assert!(recorded["message"].as_str().unwrap().contains("clock runs on"));
        assert_eq!(ground.count(&format!("actions where subject_id = $1 and kind = '{kind}'"), id).await, 1);
    }
    assert_eq!(ground.lead(id).await["first_contacted_at"], Value::Null);
    for (said, pointer) in [
        (json!({ "channel": "phone", "outcome": "will_think" }), "/seconds"),
        (json!({ "channel": "visit", "outcome": "will_sign" }), "/sign_on"),
        (json!({ "channel": "visit", "outcome": "will_think", "sign_on": "2026-12-01" }), "/sign_on"),
        (json!({ "channel": "visit", "outcome": "will_think", "next_step_at": "2026-12-01T09:00:00+08:00" }), "/next_step"),
        (json!({ "channel": "visit", "outcome": "will_think", "decision_role": "king" }), "/decision_role"),
        (json!({ "channel": "pigeon", "outcome": "will_think" }), "/channel"),
        (json!({ "channel": "visit", "outcome": "will_think", "done_at": "2020-01-01T00:00:00Z" }), "/done_at"),
    ] {
        let refused = ground.rep.deed(id, "contact", &said).await;
        assert_eq!((refused.status.as_u16(), &refused.body["errors"][0]["pointer"]), (422, &json!(pointer)), "{said}");
    }
    let said = json!({ "channel": "visit", "outcome": "will_sign", "sign_on": "2026-12-01" });
    assert_eq!(ground.rep.deed(id, "contact", &said).await.expect(200)["lead"]["stage"], "contacted");
    ground.rep.deed(id, "contact", &call()).await.expect(200);
    let disqualified = ground.rep.deed(id, "disqualify", &json!({ "reason": "no_budget" })).await.expect(200);
    assert_eq!(disqualified["stage"], "disqualified");
    assert_eq!(ground.rep.deed(id, "contact", &call()).await.code(), "state_forbids");
}

#[tokio::test]
async fn a_lead_is_sent_again_and_entered_once() {
    let ground = Ground::open().await;
    let (mut said, id) = (lead(), new_id());
    said["id"] = json!(id);
    said["external_id"] = json!("CRM-7");
    let first = ground.supervisor.post("/v1/leads", &said).await.expect(201);
    assert_eq!(ground.supervisor.post("/v1/leads", &said).await.expect(200), first);
    said["person"] = json!("李强");
    assert_eq!(ground.supervisor.post("/v1/leads", &said).await.code(), "other_content");
    said["id"] = json!(new_id());
    assert_eq!(ground.supervisor.post("/v1/leads", &said).await.code(), "duplicate");
    let post =
        |key: &str, said: &Value| ground.supervisor.request(Method::POST, "/v1/leads").header("Idempotency-Key", key.to_owned()).json(said);
    let said = lead();
    let once = ground.supervisor.send(post("k1", &said)).await.expect(201);
    assert_eq!(ground.supervisor.send(post("k1", &said)).await.expect(201), once);
    let other = lead();
    let first = ground.supervisor.send(post("k3", &other)).await.text;
    assert_eq!(ground.supervisor.send(post("k3", &other)).await.text, first, "the same to the byte");
    assert_eq!(ground.supervisor.send(post("k1", &lead())).await.code(), "idempotency_key_reused");
    let deed = || ground.supervisor.request(Method::POST, &format!("/v1/leads/{id}/disqualify")).header("Idempotency-Key", "k2");
    let over = ground.supervisor.send(deed().json(&json!({ "reason": "no_need" }))).await.expect(200);
    assert_eq!(ground.supervisor.send(deed().json(&json!({ "reason": "no_need" }))).await.expect(200), over);
    let nameless = ground.supervisor.post("/v1/leads", &json!({ "source": "website", "company": "  " })).await;
    assert_eq!(nameless.body["errors"][0]["pointer"], "/company");
}

#[tokio::test]
async fn a_lead_becomes_a_deal_of_a_customer_that_is_there_already() {
    let ground = Ground::open().await;
    let id = ground.confirmed().await;
    ground.rep.deed(id, "contact", &call()).await.expect(200);
    ground.rep.deed(id, "qualify", &json!({})).await.expect(200);
    let customer = door("demo", 0).customer_id;
    for (said, pointer) in [
        (json!({ "customer_id": new_id() }), "/customer_id"),
        (json!({ "customer_id": door("other", 0).customer_id }), "/customer_id"),
        (json!({ "customer_id": customer, "customer": {} }), "/customer"),
        (json!({ "customer_id": customer, "decision_role": "king" }), "/decision_role"),
    ] {
        let refused = ground.rep.deed(id, "convert", &said).await;
        assert_eq!((refused.status.as_u16(), &refused.body["errors"][0]["pointer"]), (422, &json!(pointer)), "{said}");
    }
    let converted = ground.rep.deed(id, "convert", &json!({ "customer_id": customer })).await.expect(200);
    assert_eq!((&converted["customer_id"], &converted["stage"]), (&json!(customer), &json!("converted")));
    assert_eq!(ground.rep.deed(id, "convert", &json!({ "customer_id": customer })).await.code(), "state_forbids");
}

#[tokio::test]
async fn what_an_offer_asked_is_over_when_it_is_answered_or_goes_to_somebody_else() {
    let ground = Ground::open().await;
    let asked = "interventions where subject_id = $1 and code = 'lead_offered_todo' and state = 'open'";
    let ids = [ground.entered().await, ground.entered().await, ground.entered().await, ground.entered().await];
    for id in ids {
        ground.offered(id).await;
        assert_eq!(ground.count(asked, id).await, 1);
    }
    let [accepted, declined, ran_out, passed_on] = ids;
    ground.rep.deed(accepted, "accept", &Value::Null).await.expect(200);
    ground.rep.deed(declined, "decline", &json!({ "reason": "too_busy" })).await.expect(200);
    let (other, _) = ground.hire("team1").await;
    ground.supervisor.deed(passed_on, "assign", &json!({ "owner_id": other })).await.expect(200);
    for (id, open) in [(accepted, 0), (declined, 0), (ran_out, 1), (passed_on, 1)] {
        assert_eq!(ground.count(asked, id).await, open);
    }
    let to_other = "interventions where subject_id = $1 and code = 'lead_offered_todo' and state = 'open' and recipient_id = (select owner_id from standings where subject_id = $1)";
    assert_eq!(ground.count(to_other, passed_on).await, 1, "the one who is asked now");
    ground.pass(hours(2)).await;
    assert_eq!(ground.count(asked, ran_out).await, 0);
    let inbox = ground.rep.get("/v1/inbox?open=true").await.expect(200);
    assert!(inbox["items"].as_array().unwrap().iter().all(|item| item["code"] != "lead_offered_todo"), "{inbox:#}");
}

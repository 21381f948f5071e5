//! Deals moved by hand, and ended.

use serde_json::{Value, json};
use tests::doorstep::new_id;

use crate::ground::{Ground, Tells};

#[tokio::test]
async fn a_supervisor_moves_a_deal_with_a_reason_and_going_back_is_counted() {
    let ground = Ground::open().await;
    let (supervisor, id) = (&ground.supervisor, ground.deal().await);
    for (said, status, pointer) in [
        (json!({ "to": "negotiation" }), 422, "/reason"),
        (json!({ "to": "negotiation", "reason": "  " }), 422, "/reason"),
        (json!({ "to": "nowhere", "reason": "客户催" }), 422, "/to"),
        (json!({ "to": "negotiation", "reason": "客户催", "reason_code": "price" }), 422, "/reason_code"),
        (json!({ "to": "lost", "reason": "没预算了" }), 422, "/reason_code"),
        (json!({ "to": "contract_signed", "reason": "签了", "reason_code": "no_budget" }), 422, "/reason_code"),
    ] {
        let refused = supervisor.put_to(id, said.clone()).await;
        assert_eq!((refused.status.as_u16(), &refused.body["errors"][0]["pointer"]), (status, &json!(pointer)), "{said}");
    }
    ground.pass();
    let moved = supervisor.put_to(id, json!({ "to": "negotiation", "reason": "客户直接要谈合同" })).await.expect(200);
    assert_eq!(moved["stage"], "negotiation");
    ground.pass();
    supervisor.put_to(id, json!({ "to": "needs_confirmed", "reason": "预算变了" })).await.expect(200);
    let deal = ground.rep.deal(id).await;
    assert_eq!((&deal["stage"], &deal["rework"], &deal["stages"][2]["because"]), (&json!("needs_confirmed"), &json!(1), &json!("placed")));
    let again = supervisor.put_to(id, json!({ "to": "needs_confirmed", "reason": "再说一次" })).await.expect(200);
    assert_eq!(again["entered_at"], deal["entered_at"], "to where it is, nothing moves");
    // What was known when it was put there moves it no further; what becomes known then does.
    ground.pass();
    ground.rep.write(id, json!({ "quotation_asked": true })).await.expect(200);
    ground.rep.attach(id, ground.rep.file("报价.pdf").await).await.expect(200);
    assert_eq!(ground.stage(id).await, "solution_comparison");
    let log = ground.rep.get(&format!("/v1/deals/{id}/actions?limit=200")).await.expect(200);
    let reasons = log["items"].as_array().unwrap().iter().filter(|item| item["kind"] == "deal.moved").map(|item| &item["data"]["reason"]);
    assert_eq!(reasons.collect::<Vec<_>>(), ["预算变了", "客户直接要谈合同"]);
}

#[tokio::test]
async fn reps_and_directors_move_nothing_by_hand() {
    let ground = Ground::open().await;
    let id = ground.deal().await;
    let director = ground.house.sign_in("director1").await;
    let said = json!({ "to": "negotiation", "reason": "催" });
    assert_eq!(ground.rep.put_to(id, said.clone()).await.code(), "not_permitted");
    assert_eq!(director.put_to(id, said).await.code(), "not_permitted");
    // A director reads the whole of it, and every write is refused.
    for path in ["", "/actions", "/attachments", "/contacts", "/node"] {
        director.get(&format!("/v1/deals/{id}{path}")).await.expect(200);
    }
    let note = json!({ "id": new_id(), "kind": "note.added", "data": { "text": "看看" } });
    director.post(&format!("/v1/deals/{id}/actions"), &note).await.expect(403);
    director.post("/v1/deals", &ground.new_deal()).await.expect(403);
    director.write(id, json!({ "pain": "x" })).await.expect(403);
    director.attach(id, new_id()).await.expect(403);
    director.patch(&format!("/v1/deals/{id}"), &json!({ "name": "x" })).await.expect(403);
    director.post(&format!("/v1/deals/{id}/assign"), &json!({ "owner_id": new_id() })).await.expect(403);
}

#[tokio::test]
async fn a_deal_is_lost_or_given_up_for_a_reason_that_is_counted_and_is_over_then() {
    let ground = Ground::open().await;
    let (rep, supervisor) = (&ground.rep, &ground.supervisor);
    let (lost, abandoned, won) = (ground.deal().await, ground.deal().await, ground.deal().await);
    ground.pass();
    let told = rep.tell(lost, "deal.lost", json!({ "reason": "chose_competitor", "competitor": "蓝海冷链" })).await.expect(200);
    assert_eq!((&told["deal"]["stage"], &told["deal"]["stage_kind"]), (&json!("lost"), &json!("lost")));
    rep.tell(abandoned, "deal.abandoned", json!({ "reason": "other", "note": "老板换人" })).await.expect(200);
    supervisor.put_to(won, json!({ "to": "contract_signed", "reason": "纸质合同已到", "reason_code": "service" })).await.expect(200);
    for id in [lost, abandoned, won] {
        assert_eq!(ground.count("timers where subject_id = $1 and closed_at is null", id).await, 0);
        assert_eq!(rep.tell(id, "deal.terms_discussed", json!({ "about": "价格" })).await.code(), "state_forbids");
        rep.tell(id, "note.added", json!({ "text": "明年再联系" })).await.expect(200);
    }
    let of = async |query: &str| {
        let page = rep.get(&format!("/v1/deals?limit=200&{query}")).await.expect(200);
        let ids = page["items"].as_array().unwrap().iter().map(|deal| deal["id"].clone()).collect::<Vec<_>>();
        [lost, abandoned, won].map(|id| ids.contains(&json!(id)))
    };
    assert_eq!(of("open=false").await, [true, true, true]);
    assert_eq!(of("open=true").await, [false, false, false]);
    assert_eq!(of("open=false&stage=lost,negotiation").await, [true, false, false]);
    // A supervisor may take it up again; that is going back.
    ground.pass();
    supervisor.put_to(lost, json!({ "to": "negotiation", "reason": "客户回头了" })).await.expect(200);
    assert_eq!((ground.stage(lost).await.as_str(), &rep.deal(lost).await["rework"]), ("negotiation", &json!(1)));
    let options = rep.get("/v1/deal-options").await.expect(200);
    assert!(options["lost_reasons"].as_array().unwrap().iter().any(|one| one["code"] == "chose_competitor"));
    assert_ne!(options["won_reasons"], Value::Null);
}

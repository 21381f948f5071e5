//! What is written about a deal: typed, checked, and who wrote it.

use dev::demo::id_of;
use reqwest::Method;
use serde_json::{Value, json};
use tests::doorstep::new_id;

use crate::ground::{Ground, Tells};

#[tokio::test]
async fn fields_are_checked_by_their_types_and_every_fault_is_told_at_its_place() {
    let ground = Ground::open().await;
    let (rep, id) = (&ground.rep, ground.deal().await);
    let strangers = ground.house.sign_in("rep2").await.file("别人的.pdf").await;
    let refused = rep
        .write(
            id,
            json!({ "quotation_asked": "yes", "pain": "", "budget_band": "all", "amount": -1, "signed_on": "2026-02-30", "attachments": ["x"], "mood": 1 }),
        )
        .await;
    let faults = refused.body["errors"].as_array().unwrap().iter();
    let told =
        faults.map(|fault| format!("{} {}", fault["pointer"].as_str().unwrap(), fault["code"].as_str().unwrap())).collect::<Vec<_>>();
    assert_eq!(refused.status, 422);
    for want in [
        "/fields/quotation_asked wrong_type",
        "/fields/pain too_short",
        "/fields/budget_band not_known",
        "/fields/amount out_of_range",
        "/fields/signed_on malformed",
        "/fields/attachments malformed",
        "/fields/mood unknown_field",
    ] {
        assert!(told.contains(&want.to_owned()), "{want}: {told:?}");
    }
    for (fields, pointer) in [
        (json!({ "attachments": [new_id()] }), "/fields/attachments/0"),
        (json!({ "attachments": [strangers] }), "/fields/attachments/0"),
        (json!({}), "/fields"),
    ] {
        let refused = rep.write(id, fields).await;
        assert_eq!((refused.status.as_u16(), &refused.body["errors"][0]["pointer"]), (422, &json!(pointer)));
    }
    assert_eq!(ground.count("actions where subject_id = $1 and kind = 'deal.changed'", id).await, 0, "nothing of it was written");
}

#[tokio::test]
async fn a_field_says_who_wrote_it_and_when_and_is_emptied_by_null() {
    let ground = Ground::open().await;
    let (rep, id) = (&ground.rep, ground.deal().await);
    ground.pass();
    rep.write(id, json!({ "pain": "盘点慢", "amount": 12_800_000 })).await.expect(200);
    ground.pass();
    ground.supervisor.write(id, json!({ "amount": 11_000_000 })).await.expect(200);
    ground.pass();
    rep.write(id, json!({ "pain": null })).await.expect(200);
    let deal = rep.deal(id).await;
    let field = |code: &str| deal["fields"].as_array().unwrap().iter().find(|field| field["code"] == code).unwrap().clone();
    let (amount, pain, contract) = (field("amount"), field("pain"), field("contract"));
    assert_eq!((&amount["value"], &amount["written_by"]), (&json!(11_000_000), &json!(id_of("demo", "supervisor1"))));
    assert_eq!((&pain["value"], &pain["written_by"]), (&Value::Null, &json!(id_of("demo", "rep1"))));
    assert_eq!((&contract["value"], &contract["action_id"]), (&Value::Null, &Value::Null));
    assert_eq!(field("budget_band")["choices"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn fields_of_the_organisation_s_own_are_fields_like_any_other() {
    let ground = Ground::open().await;
    let (rep, id, admin) = (&ground.rep, ground.deal().await, ground.house.sign_in("admin").await);
    let own = "      - {code: signed_on, name: {zh-CN: 签约日期, en: Signed on}, kind: date}\n";
    let more = format!("{own}      - {{code: freezers, name: {{zh-CN: 冰柜摆放确认, en: Freezers placed}}, kind: tick}}\n");
    let text = domain::playbook::DEFAULT.replace(own, &more);
    let put = admin.request(Method::PUT, "/v1/playbook").header("Content-Type", "application/yaml").header("If-Match", "*").body(text);
    admin.send(put).await.expect(200);
    rep.write(id, json!({ "freezers": true })).await.expect(200);
    assert_eq!(rep.write(id, json!({ "freezers": 1 })).await.body["errors"][0]["pointer"], "/fields/freezers");
    let deal = rep.deal(id).await;
    let field = deal["fields"].as_array().unwrap().iter().find(|field| field["code"] == "freezers").unwrap();
    assert_eq!((&field["name"], &field["value"]), (&json!("Freezers placed"), &json!(true)));
}

#[tokio::test]
async fn what_was_told_is_told_again_without_effect_and_other_content_is_refused() {
    let ground = Ground::open().await;
    let (rep, id, other) = (&ground.rep, ground.deal().await, ground.deal().await);
    let said = json!({ "id": new_id(), "kind": "meeting.held", "data": { "roles": ["user_buyer"] } });
    let path = format!("/v1/deals/{id}/actions");
    let first = rep.post(&path, &said).await.expect(200);
    ground.pass();
    let again = rep.post(&path, &said).await.expect(200);
    assert_eq!((&first["action_id"], &first["deal"]["entered_at"]), (&again["action_id"], &again["deal"]["entered_at"]));
    assert_eq!(ground.count("actions where subject_id = $1 and kind = 'meeting.held'", id).await, 1);
    let mut changed = said.clone();
    changed["data"]["roles"] = json!(["champion"]);
    assert_eq!(rep.post(&path, &changed).await.code(), "other_content");
    assert_eq!(rep.post(&format!("/v1/deals/{other}/actions"), &said).await.code(), "other_content");
}

#[tokio::test]
async fn what_is_told_is_checked_by_its_kind() {
    let ground = Ground::open().await;
    let (rep, id) = (&ground.rep, ground.deal().await);
    let foreign = {
        let path = format!("/v1/customers/{}/contacts", dev::demo::door("demo", 2).customer_id);
        let made = rep.post(&path, &json!({ "name": "别家", "decision_role": "champion" })).await.expect(201);
        made["id"].clone()
    };
    for (kind, data, pointer) in [
        ("deal.created", json!({}), "/kind"),
        ("visit.counted", json!({}), "/kind"),
        ("deal.danced", json!({}), "/kind"),
        ("call.answered", json!({}), "/data/seconds"),
        ("call.answered", json!({ "seconds": -1 }), "/data/seconds"),
        ("call.answered", json!({ "seconds": 60, "decision_role": "king" }), "/data/decision_role"),
        ("call.answered", json!({ "seconds": 60, "next_step_at": "2026-12-01T09:00:00+08:00" }), "/data/next_step"),
        ("meeting.held", json!({ "roles": [] }), "/data/roles"),
        ("meeting.held", json!({ "roles": ["user_buyer", "king"] }), "/data/roles/1"),
        ("meeting.held", json!({ "roles": ["user_buyer"], "mood": "good" }), "/data/mood"),
        ("meeting.held", json!({ "roles": ["user_buyer"], "contact_id": foreign }), "/data/contact_id"),
        ("deal.demo_held", json!({ "roles": ["user_buyer"], "attachment_ids": [new_id()] }), "/data/attachment_ids/0"),
        ("deal.contact_added", json!({ "contact_id": foreign }), "/data/contact_id"),
        ("deal.contact_added", json!({ "contact_id": foreign, "attitude": 3 }), "/data/attitude"),
        ("deal.lost", json!({}), "/data/reason"),
        ("deal.lost", json!({ "reason": "weather" }), "/data/reason"),
        ("deal.lost", json!({ "reason": "other" }), "/data/note"),
        ("deal.paid", json!({}), "/data/amount"),
        ("note.added", json!({ "text": "" }), "/data/text"),
    ] {
        let refused = rep.tell(id, kind, data.clone()).await;
        assert_eq!(
            (refused.status.as_u16(), &refused.body["errors"][0]["pointer"]),
            (422, &json!(pointer)),
            "{kind} {data} {:#}",
            refused.body
        );
    }
    let early = json!({ "id": new_id(), "kind": "note.added", "occurred_at": "2020-01-01T00:00:00Z", "data": { "text": "旧" } });
    let refused = rep.post(&format!("/v1/deals/{id}/actions"), &early).await;
    assert_eq!(refused.body["errors"][0]["pointer"], "/occurred_at");
}

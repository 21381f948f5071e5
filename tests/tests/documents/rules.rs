//! What follows from openings: the supervisor is asked to step in, once for each version.

use serde_json::{Value, json};
use tests::doorstep::{id_in, new_id};

use crate::ground::{BROWSER, Files, Ground, nonce, pdf, seconds};

const ASKED: &str = "opened_and_not_signed";

#[tokio::test]
async fn the_third_opening_asks_the_supervisor_once_and_a_new_version_asks_anew() {
    let ground = Ground::open().await;
    let document = ground.proposal().await;
    // Two people at the customer's, two links: their openings add up.
    let (link, other) = (ground.sent(document).await, ground.sent(document).await);
    ground.opens(&link).await;
    ground.opens(&other).await;
    assert_eq!(ground.told(ASKED).await, Vec::<String>::new());
    ground.opens(&link).await;
    assert_eq!(ground.told(ASKED).await, ["supervisor1 card"]);
    ground.opens(&link).await;
    ground.opens(&other).await;
    assert_eq!(ground.told(ASKED).await.len(), 1, "once");
    let inbox = ground.supervisor.get("/v1/inbox?open=true").await.expect(200);
    assert!(inbox["items"][0]["message"].as_str().unwrap().contains("三店巡检方案 v1"), "{inbox:#}");
    let file = ground.rep.file(&pdf()).await;
    ground.rep.post(&format!("/v1/documents/{document}/versions"), &json!({ "attachment_id": file })).await.expect(201);
    let newer = ground.sent(document).await;
    for _ in 0..2 {
        ground.opens(&newer).await;
    }
    assert_eq!(ground.told(ASKED).await.len(), 1);
    ground.opens(&newer).await;
    assert_eq!(ground.told(ASKED).await.len(), 2, "once for each version");
    let whole = ground.rep.get(&format!("/v1/documents/{document}")).await.expect(200);
    let openings =
        whole["sharings"].as_array().unwrap().iter().map(|one| (one["version"].as_i64().unwrap(), one["openings"].as_i64().unwrap()));
    assert_eq!(openings.collect::<Vec<_>>(), [(2, 3), (1, 5)]);
}

#[tokio::test]
async fn what_is_signed_asks_nobody() {
    let ground = Ground::open().await;
    let document = ground.proposal().await;
    let link = ground.sent(document).await;
    ground.opens(&link).await;
    ground.opens(&link).await;
    let signed = ground.rep.post(&format!("/v1/documents/{document}/sign"), &json!({})).await.expect(200);
    assert_eq!(signed["sharings"][0]["stage"], json!("signed"));
    ground.opens(&link).await;
    assert_eq!(ground.told(ASKED).await, Vec::<String>::new());
    assert_eq!(ground.rep.post(&format!("/v1/documents/{document}/sign"), &json!({})).await.code(), "state_forbids");
}

#[tokio::test]
async fn what_is_taken_back_leads_nowhere_and_asks_nobody() {
    let ground = Ground::open().await;
    let document = ground.proposal().await;
    let link = ground.sent(document).await;
    ground.opens(&link).await;
    ground.opens(&link).await;
    let path = format!("/v1/documents/{document}/withdraw");
    assert_eq!(ground.rep.post(&path, &json!({ "reason": " " })).await.body["errors"][0]["pointer"], json!("/reason"));
    let taken = ground.rep.post(&path, &json!({ "reason": "发错了版本" })).await.expect(200);
    assert_eq!(taken["sharings"][0]["stage"], json!("withdrawn"));
    assert!(taken["sharings"][0]["withdrawn_at"].is_string(), "{taken:#}");
    assert_eq!(ground.visit(&link.path, BROWSER).await.status, 404);
    assert_eq!(ground.told(ASKED).await, Vec::<String>::new());
    assert_eq!(ground.rep.post(&path, &json!({ "reason": "再来一次" })).await.code(), "state_forbids");
    assert_eq!(ground.rep.post(&format!("/v1/documents/{document}/sign"), &json!({})).await.code(), "state_forbids");
    let again = ground.rep.post(&format!("/v1/documents/{document}/links"), &json!({ "recipient": "王芳" })).await;
    assert_eq!(again.code(), "state_forbids", "this version was taken back");
    let file = ground.rep.file(&pdf()).await;
    ground.rep.post(&format!("/v1/documents/{document}/versions"), &json!({ "attachment_id": file })).await.expect(201);
    let newer = ground.sent(document).await;
    assert_eq!(ground.visit(&newer.path, BROWSER).await.status, 200);
}

#[tokio::test]
async fn of_those_who_sign_and_withdraw_at_once_one_is_first() {
    let ground = Ground::open().await;
    let document = ground.proposal().await;
    ground.sent(document).await;
    let (sign, withdraw) = (format!("/v1/documents/{document}/sign"), format!("/v1/documents/{document}/withdraw"));
    let (none, reason) = (json!({}), json!({ "reason": "发错了" }));
    let answers = tokio::join!(
        ground.rep.post(&sign, &none),
        ground.rep.post(&withdraw, &reason),
        ground.rep.post(&sign, &none),
        ground.rep.post(&withdraw, &reason)
    );
    let mut statuses = [answers.0.status, answers.1.status, answers.2.status, answers.3.status].map(|status| status.as_u16());
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409]);
    let ended = "actions a join document_sharings s on s.id = a.subject_id where a.kind in ('document.signed', 'document.withdrawn') and s.document_id = $1";
    assert_eq!(ground.count(ended, document).await, 1);
}

#[tokio::test]
async fn a_deal_that_is_signed_or_given_away_meanwhile_stands_in_nobodys_way() {
    let ground = Ground::open().await;
    let deal = ground.deal().await;
    let (actions, assign) = (format!("/v1/deals/{deal}/actions"), format!("/v1/deals/{deal}/assign"));
    for _ in 0..5 {
        let document = ground.quotation(deal).await;
        let link = ground.sent(document).await;
        let page = ground.visit(&link.path, BROWSER).await;
        ground.house.advance(seconds(5));
        let seen = json!({ "nonce": nonce(&page.text), "visible_ms": 5000 });
        let told = json!({ "id": new_id(), "kind": "deal.signed", "data": { "amount": 12_800_000 } });
        let (none, reason) = (json!({}), json!({ "reason": "发错了" }));
        let (sign, withdraw) = (format!("/v1/documents/{document}/sign"), format!("/v1/documents/{document}/withdraw"));
        let to = |login: &str| json!({ "owner_id": dev::demo::id_of("demo", login) });
        let (other, back) = (to("rep2"), to("rep1"));
        let (signed, sign, withdraw, given, said) = tokio::join!(
            ground.admin.post(&actions, &told),
            ground.admin.post(&sign, &none),
            ground.admin.post(&withdraw, &reason),
            ground.admin.post(&assign, &other),
            ground.say(&link, BROWSER, &seen)
        );
        let mut ends = [sign.status.as_u16(), withdraw.status.as_u16()];
        ends.sort_unstable();
        assert_eq!(ends, [200, 409], "one of them is first: {sign:?} {withdraw:?}");
        assert_eq!((signed.status.as_u16(), given.status.as_u16(), said), (200, 200, 204), "{signed:?} {given:?}");
        ground.admin.post(&assign, &back).await.expect(200);
    }
}

#[tokio::test]
async fn what_is_taken_back_is_not_sent_again_by_way_of_a_deal() {
    let ground = Ground::open().await;
    let document = ground.proposal().await;
    ground.sent(document).await;
    ground.rep.post(&format!("/v1/documents/{document}/withdraw"), &json!({ "reason": "发错了" })).await.expect(200);
    let by_deal = json!({ "recipient": "王芳", "deal_id": ground.deal().await });
    assert_eq!(ground.rep.post(&format!("/v1/documents/{document}/links"), &by_deal).await.code(), "state_forbids");
}

#[tokio::test]
async fn a_deal_that_is_signed_stops_it_and_an_opened_quotation_is_seen() {
    let ground = Ground::open().await;
    let deal = ground.deal().await;
    let document = ground.quotation(deal).await;
    let link = ground.sent(document).await;
    for _ in 0..2 {
        ground.opens(&link).await;
    }
    let seen =
        "standings d join actions a on a.subject_id = d.subject_id and a.kind = 'document.shared' and a.data->>'purpose' = 'quotation'
        where d.subject_kind = 'document' and d.deal_id = $1";
    assert_eq!(ground.count(seen, deal).await, 1, "as the conditions of the deal read it");
    let signed =
        r#"{"deal.signed": {"times": 1, "last_action": "019aadde-5ae0-7000-8000-000000000001", "last_at": "2026-11-23T00:00:00Z"}}"#;
    let sql = "update standings set history = history || $2::jsonb where subject_id = $1";
    sqlx::query(sql).bind(deal).bind(signed.parse::<Value>().unwrap()).execute(&mut ground.house.behind().await).await.unwrap();
    ground.opens(&link).await;
    assert_eq!(ground.told(ASKED).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_document_of_the_library_is_counted_for_each_customer() {
    let ground = Ground::open().await;
    let file = ground.supervisor.file(&pdf()).await;
    let body = json!({ "kind": "proposal", "title": "标准方案", "attachment_id": file });
    let document = id_in(&ground.supervisor.post("/v1/documents", &body).await.expect(201));
    let request = ground.rep.post(&format!("/v1/documents/{document}/links"), &json!({ "recipient": "王芳" })).await;
    assert_eq!(request.body["errors"][0]["pointer"], json!("/customer_id"), "with whom is it shared?");
    let of = |n: u32| json!({ "recipient": "王芳", "customer_id": dev::demo::door("demo", n).customer_id });
    let (one, other) = (ground.sent_as(document, &of(0)).await, ground.sent_as(document, &of(2)).await);
    for link in [&one, &one, &other, &other] {
        ground.opens(link).await;
    }
    assert_eq!(ground.told(ASKED).await, Vec::<String>::new(), "two openings each");
    ground.opens(&other).await;
    assert_eq!(ground.told(ASKED).await, ["supervisor1 card"]);
}

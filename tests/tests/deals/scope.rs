//! Who sees deals, and who may tell what.

use serde_json::json;
use tests::doorstep::new_id;

use crate::ground::{Ground, Tells};

#[tokio::test]
async fn a_deal_is_seen_by_its_rep_and_by_those_above_and_by_nobody_else() {
    let ground = Ground::open().await;
    let id = ground.deal().await;
    let file = ground.rep.file("合同.pdf").await;
    ground.rep.attach(id, file).await.expect(200);
    for (organisation, login, want) in [
        ("demo", "rep1", 200),
        ("demo", "supervisor1", 200),
        ("demo", "presales1", 200),
        ("demo", "director1", 200),
        ("demo", "operations1", 200),
        ("demo", "admin", 200),
        ("demo", "rep2", 404),
        ("demo", "supervisor2", 404),
        ("other", "admin", 404),
    ] {
        let reader = ground.house.sign_in_to(organisation, login).await;
        for path in ["", "/actions", "/attachments", "/contacts", "/node"] {
            assert_eq!(reader.get(&format!("/v1/deals/{id}{path}")).await.status, want, "{path} by {login} of {organisation}");
        }
        assert_eq!(reader.get(&format!("/v1/attachments/{file}")).await.status, want, "the file by {login} of {organisation}");
        let listed = reader.get(&format!("/v1/deals?limit=200&customer_id={}", ground.door.customer_id)).await.expect(200);
        let is_listed = listed["items"].as_array().unwrap().iter().any(|deal| deal["id"] == json!(id));
        assert_eq!(is_listed, want == 200, "the list of {login} of {organisation}");
    }
}

#[tokio::test]
async fn others_tell_what_they_took_part_in_and_nobody_approves_their_own_discount() {
    let ground = Ground::open().await;
    let id = ground.deal().await;
    let presales = ground.house.sign_in("presales1").await;
    presales.tell(id, "deal.demo_held", json!({ "roles": ["user_buyer"], "minutes": "试了三台" })).await.expect(200);
    assert_eq!(presales.tell(id, "deal.lost", json!({ "reason": "price" })).await.code(), "not_permitted");
    presales.write(id, json!({ "pain": "x" })).await.expect(403);
    let note = json!({ "id": new_id(), "kind": "note.added", "data": { "text": "客户要报价" }, "fields": { "quotation_asked": true } });
    let by_note = presales.post(&format!("/v1/deals/{id}/actions"), &note).await;
    assert_eq!((by_note.code(), &by_note.body["errors"][0]["pointer"]), ("not_permitted", &json!("/fields")), "a note is no back door");
    assert_eq!(ground.rep.tell(id, "deal.discount_approved", json!({ "percent": 12.5 })).await.code(), "not_permitted");
    ground.supervisor.tell(id, "deal.discount_approved", json!({ "percent": 12.5 })).await.expect(200);
    // Whoever asks for something that they may not tell is told what they may, and nothing that somebody else may.
    for (login, holds, lacks) in [
        ("presales1", "deal.demo_held", "deal.lost"),
        ("rep1", "deal.lost", "deal.discount_approved"),
        ("supervisor1", "deal.discount_approved", "deal.moved"),
    ] {
        let teller = ground.house.sign_in(login).await;
        for kind in ["deal.danced", "deal.created"] {
            let refused = teller.tell(id, kind, json!({})).await;
            let fault = &refused.body["errors"][0];
            assert_eq!((refused.status.as_u16(), &fault["pointer"], &fault["code"]), (422, &json!("/kind"), &json!("not_known")));
            let allowed =
                fault["message"].as_str().unwrap().split_once("allowed: ").unwrap().1.trim_end_matches(')').split(", ").collect::<Vec<_>>();
            assert!(allowed.contains(&holds) && !allowed.contains(&lacks), "{login}: {allowed:?}");
            for kind in allowed {
                assert_ne!(teller.tell(id, kind, json!({})).await.status, 403, "{login} may tell {kind}");
            }
        }
    }
    // One that is not there is not told from one that is by what may be done.
    assert_eq!(presales.tell(new_id(), "deal.lost", json!({ "reason": "price" })).await.status, 404);
}

#[tokio::test]
async fn the_files_of_a_deal_outlive_their_place_in_a_field() {
    let ground = Ground::open().await;
    let (rep, id) = (&ground.rep, ground.deal().await);
    let (first, second) = (rep.file("一.pdf").await, rep.file("二.pdf").await);
    rep.attach(id, first).await.expect(200);
    ground.pass();
    rep.attach(id, second).await.expect(200);
    ground.pass();
    rep.write(id, json!({ "attachments": [second] })).await.expect(200);
    let files = ground.supervisor.get(&format!("/v1/deals/{id}/attachments")).await.expect(200);
    let names = files["items"].as_array().unwrap().iter().map(|file| file["file_name"].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(names, ["一.pdf", "二.pdf"], "what was once part of the story stays readable");
    let link = files["items"][0]["download"]["url"].as_str().unwrap().to_owned();
    assert!(rep.with_token("").get(&link).await.text.starts_with("%PDF"));
    assert_eq!(ground.house.sign_in("rep2").await.attach(id, first).await.status, 404);
}

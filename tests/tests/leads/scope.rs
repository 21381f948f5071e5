//! Who sees which leads, and lists of them.

use dev::demo::id_of;
use serde_json::{Value, json};
use tests::doorstep::id_in;

use crate::ground::{Deeds, Ground, hours, lead};

fn ids(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn reps_see_their_own_and_the_pool_of_their_unit_and_others_what_they_answer_for() {
    let ground = Ground::open().await;
    let (colleague_id, colleague) = ground.hire("team1").await;
    let pooled = ground.entered().await;
    ground.house.advance(hours(1));
    let (own, theirs) = (ground.confirmed().await, ground.entered().await);
    ground.supervisor.deed(theirs, "assign", &json!({ "owner_id": colleague_id })).await.expect(200);
    let seen = ids(&ground.rep.get("/v1/leads").await.expect(200));
    assert_eq!(seen, [own.to_string(), pooled.to_string()]);
    assert_eq!(ids(&colleague.get("/v1/leads").await.expect(200)), [theirs.to_string(), pooled.to_string()]);
    assert_eq!(ground.rep.get(&format!("/v1/leads/{theirs}")).await.status, 404);
    for (login, seen) in [("supervisor2", 0), ("rep2", 0), ("director1", 3), ("presales1", 3), ("operations1", 3)] {
        let person = ground.house.sign_in(login).await;
        assert_eq!(ids(&person.get("/v1/leads").await.expect(200)).len(), seen, "{login}");
        let status = if seen == 0 { 404 } else { 200 };
        assert_eq!(person.get(&format!("/v1/leads/{own}")).await.status, status, "{login}");
        assert_eq!(person.get(&format!("/v1/leads/{own}/actions")).await.status, status, "{login}");
    }
    let director = ground.house.sign_in("director1").await;
    assert_eq!(director.post("/v1/leads", &lead()).await.status, 403);
    assert_eq!(director.edit(own, "*", &json!({ "wish": "x" })).await.status, 403);
    let abroad = ground.house.sign_in_to("other", "admin").await;
    assert_eq!(abroad.get(&format!("/v1/leads/{own}")).await.status, 404);
    let rep2 = json!({ "owner_id": id_of("demo", "rep2") });
    assert_eq!(ground.supervisor.deed(pooled, "assign", &rep2).await.body["errors"][0]["pointer"], "/owner_id");
    assert_eq!(ground.admin.deed(pooled, "assign", &rep2).await.expect(200)["unit_id"], json!(id_of("demo", "team2")));
    assert_eq!(ground.supervisor.get(&format!("/v1/leads/{pooled}")).await.status, 404, "it went to the other team");
}

#[tokio::test]
async fn lists_are_narrowed_and_paged() {
    let ground = Ground::open().await;
    let mut entered = Vec::new();
    for n in 0..5 {
        let mut said = lead();
        (said["source"], said["external_id"]) = (json!(if n == 0 { "website" } else { "exhibition" }), json!(format!("X{n}")));
        entered.push(id_in(&ground.supervisor.post("/v1/leads", &said).await.expect(201)));
        ground.house.advance(hours(1));
    }
    let of = async |query: &str| ids(&ground.supervisor.get(&format!("/v1/leads{query}")).await.expect(200));
    assert_eq!(of("?source=website").await, [entered[0].to_string()]);
    assert_eq!(of("?external_id=X3").await, [entered[3].to_string()]);
    assert_eq!(of("?q=x2").await, [entered[2].to_string()]);
    assert_eq!(of("?stage=new&pool=true").await.len(), 5);
    assert_eq!(of("?stage=confirmed,contacted").await.len(), 0);
    assert_eq!(of(&format!("?unit_id={}", id_of("demo", "team2"))).await.len(), 0);
    ground.offered(entered[1]).await;
    assert_eq!(of(&format!("?owner_id={}", id_of("demo", "rep1"))).await, [entered[1].to_string()]);
    let since = ground.house.now().format("%Y-%m-%dT%H:%M:%SZ").to_string();
    ground.house.advance(hours(1));
    ground.supervisor.edit(entered[4], "*", &json!({ "wish": "新的" })).await.expect(200);
    let updated = of(&format!("?updated_since={since}")).await;
    assert!(updated.contains(&entered[4].to_string()) && !updated.contains(&entered[0].to_string()), "{updated:?}");
    let (mut cursor, mut walked) = (String::new(), Vec::new());
    loop {
        let page = ground.supervisor.get(&format!("/v1/leads?limit=2{cursor}")).await.expect(200);
        walked.extend(ids(&page));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(walked, entered.iter().rev().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(ground.supervisor.get("/v1/leads?stage=Not%20One").await.status, 400);
    let unknown = ground.supervisor.get("/v1/leads?stage=new,negotiation").await;
    let fault = &unknown.body["errors"][0];
    assert_eq!((unknown.status.as_u16(), &fault["pointer"], &fault["code"]), (400, &json!("?stage"), &json!("not_known")));
    assert!(fault["message"].as_str().unwrap().contains("contacted") && !fault["message"].as_str().unwrap().contains("negotiation"));
    let list = ground.supervisor.get("/v1/weekly-lists?list=expert_cals").await;
    assert!(list.status == 400 && list.text.contains("allowed: expert_calls)"), "{}", list.text);
}

#[tokio::test]
async fn an_integrators_key_enters_leads_and_offers_them() {
    let ground = Ground::open().await;
    let key = |scopes: Value| json!({ "name": "crm", "scopes": scopes, "unit_id": id_of("demo", "branch") });
    let secret = ground.admin.post("/v1/api-keys", &key(json!(["leads:read", "leads:write"]))).await.expect(201);
    let crm = ground.admin.with_token(secret["secret"].as_str().unwrap());
    let mut said = lead();
    (said["unit_id"], said["owner_id"]) = (json!(id_of("demo", "team1")), json!(id_of("demo", "rep1")));
    let entered = crm.post("/v1/leads", &said).await.expect(201);
    assert_eq!((&entered["stage"], &entered["owner_name"]), (&json!("assigned"), &json!("陈晓")));
    assert_eq!(ids(&crm.get("/v1/leads").await.expect(200)).len(), 1);
    let read_only = ground.admin.post("/v1/api-keys", &key(json!(["leads:read"]))).await.expect(201);
    let reader = ground.admin.with_token(read_only["secret"].as_str().unwrap());
    assert_eq!((reader.post("/v1/leads", &said).await.status.as_u16(), reader.get("/v1/leads").await.status.as_u16()), (403, 200));
    assert_eq!(crm.deed(id_in(&entered), "accept", &Value::Null).await.status, 403, "a key takes no lead");
    // What a rep enters is theirs.
    let own = ground.rep.post("/v1/leads", &lead()).await.expect(201);
    assert_eq!((&own["stage"], &own["owner_id"]), (&json!("confirmed"), &json!(id_of("demo", "rep1"))));
}

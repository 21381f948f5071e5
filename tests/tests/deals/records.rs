//! Deals entered, found, edited and handed on.

use dev::demo::{door, id_of};
use reqwest::Method;
use serde_json::{Value, json};
use tests::doorstep::id_in;

use crate::ground::{Ground, Tells};

#[tokio::test]
async fn a_deal_is_sent_again_and_entered_once() {
    let ground = Ground::open().await;
    let (rep, said) = (&ground.rep, ground.new_deal());
    let first = rep.post("/v1/deals", &said).await.expect(201);
    assert_eq!(
        (&first["stage"], &first["stage_name"], &first["owner_id"]),
        (&json!("lead_accepted"), &json!("Lead accepted"), &json!(id_of("demo", "rep1")))
    );
    assert_eq!(rep.post("/v1/deals", &said).await.expect(200)["id"], first["id"]);
    let mut other = said.clone();
    other["name"] = json!("别的");
    assert_eq!(rep.post("/v1/deals", &other).await.code(), "other_content");
    assert_eq!(
        ground
            .house
            .sign_in("rep2")
            .await
            .post("/v1/deals", &json!({ "id": said["id"], "customer_id": door("demo", 1).customer_id, "name": "x" }))
            .await
            .code(),
        "id_taken"
    );
    for (field, value, pointer) in [
        ("customer_id", json!(id_of("demo", "nobody")), "/customer_id"),
        ("customer_id", json!(door("other", 0).customer_id), "/customer_id"),
        ("name", json!("  "), "/name"),
        ("segment", json!("Chain Store"), "/segment"),
        ("stage", json!("negotiation"), "/stage"),
    ] {
        let mut wrong = ground.new_deal();
        wrong[field] = value;
        let refused = rep.post("/v1/deals", &wrong).await;
        assert_eq!((refused.status.as_u16(), &refused.body["errors"][0]["pointer"]), (422, &json!(pointer)), "{wrong}");
    }
    let mut given = ground.new_deal();
    given["owner_id"] = json!(id_of("demo", "rep2"));
    assert_eq!(rep.post("/v1/deals", &given).await.code(), "not_permitted", "a rep enters their own");
}

#[tokio::test]
async fn lists_are_narrowed_and_come_in_pages() {
    let ground = Ground::open().await;
    let (rep, customer) = (&ground.rep, ground.door.customer_id);
    let mut made = Vec::new();
    for n in 0..5 {
        ground.pass();
        let mut said = ground.new_deal();
        said["name"] = json!(format!("海鲜柜 {n}"));
        said["segment"] = json!(if n == 0 { "single_store" } else { "chain_store" });
        made.push(id_in(&rep.post("/v1/deals", &said).await.expect(201)));
    }
    let since = ground.house.now().to_rfc3339().replace('+', "%2B");
    ground.pass();
    rep.write(made[1], json!({ "pain": "盘点慢" })).await.expect(200);
    let names = async |query: String| {
        let page = rep.get(&format!("/v1/deals?q=海鲜柜&{query}")).await.expect(200);
        let names = page["items"].as_array().unwrap().iter().map(|deal| deal["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        (names, page["next_cursor"].clone())
    };
    let (first, cursor) = names("limit=3".to_owned()).await;
    let (second, end) = names(format!("limit=3&cursor={}", cursor.as_str().unwrap())).await;
    assert_eq!([first, second].concat(), ["海鲜柜 4", "海鲜柜 3", "海鲜柜 2", "海鲜柜 1", "海鲜柜 0"]);
    assert_eq!(end, Value::Null);
    assert_eq!(names("segment=single_store".to_owned()).await.0, ["海鲜柜 0"]);
    assert_eq!(names(format!("customer_id={customer}&limit=200")).await.0.len(), 5);
    assert_eq!(names(format!("owner_id={}", id_of("demo", "rep2"))).await.0.len(), 0);
    assert_eq!(names(format!("updated_since={since}")).await.0, ["海鲜柜 4", "海鲜柜 1"]);
    assert_eq!(rep.get("/v1/deals?stage=NO").await.status, 400);
}

#[tokio::test]
async fn a_stage_that_no_playbook_ever_had_is_a_mistake_and_one_of_an_earlier_playbook_is_none() {
    let ground = Ground::open().await;
    let (id, admin) = (ground.deal().await, ground.house.sign_in("admin").await);
    let text = domain::playbook::DEFAULT.replace("lead_accepted", "lead_taken");
    let put = admin.request(Method::PUT, "/v1/playbook").header("Content-Type", "application/yaml").header("If-Match", "*").body(text);
    admin.send(put).await.expect(200);
    let earlier =
        ground.rep.get(&format!("/v1/deals?stage=lead_taken,lead_accepted&customer_id={}", ground.door.customer_id)).await.expect(200);
    assert_eq!(earlier["items"][0]["id"], json!(id), "it stands where the earlier one put it");
    let figures = "/v1/metrics/cycle-time/deals?measure=stage&stage=";
    assert_eq!(ground.supervisor.get(&format!("{figures}lead_accepted")).await.expect(200)["items"][0]["id"], json!(id));
    for path in [
        "/v1/deals?stage=lead_taken,danced".to_owned(),
        format!("{figures}danced"),
        "/v1/metrics/cycle-time?measure=stage&stage=danced".to_owned(),
    ] {
        let refused = ground.supervisor.get(&path).await;
        let fault = &refused.body["errors"][0];
        assert_eq!(
            (refused.status.as_u16(), refused.code(), &fault["pointer"], &fault["code"]),
            (400, "malformed_request", &json!("?stage"), &json!("not_known")),
            "{path}"
        );
        let allowed = fault["message"].as_str().unwrap();
        assert!(["lead_accepted", "lead_taken", "negotiation"].iter().all(|stage| allowed.contains(stage)), "{allowed}");
    }
}

#[tokio::test]
async fn an_edit_needs_the_version_that_was_read() {
    let ground = Ground::open().await;
    let (rep, id) = (&ground.rep, ground.deal().await);
    let path = format!("/v1/deals/{id}");
    let edit = async |version: &str, said: Value| rep.send(rep.request(Method::PATCH, &path).header("If-Match", version).json(&said)).await;
    assert_eq!(rep.patch(&path, &json!({ "name": "x" })).await.code(), "version_needed");
    assert_eq!(edit("\"9\"", json!({ "name": "x" })).await.code(), "version_differs");
    let edited = edit("\"1\"", json!({ "name": "两家店", "segment": null })).await.expect(200);
    assert_eq!((&edited["name"], &edited["segment"], &edited["version"]), (&json!("两家店"), &Value::Null, &json!(2)));
    assert_eq!(edit("\"1\"", json!({ "name": "x" })).await.status, 412);
}

#[tokio::test]
async fn a_deal_is_given_to_another_rep_and_its_clock_runs_on() {
    let ground = Ground::open().await;
    let (supervisor, id) = (&ground.supervisor, ground.deal().await);
    let before = ground.rep.deal(id).await;
    ground.house.advance(chrono::TimeDelta::hours(20));
    let give = async |person: &tests::Person, to: &str| {
        person.post(&format!("/v1/deals/{id}/assign"), &json!({ "owner_id": id_of("demo", to) })).await
    };
    assert_eq!(give(supervisor, "rep2").await.body["errors"][0]["pointer"], "/owner_id", "another team's rep");
    let admin = ground.house.sign_in("admin").await;
    let given = give(&admin, "rep2").await.expect(200);
    assert_eq!((&given["owner_id"], &given["unit_id"]), (&json!(id_of("demo", "rep2")), &json!(id_of("demo", "team2"))));
    assert_eq!((&given["stage"], &given["next_due_at"]), (&before["stage"], &before["next_due_at"]));
    assert_eq!(ground.rep.get(&format!("/v1/deals/{id}")).await.status, 404);
    assert_eq!(supervisor.get(&format!("/v1/deals/{id}")).await.status, 404);
    ground.house.sign_in("rep2").await.tell(id, "note.added", json!({ "text": "接手了" })).await.expect(200);
}

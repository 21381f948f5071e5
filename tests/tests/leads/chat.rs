//! The person in a chat application: tagged in two hours, content in three days, and the weekly list of expert calls.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::ground::{Deeds, Ground, call, hours};

async fn person_of(ground: &Ground, id: Uuid) -> Uuid {
    let person = sqlx::query_scalar("select contact_id from leads where id = $1");
    person.bind(id).fetch_one(&mut ground.house.behind().await).await.unwrap()
}

#[tokio::test]
async fn the_first_tag_is_due_in_two_hours_and_puts_the_person_on_the_list_of_expert_calls() {
    let ground = Ground::open().await;
    let id = ground.confirmed().await;
    let person = person_of(&ground, id).await;
    assert_eq!(ground.rep.deed(id, "tag", &json!({ "tag": "价格敏感" })).await.code(), "state_forbids", "nobody was added yet");
    assert_eq!(ground.rep.deed(id, "chat-contact", &json!({ "channel": "phone" })).await.body["errors"][0]["pointer"], "/channel");
    ground.rep.deed(id, "chat-contact", &json!({ "channel": "wecom" })).await.expect(200);
    assert_eq!(ground.pass(hours(2)).await, 1);
    assert_eq!(ground.told(person).await, ["rep1 todo"]);
    ground.rep.deed(id, "tag", &json!({ "tag": "价格敏感" })).await.expect(200);
    assert_eq!(ground.count("incidents where subject_id = $1 and state = 'resolved'", person).await, 1);
    assert_eq!(ground.count("list_entries where subject_id = $1 and list = 'expert_calls'", person).await, 1);
    assert_eq!(ground.count("interventions where subject_id = $1 and kind = 'push'", person).await, 1);
    let presales = ground.house.sign_in("presales1").await;
    let list = presales.get("/v1/weekly-lists?list=expert_calls&done=false").await.expect(200);
    let entry = &list["items"][0];
    assert_eq!(
        (&entry["subject_name"], &entry["lead_id"], &entry["list_name"]),
        (&json!("王芳"), &json!(id), &json!("Expert calls of the week"))
    );
    let done = presales.post(&format!("/v1/weekly-list-entries/{}/done", entry["id"].as_str().unwrap()), &json!({})).await.expect(200);
    assert_eq!(done["done_by"], json!(dev::demo::id_of("demo", "presales1")));
    assert_eq!(presales.get("/v1/weekly-lists?done=false").await.expect(200)["items"], json!([]));
    ground.rep.deed(id, "tag", &json!({ "tag": "老板决定" })).await.expect(200);
    assert_eq!(ground.count("list_entries where subject_id = $1", person).await, 1, "once, with the first tag");
    ground.pass(hours(71)).await;
    ground.rep.deed(id, "content-push", &json!({ "content": "门店巡检案例" })).await.expect(200);
    ground.pass(hours(2)).await;
    assert_eq!(ground.count("incidents where subject_id = $1 and code = 'content_push'", person).await, 0, "it was sent in time");
}

#[tokio::test]
async fn content_that_is_not_sent_in_three_days_is_told_to_the_rep_and_the_supervisor() {
    let ground = Ground::open().await;
    let id = ground.confirmed().await;
    let person = person_of(&ground, id).await;
    ground.rep.deed(id, "chat-contact", &json!({ "channel": "wechat" })).await.expect(200);
    ground.rep.deed(id, "tag", &json!({ "tag": "要资料" })).await.expect(200);
    ground.pass(hours(72)).await;
    assert_eq!(ground.told(person).await, ["rep1 todo", "supervisor1 card"]);
}

#[tokio::test]
async fn the_person_goes_with_the_lead_and_on_into_the_customer() {
    let ground = Ground::open().await;
    let id = ground.confirmed().await;
    let person = person_of(&ground, id).await;
    ground.rep.deed(id, "chat-contact", &json!({ "channel": "wechat" })).await.expect(200);
    let (other_id, other) = ground.hire("team1").await;
    ground.supervisor.deed(id, "assign", &json!({ "owner_id": other_id })).await.expect(200);
    other.deed(id, "accept", &Value::Null).await.expect(200);
    ground.pass(hours(2)).await;
    let todos = ground.told(person).await;
    assert!(todos.len() == 1 && todos[0] != "rep1 todo", "whoever has the lead is reminded: {todos:?}");
    other.deed(id, "contact", &call()).await.expect(200);
    other.deed(id, "qualify", &json!({})).await.expect(200);
    other.deed(id, "convert", &json!({ "decision_role": "champion" })).await.expect(200);
    other.deed(id, "tag", &json!({ "tag": "老客户介绍" })).await.expect(200);
    assert_eq!(ground.count("contacts where id = $1", person).await, 1, "the contact of the customer is the same subject");
    assert_eq!(ground.count("incidents where subject_id = $1 and state = 'resolved'", person).await, 1);
}

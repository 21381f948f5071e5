//! What a story tells.

use chrono::TimeDelta;
use dev::demo::{door, id_of};
use domain::playbook::SubjectKind;
use serde_json::{Value, json};

use crate::ground::{Ground, entry, kinds};

#[tokio::test]
async fn a_customer_brings_the_past_of_the_lead_that_it_was() {
    let ground = Ground::open().await;
    let converted = ground.converted().await;
    let page = ground.director.get(&format!("/v1/customers/{}/timeline", converted.customer)).await.expect(200);
    let told = kinds(&page);
    for kind in [
        "lead.created",
        "lead.assigned",
        "lead.accepted",
        "lead.contacted",
        "lead.qualified",
        "lead.converted",
        "customer.created",
        "contact.created",
        "deal.created",
    ] {
        assert!(told.contains(&kind), "{kind} is missing in {told:?}");
    }
    let contacted = entry(&page, "lead.contacted");
    assert_eq!(contacted["name"], "a record of the first contact");
    assert_eq!((&contacted["actor_name"], &contacted["actor_role"]), (&json!("陈晓"), &json!("rep")));
    assert_eq!(contacted["snippet"], "王*说打139****5678，加微信：wa***88");
    assert_eq!((&contacted["details"]["who"], &contacted["details"]["seconds"]), (&json!("王*"), &json!(185)));
    assert_eq!((&contacted["moves"][0]["from"], &contacted["moves"][0]["to"]), (&json!("confirmed"), &json!("contacted")));
    assert!(!contacted["moves"][0]["to_name"].is_null() && !page.to_string().contains("13912345678"));
    // What the house said to the rep because the lead was offered.
    let todo = entry(&page, "intervention.todo");
    assert_eq!((&todo["told"][0]["recipient_id"], &todo["told"][0]["code"]), (&json!(id_of("demo", "rep1")), &json!("lead_offered_todo")));
    let url = format!("{}/v1/deals/{}/timeline", ground.house.url, converted.deal);
    let chinese = ground.house.http.get(url).bearer_auth(&ground.director.token).header("Accept-Language", "zh-CN");
    let deal = ground.director.send(chinese).await.expect(200);
    assert_eq!(entry(&deal, "lead.created")["name"], "录入线索");
    assert!(kinds(&deal).contains(&"deal.created") && !kinds(&deal).contains(&"customer.created"));
}

#[tokio::test]
async fn what_is_told_late_lies_where_it_happened() {
    let ground = Ground::open().await;
    let converted = ground.converted().await;
    ground.pass(60);
    let said = json!({ "words": "老板在，报价看过了", "seconds": 200 });
    let late = ground.acts((SubjectKind::Deal, converted.deal), "call.answered", said, TimeDelta::minutes(30)).await;
    ground.acts((SubjectKind::Deal, converted.deal), "note.added", json!({ "text": "明天再去" }), TimeDelta::minutes(45)).await;
    let page = ground.supervisor.get(&format!("/v1/deals/{}/timeline?kinds=call,note.added", converted.deal)).await.expect(200);
    assert_eq!(kinds(&page), ["note.added", "call.answered"]);
    let call = entry(&page, "call.answered");
    assert_eq!((&call["id"], &call["is_late"], &call["snippet"]), (&json!(late), &json!(true), &json!("老板在，报价看过了")));
    assert_ne!(call["occurred_at"], call["recorded_at"]);
}

#[tokio::test]
async fn alerts_and_who_was_told_are_part_of_it() {
    let ground = Ground::open().await;
    let converted = ground.converted().await;
    ground.house.advance(TimeDelta::hours(100));
    ground.catch_up().await;
    let page = ground.director.get(&format!("/v1/customers/{}/timeline?kinds=incident", converted.customer)).await.expect(200);
    let raised = entry(&page, "incident.raised");
    let told = raised["told"].as_array().unwrap();
    assert!(told.len() >= 2 && told.iter().any(|note| note["recipient_role"] == "supervisor"), "{raised:#}");
    assert!(raised["actor_id"].is_null() && raised["name"] == "an alert: something stalls");
}

#[tokio::test]
async fn a_visit_shows_what_was_learned_and_its_small_pictures() {
    let ground = Ground::open().await;
    let door = door("demo", 0);
    let visit = ground.rep.check_in(&ground.house, &door).await;
    let mut behind = ground.house.behind().await;
    sqlx::query("update photos set thumbnail_key = object_key").execute(&mut behind).await.unwrap();
    let page = ground.director.get(&format!("/v1/customers/{}/timeline?kinds=visit", door.customer_id)).await.expect(200);
    assert!(kinds(&page).contains(&"visit.judged"));
    let submitted = entry(&page, "visit.submitted");
    assert_eq!((&submitted["subject_id"], &submitted["snippet"]), (&visit["id"], &visit["key_info"]));
    let photo = &submitted["photos"][0];
    let url = photo["thumbnail_url"].as_str().unwrap();
    let picture = ground.house.http.get(url).send().await.unwrap();
    assert!(picture.status().is_success() && !photo["expires_at"].is_null());
    assert_eq!(entry(&page, "visit.counted")["subject_id"], visit["id"], "one entry, though it is about several subjects");
    assert_eq!(kinds(&page).iter().filter(|kind| **kind == "visit.counted").count(), 1);
}

#[tokio::test]
async fn a_deal_names_the_files_that_were_put_to_it() {
    let ground = Ground::open().await;
    let converted = ground.converted().await;
    let (file, mut behind) = (tests::doorstep::new_id(), ground.house.behind().await);
    sqlx::query(
        "insert into attachments (organisation_id, id, uploaded_by, file_name, sha256, bytes, content_type, state, declared_at, upload_expires_at,
             landed_at, object_key)
         values ($1, $2, $3, '报价单.pdf', sha256('x'), 1, 'application/pdf', 'landed', now(), now(), now(), 'nowhere')",
    )
    .bind(dev::demo::organisation_id("demo"))
    .bind(file)
    .bind(id_of("demo", "rep1"))
    .execute(&mut behind)
    .await
    .unwrap();
    let said = json!({ "changed": ["fields"], "attachment_ids": [file, tests::doorstep::new_id()] });
    ground.acts((SubjectKind::Deal, converted.deal), "deal.changed", said, TimeDelta::zero()).await;
    let page = ground.director.get(&format!("/v1/deals/{}/timeline?kinds=deal.changed", converted.deal)).await.expect(200);
    let files = page["items"][0]["files"].as_array().unwrap();
    assert_eq!((files.len(), &files[0]["file_name"]), (1, &json!("报价单.pdf")));
    assert!(files[0]["download"]["url"].as_str().unwrap().starts_with("/v1/downloads/"));
    assert_ne!(files[0]["download"]["expires_at"], Value::Null);
}

#[tokio::test]
async fn nobody_is_shown_however_many_are_known() {
    let ground = Ground::open().await;
    let converted = ground.converted().await;
    let mut behind = ground.house.behind().await;
    sqlx::query(
        "insert into contacts (organisation_id, id, customer_id, name, decision_role, created_at, updated_at)
         select $1, gen_random_uuid(), $2, case n when 1200 then '严守一' else '顾客' || n end, 'decision_maker', now(), now()
         from generate_series(1, 1200) n",
    )
    .bind(dev::demo::organisation_id("demo"))
    .bind(converted.customer)
    .execute(&mut behind)
    .await
    .unwrap();
    let said = json!({ "text": "严 守一要看合同，王芳也在" });
    ground.acts((SubjectKind::Deal, converted.deal), "note.added", said, TimeDelta::zero()).await;
    let page = ground.director.get(&format!("/v1/customers/{}/timeline?kinds=note.added", converted.customer)).await.expect(200);
    assert_eq!(entry(&page, "note.added")["snippet"], "严**要看合同，王*也在");
}

//! Events to systems' endpoints.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::house::Plan;

use crate::ground::{customer, hook, house, round};
use crate::receiver::{Receiver, Told};

#[tokio::test]
async fn an_event_is_signed_tried_again_under_one_id_and_kept_on_record() {
    let house = house(Plan::default()).await;
    let (admin, receiver) = (house.sign_in("admin").await, Receiver::answering([500, 503, 200].map(Told::status)).await);
    let hook = hook(&admin, &receiver, &["customer.created", "customer.changed"]).await;
    let id = customer(&admin).await;
    for wait in [0, 5, 300] {
        house.advance(TimeDelta::seconds(wait) - TimeDelta::milliseconds(1));
        assert_eq!(round(&house).await.touched, 0, "never early");
        house.advance(TimeDelta::milliseconds(1));
        round(&house).await;
    }
    let seen = receiver.seen();
    assert_eq!(seen.len(), 3);
    for one in &seen {
        assert!(one.is_signed_with(&hook.secret));
        assert_eq!((one.id(), &one.body), (seen[0].id(), &seen[0].body), "the same event under the same id");
        assert_eq!(one.headers["content-type"], "application/cloudevents+json");
    }
    assert!(seen[2].headers["webhook-timestamp"] > seen[0].headers["webhook-timestamp"], "signed anew each time");
    let event = seen[0].json();
    assert_eq!(
        (&event["specversion"], &event["type"], &event["subject"]),
        (&json!("1.0"), &json!("customer.created"), &json!(format!("customer/{id}")))
    );
    assert_eq!(event["data"]["subject_id"], json!(id));
    let delivery = hook.deliveries(&admin).await.remove(0);
    assert_eq!((&delivery["state"], &delivery["id"]), (&json!("delivered"), &json!(seen[0].id())));
    let outcomes: Vec<Value> = delivery["attempts"].as_array().unwrap().iter().map(|one| json!([one["outcome"], one["code"]])).collect();
    assert_eq!(outcomes, [json!(["again", 500]), json!(["again", 503]), json!(["taken", null])]);
    assert_eq!(round(&house).await.touched, 0);
}

#[tokio::test]
async fn whoever_asks_for_patience_gets_it() {
    let house = house(Plan::default()).await;
    let busy = Told { retry_after: Some(120), ..Told::status(429) };
    let (admin, receiver) = (house.sign_in("admin").await, Receiver::answering([busy, Told::status(204)]).await);
    hook(&admin, &receiver, &["customer.created"]).await;
    customer(&admin).await;
    round(&house).await;
    house.advance(TimeDelta::seconds(119));
    round(&house).await;
    assert_eq!(receiver.seen().len(), 1);
    house.advance(TimeDelta::seconds(1));
    round(&house).await;
    assert_eq!(receiver.seen().len(), 2);
}

#[tokio::test]
async fn an_endpoint_that_is_dead_for_days_is_switched_off_and_its_owner_told() {
    let house = house(Plan::default()).await;
    let admin = house.sign_in("admin").await;
    let well = Arc::new(AtomicBool::new(false));
    let is_well = Arc::clone(&well);
    let receiver = Receiver::deciding(move |_, _| Told::status(if is_well.load(Ordering::Relaxed) { 200 } else { 500 })).await;
    let hook = hook(&admin, &receiver, &["customer.created"]).await;
    customer(&admin).await;
    for _ in 0..9 {
        round(&house).await;
        house.advance(TimeDelta::hours(10));
    }
    let shown = admin.get(&hook.path()).await.expect(200);
    assert_eq!((&shown["state"], &shown["disabled_because"]), (&json!("disabled"), &json!("nothing_taken")));
    let inbox = admin.get("/v1/inbox").await.expect(200);
    let notice = &inbox["items"][0];
    assert_eq!((&notice["code"], &notice["kind"]), (&json!("webhook_disabled"), &json!("signal")));
    let message = notice["message"].as_str().unwrap();
    assert!(message.contains(&receiver.url) && !message.contains("not-for-notices"), "{message}");
    assert_eq!(inbox["items"].as_array().unwrap().len(), 1, "once");
    // What happens now is not told to it, and what was waiting is a dead letter.
    customer(&admin).await;
    house.advance(TimeDelta::days(2));
    round(&house).await;
    let dead = admin.get(&format!("{}/deliveries?state=given_up", hook.path())).await.expect(200);
    let dead = dead["items"].as_array().unwrap();
    assert_eq!(dead.len(), 1);
    let replay = format!("{}/deliveries/{}/replay", hook.path(), dead[0]["id"].as_str().unwrap());
    assert_eq!(admin.post(&replay, &json!({})).await.status, 409, "an endpoint that is off takes nothing");
    let on = admin.request(reqwest::Method::PATCH, &hook.path()).header("If-Match", "*").json(&json!({ "enabled": true }));
    assert_eq!(admin.send(on).await.expect(200)["state"], "enabled");
    well.store(true, Ordering::Relaxed);
    admin.post(&replay, &json!({})).await.expect(202);
    round(&house).await;
    let last = receiver.seen().pop().unwrap();
    assert_eq!(json!(last.id()), dead[0]["id"], "replayed under the same id");
    assert_eq!(hook.deliveries(&admin).await[0]["state"], "delivered");
}

#[tokio::test]
async fn an_endpoint_that_says_it_is_gone_is_switched_off_at_once() {
    let house = house(Plan::default()).await;
    let (admin, receiver) = (house.sign_in("admin").await, Receiver::answering([Told::status(410)]).await);
    let hook = hook(&admin, &receiver, &["customer.created"]).await;
    customer(&admin).await;
    customer(&admin).await;
    round(&house).await;
    let shown = admin.get(&hook.path()).await.expect(200);
    assert_eq!((&shown["state"], &shown["disabled_because"]), (&json!("disabled"), &json!("gone")));
    assert_eq!(admin.get("/v1/inbox").await.expect(200)["items"].as_array().unwrap().len(), 1, "two at once, and one notice");
}

#[tokio::test]
async fn a_secret_is_replaced_with_an_overlap_and_never_shown_again() {
    let house = house(Plan::default()).await;
    let (admin, receiver) = (house.sign_in("admin").await, Receiver::answering([Told::status(200)]).await);
    let hook = hook(&admin, &receiver, &["customer.created"]).await;
    let change = admin.request(reqwest::Method::PATCH, &hook.path()).header("If-Match", "\"1\"");
    let changed = admin.send(change.json(&json!({ "rotate_secret": { "overlap_hours": 24 } }))).await.expect(200);
    let fresh = changed["secret"].as_str().unwrap().to_owned();
    assert_ne!(fresh, hook.secret);
    customer(&admin).await;
    round(&house).await;
    house.advance(TimeDelta::hours(24));
    customer(&admin).await;
    round(&house).await;
    let seen = receiver.seen();
    assert!(seen[0].is_signed_with(&fresh) && seen[0].is_signed_with(&hook.secret), "both during the overlap");
    assert!(seen[1].is_signed_with(&fresh) && !seen[1].is_signed_with(&hook.secret), "only the new one after it");
    for path in ["/v1/webhooks".to_owned(), hook.path(), format!("{}/deliveries", hook.path())] {
        let text = admin.get(&path).await.text;
        assert!(!text.contains("whsec_") && !text.contains(&fresh[6..]), "{path}");
    }
    let mut behind = house.behind().await;
    let sealed: Vec<Vec<u8>> = sqlx::query_scalar("select sealed from webhooks").fetch_all(&mut behind).await.unwrap();
    assert!(sealed.iter().all(|bytes| !String::from_utf8_lossy(bytes).contains("whsec_")), "sealed at rest");
}

#[tokio::test]
async fn a_test_event_goes_the_way_of_every_other_one() {
    let house = house(Plan::default()).await;
    let (admin, receiver) = (house.sign_in("admin").await, Receiver::answering([Told::status(200)]).await);
    let hook = hook(&admin, &receiver, &["incident.raised"]).await;
    customer(&admin).await;
    let underway = admin.post(&format!("{}/test", hook.path()), &json!({})).await.expect(202);
    round(&house).await;
    let seen = receiver.seen();
    assert_eq!(seen.len(), 1, "what it did not ask for is not sent");
    assert_eq!((json!(seen[0].id()), &seen[0].json()["type"]), (underway["delivery_id"].clone(), &json!("webhook.test")));
    let gone = admin.send(admin.request(reqwest::Method::DELETE, &hook.path())).await;
    assert_eq!((gone.status.as_u16(), admin.get(&hook.path()).await.status.as_u16()), (204, 404));
}

#[tokio::test]
async fn only_what_webhooks_may_reach_is_taken_for_an_endpoint() {
    let house = house(Plan::default()).await;
    let admin = house.sign_in("admin").await;
    for url in ["http://10.0.0.1/x", "http://169.254.169.254/latest", "https://user:pass@example.com/", "ftp://example.com/", "nonsense"] {
        let refused = admin.post("/v1/webhooks", &json!({ "url": url })).await;
        assert_eq!((refused.status.as_u16(), &refused.body["errors"][0]["pointer"]), (422, &json!("/url")), "{url}");
    }
    let refused = admin.post("/v1/webhooks", &json!({ "url": "https://example.com/", "event_types": ["webhook.test"] })).await;
    assert_eq!(refused.body["errors"][0]["pointer"], "/event_types");
}

//! Several couriers, and couriers that die.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;
use tests::house::Plan;
use tests::waiting::eventually;
use tokio::sync::Notify;

use crate::ground::{courier, customer, hook, house, round};
use crate::receiver::{Receiver, Told};

#[tokio::test]
async fn two_couriers_at_once_bring_everything_once() {
    let house = house(Plan::default()).await;
    let (admin, receiver) = (house.sign_in("admin").await, Receiver::answering([Told::status(200)]).await);
    let hook = hook(&admin, &receiver, &["customer.created"]).await;
    for _ in 0..40 {
        customer(&admin).await;
    }
    let (one, other) = (courier(&house), courier(&house));
    for _ in 0..10 {
        let (first, second) = tokio::join!(one.round(), other.round());
        first.unwrap();
        second.unwrap();
        // Endpoints are given a turn of a few at a time.
        house.advance(TimeDelta::seconds(1));
    }
    let ids: std::collections::BTreeSet<String> = receiver.seen().iter().map(|seen| seen.id().to_owned()).collect();
    assert_eq!((receiver.seen().len(), ids.len()), (40, 40));
    assert!(hook.deliveries(&admin).await.iter().all(|delivery| delivery["state"] == "delivered"));
}

#[tokio::test]
async fn what_a_dead_courier_had_in_hand_is_taken_over_under_the_same_id() {
    let house = house(Plan::default()).await;
    let admin = house.sign_in("admin").await;
    let receiver = Receiver::waiting(|nth, _| {
        Box::pin(async move {
            if nth == 0 {
                std::future::pending::<()>().await;
            }
            Told::status(200)
        })
    })
    .await;
    let hook = hook(&admin, &receiver, &["customer.created"]).await;
    customer(&admin).await;
    let doomed = tokio::spawn({
        let courier = courier(&house);
        async move { courier.round().await }
    });
    eventually("the first attempt", async || (receiver.seen().len() == 1).then_some(())).await;
    doomed.abort();
    assert_eq!(round(&house).await.touched, 0, "its lease holds");
    house.advance(workers::courier::LEASE);
    round(&house).await;
    let seen = receiver.seen();
    assert_eq!((seen.len(), seen[0].id()), (2, seen[1].id()));
    let delivery = hook.deliveries(&admin).await.remove(0);
    let outcomes: Vec<_> = delivery["attempts"].as_array().unwrap().iter().map(|one| one["outcome"].clone()).collect();
    assert_eq!((outcomes, &delivery["state"]), (vec![json!("unknown"), json!("taken")], &json!("delivered")));
}

#[tokio::test]
async fn whoever_lost_the_lease_has_nothing_to_say() {
    let house = house(Plan::default()).await;
    let (admin, go_on) = (house.sign_in("admin").await, Arc::new(Notify::new()));
    let gate = Arc::clone(&go_on);
    let receiver = Receiver::waiting(move |nth, _| {
        let gate = Arc::clone(&gate);
        Box::pin(async move {
            if nth == 0 {
                gate.notified().await;
                return Told::status(410);
            }
            Told::status(200)
        })
    })
    .await;
    let hook = hook(&admin, &receiver, &["customer.created"]).await;
    customer(&admin).await;
    let late = tokio::spawn({
        let courier = courier(&house);
        async move { courier.round().await }
    });
    eventually("the first attempt", async || (receiver.seen().len() == 1).then_some(())).await;
    house.advance(workers::courier::LEASE);
    round(&house).await;
    go_on.notify_one();
    tokio::time::timeout(Duration::from_secs(20), late).await.unwrap().unwrap().unwrap();
    let delivery = hook.deliveries(&admin).await.remove(0);
    assert_eq!(delivery["state"], "delivered", "{delivery:#}");
    assert_eq!(admin.get(&hook.path()).await.expect(200)["state"], "enabled", "and the endpoint is not judged by it");
}

//! Who takes part in a deal, and how they stand to it.

use serde_json::{Value, json};

use crate::ground::{Ground, Tells};

#[tokio::test]
async fn contacts_are_added_with_their_roles_and_attitudes_changed_and_removed() {
    let ground = Ground::open().await;
    let (rep, id) = (&ground.rep, ground.deal().await);
    let (wang, li) = (ground.contact("王芳", "champion").await, ground.contact("李强", "user_buyer").await);
    let of_deal = async || rep.get(&format!("/v1/deals/{id}/contacts")).await.expect(200)["items"].clone();
    ground.pass();
    let part = json!({ "contact_id": wang, "roles": ["economic_buyer", "champion"], "attitude": -1, "influence": 3, "is_primary": true });
    rep.tell(id, "deal.contact_added", part).await.expect(200);
    ground.pass();
    rep.tell(id, "deal.contact_added", json!({ "contact_id": li })).await.expect(200);
    let people = of_deal().await;
    assert_eq!((&people[0]["name"], &people[0]["attitude"], &people[0]["is_primary"]), (&json!("王芳"), &json!(-1), &json!(true)));
    assert_eq!((&people[1]["roles"], &people[1]["attitude"]), (&json!(["user_buyer"]), &Value::Null));
    assert_eq!(rep.tell(id, "deal.contact_added", json!({ "contact_id": li })).await.body["errors"][0]["code"], "duplicate");

    // Of two main contacts the one said last is it.
    ground.pass();
    let changed = json!({ "contact_id": li, "roles": ["user_buyer"], "attitude": 2, "is_primary": true });
    rep.tell(id, "deal.contact_changed", changed).await.expect(200);
    let people = of_deal().await;
    assert_eq!((&people[0]["name"], &people[0]["attitude"], &people[1]["is_primary"]), (&json!("李强"), &json!(2), &json!(false)));

    ground.pass();
    rep.tell(id, "deal.contact_removed", json!({ "contact_id": wang })).await.expect(200);
    assert_eq!(of_deal().await.as_array().unwrap().len(), 1);
    let refused = rep.tell(id, "deal.contact_removed", json!({ "contact_id": wang })).await;
    assert_eq!((refused.status.as_u16(), &refused.body["errors"][0]["code"]), (422, &json!("not_known")));
    ground.pass();
    rep.tell(id, "deal.contact_added", json!({ "contact_id": wang })).await.expect(200);
    let people = of_deal().await;
    assert_eq!((people.as_array().unwrap().len(), &people[1]["roles"]), (2, &json!(["champion"])), "whoever comes back begins anew");
}

#[tokio::test]
async fn roles_of_this_deal_count_and_those_of_people_who_left_do_not() {
    let ground = Ground::open().await;
    let (rep, id) = (&ground.rep, ground.deal().await);
    rep.tell(id, "deal.contact_added", json!({ "contact_id": ground.contact("王芳", "champion").await, "roles": ["economic_buyer"] }))
        .await
        .expect(200);
    let li = ground.contact("李强", "user_buyer").await;
    rep.tell(id, "deal.contact_added", json!({ "contact_id": li })).await.expect(200);
    let mapped = async || {
        let node = rep.node(id).await;
        let ways = node["others"].as_array().unwrap().iter().chain([&node["next"]]).cloned().collect::<Vec<_>>();
        let chain = ways.into_iter().find(|way| way["stage"] == "chain_mapped").unwrap();
        chain["conditions"][1]["met"].as_bool().unwrap()
    };
    assert!(mapped().await, "an economic buyer and a user buyer are among them");
    ground.pass();
    rep.tell(id, "deal.contact_removed", json!({ "contact_id": li })).await.expect(200);
    assert!(!mapped().await);
}

#[tokio::test]
async fn conversations_about_a_deal_are_contacts_with_its_customer() {
    let ground = Ground::open().await;
    let (rep, id, customer) = (&ground.rep, ground.deal().await, ground.door.customer_id);
    let timers = "timers where code = 'customer_silent' and subject_id = $1 and closed_at is null";
    assert_eq!(ground.count(timers, customer).await, 0);
    let contact = ground.contact("王芳", "economic_buyer").await;
    rep.tell(id, "call.answered", json!({ "seconds": 185, "contact_id": contact })).await.expect(200);
    assert_eq!(ground.count(timers, customer).await, 1, "from now on the customer is silent again");
    assert_eq!(ground.count("action_subjects where subject_id = $1", contact).await, 1);
    let said = "actions where kind = 'call.answered' and subject_id = $1 and data->>'decision_role' = 'economic_buyer'";
    assert_eq!(ground.count(said, id).await, 1, "whom it reached is known from who it was");
}

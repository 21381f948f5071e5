//! Visits that name the deal they were about.

use dev::demo::door;
use serde_json::json;
use tests::doorstep::{id_in, new_id, new_visit, photo_at, visit_at};

use crate::ground::{Ground, Tells};

#[tokio::test]
async fn a_visit_names_a_deal_of_its_customer_and_no_other() {
    let ground = Ground::open().await;
    let (rep, house) = (&ground.rep, &ground.house);
    let elsewhere = {
        let said = json!({ "customer_id": door("demo", 2).customer_id, "name": "别家的" });
        id_in(&rep.post("/v1/deals", &said).await.expect(201))
    };
    for wrong in [json!(new_id()), json!(elsewhere)] {
        let mut visit = visit_at(house, &ground.door, &[]);
        visit["deal_id"] = wrong;
        let refused = rep.put(&new_visit(), &visit).await;
        assert_eq!((refused.status.as_u16(), &refused.body["errors"][0]["pointer"]), (422, &json!("/deal_id")));
    }
}

#[tokio::test]
async fn a_visit_is_not_lost_because_its_deal_was_handed_over_or_ended() {
    let ground = Ground::open().await;
    let (rep, house, admin) = (&ground.rep, &ground.house, ground.house.sign_in("admin").await);
    let (given, lost) = (ground.deal().await, ground.deal().await);
    let to = json!({ "owner_id": dev::demo::id_of("demo", "rep2") });
    admin.post(&format!("/v1/deals/{given}/assign"), &to).await.expect(200);
    rep.tell(lost, "deal.lost", json!({ "reason": "price" })).await.expect(200);
    for deal in [given, lost] {
        let photo = rep.upload(&photo_at(house, &ground.door)).await;
        let mut visit = visit_at(house, &ground.door, &[photo]);
        visit["deal_id"] = json!(deal);
        let answer = rep.put(&new_visit(), &visit).await.expect(201);
        assert_eq!((&answer["status"], &answer["deal_id"]), (&json!("valid"), &json!(deal)));
        assert_eq!(ground.count("action_subjects where subject_kind = 'deal' and subject_id = $1", deal).await, 1);
    }
}

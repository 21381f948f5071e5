//! A batch comes to exactly what its visits come to one after the other, however they touch each other.

use chrono::TimeDelta;
use dev::demo::door;
use reqwest::Method;
use serde_json::{Value, json};
use tests::doorstep::{new_id, photo_at, visit_at};
use tests::{House, Person};
use uuid::Uuid;

use crate::assert_replayable;

/// What became of a visit: status of HTTP and of the visit, and every check that is not passed.
fn outcome(status: u64, visit: &Value) -> (u64, String, Vec<String>) {
    let checks = visit["verdict"]["checks"].as_array().map(Vec::as_slice).unwrap_or_default();
    let told = checks.iter().filter(|check| check["outcome"] != "pass" && check["outcome"] != "skipped");
    (
        status,
        visit["status"].as_str().unwrap_or_default().to_owned(),
        told.map(|check| check["code"].as_str().unwrap().to_owned()).collect(),
    )
}

/// The same day of the same rep in an organisation: doors by number, photos and texts by theirs; the last ones touch the first.
async fn day(house: &House, rep: &Person, organisation: &str, photos: &[Vec<u8>]) -> Vec<Value> {
    let mut own = Vec::new();
    for bytes in photos {
        own.push(rep.upload(bytes).await);
    }
    let visit = |n: u32, photos: &[Uuid], words: &str, minutes: i64| {
        let mut visit = visit_at(house, &door(organisation, n), photos);
        visit["id"] = json!(new_id());
        visit["key_info"] = json!(words);
        visit["started_at"] = json!((house.now() + TimeDelta::minutes(minutes)).to_rfc3339());
        visit
    };
    let first = visit(0, &[own[0]], "老板说下周三前要报价，先要一台试用，满意的话月底前再订二十台，账期按三十天谈。", 0);
    let mut unknown = visit(2, &[own[1]], "要看一下样品，周五再谈。", 0);
    unknown["customer_id"] = json!(Uuid::nil());
    vec![
        first.clone(),
        visit(2, &[own[1]], "要看一下样品，周五再谈。", 0),
        // The photo before once more, at another customer; and bytes that are those of the first.
        visit(4, &[own[1]], "店里换了负责人，姓周。", 0),
        visit(0, &[own[2]], "负责人说月底盘点完再订。", 0),
        unknown,
        // The text of the first.
        visit(6, &[own[3]], "老板说下周三前要报价，先要一台试用，满意的话月底前再订二十台，账期按三十天谈。", 0),
        // Far from the one before, at once.
        visit(198, &[own[4]], "已经和财务对过账期，三十天。", 1),
        first,
        visit(8, &[], "没有拍到照片，先记一下。", 0),
        visit(10, &[own[5]], "试用两台，下周一送到门店。", 2),
    ]
}

#[tokio::test]
async fn a_batch_comes_to_what_its_visits_come_to_one_by_one() {
    let house = House::open().await;
    let doors = [0, 2, 0, 6, 198, 10].map(|n| door("demo", n));
    let mut photos = doors.iter().map(|door| photo_at(&house, door)).collect::<Vec<_>>();
    photos[2] = photos[0].clone();
    let (together, alone) = (house.sign_in("rep1").await, house.sign_in_to("other", "rep1").await);
    let batch = day(&house, &together, "demo", &photos).await;
    let answer = together.post("/v1/visits:batch", &json!({ "visits": batch })).await.expect(200);
    let results = answer["results"].as_array().unwrap();
    let of_batch = results.iter().map(|one| outcome(one["status"].as_u64().unwrap(), &one["visit"])).collect::<Vec<_>>();
    let mut one_by_one = Vec::new();
    for mut visit in day(&house, &alone, "other", &photos).await {
        let id = visit.as_object_mut().unwrap().remove("id").unwrap();
        let request = alone.request(Method::PUT, &format!("/v1/visits/{}", id.as_str().unwrap())).json(&visit);
        let answer = alone.send(request).await;
        let shown = if answer.status.is_success() { answer.body.clone() } else { Value::Null };
        one_by_one.push(outcome(u64::from(answer.status.as_u16()), &shown));
    }
    assert_eq!(of_batch, one_by_one);
    let told = of_batch.iter().flat_map(|(_, _, codes)| codes.clone()).collect::<Vec<_>>();
    for code in ["photo_reused", "repeated_key_info", "impossible_travel"] {
        assert!(told.iter().any(|known| known == code), "{code} is among {of_batch:#?}");
    }
    assert_replayable(&house).await;
}

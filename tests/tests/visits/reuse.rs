//! The same photo twice: whoever was judged with it first keeps it, and nobody else counts with it.

use dev::demo::door;
use dev::photo::PhotoSpec;
use serde_json::{Value, json};
use tests::House;
use tests::doorstep::{check, code_of, id_in, new_visit, odd_photo_at, photo_at, photo_spec, visit_at};
use uuid::Uuid;

async fn at_door(house: &House, who: &tests::Person, n: u32, photo: Uuid) -> Value {
    who.put(&new_visit(), &visit_at(house, &door("demo", n), &[photo])).await.expect(201)
}

#[tokio::test]
async fn a_colleagues_bytes_do_not_count_again() {
    let house = House::open().await;
    let (rep1, rep2) = (house.sign_in("rep1").await, house.sign_in("rep2").await);
    let bytes = photo_at(&house, &door("demo", 0));
    let first = at_door(&house, &rep1, 0, rep1.upload(&bytes).await).await;
    assert_eq!(first["status"], "valid");
    let second = at_door(&house, &rep2, 1, rep2.upload(&bytes).await).await;
    let reuse = check(&second, "reuse");
    assert_eq!((&second["status"], &reuse["code"], &reuse["measured"]), (&json!("invalid"), &json!("photo_reused"), &first["id"]));
    // Nor at the same customer by the same rep.
    let third = at_door(&house, &rep1, 0, rep1.upload(&bytes).await).await;
    assert_eq!(code_of(&third, "reuse"), "photo_reused");
    // Another organisation is another world.
    let theirs = house.sign_in_to("other", "rep1").await;
    let photo = theirs.upload(&bytes).await;
    let visit = theirs.put(&new_visit(), &visit_at(&house, &door("other", 0), &[photo])).await.expect(201);
    assert_eq!((&visit["status"], code_of(&visit, "reuse")), (&json!("valid"), "ok"));
}

#[tokio::test]
async fn a_visit_that_did_not_count_may_be_tried_again_with_its_photo() {
    let house = House::open().await;
    let rep = house.sign_in("rep1").await;
    let here = door("demo", 0);
    let photo = rep.upload(&photo_at(&house, &here)).await;
    let mut empty = visit_at(&house, &here, &[photo]);
    empty["key_info"] = json!("   ");
    let path = new_visit();
    let first = rep.put(&path, &empty).await.expect(201);
    assert_eq!((&first["status"], code_of(&first, "key_info")), (&json!("invalid"), "key_info_empty"));
    assert_eq!(code_of(&rep.put(&path, &empty).await.expect(200), "reuse"), "ok", "its own photo is not held against it");
    let second = at_door(&house, &rep, 0, photo).await;
    assert_eq!((&second["status"], code_of(&second, "reuse")), (&json!("valid"), "ok"), "{second:#}");
}

#[tokio::test]
async fn rewriting_the_metadata_does_not_make_another_picture() {
    let house = House::open().await;
    let (rep1, rep2) = (house.sign_in("rep1").await, house.sign_in("rep2").await);
    let (here, there) = (door("demo", 0), door("demo", 1));
    let spec = photo_spec(&house, &here);
    let moved = PhotoSpec { lat: there.position.lat, lon: there.position.lon, model: "Pixel".to_owned(), ..spec.clone() };
    let (original, forged) = (spec.encode().unwrap(), moved.encode().unwrap());
    assert_ne!(original, forged);
    let first = at_door(&house, &rep1, 0, rep1.upload(&original).await).await;
    let second = at_door(&house, &rep2, 1, rep2.upload(&forged).await).await;
    let reuse = check(&second, "reuse");
    assert_eq!((&second["status"], &reuse["code"], &reuse["measured"]), (&json!("invalid"), &json!("photo_reused"), &first["id"]));
    assert_eq!(code_of(&second, "fence"), "ok", "the forged position alone would have passed");
}

#[tokio::test]
async fn of_two_visits_with_the_same_bytes_at_the_same_moment_exactly_one_counts() {
    let house = House::open().await;
    let (rep1, rep2) = (house.sign_in("rep1").await, house.sign_in("rep2").await);
    for _ in 0..8 {
        let bytes = photo_at(&house, &door("demo", 0));
        let (one, other) = (rep1.upload(&bytes).await, rep2.upload(&bytes).await);
        let (one, other) = tokio::join!(at_door(&house, &rep1, 0, one), at_door(&house, &rep2, 1, other));
        let blamed = [&one, &other].into_iter().filter(|visit| code_of(visit, "reuse") == "photo_reused").count();
        assert_eq!(blamed, 1, "{one:#} {other:#}");
    }
}

#[tokio::test]
async fn of_two_forgeries_of_one_picture_at_the_same_moment_exactly_one_counts() {
    let house = House::open().await;
    let (rep1, rep2) = (house.sign_in("rep1").await, house.sign_in("rep2").await);
    let there = door("demo", 1);
    for _ in 0..8 {
        let spec = photo_spec(&house, &door("demo", 0));
        let moved = PhotoSpec { lat: there.position.lat, lon: there.position.lon, ..spec.clone() };
        let (one, other) = (rep1.upload(&spec.encode().unwrap()).await, rep2.upload(&moved.encode().unwrap()).await);
        let (one, other) = tokio::join!(at_door(&house, &rep1, 0, one), at_door(&house, &rep2, 1, other));
        let blamed = [&one, &other].into_iter().filter(|visit| code_of(visit, "reuse") == "photo_reused").count();
        assert_eq!(blamed, 1, "{one:#} {other:#}");
    }
}

#[tokio::test]
async fn whoever_submits_with_the_lower_id_later_has_no_advantage() {
    let house = House::open().await;
    let (rep1, rep2) = (house.sign_in("rep1").await, house.sign_in("rep2").await);
    let bytes = photo_at(&house, &door("demo", 0));
    let (one, other) = (rep1.upload(&bytes).await, rep2.upload(&bytes).await);
    let mut paths = [new_visit(), new_visit()];
    paths.sort();
    let [low, high] = paths;
    let first = rep1.put(&high, &visit_at(&house, &door("demo", 0), &[one])).await.expect(201);
    let second = rep2.put(&low, &visit_at(&house, &door("demo", 1), &[other])).await.expect(201);
    assert_eq!((code_of(&first, "reuse"), code_of(&second, "reuse")), ("ok", "photo_reused"));
}

#[tokio::test]
async fn a_visit_that_waited_for_its_bytes_does_not_count_beside_one_that_brought_them() {
    let house = House::open().await;
    let (rep1, rep2) = (house.sign_in("rep1").await, house.sign_in("rep2").await);
    let bytes = photo_at(&house, &door("demo", 0));
    let early = id_in(&rep1.declare(&bytes).await);
    let path = new_visit();
    rep1.put(&path, &visit_at(&house, &door("demo", 0), &[early])).await.expect(201);
    let counted = at_door(&house, &rep2, 1, rep2.upload(&bytes).await).await;
    assert_eq!(code_of(&counted, "reuse"), "ok");
    rep1.send_content(early, &bytes).await.expect(200);
    let late = rep1.get(&path).await.expect(200);
    assert_eq!((&late["status"], code_of(&late, "reuse")), (&json!("invalid"), "photo_reused"), "{late:#}");
}

#[tokio::test]
async fn two_waiting_visits_whose_same_bytes_land_at_once_do_not_both_count() {
    let house = House::open().await;
    let (rep1, rep2) = (house.sign_in("rep1").await, house.sign_in("rep2").await);
    for _ in 0..8 {
        let bytes = photo_at(&house, &door("demo", 0));
        let (one, other) = (id_in(&rep1.declare(&bytes).await), id_in(&rep2.declare(&bytes).await));
        let (first, second) = (new_visit(), new_visit());
        rep1.put(&first, &visit_at(&house, &door("demo", 0), &[one])).await.expect(201);
        rep2.put(&second, &visit_at(&house, &door("demo", 1), &[other])).await.expect(201);
        let (a, b) = tokio::join!(rep1.send_content(one, &bytes), rep2.send_content(other, &bytes));
        assert_eq!((a.status.as_u16(), b.status.as_u16()), (200, 200), "{} {}", a.text, b.text);
        let (first, second) = (rep1.get(&first).await.expect(200), rep2.get(&second).await.expect(200));
        let blamed = [&first, &second].into_iter().filter(|visit| code_of(visit, "reuse") == "photo_reused").count();
        assert_eq!(blamed, 1, "{first:#} {second:#}");
    }
}

#[tokio::test]
async fn a_photo_added_later_is_not_somebody_elses_from_before() {
    let house = House::open().await;
    let (rep1, rep2) = (house.sign_in("rep1").await, house.sign_in("rep2").await);
    let here = door("demo", 0);
    // Judged first, but without the photo that the other one then uses.
    let bare = rep1.upload(&odd_photo_at(&house, &here, dev::photo::Variant::StrippedGps)).await;
    let early = at_door(&house, &rep1, 0, bare).await;
    let bytes = photo_at(&house, &here);
    let counted = at_door(&house, &rep2, 1, rep2.upload(&bytes).await).await;
    assert_eq!(code_of(&counted, "reuse"), "ok");
    let borrowed = rep1.upload(&bytes).await;
    let path = format!("/v1/visits/{}/photos", id_in(&early));
    let after = rep1.post(&path, &json!({ "photo_ids": [borrowed] })).await.expect(200);
    assert_ne!(after["status"], "valid", "{after:#}");
    // And judging the other one again does not blame it.
    let supervisor = house.sign_in("supervisor2").await;
    let again = supervisor.post(&format!("/v1/visits/{}/re-evaluate", id_in(&counted)), &json!({})).await.expect(200);
    assert_eq!(code_of(&again, "reuse"), "ok", "{again:#}");
}

#[tokio::test]
async fn the_darkroom_finds_the_same_shot_taken_from_a_screen() {
    let house = House::open().await;
    house.set_to_work();
    let (rep1, rep2) = (house.sign_in("rep1").await, house.sign_in("rep2").await);
    let spec = PhotoSpec { width: 800, height: 600, ..photo_spec(&house, &door("demo", 0)) };
    let there = door("demo", 1);
    let smaller = PhotoSpec { width: 640, height: 480, lat: there.position.lat, lon: there.position.lon, ..spec.clone() };
    at_door(&house, &rep1, 0, rep1.upload(&spec.encode().unwrap()).await).await;
    let copy = at_door(&house, &rep2, 1, rep2.upload(&smaller.encode().unwrap()).await).await;
    let path = format!("/v1/visits/{}", id_in(&copy));
    let judged = tests::waiting::eventually("a second verdict", async || {
        let visit = rep2.get(&path).await.expect(200);
        (visit["verdict"]["seq"] == 2).then_some(visit)
    });
    let judged = judged.await;
    assert_eq!((&judged["status"], code_of(&judged, "reuse")), (&json!("review"), "photo_reused"), "{judged:#}");
    assert_eq!(judged["verdict"]["cause"], "developed");
}

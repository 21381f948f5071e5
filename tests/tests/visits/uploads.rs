//! How photos and visits arrive: presigned, through the API, in one form, in batches, early and late.

use dev::demo::door;
use dev::photo::Variant;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use tests::doorstep::{code_of, declaration_of, id_in, new_id, new_visit, odd_photo_at, photo_at, visit_at};
use tests::waiting::eventually;
use tests::{Answer, House, Person};
use uuid::Uuid;

use crate::assert_replayable;

#[tokio::test]
async fn a_phone_puts_its_photo_into_s3_and_the_visit_counts() {
    let house = House::open().await;
    let rep = house.sign_in("rep1").await;
    let door = door("demo", 0);
    let bytes = photo_at(&house, &door);
    let declared = rep.declare(&bytes).await;
    assert_eq!(declared["state"], "declared");
    assert!(rep.put_ticket(&declared, &bytes).await.is_success());
    let visit = rep.put(&new_visit(), &visit_at(&house, &door, &[id_in(&declared)])).await.expect(201);
    assert_eq!(visit["status"], "valid", "{visit:#}");
    let photo = rep.get(&format!("/v1/photos/{}", id_in(&declared))).await.expect(200);
    assert_eq!((&photo["state"], &photo["reading"]), (&json!("landed"), &json!("evidence")));
    // The same declaration again says that the bytes are there.
    let mut again = declaration_of(&bytes);
    again["id"] = declared["id"].clone();
    assert_eq!(rep.post("/v1/photos", &again).await.expect(201)["state"], "landed");
    assert_replayable(&house).await;
}

#[tokio::test]
async fn a_visit_that_is_faster_than_its_photo_waits_and_is_judged_when_it_lands() {
    let house = House::open().await;
    let (rep, supervisor) = (house.sign_in("rep1").await, house.sign_in("supervisor1").await);
    let door = door("demo", 0);
    let bytes = photo_at(&house, &door);
    let declared = rep.declare(&bytes).await;
    let (path, body) = (new_visit(), visit_at(&house, &door, &[id_in(&declared)]));
    let waiting = rep.put(&path, &body).await.expect(201);
    assert_eq!((&waiting["status"], &waiting["verdict"]), (&json!("awaiting_photos"), &Value::Null));
    assert_eq!(rep.put(&path, &body).await.expect(200)["status"], "awaiting_photos");
    // It is listed where it belongs, and nowhere else.
    assert_eq!(rep.get("/v1/visits?status=awaiting_photos").await.expect(200)["items"][0]["id"], waiting["id"]);
    assert_eq!(supervisor.get("/v1/visits").await.expect(200)["items"], json!([]));
    let early = supervisor.post(&format!("{path}/review"), &json!({ "decision": "valid", "reason": "没等照片" })).await;
    assert_eq!((early.status.as_u16(), early.code()), (409, "state_forbids"));

    assert!(rep.put_ticket(&declared, &bytes).await.is_success());
    let judged = rep.put(&path, &body).await.expect(200);
    assert_eq!((&judged["status"], &judged["verdict"]["seq"]), (&json!("valid"), &json!(1)));
    assert_eq!(rep.get(&path).await.expect(200), judged);
}

#[tokio::test]
async fn what_is_still_awaited_can_be_said_differently() {
    let house = House::open().await;
    let rep = house.sign_in("rep1").await;
    let door = door("demo", 0);
    let bytes = photo_at(&house, &door);
    let declared = rep.declare(&bytes).await;
    let path = new_visit();
    let first = visit_at(&house, &door, &[id_in(&declared)]);
    rep.put(&path, &first).await.expect(201);
    let mut second = first.clone();
    second["key_info"] = json!("改口：客户要四十台，先付定金。");
    rep.put(&path, &second).await.expect(200);
    rep.send_content(id_in(&declared), &bytes).await.expect(200);
    let judged = rep.put(&path, &second).await.expect(200);
    assert_eq!((&judged["status"], &judged["key_info"]), (&json!("valid"), &second["key_info"]));
    assert_eq!(rep.put(&path, &first).await.code(), "other_content");
}

#[tokio::test]
async fn bytes_through_the_api_judge_the_visit_that_waits_for_them() {
    let house = House::open().await;
    let rep = house.sign_in("rep1").await;
    let door = door("demo", 0);
    let bytes = photo_at(&house, &door);
    let photo = id_in(&rep.declare(&bytes).await);
    let path = new_visit();
    rep.put(&path, &visit_at(&house, &door, &[photo])).await.expect(201);
    rep.send_content(photo, &bytes).await.expect(200);
    let judged = rep.get(&path).await.expect(200);
    assert_eq!((&judged["status"], &judged["verdict"]["cause"]), (&json!("valid"), &json!("photos_landed")));
    rep.send_content(photo, &bytes).await.expect(200);
    assert_eq!(rep.get(&format!("{path}/verdicts")).await.expect(200)["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn workers_take_in_what_landed_while_nobody_asked() {
    let house = House::open().await;
    house.set_to_work();
    let rep = house.sign_in("rep1").await;
    let door = door("demo", 0);
    let bytes = photo_at(&house, &door);
    let declared = rep.declare(&bytes).await;
    let path = new_visit();
    rep.put(&path, &visit_at(&house, &door, &[id_in(&declared)])).await.expect(201);
    assert!(rep.put_ticket(&declared, &bytes).await.is_success());
    let judged = eventually("a verdict", async || {
        let visit = rep.get(&path).await.expect(200);
        (visit["status"] != "awaiting_photos").then_some(visit)
    });
    assert_eq!(judged.await["status"], "valid");
    // The darkroom makes a picture that carries nothing of the original's metadata.
    let content = format!("/v1/photos/{}/content", id_in(&declared));
    let picture = eventually("a thumbnail", async || {
        let answer = rep.request(Method::GET, &content).send().await.unwrap();
        if answer.status() == 200 { answer.bytes().await.ok() } else { None }
    });
    let picture = picture.await;
    assert!(picture.starts_with(&[0xff, 0xd8]) && !picture.windows(4).any(|four| four == b"Exif"));
}

fn form(visit: &Value, photos: &[Vec<u8>]) -> Form {
    let visit = Part::text(visit.to_string()).mime_str("application/json").unwrap();
    let photo = |bytes: &Vec<u8>| Part::bytes(bytes.clone()).file_name("photo.jpg").mime_str("image/jpeg").unwrap();
    photos.iter().fold(Form::new().part("visit", visit), |form, bytes| form.part("photo", photo(bytes)))
}

async fn post_form(rep: &Person, form: Form) -> Answer {
    rep.send(rep.request(Method::POST, "/v1/visits").multipart(form)).await
}

#[tokio::test]
async fn one_form_brings_visit_and_photos_and_may_be_sent_again() {
    let house = House::open().await;
    let rep = house.sign_in("rep1").await;
    let door = door("demo", 0);
    let photos = [odd_photo_at(&house, &door, Variant::StrippedGps), photo_at(&house, &door)];
    let mut visit = visit_at(&house, &door, &[]);
    visit["id"] = json!(new_id());
    let first = post_form(&rep, form(&visit, &photos)).await.expect(201);
    assert_eq!((&first["status"], first["photo_ids"].as_array().unwrap().len()), (&json!("valid"), 2));
    assert_eq!(first["verdict"]["evidence"]["photo_id"], first["photo_ids"][1], "the one with a position carries the visit");
    let again = post_form(&rep, form(&visit, &photos)).await.expect(200);
    assert_eq!(again, first);
    let other = post_form(&rep, form(&visit, &photos[..1])).await;
    assert_eq!((other.status.as_u16(), other.code()), (409, "other_content"));
}

#[tokio::test]
async fn a_form_that_cannot_be_understood_is_the_clients_fault() {
    let house = House::open_as(tests::house::Plan::default().with("photo_max_bytes", 50_000)).await;
    let rep = house.sign_in("rep1").await;
    let door = door("demo", 0);
    let mut visit = visit_at(&house, &door, &[]);
    let nameless = post_form(&rep, form(&visit, &[])).await;
    assert_eq!((nameless.status.as_u16(), &nameless.body["errors"][0]["pointer"]), (422, &json!("/visit/id")));
    visit["id"] = json!(new_id());
    let mut odd = visit.clone();
    odd["colour"] = json!("red");
    let odd = post_form(&rep, form(&odd, &[])).await;
    assert_eq!((odd.status.as_u16(), &odd.body["errors"][0]["pointer"]), (422, &json!("/visit/colour")));
    let photo = vec![0; 10];
    for (status, bad) in [
        (400, Form::new()),
        (422, Form::new().part("photo", Part::bytes(photo.clone()))),
        (422, form(&visit, &[Vec::new()])),
        (422, form(&visit, &vec![photo.clone(); 11])),
        (422, form(&visit, std::slice::from_ref(&photo)).text("colour", "red")),
        (422, form(&visit, &[]).text("visit", visit.to_string())),
        (400, Form::new().text("visit", "{not json")),
        (422, Form::new().text("visit", "[]")),
        (413, form(&visit, &[vec![1; 50_001]])),
    ] {
        let answer = post_form(&rep, bad).await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
    }
    assert_eq!(rep.get("/v1/visits").await.expect(200)["items"], json!([]), "nothing of it was kept");
}

#[tokio::test]
async fn a_batch_judges_each_visit_by_itself() {
    let house = House::open().await;
    let rep = house.sign_in("rep1").await;
    let (here, abroad) = (door("demo", 0), door("other", 0));
    let bytes = photo_at(&house, &here);
    let (photo, same_bytes) = (rep.upload(&bytes).await, rep.upload(&bytes).await);
    let late = id_in(&rep.declare(&photo_at(&house, &here)).await);
    let item = |photos: &[Uuid]| {
        let mut item = visit_at(&house, &here, photos);
        item["id"] = json!(new_id());
        item
    };
    let (valid, reused, waiting, bare) = (item(&[photo]), item(&[same_bytes]), item(&[late]), item(&[]));
    let mut foreign = item(&[]);
    foreign["customer_id"] = json!(abroad.customer_id);
    let mut contrary = valid.clone();
    contrary["key_info"] = json!("完全不同的内容，另有说法。");
    let mut nameless = item(&[]);
    nameless["id"] = json!("7");
    let visits = [&valid, &foreign, &reused, &valid, &contrary, &waiting, &bare, &nameless];
    let batch = json!({ "visits": visits });
    let statuses = |answer: &Value| {
        let results = answer["results"].as_array().unwrap();
        results.iter().map(|one| one["status"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    let first = rep.post("/v1/visits:batch", &batch).await.expect(200);
    assert_eq!(statuses(&first), [201, 422, 201, 200, 409, 201, 201, 422], "{first:#}");
    let results = &first["results"];
    let standing = |n: usize| results[n]["visit"]["status"].as_str().unwrap_or_default();
    assert_eq!([standing(0), standing(2), standing(5), standing(6)], ["valid", "invalid", "awaiting_photos", "invalid"]);
    assert_eq!(code_of(&results[2]["visit"], "reuse"), "photo_reused");
    assert_eq!(results[1]["problem"]["errors"][0]["pointer"], "/visits/1/customer_id");
    assert_eq!(results[4]["problem"]["code"], "other_content");

    let again = rep.post("/v1/visits:batch", &batch).await.expect(200);
    assert_eq!(statuses(&again), [200, 422, 200, 200, 409, 200, 200, 422], "{again:#}");
    assert_eq!(again["results"][0]["visit"], first["results"][0]["visit"]);
    let listed = rep.get("/v1/visits").await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 4);
    for count in [0, 101] {
        rep.post("/v1/visits:batch", &json!({ "visits": vec![bare.clone(); count] })).await.expect(422);
    }
    assert_replayable(&house).await;
}

#[tokio::test]
async fn an_id_is_its_reps_own_and_an_organisation_of_its_own() {
    let house = House::open().await;
    let (rep, theirs) = (house.sign_in("rep1").await, house.sign_in_to("other", "rep1").await);
    let rep2 = house.sign_in("rep2").await;
    let path = new_visit();
    rep.put(&path, &visit_at(&house, &door("demo", 0), &[])).await.expect(201);
    let taken = rep2.put(&path, &visit_at(&house, &door("demo", 1), &[])).await;
    assert_eq!((taken.status.as_u16(), taken.code()), (409, "id_taken"));
    theirs.put(&path, &visit_at(&house, &door("other", 0), &[])).await.expect(201);
}

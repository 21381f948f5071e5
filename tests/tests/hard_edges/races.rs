//! The same request many times at once: done once, answered alike.

use dev::demo::door;
use futures_util::future::join_all;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use tests::doorstep::{declaration_of, id_in, new_id, new_visit, photo_at, visit_at};
use tests::{Answer, House};

fn count(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status.as_u16() == status).count()
}

fn all_alike(answers: &[Answer]) -> bool {
    answers.iter().all(|answer| answer.text == answers[0].text)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_identical_submissions_are_one_visit() {
    let house = House::open().await;
    let rep = house.sign_in("rep1").await;
    let here = door("demo", 0);
    for _ in 0..3 {
        let photo = rep.upload(&photo_at(&house, &here)).await;
        let (path, body) = (new_visit(), visit_at(&house, &here, &[photo]));
        let answers = join_all((0..30).map(|_| rep.put(&path, &body))).await;
        assert_eq!((count(&answers, 201), count(&answers, 200)), (1, 29), "{answers:?}");
        assert!(all_alike(&answers), "{answers:?}");
        assert_eq!(rep.get(&format!("{path}/verdicts")).await.expect(200)["items"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_different_contents_under_one_id_one_is_taken() {
    let house = House::open().await;
    let rep = house.sign_in("rep1").await;
    let path = new_visit();
    let bodies: Vec<Value> = (0..12).map(|_| visit_at(&house, &door("demo", 0), &[])).collect();
    let answers = join_all(bodies.iter().map(|body| rep.put(&path, body))).await;
    assert_eq!((count(&answers, 201), count(&answers, 409)), (1, 11), "{answers:?}");
    let taken = answers.iter().position(|answer| answer.status == 201).unwrap();
    assert_eq!(rep.get(&path).await.expect(200)["key_info"], bodies[taken]["key_info"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_idempotency_key_makes_one_thing() {
    let house = House::open().await;
    let (rep, rep2) = (house.sign_in("rep1").await, house.sign_in("rep2").await);
    for (path, body, other) in [
        ("/v1/challenges", json!({ "count": 3 }), json!({ "count": 4 })),
        ("/v1/customers", json!({ "name": "新客户" }), json!({ "name": "另一个" })),
        ("/v1/photos", declaration_of(b"abc"), declaration_of(b"abd")),
    ] {
        let ask = |who: &tests::Person, body: &Value| {
            let request = who.request(Method::POST, path).header("Idempotency-Key", "k-1").json(body);
            let who = who.clone();
            async move { who.send(request).await }
        };
        let answers = join_all((0..16).map(|_| ask(&rep, &body))).await;
        assert_eq!(count(&answers, 201), 16, "{path}: {answers:?}");
        assert!(all_alike(&answers), "{path}: {answers:?}");
        let reused = ask(&rep, &other).await;
        assert_eq!((reused.status.as_u16(), reused.code()), (422, "idempotency_key_reused"), "{path}");
        let somebody_elses = ask(&rep2, &body).await;
        assert!(somebody_elses.status == 201 && somebody_elses.body != answers[0].body, "{path}: a key is its sender's own");
    }
    for bad in ["", &"k".repeat(256)] {
        let request = rep.request(Method::POST, "/v1/challenges").header("Idempotency-Key", bad).json(&json!({}));
        assert_eq!(rep.send(request).await.status, 400);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_photo_sent_many_times_lands_once() {
    let house = House::open().await;
    let rep = house.sign_in("rep1").await;
    let bytes = photo_at(&house, &door("demo", 0));
    let mut declaration = declaration_of(&bytes);
    declaration["id"] = json!(new_id());
    let declared = join_all((0..10).map(|_| rep.post("/v1/photos", &declaration))).await;
    assert_eq!(count(&declared, 201), 10, "{declared:?}");
    let photo = id_in(&declaration);
    let sent = join_all((0..10).map(|_| rep.send_content(photo, &bytes))).await;
    assert_eq!(count(&sent, 200), 10, "{sent:?}");
    assert!(sent.iter().all(|answer| answer.body["landed_at"] == sent[0].body["landed_at"]), "{sent:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_form_sent_many_times_is_one_visit() {
    let house = House::open().await;
    let rep = house.sign_in("rep1").await;
    let here = door("demo", 0);
    let bytes = photo_at(&house, &here);
    let mut visit = visit_at(&house, &here, &[]);
    visit["id"] = json!(new_id());
    let forms = (0..8).map(|_| {
        let form = Form::new().part("visit", Part::text(visit.to_string())).part("photo", Part::bytes(bytes.clone()));
        rep.send(rep.request(Method::POST, "/v1/visits").multipart(form))
    });
    let answers = join_all(forms).await;
    assert_eq!((count(&answers, 201), count(&answers, 200)), (1, 7), "{answers:?}");
    assert!(all_alike(&answers) && answers[0].body["status"] == "valid", "{answers:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn batches_that_cross_each_other_do_not_break() {
    let house = House::open().await;
    let rep = house.sign_in("rep1").await;
    let here = door("demo", 0);
    let visits: Vec<Value> = (0..20)
        .map(|_| {
            let mut visit = visit_at(&house, &here, &[]);
            visit["id"] = json!(new_id());
            visit
        })
        .collect();
    let turned: Vec<Value> = visits.iter().rev().cloned().collect();
    let batches = [json!({ "visits": visits }), json!({ "visits": turned })];
    for _ in 0..3 {
        let answers = join_all(batches.iter().cycle().take(6).map(|batch| rep.post("/v1/visits:batch", batch))).await;
        assert_eq!(count(&answers, 200) + count(&answers, 503), 6, "{answers:?}");
    }
    rep.post("/v1/visits:batch", &batches[0]).await.expect(200);
    assert_eq!(rep.get("/v1/visits?limit=200").await.expect(200)["items"].as_array().unwrap().len(), 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn appeals_reviews_and_proposals_at_once_leave_one_story() {
    let house = House::open().await;
    let (rep, supervisor) = (house.sign_in("rep1").await, house.sign_in("supervisor1").await);
    let photo = rep.upload(&photo_at(&house, &door("demo", 4))).await;
    let path = new_visit();
    rep.put(&path, &visit_at(&house, &door("demo", 0), &[photo])).await.expect(201);
    let (appeal, proposal) = (format!("{path}/appeal"), format!("{path}/pin-proposal"));
    let reason = json!({ "reason": "搬到马路对面了" });
    let appeals = join_all((0..6).map(|_| rep.post(&appeal, &reason))).await;
    assert_eq!(count(&appeals, 200), 6, "{appeals:?}");
    let empty = json!({});
    let proposals = join_all((0..6).map(|_| rep.post(&proposal, &empty))).await;
    assert_eq!((count(&proposals, 201) >= 1, count(&proposals, 200) + count(&proposals, 201)), (true, 6), "{proposals:?}");
    assert!(all_alike(&proposals), "{proposals:?}");
    let waiting = supervisor.get("/v1/inbox").await.expect(200);
    assert_eq!(waiting["items"].as_array().unwrap().len(), 1, "{waiting:#}");
    let (review, decision) = (format!("{path}/review"), json!({ "decision": "valid", "reason": "已核实" }));
    let reviews = join_all((0..6).map(|_| supervisor.post(&review, &decision))).await;
    assert_eq!(count(&reviews, 200), 6, "{reviews:?}");
    let verdicts = rep.get(&format!("{path}/verdicts")).await.expect(200);
    assert_eq!(verdicts["items"].as_array().unwrap().len(), 2, "{verdicts:#}");
}

//! Object storage is away, or hangs: reps are told at once or wait for nothing, and what was pending drains by itself.

use std::time::Duration;

use dev::demo::door;
use dev::fault::{Mode, Proxy};
use serde_json::json;
use tests::doorstep::{id_in, new_visit, photo_at, visit_at};
use tests::house::{Plan, shared};
use tests::waiting::eventually;
use tests::{Answer, House, Person};
use tokio::time::Instant;

/// Phones reach S3 by themselves; the house reaches it through a cable.
async fn house_behind_a_cable() -> (Proxy, House, Person) {
    let endpoint = &shared().objects.endpoint;
    let proxy = Proxy::start(endpoint.trim_start_matches("http://").parse().unwrap()).await.unwrap();
    let plan = Plan::default().with("s3_endpoint", format!("http://{}", proxy.addr())).with("s3_public_endpoint", endpoint);
    let house = House::open_as(plan).await;
    let rep = house.sign_in("rep1").await;
    (proxy, house, rep)
}

fn is_clean_503(answer: &Answer) -> bool {
    answer.status == 503 && answer.code() == "unavailable" && answer.headers.contains_key("retry-after")
}

#[tokio::test]
async fn while_s3_is_away_visits_wait_and_uploads_are_put_off() {
    for mode in [Mode::Refuse, Mode::Hold] {
        let (proxy, house, rep) = house_behind_a_cable().await;
        let here = door("demo", 0);
        let (bytes, other) = (photo_at(&house, &here), photo_at(&house, &here));
        let presigned = rep.declare(&bytes).await;
        assert!(rep.put_ticket(&presigned, &bytes).await.is_success());
        let through = id_in(&rep.declare(&other).await);
        proxy.set(mode);
        let (path, body) = (new_visit(), visit_at(&house, &here, &[id_in(&presigned)]));
        let asked = Instant::now();
        let check_in = async {
            let waiting = rep.put(&path, &body).await;
            (waiting, asked.elapsed())
        };
        let ((waiting, took), refused) = tokio::join!(check_in, rep.send_content(through, &other));
        assert_eq!(waiting.expect(201)["status"], "awaiting_photos", "{mode:?}");
        assert!(took < Duration::from_secs(4), "{mode:?}: somebody stood at the door for {took:?}");
        assert!(is_clean_503(&refused), "{mode:?}: {}", refused.text);
        assert!(asked.elapsed() < Duration::from_secs(15), "{mode:?}: {:?}", asked.elapsed());
        // What needs no photo goes on as if nothing were.
        assert_eq!(rep.put(&new_visit(), &visit_at(&house, &here, &[])).await.expect(201)["status"], "invalid");
        assert_eq!(house.http.get(format!("{}/readyz", house.url)).send().await.unwrap().status(), 200);
        proxy.set(Mode::Pass);
        assert_eq!(rep.put(&path, &body).await.expect(200)["status"], "valid", "{mode:?}");
        rep.send_content(through, &other).await.expect(200);
    }
}

#[tokio::test]
async fn what_piled_up_drains_without_the_phone() {
    let (proxy, house, rep) = house_behind_a_cable().await;
    let here = door("demo", 0);
    house.set_to_work();
    let mut paths = Vec::new();
    proxy.set(Mode::Refuse);
    for _ in 0..5 {
        let bytes = photo_at(&house, &here);
        let presigned = rep.declare(&bytes).await;
        assert!(rep.put_ticket(&presigned, &bytes).await.is_success());
        let path = new_visit();
        rep.put(&path, &visit_at(&house, &here, &[id_in(&presigned)])).await.expect(201);
        paths.push(path);
    }
    proxy.set(Mode::Pass);
    for path in paths {
        let status = eventually("a verdict", async || {
            let status = rep.get(&path).await.expect(200)["status"].clone();
            (status != "awaiting_photos").then_some(status)
        });
        assert_eq!(status.await, json!("valid"));
    }
}

#[tokio::test]
async fn a_form_needs_s3_and_says_so() {
    let (proxy, house, rep) = house_behind_a_cable().await;
    let here = door("demo", 0);
    let mut visit = visit_at(&house, &here, &[]);
    visit["id"] = json!(tests::doorstep::new_id());
    let bytes = photo_at(&house, &here);
    let form = || {
        let part = |bytes: Vec<u8>| reqwest::multipart::Part::bytes(bytes);
        reqwest::multipart::Form::new().part("visit", part(visit.to_string().into_bytes())).part("photo", part(bytes.clone()))
    };
    let post = || rep.request(reqwest::Method::POST, "/v1/visits").multipart(form());
    proxy.set(Mode::Refuse);
    let refused = rep.send(post()).await;
    assert!(is_clean_503(&refused), "{}", refused.text);
    proxy.set(Mode::Pass);
    assert_eq!(rep.send(post()).await.expect(201)["status"], "valid");
}

//! The link to PostgreSQL: it swallows bytes, it is cut, it comes back; and the house with it, by itself.

use std::collections::BTreeSet;
use std::time::Duration;

use dev::demo::door;
use dev::fault::{Mode, Proxy};
use futures_util::future::join_all;
use serde_json::Value;
use tests::doorstep::{new_visit, visit_at};
use tests::house::{Plan, shared};
use tests::waiting::eventually;
use tests::{Answer, House, Person};
use tokio::time::Instant;

/// How long a statement may take where the link is to be found dead.
const STATEMENT_MS: u64 = 1000;

async fn house_behind_a_cable() -> (Proxy, House, Person) {
    house_with_patience(5000).await
}

async fn house_with_patience(statement_ms: u64) -> (Proxy, House, Person) {
    let proxy = Proxy::start(([127, 0, 0, 1], shared().cluster.port()).into()).await.unwrap();
    let plan = Plan { database_through: Some(proxy.addr()), ..Plan::default() }.with("database_timeout_ms", statement_ms);
    let house = House::open_as(plan).await;
    let rep = house.sign_in("rep1").await;
    (proxy, house, rep)
}

fn is_clean_503(answer: &Answer) -> bool {
    answer.status == 503 && answer.code() == "unavailable" && answer.headers.contains_key("retry-after")
}

#[tokio::test]
async fn a_link_that_swallows_bytes_is_told_at_once_and_forgotten_when_it_heals() {
    let (proxy, house, rep) = house_with_patience(STATEMENT_MS).await;
    join_all((0..8).map(|_| rep.get("/v1/me"))).await;
    proxy.set(Mode::Hold);
    let until = Instant::now() + Duration::from_secs(4);
    while Instant::now() < until {
        let asked = Instant::now();
        let answers = join_all((0..8).map(|_| rep.get("/v1/me"))).await;
        assert!(answers.iter().all(is_clean_503), "{answers:?}");
        // A connection, its statement and the rollback may each take their time, and no longer.
        assert!(asked.elapsed() < Duration::from_millis(4 * STATEMENT_MS), "{:?}", asked.elapsed());
    }
    let ready = house.http.get(format!("{}/readyz", house.url)).send().await.unwrap();
    assert_eq!(ready.status(), 503);
    proxy.set(Mode::Pass);
    let healed = Instant::now();
    let everything = eventually("everything works again", async || {
        let answers = join_all((0..8).map(|_| rep.get("/v1/me"))).await;
        answers.iter().all(|answer| answer.status == 200).then_some(())
    });
    everything.await;
    assert!(healed.elapsed() < Duration::from_secs(10), "{:?}", healed.elapsed());
    rep.put(&new_visit(), &visit_at(&house, &door("demo", 0), &[])).await.expect(201);
}

#[tokio::test]
async fn connections_that_died_in_the_pool_cost_no_request() {
    let (proxy, _house, rep) = house_behind_a_cable().await;
    for _ in 0..3 {
        let warm = join_all((0..16).map(|_| rep.get("/v1/me"))).await;
        assert!(warm.iter().all(|answer| answer.status == 200));
        proxy.cut();
        for n in 0..6 {
            let answer = rep.get("/v1/me").await;
            assert_eq!(answer.status, 200, "request {n} after the cut: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn a_connection_that_is_lost_while_it_is_given_back_does_not_cost_its_place() {
    let proxy = Proxy::start(([127, 0, 0, 1], shared().cluster.port()).into()).await.unwrap();
    let plan = Plan { database_through: Some(proxy.addr()), ..Plan::default() }.with("database_connections", 1);
    let house = House::open_as(plan).await;
    let rep = house.sign_in("rep1").await;
    proxy.set(Mode::Delay(Duration::from_millis(100)));
    rep.get("/v1/me").await.expect(200);
    // The pool's own test of the connection is on its way now.
    proxy.lose();
    proxy.set(Mode::Pass);
    eventually("the one place is free again", async || (rep.get("/v1/me").await.status == 200).then_some(())).await;
}

#[tokio::test]
async fn a_cable_cut_at_any_moment_loses_and_doubles_nothing() {
    let (proxy, house, rep) = house_behind_a_cable().await;
    proxy.set(Mode::Delay(Duration::from_millis(3)));
    let mut sent = BTreeSet::new();
    let mut cut_short = 0;
    for k in 0..24 {
        let (path, body) = (new_visit(), visit_at(&house, &door("demo", 0), &[]));
        sent.insert(path.trim_start_matches("/v1/visits/").to_owned());
        let cut = async {
            tokio::time::sleep(Duration::from_millis(k * 4)).await;
            proxy.cut();
        };
        let (first, ()) = tokio::join!(rep.put(&path, &body), cut);
        assert!(first.status == 201 || is_clean_503(&first), "{}", first.text);
        cut_short += u32::from(first.status == 503);
        let again = eventually("the same again is answered", async || {
            let again = rep.put(&path, &body).await;
            assert!(again.status.is_success() || is_clean_503(&again), "{}", again.text);
            again.status.is_success().then_some(again)
        });
        let again = again.await;
        assert!(first.status == 503 || again.status == 200, "acknowledged, and made anew");
    }
    assert!(cut_short > 0, "no cut came at a bad moment");
    proxy.set(Mode::Pass);
    let listed = rep.get("/v1/visits?limit=200").await.expect(200);
    let listed: Vec<&str> = listed["items"].as_array().unwrap().iter().filter_map(|visit| visit["id"].as_str()).collect();
    assert_eq!(listed.len(), sent.len());
    assert!(listed.iter().all(|id| sent.contains(*id)));
}

#[tokio::test]
async fn an_answer_that_never_came_back_may_be_asked_for_again() {
    let (proxy, house, rep) = house_behind_a_cable().await;
    let (path, body) = (new_visit(), visit_at(&house, &door("demo", 0), &[]));
    proxy.set(Mode::HoldAnswers);
    let held = proxy.next_held_answer();
    let (first, ()) = tokio::join!(rep.put(&path, &body), async {
        held.await;
        proxy.cut();
        proxy.set(Mode::Pass);
    });
    assert!(first.status.is_success() || is_clean_503(&first), "{}", first.text);
    let again = rep.put(&path, &body).await;
    assert!(again.status.is_success(), "{}", again.text);
    let verdicts: Value = rep.get(&format!("{path}/verdicts")).await.expect(200);
    assert_eq!(verdicts["items"].as_array().unwrap().len(), 1);
}

//! Who asks too often waits, and nobody else: by caller, by organisation, and by network for those whom nobody knows. Where somebody asks
//! from is what the connection says, unless the machine at its other end is trusted to know better.

use chrono::TimeDelta;
use dev::demo::{PASSWORD, id_of};
use reqwest::Method;
use serde_json::{Value, json};
use tests::house::Plan;
use tests::{Answer, House, Person};

/// Limits that are far away, except for those that a test sets.
fn plan() -> Plan {
    let far = Plan::default().with("caller_burst", 1000).with("organisation_burst", 1000).with("stranger_burst", 1000);
    far.with("caller_rate_per_s", 1).with("organisation_rate_per_s", 1).with("stranger_rate_per_s", 1)
}

/// Asks so many times; answers how many were let through, and the last answer.
async fn ask(person: &Person, path: &str, times: usize) -> (usize, Answer) {
    let mut answers = Vec::new();
    for _ in 0..times {
        answers.push(person.get(path).await);
    }
    (answers.iter().filter(|answer| answer.status != 429).count(), answers.pop().unwrap())
}

#[tokio::test]
async fn a_caller_who_asks_too_often_waits_and_nobody_else() {
    let house = House::open_as(plan().with("caller_rate_per_s", 2).with("caller_burst", 5)).await;
    let (rep, other) = (house.sign_in("rep1").await, house.sign_in("rep2").await);
    let (through, last) = ask(&rep, "/v1/me", 8).await;
    assert_eq!(through, 5);
    assert_eq!((last.status.as_u16(), last.code()), (429, "too_many"), "{}", last.text);
    assert_eq!(last.headers["content-type"], "application/problem+json");
    assert_eq!(last.headers["retry-after"], "1");
    let chinese = rep.request(Method::GET, "/v1/me").header("Accept-Language", "zh-CN");
    assert_eq!(rep.send(chinese.try_clone().unwrap()).await.status, 429);
    assert_eq!(ask(&other, "/v1/me", 5).await.0, 5, "a colleague");
    assert_eq!(ask(&rep, "/v1/nowhere", 3).await.0, 0, "whatever they ask for");
    assert_eq!(ask(&rep, "/healthz", 50).await.0, 50, "health is for machines that act on it");
    house.advance(TimeDelta::seconds(1));
    assert_eq!(ask(&rep, "/v1/me", 3).await.0, 2, "what they have earned since");
    // Before a day that has been used up: a clock that was set back locks nobody out.
    house.advance(TimeDelta::days(-1));
    let answer = house.sign_in("rep1").await.get("/v1/visit-rules").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

#[tokio::test]
async fn an_organisation_has_its_share_and_a_key_is_a_caller() {
    let house = House::open_as(plan().with("organisation_burst", 9).with("caller_burst", 4)).await;
    let admin = house.sign_in("admin").await;
    let body = json!({ "name": "CRM", "scopes": ["customers:read"], "unit_id": id_of("demo", "region") });
    let secret = admin.post("/v1/api-keys", &body).await.expect(201)["secret"].as_str().unwrap().to_owned();
    assert_eq!(ask(&admin.with_token(secret), "/v1/customers", 6).await.0, 4);
    assert_eq!(ask(&house.sign_in("rep1").await, "/v1/me", 4).await.0, 4);
    let rep = house.sign_in("rep2").await;
    assert_eq!(ask(&rep, "/v1/me", 1).await.0, 0, "nine were the organisation's");
    assert_eq!(ask(&house.sign_in_to("other", "rep1").await, "/v1/me", 4).await.0, 4, "another organisation");
}

#[tokio::test]
async fn strangers_are_counted_by_their_network_and_people_are_not_among_them() {
    let house = House::open_as(plan().with("stranger_burst", 8)).await;
    let (rep, admin) = (house.sign_in("rep1").await, house.sign_in("admin").await);
    let body = json!({ "name": "CRM", "scopes": ["customers:read"], "unit_id": id_of("demo", "region") });
    let secret = admin.post("/v1/api-keys", &body).await.expect(201)["secret"].as_str().unwrap().to_owned();
    let key = admin.with_token(secret.clone());
    let forged = admin.with_token(format!("{}AAAA", &secret[..secret.len() - 4]));
    // Two sign-ins were strangers' requests; six are left, however they come.
    assert_eq!(ask(&rep.with_token(""), "/docs", 2).await.0, 2);
    assert_eq!(ask(&rep.with_token("garbage"), "/v1/me", 2).await.0, 2);
    assert_eq!(ask(&forged, "/v1/customers", 3).await.0, 2);
    let refused = rep.with_token("").post("/v1/auth/token", &json!({ "organisation": "demo", "login": "rep1", "password": "x" })).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (429, "too_many"));
    assert_eq!(ask(&rep, "/v1/me", 20).await.0, 20, "who is known is no stranger");
    assert_eq!(ask(&key, "/v1/customers", 1).await.0, 0, "keys are not even looked up for a network that forges them");
    house.advance(TimeDelta::seconds(2));
    assert_eq!(ask(&key, "/v1/customers", 20).await.0, 20);
}

#[tokio::test]
async fn a_phone_that_comes_back_online_is_not_held_up() {
    // The limits as they are without any setting, and a clock that gives nothing back in the meantime.
    let mut plan = Plan::default();
    for limit in ["caller", "organisation", "stranger"] {
        plan = plan.with(&format!("{limit}_rate_per_s"), "");
    }
    let house = House::open_as(plan).await;
    let rep = house.sign_in("rep1").await;
    // A hundred visits with three photos each: declared, sent through here, and the visits in one batch.
    assert_eq!(ask(&rep, "/v1/me", 601).await.0, 601);
}

async fn sign_in_from(house: &House, forwarded: &[(&'static str, &str)], password: &str) -> u16 {
    let body = json!({ "organisation": "demo", "login": "rep1", "password": password });
    let mut request = house.http.post(format!("{}/v1/auth/token", house.url)).json(&body);
    for (name, value) in forwarded {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_header_from_anybody_opens_no_fresh_brake() {
    let house = House::open().await;
    let mut statuses = Vec::new();
    for n in 0..8 {
        let forged = format!("198.51.{n}.1");
        let forwarded = format!("for={forged}");
        statuses.push(sign_in_from(&house, &[("X-Forwarded-For", &forged), ("Forwarded", &forwarded), ("X-Real-IP", &forged)], "x").await);
    }
    assert!(statuses.contains(&429), "every header was believed: {statuses:?}");
    assert_eq!(sign_in_from(&house, &[("X-Forwarded-For", "198.51.100.1")], PASSWORD).await, 429, "the right one waits as well");
}

#[tokio::test]
async fn behind_a_trusted_proxy_networks_are_told_apart() {
    let house = House::open_as(Plan::default().with("trusted_proxies", "127.0.0.0/8, ::1")).await;
    let mut statuses = Vec::new();
    for n in 0..8 {
        // The client writes what it likes; the proxy appends who it was.
        let said = format!("198.51.{n}.1, 203.0.113.7");
        statuses.push(sign_in_from(&house, &[("X-Forwarded-For", &said)], "x").await);
    }
    assert!(statuses.contains(&429), "a client chose its own network: {statuses:?}");
    assert_eq!(sign_in_from(&house, &[("X-Forwarded-For", "203.0.113.99")], PASSWORD).await, 429, "the same network");
    assert_eq!(sign_in_from(&house, &[("X-Forwarded-For", "203.0.112.7")], PASSWORD).await, 200, "another one");
    assert_eq!(sign_in_from(&house, &[("Forwarded", "for=203.0.113.7")], PASSWORD).await, 200, "a header that the proxy does not write");
}

#[tokio::test]
async fn every_operation_but_health_says_that_it_may_ask_for_patience() {
    let house = House::open().await;
    let contract: Value = house.sign_in("rep1").await.get("/openapi.json").await.expect(200);
    for (path, item) in contract["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let is_exempt = ["/healthz", "/readyz", "/metrics"].contains(&path.as_str());
            assert_eq!(operation["responses"]["429"].is_null(), is_exempt, "{method} {path}");
        }
    }
    let shared = &contract["components"]["responses"]["TooManyRequests"];
    assert!(shared["content"]["application/problem+json"].is_object() && shared["headers"]["Retry-After"].is_object(), "{shared:#}");
}

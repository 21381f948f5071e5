//! Signing in, staying in, and what admins may do to whom.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use dev::demo;
use reqwest::Method;
use serde_json::{Value, json};
use tests::house::Plan;
use tests::{Answer, House, Person};
use uuid::Uuid;

/// A request without a token.
async fn ask(house: &House, path: &str, body: Value) -> Answer {
    let answer = house.http.post(format!("{}{path}", house.url)).json(&body).send().await.unwrap();
    Answer::read(answer).await
}

async fn knock(house: &House, organisation: &str, login: &str, password: &str) -> Answer {
    ask(house, "/v1/auth/token", json!({ "organisation": organisation, "login": login, "password": password })).await
}

async fn refresh(house: &House, token: &Value) -> Answer {
    ask(house, "/v1/auth/refresh", json!({ "refresh_token": token })).await
}

async fn patch(person: &Person, path: &str, body: Value) -> Answer {
    person.send(person.request(Method::PATCH, path).header("If-Match", "*").json(&body)).await
}

async fn delete(person: &Person, path: &str) -> Answer {
    person.send(person.request(Method::DELETE, path)).await
}

fn told(answer: &Answer) -> (u16, &str) {
    (answer.status.as_u16(), answer.code())
}

fn user(login: &str) -> String {
    format!("/v1/users/{}", demo::id_of("demo", login))
}

#[tokio::test]
async fn a_lost_answer_can_be_repeated_once_and_an_old_token_ends_the_session() {
    let house = House::open().await;
    let first = json!(house.sign_in("rep1").await.refresh_token);
    let lost = refresh(&house, &first).await.expect(200);
    let repeated = refresh(&house, &first).await.expect(200);
    let next = refresh(&house, &repeated["refresh_token"]).await.expect(200);
    assert_eq!(told(&refresh(&house, &lost["refresh_token"]).await), (401, "refresh_reused"));
    assert_eq!(told(&refresh(&house, &next["refresh_token"]).await), (401, "token_refused"), "the whole session is over");

    let first = json!(house.sign_in("rep1").await.refresh_token);
    refresh(&house, &first).await.expect(200);
    refresh(&house, &first).await.expect(200);
    assert_eq!(told(&refresh(&house, &first).await), (401, "refresh_reused"), "repeated twice");
    assert_eq!(told(&refresh(&house, &json!("fpr_AAAA")).await), (401, "token_refused"));
}

#[tokio::test]
async fn refreshes_at_the_same_instant_leave_at_most_one_branch() {
    let house = House::open().await;
    for at_once in [2, 8] {
        let first = json!(house.sign_in("rep1").await.refresh_token);
        let asked = (0..at_once).map(|_| {
            let (http, url, first) = (house.http.clone(), format!("{}/v1/auth/refresh", house.url), first.clone());
            tokio::spawn(async move { http.post(url).json(&json!({ "refresh_token": first })).send().await.unwrap() })
        });
        let asked: Vec<_> = asked.collect();
        let mut alive = 0;
        let mut answers = Vec::new();
        for one in asked {
            answers.push(one.await.unwrap());
        }
        for answer in answers {
            assert!(matches!(answer.status().as_u16(), 200 | 401), "{}", answer.status());
            let pair: Value = answer.json().await.unwrap();
            if pair["refresh_token"].is_string() && refresh(&house, &pair["refresh_token"]).await.status == 200 {
                alive += 1;
            }
        }
        assert!(alive <= 1, "{alive} branches of {at_once}");
    }
}

#[tokio::test]
async fn guessing_gets_slower_and_tells_nothing() {
    let house = House::open().await;
    for (organisation, login) in [("demo", "rep1"), ("demo", "nobody"), ("nowhere", "rep1")] {
        for guess in 1..=5 {
            assert_eq!(told(&knock(&house, organisation, login, "wrong").await), (401, "login_refused"), "{organisation} {login} {guess}");
        }
        let braked = knock(&house, organisation, login, demo::PASSWORD).await;
        assert_eq!((told(&braked), &braked.headers["retry-after"]), ((429, "too_many"), &"2".parse().unwrap()), "{organisation} {login}");
    }
    house.sign_in("rep2").await;
    house.advance(TimeDelta::seconds(2));
    assert_eq!(told(&knock(&house, "demo", "rep1", "wrong").await), (401, "login_refused"));
    assert_eq!(knock(&house, "demo", "rep1", "wrong").await.headers["retry-after"], "4");
    house.advance(TimeDelta::seconds(4));
    house.sign_in("rep1").await;
    assert_eq!(told(&knock(&house, "demo", "rep1", "wrong").await), (401, "login_refused"), "the right password clears the count");
    house.sign_in("rep1").await;
}

#[tokio::test]
async fn a_change_of_standing_is_felt_at_once() {
    let house = House::open().await;
    let (admin, rep) = (house.sign_in("admin").await, house.sign_in("rep1").await);
    assert_eq!(rep.get("/v1/me").await.expect(200)["unit"]["path"], json!(["华东大区", "上海分公司", "浦东一组"]));

    patch(&admin, &user("rep1"), json!({ "name": "陈小" })).await.expect(200);
    rep.get("/v1/me").await.expect(200);
    patch(&admin, &user("rep1"), json!({ "unit_id": demo::id_of("demo", "team2") })).await.expect(200);
    assert_eq!(told(&rep.get("/v1/me").await), (401, "token_refused"));
    let renewed = refresh(&house, &json!(rep.refresh_token)).await.expect(200);
    assert_eq!(renewed["user"]["unit_id"], json!(demo::id_of("demo", "team2")));

    patch(&admin, &user("rep1"), json!({ "disabled": true })).await.expect(200);
    assert_eq!(refresh(&house, &renewed["refresh_token"]).await.status, 401);
    assert_eq!(told(&knock(&house, "demo", "rep1", demo::PASSWORD).await), (401, "login_refused"));
    patch(&admin, &user("rep1"), json!({ "disabled": false })).await.expect(200);

    let rep = house.sign_in("rep1").await;
    admin.post(&format!("{}/password", user("rep1")), &json!({ "password": "a new password" })).await.expect(204);
    assert_eq!(rep.get("/v1/me").await.status, 401);
    assert_eq!(refresh(&house, &json!(rep.refresh_token)).await.status, 401);
    knock(&house, "demo", "rep1", "a new password").await.expect(200);

    let rep = house.sign_in("rep2").await;
    rep.post("/v1/auth/logout", &Value::Null).await.expect(204);
    assert_eq!(rep.get("/v1/me").await.status, 401);
}

#[tokio::test]
async fn a_moved_unit_takes_its_people_along() {
    let house = House::open().await;
    let (admin, rep) = (house.sign_in("admin").await, house.sign_in("rep1").await);
    let unit = |name: &str| format!("/v1/units/{}", demo::id_of("demo", name));
    let branch = demo::id_of("demo", "branch");
    for parent in ["team1", "branch"] {
        let ring = patch(&admin, &unit("branch"), json!({ "parent_id": demo::id_of("demo", parent) })).await;
        assert_eq!((told(&ring), &ring.body["errors"][0]["pointer"]), ((409, "state_forbids"), &json!("/parent_id")));
    }
    let watcher = house.sign_in("supervisor2").await;
    assert_eq!(told(&watcher.get(&user("rep1")).await), (404, "not_found"));
    let moved = patch(&admin, &unit("team1"), json!({ "parent_id": demo::id_of("demo", "team2") })).await.expect(200);
    assert_eq!(moved["parent_id"], json!(demo::id_of("demo", "team2")));
    assert_eq!(rep.get("/v1/me").await.status, 401);
    watcher.get(&user("rep1")).await.expect(200);
    let rep = house.sign_in("rep1").await;
    assert_eq!(rep.get("/v1/me").await.expect(200)["unit"]["path"], json!(["华东大区", "上海分公司", "徐汇二组", "浦东一组"]));
    assert_eq!(told(&delete(&admin, &unit("team2")).await), (409, "state_forbids"));
    let made = admin.post("/v1/units", &json!({ "name": "三组", "parent_id": branch })).await.expect(201);
    delete(&admin, &format!("/v1/units/{}", made["id"].as_str().unwrap())).await.expect(204);
}

#[tokio::test]
async fn two_admins_cannot_depose_each_other() {
    let house = House::open().await;
    let one = house.sign_in("admin").await;
    let last = patch(&one, &user("admin"), json!({ "role": "director" })).await;
    assert_eq!((told(&last), &last.body["errors"][0]["pointer"]), ((409, "state_forbids"), &json!("/role")));
    assert_eq!(told(&patch(&one, &user("admin"), json!({ "disabled": true })).await), (409, "state_forbids"));

    patch(&one, &user("director1"), json!({ "role": "admin" })).await.expect(200);
    let other = house.sign_in("director1").await;
    let (director, admin) = (user("director1"), user("admin"));
    let (left, right) =
        tokio::join!(patch(&one, &director, json!({ "role": "director" })), patch(&other, &admin, json!({ "role": "director" })));
    let mut statuses = [left.status.as_u16(), right.status.as_u16()];
    statuses.sort_unstable();
    assert!(statuses == [200, 401] || statuses == [200, 409], "{statuses:?}");
}

#[tokio::test]
async fn another_organisation_finds_nobody_here() {
    let house = House::open().await;
    let stranger = house.sign_in_to("other", "admin").await;
    let (rep, unit) = (user("rep1"), format!("/v1/units/{}", demo::id_of("demo", "team1")));
    for answer in [
        stranger.get(&rep).await,
        stranger.get(&format!("{rep}/sessions")).await,
        patch(&stranger, &rep, json!({ "name": "x" })).await,
        stranger.post(&format!("{rep}/password"), &json!({ "password": "a new password" })).await,
        stranger.get(&unit).await,
        patch(&stranger, &unit, json!({ "name": "x" })).await,
        delete(&stranger, &unit).await,
    ] {
        assert_eq!(told(&answer), (404, "not_found"));
    }
    let foreign = json!({ "login": "new", "name": "New", "role": "rep", "unit_id": demo::id_of("demo", "team1") });
    assert_eq!(told(&stranger.post("/v1/users", &foreign).await), (422, "fields_refused"));
}

#[tokio::test]
async fn a_keys_secret_is_shown_once_and_dies_with_the_key() {
    let house = House::open().await;
    let admin = house.sign_in("admin").await;
    let new = json!({ "name": "CRM", "scopes": ["customers:read"], "unit_id": demo::id_of("demo", "region") });
    let make = || admin.send(admin.request(Method::POST, "/v1/api-keys").header("Idempotency-Key", "crm").json(&new));
    let (made, again) = (make().await.expect(201), make().await.expect(201));
    assert_eq!((&again["id"], &again["secret"]), (&made["id"], &Value::Null));
    let mut key = admin.clone();
    made["secret"].as_str().unwrap().clone_into(&mut key.token);
    key.get("/v1/customers").await.expect(200);
    assert_eq!(told(&key.get("/v1/users").await), (403, "key_not_permitted"));
    delete(&admin, &format!("/v1/api-keys/{}", made["id"].as_str().unwrap())).await.expect(204);
    assert_eq!(told(&key.get("/v1/customers").await), (401, "token_refused"));
}

#[tokio::test]
async fn a_key_is_told_what_it_is_and_what_it_lacks_and_follows_changes() {
    let house = House::open().await;
    let admin = house.sign_in("admin").await;
    let new = json!({ "name": "CRM", "scopes": ["customers:read", "positions:precise"], "unit_id": demo::id_of("demo", "team1") });
    let made = admin.send(admin.request(Method::POST, "/v1/api-keys").header("Idempotency-Key", "crm").json(&new)).await.expect(201);
    let mut key = admin.clone();
    made["secret"].as_str().unwrap().clone_into(&mut key.token);

    let me = key.get("/v1/me").await.expect(200);
    assert_eq!((&me["user"], &me["key"]["name"], &me["key"]["scopes"]), (&Value::Null, &json!("CRM"), &new["scopes"]));
    assert_eq!((&me["key"]["id"], &me["unit"]["id"]), (&made["id"], &new["unit_id"]));
    assert_eq!(admin.get("/v1/me").await.expect(200)["key"], Value::Null);
    let refused = key.get("/v1/visits").await;
    assert_eq!(told(&refused), (403, "key_not_permitted"));
    let lacks = &refused.body["errors"][0];
    assert!(lacks["code"] == "scope_missing" && lacks["message"].as_str().unwrap().contains("visits:read"), "{lacks}");

    let since = |at: &str| format!("/v1/customers?updated_since={at}");
    house.advance(TimeDelta::minutes(1));
    let now = house.now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    assert_eq!(key.get(&since(&now)).await.expect(200)["items"], json!([]));
    for n in [4, 2] {
        let path = format!("/v1/customers/{}", demo::door("demo", n).customer_id);
        patch(&admin, &path, json!({ "address": "新地址" })).await.expect(200);
        house.advance(TimeDelta::minutes(1));
    }
    let first = key.get(&format!("{}&limit=1", since(&now))).await.expect(200);
    let next = format!("{}&limit=1&cursor={}", since(&now), first["next_cursor"].as_str().unwrap());
    let second = key.get(&next).await.expect(200);
    let ids = [&first, &second].map(|page| page["items"][0]["id"].clone());
    assert_eq!(ids, [4, 2].map(|n| json!(demo::door("demo", n).customer_id)));
    assert_eq!(second["next_cursor"], Value::Null);
    let both = key.get(&format!("{}&near=121.4,31.2&datum=wgs84", since(&now))).await;
    assert_eq!(told(&both), (400, "malformed_request"));
    let request = key.request(Method::GET, "/v1/customers?bbox=121,31,122,32&datum=wgs84").header("Accept", "application/geo+json");
    let map = key.send(request).await;
    assert_eq!(map.headers["content-type"], "application/geo+json");
    assert!(!map.expect(200)["features"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn a_trusted_issuers_token_opens_a_session() {
    let anywhere = BTreeMap::from([("FIELDPROOF_OIDC_ALLOW_HTTP".to_owned(), "true".to_owned())]);
    let house = House::open_as(Plan { settings: anywhere, ..Plan::default() }).await;
    // The house itself is the issuer: what it signs for organisation `other` is a stranger's token to organisation `demo`.
    let token = house.sign_in_to("other", "rep1").await.token;
    let exchange = |token: &str| ask(&house, "/v1/auth/oidc", json!({ "organisation": "demo", "token": token }));
    assert_eq!(told(&exchange(&token).await), (401, "token_refused"), "nobody is trusted yet");

    let admin = house.sign_in("admin").await;
    let path = format!("/v1/oidc-issuers/{}", Uuid::from_u128(1));
    let jwks_url = format!("{}/.well-known/jwks.json", house.url);
    let mut issuer = json!({ "issuer": "http://fieldproof.test", "audience": "fieldproof", "jwks_url": jwks_url });
    admin.put(&path, &issuer).await.expect(201);
    assert_eq!(told(&exchange(&token).await), (401, "token_refused"), "it names nobody yet");
    patch(&admin, &user("rep2"), json!({ "external_subject": demo::id_of("other", "rep1") })).await.expect(200);
    let opened = exchange(&token).await.expect(200);
    assert_eq!(opened["user"]["id"], json!(demo::id_of("demo", "rep2")));
    assert_eq!(told(&exchange(&format!("{token}A")).await), (401, "token_refused"));

    issuer["audience"] = json!("another");
    admin.put(&path, &issuer).await.expect(200);
    assert_eq!(told(&exchange(&token).await), (401, "token_refused"), "meant for another");
    delete(&admin, &path).await.expect(204);
    assert_eq!(told(&exchange(&token).await), (401, "token_refused"), "trusted no longer");
}

//! What is refused whoever asks: no token, garbage, fields that are the server's own, other organisations' ids inside of bodies, and
//! methods that no contract names.

use std::collections::BTreeSet;

use dev::demo::{door, id_of};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::Method;
use serde_json::{Value, json};
use tests::doorstep::{new_id, new_visit, photo_at, visit_at};
use tests::house::Plan;
use tests::{House, Person};

use crate::operations::{Content, request};
use crate::{Ground, PUBLIC, Whose, contract};

#[tokio::test]
async fn without_a_good_token_nobody_gets_in() {
    let house = House::open().await;
    let (ground, callers) = Ground::open(&house).await;
    let caller = &callers[0];
    let nobody = |token: &str| caller.person.with_token(token);
    for (method, path, _) in contract() {
        let operation = ground.describe(caller, &method, &path);
        for token in ["", "garbage", "fpk_AAAA", "eyJhbGciOiJub25lIn0.e30.", &"x".repeat(5000)] {
            let person = nobody(token);
            let answer = person.send(request(&person, &method, &path, &operation, new_id())).await;
            assert_eq!(answer.status, 401, "{method} {path} with {:.20}: {}", token, answer.text);
            assert!(answer.headers.contains_key("www-authenticate"), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn public_operations_answer_anybody() {
    let house = House::open_as(Plan::default().with("oidc_allow_http", true)).await;
    let rep = house.sign_in("rep1").await;
    let nobody = rep.with_token("");
    platform::telemetry::start_metrics().unwrap();
    for (method, path) in PUBLIC.iter().filter(|(method, path)| *method == "GET" && !path.contains('{')) {
        assert_eq!(nobody.get(path).await.status, 200, "{method} {path}");
    }
    let body = json!({ "organisation": "demo", "login": "rep1", "password": dev::demo::PASSWORD });
    nobody.post("/v1/auth/token", &body).await.expect(200);
    nobody.post("/v1/auth/refresh", &json!({ "refresh_token": rep.refresh_token })).await.expect(200);
    let signed_in =
        nobody.post("/v1/auth/oidc", &json!({ "organisation": "demo", "token": token_of_a_trusted_issuer(&house).await })).await;
    assert_eq!(signed_in.expect(200)["user"]["id"], json!(id_of("demo", "rep2")));
}

/// The house stands in for an issuer: it publishes its keys, and the test has the private one.
pub async fn token_of_a_trusted_issuer(house: &House) -> String {
    let admin = house.sign_in("admin").await;
    let body = json!({
        "issuer": "https://id.example.com", "audience": "fieldproof", "jwks_url": format!("{}/.well-known/jwks.json", house.url),
        "match_by": "login",
    });
    admin.put(&format!("/v1/oidc-issuers/{}", new_id()), &body).await.expect(201);
    let jwks = admin.get("/.well-known/jwks.json").await.expect(200);
    let pem = std::fs::read(tests::house::signing_key()).unwrap();
    let header = Header { kid: jwks["keys"][0]["kid"].as_str().map(str::to_owned), ..Header::new(Algorithm::EdDSA) };
    let now = house.now().timestamp();
    let claims = json!({ "iss": "https://id.example.com", "aud": "fieldproof", "sub": "rep2", "iat": now, "exp": now + 60 });
    jsonwebtoken::encode(&header, &claims, &EncodingKey::from_ed_pem(&pem).unwrap()).unwrap()
}

/// What only the server says.
const SERVER_OWNED: [&str; 12] = [
    "organisation_id",
    "rep_id",
    "received_at",
    "recorded_at",
    "verdict",
    "status",
    "state",
    "judged_by",
    "landed_at",
    "version",
    "created_at",
    "access_epoch",
];

#[tokio::test]
async fn what_is_the_servers_own_is_refused_from_clients() {
    let house = House::open().await;
    let (ground, callers) = Ground::open(&house).await;
    for (method, path, line) in contract() {
        let caller = callers.iter().find(|caller| caller.may(line)).unwrap();
        for field in SERVER_OWNED {
            let mut operation = ground.describe(caller, &method, &path);
            match &mut operation.content {
                Content::Json(body) if path == "/v1/visits:batch" => body["visits"][0][field] = json!("x"),
                Content::Json(body) | Content::Form(body) => body[field] = json!("x"),
                _ => break,
            }
            let id = if field == SERVER_OWNED[0] { ground.thing(caller, operation.about, Whose::Own).await } else { new_id() };
            let answer = caller.person.send(request(&caller.person, &method, &path, &operation, id)).await;
            if path == "/v1/playbook:check" {
                // It answers what it was asked: what is wrong.
                assert_eq!(answer.body["faults"][0]["code"], "unknown_key", "{field}: {}", answer.text);
                continue;
            }
            let problem = if path == "/v1/visits:batch" { answer.body["results"][0]["problem"].clone() } else { answer.body.clone() };
            assert_eq!(
                (&problem["status"], &problem["errors"][0]["code"]),
                (&json!(422), &json!("unknown_field")),
                "{method} {path} {field}: {}",
                answer.text
            );
        }
    }
}

#[tokio::test]
async fn other_organisations_ids_inside_a_body_name_nothing() {
    let house = House::open().await;
    let (admin, rep) = (house.sign_in("admin").await, house.sign_in("rep1").await);
    let theirs = house.sign_in_to("other", "rep1").await;
    let abroad = door("other", 0);
    let their_photo = theirs.upload(&photo_at(&house, &abroad)).await;
    let own_door = door("demo", 0);
    let own_visit = rep.check_in(&house, &own_door).await;
    let unit = id_of("other", "team1");
    let user = id_of("demo", "rep2");
    let mut with_contact = visit_at(&house, &own_door, &[]);
    with_contact["contact_id"] = json!(their_contact(&house).await);
    for (who, method, path, body) in [
        (&rep, "PUT", new_visit(), visit_at(&house, &abroad, &[])),
        (&rep, "PUT", new_visit(), visit_at(&house, &own_door, &[their_photo])),
        (&rep, "PUT", new_visit(), with_contact),
        (&rep, "POST", "/v1/visits:precheck".to_owned(), json!({ "customer_id": abroad.customer_id })),
        (&rep, "POST", format!("/v1/visits/{}/photos", own_visit["id"].as_str().unwrap()), json!({ "photo_ids": [their_photo] })),
        (&rep, "POST", "/v1/customers".to_owned(), json!({ "name": "新客户", "unit_id": unit })),
        (&admin, "PATCH", format!("/v1/customers/{}", own_door.customer_id), json!({ "unit_id": unit })),
        (&admin, "POST", "/v1/units".to_owned(), json!({ "name": "新组", "parent_id": unit })),
        (&admin, "PATCH", format!("/v1/units/{}", id_of("demo", "team2")), json!({ "parent_id": unit })),
        (&admin, "POST", "/v1/users".to_owned(), json!({ "login": "new", "name": "新人", "role": "rep", "unit_id": unit })),
        (&admin, "PATCH", format!("/v1/users/{user}"), json!({ "unit_id": unit })),
        (&admin, "POST", "/v1/leads".to_owned(), json!({ "source": "website", "company": "新线索", "unit_id": unit })),
        (&admin, "POST", "/v1/leads".to_owned(), json!({ "source": "website", "company": "新线索", "owner_id": id_of("other", "rep1") })),
        (&rep, "POST", "/v1/deals".to_owned(), json!({ "customer_id": abroad.customer_id, "name": "新商机" })),
        (
            &admin,
            "POST",
            "/v1/deals".to_owned(),
            json!({ "customer_id": own_door.customer_id, "name": "新商机", "owner_id": id_of("other", "rep1") }),
        ),
        (&admin, "PUT", "/v1/targets/lead-response".to_owned(), target_of(unit)),
        (&admin, "POST", "/v1/api-keys".to_owned(), json!({ "name": "k", "scopes": ["visits:read"], "unit_id": unit })),
    ] {
        let request = who.request(method.parse().unwrap(), &path).header("If-Match", "*").json(&body);
        let answer = who.send(request).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body["errors"][0]["code"]),
            (422, &json!("not_known")),
            "{method} {path}: {}",
            answer.text
        );
    }
}

fn target_of(unit: uuid::Uuid) -> Value {
    json!({ "unit_id": unit, "month": "2026-12", "measure": "p50", "clock": "natural", "minutes": 60 })
}

async fn their_contact(house: &House) -> Value {
    let admin = house.sign_in_to("other", "admin").await;
    let path = format!("/v1/customers/{}/contacts", door("other", 0).customer_id);
    admin.post(&path, &json!({ "name": "某人", "decision_role": "champion" })).await.expect(201)["id"].clone()
}

#[tokio::test]
async fn lists_and_boards_hold_nothing_of_others() {
    let house = House::open().await;
    let (ground, callers) = Ground::open(&house).await;
    let abroad = ground.abroad.rep.check_in(&house, &ground.abroad.door).await;
    let away = ground.team2.rep.check_in(&house, &ground.team2.door).await;
    let foreign: Vec<String> =
        [json!(ground.abroad.door.customer_id), json!(id_of("other", "rep1")), json!(id_of("other", "team1")), abroad["id"].clone()]
            .iter()
            .map(|id| id.as_str().unwrap().to_owned())
            .collect();
    let other_team = [away["id"].as_str().unwrap().to_owned(), id_of("demo", "rep2").to_string()];
    for (method, path, line) in contract().into_iter().filter(|(method, path, _)| method == "GET" && !path.contains("{id}")) {
        for caller in callers.iter().filter(|caller| caller.may(line)) {
            let answer = ground.ask(caller, &method, &path, new_id()).await;
            assert!(answer.status.is_success(), "{path}: {}", answer.text);
            assert!(foreign.iter().all(|id| !answer.text.contains(id)), "{path} shows {} another organisation's", caller.name);
            if caller.reach == crate::Reach::Team && caller.team == "team1" {
                assert!(other_team.iter().all(|id| !answer.text.contains(id)), "{path} shows {} another team's", caller.name);
            }
        }
    }
}

#[tokio::test]
async fn methods_that_no_contract_names_are_refused() {
    let house = House::open().await;
    let admin = house.sign_in("admin").await;
    let known: BTreeSet<_> = contract().into_iter().map(|(method, path, _)| (method, path)).collect();
    let paths: BTreeSet<_> = known.iter().map(|(_, path)| path.clone()).collect();
    for path in paths {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"] {
            if !known.contains(&(method.to_owned(), path.clone())) {
                let answer = ask_plainly(&admin, method, &path).await;
                assert_eq!(answer, 405, "{method} {path}");
            }
        }
    }
    assert_eq!(ask_plainly(&admin, "GET", "/v1/nowhere").await, 404);
}

async fn ask_plainly(person: &Person, method: &str, path: &str) -> u16 {
    let path = path.replace("{id}", &new_id().to_string());
    person.send(person.request(Method::from_bytes(method.as_bytes()).unwrap(), &path)).await.status.as_u16()
}

//! Whoever changes something leaves an action behind: every operation of the contract that could change something is carried out once,
//! and the log must then say who did what. What leaves none is listed here with the reason, and must really leave none.

use std::collections::BTreeSet;

use api::permissions::{PERMISSIONS, Permission};
use domain::people::Role;
use serde_json::{Value, json};
use sqlx::{PgConnection, Row};
use tests::House;
use tests::doorstep::{fresh_number, new_id};
use tests::house::Plan;
use uuid::Uuid;

use crate::callers::Caller;
use crate::operations::{Content, Operation, Subject, request};
use crate::{Ground, Whose, every_operation};

/// Operations that are no deeds, and why the log need not tell of them.
const QUIET: [(&str, &str, &str); 7] = [
    ("POST", "/v1/auth/refresh", "an open session goes on; its opening and its end are told"),
    ("POST", "/v1/challenges", "a nonce that is worth nothing until a visit is submitted with it, which is told"),
    ("POST", "/v1/photos", "a promise of bytes; the photo's own row says whose and when, and the visit that uses it is told"),
    ("PUT", "/v1/photos/{id}/content", "the bytes that were promised; what follows for a visit is told as its verdict"),
    ("POST", "/v1/calendar:measure", "counts and changes nothing"),
    ("POST", "/v1/visits:precheck", "looks and changes nothing"),
    ("POST", "/v1/callbacks/wecom/{key}", "changes nothing for a stranger; what a person clicks in the other system is told as their deed"),
];

/// What no action may hold, by the names that such things have.
const SECRETIVE: [&str; 14] = [
    "lat",
    "lon",
    "position",
    "coordinates",
    "pin",
    "phone",
    "email",
    "password",
    "password_hash",
    "secret",
    "secret_sha256",
    "token",
    "refresh_token",
    "key_info",
];

/// What is said in the requests below and must not turn up in the log.
const CANARIES: [&str; 5] = ["13912345678", "canary@example.com", "canary-password", "31.2284", "121.4782"];

/// One line of the log.
struct Told {
    kind: String,
    actor_id: Option<Uuid>,
    data: Value,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_that_changes_something_is_told_in_the_log() {
    // The house stands in for an issuer of tokens, which is on a private address.
    let house = House::open_as(Plan::default().with("oidc_allow_http", true)).await;
    let (ground, callers) = Ground::open(&house).await;
    let mut behind = house.behind().await;
    let (mut wrong, mut quiet) = (Vec::new(), BTreeSet::new());
    for (method, path) in every_operation().into_iter().filter(|(method, _)| method != "GET") {
        let is_quiet = QUIET.iter().any(|line| (line.0, line.1) == (method.as_str(), path.as_str()));
        if is_quiet {
            quiet.insert((method.clone(), path.clone()));
        }
        let line = PERMISSIONS.iter().find(|line| line.method == method && line.path == path);
        let (actor_id, told) = match line {
            Some(line) => deed_of_a_caller(&ground, &callers, &mut behind, (&method, &path), line).await,
            None => deed_of_a_stranger(&house, &callers, &mut behind, &path).await,
        };
        let kinds: Vec<_> = told.iter().map(|one| one.kind.as_str()).collect();
        match (is_quiet, told.is_empty()) {
            (true, false) => wrong.push(format!("{method} {path} is said to be no deed and leaves {kinds:?}")),
            (false, true) => wrong.push(format!("{method} {path} leaves nothing in the log: record it through store::actions")),
            (false, false) if told.iter().all(|one| one.actor_id != Some(actor_id)) => {
                wrong.push(format!("{method} {path}: {kinds:?} name another than who did it"));
            }
            _ => {}
        }
        wrong.extend(told.iter().flat_map(|one| indiscretions(&one.data).into_iter().map(move |what| format!("{}: {what}", one.kind))));
    }
    assert_eq!(quiet.len(), QUIET.len(), "an operation that is excused does not exist (any more)");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Has the first who may carry the operation out; answers who that was and what the log says afterwards.
async fn deed_of_a_caller(
    ground: &Ground<'_>,
    callers: &[Caller],
    behind: &mut PgConnection,
    (method, path): (&str, &str),
    line: &Permission,
) -> (Uuid, Vec<Told>) {
    let caller = callers.iter().find(|caller| caller.may(line)).unwrap_or_else(|| panic!("{method} {path}: nobody may"));
    let mut operation = ground.describe(caller, method, path);
    speak_of_secrets(&mut operation, (method, path));
    let id = ground.thing(caller, operation.about, Whose::Own).await;
    let before = last(behind).await;
    let person = if path == "/v1/auth/logout" { ground.house.sign_in(&caller.login()).await } else { caller.person.clone() };
    let answer = person.send(request(&person, method, path, &operation, id)).await;
    assert!(answer.status.is_success(), "{method} {path}: {} {}", answer.status, answer.text);
    (caller.id, since(behind, before).await)
}

/// The operations that need no caller are those of signing in.
async fn deed_of_a_stranger(house: &House, callers: &[Caller], behind: &mut PgConnection, path: &str) -> (Uuid, Vec<Told>) {
    let rep = callers.iter().find(|caller| caller.role == Role::Rep).unwrap();
    let person = house.sign_in(&rep.login()).await;
    let nobody = person.with_token("");
    let body = match path {
        "/v1/auth/token" => json!({ "organisation": "demo", "login": rep.login(), "password": dev::demo::PASSWORD }),
        "/v1/auth/refresh" => json!({ "refresh_token": person.refresh_token }),
        "/v1/auth/oidc" => return deed_by_issuer(house, behind).await,
        "/v1/callbacks/wecom/{key}" => {
            let before = last(behind).await;
            let answer = nobody.post(&path.replace("{key}", &new_id().to_string()), &json!({})).await;
            assert!(answer.status.is_client_error(), "POST {path}: {}", answer.status);
            return (Uuid::nil(), since(behind, before).await);
        }
        _ => panic!("POST {path}: describe how a stranger asks for it"),
    };
    let before = last(behind).await;
    nobody.post(path, &body).await.expect(200);
    (rep.id, since(behind, before).await)
}

/// Signing in with an issuer's token.
async fn deed_by_issuer(house: &House, behind: &mut PgConnection) -> (Uuid, Vec<Told>) {
    let token = crate::refusals::token_of_a_trusted_issuer(house).await;
    let nobody = house.sign_in("rep1").await.with_token("");
    let before = last(behind).await;
    let answer = nobody.post("/v1/auth/oidc", &json!({ "organisation": "demo", "token": token })).await.expect(200);
    let user_id = answer["user"]["id"].as_str().unwrap().parse().unwrap();
    (user_id, since(behind, before).await)
}

/// Puts into a request what the log must not repeat.
fn speak_of_secrets(operation: &mut Operation, (method, path): (&str, &str)) {
    let Content::Json(body) = &mut operation.content else { return };
    let pin = json!({ "lat": 31.228_427_7, "lon": 121.478_223_1, "datum": "gcj02" });
    match (method, path) {
        ("POST" | "PATCH", "/v1/customers" | "/v1/customers/{id}") => body["pin"] = pin,
        ("POST" | "PATCH", "/v1/customers/{id}/contacts" | "/v1/contacts/{id}") => {
            body["phone"] = json!(CANARIES[0]);
            body["email"] = json!(CANARIES[1]);
        }
        ("POST", "/v1/users" | "/v1/users/{id}/password") => body["password"] = json!(CANARIES[2]),
        _ => {}
    }
    // A user who is new needs a name that no earlier request took.
    if operation.about == Subject::Nothing && path == "/v1/users" {
        body["login"] = json!(format!("d{}", fresh_number()));
    }
}

/// What in an action's data should not be there.
fn indiscretions(data: &Value) -> Vec<String> {
    let text = data.to_string();
    let mut found: Vec<String> = CANARIES.iter().filter(|canary| text.contains(*canary)).map(|canary| format!("holds {canary}")).collect();
    let mut left = vec![data];
    while let Some(value) = left.pop() {
        match value {
            Value::Object(fields) => {
                found.extend(fields.keys().filter(|key| SECRETIVE.contains(&key.as_str())).map(|key| format!("has a field {key}")));
                left.extend(fields.values());
            }
            Value::Array(items) => left.extend(items),
            // The names of fields are told, and what they hold is not.
            Value::Number(number) if number.is_f64() => found.push(format!("holds the measure {number}")),
            _ => {}
        }
    }
    found
}

/// The lines that every organisation's log has.
async fn last(behind: &mut PgConnection) -> BTreeSet<Uuid> {
    let rows = sqlx::query("select id from actions").fetch_all(&mut *behind).await.unwrap();
    rows.iter().map(|row| row.get("id")).collect()
}

/// The lines that were not there before.
async fn since(behind: &mut PgConnection, before: BTreeSet<Uuid>) -> Vec<Told> {
    let rows = sqlx::query("select id, kind, actor_id, data from actions").fetch_all(&mut *behind).await.unwrap();
    let fresh = rows.iter().filter(|row| !before.contains(&row.get("id")));
    fresh.map(|row| Told { kind: row.get("kind"), actor_id: row.get("actor_id"), data: row.get("data") }).collect()
}

#[tokio::test]
async fn the_house_tells_of_itself_too_and_repeats_tell_nothing() {
    let house = House::open().await;
    let mut behind = house.behind().await;
    let kinds: Vec<String> =
        sqlx::query_scalar("select distinct kind from actions where actor_id is null").fetch_all(&mut behind).await.unwrap();
    for kind in ["organisation.founded", "user.created", "unit.created"] {
        assert!(kinds.iter().any(|told| told == kind), "{kind} is not in {kinds:?}");
    }
    let admin = house.sign_in("admin").await;
    let path = format!("/v1/oidc-issuers/{}", new_id());
    let body = crate::operations::issuer();
    admin.put(&path, &body).await.expect(201);
    let key = json!({ "name": "CRM", "scopes": ["visits:read"], "unit_id": dev::demo::id_of("demo", "region") });
    let key = tests::doorstep::id_in(&admin.post("/v1/api-keys", &key).await.expect(201));
    let revoke = || admin.request(reqwest::Method::DELETE, &format!("/v1/api-keys/{key}"));
    admin.send(revoke()).await;
    let before = last(&mut behind).await;
    // The same again: nothing changes, and so there is nothing to tell.
    admin.put(&path, &body).await.expect(200);
    assert_eq!(admin.send(revoke()).await.status, 204);
    for (path, field) in [
        ("/v1/organisation".to_owned(), json!({ "zone": "Asia/Shanghai" })),
        (format!("/v1/users/{}", dev::demo::id_of("demo", "rep1")), json!({ "role": "rep" })),
        (format!("/v1/units/{}", dev::demo::id_of("demo", "team1")), json!({ "parent_id": dev::demo::id_of("demo", "branch") })),
    ] {
        let request = admin.request(reqwest::Method::PATCH, &path).header("If-Match", "*").json(&field);
        admin.send(request).await.expect(200);
    }
    assert!(since(&mut behind, before).await.is_empty());
}

//! The playbook over HTTP: read as it was written or as JSON, checked with lines, put in force as a version that stays.

#![expect(clippy::unwrap_used, reason = "what a test stands on either stands or fails the test")]

use dev::demo::organisation_id;
use domain::playbook::DEFAULT;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tests::{House, Person};

fn sends(person: &Person, method: Method, path: &str, text: &str) -> RequestBuilder {
    person.request(method, path).header("Content-Type", "application/yaml").body(text.to_owned())
}

fn puts(person: &Person, text: &str, read_version: &str) -> RequestBuilder {
    sends(person, Method::PUT, "/v1/playbook", text).header("If-Match", read_version.to_owned())
}

/// The default with a longer breaker.
fn patient() -> String {
    DEFAULT.replacen("qualified]}\n    after: 48h", "qualified]}\n    after: 72h", 1)
}

#[tokio::test]
async fn everybody_reads_it_as_it_was_written_or_as_json() {
    let house = House::open().await;
    let rep = house.sign_in("rep1").await;
    let read = rep.get("/v1/playbook").await;
    assert_eq!((&read.headers["etag"], &read.headers["content-type"]), (&"\"1\"".parse().unwrap(), &"application/json".parse().unwrap()));
    assert!(read.headers["last-modified"].to_str().unwrap().ends_with(" GMT"));
    let json = read.expect(200);
    assert_eq!((&json["format"], &json["subjects"]["lead"]["stages"][0]["code"]), (&json!(1), &json!("new")));
    let yaml = rep.send(rep.request(Method::GET, "/v1/playbook").header("Accept", "application/yaml")).await;
    assert_eq!((yaml.status.as_u16(), yaml.text.as_str(), &yaml.headers["vary"]), (200, DEFAULT, &"Accept".parse().unwrap()));
    let unchanged = rep.send(rep.request(Method::GET, "/v1/playbook").header("If-None-Match", "\"1\"")).await;
    assert_eq!((unchanged.status.as_u16(), unchanged.text.as_str()), (304, ""));
    let neither = rep.send(rep.request(Method::GET, "/v1/playbook").header("Accept", "text/html")).await;
    assert_eq!(neither.code(), "not_acceptable");
    assert_eq!(rep.get("/v1/playbook?version=2").await.code(), "not_found");
    assert_eq!(rep.get("/v1/playbook?version=x").await.status, 400);
}

#[tokio::test]
async fn a_new_version_is_put_in_force_and_the_old_one_stays() {
    let house = House::open().await;
    let (admin, rep) = (house.sign_in("admin").await, house.sign_in("rep1").await);
    assert_eq!(admin.send(sends(&admin, Method::PUT, "/v1/playbook", &patient())).await.code(), "version_needed");
    let put = admin.send(puts(&admin, &patient(), "\"1\"")).await;
    assert_eq!(put.headers["etag"], "\"2\"");
    assert_eq!(put.expect(200)["timers"][1]["after"], "72h");
    assert_eq!(admin.send(puts(&admin, DEFAULT, "\"1\"")).await.code(), "version_differs", "somebody else was first");
    assert_eq!(rep.get("/v1/playbook").await.expect(200)["timers"][1]["after"], "72h");
    assert_eq!(rep.get("/v1/playbook?version=1").await.expect(200)["timers"][1]["after"], "48h");
    // What is read can be put back, in either form.
    let json = rep.get("/v1/playbook?version=1").await.expect(200);
    let back = admin.send(admin.request(Method::PUT, "/v1/playbook").header("If-Match", "*").json(&json)).await;
    assert_eq!(back.headers["etag"], "\"3\"");
    assert_eq!(back.expect(200), json);
    let other = house.sign_in_to("other", "rep1").await;
    assert_eq!(other.get("/v1/playbook").await.headers["etag"], "\"1\"");
    assert_eq!(rep.send(puts(&rep, DEFAULT, "*")).await.code(), "not_permitted");
    assert_eq!(recorded(&house).await, [json!(2), json!(3)]);
}

/// The versions that the log says were put in force.
async fn recorded(house: &House) -> Vec<Value> {
    let versions =
        "select data -> 'version' from actions where organisation_id = $1 and kind = 'playbook.changed' order by recorded_at, id";
    sqlx::query_scalar(versions).bind(organisation_id("demo")).fetch_all(&mut house.behind().await).await.unwrap()
}

#[tokio::test]
async fn every_fault_is_told_with_its_line_in_the_readers_language() {
    let house = House::open().await;
    let admin = house.sign_in("admin").await;
    let text = patient().replacen("to: presales, text: lead_support_needed", "to: nobody, text: lead_support_needed", 1);
    let text = text.replacen("if: subject.fields.quotation_asked", "if: subject.fields.quotation_wanted", 1);
    let line_of = |needle: &str| text.lines().position(|line| line.contains(needle)).unwrap() + 1;
    let checked = admin.send(sends(&admin, Method::POST, "/v1/playbook:check", &text)).await.expect(200);
    let told = checked["faults"].as_array().unwrap();
    let places = told.iter().map(|fault| (fault["code"].as_str().unwrap(), fault["line"].as_u64().unwrap())).collect::<Vec<_>>();
    let lines = (line_of("quotation_wanted") as u64, line_of("to: nobody") as u64);
    assert_eq!(places, [("condition_unknown_name", lines.0), ("not_known", lines.1)]);
    assert!(told[1]["message"].as_str().unwrap().starts_with("`nobody` is not known"));
    assert_eq!(told[1]["pointer"], "/timers/1/fires/2/to");
    let refused = admin.send(puts(&admin, &text, "*")).await;
    let problem = refused.body.clone();
    assert_eq!((refused.status.as_u16(), &problem["code"]), (422, &json!("fields_refused")));
    assert_eq!((&problem["errors"][1]["line"], &problem["errors"][1]["column"]), (&told[1]["line"], &told[1]["column"]));
    assert_eq!(problem["errors"][1]["message"], told[1]["message"]);
    let mut chinese = puts(&admin, &text, "*").build().unwrap();
    chinese.headers_mut().insert("Accept-Language", "zh-CN".parse().unwrap());
    assert!(house.http.execute(chinese).await.unwrap().text().await.unwrap().contains("没有“nobody”"));
    let fine = admin.send(sends(&admin, Method::POST, "/v1/playbook:check", DEFAULT)).await.expect(200);
    assert_eq!(fine, json!({ "faults": [] }));
    assert_eq!(admin.get("/v1/playbook").await.headers["etag"], "\"1\"", "nothing was changed");
}

#[tokio::test]
async fn what_is_no_playbook_is_refused() {
    let house = House::open().await;
    let admin = house.sign_in("admin").await;
    let puts = |kind: &str, body: Vec<u8>| {
        admin.request(Method::PUT, "/v1/playbook").header("If-Match", "*").header("Content-Type", kind.to_owned()).body(body)
    };
    for (kind, body, status, code) in [
        ("text/plain", b"format: 1".to_vec(), 415, "type_unsupported"),
        ("application/yaml", vec![b'a'; 256 * 1024 + 1], 413, "body_too_large"),
        ("application/yaml", vec![0xFF, 0xFE], 400, "malformed_body"),
        ("application/yaml", b"format: 1\0".to_vec(), 400, "malformed_body"),
        ("application/yaml", b"a: &a [*a]".to_vec(), 422, "fields_refused"),
        ("application/json", b"[[[[".to_vec(), 422, "fields_refused"),
        ("application/json", b"{}".to_vec(), 422, "fields_refused"),
        ("application/yaml", Vec::new(), 422, "fields_refused"),
        ("application/yaml; charset=utf-8", format!("{DEFAULT}\nformat: 2\n").into_bytes(), 422, "fields_refused"),
    ] {
        let answer = admin.send(puts(kind, body)).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (status, code), "{kind}: {}", answer.text);
    }
}

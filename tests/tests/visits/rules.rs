//! The rules that phones read, checking before sending, and what counts as having learned something.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dev::demo::door;
use dev::photo::{PhotoSpec, Variant};
use reqwest::Method;
use serde_json::{Value, json};
use tests::doorstep::{code_of, new_visit, photo_at, photo_spec, visit_at};
use tests::{House, Person};

#[tokio::test]
async fn rules_are_read_once_and_asked_for_cheaply() {
    let house = House::open().await;
    let (rep, admin) = (house.sign_in("rep1").await, house.sign_in("admin").await);
    let rules = rep.get("/v1/visit-rules").await;
    let tag = rules.headers["etag"].clone();
    let rules = rules.expect(200);
    assert_eq!((&rules["rules_version"], &rules["policy"]["fence_m"]), (&json!("3.1"), &json!(200.0)));
    let ask = |tag: &reqwest::header::HeaderValue| rep.request(Method::GET, "/v1/visit-rules").header("If-None-Match", tag.clone());
    let same = rep.send(ask(&tag)).await;
    assert_eq!((same.status.as_u16(), same.text.as_str(), &same.headers["etag"]), (304, "", &tag));
    let put = |version: &str, fence_m: f64| {
        admin.request(Method::PUT, "/v1/visit-rules").header("If-Match", version.to_owned()).json(&json!({ "fence_m": fence_m }))
    };
    admin.send(put("1", 300.0)).await.expect(200);
    assert_eq!(admin.send(put("1", 400.0)).await.code(), "version_differs", "somebody else was first");
    assert_eq!(admin.put("/v1/visit-rules", &json!({})).await.code(), "version_needed");
    let changed = rep.send(ask(&tag)).await.expect(200);
    assert_eq!((&changed["policy"]["fence_m"], &changed["policy_version"]), (&json!(300.0), &json!(2)));
    for bad in [
        json!({ "fence_m": 5.0 }),
        json!({ "fence_m": null }),
        json!({ "fence_mm": 200.0 }),
        json!({ "outcomes": { "gps_absent": "ignore" } }),
        json!({ "outcomes": { "mock_location": "fail" } }),
        json!([]),
    ] {
        let answer = admin.send(admin.request(Method::PUT, "/v1/visit-rules").header("If-Match", "*").json(&bad)).await;
        assert_eq!(answer.status, 422, "{bad}: {}", answer.text);
    }
}

async fn precheck(rep: &Person, house: &House, bytes: &[u8], head: usize) -> Value {
    let mut body = visit_at(house, &door("demo", 0), &[]);
    body.as_object_mut().unwrap().remove("photo_ids");
    body["photo"] = json!({ "head": STANDARD.encode(&bytes[..head.min(bytes.len())]), "bytes": bytes.len() });
    rep.post("/v1/visits:precheck", &body).await.expect(200)
}

#[tokio::test]
async fn the_first_64_kib_tell_the_verdict_before_anything_is_sent() {
    let house = House::open().await;
    let rep = house.sign_in("rep1").await;
    let spec = PhotoSpec { target_bytes: Some(400_000), ..photo_spec(&house, &door("demo", 0)) };
    let head = 64 << 10;
    let good = precheck(&rep, &house, &spec.encode().unwrap(), head).await;
    assert_eq!((&good["status"], &good["needs_head_bytes"]), (&json!("valid"), &Value::Null), "{good:#}");
    let bad = precheck(&rep, &house, &PhotoSpec { variant: Variant::Redacted, ..spec.clone() }.encode().unwrap(), head).await;
    assert_eq!((&bad["status"], code_of(&bad, "gps")), (&json!("invalid"), "gps_redacted"));
    let far = PhotoSpec { variant: Variant::FarExif, ..spec }.encode().unwrap();
    let more = precheck(&rep, &house, &far, head).await;
    let needed = usize::try_from(more["needs_head_bytes"].as_u64().expect("more bytes are asked for")).unwrap();
    assert!(needed > head, "{more:#}");
    let mut known = more;
    for _ in 0..8 {
        let Some(needed) = known["needs_head_bytes"].as_u64() else { break };
        known = precheck(&rep, &house, &far, usize::try_from(needed).unwrap()).await;
    }
    assert_eq!(known["status"], "valid", "{known:#}");
    assert_eq!(rep.get("/v1/visits").await.expect(200)["items"], json!([]), "nothing was kept");
    let empty = rep.post("/v1/visits:precheck", &json!({ "customer_id": door("demo", 0).customer_id })).await.expect(200);
    assert_eq!(code_of(&empty, "photo"), "photo_missing");
}

#[tokio::test]
async fn white_space_and_the_customers_name_are_nothing_learned() {
    let house = House::open().await;
    let rep = house.sign_in("rep1").await;
    let here = door("demo", 0);
    let doubled = format!("{0} {0}", here.name);
    for (text, code) in [
        ("", "key_info_empty"),
        (" \t\r\n ", "key_info_empty"),
        ("\u{3000}\u{a0}\u{2003}", "key_info_empty"),
        ("\u{200b}\u{200c}\u{200d}\u{feff}\u{2060}", "key_info_empty"),
        ("\u{202e}\u{ad}\u{180e}", "key_info_empty"),
        ("。。。！！——…", "key_info_empty"),
        ("👍👍", "key_info_empty"),
        (here.name.as_str(), "key_info_only_name"),
        (doubled.as_str(), "key_info_only_name"),
        ("要", "ok"),
    ] {
        let mut body = visit_at(&house, &here, &[]);
        body["key_info"] = json!(text);
        let visit = rep.put(&new_visit(), &body).await.expect(201);
        assert_eq!(code_of(&visit, "key_info"), code, "{text:?}");
    }
    for (role, code) in [("", "decision_role_missing"), ("emperor", "decision_role_unknown"), ("champion", "ok")] {
        let mut body = visit_at(&house, &here, &[]);
        body["decision_role"] = json!(role);
        let visit = rep.put(&new_visit(), &body).await.expect(201);
        assert_eq!(code_of(&visit, "decision_role"), code, "{role}");
    }
}

#[tokio::test]
async fn copied_texts_are_looked_at() {
    let house = House::open().await;
    let rep = house.sign_in("rep1").await;
    let here = door("demo", 0);
    let text = "客户说竞品报价更低，正在比较。";
    for (written, code, status) in [(text, "ok", "valid"), ("客户说竞品报价更低 , 正在比较!", "repeated_key_info", "review")] {
        let photo = rep.upload(&photo_at(&house, &here)).await;
        let mut body = visit_at(&house, &here, &[photo]);
        body["key_info"] = json!(written);
        let visit = rep.put(&new_visit(), &body).await.expect(201);
        assert_eq!((code_of(&visit, "key_info_repeated"), &visit["status"]), (code, &json!(status)), "{visit:#}");
    }
}

#[tokio::test]
async fn what_cannot_be_understood_is_refused_at_its_field() {
    let house = House::open().await;
    let rep = house.sign_in("rep1").await;
    let good = visit_at(&house, &door("demo", 0), &[]);
    let twice = tests::doorstep::new_id();
    for (field, value, code) in [
        ("customer_id", json!("x"), "malformed"),
        ("customer_id", json!(tests::doorstep::new_id()), "not_known"),
        ("started_at", json!("2026-11-23 09:00"), "malformed"),
        ("started_at", json!("0001-01-01T00:00:00Z"), "out_of_range"),
        ("ended_at", json!("2001-01-01T00:00:00Z"), "out_of_range"),
        ("photo_ids", json!([twice]), "not_known"),
        ("photo_ids", json!([twice, twice]), "duplicate"),
        ("key_info", json!("a\u{0}b"), "malformed"),
        ("key_info", json!("x".repeat(4001)), "too_long"),
        ("key_info", json!(7), "wrong_type"),
        ("device", json!({ "position": { "lat": 91, "lon": 0, "datum": "wgs84", "fixed_at": good["started_at"] } }), "out_of_range"),
        ("device", json!({ "position": { "lat": 31, "lon": 121, "fixed_at": good["started_at"] } }), "required"),
        ("device", json!({ "position": { "lat": 31, "lon": 121, "datum": "mars", "fixed_at": good["started_at"] } }), "not_known"),
    ] {
        let mut body = good.clone();
        body[field] = value.clone();
        let answer = rep.put(&new_visit(), &body).await;
        let fault = &answer.body["errors"][0];
        assert_eq!((answer.status.as_u16(), &fault["code"]), (422, &json!(code)), "{field} {value}: {}", answer.text);
        assert!(fault["pointer"].as_str().unwrap().starts_with(&format!("/{field}")), "{fault}");
    }
    let broken = rep.request(Method::PUT, &new_visit()).header("Content-Type", "application/json").body("{\"customer_id\":");
    assert_eq!(rep.send(broken).await.code(), "malformed_body");
    let untyped = rep.request(Method::PUT, &new_visit()).header("Content-Type", "text/plain").body("{}");
    assert_eq!(rep.send(untyped).await.status, 415);
    assert_eq!(rep.put("/v1/visits/7", &good).await.status, 400);
}

//! The committed contract is the one that is served, and it keeps what is promised of it.

#![expect(clippy::unwrap_used, reason = "a contract that cannot be read fails the test")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::Value;

fn contract() -> Value {
    serde_json::from_str(&api::docs::contract_text(&api::router::document())).unwrap()
}

/// Every operation with its method and path.
fn operations(contract: &Value) -> Vec<(String, &Value)> {
    let paths = contract["paths"].as_object().unwrap();
    let all = paths
        .iter()
        .flat_map(|(path, item)| item.as_object().unwrap().iter().map(move |(method, operation)| (format!("{method} {path}"), operation)));
    all.collect()
}

/// Every value in the document, whatever its depth, with the key it stands under.
fn walk<'a>(value: &'a Value, key: &'a str, look: &mut impl FnMut(&'a str, &'a Value)) {
    look(key, value);
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| walk(value, key, look)),
        Value::Array(items) => items.iter().for_each(|value| walk(value, key, look)),
        _ => {}
    }
}

#[test]
fn the_committed_contract_is_the_one_that_is_served() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../openapi/v1.json");
    let served = api::docs::contract_text(&api::router::document());
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(&path, &served).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap();
    // Not assert_eq: thousands of lines would say less.
    let differs = served.lines().zip(committed.lines()).position(|(served, committed)| served != committed);
    assert!(
        served == committed,
        "openapi/v1.json differs from line {differs:?} on; UPDATE_OPENAPI=1 cargo test -p api --test contract writes it"
    );
}

#[test]
fn the_committed_catalogue_of_events_is_the_one_that_is_sent() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../openapi/events.json");
    let told = api::webhooks::catalogue::text();
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(&path, &told).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap();
    let differs = told.lines().zip(committed.lines()).position(|(told, committed)| told != committed);
    assert!(
        told == committed,
        "openapi/events.json differs from line {differs:?} on; UPDATE_OPENAPI=1 cargo test -p api --test contract writes it"
    );
    let catalogue: Value = serde_json::from_str(&told).unwrap();
    for (name, event) in catalogue["events"].as_object().unwrap() {
        assert_eq!(
            (&event["example"]["type"], &event["schema"]["properties"]["type"]["const"]),
            (&Value::from(name.as_str()), &Value::from(name.as_str()))
        );
        let required = event["schema"]["required"]
            .as_array()
            .unwrap()
            .iter()
            .chain(event["schema"]["properties"]["data"]["required"].as_array().unwrap());
        for field in required.map(|field| field.as_str().unwrap()) {
            assert!(!event["example"][field].is_null() || !event["example"]["data"][field].is_null(), "{name}: {field}");
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let contract = contract();
    walk(&contract, "", &mut |key, value| {
        if key == "$ref" {
            let pointer = value.as_str().unwrap().trim_start_matches('#');
            assert!(contract.pointer(pointer).is_some(), "{value}");
        }
    });
}

#[test]
fn every_operation_has_a_name_of_its_own_and_says_what_it_does() {
    let contract = contract();
    let tags: BTreeSet<_> = contract["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    let mut names = BTreeSet::new();
    for (at, operation) in operations(&contract) {
        let name = operation["operationId"].as_str().unwrap();
        assert!(names.insert(name), "{at}: {name} is taken; api/src/docs/operations.rs");
        assert!(api::docs::is_named(name), "{at}: give it a name in api/src/docs/operations.rs");
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{at}");
        assert!(operation["description"].as_str().is_some_and(|text| !text.is_empty()), "{at}");
        assert!(operation["tags"].as_array().unwrap().iter().all(|tag| tags.contains(tag.as_str().unwrap())), "{at}");
        for (status, response) in operation["responses"].as_object().unwrap() {
            let told = response["$ref"].is_string() || response["description"].as_str().is_some_and(|text| !text.is_empty());
            assert!(told, "{at} {status}");
            for (header, about) in response["headers"].as_object().into_iter().flatten() {
                assert!(about["description"].is_string(), "{at} {status} {header}");
            }
        }
    }
}

#[test]
fn what_is_created_says_where_it_is_and_what_is_changed_says_its_version() {
    let contract = contract();
    for (at, operation) in operations(&contract) {
        let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        let reads = |name: &str| parameters.iter().any(|parameter| parameter["name"] == name);
        if reads("If-Match") {
            let is_needed = parameters.iter().any(|parameter| parameter["name"] == "If-Match" && parameter["required"] == true);
            assert!(operation["responses"]["412"].is_object() && (!is_needed || operation["responses"]["428"].is_object()), "{at}");
        }
        if at.starts_with("patch ") || at.starts_with("put ") {
            let answers_version = operation["responses"]["200"]["headers"]["ETag"].is_object();
            assert!(!reads("If-Match") || answers_version || at == "put /v1/visit-rules", "{at}");
        }
        if at.starts_with("post ") && operation["responses"]["201"].is_object() {
            let is_repeatable = reads("Idempotency-Key") || at == "post /v1/visits" || at.ends_with("/pin-proposal");
            assert!(is_repeatable, "{at} creates something and reads no Idempotency-Key");
        }
    }
}

#[test]
fn every_problem_points_to_its_line_and_is_shown_once_at_least() {
    let contract = contract();
    let mut shown = BTreeSet::new();
    walk(&contract, "", &mut |key, value| {
        if key == "value" && value["type"].as_str().is_some_and(|kind| kind.starts_with("/docs/problems#")) {
            let code = value["code"].as_str().unwrap();
            assert_eq!(value["type"], format!("/docs/problems#{code}"));
            shown.insert(code);
        }
    });
    let codes = contract.pointer("/components/schemas/ProblemCode/enum").unwrap().as_array().unwrap();
    // Answered by the house itself, before any operation is found.
    let by_the_house = ["method_not_allowed", "not_acceptable", "length_required", "headers_too_large"];
    let unseen: Vec<_> =
        codes.iter().filter_map(Value::as_str).filter(|code| !shown.contains(code) && !by_the_house.contains(code)).collect();
    assert!(unseen.is_empty(), "{unseen:?} can be answered by no operation");
}

#[test]
fn a_value_with_bounds_is_no_type_of_its_own() {
    let contract = contract();
    for name in contract["components"]["schemas"].as_object().unwrap().keys() {
        let is_plain = ["Text_", "Whole_", "Decimal_", "Page_"].iter().any(|start| name.starts_with(start));
        assert!(!is_plain && !name.ends_with("View") && !name.ends_with("Body"), "{name}");
    }
}

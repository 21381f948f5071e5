//! Working calendars, walked through over HTTP: what people read, change and import, and what time counts.

mod changes;
mod imports;
mod measures;
mod migration;
mod reading;

use chrono::{DateTime, Utc};
use reqwest::{Method, header};
use serde_json::Value;
use tests::{Answer, House, Person};

/// A house whose clock stands at noon of 23 November 2026 in Shanghai: the notice of 2027 should be out and is not in.
async fn house() -> House {
    let house = House::open().await;
    let noon: DateTime<Utc> = "2026-11-23T04:00:00Z".parse().unwrap();
    house.advance(noon - house.now());
    house
}

/// Puts a calendar in force that was made from `version`.
async fn put(person: &Person, version: &str, calendar: &Value) -> Answer {
    let request = person.request(Method::PUT, "/v1/calendar").header(header::IF_MATCH, version);
    person.send(request.json(calendar)).await
}

/// Sends a file to import.
async fn import(person: &Person, query: &str, kind: &str, file: impl Into<reqwest::Body>) -> Answer {
    let request = person.request(Method::POST, &format!("/v1/calendar:import{query}"));
    person.send(request.header(header::CONTENT_TYPE, kind).body(file)).await
}

/// Sends a file to import for good, made from `version`.
async fn apply(person: &Person, version: &str, query: &str, kind: &str, file: impl Into<reqwest::Body>) -> Answer {
    let request = person.request(Method::POST, &format!("/v1/calendar:import?dry_run=false{query}"));
    person.send(request.header(header::IF_MATCH, version).header(header::CONTENT_TYPE, kind).body(file)).await
}

/// The first fault of a refusal: its status, where and what.
fn fault(answer: &Answer) -> (u16, &str, &str) {
    let fault = &answer.body["errors"][0];
    (answer.status.as_u16(), fault["pointer"].as_str().unwrap_or_default(), fault["code"].as_str().unwrap_or_default())
}

/// The codes of an answer's warnings or notes.
fn codes(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect()
}

//! Webhooks: signed as Standard Webhooks says, and judged by the status alone.

use std::sync::atomic::{AtomicUsize, Ordering};

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use platform::Clock;
use platform::secrets::Secret;
use platform::webhook_secret::WebhookSecret;
use serde_json::json;
use uuid::Uuid;
use workers::channels::{Channels, Endpoint, Event, Outcome};

use super::receiver::{Receiver, Seen, Told};
use super::stage::{PATIENT, SECRET, channels, noon, noted, sent, settings};

pub fn endpoint(url: &str) -> Endpoint {
    Endpoint { url: format!("{url}/hook"), secrets: vec![Secret::new(SECRET)] }
}

pub fn event() -> Vec<u8> {
    let event = Event {
        id: Uuid::from_u128(9),
        source: "/organisations/1".to_owned(),
        kind: "incident.opened".to_owned(),
        subject: Some("lead/1".to_owned()),
        occurred_at: noon(),
        data: json!({ "customer": "好邻居母婴用品店", "stalled_h": 48 }),
    };
    event.bytes().unwrap()
}

/// Verifies as a receiver does: any of the signatures will do.
fn is_signed(seen: &Seen, secret: &str) -> bool {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let signed = [format!("{}.{}.", seen.header("webhook-id"), seen.header("webhook-timestamp")).as_bytes(), &seen.body].concat();
    let good = format!("v1,{}", STANDARD.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), &signed)));
    seen.header("webhook-signature").split(' ').any(|signature| signature == good)
}

#[tokio::test]
async fn an_event_comes_signed_and_a_replay_is_the_same() {
    let receiver = Receiver::answering(|_| Told::status(204)).await;
    let clock = Clock::by_hand(noon());
    let channels = Channels::open(&settings(&receiver.url, PATIENT), &clock).unwrap();
    let id = Uuid::from_u128(7);
    assert_eq!(channels.publish(&endpoint(&receiver.url), id, &event()).await, sent());
    clock.advance(chrono::TimeDelta::hours(30));
    assert_eq!(channels.publish(&endpoint(&receiver.url), id, &event()).await, sent());

    let [first, second] = &receiver.seen()[..] else { panic!("two were sent") };
    assert_eq!((first.method.as_str(), first.path.as_str()), ("POST", "/hook"));
    assert_eq!(first.header("content-type"), "application/cloudevents+json");
    assert_eq!(first.header("webhook-id"), id.to_string());
    assert_eq!(first.header("webhook-timestamp"), noon().timestamp().to_string());
    assert_eq!(first.body, event());
    assert!(is_signed(first, SECRET) && !is_signed(first, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));

    // The instant is a fresh one, so that a receiver may refuse old ones; everything else is as it was.
    assert_eq!((second.header("webhook-id"), &second.body), (first.header("webhook-id"), &first.body));
    assert_eq!(second.header("webhook-timestamp"), (noon().timestamp() + 30 * 3600).to_string());
    assert!(is_signed(second, SECRET));
}

#[tokio::test]
async fn while_a_secret_is_replaced_either_will_do() {
    let receiver = Receiver::answering(|_| Told::status(200)).await;
    let fresh = WebhookSecret::random();
    let secrets = vec![Secret::new(fresh.reveal()), Secret::new(SECRET)];
    let endpoint = Endpoint { secrets, ..endpoint(&receiver.url) };
    assert_eq!(channels(&receiver.url).publish(&endpoint, Uuid::from_u128(7), &event()).await, sent());
    let seen = receiver.last();
    assert!(is_signed(&seen, fresh.reveal()) && is_signed(&seen, SECRET));
    assert_eq!(seen.header("webhook-signature").split(' ').count(), 2);
}

#[tokio::test]
async fn a_status_decides() {
    let statuses = [200, 201, 202, 204, 299, 301, 302, 304, 307, 308, 400, 401, 403, 404, 409, 410, 422, 429, 500, 501, 502, 503, 504, 599];
    let next = AtomicUsize::new(0);
    let receiver = Receiver::answering(move |_| {
        let location: &[_] = &[("location", "/elsewhere")];
        Told(statuses[next.fetch_add(1, Ordering::SeqCst)], location, "whatever {\"status\":\"fine\"}".to_owned())
    })
    .await;
    let channels = channels(&receiver.url);
    for status in statuses {
        let outcome = channels.publish(&endpoint(&receiver.url), Uuid::from_u128(7), &event()).await;
        let expected = match status {
            200..=299 => "sent".to_owned(),
            300..=399 => format!("retry redirected ({status})"),
            410 => "disable gone (410)".to_owned(),
            429 => "retry rate_limited (429)".to_owned(),
            500.. => format!("retry busy ({status})"),
            _ => format!("retry refused ({status})"),
        };
        assert_eq!(noted(&outcome), expected);
    }
    // Nobody was followed anywhere.
    assert_eq!(receiver.count("/hook"), statuses.len());
    assert_eq!(receiver.count("/elsewhere"), 0);
}

#[tokio::test]
async fn patience_that_is_asked_for_is_had_within_reason() {
    type Asked = (u16, &'static [(&'static str, &'static str)], &'static str);
    let asked: &[Asked] = &[
        (503, &[("retry-after", "120")], "retry in 120 s busy (503)"),
        (429, &[("retry-after", " 7 ")], "retry in 7 s rate_limited (429)"),
        (503, &[("retry-after", "0")], "retry in 1 s busy (503)"),
        (503, &[("retry-after", "31536000")], "retry in 86400 s busy (503)"),
        (503, &[("retry-after", "99999999999999999999")], "retry busy (503)"),
        (503, &[("retry-after", "Tue, 24 Nov 2026 04:05:00 GMT")], "retry in 300 s busy (503)"),
        (503, &[("retry-after", "Tue, 24 Nov 2020 04:05:00 GMT")], "retry busy (503)"),
        (503, &[("retry-after", "soon")], "retry busy (503)"),
        (503, &[("retry-after", "-5")], "retry busy (503)"),
        (404, &[("retry-after", "120")], "retry refused (404)"),
        (302, &[("retry-after", "120")], "retry redirected (302)"),
    ];
    let next = AtomicUsize::new(0);
    let receiver = Receiver::answering(move |_| {
        let (status, headers, _) = asked[next.fetch_add(1, Ordering::SeqCst)];
        Told(status, headers, String::new())
    })
    .await;
    let channels = Channels::open(&settings(&receiver.url, PATIENT), &Clock::by_hand(noon())).unwrap();
    for (_, headers, expected) in asked {
        let outcome = channels.publish(&endpoint(&receiver.url), Uuid::from_u128(7), &event()).await;
        assert_eq!(noted(&outcome), *expected, "{headers:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_used_is_said_before_anything_is_sent() {
    let receiver = Receiver::answering(|_| Told::status(200)).await;
    let channels = channels(&receiver.url);
    let good = endpoint(&receiver.url);
    let short = Secret::new("whsec_c2hvcnQ=");
    for (endpoint, expected) in [
        (Endpoint { url: "not a url".to_owned(), ..good.clone() }, "disable unusable"),
        (Endpoint { secrets: Vec::new(), ..good.clone() }, "disable unusable"),
        (Endpoint { secrets: vec![Secret::new(SECRET), short], ..good.clone() }, "disable unusable"),
        (Endpoint { url: good.url.replace("http://", "http://user:secret@"), ..good.clone() }, "disable address_not_allowed"),
        (Endpoint { url: good.url.replace("http://", "ftp://"), ..good.clone() }, "disable address_not_allowed"),
    ] {
        assert_eq!(noted(&channels.publish(&endpoint, Uuid::from_u128(7), &event()).await), expected);
    }
    assert_eq!(receiver.seen().len(), 0);
    let Outcome::Sent { .. } = channels.publish(&good, Uuid::from_u128(7), &event()).await else { panic!("the good one is") };
}

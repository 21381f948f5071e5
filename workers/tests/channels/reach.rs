//! How far a webhook may reach: addresses are sifted when the connection is made, and nobody is followed.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use platform::Clock;
use platform::outside::{Lookup, SystemLookup};
use platform::settings::ChannelSettings;
use uuid::Uuid;
use workers::channels::{Channels, Endpoint};

use super::receiver::{Receiver, Told};
use super::stage::{PATIENT, noted, settings};
use super::webhooks::{endpoint, event};

/// Names lead where they are told to, one answer after the other; the last one stays.
struct Scripted(Mutex<VecDeque<Vec<IpAddr>>>);

impl Scripted {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let answers = answers.iter().map(|answer| answer.iter().map(|address| address.parse().unwrap()).collect()).collect();
        Arc::new(Self(Mutex::new(answers)))
    }
}

impl Lookup for Scripted {
    fn addresses(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let mut answers = self.0.lock().unwrap();
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        Box::pin(async move { Ok(answer.unwrap()) })
    }
}

/// In these tests 127.0.0.2 is the public internet, and 127.0.0.1 the inside.
fn guarded() -> ChannelSettings {
    ChannelSettings { webhook_networks: vec!["127.0.0.2/32".parse().unwrap()], ..settings("http://unused", PATIENT) }
}

/// A receiver outside and one inside, on the same port; the outer one keeps no connection, so that each request asks for the name again.
async fn outside_and_inside() -> (Receiver, Receiver, u16) {
    for _ in 0..100 {
        let inside = Receiver::at("127.0.0.1:0".parse().unwrap(), |_| Told::status(200)).await;
        let port = inside.url.rsplit(':').next().unwrap().parse().unwrap();
        let outer = SocketAddr::new("127.0.0.2".parse().unwrap(), port);
        if tokio::net::TcpListener::bind(outer).await.is_ok() {
            let outside = Receiver::at(outer, |_| Told(200, &[("connection", "close")], String::new())).await;
            return (outside, inside, port);
        }
    }
    panic!("no port is free on both")
}

async fn publish(channels: &Channels, url: &str) -> String {
    noted(&channels.publish(&endpoint(url), Uuid::from_u128(7), &event()).await)
}

#[tokio::test]
async fn a_name_that_changes_its_mind_gets_nothing() {
    let (outside, inside, port) = outside_and_inside().await;
    let lookup = Scripted::new(&[&["127.0.0.2"], &["127.0.0.1"]]);
    let channels = Channels::open_with(&guarded(), &Clock::wall(), lookup).unwrap();
    let url = format!("http://hook.example.com:{port}");
    assert_eq!(publish(&channels, &url).await, "sent");
    for _ in 0..3 {
        assert_eq!(publish(&channels, &url).await, "retry address_not_allowed");
    }
    assert_eq!((outside.seen().len(), inside.seen().len()), (1, 0));
    assert_eq!(outside.last().header("host"), format!("hook.example.com:{port}"));
}

#[tokio::test]
async fn of_a_mixed_answer_only_the_allowed_part_is_connected_to() {
    let (outside, inside, port) = outside_and_inside().await;
    let answers: &[&[&str]] =
        &[&["127.0.0.1", "127.0.0.2", "::1"], &["127.0.0.2", "127.0.0.1"], &["10.0.0.1", "169.254.169.254", "127.0.0.1"]];
    let channels = Channels::open_with(&guarded(), &Clock::wall(), Scripted::new(answers)).unwrap();
    let url = format!("http://hook.example.com:{port}");
    for expected in ["sent", "sent", "retry address_not_allowed"] {
        assert_eq!(publish(&channels, &url).await, expected);
    }
    assert_eq!((outside.seen().len(), inside.seen().len()), (2, 0));
}

#[tokio::test]
async fn no_spelling_of_the_inside_gets_through() {
    let inside = Receiver::answering(|_| Told::status(200)).await;
    let port: u16 = inside.url.rsplit(':').next().unwrap().parse().unwrap();
    let channels = Channels::open_with(&guarded(), &Clock::wall(), Arc::new(SystemLookup)).unwrap();
    for host in [
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "017700000001",
        "0",
        "0.0.0.0",
        "%31%32%37.0.0.1",
        "１２７.0.0.1",
        "①②⑦.⓪.⓪.①",
        "127。0。0。1",
        "[::]",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::127.0.0.1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]",
        "[2001:0:7f00:1::]",
        "[fe80::1]",
        "[fd00::1]",
        "169.254.169.254",
        "0xa9fea9fe",
        "100.100.100.200",
        "10.0.0.1",
        "192.168.0.1",
        "172.16.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "user@127.0.0.1",
        "hook.example.com@127.0.0.1",
    ] {
        assert_eq!(publish(&channels, &format!("http://{host}:{port}")).await, "disable address_not_allowed", "{host}");
    }
    // Names are only seen through when they are looked up.
    for host in ["localhost", "LOCALHOST", "%6cocalhost"] {
        assert_eq!(publish(&channels, &format!("http://{host}:{port}")).await, "retry address_not_allowed", "{host}");
    }
    assert_eq!(inside.seen().len(), 0);
}

#[tokio::test]
async fn a_redirect_leads_nowhere() {
    let inside = Receiver::answering(|_| Told::status(200)).await;
    let target: &'static str = inside.url.clone().leak();
    let headers: &'static [(&str, &str)] = vec![("location", target), ("refresh", "0")].leak();
    for status in [301, 302, 303, 307, 308] {
        let outside = Receiver::at("127.0.0.2:0".parse().unwrap(), move |_| Told(status, headers, String::new())).await;
        let channels = Channels::open(&guarded(), &Clock::wall()).unwrap();
        assert_eq!(publish(&channels, &outside.url).await, format!("retry redirected ({status})"));
        assert_eq!(outside.seen().len(), 1);
    }
    assert_eq!(inside.seen().len(), 0);
}

#[tokio::test]
async fn without_being_told_otherwise_only_tls_to_the_public_internet_will_do() {
    let receiver = Receiver::answering(|_| Told::status(200)).await;
    let strict = ChannelSettings { webhook_allow_http: false, webhook_networks: Vec::new(), ..settings("http://unused", PATIENT) };
    let channels = Channels::open(&strict, &Clock::wall()).unwrap();
    for url in [receiver.url.clone(), receiver.url.replace("http:", "https:"), "http://hook.example.com".to_owned()] {
        let endpoint = Endpoint { url, ..endpoint("") };
        assert_eq!(noted(&channels.publish(&endpoint, Uuid::from_u128(7), &event()).await), "disable address_not_allowed");
    }
    assert_eq!(receiver.seen().len(), 0);
}

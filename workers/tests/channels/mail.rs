//! E-mail over real SMTP: one letter to one person, and what a relay's replies mean at each point.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use platform::Clock;
use platform::secrets::Secret;
use platform::settings::{ChannelSettings, RelaySecurity, RelaySettings};
use tokio::net::TcpListener;
use workers::channels::{Channels, Message, Outcome, Recipient, RelayFault};

use super::relay::{AUTHORITY, Act, Encryption, PASSWORD, Relay, USER};
use super::stage::{BRIEF, PATIENT, endless_message, fact, message, noon, noted, sent, settings};

fn relay_settings(port: u16, security: RelaySecurity) -> RelaySettings {
    let has_account = security != RelaySecurity::None;
    RelaySettings {
        host: "localhost".to_owned(),
        port,
        security,
        user: if has_account { USER.to_owned() } else { String::new() },
        password: Secret::new(PASSWORD),
        from: "现场证 <fieldproof@example.com>".to_owned(),
        ca_file: has_account.then(|| AUTHORITY.into()),
    }
}

fn over(relay: RelaySettings, answer_after: Duration) -> Result<Channels, RelayFault> {
    let settings = ChannelSettings { relay: Some(relay), ..settings("http://unused", answer_after) };
    Channels::open(&settings, &Clock::by_hand(noon()))
}

fn to(address: &str) -> Recipient {
    Recipient::Email { address: address.to_owned() }
}

/// The letter's headers, unfolded.
fn headers(content: &str) -> Vec<String> {
    let head = content.split_once("\r\n\r\n").unwrap().0;
    head.replace("\r\n ", " ").split("\r\n").map(str::to_owned).collect()
}

#[tokio::test]
async fn a_letter_is_the_same_at_every_attempt() {
    let relay = Relay::open(Encryption::None, &[]).await;
    let channels = over(relay_settings(relay.port, RelaySecurity::None), PATIENT).unwrap();
    for _ in 0..2 {
        assert_eq!(channels.tell(&to("li.wei@example.cn"), &message()).await, sent());
    }
    let [first, second] = &relay.letters()[..] else { panic!("two were sent") };
    assert_eq!((first.from.as_str(), first.to.as_str()), ("FROM:<fieldproof@example.com>", "TO:<li.wei@example.cn>"));
    assert_eq!(first.content, second.content);
    let headers = headers(&first.content);
    for expected in [
        "Message-ID: <01a209c4-73a9-70e9-b78b-7285d51292e6@example.com>",
        "Date: Tue, 24 Nov 2026 04:00:00 +0000",
        "To: li.wei@example.cn",
        "Content-Language: zh-CN",
        "Auto-Submitted: auto-generated",
        "Importance: high",
    ] {
        assert!(headers.iter().any(|header| header == expected), "{expected} is missing in {headers:?}");
    }
    assert!(headers.iter().any(|header| header.starts_with("Content-Type: multipart/alternative;")));
    assert!(
        first.content.contains("Content-Type: text/plain; charset=utf-8")
            && first.content.contains("Content-Type: text/html; charset=utf-8")
    );
    assert!(first.content.is_ascii());
}

#[tokio::test]
async fn nothing_that_people_type_becomes_a_header() {
    let relay = Relay::open(Encryption::None, &[]).await;
    let channels = over(relay_settings(relay.port, RelaySecurity::None), PATIENT).unwrap();
    let typed = "x\r\nBcc: everybody@example.com\r\n\r\n.\r\nMAIL FROM:<a@b.c>\r\n";
    let mut hostile = Message { title: typed.to_owned(), paragraphs: vec![typed.to_owned(), ".".to_owned()], ..message() };
    hostile.facts.push(fact(typed, typed));
    assert_eq!(channels.tell(&to("li.wei@example.cn"), &hostile).await, sent());
    let letter = relay.letters().pop().unwrap();
    let headers = headers(&letter.content);
    assert!(headers.iter().any(|header| header.starts_with("Subject: x Bcc: everybody@example.com")), "{headers:?}");
    assert!(!headers.iter().any(|header| header.starts_with("Bcc")));
    assert_eq!(relay.letters().len(), 1);

    assert_eq!(channels.tell(&to("li.wei@example.cn"), &endless_message()).await, sent());
    let longest = relay.letters().pop().unwrap().content.split("\r\n").map(str::len).max().unwrap();
    assert!(longest < 998, "{longest}");
}

#[tokio::test]
async fn passwords_and_letters_go_over_tls() {
    for (encryption, security) in [(Encryption::Offered, RelaySecurity::StartTls), (Encryption::FromTheStart, RelaySecurity::Tls)] {
        let relay = Relay::open(encryption, &[]).await;
        let channels = over(relay_settings(relay.port, security), PATIENT).unwrap();
        assert_eq!(channels.tell(&to("li.wei@example.cn"), &message()).await, sent(), "{security:?}");
        assert!(relay.letters()[0].is_encrypted);
        assert!(relay.said().iter().all(|line| line.starts_with("EHLO") || line == "STARTTLS"), "{:?}", relay.said());

        let wrong = RelaySettings { password: Secret::new("wrong"), ..relay_settings(relay.port, security) };
        let outcome = over(wrong, PATIENT).unwrap().tell(&to("li.wei@example.cn"), &message()).await;
        assert_eq!(noted(&outcome), "disable wrong_credentials (535)");
        // Whoever's certificate nobody vouches for is not talked to.
        let stranger = RelaySettings { ca_file: None, ..relay_settings(relay.port, security) };
        let outcome = over(stranger, PATIENT).unwrap().tell(&to("li.wei@example.cn"), &message()).await;
        assert_eq!(noted(&outcome), "retry not_secure", "{security:?}");
        assert_eq!(relay.letters().len(), 1);
    }
    // STARTTLS that is not offered, or withheld by somebody in between, is no reason to do without.
    for acts in [&[] as &[(&str, Act)], &[("EHLO", Act::Say("250-relay\r\n250-STARTTLS\r\n250 OK")), ("STARTTLS", Act::Say("454 not now"))]]
    {
        let relay = Relay::open(Encryption::None, acts).await;
        let channels = over(relay_settings(relay.port, RelaySecurity::StartTls), PATIENT).unwrap();
        let outcome = channels.tell(&to("li.wei@example.cn"), &message()).await;
        assert!(noted(&outcome).starts_with("retry not_secure"), "{outcome:?}");
        assert!(relay.said().iter().all(|line| !line.starts_with("AUTH") && !line.starts_with("MAIL")));
    }
}

#[tokio::test]
async fn replies_mean_what_they_mean_where_they_are_given() {
    for (point, reply, expected) in [
        ("greeting", "421 too busy", "retry busy (421)"),
        ("greeting", "554 go away", "retry busy (554)"),
        ("EHLO", "451 later", "retry busy (451)"),
        ("MAIL", "451 later", "retry busy (451)"),
        ("MAIL", "552 too much", "give up refused (552)"),
        ("MAIL", "530 sign in first", "disable wrong_credentials (530)"),
        ("RCPT", "450 greylisted", "retry busy (450)"),
        ("RCPT", "421 closing", "retry busy (421)"),
        ("RCPT", "550 nobody here by that name", "give up nobody_reached (550)"),
        ("DATA", "451 later", "retry busy (451)"),
        ("DATA", "554 no", "give up refused (554)"),
        ("content", "451 later", "retry busy (451)"),
        ("content", "452 full", "retry busy (452)"),
        ("content", "554 spam", "give up refused (554)"),
        ("content", "250-taken\r\n250 and kept", "sent"),
        ("QUIT", "500 what?", "sent"),
    ] {
        let relay = Relay::open(Encryption::None, &[(point, Act::Say(reply))]).await;
        let channels = over(relay_settings(relay.port, RelaySecurity::None), PATIENT).unwrap();
        assert_eq!(noted(&channels.tell(&to("li.wei@example.cn"), &message()).await), expected, "{point} {reply}");
    }
    for (reply, expected) in [("454 later", "retry busy (454)"), ("534 too weak", "disable wrong_credentials (534)")] {
        let relay = Relay::open(Encryption::Offered, &[("AUTH", Act::Say(reply))]).await;
        let channels = over(relay_settings(relay.port, RelaySecurity::StartTls), PATIENT).unwrap();
        assert_eq!(noted(&channels.tell(&to("li.wei@example.cn"), &message()).await), expected);
    }
}

/// What comes of it when a relay stops making sense.
fn expected(point: &str, act: Act) -> &'static str {
    match (point, act) {
        // The letter is taken; how the relay says goodbye is its own affair.
        ("QUIT", _) => "sent",
        (_, Act::Silent | Act::Dripping) => "retry timed_out",
        // It may have been taken before that.
        ("content", _) => "retry answer_lost",
        _ => "retry unreached",
    }
}

#[tokio::test]
async fn relays_that_misbehave_are_survived_and_told_apart() {
    let acts = [
        Act::Silent,
        Act::HalfClosed,
        Act::Torn,
        Act::EndlessLine,
        Act::EndlessReply,
        Act::Dripping,
        Act::Say("HTTP/1.1 200 OK"),
        Act::Say("\u{fffd}\u{0}"),
    ];
    let points = ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "content", "QUIT"];
    join_all(points.into_iter().flat_map(|point| acts.into_iter().map(move |act| misbehaving(point, act)))).await;
}

async fn misbehaving(point: &'static str, act: Act) {
    let relay = Relay::open(Encryption::None, &[(point, act)]).await;
    let expected = expected(point, act);
    // Only where time has to run out is there little of it, so that a busy machine changes nothing.
    let limit = if expected == "retry timed_out" { BRIEF } else { PATIENT };
    let channels = over(relay_settings(relay.port, RelaySecurity::None), limit).unwrap();
    let began = Instant::now();
    let outcome = channels.tell(&to("li.wei@example.cn"), &message()).await;
    assert_eq!(noted(&outcome), expected, "{point} {act:?}");
    assert!(began.elapsed() < Duration::from_secs(15), "{point} {act:?} took {:?}", began.elapsed());
}

#[tokio::test]
async fn without_a_relay_or_an_address_nothing_is_tried() {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let channels = over(relay_settings(port, RelaySecurity::None), PATIENT).unwrap();
    assert_eq!(noted(&channels.tell(&to("li.wei@example.cn"), &message()).await), "retry unreached");
    assert_eq!(noted(&channels.tell(&to("li.wei@example.cn\r\nRCPT TO:<x@y.z>"), &message()).await), "give up nobody_reached");

    let none = Channels::open(&settings("http://unused", PATIENT), &Clock::wall()).unwrap();
    let Outcome::Disable { .. } = none.tell(&to("li.wei@example.cn"), &message()).await else { panic!("there is no relay") };
    assert_eq!(none.tell(&Recipient::Inbox, &message()).await, sent());
}

#[test]
fn settings_that_cannot_be_used_are_named() {
    let good = relay_settings(25, RelaySecurity::StartTls);
    assert!(over(good.clone(), PATIENT).is_ok());
    let fault = |settings: RelaySettings| over(settings, PATIENT).unwrap_err();
    assert!(matches!(fault(RelaySettings { from: "nobody".to_owned(), ..good.clone() }), RelayFault::From));
    assert!(matches!(fault(RelaySettings { security: RelaySecurity::None, ..good.clone() }), RelayFault::OpenPassword));
    assert!(matches!(fault(RelaySettings { ca_file: Some("/nowhere".into()), ..good.clone() }), RelayFault::Authority(_)));
    assert!(matches!(fault(RelaySettings { ca_file: Some(file!().into()), ..good }), RelayFault::Authority(_) | RelayFault::Tls(_)));
}

//! Access tokens of WeCom apps: fetched once, shared, and replaced when they are refused.

use chrono::TimeDelta;
use futures_util::future::join_all;
use platform::Clock;
use platform::secrets::Secret;
use workers::channels::{App, Channels, Outcome, Reason, Recipient};

use super::providers::{here, wecom};
use super::receiver::Receiver;
use super::stage::{APP_SECRET, PATIENT, app, channels, members, message, noted, reason, settings, wecom_app};

const CROWD: usize = 20;

async fn crowd(channels: &Channels) -> Vec<Outcome> {
    let (to, message) = (wecom_app(&["li.wei"]), message());
    join_all((0..CROWD).map(|_| channels.tell(&to, &message))).await
}

fn tokens(receiver: &Receiver) -> usize {
    receiver.count("/cgi-bin/gettoken")
}

fn messages(receiver: &Receiver) -> usize {
    receiver.count("/cgi-bin/message/send")
}

fn all_sent(outcomes: &[Outcome]) -> bool {
    outcomes.iter().all(|outcome| matches!(outcome, Outcome::Sent { .. }))
}

#[tokio::test]
async fn a_crowd_fetches_one_token() {
    let (receiver, state) = wecom().await;
    let channels = channels(&receiver.url);
    assert!(all_sent(&crowd(&channels).await));
    assert_eq!((tokens(&receiver), messages(&receiver)), (1, CROWD));

    // It expires early; everybody is refused, and one of them fetches the next.
    state.lock().unwrap().token += 1;
    assert!(all_sent(&crowd(&channels).await));
    assert_eq!(tokens(&receiver), 2);
    assert!(messages(&receiver) <= 3 * CROWD);
}

#[tokio::test]
async fn an_expired_token_is_replaced_at_once() {
    for code in [42001, 40014] {
        let (receiver, state) = wecom().await;
        let channels = channels(&receiver.url);
        state.lock().unwrap().codes = vec![code];
        assert!(matches!(channels.tell(&wecom_app(&["li.wei"]), &message()).await, Outcome::Sent { .. }));
        assert_eq!((tokens(&receiver), messages(&receiver)), (2, 2));
    }
}

#[tokio::test]
async fn tokens_that_are_never_good_are_not_asked_for_without_end() {
    let (receiver, state) = wecom().await;
    let channels = channels(&receiver.url);
    state.lock().unwrap().refuses_all = true;
    assert_eq!(noted(&channels.tell(&wecom_app(&["li.wei"]), &message()).await), "retry token_refused (40014)");
    assert_eq!((tokens(&receiver), messages(&receiver)), (2, 2));
}

#[tokio::test]
async fn a_crowd_is_refused_together() {
    for (code, expected) in [
        (40001, "disable wrong_credentials (40001)"),
        (40013, "disable wrong_credentials (40013)"),
        (60020, "disable address_not_trusted (60020)"),
        (45009, "retry in 60 s rate_limited (45009)"),
        (-1, "retry busy (-1)"),
        (42001, "retry token_refused (42001)"),
    ] {
        let (receiver, state) = wecom().await;
        let channels = channels(&receiver.url);
        state.lock().unwrap().token_code = code;
        assert!(crowd(&channels).await.iter().all(|outcome| noted(outcome) == expected), "{code}");
        assert_eq!((tokens(&receiver), messages(&receiver)), (1, 0));
        // What was wrong is not remembered beyond that.
        state.lock().unwrap().token_code = 0;
        assert!(all_sent(&crowd(&channels).await));
        assert_eq!(tokens(&receiver), 2);
    }
}

#[tokio::test]
async fn a_token_is_not_used_in_its_last_minutes() {
    let (receiver, _) = wecom().await;
    let clock = Clock::by_hand(here());
    let channels = Channels::open(&settings(&receiver.url, PATIENT), &clock).unwrap();
    for (minutes, fetched) in [(0, 1), (114, 1), (2, 2), (114, 2), (600, 3)] {
        clock.advance(TimeDelta::minutes(minutes));
        assert!(matches!(channels.tell(&wecom_app(&["li.wei"]), &message()).await, Outcome::Sent { .. }));
        assert_eq!(tokens(&receiver), fetched, "{minutes}");
    }
}

#[tokio::test]
async fn another_secret_gets_its_own_token() {
    let (receiver, _) = wecom().await;
    let channels = channels(&receiver.url);
    let with = |secret: String| Recipient::WecomApp { app: App { secret: Secret::new(secret), ..app() }, members: members(&["li.wei"]) };
    assert!(matches!(channels.tell(&with(APP_SECRET.to_owned()), &message()).await, Outcome::Sent { .. }));
    assert!(matches!(channels.tell(&with(format!("{APP_SECRET}-2")), &message()).await, Outcome::Sent { .. }));
    assert_eq!(tokens(&receiver), 2);
    let outcome = channels.tell(&with("wrong".to_owned()), &message()).await;
    assert_eq!(reason(&outcome), Some(Reason::WrongCredentials));
}

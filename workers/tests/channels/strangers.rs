//! Every channel against every manner: the outcome is the right one, and it takes a limited time.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::net::TcpListener;
use uuid::Uuid;
use workers::channels::{Channels, Outcome};

use super::receiver::{Receiver, Told};
use super::stage::{channels, dingtalk_robot, feishu_robot, hasty, message, noted, wecom_app, wecom_robot};
use super::stranger::{ALL, Manner, stranger};
use super::webhooks::{endpoint, event};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Webhook,
    WecomApp,
    WecomRobot,
    DingtalkRobot,
    FeishuRobot,
}

/// Longer than any of it takes, on a machine that is busy with other things.
const ENOUGH: Duration = Duration::from_secs(15);

const WAYS: &[Way] = &[Way::Webhook, Way::WecomApp, Way::WecomRobot, Way::DingtalkRobot, Way::FeishuRobot];

impl Way {
    async fn go(self, channels: &Channels, url: &str) -> Outcome {
        match self {
            Self::Webhook => channels.publish(&endpoint(url), Uuid::from_u128(7), &event()).await,
            Self::WecomApp => channels.tell(&wecom_app(&["li.wei"]), &message()).await,
            Self::WecomRobot => channels.tell(&wecom_robot(), &message()).await,
            Self::DingtalkRobot => channels.tell(&dingtalk_robot(), &message()).await,
            Self::FeishuRobot => channels.tell(&feishu_robot(), &message()).await,
        }
    }
}

/// What comes of a manner where the body is read.
fn expected(manner: Manner) -> &'static str {
    match manner {
        Manner::Silent | Manner::SlowHead | Manner::Dripping | Manner::SaidLonger => "retry timed_out",
        Manner::HalfClosed | Manner::HalfBody | Manner::Torn | Manner::TornBody | Manner::EndlessHead | Manner::Garbage => {
            "retry answer_lost"
        }
        Manner::EndlessBody => "retry answer_unreadable",
        Manner::SaidShorter | Manner::Empty | Manner::Page | Manner::OtherJson | Manner::WordForNumber | Manner::DeepJson => {
            "retry answer_unreadable (200)"
        }
    }
}

/// And where the head says everything.
fn expected_of_webhook(manner: Manner) -> &'static str {
    match manner {
        Manner::Silent | Manner::SlowHead | Manner::HalfClosed | Manner::Torn | Manner::EndlessHead | Manner::Garbage => expected(manner),
        _ => "sent",
    }
}

/// A way that leads to a stranger.
struct Meeting {
    way: Way,
    manner: Manner,
    gives_tokens: bool,
    expected: &'static str,
    url: String,
    channels: Channels,
}

impl Meeting {
    async fn prepare(way: Way, manner: Manner, gives_tokens: bool) -> Self {
        let expected = match (way, manner) {
            (Way::Webhook, _) => expected_of_webhook(manner),
            // Feishu has two words for its number, and none is no number.
            (Way::FeishuRobot, Manner::OtherJson) => "retry answer_unreadable",
            _ => expected(manner),
        };
        let url = stranger(manner, gives_tokens).await;
        // Only where time has to run out is there little of it, so that a busy machine changes nothing.
        let channels = if expected == "retry timed_out" { hasty(&url) } else { channels(&url) };
        Self { way, manner, gives_tokens, expected, url, channels }
    }

    async fn take_place(&self) {
        let began = Instant::now();
        let outcome = noted(&self.way.go(&self.channels, &self.url).await);
        let (took, met) = (began.elapsed(), (self.way, self.manner, self.gives_tokens));
        assert_eq!(outcome, self.expected, "{met:?}");
        assert!(took < ENOUGH, "{met:?} took {took:?}");
    }
}

#[tokio::test]
async fn strangers_are_survived_and_told_apart() {
    for manner in ALL {
        let mut meetings = vec![Meeting::prepare(Way::WecomApp, *manner, true).await];
        for way in WAYS {
            meetings.push(Meeting::prepare(*way, *manner, false).await);
        }
        join_all(meetings.iter().map(Meeting::take_place)).await;
    }
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_sent() {
    let url = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let channels = channels(&url);
    for way in WAYS {
        assert_eq!(noted(&way.go(&channels, &url).await), "retry unreached", "{way:?}");
    }
}

#[tokio::test]
async fn statuses_of_trouble_mean_the_same_everywhere() {
    for (status, headers, expected) in [
        (500, &[] as &'static [(&str, &str)], "retry busy (500)"),
        (502, &[], "retry busy (502)"),
        (503, &[("retry-after", "7")], "retry in 7 s busy (503)"),
        (429, &[("retry-after", "9")], "retry in 9 s rate_limited (429)"),
        (302, &[("location", "/elsewhere")], "retry redirected (302)"),
        (307, &[("location", "http://127.0.0.1:1/")], "retry redirected (307)"),
        (404, &[], "retry refused (404)"),
    ] {
        // Saying in the body that all is well does not help.
        let receiver = Receiver::answering(move |_| {
            Told(status, headers, if status == 404 { String::new() } else { r#"{"errcode":0,"code":0}"#.to_owned() })
        })
        .await;
        let channels = channels(&receiver.url);
        for way in WAYS {
            assert_eq!(noted(&way.go(&channels, &receiver.url).await), expected, "{way:?}");
        }
        assert_eq!(receiver.seen().len(), WAYS.len());
        assert_eq!(receiver.count("/elsewhere"), 0);
    }
}

#[tokio::test]
async fn a_stranger_does_not_hold_up_a_crowd() {
    let url = stranger(Manner::Silent, false).await;
    let channels = hasty(&url);
    let began = Instant::now();
    let (to, message) = (wecom_app(&["li.wei"]), message());
    let outcomes = join_all((0..20).map(|_| channels.tell(&to, &message))).await;
    // One asks for a token in vain, the others take its word for it: nobody queues for a turn of their own.
    assert!(outcomes.iter().all(|outcome| noted(outcome) == "retry timed_out"));
    assert!(began.elapsed() < ENOUGH);
}

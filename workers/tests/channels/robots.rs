//! Group robots: signed, measured, and judged by the number in the body.

use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::TimeDelta;
use platform::Clock;
use platform::secrets::Secret;
use serde_json::{Value, json};
use workers::channels::{Channels, DingtalkRobot, FeishuRobot, Message, Recipient, Urgency, WecomRobot};

use super::providers::{here, robots};
use super::receiver::{Receiver, Told};
use super::stage::{
    PATIENT, ROBOT_KEY, SIGNING, channels, dingtalk_robot, endless_message, feishu_robot, message, noted, sent, settings, wecom_robot,
};

#[tokio::test]
async fn a_wecom_robot_speaks_plain_text() {
    let receiver = robots(100).await;
    assert_eq!(channels(&receiver.url).tell(&wecom_robot(), &message()).await, sent());
    let text = "线索停滞 48 小时\n好邻居母婴用品店（世纪大道店）已经 48 小时没有进展。\n客户：好邻居母婴用品店\n负责人：陈晓\n\
                查看：https://fieldproof.example.com/leads/1?from=card";
    // Nobody calls upon everybody.
    assert_eq!(receiver.last().json(), json!({ "msgtype": "text", "text": { "content": text, "mentioned_list": ["li.wei"] } }));
}

#[tokio::test]
async fn a_dingtalk_robot_speaks_signed_markdown() {
    let receiver = robots(100).await;
    assert_eq!(channels(&receiver.url).tell(&dingtalk_robot(), &message()).await, sent());
    let text = "### 线索停滞 48 小时\n\n好邻居母婴用品店（世纪大道店）已经 48 小时没有进展。\n\n客户：好邻居母婴用品店\n\n负责人：陈晓\n\n\
                [查看](https://fieldproof.example.com/leads/1?from=card)\n\n@manager7";
    let expected = json!({
        "msgtype": "markdown", "markdown": { "title": "线索停滞 48 小时", "text": text }, "at": { "atUserIds": ["manager7"], "isAtAll": false }
    });
    assert_eq!(receiver.last().json(), expected);
    assert!(receiver.last().query.contains_key("sign"));
}

#[tokio::test]
async fn a_feishu_robot_speaks_signed_cards() {
    let receiver = robots(100).await;
    let channels = channels(&receiver.url);
    assert_eq!(channels.tell(&feishu_robot(), &message()).await, sent());
    let body = receiver.last().json();
    let expected = json!({
        "config": { "wide_screen_mode": true },
        "header": { "title": { "tag": "plain_text", "content": "线索停滞 48 小时" }, "template": "red" },
        "elements": [
            { "tag": "div", "text": { "tag": "plain_text",
              "content": "好邻居母婴用品店（世纪大道店）已经 48 小时没有进展。\n客户：好邻居母婴用品店\n负责人：陈晓" } },
            { "tag": "div", "text": { "tag": "lark_md", "content": "<at id=ou_7d8a></at>" } },
            { "tag": "action", "actions": [{ "tag": "button", "type": "primary", "text": { "tag": "plain_text", "content": "查看" },
              "url": "https://fieldproof.example.com/leads/1?from=card" }] }
        ]
    });
    assert_eq!(body["card"], expected);
    channels.tell(&feishu_robot(), &Message { urgency: Urgency::Normal, ..message() }).await;
    assert_eq!(receiver.last().json()["card"]["header"]["template"], "blue");
}

#[tokio::test]
async fn no_message_is_too_long_and_none_is_mark_up() {
    let receiver = robots(100).await;
    let channels = channels(&receiver.url);
    for robot in [wecom_robot(), dingtalk_robot(), feishu_robot()] {
        for quoted in [false, true] {
            let mut long = endless_message();
            if quoted {
                // Each of these letters takes two bytes in JSON.
                long.paragraphs = vec!["\"\\".repeat(40_000)];
            }
            assert_eq!(channels.tell(&robot, &long).await, sent());
            let body = receiver.last().json();
            let text = body.pointer("/text/content").or(body.pointer("/markdown/text")).and_then(Value::as_str).unwrap_or_default();
            assert!(!text.contains('<') && !text.contains("[点我]("), "{text}");
            assert!(text.is_empty() || text.contains("https://fieldproof.example.com/aaaa"), "the link is whole");
        }
    }
}

#[tokio::test]
async fn a_robot_that_speaks_too_much_waits_as_long_as_it_is_muted() {
    for (robot, expected) in [
        (wecom_robot(), "retry in 60 s rate_limited (45009)"),
        (dingtalk_robot(), "retry in 600 s rate_limited (130101)"),
        (feishu_robot(), "retry in 60 s rate_limited (11232)"),
    ] {
        let receiver = robots(20).await;
        let channels = channels(&receiver.url);
        for _ in 0..20 {
            assert_eq!(channels.tell(&robot, &message()).await, sent());
        }
        assert_eq!(noted(&channels.tell(&robot, &message()).await), expected);
    }
}

#[tokio::test]
async fn wrong_keys_and_secrets_are_told_apart() {
    let receiver = robots(100).await;
    let channels = channels(&receiver.url);
    let (key, wrong) = (Secret::new(ROBOT_KEY), Secret::new("wrong"));
    let dingtalk = |token: &Secret, secret: Option<&Secret>| {
        Recipient::DingtalkRobot(DingtalkRobot { token: token.clone(), secret: secret.cloned(), mentions: Vec::new() })
    };
    let feishu = |token: &Secret, secret: Option<&Secret>| {
        Recipient::FeishuRobot(FeishuRobot { token: token.clone(), secret: secret.cloned(), mentions: Vec::new() })
    };
    let signing = Secret::new(SIGNING);
    for (robot, expected) in [
        (Recipient::WecomRobot(WecomRobot { key: wrong.clone(), mentions: Vec::new() }), "disable gone (93000)"),
        (dingtalk(&wrong, Some(&signing)), "disable gone (300001)"),
        (dingtalk(&key, Some(&wrong)), "disable wrong_credentials (310000)"),
        (feishu(&wrong, Some(&signing)), "disable gone (19001)"),
        (feishu(&key, Some(&wrong)), "disable wrong_credentials (19021)"),
        (feishu(&Secret::new("a/../b"), None), "disable unusable"),
        (feishu(&Secret::new(""), None), "disable unusable"),
        (feishu(&Secret::new("a?b=c"), None), "disable unusable"),
    ] {
        assert_eq!(noted(&channels.tell(&robot, &message()).await), expected);
    }
}

#[tokio::test]
async fn a_clock_that_is_off_is_not_a_wrong_secret() {
    let receiver = robots(100).await;
    for hours in [-2, 2] {
        let clock = Clock::by_hand(here() + TimeDelta::hours(hours));
        let channels = Channels::open(&settings(&receiver.url, PATIENT), &clock).unwrap();
        assert_eq!(noted(&channels.tell(&dingtalk_robot(), &message()).await), "retry clocks_disagree (310000)");
        assert_eq!(noted(&channels.tell(&feishu_robot(), &message()).await), "retry clocks_disagree (19021)");
    }
    for minutes in [-50, 50] {
        let clock = Clock::by_hand(here() + TimeDelta::minutes(minutes));
        let channels = Channels::open(&settings(&receiver.url, PATIENT), &clock).unwrap();
        assert_eq!(channels.tell(&dingtalk_robot(), &message()).await, sent());
        assert_eq!(channels.tell(&feishu_robot(), &message()).await, sent());
    }
}

/// A receiver that gives these answers, one after the other.
async fn saying(answers: Vec<Told>) -> Receiver {
    let next = AtomicUsize::new(0);
    Receiver::answering(move |_| {
        let Told(status, headers, body) = &answers[next.fetch_add(1, Ordering::SeqCst)];
        Told(*status, headers, body.clone())
    })
    .await
}

async fn check(robot: Recipient, field: &str, cases: &[(i64, &str)]) {
    let receiver = saying(cases.iter().map(|(code, _)| Told::json(&json!({ field: code }))).collect()).await;
    let channels = channels(&receiver.url);
    for (_, expected) in cases {
        assert_eq!(noted(&channels.tell(&robot, &message()).await), *expected);
    }
}

#[tokio::test]
async fn the_numbers_decide() {
    let wecom = [
        (-1, "retry busy (-1)"),
        (93004, "disable gone (93004)"),
        (93008, "disable gone (93008)"),
        (48002, "disable not_permitted (48002)"),
        (40058, "give up refused (40058)"),
        (1, "retry unknown_code (1)"),
    ];
    check(wecom_robot(), "errcode", &wecom).await;
    let dingtalk = [
        (-1, "retry busy (-1)"),
        (410100, "retry in 600 s rate_limited (410100)"),
        (400101, "disable gone (400101)"),
        (400102, "disable gone (400102)"),
        (400013, "disable gone (400013)"),
        (430102, "give up refused (430102)"),
        (40035, "give up refused (40035)"),
        (1, "retry unknown_code (1)"),
    ];
    check(dingtalk_robot(), "errcode", &dingtalk).await;
    let feishu = [
        (19022, "disable address_not_trusted (19022)"),
        (19024, "give up refused (19024)"),
        (9499, "give up refused (9499)"),
        (1, "retry unknown_code (1)"),
    ];
    check(feishu_robot(), "code", &feishu).await;
    // Robots of the older kind.
    check(feishu_robot(), "StatusCode", &[(0, "sent"), (11232, "retry in 60 s rate_limited (11232)")]).await;
}

#[tokio::test]
async fn feishu_may_refuse_with_a_status_too() {
    let body = json!({ "code": 19024, "msg": "words" }).to_string();
    let receiver = saying(vec![
        Told(400, &[], body.clone()),
        // Too fast is too fast, whatever the body says about it.
        Told(429, &[("retry-after", "3")], json!({ "code": 9499 }).to_string()),
        Told(400, &[], "<html>".to_owned()),
        Told(500, &[], body),
    ])
    .await;
    let channels = channels(&receiver.url);
    for expected in ["give up refused (19024)", "retry in 3 s rate_limited (429)", "retry refused (400)", "retry busy (500)"] {
        assert_eq!(noted(&channels.tell(&feishu_robot(), &message()).await), expected);
    }
}

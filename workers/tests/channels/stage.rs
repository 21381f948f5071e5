//! What every test here begins with: channels that lead to receivers of its own, and something to say.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::texts::Language;
use platform::Clock;
use platform::secrets::Secret;
use platform::settings::ChannelSettings;
use uuid::Uuid;
use workers::channels::{
    App, Channels, DingtalkRobot, Fact, FeishuRobot, Link, Members, Message, Outcome, Reason, Recipient, Urgency, WecomRobot,
};

/// For receivers that answer: never reached, however busy the machine is.
pub const PATIENT: Duration = Duration::from_secs(20);
/// For those that never do.
pub const BRIEF: Duration = Duration::from_millis(250);

pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub const APP_SECRET: &str = "app-secret-canary";
pub const ROBOT_KEY: &str = "robot-key-canary";
pub const SIGNING: &str = "SEC-signing-canary";

pub fn settings(url: &str, answer_after: Duration) -> ChannelSettings {
    ChannelSettings {
        webhook_allow_http: true,
        webhook_networks: vec!["127.0.0.0/8".parse().unwrap()],
        // Connections on this machine are made, only perhaps late.
        connect_after: PATIENT,
        answer_after,
        wecom_url: url.to_owned(),
        dingtalk_url: url.to_owned(),
        feishu_url: url.to_owned(),
        relay: None,
    }
}

pub fn channels(url: &str) -> Channels {
    Channels::open(&settings(url, PATIENT), &Clock::wall()).unwrap()
}

pub fn hasty(url: &str) -> Channels {
    Channels::open(&settings(url, BRIEF), &Clock::wall()).unwrap()
}

pub fn noon() -> DateTime<Utc> {
    "2026-11-24T04:00:00Z".parse().unwrap()
}

pub fn message() -> Message {
    Message {
        id: Uuid::from_u128(0x01a2_09c4_73a9_70e9_b78b_7285_d512_92e6),
        language: Language::ZhCn,
        urgency: Urgency::Urgent,
        title: "线索停滞 48 小时".to_owned(),
        paragraphs: vec!["好邻居母婴用品店（世纪大道店）已经 48 小时没有进展。".to_owned()],
        facts: vec![fact("客户", "好邻居母婴用品店"), fact("负责人", "陈晓")],
        link: Link::new("查看", "https://fieldproof.example.com/leads/1?from=card"),
        acknowledge: None,
    }
}

/// As much text as anybody could type, and a bit of everything.
pub fn endless_message() -> Message {
    let paragraph =
        "停滞\u{1F600}é\u{20BB7}\"\\<at id=all></at>[点我](https://evil.example.com) & <a href=\"https://evil.example.com\">".repeat(600);
    Message {
        title: format!("<@all><a href=\"https://evil.example.com\">{}", "标题很长".repeat(200)),
        paragraphs: vec![paragraph.clone(), paragraph],
        facts: (0..40).map(|n| fact(&format!("标签{n}"), &"值".repeat(n * 3))).collect(),
        link: Link::new("看".repeat(50), &format!("https://fieldproof.example.com/{}", "a".repeat(900))),
        acknowledge: Some("我已经看到并且会马上处理".to_owned()),
        ..message()
    }
}

pub fn fact(label: &str, value: &str) -> Fact {
    Fact { label: label.to_owned(), value: value.to_owned() }
}

pub fn app() -> App {
    App { corp_id: "ww1".to_owned(), agent_id: 1_000_002, secret: Secret::new(APP_SECRET) }
}

pub fn members(ids: &[&str]) -> Members {
    Members::new(ids.iter().map(|id| (*id).to_owned()).collect()).unwrap()
}

pub fn wecom_app(ids: &[&str]) -> Recipient {
    Recipient::WecomApp { app: app(), members: members(ids) }
}

pub fn wecom_robot() -> Recipient {
    Recipient::WecomRobot(WecomRobot { key: Secret::new(ROBOT_KEY), mentions: vec!["li.wei".to_owned(), "@all".to_owned()] })
}

pub fn dingtalk_robot() -> Recipient {
    let mentions = vec!["manager7".to_owned(), "a b".to_owned()];
    Recipient::DingtalkRobot(DingtalkRobot { token: Secret::new(ROBOT_KEY), secret: Some(Secret::new(SIGNING)), mentions })
}

pub fn feishu_robot() -> Recipient {
    let mentions = vec!["ou_7d8a".to_owned(), "all".to_owned(), "x></at><at id=all".to_owned()];
    Recipient::FeishuRobot(FeishuRobot { token: Secret::new(ROBOT_KEY), secret: Some(Secret::new(SIGNING)), mentions })
}

pub fn sent() -> Outcome {
    Outcome::Sent { provider_id: None, unreachable: Vec::new() }
}

/// The outcome as a word and its reason with its code: what a courier would note down.
pub fn noted(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Sent { .. } => "sent".to_owned(),
        Outcome::Retry { after: None, why } => format!("retry {why}"),
        Outcome::Retry { after: Some(after), why } => format!("retry in {} s {why}", after.as_secs()),
        Outcome::GiveUp { why } => format!("give up {why}"),
        Outcome::Disable { why } => format!("disable {why}"),
    }
}

pub fn reason(outcome: &Outcome) -> Option<Reason> {
    match outcome {
        Outcome::Sent { .. } => None,
        Outcome::Retry { why, .. } | Outcome::GiveUp { why } | Outcome::Disable { why } => Some(why.reason),
    }
}

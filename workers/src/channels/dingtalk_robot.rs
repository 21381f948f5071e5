//! A DingTalk robot speaks in one group, in its markdown.

use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use platform::secrets::Secret;
use serde::Deserialize;
use serde_json::json;

use super::message::Message;
use super::outcome::{Outcome, Reason};
use super::plain::{cut_bytes, cut_chars, fitted, unmarked};
use super::provider::{self, Provider};

const TITLE_CHARS: usize = 64;
const BODY_BYTES: usize = 20_000;
/// Whoever speaks more than twenty times a minute is muted for this long.
const MUTED: Duration = Duration::from_mins(10);

/// A robot in a group.
#[derive(Debug, Clone)]
pub struct DingtalkRobot {
    pub token: Secret,
    /// Where the robot wants its messages signed.
    pub secret: Option<Secret>,
    /// Whom to call upon, by their ids in DingTalk.
    pub mentions: Vec<String>,
}

#[derive(Deserialize)]
struct Reply {
    errcode: i64,
}

impl DingtalkRobot {
    /// Speaks once. A robot knows no repetitions: what was said twice is read twice.
    pub async fn send(&self, dingtalk: &Provider, message: &Message) -> Outcome {
        let Some(body) = fitted(BODY_BYTES, |budget| body(self, message, budget)) else { return Outcome::give_up(Reason::Refused) };
        let timestamp = dingtalk.now().timestamp_millis().to_string();
        let sign = self.secret.as_ref().map(|secret| signature(secret, &timestamp));
        let mut query = vec![("access_token", self.token.reveal())];
        if let Some(sign) = &sign {
            query.extend([("timestamp", timestamp.as_str()), ("sign", sign.as_str())]);
        }
        match dingtalk.post::<Reply>("/robot/send", &query, body).await {
            Ok((reply, clocks_agree)) => meaning(reply.errcode, clocks_agree),
            Err(outcome) => outcome,
        }
    }
}

/// Signs an instant in milliseconds; the message itself is not signed.
pub fn signature(secret: &Secret, timestamp: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.reveal().as_bytes());
    STANDARD.encode(hmac::sign(&key, format!("{timestamp}\n{}", secret.reveal()).as_bytes()))
}

fn body(robot: &DingtalkRobot, message: &Message, text_bytes: usize) -> Vec<u8> {
    let headline = unmarked(&cut_chars(&message.headline(), TITLE_CHARS));
    // Lines are paragraphs: a single line end is none here.
    let lines = cut_bytes(&unmarked(&message.lines().join("\n\n")), text_bytes);
    let mut parts = vec![format!("### {headline}"), lines];
    parts.extend(message.link.as_ref().map(|link| format!("[{}]({})", unmarked(&link.text()), link.url())));
    let mentions: Vec<&String> = robot.mentions.iter().filter(|id| provider::is_id(id)).collect();
    // A mention only works where the text speaks of the person.
    parts.extend((!mentions.is_empty()).then(|| mentions.iter().map(|id| format!("@{id}")).collect::<Vec<_>>().join(" ")));
    let text = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n");
    let body = json!({
        "msgtype": "markdown", "markdown": { "title": headline, "text": text }, "at": { "atUserIds": mentions, "isAtAll": false },
    });
    body.to_string().into_bytes()
}

/// DingTalk's numbers, as far as robots meet them.
fn meaning(code: i64, clocks_agree: bool) -> Outcome {
    match code {
        0 => Outcome::sent(),
        -1 => Outcome::retry(Reason::Busy.with(code)),
        130101 | 410100 => Outcome::retry_after(MUTED, Reason::RateLimited.with(code)),
        // Signature, address list or keyword: with a clock that is far off, the signature cannot be right.
        310000 if !clocks_agree => Outcome::retry(Reason::ClocksDisagree.with(code)),
        310000 => Outcome::disable(Reason::WrongCredentials.with(code)),
        // The group is dissolved, there is no such robot, it is stopped.
        300001 | 300005 | 400013 | 400101 | 400102 | 400106 => Outcome::disable(Reason::Gone.with(code)),
        40035 | 43004 | 400105 | 430101..=430104 => Outcome::give_up(Reason::Refused.with(code)),
        _ => Outcome::retry(Reason::UnknownCode.with(code)),
    }
}

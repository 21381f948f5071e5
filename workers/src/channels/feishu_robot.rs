//! A Feishu (Lark) robot speaks in one group, in cards.

use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use platform::secrets::Secret;
use serde::Deserialize;
use serde_json::{Value, json};

use super::message::{Message, Urgency};
use super::outcome::{Outcome, Reason};
use super::plain::{cut_bytes, cut_chars, fitted};
use super::provider::{self, Provider};

const TITLE_CHARS: usize = 100;
const BODY_BYTES: usize = 20 * 1024;
/// A hundred messages a minute, and five a second.
const WINDOW: Duration = Duration::from_mins(1);

/// A robot in a group.
#[derive(Debug, Clone)]
pub struct FeishuRobot {
    pub token: Secret,
    /// Where the robot wants its messages signed.
    pub secret: Option<Secret>,
    /// Whom to call upon, by their ids in Feishu.
    pub mentions: Vec<String>,
}

/// Robots of the older kind answer with a word of their own for the same number.
#[derive(Deserialize)]
struct Reply {
    code: Option<i64>,
    #[serde(rename = "StatusCode")]
    status_code: Option<i64>,
}

impl FeishuRobot {
    /// Speaks once. A robot knows no repetitions: what was said twice is read twice.
    pub async fn send(&self, feishu: &Provider, message: &Message) -> Outcome {
        let hook = self.token.reveal();
        // The token is a part of the path, and shall not become several.
        if !provider::is_id(hook) {
            return Outcome::disable(Reason::Unusable);
        }
        let timestamp = feishu.now().timestamp().to_string();
        let Some(body) = fitted(BODY_BYTES, |budget| body(self, message, &timestamp, budget)) else {
            return Outcome::give_up(Reason::Refused);
        };
        match feishu.post::<Reply>(&format!("/open-apis/bot/v2/hook/{hook}"), &[], body).await {
            Ok((reply, clocks_agree)) => match reply.code.or(reply.status_code) {
                Some(code) => meaning(code, clocks_agree),
                None => Outcome::retry(Reason::AnswerUnreadable),
            },
            Err(outcome) => outcome,
        }
    }
}

/// Signs an instant in seconds; the message itself is not signed.
pub fn signature(secret: &Secret, timestamp: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, format!("{timestamp}\n{}", secret.reveal()).as_bytes());
    STANDARD.encode(hmac::sign(&key, b""))
}

fn body(robot: &FeishuRobot, message: &Message, timestamp: &str, text_bytes: usize) -> Vec<u8> {
    let colour = if message.urgency == Urgency::Urgent { "red" } else { "blue" };
    let mut body = json!({
        "msg_type": "interactive",
        "card": {
            "config": { "wide_screen_mode": true },
            "header": { "title": plain(&cut_chars(&message.headline(), TITLE_CHARS)), "template": colour },
            "elements": elements(robot, message, text_bytes),
        },
    });
    if let (Some(secret), Some(body)) = (&robot.secret, body.as_object_mut()) {
        body.insert("timestamp".to_owned(), json!(timestamp));
        body.insert("sign".to_owned(), json!(signature(secret, timestamp)));
    }
    body.to_string().into_bytes()
}

fn elements(robot: &FeishuRobot, message: &Message, text_bytes: usize) -> Vec<Value> {
    let text = cut_bytes(&message.lines().join("\n"), text_bytes);
    let mut elements = Vec::new();
    if !text.is_empty() {
        elements.push(json!({ "tag": "div", "text": plain(&text) }));
    }
    // The only mark-up in it, made of nothing but ids.
    let mentions: Vec<String> =
        robot.mentions.iter().filter(|id| provider::is_id(id) && *id != "all").map(|id| format!("<at id={id}></at>")).collect();
    if !mentions.is_empty() {
        elements.push(json!({ "tag": "div", "text": { "tag": "lark_md", "content": mentions.join(" ") } }));
    }
    if let Some(link) = &message.link {
        let button = json!({ "tag": "button", "type": "primary", "text": plain(&link.text()), "url": link.url() });
        elements.push(json!({ "tag": "action", "actions": [button] }));
    }
    elements
}

fn plain(text: &str) -> Value {
    json!({ "tag": "plain_text", "content": text })
}

/// Feishu's numbers, as far as robots meet them.
fn meaning(code: i64, clocks_agree: bool) -> Outcome {
    match code {
        0 => Outcome::sent(),
        11232 => Outcome::retry_after(WINDOW, Reason::RateLimited.with(code)),
        // The signature or its instant: with a clock that is far off, it cannot be right.
        19021 if !clocks_agree => Outcome::retry(Reason::ClocksDisagree.with(code)),
        19021 => Outcome::disable(Reason::WrongCredentials.with(code)),
        19022 => Outcome::disable(Reason::AddressNotTrusted.with(code)),
        19001 => Outcome::disable(Reason::Gone.with(code)),
        // A keyword that the robot insists on is missing in this message; the next may have it.
        19024 | 9499 => Outcome::give_up(Reason::Refused.with(code)),
        _ => Outcome::retry(Reason::UnknownCode.with(code)),
    }
}

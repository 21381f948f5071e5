//! A WeCom robot speaks in one group, as text: the one form that every client shows whole, and in which nothing is mark-up.

use std::time::Duration;

use platform::secrets::Secret;
use serde::Deserialize;
use serde_json::json;

use super::message::Message;
use super::outcome::{Outcome, Reason};
use super::provider::{self, Provider};

const TEXT_BYTES: usize = 2048;
/// Twenty messages a minute.
const WINDOW: Duration = Duration::from_mins(1);

/// A robot in a group.
#[derive(Debug, Clone)]
pub struct WecomRobot {
    pub key: Secret,
    /// Whom to call upon, by their ids in WeCom.
    pub mentions: Vec<String>,
}

#[derive(Deserialize)]
struct Reply {
    errcode: i64,
}

impl WecomRobot {
    /// Speaks once. A robot knows no repetitions: what was said twice is read twice.
    pub async fn send(&self, wecom: &Provider, message: &Message) -> Outcome {
        let mentions: Vec<&String> = self.mentions.iter().filter(|id| provider::is_id(id)).collect();
        let mut text = json!({ "content": message.plain(TEXT_BYTES) });
        if let (false, Some(text)) = (mentions.is_empty(), text.as_object_mut()) {
            text.insert("mentioned_list".to_owned(), json!(mentions));
        }
        let body = json!({ "msgtype": "text", "text": text }).to_string().into_bytes();
        match wecom.post::<Reply>("/cgi-bin/webhook/send", &[("key", self.key.reveal())], body).await {
            Ok((reply, _)) => meaning(reply.errcode),
            Err(outcome) => outcome,
        }
    }
}

/// WeCom's numbers, as far as robots meet them.
fn meaning(code: i64) -> Outcome {
    match code {
        0 => Outcome::sent(),
        -1 => Outcome::retry(Reason::Busy.with(code)),
        45009 | 45033 => Outcome::retry_after(WINDOW, Reason::RateLimited.with(code)),
        // No such robot, stopped, no longer in the group.
        93000 | 93004 | 93008 => Outcome::disable(Reason::Gone.with(code)),
        48002 => Outcome::disable(Reason::NotPermitted.with(code)),
        60020 => Outcome::disable(Reason::AddressNotTrusted.with(code)),
        40008 | 40033 | 40035 | 40058 | 40063 | 44004 | 45002 | 82004 | 85002 => Outcome::give_up(Reason::Refused.with(code)),
        _ => Outcome::retry(Reason::UnknownCode.with(code)),
    }
}

//! A WeCom app brings a message to members of its company, as a card whose button comes back to us
//! ([`platform::wecom_callback`] reads what it brings), as a card with a link, or as text.

mod codes;
mod forms;
mod tokens;

use std::fmt;

use platform::secrets::Secret;
use serde::Deserialize;

use super::message::Message;
use super::outcome::{Outcome, Reason};
use super::provider::{self, Provider};
use codes::Meaning;
use tokens::Tokens;

/// WeCom takes no more at once.
const MEMBERS_MAX: usize = 1000;
const MEMBER_BYTES_MAX: usize = 64;
const MESSAGE_ID_BYTES_MAX: usize = 256;

/// An app of a company.
#[derive(Debug, Clone)]
pub struct App {
    pub corp_id: String,
    pub agent_id: i64,
    pub secret: Secret,
}

/// Members of a company, by their ids there: one to a thousand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Members(Vec<String>);

impl Members {
    /// `None` when there are none or too many, or when one of them is no id: `@all` is not, nor is anything that holds a separator.
    pub fn new(ids: Vec<String>) -> Option<Self> {
        let is_id = |id: &String| id.len() <= MEMBER_BYTES_MAX && provider::is_id(id);
        ((1..=MEMBERS_MAX).contains(&ids.len()) && ids.iter().all(is_id)).then_some(Self(ids))
    }

    fn joined(&self) -> String {
        self.0.join("|")
    }

    /// Those of our members who are in a list of WeCom's, which writes them all in small letters.
    fn among(&self, lists: &[Option<String>]) -> Vec<String> {
        let named: Vec<String> = lists.iter().flatten().flat_map(|list| list.split('|')).map(str::to_ascii_lowercase).collect();
        self.0.iter().filter(|id| named.contains(&id.to_ascii_lowercase())).cloned().collect()
    }
}

/// The way through WeCom's apps.
pub struct WecomApp {
    wecom: Provider,
    tokens: Tokens,
}

impl fmt::Debug for WecomApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WecomApp").field("wecom", &self.wecom).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Reply {
    errcode: i64,
    msgid: Option<String>,
    invaliduser: Option<String>,
    unlicenseduser: Option<String>,
}

impl WecomApp {
    pub fn new(wecom: Provider) -> Self {
        Self { wecom, tokens: Tokens::default() }
    }

    /// Sends to all `members` at once. WeCom drops repetitions itself: of a card by its task id, of the rest for half an hour.
    pub async fn send(&self, app: &App, members: &Members, message: &Message) -> Outcome {
        self.try_to_send(app, members, message).await.unwrap_or_else(|outcome| outcome)
    }

    async fn try_to_send(&self, app: &App, members: &Members, message: &Message) -> Result<Outcome, Outcome> {
        let mut token = self.tokens.token(&self.wecom, app, None).await?;
        let (mut is_renewed, mut buttons) = (false, true);
        loop {
            let (query, body) = ([("access_token", token.reveal())], forms::body(app, members, message, buttons));
            let (reply, _) = self.wecom.post::<Reply>("/cgi-bin/message/send", &query, body).await?;
            match Meaning::of(reply.errcode) {
                Meaning::Ok => return Ok(outcome(members, reply)),
                Meaning::Token if !is_renewed => {
                    token = self.tokens.token(&self.wecom, app, Some(&token)).await?;
                    is_renewed = true;
                }
                // The message is worth more than its button.
                Meaning::NoButtons if buttons && message.acknowledge.is_some() => buttons = false,
                other => return Ok(other.outcome(reply.errcode)),
            }
        }
    }
}

/// "Everything went well" may still have left people out.
fn outcome(members: &Members, reply: Reply) -> Outcome {
    let unreachable = members.among(&[reply.invaliduser, reply.unlicenseduser]);
    if unreachable.len() == members.0.len() {
        return Outcome::give_up(Reason::NobodyReached.with(reply.errcode));
    }
    let is_id = |id: &String| (1..=MESSAGE_ID_BYTES_MAX).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
    Outcome::Sent { provider_id: reply.msgid.filter(is_id), unreachable }
}

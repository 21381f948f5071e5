//! A channel brings one message to people, or one event to a system, once, and says how that ended. When to try again, and whether at
//! all, is not its business; neither is who hears what, in which words.
//!
//! Whatever answers is a stranger: it has a limited time, is read up to a limited length, and is believed in nothing but numbers. Keys,
//! tokens, names and texts never reach a log.

mod dingtalk_robot;
mod email;
mod event;
mod feishu_robot;
mod message;
mod outcome;
mod plain;
mod provider;
mod webhook;
mod wecom_app;
mod wecom_robot;

use std::sync::Arc;
use std::time::Duration;

use platform::Clock;
use platform::outside::{Limits, Lookup, Outside, Reach, SystemLookup};
use platform::settings::ChannelSettings;
use uuid::Uuid;

pub use dingtalk_robot::DingtalkRobot;
pub use email::RelayFault;
pub use event::Event;
pub use feishu_robot::FeishuRobot;
pub use message::{Fact, Link, Message, Urgency};
pub use outcome::{Outcome, Reason, Why};
pub use webhook::Endpoint;
pub use wecom_app::{App, Members};
pub use wecom_robot::WecomRobot;

use email::Email;
use provider::Provider;
use webhook::Webhook;
use wecom_app::WecomApp;

/// The most that is read of an answer.
const ANSWER_BYTES: usize = 64 * 1024;
/// An attempt may take several answers, a token first and then perhaps another; all of it takes at most as long as this many.
const ANSWERS_PER_ATTEMPT: u32 = 3;

/// Whom a message is for, and on which way.
#[derive(Debug, Clone)]
pub enum Recipient {
    /// The person's own list in the house: what is written there has arrived.
    Inbox,
    WecomApp {
        app: App,
        members: Members,
    },
    WecomRobot(WecomRobot),
    DingtalkRobot(DingtalkRobot),
    FeishuRobot(FeishuRobot),
    Email {
        address: String,
    },
}

/// All ways there are.
#[derive(Debug)]
pub struct Channels {
    webhook: Webhook,
    wecom_app: WecomApp,
    wecom: Provider,
    dingtalk: Provider,
    feishu: Provider,
    email: Option<Email>,
    attempt_after: Duration,
}

impl Channels {
    /// Makes the ways ready; nothing is connected yet.
    ///
    /// # Errors
    /// When the mail relay's settings cannot be used.
    pub fn open(settings: &ChannelSettings, clock: &Clock) -> Result<Self, RelayFault> {
        Self::open_with(settings, clock, Arc::new(SystemLookup))
    }

    /// As [`Channels::open`], with webhooks' names leading where `lookup` says.
    ///
    /// # Errors
    /// As [`Channels::open`].
    pub fn open_with(settings: &ChannelSettings, clock: &Clock, lookup: Arc<dyn Lookup>) -> Result<Self, RelayFault> {
        let (connect_after, answer_after) = (settings.connect_after, settings.answer_after);
        let limits = Limits { connect_after, answer_after, answer_bytes: ANSWER_BYTES };
        let reach = settings.webhook_reach();
        // Where providers are is the installation's own word.
        let outside = Outside::new(Reach::anywhere(), limits);
        let provider = |base: &str| Provider::new(outside.clone(), clock.clone(), base.to_owned());
        let email = settings.relay.as_ref().map(|relay| Email::open(relay, connect_after, clock.clone())).transpose()?;
        Ok(Self {
            webhook: Webhook::new(Outside::with_lookup(reach, limits, lookup), clock.clone()),
            wecom_app: WecomApp::new(provider(&settings.wecom_url)),
            wecom: provider(&settings.wecom_url),
            dingtalk: provider(&settings.dingtalk_url),
            feishu: provider(&settings.feishu_url),
            email,
            attempt_after: answer_after * ANSWERS_PER_ATTEMPT,
        })
    }

    /// The longest that one attempt takes: whoever leases a delivery holds it longer than this.
    pub fn attempt_after(&self) -> Duration {
        self.attempt_after
    }

    /// Brings a message to people, once.
    pub async fn tell(&self, recipient: &Recipient, message: &Message) -> Outcome {
        self.within(async {
            match recipient {
                Recipient::Inbox => Outcome::sent(),
                Recipient::WecomApp { app, members } => self.wecom_app.send(app, members, message).await,
                Recipient::WecomRobot(robot) => robot.send(&self.wecom, message).await,
                Recipient::DingtalkRobot(robot) => robot.send(&self.dingtalk, message).await,
                Recipient::FeishuRobot(robot) => robot.send(&self.feishu, message).await,
                Recipient::Email { address } => match &self.email {
                    Some(email) => email.send(address, message).await,
                    None => Outcome::disable(Reason::Unusable),
                },
            }
        })
        .await
    }

    /// Brings an event ([`Event::bytes`]) to a system, once. A replay is the same call with the same id and bytes.
    pub async fn publish(&self, endpoint: &Endpoint, delivery_id: Uuid, event: &[u8]) -> Outcome {
        self.within(self.webhook.publish(endpoint, delivery_id, event)).await
    }

    async fn within(&self, attempt: impl Future<Output = Outcome>) -> Outcome {
        tokio::time::timeout(self.attempt_after, attempt).await.unwrap_or_else(|_| Outcome::retry(Reason::TimedOut))
    }
}

#[cfg(test)]
mod signatures_tests;

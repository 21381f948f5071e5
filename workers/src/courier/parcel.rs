//! A parcel: a claimed delivery with what it brings and where to, sent without any transaction.

use chrono::{DateTime, Utc};
use domain::delivery::Channel;
use platform::secrets::Secret;
use serde_json::Value;
use store::StoreError;
use store::channels::{self, Secrets};
use store::deliveries::claim::Lease;
use store::deliveries::contents::{ForPerson, ForSystem};
use store::deliveries::ended;
use store::{Scope, webhooks};
use uuid::Uuid;

use super::words::Words;
use super::{Courier, LEASE, RENEW_AFTER};
use crate::channels::{App, DingtalkRobot, Endpoint, FeishuRobot, Members, Message, Outcome, Reason, Recipient, WecomRobot};

/// A delivery on its way.
#[derive(Debug)]
pub(super) struct Parcel {
    pub organisation_id: Uuid,
    pub lease: Lease,
    /// The person or the endpoint.
    pub receiver: Uuid,
    pub claimed_at: DateTime<Utc>,
    pub content: Content,
}

#[derive(Debug)]
pub(super) enum Content {
    Message {
        channel: Channel,
        recipient: Recipient,
        message: Message,
    },
    Event {
        endpoint: Endpoint,
        bytes: Vec<u8>,
    },
    /// What is set for its way cannot be used.
    Unusable(Channel),
    /// It was settled in the very moment.
    Nothing,
}

impl Content {
    pub fn channel(&self) -> Channel {
        match self {
            Self::Message { channel, .. } | Self::Unusable(channel) => *channel,
            Self::Event { .. } => Channel::Webhook,
            Self::Nothing => Channel::Inbox,
        }
    }
}

impl Courier {
    /// Sends a parcel and writes down how that ended.
    pub(super) async fn bring(&self, parcel: Parcel) -> Result<(), StoreError> {
        let began = tokio::time::Instant::now();
        let outcome = tokio::select! {
            outcome = self.attempt(&parcel) => outcome,
            () = self.hold(&parcel) => Outcome::retry(Reason::TimedOut),
        };
        self.end(&parcel, outcome, began.elapsed()).await
    }

    async fn attempt(&self, parcel: &Parcel) -> Outcome {
        match &parcel.content {
            Content::Message { recipient, message, .. } => self.channels.tell(recipient, message).await,
            Content::Event { endpoint, bytes } => self.channels.publish(endpoint, parcel.lease.id, bytes).await,
            Content::Unusable(_) => Outcome::disable(Reason::Unusable),
            Content::Nothing => Outcome::sent(),
        }
    }

    /// Renews the lease for as long as it takes. A lease that was lost cannot be had back; what was sent cannot either.
    async fn hold(&self, parcel: &Parcel) {
        loop {
            tokio::time::sleep(RENEW_AFTER).await;
            let renewed = async {
                let mut tx = self.db.begin(&Scope::house(parcel.organisation_id)).await?;
                ended::renew(&mut tx, parcel.lease, LEASE, self.clock.held()).await?;
                tx.commit().await
            };
            // Away for a moment is nothing: there is time for two more tries.
            let _: Result<(), StoreError> = renewed.await;
        }
    }

    /// What a person is told.
    pub(super) fn message(&self, organisation_id: Uuid, id: Uuid, message: &ForPerson, words: &Words) -> Content {
        let Some(channel) = Channel::parse(&message.channel) else { return Content::Nothing };
        let secrets = message.sealed.as_ref().map_or(Some(Secrets::default()), |sealed| {
            let place = channels::place(organisation_id, &message.channel);
            serde_json::from_slice(&self.sealer.open(&place, sealed).ok()?).ok()
        });
        let recipient = secrets.and_then(|secrets| recipient(channel, message, secrets));
        match recipient {
            Some(recipient) => Content::Message { channel, recipient, message: words.message(id, message, &self.app_url) },
            None => Content::Unusable(channel),
        }
    }

    /// What a system is told.
    pub(super) fn event(&self, organisation_id: Uuid, event: ForSystem) -> Content {
        let place = webhooks::place(organisation_id, event.endpoint_id);
        let opened = std::iter::once(&event.sealed).chain(&event.sealed_before).map(|sealed| {
            let text = String::from_utf8(self.sealer.open(&place, sealed).ok()?).ok()?;
            Some(Secret::new(text))
        });
        match opened.collect::<Option<Vec<Secret>>>() {
            Some(secrets) => Content::Event { endpoint: Endpoint { url: event.url, secrets }, bytes: event.envelope.into_bytes() },
            None => Content::Unusable(Channel::Webhook),
        }
    }
}

/// Where a channel's settings and a person's address lead; `None` when something is missing or is none.
fn recipient(channel: Channel, message: &ForPerson, secrets: Secrets) -> Option<Recipient> {
    let (address, mentions) = (message.address.clone(), vec![message.address.clone()]);
    let text = |name: &str| message.settings.get(name).and_then(Value::as_str).map(str::to_owned);
    Some(match channel {
        Channel::WecomApp => Recipient::WecomApp {
            app: App { corp_id: text("corp_id")?, agent_id: message.settings.get("agent_id")?.as_i64()?, secret: secrets.secret? },
            members: Members::new(vec![address])?,
        },
        Channel::WecomRobot => Recipient::WecomRobot(WecomRobot { key: secrets.token?, mentions }),
        Channel::DingtalkRobot => Recipient::DingtalkRobot(DingtalkRobot { token: secrets.token?, secret: secrets.secret, mentions }),
        Channel::FeishuRobot => Recipient::FeishuRobot(FeishuRobot { token: secrets.token?, secret: secrets.secret, mentions }),
        Channel::Email => Recipient::Email { address },
        Channel::Inbox | Channel::Webhook => return None,
    })
}

//! A channel as admins see it: everything but what is secret, of which only the names are shown.

use chrono::{DateTime, Utc};
use domain::delivery::Channel as Way;
use platform::sealing::Sealer;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::channels::{self, Channel, Secrets};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::House;
use crate::docs::lists;

/// A channel that can be set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChannelName {
    WecomApp,
    WecomRobot,
    DingtalkRobot,
    FeishuRobot,
    Email,
}

impl ChannelName {
    pub const ALL: [Self; 5] = [Self::WecomApp, Self::WecomRobot, Self::DingtalkRobot, Self::FeishuRobot, Self::Email];

    pub const fn way(self) -> Way {
        match self {
            Self::WecomApp => Way::WecomApp,
            Self::WecomRobot => Way::WecomRobot,
            Self::DingtalkRobot => Way::DingtalkRobot,
            Self::FeishuRobot => Way::FeishuRobot,
            Self::Email => Way::Email,
        }
    }

    pub const fn as_str(self) -> &'static str {
        self.way().as_str()
    }
}

/// What an intervention wants of its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ChannelKind)]
pub enum Kind {
    Todo,
    Card,
    Signal,
    Push,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Todo, Self::Card, Self::Signal, Self::Push];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Todo => "todo",
            Self::Card => "card",
            Self::Signal => "signal",
            Self::Push => "push",
        }
    }
}

/// A way to people, as it is set up.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Channel)]
pub struct ChannelView {
    pub channel: ChannelName,
    /// Whether it was ever set up.
    pub is_set_up: bool,
    pub enabled: bool,
    /// Which interventions go by it to people who have an address there. Everything is in the inbox anyway.
    #[schema(value_type = Vec<Kind>)]
    pub kinds: Vec<String>,
    pub corp_id: Option<String>,
    pub agent_id: Option<i64>,
    /// The secrets that are kept for it, by name; they are never shown.
    #[schema(value_type = Vec<lists::ChannelSecret>)]
    pub secrets: Vec<&'static str>,
    /// What to enter at WeCom as the address of the app's callbacks.
    pub callback_url: Option<String>,
    /// The other side takes nothing with these settings any more: put them right and set it up again.
    pub closed_at: Option<DateTime<Utc>>,
    /// Our word for why.
    #[schema(example = "wrong_credentials")]
    pub closed_because: Option<String>,
    pub changed_at: Option<DateTime<Utc>>,
}

impl ChannelView {
    /// A channel that nobody has set up.
    pub fn unset(channel: ChannelName) -> Self {
        Self {
            channel,
            is_set_up: false,
            enabled: false,
            kinds: Vec::new(),
            corp_id: None,
            agent_id: None,
            secrets: Vec::new(),
            callback_url: None,
            closed_at: None,
            closed_because: None,
            changed_at: None,
        }
    }

    pub fn of(house: &House, organisation_id: Uuid, channel: ChannelName, row: Channel) -> Self {
        let secrets = opened(&house.sealer, organisation_id, &row).unwrap_or_default();
        let named = secrets.named().into_iter().filter_map(|(name, secret)| secret.map(|_| name)).collect();
        let calls_back = secrets.callback_token.is_some();
        let callback = row.callback_key.filter(|_| calls_back);
        Self {
            channel,
            is_set_up: true,
            enabled: row.enabled,
            kinds: row.kinds,
            corp_id: row.settings.get("corp_id").and_then(Value::as_str).map(str::to_owned),
            agent_id: row.settings.get("agent_id").and_then(Value::as_i64),
            secrets: named,
            callback_url: callback.map(|key| format!("{}/v1/callbacks/wecom/{key}", house.settings.public_url)),
            closed_at: row.closed_at,
            closed_because: row.closed_because,
            changed_at: Some(row.changed_at),
        }
    }
}

/// What is kept secret of a channel; `None` when it cannot be opened.
pub(crate) fn opened(sealer: &Sealer, organisation_id: Uuid, row: &Channel) -> Option<Secrets> {
    let Some(locked_up) = &row.sealed else { return Some(Secrets::default()) };
    let text = sealer.open(&channels::place(organisation_id, &row.channel), locked_up);
    match text {
        Ok(text) => serde_json::from_slice(&text).ok(),
        Err(fault) => {
            tracing::warn!(%fault, channel = row.channel, "a channel's secrets cannot be opened");
            None
        }
    }
}

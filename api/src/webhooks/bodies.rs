//! What is said about an endpoint, and what is shown of it: never its secret.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use domain::delivery::events;
use platform::secrets::Secret;
use platform::webhook_secret::WebhookSecret;
use reqwest::Url;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use store::webhooks::{self, Webhook};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

use crate::House;
use crate::docs::lists;
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemKind};
use crate::http::values::Text;

/// Where an endpoint is.
pub type EndpointUrl = Text<1, 1000>;

/// Kinds of events, each once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct EventTypes(pub Vec<String>);

impl EventTypes {
    /// All that there are today.
    pub fn all() -> Self {
        Self(events::catalogue().iter().map(|kind| kind.name.to_owned()).collect())
    }
}

impl<'de> Deserialize<'de> for EventTypes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut names = Vec::<String>::deserialize(deserializer)?;
        if names.is_empty() {
            return Err(D::Error::custom("fault:too_short:1.."));
        }
        if !names.iter().all(|name| events::is_known(name)) {
            return Err(D::Error::custom("fault:not_known"));
        }
        names.sort_unstable();
        names.dedup();
        Ok(Self(names))
    }
}

impl PartialSchema for EventTypes {
    fn schema() -> RefOr<Schema> {
        let one = ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .enum_values(Some(events::catalogue().iter().map(|kind| kind.name).collect::<Vec<_>>()));
        ArrayBuilder::new()
            .items(one)
            .min_items(Some(1))
            .description(Some("Kinds of events; `openapi/events.json` says what each one holds."))
            .into()
    }
}

impl ToSchema for EventTypes {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("EventTypes")
    }
}

/// An endpoint, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Webhook)]
pub struct WebhookBody {
    pub id: Uuid,
    #[schema(example = "https://crm.example.com/fieldproof")]
    pub url: String,
    pub description: String,
    #[schema(value_type = EventTypes)]
    pub event_types: Vec<String>,
    #[schema(value_type = lists::WebhookState)]
    pub state: &'static str,
    pub disabled_at: Option<DateTime<Utc>>,
    /// `by_admin`, `nothing_taken` for days, or what the endpoint answered.
    #[schema(example = "nothing_taken")]
    pub disabled_because: Option<String>,
    /// Since when nothing has been taken; null while it is well.
    pub failing_since: Option<DateTime<Utc>>,
    /// When something was taken last, to the minute.
    pub delivered_at: Option<DateTime<Utc>>,
    /// Until when the secret before signs as well.
    pub old_secret_until: Option<DateTime<Utc>>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
}

impl From<Webhook> for WebhookBody {
    fn from(row: Webhook) -> Self {
        Self {
            id: row.id,
            url: row.url,
            description: row.description,
            event_types: row.event_types,
            state: if row.disabled_at.is_some() { "disabled" } else { "enabled" },
            disabled_at: row.disabled_at,
            disabled_because: row.disabled_because,
            failing_since: row.failing_since,
            delivered_at: row.delivered_at,
            old_secret_until: row.sealed_before_until,
            version: row.version,
            created_at: row.created_at,
        }
    }
}

/// An endpoint with a secret that is shown once.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookWithSecret)]
pub struct FreshWebhook {
    #[serde(flatten)]
    pub webhook: WebhookBody,
    /// What deliveries are signed with (Standard Webhooks). Shown in this answer only; null when nothing new was made.
    #[schema(example = "whsec_…")]
    pub secret: Option<String>,
}

/// The address as it is kept, if webhooks may go there.
pub(super) fn allowed(house: &House, url: &EndpointUrl) -> Result<String, Problem> {
    let parsed = Url::parse(url.as_str()).map_err(|_| Fault::at("/url", FaultCode::Malformed))?;
    if !house.webhook_reach.allows(&parsed) {
        return Err(Fault::at("/url", FaultCode::NotAllowed).allowing("https, public").into());
    }
    Ok(parsed.into())
}

/// A fresh secret and how it is kept.
pub(super) fn fresh_secret(house: &House, organisation_id: Uuid, id: Uuid) -> Result<(Secret, Vec<u8>), Problem> {
    let secret = WebhookSecret::random();
    let sealed = house.sealer.seal(&webhooks::place(organisation_id, id), secret.reveal().as_bytes());
    let sealed = sealed.map_err(|fault| {
        tracing::warn!(%fault, "a secret cannot be sealed");
        Problem::with(ProblemKind::StateForbids, Fault::at("sealing_keys", FaultCode::Required))
    })?;
    Ok((Secret::new(secret.reveal()), sealed))
}

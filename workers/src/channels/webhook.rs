//! A webhook brings an event to a system's own address, signed as Standard Webhooks 1.0 says. The address is a stranger's: where it may
//! lead, how long it may take and what of its answer is read are all bounded, and nothing but its status is believed.

use platform::Clock;
use platform::outside::{Answer, Outside};
use platform::secrets::Secret;
use platform::webhook_secret::WebhookSecret;
use reqwest::Url;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use uuid::Uuid;

use super::event::MEDIA_TYPE;
use super::outcome::{Outcome, Reason};

/// A system's address, and the secrets shared with it.
#[derive(Debug, Clone)]
pub struct Endpoint {
    pub url: String,
    /// One, or while it is being replaced the new and the old: a signature is sent for each, and either will do.
    pub secrets: Vec<Secret>,
}

/// The way to systems.
#[derive(Debug, Clone)]
pub struct Webhook {
    outside: Outside,
    clock: Clock,
}

impl Webhook {
    pub fn new(outside: Outside, clock: Clock) -> Self {
        Self { outside, clock }
    }

    /// Brings one event. `delivery_id` and `body` are the same at every attempt, and at a replay.
    pub async fn publish(&self, endpoint: &Endpoint, delivery_id: Uuid, body: &[u8]) -> Outcome {
        let Ok(url) = Url::parse(&endpoint.url) else { return Outcome::disable(Reason::Unusable) };
        if !self.outside.allows(&url) {
            // What is written in the address itself will not change by waiting.
            return Outcome::disable(Reason::AddressNotAllowed);
        }
        let Some(headers) = self.headers(endpoint, delivery_id, body) else { return Outcome::disable(Reason::Unusable) };
        match self.outside.post(&url, headers, body.to_vec()).await {
            Ok(answer) => self.outcome(&answer),
            Err(fault) => fault.into(),
        }
    }

    fn headers(&self, endpoint: &Endpoint, delivery_id: Uuid, body: &[u8]) -> Option<HeaderMap> {
        let (id, timestamp) = (delivery_id.to_string(), self.clock.now().timestamp());
        let secrets: Vec<WebhookSecret> = endpoint.secrets.iter().map(WebhookSecret::read).collect::<Result<_, _>>().ok()?;
        let signatures: Vec<String> = secrets.iter().map(|secret| secret.sign(&id, timestamp, body)).collect();
        if signatures.is_empty() {
            return None;
        }
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        for (name, value) in [("webhook-id", id), ("webhook-timestamp", timestamp.to_string()), ("webhook-signature", signatures.join(" "))]
        {
            headers.insert(name, HeaderValue::from_str(&value).ok()?);
        }
        Some(headers)
    }

    /// The status is the whole answer: the body is not even read.
    fn outcome(&self, answer: &Answer) -> Outcome {
        let code = answer.status();
        match code {
            200..=299 => Outcome::sent(),
            410 => Outcome::disable(Reason::Gone.with(code.into())),
            _ => Outcome::of_trouble(answer, self.clock.now()).unwrap_or_else(|| Outcome::retry(Reason::Refused.with(code.into()))),
        }
    }
}

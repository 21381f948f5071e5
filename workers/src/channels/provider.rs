//! A provider's API: JSON is posted, JSON comes back, and whether it went well is a number in the body, whatever the status says.

use chrono::{DateTime, TimeDelta, Utc};
use platform::Clock;
use platform::outside::{Answer, Outside};
use reqwest::Url;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use serde::de::DeserializeOwned;

use super::outcome::{Outcome, Reason};

/// Signatures hold for an hour, by the provider's clock.
const CLOCKS_APART_MAX: TimeDelta = TimeDelta::hours(1);
const ID_BYTES_MAX: usize = 128;

/// The address of one call: `path` below the provider's base, with `query`. `None` when the base is no address.
pub fn address(base: &str, path: &str, query: &[(&str, &str)]) -> Option<Url> {
    let mut url = Url::parse(&format!("{base}{path}")).ok()?;
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    Some(url)
}

/// Whether a text may stand for somebody or something at a provider's: nothing in it means anything in a path, a list or mark-up.
pub fn is_id(text: &str) -> bool {
    (1..=ID_BYTES_MAX).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-@.".contains(letter))
}

/// A provider: where it is, and how it is asked.
#[derive(Debug, Clone)]
pub struct Provider {
    outside: Outside,
    clock: Clock,
    base: String,
}

impl Provider {
    pub fn new(outside: Outside, clock: Clock, base: String) -> Self {
        Self { outside, clock, base }
    }

    /// The present by our clock.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Asks and reads what comes back, or says how it ended.
    pub async fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T, Outcome> {
        self.read(self.outside.get(&self.address(path, query)?).await?).await
    }

    /// Posts JSON and reads what comes back, or says how it ended; also whether the provider's clock is near enough to ours for a
    /// signature to hold.
    pub async fn post<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)], body: Vec<u8>) -> Result<(T, bool), Outcome> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        let answer = self.outside.post(&self.address(path, query)?, headers, body).await?;
        let clocks_agree = answer.date().is_none_or(|date| (date - self.now()).abs() < CLOCKS_APART_MAX);
        Ok((self.read(answer).await?, clocks_agree))
    }

    fn address(&self, path: &str, query: &[(&str, &str)]) -> Result<Url, Outcome> {
        address(&self.base, path, query).ok_or_else(|| Outcome::disable(Reason::Unusable))
    }

    async fn read<T: DeserializeOwned>(&self, answer: Answer) -> Result<T, Outcome> {
        if let Some(trouble) = Outcome::of_trouble(&answer, self.now()) {
            return Err(trouble);
        }
        let status = answer.status();
        let bytes = answer.body().await?;
        // A refusal that is not in the provider's own words, a gateway's perhaps, is still a refusal.
        let reason = if status >= 400 { Reason::Refused } else { Reason::AnswerUnreadable };
        serde_json::from_slice(&bytes).map_err(|_| Outcome::retry(reason.with(status.into())))
    }
}

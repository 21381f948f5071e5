//! The keys that trusted issuers publish, remembered for a while. A key counts only as long as it is published; an unknown one makes us
//! look again, but not more often than once a minute, whatever tokens arrive.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::jwk::Jwk;
use reqwest::Url;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex as TurnTaking;

use super::foreign_token::PublishedKey;
use super::outside::Outside;
use crate::http::problem::{Problem, ProblemKind, error_chain};

const SET_BYTES_MAX: usize = 256 * 1024;
const KEYS_MAX: usize = 100;
/// How long a set is believed.
const FRESH_FOR: TimeDelta = TimeDelta::minutes(10);
/// How soon an unknown key makes us look again.
const LOOK_AGAIN_AFTER: TimeDelta = TimeDelta::minutes(1);
/// How soon an issuer that did not answer is asked again.
const RETRY_AFTER: TimeDelta = TimeDelta::seconds(5);

/// What we remember of all issuers' keys.
pub struct IssuerKeys {
    outside: Outside,
    sets: Mutex<HashMap<String, Arc<TurnTaking<KeySet>>>>,
}

/// One issuer's keys as last read.
#[derive(Default)]
struct KeySet {
    keys: Vec<PublishedKey>,
    read_at: Option<DateTime<Utc>>,
    tried_at: Option<DateTime<Utc>>,
}

impl KeySet {
    fn key(&self, kid: &str) -> Option<PublishedKey> {
        self.keys.iter().find(|key| key.kid == kid).cloned()
    }

    fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        self.read_at.is_some_and(|read_at| now - read_at < FRESH_FOR)
    }

    fn tried_within(&self, span: TimeDelta, now: DateTime<Utc>) -> bool {
        self.tried_at.is_some_and(|tried_at| now - tried_at < span)
    }
}

impl IssuerKeys {
    pub fn new(outside: Outside) -> Self {
        Self { outside, sets: Mutex::default() }
    }

    /// The way outside, which knows which addresses are allowed.
    pub fn outside(&self) -> &Outside {
        &self.outside
    }

    /// The key that `jwks_url` publishes as `kid`, if it does. One request at a time asks an issuer; the others wait for its answer.
    ///
    /// # Errors
    /// `Unavailable` when the issuer cannot be asked.
    pub async fn find(&self, jwks_url: &str, kid: &str, now: DateTime<Utc>) -> Result<Option<PublishedKey>, Problem> {
        let set = Arc::clone(self.sets.lock().unwrap_or_else(PoisonError::into_inner).entry(jwks_url.to_owned()).or_default());
        let mut set = set.lock_owned().await;
        if set.is_fresh(now) {
            let found = set.key(kid);
            if found.is_some() || set.tried_within(LOOK_AGAIN_AFTER, now) {
                return Ok(found);
            }
        } else if set.tried_within(RETRY_AFTER, now) {
            return Err(ProblemKind::Unavailable.into());
        }
        let url = Url::parse(jwks_url).map_err(|_| ProblemKind::Unavailable)?;
        let (outside, kid) = (self.outside.clone(), kid.to_owned());
        // Asked to the end even if this client hangs up: otherwise hanging up would be a way to have an issuer asked without limit.
        let asked = tokio::spawn(async move {
            let answer = outside.read(&url, SET_BYTES_MAX).await;
            set.tried_at = Some(now);
            match answer.map_err(|error| error_chain(&error)).and_then(|bytes| keys_in(&bytes).ok_or("no key set".to_owned())) {
                Ok(keys) => {
                    set.keys = keys;
                    set.read_at = Some(now);
                    Ok(set.key(&kid))
                }
                Err(error) => {
                    tracing::warn!(host = url.host_str(), error, "an issuer's keys could not be read");
                    Err(Problem::from(ProblemKind::Unavailable))
                }
            }
        });
        asked.await.unwrap_or_else(|_| Err(ProblemKind::Bug.into()))
    }
}

/// The usable keys of a key set; entries of other kinds are left out.
fn keys_in(bytes: &[u8]) -> Option<Vec<PublishedKey>> {
    #[derive(Deserialize)]
    struct Published {
        keys: Vec<Value>,
    }
    let set: Published = serde_json::from_slice(bytes).ok()?;
    let entries = set.keys.into_iter().take(KEYS_MAX).filter_map(|entry| serde_json::from_value::<Jwk>(entry).ok());
    Some(entries.filter_map(|entry| PublishedKey::read(&entry)).collect())
}

#[cfg(test)]
#[path = "issuer_keys_tests.rs"]
mod tests;

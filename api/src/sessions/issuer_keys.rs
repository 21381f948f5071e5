//! The keys that trusted issuers publish, remembered for a while. A key counts only as long as it is published; an unknown one makes us
//! look again, but not more often than once a minute, whatever tokens arrive.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::jwk::Jwk;
use platform::outside::{Limits, Outside, Reach};
use reqwest::Url;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex as TurnTaking;

use super::foreign_token::PublishedKey;
use crate::http::problem::{Problem, ProblemKind, error_chain};

const LIMITS: Limits = Limits { connect_after: Duration::from_secs(3), answer_after: Duration::from_secs(6), answer_bytes: 256 * 1024 };
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
    pub fn new(reach: Reach) -> Self {
        Self { outside: Outside::new(reach, LIMITS), sets: Mutex::default() }
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
            let read = read_set(&outside, &url).await;
            set.tried_at = Some(now);
            match read {
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

/// Reads a key set, or says why there is none.
async fn read_set(outside: &Outside, url: &Url) -> Result<Vec<PublishedKey>, String> {
    let answer = outside.get(url).await.map_err(|error| error_chain(&error))?;
    if answer.status() != 200 {
        return Err(format!("the answer has status {}", answer.status()));
    }
    let bytes = answer.body().await.map_err(|error| error_chain(&error))?;
    keys_in(&bytes).ok_or_else(|| "no key set".to_owned())
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

//! The way outside: brief requests to addresses that somebody named, no further than they may reach, and without following anybody
//! anywhere. Nothing that comes back is trusted, and none of it is read beyond a limit.

mod addresses;
mod names;

use std::error::Error;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
use reqwest::{Client, Method, Response, Url, redirect};

pub use addresses::{Network, NoNetwork, Reach, is_public};
pub use names::{Lookup, SystemLookup};
use names::{NothingAllowed, WithinReach};

/// Connections kept open to one host, and for how long: enough for a burst, nothing to lean on.
const IDLE_MAX: usize = 8;
const IDLE_AFTER: Duration = Duration::from_secs(30);

/// How long, and how much.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The name is resolved, the connection made and TLS agreed on by then.
    pub connect_after: Duration,
    /// All of the answer is there by then, counted from the beginning.
    pub answer_after: Duration,
    /// Longer answers are given up.
    pub answer_bytes: usize,
}

/// Why there is no answer. None of these speaks of the URL, which may hold a secret.
#[derive(Debug, thiserror::Error)]
pub enum OutsideFault {
    #[error("the address is not allowed")]
    Address,
    #[error("this installation has no usable TLS roots")]
    NoClient,
    /// Nothing was sent.
    #[error("no connection")]
    Unreached(#[source] reqwest::Error),
    #[error("no answer in time")]
    TimedOut,
    /// It may have been sent and understood.
    #[error("the connection ended before the answer did")]
    Broken(#[source] reqwest::Error),
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
}

impl From<reqwest::Error> for OutsideFault {
    fn from(error: reqwest::Error) -> Self {
        let error = error.without_url();
        if is_for_lack_of_addresses(&error) {
            Self::Address
        } else if error.is_connect() || error.is_builder() {
            Self::Unreached(error)
        } else if error.is_timeout() {
            Self::TimedOut
        } else {
            Self::Broken(error)
        }
    }
}

fn is_for_lack_of_addresses(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if inner.is::<NothingAllowed>() {
            return true;
        }
        cause = inner.source();
    }
    false
}

/// The way outside.
#[derive(Clone)]
pub struct Outside(Arc<Way>);

struct Way {
    reach: Arc<Reach>,
    limits: Limits,
    lookup: Arc<dyn Lookup>,
    /// Made when it is first needed: whoever never goes outside has no use for the system's list of authorities.
    client: OnceLock<Option<Client>>,
}

impl fmt::Debug for Outside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outside").field("reach", &self.0.reach).finish_non_exhaustive()
    }
}

impl Way {
    fn client(&self) -> Option<Client> {
        let client = Client::builder()
            .connect_timeout(self.limits.connect_after)
            .timeout(self.limits.answer_after)
            .redirect(redirect::Policy::none())
            .https_only(self.reach.is_tls_only())
            .pool_max_idle_per_host(IDLE_MAX)
            .pool_idle_timeout(IDLE_AFTER)
            .dns_resolver(WithinReach { lookup: Arc::clone(&self.lookup), reach: Arc::clone(&self.reach) })
            .no_proxy()
            .user_agent("fieldproof")
            .build();
        client.inspect_err(|error| tracing::warn!(%error, "nothing can be sent outside")).ok()
    }
}

impl Outside {
    pub fn new(reach: Reach, limits: Limits) -> Self {
        Self::with_lookup(reach, limits, Arc::new(SystemLookup))
    }

    /// As [`Outside::new`], with names that lead where `lookup` says.
    pub fn with_lookup(reach: Reach, limits: Limits, lookup: Arc<dyn Lookup>) -> Self {
        Self(Arc::new(Way { reach: Arc::new(reach), limits, lookup, client: OnceLock::new() }))
    }

    /// Whether `url` may be asked at all, as far as can be told before its name is resolved.
    pub fn allows(&self, url: &Url) -> bool {
        self.0.reach.allows(url)
    }

    /// Asks for what is at `url`.
    ///
    /// # Errors
    /// When the address is not allowed or nobody answers.
    pub async fn get(&self, url: &Url) -> Result<Answer, OutsideFault> {
        let mut headers = HeaderMap::new();
        headers.insert(reqwest::header::ACCEPT, reqwest::header::HeaderValue::from_static("application/json"));
        self.send(Method::GET, url, headers, Vec::new()).await
    }

    /// Brings `body` to `url`.
    ///
    /// # Errors
    /// As [`Outside::get`].
    pub async fn post(&self, url: &Url, headers: HeaderMap, body: Vec<u8>) -> Result<Answer, OutsideFault> {
        self.send(Method::POST, url, headers, body).await
    }

    async fn send(&self, method: Method, url: &Url, headers: HeaderMap, body: Vec<u8>) -> Result<Answer, OutsideFault> {
        if !self.allows(url) {
            return Err(OutsideFault::Address);
        }
        let client = self.0.client.get_or_init(|| self.0.client()).as_ref().ok_or(OutsideFault::NoClient)?;
        let response = client.request(method, url.clone()).headers(headers).body(body).send().await?;
        Ok(Answer { response, bytes_max: self.0.limits.answer_bytes })
    }
}

/// An answer whose head is there.
#[derive(Debug)]
pub struct Answer {
    response: Response,
    bytes_max: usize,
}

impl Answer {
    pub fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// How long we are asked to wait (RFC 9110 section 10.2.3), whether it is said as seconds or as an instant.
    pub fn retry_after(&self, now: DateTime<Utc>) -> Option<Duration> {
        let text = self.header(&RETRY_AFTER)?;
        match text.parse() {
            Ok(seconds) => Some(Duration::from_secs(seconds)),
            Err(_) => (instant(text)? - now).to_std().ok(),
        }
    }

    /// The other side's clock.
    pub fn date(&self) -> Option<DateTime<Utc>> {
        instant(self.header(&DATE)?)
    }

    fn header(&self, name: &HeaderName) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok().map(str::trim)
    }

    /// The whole body.
    ///
    /// # Errors
    /// When it is too large, does not come in time, or ends early.
    pub async fn body(mut self) -> Result<Vec<u8>, OutsideFault> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.response.chunk().await? {
            if bytes.len() + chunk.len() > self.bytes_max {
                return Err(OutsideFault::TooLarge(self.bytes_max));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}

/// An HTTP date.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(text).ok().map(|at| at.to_utc())
}

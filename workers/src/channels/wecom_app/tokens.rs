//! Access tokens of apps: fetched once, shared by all who send, and fetched anew when WeCom will not have them any more. WeCom gives the
//! same token to whoever asks while it is good, so that several processes do not take it from each other.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use platform::secrets::Secret;
use serde::Deserialize;
use tokio::sync::Mutex as TurnTaking;

use super::super::outcome::{Outcome, Reason};
use super::super::provider::Provider;
use super::App;
use super::codes::Meaning;

/// A token is not used in its last minutes: a message may be on its way for a while.
const MARGIN: TimeDelta = TimeDelta::minutes(5);
/// WeCom's own words: up to two hours, up to 512 bytes.
const LIFE_MAX_S: i64 = 7200;
const TOKEN_BYTES_MAX: usize = 512;

/// All apps' tokens.
#[derive(Default)]
pub struct Tokens {
    slots: Mutex<HashMap<(String, i64), Arc<Slot>>>,
}

/// One app's token, and the turn of whoever fetches it.
#[derive(Default)]
struct Slot {
    /// How often fetching has ended, so that those who waited for somebody else's attempt take its result instead of one more attempt.
    fetched: AtomicU64,
    kept: TurnTaking<Kept>,
}

#[derive(Default)]
struct Kept {
    /// The secret it was got with: with another it is another app's.
    secret: Secret,
    token: Option<Secret>,
    until: DateTime<Utc>,
    failed: Option<Outcome>,
}

#[derive(Deserialize)]
struct Fetched {
    errcode: i64,
    #[serde(default)]
    access_token: String,
    #[serde(default)]
    expires_in: i64,
}

impl Tokens {
    /// A token that is good as far as is known, and is not `refused`.
    ///
    /// # Errors
    /// The outcome of whatever needed a token.
    pub async fn token(&self, wecom: &Provider, app: &App, refused: Option<&Secret>) -> Result<Secret, Outcome> {
        let slot = self.slot(app);
        let seen = slot.fetched.load(Ordering::Acquire);
        let mut kept = slot.kept.lock().await;
        if kept.secret == app.secret {
            // Somebody asked while we were waiting for our turn: asking again at once would be no different.
            let has_waited = slot.fetched.load(Ordering::Acquire) != seen;
            match &kept.token {
                Some(token) if wecom.now() < kept.until && (has_waited || Some(token) != refused) => return Ok(token.clone()),
                _ => {}
            }
            if let (true, Some(outcome)) = (has_waited, &kept.failed) {
                return Err(outcome.clone());
            }
        }
        let fetched = fetch(wecom, app).await;
        slot.fetched.fetch_add(1, Ordering::Release);
        kept.secret = app.secret.clone();
        match fetched {
            Ok((token, until)) => {
                *kept = Kept { secret: app.secret.clone(), token: Some(token.clone()), until, failed: None };
                Ok(token)
            }
            Err(outcome) => {
                (kept.token, kept.failed) = (None, Some(outcome.clone()));
                Err(outcome)
            }
        }
    }

    fn slot(&self, app: &App) -> Arc<Slot> {
        let mut all = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry((app.corp_id.clone(), app.agent_id)).or_default())
    }
}

async fn fetch(wecom: &Provider, app: &App) -> Result<(Secret, DateTime<Utc>), Outcome> {
    let query = [("corpid", app.corp_id.as_str()), ("corpsecret", app.secret.reveal())];
    let answer: Fetched = wecom.get("/cgi-bin/gettoken", &query).await?;
    match Meaning::of(answer.errcode) {
        Meaning::Ok if answer.access_token.is_empty() || answer.access_token.len() > TOKEN_BYTES_MAX => {
            Err(Outcome::retry(Reason::AnswerUnreadable))
        }
        Meaning::Ok => {
            let life = TimeDelta::seconds(answer.expires_in.clamp(0, LIFE_MAX_S));
            Ok((answer.access_token.into(), wecom.now() + life - MARGIN))
        }
        other => Err(other.outcome(answer.errcode)),
    }
}

//! What follows from an attempt's end: the delivery's next state, and, where a way takes nothing any more, a notice to the admins.

use std::time::Duration;

use chrono::TimeDelta;
use domain::delivery::{Channel, Ended, Next, is_dead, next};
use serde_json::json;
use store::deliveries::ended::{self, Attempt};
use store::{Scope, StoreError, Tx, channels, notices, webhooks};

use super::Courier;
use super::parcel::{Content, Parcel};
use crate::channels::{Outcome, Why};

impl Courier {
    /// Writes down how a parcel's attempt ended, if it is still this courier's to say.
    pub(super) async fn end(&self, parcel: &Parcel, outcome: Outcome, took: Duration) -> Result<(), StoreError> {
        // The database's clock, as it must stand by now, unless a test holds time.
        let at = self.clock.held().unwrap_or_else(|| parcel.claimed_at + TimeDelta::from_std(took).unwrap_or_default());
        let (ended, why) = read(&parcel.content, &outcome);
        let channel = parcel.content.channel();
        let next = next(channel, u32::try_from(parcel.lease.attempt).unwrap_or(u32::MAX), ended, self.chance.roll(), at);
        let attempt = Attempt {
            took_ms: i64::try_from(took.as_millis()).unwrap_or(i64::MAX),
            outcome: match ended {
                Ended::Taken => "taken",
                Ended::Again { .. } => "again",
                Ended::Never | Ended::Unwanted => "never",
                Ended::NotHere => "not_here",
            },
            reason: why.map(|why| why.reason.code()),
            code: why.and_then(|why| why.code),
            at,
        };
        let mut tx = self.db.begin(&Scope::house(parcel.organisation_id)).await?;
        let is_ours = ended::record(&mut tx, parcel.lease, &attempt, next).await?;
        if is_ours {
            match channel {
                Channel::Webhook => self.judge_endpoint(&mut tx, parcel, &attempt, next).await?,
                _ if next == Next::GivenUpWithWay => self.close_channel(&mut tx, channel, &attempt).await?,
                _ => {}
            }
        }
        tx.commit().await?;
        count(channel, if is_ours { attempt.outcome } else { "lost" }, took);
        Ok(())
    }

    async fn judge_endpoint(&self, tx: &mut Tx, parcel: &Parcel, attempt: &Attempt, next: Next) -> Result<(), StoreError> {
        let failing_since = webhooks::note(tx, parcel.receiver, next == Next::Delivered, attempt.at).await?;
        let because = match failing_since {
            _ if next == Next::GivenUpWithWay => attempt.reason.unwrap_or("gone"),
            Some(since) if next != Next::Delivered && is_dead(since, attempt.at) => "nothing_taken",
            _ => return Ok(()),
        };
        if let Some(url) = webhooks::disable(tx, parcel.receiver, because, attempt.at).await? {
            let data = json!({ "webhook_id": parcel.receiver, "way": bare(&url), "because": because });
            notices::tell_admins(tx, "webhook_disabled", data, attempt.at, &self.ids).await?;
        }
        Ok(())
    }

    async fn close_channel(&self, tx: &mut Tx, channel: Channel, attempt: &Attempt) -> Result<(), StoreError> {
        let because = attempt.reason.unwrap_or("not_here");
        if channels::close(tx, channel.as_str(), because, attempt.at).await? {
            let data = json!({ "way": channel.as_str(), "because": because, "code": attempt.code });
            notices::tell_admins(tx, "channel_closed", data, attempt.at, &self.ids).await?;
        }
        Ok(())
    }
}

/// An address without what may be secret in it.
fn bare(url: &str) -> String {
    url.split(['?', '#']).next().unwrap_or_default().to_owned()
}

fn read(content: &Content, outcome: &Outcome) -> (Ended, Option<Why>) {
    if matches!(content, Content::Nothing) {
        return (Ended::Unwanted, None);
    }
    match outcome {
        Outcome::Sent { .. } => (Ended::Taken, None),
        Outcome::Retry { after, why } => (Ended::Again { after: *after }, Some(*why)),
        Outcome::GiveUp { why } => (Ended::Never, Some(*why)),
        Outcome::Disable { why } => (Ended::NotHere, Some(*why)),
    }
}

fn count(channel: Channel, outcome: &'static str, took: Duration) {
    metrics::counter!("fieldproof_attempts_total", "channel" => channel.as_str(), "outcome" => outcome).increment(1);
    metrics::histogram!("fieldproof_attempt_seconds", "channel" => channel.as_str()).record(took.as_secs_f64());
}

#[cfg(test)]
mod tests {
    use super::bare;

    #[test]
    fn a_notice_names_an_address_without_its_query() {
        assert_eq!(bare("https://crm.example.com/hook?key=secret#x"), "https://crm.example.com/hook");
    }
}

//! The ways to people that an organisation has set up, and where each person is reached. Secrets are sealed before they come here.

use chrono::{DateTime, Utc};
use platform::Ids;
use platform::secrets::Secret;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::actions::{Deed, record_deed};
use crate::{StoreError, Tx};

/// A channel as admins have set it up.
#[derive(Debug, Clone)]
pub struct Channel {
    pub channel: String,
    pub enabled: bool,
    pub kinds: Vec<String>,
    pub settings: Value,
    pub sealed: Option<Vec<u8>>,
    pub callback_key: Option<Uuid>,
    pub closed_at: Option<DateTime<Utc>>,
    pub closed_because: Option<String>,
    pub version: i32,
    pub changed_at: DateTime<Utc>,
}

/// What of a channel is secret, as it is sealed: JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Secrets {
    /// Of an app; or what a robot's messages are signed with.
    pub secret: Option<Secret>,
    /// A robot's key or token.
    pub token: Option<Secret>,
    /// With these an app's callbacks are verified and opened.
    pub callback_token: Option<Secret>,
    pub callback_aes_key: Option<Secret>,
}

impl Secrets {
    /// Each by its name.
    pub fn named(&self) -> [(&'static str, Option<&Secret>); 4] {
        [
            ("secret", self.secret.as_ref()),
            ("token", self.token.as_ref()),
            ("callback_token", self.callback_token.as_ref()),
            ("callback_aes_key", self.callback_aes_key.as_ref()),
        ]
    }

    /// The text that is sealed.
    pub fn text(&self) -> Vec<u8> {
        let kept = self.named().into_iter().filter_map(|(name, secret)| Some((name, secret?.reveal())));
        serde_json::to_vec(&kept.collect::<std::collections::BTreeMap<_, _>>()).unwrap_or_default()
    }
}

/// What is sealed for a channel is sealed for this place.
pub fn place(organisation_id: Uuid, channel: &str) -> String {
    format!("channels/{organisation_id}/{channel}")
}

/// All channels that were ever set up.
///
/// # Errors
/// As any statement.
pub async fn list(tx: &mut Tx) -> Result<Vec<Channel>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_as!(
        Channel,
        "select channel, enabled, kinds, settings, sealed, callback_key, closed_at, closed_because, version, changed_at from channels
         where organisation_id = $1 order by channel",
        organisation_id
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// One channel; the row is locked when it is going to be `changed`.
///
/// # Errors
/// As any statement.
pub async fn find(tx: &mut Tx, channel: &str) -> Result<Option<Channel>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_as!(
        Channel,
        "select channel, enabled, kinds, settings, sealed, callback_key, closed_at, closed_because, version, changed_at from channels
         where organisation_id = $1 and channel = $2",
        organisation_id,
        channel
    )
    .fetch_optional(&mut *tx)
    .await?)
}

/// What shall be so.
#[derive(Debug)]
pub struct Put<'a> {
    pub channel: &'a str,
    pub enabled: bool,
    pub kinds: &'a [String],
    pub settings: Value,
    pub sealed: Option<Vec<u8>>,
    /// Taken only where there is none yet.
    pub callback_key: Option<Uuid>,
    pub by: Uuid,
}

/// Sets a channel up, or up again: whatever closed it is taken to be put right.
///
/// # Errors
/// As any statement.
pub async fn put(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, put: Put<'_>) -> Result<Channel, StoreError> {
    let organisation_id = tx.organisation_id();
    let data = json!({ "channel": put.channel, "enabled": put.enabled, "kinds": put.kinds });
    let deed = Deed { kind: "channel.set_up", subject_kind: "organisation", subject_id: organisation_id, data };
    record_deed(tx, ids, now, deed).await?;
    Ok(sqlx::query_as!(
        Channel,
        "insert into channels (organisation_id, channel, enabled, kinds, settings, sealed, callback_key, changed_at, changed_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (organisation_id, channel) do update set enabled = excluded.enabled, kinds = excluded.kinds,
             settings = excluded.settings, sealed = excluded.sealed, callback_key = coalesce(channels.callback_key, excluded.callback_key),
             closed_at = null, closed_because = null, version = channels.version + 1, changed_at = excluded.changed_at,
             changed_by = excluded.changed_by
         returning channel, enabled, kinds, settings, sealed, callback_key, closed_at, closed_because, version, changed_at",
        organisation_id,
        put.channel,
        put.enabled,
        put.kinds,
        put.settings,
        put.sealed,
        put.callback_key,
        now,
        put.by
    )
    .fetch_one(&mut *tx)
    .await?)
}

/// Closes a channel whose other side takes nothing more; `false` when it is closed already, or was changed since.
///
/// # Errors
/// As any statement.
pub async fn close(tx: &mut Tx, channel: &str, because: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let organisation_id = tx.organisation_id();
    let closed = sqlx::query!(
        "update channels set closed_at = $3, closed_because = $4 where organisation_id = $1 and channel = $2 and closed_at is null",
        organisation_id,
        channel,
        now,
        because
    );
    Ok(closed.execute(&mut *tx).await?.rows_affected() == 1)
}

/// Where one person is reached, by channel.
///
/// # Errors
/// As any statement.
pub async fn addresses_of(tx: &mut Tx, user_id: Uuid) -> Result<Vec<(String, String)>, StoreError> {
    let organisation_id = tx.organisation_id();
    let rows = sqlx::query!(
        "select channel, address from addresses where organisation_id = $1 and user_id = $2 order by channel",
        organisation_id,
        user_id
    );
    Ok(rows.fetch_all(&mut *tx).await?.into_iter().map(|row| (row.channel, row.address)).collect())
}

/// Says where one person is reached, in the place of what was said before.
///
/// # Errors
/// As any statement.
pub async fn put_addresses(
    tx: &mut Tx,
    ids: &Ids,
    now: DateTime<Utc>,
    user_id: Uuid,
    addresses: &[(String, String)],
) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let (channels, places): (Vec<String>, Vec<String>) = addresses.iter().cloned().unzip();
    sqlx::query!(
        "delete from addresses where organisation_id = $1 and user_id = $2 and channel <> all ($3)",
        organisation_id,
        user_id,
        &channels
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "insert into addresses (organisation_id, user_id, channel, address)
         select $1, $2, x.channel, x.address from unnest($3::text[], $4::text[]) x (channel, address)
         on conflict (organisation_id, user_id, channel) do update set address = excluded.address",
        organisation_id,
        user_id,
        &channels,
        &places
    )
    .execute(&mut *tx)
    .await?;
    let data = json!({ "channels": channels });
    record_deed(tx, ids, now, Deed { kind: "user.addresses_changed", subject_kind: "user", subject_id: user_id, data }).await
}

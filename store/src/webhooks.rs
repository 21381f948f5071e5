//! Systems' endpoints: where they are, what they want to hear, and how they are.

use chrono::{DateTime, Utc};
use platform::Ids;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::actions::{Deed, differing, record_deed};
use crate::{StoreError, Tx};

/// An endpoint; its secrets are sealed.
#[derive(Debug, Clone)]
pub struct Webhook {
    pub id: Uuid,
    pub url: String,
    pub description: String,
    pub event_types: Vec<String>,
    pub sealed: Vec<u8>,
    pub sealed_before: Option<Vec<u8>>,
    pub sealed_before_until: Option<DateTime<Utc>>,
    pub disabled_at: Option<DateTime<Utc>>,
    pub disabled_because: Option<String>,
    /// Since when nothing has been taken.
    pub failing_since: Option<DateTime<Utc>>,
    pub delivered_at: Option<DateTime<Utc>>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
}

/// What is sealed for an endpoint is sealed for this place.
pub fn place(organisation_id: Uuid, id: Uuid) -> String {
    format!("webhooks/{organisation_id}/{id}")
}

/// The endpoints after `after`, oldest first.
///
/// # Errors
/// As any statement.
pub async fn list(tx: &mut Tx, after: Option<Uuid>, limit: i64) -> Result<Vec<Webhook>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_as!(
        Webhook,
        "select id, url, description, event_types, sealed, sealed_before, sealed_before_until, disabled_at, disabled_because, failing_since,
             delivered_at, version, created_at
         from webhooks where organisation_id = $1 and deleted_at is null and ($2::uuid is null or id > $2) order by id limit $3",
        organisation_id,
        after,
        limit
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// One endpoint, locked until the transaction ends.
///
/// # Errors
/// As any statement.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Webhook>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_as!(
        Webhook,
        "select id, url, description, event_types, sealed, sealed_before, sealed_before_until, disabled_at, disabled_because, failing_since,
             delivered_at, version, created_at
         from webhooks where organisation_id = $1 and id = $2 and deleted_at is null for update",
        organisation_id,
        id
    )
    .fetch_optional(&mut *tx)
    .await?)
}

/// Adds an endpoint.
///
/// # Errors
/// As any statement.
pub async fn create(tx: &mut Tx, ids: &Ids, webhook: &Webhook, by: Uuid) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "insert into webhooks (organisation_id, id, url, description, event_types, sealed, created_at, created_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        organisation_id,
        webhook.id,
        webhook.url,
        webhook.description,
        &webhook.event_types,
        webhook.sealed,
        webhook.created_at,
        by
    )
    .execute(&mut *tx)
    .await?;
    told(tx, ids, webhook.created_at, webhook.id, ("webhook.created", json!({ "event_types": webhook.event_types }))).await
}

/// Keeps what was changed of an endpoint that this transaction has found; its version is one more from then on.
///
/// # Errors
/// As any statement.
pub async fn change(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, before: &Webhook, webhook: &Webhook) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let fields = differing([
        ("url", before.url != webhook.url),
        ("description", before.description != webhook.description),
        ("event_types", before.event_types != webhook.event_types),
        ("enabled", before.disabled_at.is_some() != webhook.disabled_at.is_some()),
        ("signing_key", before.sealed != webhook.sealed),
    ]);
    sqlx::query!(
        "update webhooks set url = $3, description = $4, event_types = $5, sealed = $6, sealed_before = $7, sealed_before_until = $8,
             disabled_at = $9, disabled_because = $10, failing_since = $11, version = version + 1
         where organisation_id = $1 and id = $2",
        organisation_id,
        webhook.id,
        webhook.url,
        webhook.description,
        &webhook.event_types,
        webhook.sealed,
        webhook.sealed_before,
        webhook.sealed_before_until,
        webhook.disabled_at,
        webhook.disabled_because,
        webhook.failing_since
    )
    .execute(&mut *tx)
    .await?;
    told(tx, ids, now, webhook.id, ("webhook.changed", json!({ "fields": fields }))).await
}

/// Takes an endpoint out of the list: its secrets go, what was waiting for it is stopped, what it was sent stays on record.
///
/// # Errors
/// As any statement.
pub async fn delete(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, id: Uuid) -> Result<bool, StoreError> {
    let organisation_id = tx.organisation_id();
    let deleted = sqlx::query!(
        "with gone as (
            update webhooks set deleted_at = $3, sealed = '', sealed_before = null, sealed_before_until = null
            where organisation_id = $1 and id = $2 and deleted_at is null returning id
         ), stopped as (
            update deliveries d set state = 'stopped', settled_at = $3 from gone
            where d.organisation_id = $1 and d.endpoint_id = gone.id and d.state in ('pending', 'sending')
         )
         select id from gone",
        organisation_id,
        id,
        now
    );
    if deleted.fetch_optional(&mut *tx).await?.is_none() {
        return Ok(false);
    }
    told(tx, ids, now, id, ("webhook.deleted", json!({}))).await?;
    Ok(true)
}

/// Records what somebody had sent to an endpoint: a test, or an event again.
///
/// # Errors
/// As any statement.
pub async fn sent_by_hand(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, id: Uuid, kind: &str, delivery_id: Uuid) -> Result<(), StoreError> {
    told(tx, ids, now, id, (kind, json!({ "delivery_id": delivery_id }))).await
}

async fn told(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, subject_id: Uuid, (kind, data): (&str, Value)) -> Result<(), StoreError> {
    record_deed(tx, ids, now, Deed { kind, subject_kind: "webhook", subject_id, data }).await
}

/// Notes that an endpoint took something, or did not; since when it has taken nothing, or `None`.
///
/// # Errors
/// As any statement.
pub async fn note(tx: &mut Tx, id: Uuid, taken: bool, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
    let organisation_id = tx.organisation_id();
    // One that is well is written to no more often than once a minute: its row is not the busiest of all.
    let noted = sqlx::query_scalar!(
        "update webhooks set failing_since = case when $3 then null else coalesce(failing_since, $4::timestamptz) end,
             delivered_at = case when $3 then $4::timestamptz else delivered_at end
         where organisation_id = $1 and id = $2
           and (not $3 or failing_since is not null or delivered_at is null or delivered_at < $4::timestamptz - interval '1 minute')
         returning failing_since",
        organisation_id,
        id,
        taken,
        now
    );
    Ok(noted.fetch_optional(&mut *tx).await?.flatten())
}

/// Switches an endpoint off; `None` when it is off already, else its address.
///
/// # Errors
/// As any statement.
pub async fn disable(tx: &mut Tx, id: Uuid, because: &str, now: DateTime<Utc>) -> Result<Option<String>, StoreError> {
    let organisation_id = tx.organisation_id();
    let disabled = sqlx::query_scalar!(
        "update webhooks set disabled_at = $3, disabled_because = $4
         where organisation_id = $1 and id = $2 and disabled_at is null and deleted_at is null returning url",
        organisation_id,
        id,
        now,
        because
    );
    Ok(disabled.fetch_optional(&mut *tx).await?)
}

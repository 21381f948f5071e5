//! Issuers of identity tokens that an organisation trusts.

use chrono::{DateTime, Utc};
use platform::Ids;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::actions::{Deed, differing, record_deed};
use crate::{StoreError, Tx};

/// An issuer, and how its tokens name our users.
#[derive(Debug, Clone)]
pub struct Issuer {
    pub id: Uuid,
    pub issuer: String,
    pub audience: String,
    pub jwks_url: String,
    /// The claim that names the user.
    pub user_claim: String,
    /// `external_subject` or `login`: what the claim is compared with.
    pub match_by: String,
    pub created_at: DateTime<Utc>,
}

impl Issuer {
    fn differing(&self, other: &Self) -> Vec<&'static str> {
        differing([
            ("issuer", self.issuer != other.issuer),
            ("audience", self.audience != other.audience),
            ("jwks_url", self.jwks_url != other.jwks_url),
            ("user_claim", self.user_claim != other.user_claim),
            ("match_by", self.match_by != other.match_by),
        ])
    }
}

/// The trusted issuers after `after`, oldest first.
///
/// # Errors
/// As any statement.
pub async fn list(tx: &mut Tx, after: Option<Uuid>, limit: i64) -> Result<Vec<Issuer>, StoreError> {
    let organisation_id = tx.organisation_id();
    let rows = sqlx::query_as!(
        Issuer,
        "select id, issuer, audience, jwks_url, user_claim, match_by, created_at from oidc_issuers
         where organisation_id = $1 and ($2::uuid is null or id > $2) order by id limit $3",
        organisation_id,
        after,
        limit
    );
    Ok(rows.fetch_all(&mut *tx).await?)
}

/// The trusted issuer that calls itself so.
///
/// # Errors
/// As any statement.
pub async fn called(tx: &mut Tx, issuer: &str) -> Result<Option<Issuer>, StoreError> {
    let organisation_id = tx.organisation_id();
    let found = sqlx::query_as!(
        Issuer,
        "select id, issuer, audience, jwks_url, user_claim, match_by, created_at from oidc_issuers
         where organisation_id = $1 and issuer = $2",
        organisation_id,
        issuer
    );
    Ok(found.fetch_optional(&mut *tx).await?)
}

/// Trusts an issuer, or changes how, and records it; `true` when it is new.
///
/// # Errors
/// `Conflict` with `oidc_issuer_unique`; else as any statement.
pub async fn put(tx: &mut Tx, ids: &Ids, issuer: &Issuer, now: DateTime<Utc>) -> Result<(Issuer, bool), StoreError> {
    let organisation_id = tx.organisation_id();
    let before = hold(tx, issuer.id).await?;
    let fields = before.as_ref().map(|before| before.differing(issuer));
    if let (Some(before), Some([])) = (&before, fields.as_deref()) {
        return Ok((before.clone(), false));
    }
    let row = sqlx::query!(
        r#"insert into oidc_issuers (organisation_id, id, issuer, audience, jwks_url, user_claim, match_by, created_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8)
           on conflict (organisation_id, id) do update
           set issuer = excluded.issuer, audience = excluded.audience, jwks_url = excluded.jwks_url,
               user_claim = excluded.user_claim, match_by = excluded.match_by
           returning created_at, xmax = 0 as "is_new!""#,
        organisation_id,
        issuer.id,
        issuer.issuer,
        issuer.audience,
        issuer.jwks_url,
        issuer.user_claim,
        issuer.match_by,
        issuer.created_at
    );
    let row = row.fetch_one(&mut *tx).await?;
    let kind = if row.is_new { "oidc_issuer.created" } else { "oidc_issuer.changed" };
    told(tx, ids, kind, issuer.id, json!({ "fields": fields }), now).await?;
    Ok((Issuer { created_at: row.created_at, ..issuer.clone() }, row.is_new))
}

/// Trusts an issuer no longer, and records it; `false` when there is none.
///
/// # Errors
/// As any statement.
pub async fn remove(tx: &mut Tx, ids: &Ids, id: Uuid, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let organisation_id = tx.organisation_id();
    let removed = sqlx::query!("delete from oidc_issuers where organisation_id = $1 and id = $2", organisation_id, id);
    if removed.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(false);
    }
    told(tx, ids, "oidc_issuer.removed", id, json!({}), now).await?;
    Ok(true)
}

async fn told(tx: &mut Tx, ids: &Ids, kind: &str, id: Uuid, data: Value, now: DateTime<Utc>) -> Result<(), StoreError> {
    record_deed(tx, ids, now, Deed { kind, subject_kind: "oidc_issuer", subject_id: id, data }).await
}

async fn hold(tx: &mut Tx, id: Uuid) -> Result<Option<Issuer>, StoreError> {
    let organisation_id = tx.organisation_id();
    let held = sqlx::query_as!(
        Issuer,
        "select id, issuer, audience, jwks_url, user_claim, match_by, created_at from oidc_issuers
         where organisation_id = $1 and id = $2 for update",
        organisation_id,
        id
    );
    Ok(held.fetch_optional(&mut *tx).await?)
}

//! Issuers of identity tokens that an organisation trusts.

use chrono::{DateTime, Utc};
use uuid::Uuid;

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

/// Trusts an issuer, or changes how; `true` when it is new.
///
/// # Errors
/// `Conflict` with `oidc_issuer_unique`; else as any statement.
pub async fn put(tx: &mut Tx, issuer: &Issuer) -> Result<(Issuer, bool), StoreError> {
    let organisation_id = tx.organisation_id();
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
    Ok((Issuer { created_at: row.created_at, ..issuer.clone() }, row.is_new))
}

/// Trusts an issuer no longer; `false` when there is none.
///
/// # Errors
/// As any statement.
pub async fn remove(tx: &mut Tx, id: Uuid) -> Result<bool, StoreError> {
    let organisation_id = tx.organisation_id();
    let removed = sqlx::query!("delete from oidc_issuers where organisation_id = $1 and id = $2", organisation_id, id);
    Ok(removed.execute(&mut *tx).await?.rows_affected() == 1)
}

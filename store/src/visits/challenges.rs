//! Capture challenges.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{StoreError, Tx};

/// A challenge, for one rep and one visit.
#[derive(Debug, Clone, Copy)]
pub struct Challenge {
    pub id: Uuid,
    pub issued_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// Issues challenges to a rep.
///
/// # Errors
/// As any statement.
pub async fn issue(tx: &mut Tx, rep_id: Uuid, challenges: &[Challenge]) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let ids: Vec<_> = challenges.iter().map(|one| one.id).collect();
    let issued: Vec<_> = challenges.iter().map(|one| one.issued_at).collect();
    let expires: Vec<_> = challenges.iter().map(|one| one.expires_at).collect();
    sqlx::query!(
        "insert into challenges (organisation_id, id, rep_id, issued_at, expires_at)
         select $1, id, $2, issued_at, expires_at
         from unnest($3::uuid[], $4::timestamptz[], $5::timestamptz[]) as one (id, issued_at, expires_at)",
        organisation_id,
        rep_id,
        &ids,
        &issued,
        &expires
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

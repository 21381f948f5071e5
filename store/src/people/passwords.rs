//! Whose password, and what is kept of it.

use chrono::{DateTime, Utc};
use platform::Ids;
use serde_json::json;
use uuid::Uuid;

use super::sessions::{self, Ending};
use crate::actions::{Deed, record_deed};
use crate::{StoreError, Tx};

/// What signing in with a password needs to know about a login.
#[derive(Debug)]
pub struct Credentials {
    pub user_id: Uuid,
    /// A PHC string; `None` for people who sign in through an issuer only.
    pub password_hash: Option<String>,
    pub access_epoch: i32,
}

/// The credentials behind a login that is not disabled.
///
/// # Errors
/// As any statement.
pub async fn find(tx: &mut Tx, login: &str) -> Result<Option<Credentials>, StoreError> {
    let organisation_id = tx.organisation_id();
    let found = sqlx::query_as!(
        Credentials,
        "select id as user_id, password_hash, access_epoch from users
         where organisation_id = $1 and login = $2 and disabled_at is null",
        organisation_id,
        login
    );
    Ok(found.fetch_optional(&mut *tx).await?)
}

/// Sets a user's password, records that, and ends their sessions; tokens that are out lose their standing at once. `false` when there is no
/// such user.
///
/// # Errors
/// As any statement.
pub async fn set(tx: &mut Tx, ids: &Ids, user_id: Uuid, password_hash: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let organisation_id = tx.organisation_id();
    let set = sqlx::query!(
        "update users set password_hash = $3, access_epoch = access_epoch + 1, version = version + 1
         where organisation_id = $1 and id = $2",
        organisation_id,
        user_id,
        password_hash
    );
    if set.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(false);
    }
    let deed = Deed { kind: "user.password_set", subject_kind: "user", subject_id: user_id, data: json!({}) };
    record_deed(tx, ids, now, deed).await?;
    sessions::end_all(tx, ids, user_id, Ending::PasswordSet, now).await?;
    Ok(true)
}

//! Sessions: opened by signing in, kept alive by refreshing, ended by people or by a token that comes twice. Their instants are the
//! database's own, because it is the database that looks at them with every request.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::people::Role;
use domain::people::refresh::{Kept, SecretHash};
use platform::Ids;
use serde_json::{Value, json};
use uuid::Uuid;

use super::role_column::RoleColumn;
use crate::actions::{self, Action, record_deeds};
use crate::{StoreError, Tx};

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    SignedOut,
    /// An admin ended it.
    Ended,
    RefreshReused,
    PasswordSet,
    UserDisabled,
    /// Another person of the issuer now stands behind the user.
    SubjectChanged,
}

impl Ending {
    fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Ended => "ended",
            Self::RefreshReused => "refresh_reused",
            Self::PasswordSet => "password_set",
            Self::UserDisabled => "user_disabled",
            Self::SubjectChanged => "subject_changed",
        }
    }

    /// What the log keeps of a session's end.
    fn told(self, session_id: Uuid) -> Value {
        json!({ "session_id": session_id, "because": self.as_str() })
    }
}

/// The end of a session, as the log names it, and whom it is about.
const ENDED: (&str, &str) = ("session.ended", "user");

/// The person behind a session, as tokens and answers tell it.
#[derive(Debug, Clone)]
pub struct Person {
    pub id: Uuid,
    pub name: String,
    pub role: Role,
    pub unit_id: Uuid,
    pub access_epoch: i32,
}

/// A session to open.
#[derive(Debug)]
pub struct NewSession<'a> {
    pub id: Uuid,
    pub user_id: Uuid,
    /// The standing that the person proved to have.
    pub access_epoch: i32,
    pub refresh: &'a SecretHash,
    pub lives_for: Duration,
}

/// Opens a session for a user whose standing is still the one they proved, and records it; `None` when it changed in the meantime.
///
/// # Errors
/// As any statement.
pub async fn open(tx: &mut Tx, ids: &Ids, new: &NewSession<'_>, now: DateTime<Utc>) -> Result<Option<Person>, StoreError> {
    let organisation_id = tx.organisation_id();
    // The share lock makes a change of standing wait, and that change then ends this session too.
    let person = sqlx::query!(
        r#"select id, name, role as "role: RoleColumn", unit_id, access_epoch from users
           where organisation_id = $1 and id = $2 and access_epoch = $3 and disabled_at is null for share"#,
        organisation_id,
        new.user_id,
        new.access_epoch
    );
    let Some(row) = person.fetch_optional(&mut *tx).await? else { return Ok(None) };
    sqlx::query!(
        "insert into sessions (organisation_id, id, user_id, refresh_sha256, created_at, refreshed_at, expires_at)
         values ($1, $2, $3, $4, now(), now(), now() + make_interval(secs => $5))",
        organisation_id,
        new.id,
        new.user_id,
        new.refresh,
        new.lives_for.as_secs_f64()
    )
    .execute(&mut *tx)
    .await?;
    // The house lets people in; it is they who come.
    let action = Action {
        id: ids.next(),
        actor_id: Some(new.user_id),
        kind: "session.opened",
        subject_kind: "user",
        subject_id: new.user_id,
        occurred_at: now,
        recorded_at: now,
        data: json!({ "session_id": new.id }),
    };
    actions::record(tx, action).await?;
    Ok(Some(Person { id: row.id, name: row.name, role: row.role.0, unit_id: row.unit_id, access_epoch: row.access_epoch }))
}

/// Holds a live session until the transaction ends: who it belongs to, and which refresh tokens it remembers.
///
/// # Errors
/// As any statement.
pub async fn hold(tx: &mut Tx, id: Uuid) -> Result<Option<(Person, Kept)>, StoreError> {
    let organisation_id = tx.organisation_id();
    let found = sqlx::query!(
        r#"select u.id, u.name, u.role as "role: RoleColumn", u.unit_id, u.access_epoch,
                  s.refresh_sha256, s.previous_refresh_sha256, s.previous_repeated
           from sessions s join users u on u.organisation_id = s.organisation_id and u.id = s.user_id
           where s.organisation_id = $1 and s.id = $2 and s.ended_at is null and s.expires_at > now() and u.disabled_at is null
           for update of s"#,
        organisation_id,
        id
    );
    let Some(row) = found.fetch_optional(&mut *tx).await? else { return Ok(None) };
    let hash = |column, bytes: Vec<u8>| bytes.try_into().map_err(|_| StoreError::Corrupt { table: "sessions", column });
    let kept = Kept {
        current: hash("refresh_sha256", row.refresh_sha256)?,
        previous: row.previous_refresh_sha256.map(|bytes| hash("previous_refresh_sha256", bytes)).transpose()?,
        previous_repeated: row.previous_repeated,
    };
    let person = Person { id: row.id, name: row.name, role: row.role.0, unit_id: row.unit_id, access_epoch: row.access_epoch };
    Ok(Some((person, kept)))
}

/// Writes which refresh tokens a held session remembers from now on, and lets it live on.
///
/// # Errors
/// As any statement.
pub async fn keep(tx: &mut Tx, id: Uuid, kept: &Kept, lives_for: Duration) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "update sessions set refresh_sha256 = $3, previous_refresh_sha256 = $4, previous_repeated = $5,
                refreshed_at = now(), expires_at = now() + make_interval(secs => $6)
         where organisation_id = $1 and id = $2",
        organisation_id,
        id,
        &kept.current,
        kept.previous.as_ref().map(SecretHash::as_slice),
        kept.previous_repeated,
        lives_for.as_secs_f64()
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// Ends a session, and records it; `false` when there is none alive with this id.
///
/// # Errors
/// As any statement.
pub async fn end(tx: &mut Tx, ids: &Ids, id: Uuid, because: Ending, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let organisation_id = tx.organisation_id();
    let ended = sqlx::query_scalar!(
        "update sessions set ended_at = now(), ended_because = $3 where organisation_id = $1 and id = $2 and ended_at is null
         returning user_id",
        organisation_id,
        id,
        because.as_str()
    );
    let Some(user_id) = ended.fetch_optional(&mut *tx).await? else { return Ok(false) };
    record_deeds(tx, ids, now, ENDED, vec![(user_id, because.told(id))]).await?;
    Ok(true)
}

/// Ends all sessions of a user, and records each.
///
/// # Errors
/// As any statement.
pub async fn end_all(tx: &mut Tx, ids: &Ids, user_id: Uuid, because: Ending, now: DateTime<Utc>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let ended = sqlx::query_scalar!(
        "update sessions set ended_at = now(), ended_because = $3 where organisation_id = $1 and user_id = $2 and ended_at is null
         returning id",
        organisation_id,
        user_id,
        because.as_str()
    );
    let ended = ended.fetch_all(&mut *tx).await?.into_iter().map(|id| (user_id, because.told(id)));
    record_deeds(tx, ids, now, ENDED, ended.collect()).await
}

/// A live session as admins see it.
#[derive(Debug)]
pub struct Session {
    pub id: Uuid,
    pub created_at: DateTime<Utc>,
    pub refreshed_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// The live sessions of a user after `after`, oldest first.
///
/// # Errors
/// As any statement.
pub async fn list(tx: &mut Tx, user_id: Uuid, after: Option<Uuid>, limit: i64) -> Result<Vec<Session>, StoreError> {
    let organisation_id = tx.organisation_id();
    let rows = sqlx::query_as!(
        Session,
        "select id, created_at, refreshed_at, expires_at from sessions
         where organisation_id = $1 and user_id = $2 and ended_at is null and expires_at > now() and ($3::uuid is null or id > $3)
         order by id limit $4",
        organisation_id,
        user_id,
        after,
        limit
    );
    Ok(rows.fetch_all(&mut *tx).await?)
}

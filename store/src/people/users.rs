//! Users: found, listed, created and changed. A change of standing (role, unit, disabled) makes tokens of the old one worthless at once.

use chrono::{DateTime, Utc};
use domain::people::Role;
use platform::Ids;
use serde_json::{Value, json};
use uuid::Uuid;

use super::role_column::RoleColumn;
use super::sessions::{self, Ending};
use super::top_unit;
use crate::actions::{Deed, differing, record_deed};
use crate::{StoreError, Tx};

/// A user as those who may see them do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub id: Uuid,
    pub login: String,
    pub name: String,
    pub role: RoleColumn,
    pub unit_id: Uuid,
    pub language: Option<String>,
    pub external_subject: Option<String>,
    pub has_password: bool,
    pub disabled_at: Option<DateTime<Utc>>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
}

impl User {
    fn is_active_admin(&self) -> bool {
        self.role.0 == Role::Admin && self.disabled_at.is_none()
    }

    fn stands_like(&self, other: &Self) -> bool {
        (self.role, self.unit_id, self.disabled_at.is_some()) == (other.role, other.unit_id, other.disabled_at.is_some())
    }

    fn differing(&self, other: &Self) -> Vec<&'static str> {
        differing([
            ("name", self.name != other.name),
            ("role", self.role != other.role),
            ("unit_id", self.unit_id != other.unit_id),
            ("language", self.language != other.language),
            ("external_subject", self.external_subject != other.external_subject),
            ("disabled", self.disabled_at.is_some() != other.disabled_at.is_some()),
        ])
    }
}

/// Which users to list.
#[derive(Debug, Default)]
pub struct UserFilter<'a> {
    /// In this unit or below it.
    pub unit_id: Option<Uuid>,
    pub role: Option<Role>,
    /// Part of the name or login, in any case.
    pub q: Option<&'a str>,
}

/// Users within the scope whose login comes after `after`, by login.
///
/// # Errors
/// As any statement.
pub async fn list(tx: &mut Tx, filter: &UserFilter<'_>, after: Option<&str>, limit: i64) -> Result<Vec<User>, StoreError> {
    let (organisation_id, top) = (tx.organisation_id(), top_unit(tx.scope()));
    let like = filter.q.map(|q| format!("%{}%", q.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")));
    let rows = sqlx::query_as!(
        User,
        r#"select id, login, name, role as "role: RoleColumn", unit_id, language, external_subject,
                  password_hash is not null as "has_password!", disabled_at, version, created_at
           from users
           where organisation_id = $1 and ($2::uuid is null or unit_id in (select app.units_within($1, $2)))
             and ($3::uuid is null or unit_id in (select app.units_within($1, $3)))
             and ($4::text is null or role = $4) and ($5::text is null or name ilike $5 or login ilike $5)
             and ($6::text is null or login > $6)
           order by login limit $7"#,
        organisation_id,
        top,
        filter.unit_id,
        filter.role.map(Role::as_str),
        like,
        after,
        limit
    );
    Ok(rows.fetch_all(&mut *tx).await?)
}

/// A user within the scope.
///
/// # Errors
/// As any statement.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<User>, StoreError> {
    let (organisation_id, top) = (tx.organisation_id(), top_unit(tx.scope()));
    let user = sqlx::query_as!(
        User,
        r#"select id, login, name, role as "role: RoleColumn", unit_id, language, external_subject,
                  password_hash is not null as "has_password!", disabled_at, version, created_at
           from users
           where organisation_id = $1 and id = $2 and ($3::uuid is null or unit_id in (select app.units_within($1, $3)))"#,
        organisation_id,
        id,
        top
    );
    Ok(user.fetch_optional(&mut *tx).await?)
}

/// The caller themselves, whatever else they may see.
///
/// # Errors
/// `SessionOver` when they are gone, else as any statement.
pub async fn myself(tx: &mut Tx) -> Result<User, StoreError> {
    let (organisation_id, me) = (tx.organisation_id(), tx.scope().actor_id());
    let user = sqlx::query_as!(
        User,
        r#"select id, login, name, role as "role: RoleColumn", unit_id, language, external_subject,
                  password_hash is not null as "has_password!", disabled_at, version, created_at
           from users where organisation_id = $1 and id = $2"#,
        organisation_id,
        me
    );
    user.fetch_optional(&mut *tx).await?.ok_or(StoreError::SessionOver)
}

/// The user whom an issuer's token names, and their standing.
#[derive(Debug)]
pub struct Named {
    pub user_id: Uuid,
    pub access_epoch: i32,
}

/// How an issuer's token names a user.
#[derive(Debug, Clone, Copy)]
pub enum NamedBy<'a> {
    ExternalSubject(&'a str),
    Login(&'a str),
}

/// The user, not disabled, whom an issuer's token names.
///
/// # Errors
/// As any statement.
pub async fn named(tx: &mut Tx, by: NamedBy<'_>) -> Result<Option<Named>, StoreError> {
    let organisation_id = tx.organisation_id();
    let (subject, login) = match by {
        NamedBy::ExternalSubject(subject) => (Some(subject), None),
        NamedBy::Login(login) => (None, Some(login)),
    };
    let found = sqlx::query_as!(
        Named,
        "select id as user_id, access_epoch from users
         where organisation_id = $1 and disabled_at is null and (external_subject = $2 or login = $3)",
        organisation_id,
        subject,
        login
    );
    Ok(found.fetch_optional(&mut *tx).await?)
}

/// A user to create.
#[derive(Debug)]
pub struct NewUser<'a> {
    pub id: Uuid,
    pub login: &'a str,
    pub name: &'a str,
    pub role: Role,
    pub unit_id: Uuid,
    pub password_hash: Option<&'a str>,
    pub language: Option<&'a str>,
    pub external_subject: Option<&'a str>,
}

/// Creates a user, and records it.
///
/// # Errors
/// `Conflict` with `user_login_unique`, `user_external_subject_unique` or `user_unit_exists`; else as any statement.
pub async fn create(tx: &mut Tx, ids: &Ids, user: &NewUser<'_>, now: DateTime<Utc>) -> Result<User, StoreError> {
    let organisation_id = tx.organisation_id();
    let created = sqlx::query_as!(
        User,
        r#"insert into users (organisation_id, id, login, name, role, unit_id, password_hash, language, external_subject, created_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
           returning id, login, name, role as "role: RoleColumn", unit_id, language, external_subject,
                     password_hash is not null as "has_password!", disabled_at, version, created_at"#,
        organisation_id,
        user.id,
        user.login,
        user.name,
        user.role.as_str(),
        user.unit_id,
        user.password_hash,
        user.language,
        user.external_subject,
        now
    );
    let created = created.fetch_one(&mut *tx).await?;
    told(tx, ids, "user.created", &created, json!({ "role": user.role.as_str() }), now).await?;
    Ok(created)
}

async fn told(tx: &mut Tx, ids: &Ids, kind: &str, user: &User, data: Value, now: DateTime<Utc>) -> Result<(), StoreError> {
    record_deed(tx, ids, now, Deed { kind, subject_kind: "user", subject_id: user.id, data }).await
}

/// What to change of a user; `None` leaves it as it is, `Some(None)` empties it.
#[derive(Debug, Default)]
pub struct UserChange {
    pub name: Option<String>,
    pub role: Option<Role>,
    pub unit_id: Option<Uuid>,
    pub language: Option<Option<String>>,
    pub external_subject: Option<Option<String>>,
    pub disabled: Option<bool>,
}

impl UserChange {
    fn applied_to(self, before: &User, now: DateTime<Utc>) -> User {
        let mut after = before.clone();
        after.name = self.name.unwrap_or(after.name);
        after.role = self.role.map_or(after.role, RoleColumn);
        after.unit_id = self.unit_id.unwrap_or(after.unit_id);
        after.language = self.language.unwrap_or(after.language);
        after.external_subject = self.external_subject.unwrap_or(after.external_subject);
        after.disabled_at = match self.disabled {
            None => before.disabled_at,
            Some(false) => None,
            Some(true) => before.disabled_at.or(Some(now)),
        };
        after
    }
}

/// What came of a change.
#[derive(Debug, PartialEq, Eq)]
pub enum Changed {
    Done(User),
    NotThere,
    VersionDiffers,
    /// Nobody would be left to manage the organisation.
    LastAdmin,
}

/// Changes a user whose version is still `version`, and records which fields are others now; where none is, nothing happens.
///
/// # Errors
/// `Conflict` with `user_external_subject_unique` or `user_unit_exists`; else as any statement.
pub async fn change(
    tx: &mut Tx,
    ids: &Ids,
    id: Uuid,
    version: Option<i32>,
    change: UserChange,
    now: DateTime<Utc>,
) -> Result<Changed, StoreError> {
    let other_admins = match (change.role, change.disabled) {
        (None, None) => true,
        _ => hold_admins(tx).await?.iter().any(|admin| *admin != id),
    };
    let Some(before) = hold(tx, id).await? else { return Ok(Changed::NotThere) };
    if version.is_some_and(|version| version != before.version) {
        return Ok(Changed::VersionDiffers);
    }
    let after = change.applied_to(&before, now);
    if before.is_active_admin() && !after.is_active_admin() && !other_admins {
        return Ok(Changed::LastAdmin);
    }
    let fields = before.differing(&after);
    if fields.is_empty() {
        return Ok(Changed::Done(before));
    }
    let raised = i32::from(!after.stands_like(&before));
    let saved = save(tx, &after, raised).await?;
    let kind = match (before.disabled_at, after.disabled_at) {
        (None, Some(_)) => "user.disabled",
        (Some(_), None) => "user.enabled",
        _ => "user.changed",
    };
    told(tx, ids, kind, &saved, json!({ "fields": fields }), now).await?;
    if kind == "user.disabled" {
        sessions::end_all(tx, ids, id, Ending::UserDisabled, now).await?;
    } else if before.external_subject.is_some() && before.external_subject != after.external_subject {
        sessions::end_all(tx, ids, id, Ending::SubjectChanged, now).await?;
    }
    Ok(Changed::Done(saved))
}

/// Holds all admins who can act, so that two of them cannot depose each other at the same instant.
async fn hold_admins(tx: &mut Tx) -> Result<Vec<Uuid>, StoreError> {
    let organisation_id = tx.organisation_id();
    let admins = sqlx::query_scalar!(
        "select id from users where organisation_id = $1 and role = 'admin' and disabled_at is null order by id for update",
        organisation_id
    );
    Ok(admins.fetch_all(&mut *tx).await?)
}

async fn hold(tx: &mut Tx, id: Uuid) -> Result<Option<User>, StoreError> {
    let organisation_id = tx.organisation_id();
    let user = sqlx::query_as!(
        User,
        r#"select id, login, name, role as "role: RoleColumn", unit_id, language, external_subject,
                  password_hash is not null as "has_password!", disabled_at, version, created_at
           from users where organisation_id = $1 and id = $2 for update"#,
        organisation_id,
        id
    );
    Ok(user.fetch_optional(&mut *tx).await?)
}

async fn save(tx: &mut Tx, user: &User, epochs: i32) -> Result<User, StoreError> {
    let organisation_id = tx.organisation_id();
    let saved = sqlx::query_as!(
        User,
        r#"update users set name = $3, role = $4, unit_id = $5, language = $6, external_subject = $7, disabled_at = $8,
                  access_epoch = access_epoch + $9, version = version + 1
           where organisation_id = $1 and id = $2
           returning id, login, name, role as "role: RoleColumn", unit_id, language, external_subject,
                     password_hash is not null as "has_password!", disabled_at, version, created_at"#,
        organisation_id,
        user.id,
        user.name,
        user.role.0.as_str(),
        user.unit_id,
        user.language,
        user.external_subject,
        user.disabled_at,
        epochs
    );
    Ok(saved.fetch_one(&mut *tx).await?)
}

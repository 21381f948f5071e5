//! A user as those who may see them do.

use axum::http::{HeaderName, HeaderValue, header};
use chrono::{DateTime, Utc};
use serde::Serialize;
use store::people::users::User;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::extract::Json;
use crate::http::problem::{Problem, ProblemKind};
use crate::http::versions::etag;
use crate::people::values::{LanguageTag, PersonRole};

/// A user.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = User)]
pub struct UserBody {
    pub id: Uuid,
    #[schema(example = "li.wei")]
    pub login: String,
    #[schema(example = "李伟")]
    pub name: String,
    pub role: PersonRole,
    pub unit_id: Uuid,
    /// The person's own choice; the organisation's language when null.
    #[schema(value_type = Option<LanguageTag>)]
    pub language: Option<String>,
    /// What a trusted issuer calls them.
    pub external_subject: Option<String>,
    /// Whether they can sign in with a password.
    pub has_password: bool,
    pub disabled: bool,
    /// For `If-Match`, in quotes.
    pub version: i32,
    pub created_at: DateTime<Utc>,
}

impl TryFrom<User> for UserBody {
    type Error = Problem;

    fn try_from(row: User) -> Result<Self, Problem> {
        Ok(Self {
            id: row.id,
            login: row.login,
            name: row.name,
            role: PersonRole::of(row.role.0).ok_or(ProblemKind::Bug)?,
            unit_id: row.unit_id,
            language: row.language,
            external_subject: row.external_subject,
            has_password: row.has_password,
            disabled: row.disabled_at.is_some(),
            version: row.version,
            created_at: row.created_at,
        })
    }
}

/// A user with the version for `If-Match`.
pub type Tagged = ([(HeaderName, HeaderValue); 1], Json<UserBody>);

/// Puts the version into `ETag`.
///
/// # Errors
/// `Bug` for a row that is no person.
pub fn tagged(row: User) -> Result<Tagged, Problem> {
    let version = row.version;
    Ok(([(header::ETAG, etag(version))], Json(row.try_into()?)))
}

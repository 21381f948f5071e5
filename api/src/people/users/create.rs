//! Creating a user.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use store::people::users;
use utoipa::ToSchema;
use uuid::Uuid;

use super::bodies::UserBody;
use super::user_problem;
use crate::House;
use crate::http::extract::Json;
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::problem::{Problem, ProblemBody};
use crate::http::values::Text;
use crate::http::versions::etag;
use crate::people::values::{LanguageTag, Login, Name, NewPassword, PersonRole};
use crate::sessions::Caller;

/// A user to create.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    login: Login,
    name: Name,
    role: PersonRole,
    unit_id: Uuid,
    /// Without one, the person signs in through a trusted issuer only.
    // Never written: the fingerprint that idempotency keeps of a request must not be one of a password.
    #[serde(default, skip_serializing)]
    password: Option<NewPassword>,
    #[serde(default)]
    language: Option<LanguageTag>,
    /// What a trusted issuer calls them.
    #[serde(default)]
    external_subject: Option<Text<1, 255>>,
}

/// Create a user
#[utoipa::path(post, path = "/v1/users", tag = "people", request_body = NewUser,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key again answers the same and creates nothing")),
    responses(
        (status = 201, description = "The user", body = UserBody, headers(("Location" = String), ("ETag" = String))),
        (status = 409, description = "`duplicate`: the login or external subject is somebody else's",
            body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(house): State<Arc<House>>,
    caller: Caller,
    key: IdempotencyKey,
    Json(new): Json<NewUser>,
) -> Result<Response, Problem> {
    let once = Once::new(caller.id(), "/v1/users", key, &new);
    let password_hash = match new.password {
        Some(password) => Some(house.passwords.hash(password.into_string()).await?),
        None => None,
    };
    let mut tx = house.db.begin(&caller.scope).await?;
    if let Some(answer) = once.answered(&mut tx).await? {
        return Ok(answer);
    }
    let user = users::NewUser {
        id: house.ids.next(),
        login: new.login.as_str(),
        name: new.name.as_str(),
        role: new.role.into(),
        unit_id: new.unit_id,
        password_hash: password_hash.as_deref(),
        language: new.language.map(LanguageTag::as_str),
        external_subject: new.external_subject.as_ref().map(Text::as_str),
    };
    let now = house.clock.now();
    let row = users::create(&mut tx, &house.ids, &user, now).await.map_err(user_problem)?;
    let version = row.version;
    let body = UserBody::try_from(row)?;
    once.keep(&mut tx, StatusCode::CREATED, &body, now).await?;
    tx.commit().await?;
    let headers = [(header::LOCATION, format!("/v1/users/{}", body.id))];
    Ok((StatusCode::CREATED, headers, [(header::ETAG, etag(version))], Json(body)).into_response())
}

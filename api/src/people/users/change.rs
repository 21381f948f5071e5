//! Changing a user.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use store::people::users::{self, Changed, UserChange};
use utoipa::ToSchema;
use uuid::Uuid;

use super::bodies::{Tagged, UserBody, tagged};
use super::user_problem;
use crate::House;
use crate::http::extract::{Json, Path};
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::values::{Text, present};
use crate::http::versions::if_match;
use crate::people::values::{LanguageTag, Name, PersonRole, given};
use crate::sessions::Caller;

/// What to change of a user; what is left out stays.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::option_option, reason = "left out, and set to null, are two things")]
pub struct UserPatch {
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    name: Option<Name>,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    role: Option<PersonRole>,
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    unit_id: Option<Uuid>,
    /// Null: the organisation's.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<LanguageTag>)]
    language: Option<Option<LanguageTag>>,
    /// What a trusted issuer calls them; null: nothing.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Text<1, 255>>)]
    external_subject: Option<Option<Text<1, 255>>>,
    /// A disabled person is signed out at once and cannot sign in.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    disabled: Option<bool>,
}

/// Change a user
///
/// A change of role, unit or standing makes the person's access tokens worthless at once; disabling ends their sessions.
#[utoipa::path(patch, path = "/v1/users/{id}", tag = "people", request_body = UserPatch,
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The version that was read, from `ETag` or `version`")),
    responses(
        (status = 200, description = "The user", body = UserBody, headers(("ETag" = String, description = "Their version"))),
        (status = 409, description = "`duplicate`: the external subject is somebody else's; `state_forbids`: nobody would be left as admin",
            body = ProblemBody, content_type = "application/problem+json"),
        (status = 412, description = "`version_differs`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 428, description = "`version_needed`", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn change(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    Json(patch): Json<UserPatch>,
) -> Result<Tagged, Problem> {
    let version = if_match(&headers)?;
    let disables = patch.disabled == Some(true);
    let change = UserChange {
        name: patch.name.map(Name::into_string),
        role: patch.role.map(Into::into),
        unit_id: patch.unit_id,
        language: patch.language.map(|language| language.map(|language| language.as_str().to_owned())),
        external_subject: patch.external_subject.map(|subject| subject.map(Text::into_string)),
        disabled: patch.disabled,
    };
    let mut tx = house.db.begin(&caller.scope).await?;
    match users::change(&mut tx, &house.ids, id, version, change, house.clock.now()).await.map_err(user_problem)? {
        Changed::Done(row) => {
            tx.commit().await?;
            tagged(row)
        }
        Changed::NotThere => Err(ProblemKind::NotFound.into()),
        Changed::VersionDiffers => Err(ProblemKind::VersionDiffers.into()),
        Changed::LastAdmin => {
            let pointer = if disables { "/disabled" } else { "/role" };
            Err(Problem::with(ProblemKind::StateForbids, Fault::at(pointer, FaultCode::NotAllowed)))
        }
    }
}

//! `PUT /v1/decision-roles`

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Deserializer};
use store::customers::decision_roles;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use super::{RolesBody, list_tag, shown};
use crate::House;
use crate::customers::fields::trimmed;
use crate::http::extract::Json;
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::values::Text;
use crate::sessions::Caller;

const ROLES_MAX: usize = 100;

/// The whole list as it shall be, in its order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRoles {
    #[schema(min_items = 1, max_items = 100)]
    items: Vec<NewRole>,
}

/// One role of the list.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "decision_maker", "name_zh": "最终决策者", "name_en": "Final decision maker"}))]
pub struct NewRole {
    code: RoleCode,
    name_zh: Text<1, 60>,
    name_en: Text<1, 60>,
}

/// A code that never changes: small letters, digits and underscores, a letter first, at most 40.
#[derive(Debug)]
struct RoleCode(String);

impl<'de> Deserialize<'de> for RoleCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = Cow::<str>::deserialize(deserializer)?.into_owned();
        let is_plain = code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if is_plain && code.len() <= 40 && code.starts_with(|c: char| c.is_ascii_lowercase()) {
            Ok(Self(code))
        } else {
            Err(serde::de::Error::custom("fault:malformed:a-z, 0-9, _"))
        }
    }
}

impl PartialSchema for RoleCode {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).pattern(Some("^[a-z][a-z0-9_]{0,39}$")).into()
    }
}

impl ToSchema for RoleCode {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("DecisionRoleCode")
    }
}

/// Put another list of decision roles in force
///
/// A role that is not in the list any more is retired: it cannot be chosen, and what names it stays as it is.
#[utoipa::path(put, path = "/v1/decision-roles", tag = "contacts", request_body = NewRoles,
    params(("If-Match" = String, Header, description = "The ETag of the list that was read")),
    responses(
        (status = 200, description = "The list in force", body = RolesBody, headers(("ETag" = String))),
        (status = 412, description = "`version_differs`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 428, description = "`version_needed`", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn replace(
    State(house): State<Arc<House>>,
    caller: Caller,
    headers: HeaderMap,
    Json(request): Json<NewRoles>,
) -> Result<Response, Problem> {
    let read = headers.get(header::IF_MATCH).ok_or(ProblemKind::VersionNeeded)?;
    let list = checked(&request)?;
    let mut tx = house.db.begin(&caller.scope).await?;
    decision_roles::hold(&mut tx).await?;
    if read != "*" && *read != list_tag(&decision_roles::all(&mut tx).await?) {
        return Err(ProblemKind::VersionDiffers.into());
    }
    decision_roles::replace(&mut tx, &house.ids, house.clock.now(), &list).await?;
    let roles = decision_roles::all(&mut tx).await?;
    tx.commit().await?;
    let headers = [(header::ETAG, list_tag(&roles)), (header::CONTENT_LANGUAGE, HeaderValue::from_static(caller.language.tag()))];
    Ok((headers, Json(shown(&roles, caller.language))).into_response())
}

fn checked(request: &NewRoles) -> Result<Vec<(String, String, String)>, Problem> {
    let count = request.items.len();
    if count == 0 || count > ROLES_MAX {
        let code = if count == 0 { FaultCode::TooShort } else { FaultCode::TooLong };
        return Err(Fault::at("/items", code).allowing(format!("1..{ROLES_MAX}")).into());
    }
    let mut seen = HashSet::new();
    let mut list = Vec::with_capacity(count);
    for (n, role) in request.items.iter().enumerate() {
        if !seen.insert(&role.code.0) {
            return Err(Fault::at(format!("/items/{n}/code"), FaultCode::Duplicate).into());
        }
        let name_zh = trimmed(&role.name_zh, &format!("/items/{n}/name_zh"))?;
        let name_en = trimmed(&role.name_en, &format!("/items/{n}/name_en"))?;
        list.push((role.code.0.clone(), name_zh, name_en));
    }
    Ok(list)
}

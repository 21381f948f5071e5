//! The shop window: the contract, completed from the tables of permissions and problems, and a page to read it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::texts::Language;
use utoipa::OpenApi;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response as DocResponse, ResponseBuilder};

use crate::House;
use crate::http::problem::{ProblemBody, ProblemKind};
use crate::permissions::{PERMISSIONS, Permission};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Fieldproof",
        description = "A visit counts only when it is proven. Times are RFC 3339 UTC instants; ids are UUIDs, made by the client where phones create things; \
            lists are keyset pages; every failure is problem+json with a stable `code`. Texts follow `Accept-Language` (`zh-CN`, `en`).",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(ProblemBody))
)]
pub struct Document;

/// Adds to every operation what the tables know: its security, its roles, and the problems that can answer it.
pub fn complete(mut api: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    let components = api.components.get_or_insert_default();
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("An access token from `POST /v1/auth/token`, or an integrator's key (`fpk_…`)."));
    components.add_security_scheme("bearer", SecurityScheme::Http(scheme.build()));
    for (path, item) in &mut api.paths.paths {
        for (method, operation) in [
            ("GET", &mut item.get),
            ("POST", &mut item.post),
            ("PUT", &mut item.put),
            ("PATCH", &mut item.patch),
            ("DELETE", &mut item.delete),
        ] {
            let Some(operation) = operation else { continue };
            let permission = PERMISSIONS.iter().find(|line| line.method == method && line.path == path);
            complete_operation(operation, permission, path);
        }
    }
    api
}

fn complete_operation(operation: &mut Operation, permission: Option<&Permission>, path: &str) {
    let mut kinds = BTreeSet::from([500_u16]);
    if path.starts_with("/v1/") {
        kinds.insert(503);
    }
    if let Some(permission) = permission {
        kinds.extend([401, 403]);
        operation.security = Some(vec![SecurityRequirement::new("bearer", Vec::<String>::new())]);
        let mut roles = permission.roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ");
        if let Some(scope) = permission.key_scope {
            let _ = write!(roles, "; keys with `{scope}`");
        }
        let described = operation.description.take().map(|text| format!("{text}\n\n")).unwrap_or_default();
        operation.description = Some(format!("{described}For: {roles}."));
    }
    if operation.parameters.as_ref().is_some_and(|parameters| !parameters.is_empty()) {
        kinds.insert(400);
    }
    if path.contains("{id}") {
        kinds.insert(404);
    }
    if operation.request_body.is_some() {
        kinds.extend([400, 408, 413, 415, 422]);
    }
    for status in kinds {
        operation.responses.responses.entry(status.to_string()).or_insert_with(|| problem_response(status));
    }
}

/// The documented answer for one status: every problem that has it, with its code.
fn problem_response(status: u16) -> RefOr<DocResponse> {
    let told: Vec<String> = ProblemKind::ALL
        .iter()
        .filter(|kind| kind.status().as_u16() == status)
        .map(|kind| format!("`{}`: {}", kind.code(), kind.title(Language::En)))
        .collect();
    let schema = RefOr::Ref(Ref::from_schema_name("Problem"));
    ResponseBuilder::new()
        .description(told.join("; "))
        .content("application/problem+json", ContentBuilder::new().schema(Some(schema)).build())
        .build()
        .into()
}

/// The contract's text, made once.
#[derive(Clone)]
pub struct Contract(Arc<str>);

impl Contract {
    pub fn new(api: &utoipa::openapi::OpenApi) -> Self {
        Self(contract_text(api).into())
    }
}

/// The contract as it is committed: indented, in the order of the code.
pub fn contract_text(api: &utoipa::openapi::OpenApi) -> String {
    let mut text = api.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// `/openapi.json`.
pub fn pages(contract: Contract) -> Router<Arc<House>> {
    Router::new().route("/openapi.json", get(move || async move { json(&contract) }))
}

fn json(contract: &Contract) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], contract.0.to_string()).into_response()
}

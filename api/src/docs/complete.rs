//! What the tables know of every operation: its name, who may call it, and which problems can answer it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, OpenApi, RefOr, Required, Response};

use super::walk::operations;
use super::{examples, operations, responses, shapes};
use crate::http::allowances::EXEMPT;
use crate::http::page::{CURSOR_MAX, DEFAULT_LIMIT};
use crate::permissions::{ANY_KEY, PERMISSIONS, Permission};

/// Completes the contract and brings its schemas into shape.
pub fn complete(mut api: OpenApi) -> OpenApi {
    let components = api.components.get_or_insert_default();
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("An access token from `POST /v1/auth/token`, or an integrator's key (`fpk_…`)."));
    components.add_security_scheme("bearer", SecurityScheme::Http(scheme.build()));
    components.responses = responses::shared();
    for (path, item) in &mut api.paths.paths {
        for (method, operation) in operations(item) {
            let permission = PERMISSIONS.iter().find(|line| line.method == method && line.path == path);
            operation.operation_id = operations::name_of(method, path).map(str::to_owned).or(operation.operation_id.take());
            describe(operation, permission);
            state_shared_parameters(operation);
            answer(operation, permission, path);
            if method == "POST" {
                need_no_body(operation, components);
            }
        }
    }
    examples::add(&mut api);
    shapes::settle(&mut api);
    api
}

/// Says who may call the operation, in words and as security.
fn describe(operation: &mut Operation, permission: Option<&Permission>) {
    let who = match permission {
        Some(permission) => {
            operation.security = Some(vec![SecurityRequirement::new("bearer", Vec::<String>::new())]);
            let mut who = permission.roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ");
            match permission.key_scope {
                Some(ANY_KEY) => who.push_str("; every key"),
                Some(scope) => drop(write!(who, "; keys with `{scope}`")),
                None => {}
            }
            format!("For: {who}.")
        }
        None => {
            operation.security = Some(Vec::new());
            "For everybody: no token is needed.".to_owned()
        }
    };
    let described = operation.description.take().map(|text| format!("{text}\n\n")).unwrap_or_default();
    operation.description = Some(format!("{described}{who}"));
}

/// A deed of which nothing needs to be said needs no body.
fn need_no_body(operation: &mut Operation, components: &Components) {
    let Some(RefOr::T(body)) = &mut operation.request_body else { return };
    let Some(RefOr::T(content)) = body.content.get("application/json") else { return };
    let schema = match &content.schema {
        Some(RefOr::Ref(at)) => at.ref_location.rsplit('/').next().and_then(|name| components.schemas.get(name)),
        schema => schema.as_ref(),
    };
    if let Some(RefOr::T(Schema::Object(object))) = schema
        && object.required.is_empty()
    {
        body.required = Some(Required::False);
    }
}

/// Says what the parameters that many operations read may hold.
fn state_shared_parameters(operation: &mut Operation) {
    // The list of decision roles has tags of another kind.
    let is_versioned = operation.operation_id.as_deref() != Some("replace_decision_roles");
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(parameter) = parameter else { continue };
        let text = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
        let text = match parameter.name.as_str() {
            "Idempotency-Key" => text.min_length(Some(1)).max_length(Some(255)).pattern(Some("^[!-~]([ -~]*[!-~])?$")),
            "If-Match" if is_versioned => text.pattern(Some(r#"^(\*|"[0-9]{1,9}")$"#)).examples([serde_json::json!("\"3\"")]),
            "cursor" => {
                parameter.description.get_or_insert_with(|| "The page after this one: `next_cursor` of the page before".to_owned());
                text.max_length(Some(CURSOR_MAX)).pattern(Some("^[A-Za-z0-9_-]+$"))
            }
            "limit" => {
                parameter.description.get_or_insert_with(|| format!("Most items of the page; {DEFAULT_LIMIT} unless asked"));
                continue;
            }
            _ => continue,
        };
        parameter.schema = Some(text.into());
    }
}

/// Adds the problems that the operation shares with others, and details those it stated itself.
fn answer(operation: &mut Operation, permission: Option<&Permission>, path: &str) {
    let mut statuses = BTreeSet::from([500_u16]);
    if path.starts_with("/v1/") {
        statuses.insert(503);
    }
    if !EXEMPT.contains(&path) {
        statuses.insert(429);
    }
    if permission.is_some() {
        statuses.extend([401, 403]);
    }
    if operation.parameters.as_ref().is_some_and(|parameters| !parameters.is_empty()) {
        statuses.insert(400);
    }
    let answers = &mut operation.responses.responses;
    // What a PUT creates cannot be missing.
    if path.contains('{') && !(answers.contains_key("200") && answers.contains_key("201") && !path.contains("{id}/")) {
        statuses.insert(404);
    }
    if operation.request_body.is_some() {
        statuses.extend([400, 408, 413, 415, 422]);
    }
    for status in statuses {
        if let (false, Some(shared)) = (answers.contains_key(&status.to_string()), responses::reference(status)) {
            answers.insert(status.to_string(), shared);
        }
    }
    for (status, response) in answers {
        let Ok(status) = status.parse::<u16>() else { continue };
        match (status, responses::reference(status)) {
            // One problem has this status: there is nothing to add to what is shared.
            (412 | 428, Some(shared)) => *response = shared,
            _ => detail(status, response),
        }
    }
}

fn detail(status: u16, response: &mut RefOr<Response>) {
    let RefOr::T(response) = response else { return };
    responses::detail(status, response);
    for (name, header) in &mut response.headers {
        if let RefOr::T(header) = header
            && header.description.is_none()
        {
            header.description = about_header(name).map(str::to_owned);
        }
    }
}

fn about_header(name: &str) -> Option<&'static str> {
    Some(match name {
        "ETag" => "The version of what is shown, for `If-Match`",
        "Location" => "Where to find what was created",
        _ => return None,
    })
}

//! How failures are documented: one shared response per status, made from the table of problems, with an example per code.

use std::collections::BTreeMap;

use domain::texts::Language;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Content, ContentBuilder, Header, Ref, RefOr, Response, ResponseBuilder};

use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemKind};

/// What every failure is sent as.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// The shared responses by name.
pub fn shared() -> BTreeMap<String, RefOr<Response>> {
    let statuses = ProblemKind::ALL.iter().map(|kind| kind.status().as_u16());
    statuses.filter_map(|status| Some((name_of(status)?.to_owned(), response(status).into()))).collect()
}

/// A reference to the shared response of a status.
pub fn reference(status: u16) -> Option<RefOr<Response>> {
    name_of(status).map(|name| Ref::from_response_name(name).into())
}

/// Statuses that any operation may share; the others are told by the operation that has them.
fn name_of(status: u16) -> Option<&'static str> {
    Some(match status {
        400 => "BadRequest",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "NotFound",
        408 => "RequestTimeout",
        412 => "PreconditionFailed",
        413 => "ContentTooLarge",
        415 => "UnsupportedMediaType",
        422 => "UnprocessableContent",
        428 => "PreconditionRequired",
        429 => "TooManyRequests",
        500 => "InternalServerError",
        503 => "ServiceUnavailable",
        _ => return None,
    })
}

fn response(status: u16) -> Response {
    let kinds: Vec<_> = of_status(status).filter(|kind| !is_told_by_its_operation(*kind)).collect();
    let told: Vec<_> = kinds.iter().map(|kind| format!("`{}`: {}", kind.code(), kind.title(Language::En))).collect();
    let mut response = ResponseBuilder::new().description(told.join("; ")).content(PROBLEM_JSON, content(&kinds)).build();
    response.headers = headers(&kinds);
    response
}

/// Problems of one operation only; it says so itself.
fn is_told_by_its_operation(kind: ProblemKind) -> bool {
    matches!(kind, ProblemKind::LoginRefused | ProblemKind::RefreshReused)
}

fn of_status(status: u16) -> impl Iterator<Item = ProblemKind> {
    ProblemKind::ALL.iter().copied().filter(move |kind| kind.status().as_u16() == status)
}

/// Completes a response that an operation stated itself: examples and headers of the codes that its description names.
pub fn detail(status: u16, response: &mut Response) {
    if status < 400 || !(response.content.is_empty() || response.content.contains_key(PROBLEM_JSON)) {
        return;
    }
    let named: Vec<_> = of_status(status).filter(|kind| response.description.contains(&format!("`{}`", kind.code()))).collect();
    response.content.insert(PROBLEM_JSON.to_owned(), content(&named).into());
    response.headers.extend(headers(&named));
}

fn content(kinds: &[ProblemKind]) -> Content {
    let examples = kinds.iter().map(|kind| {
        let example =
            ExampleBuilder::new().summary(kind.title(Language::En)).value(serde_json::to_value(sample(*kind).body(Language::En)).ok());
        (kind.code(), example.build())
    });
    ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).examples_from_iter(examples).build()
}

/// The problem as it typically comes, with the fields that it points at.
fn sample(kind: ProblemKind) -> Problem {
    let at = |pointer: &str, code| Fault::at(pointer, code);
    match kind {
        ProblemKind::FieldsRefused => {
            vec![at("/customer_id", FaultCode::NotKnown), at("/key_info", FaultCode::TooLong).allowing("0..4000")].into()
        }
        ProblemKind::MalformedRequest => Problem::with(kind, at("?limit", FaultCode::OutOfRange).allowing("1..200")),
        kind => kind.into(),
    }
}

fn headers(kinds: &[ProblemKind]) -> BTreeMap<String, RefOr<Header>> {
    let mut headers = BTreeMap::new();
    let mut add = |name: &str, kind: Type, about: &str| {
        let schema = ObjectBuilder::new().schema_type(SchemaType::Type(kind));
        let header = HeaderBuilder::new().schema(Some(schema)).description(Some(about)).build();
        headers.insert(name.to_owned(), RefOr::T(header));
    };
    if kinds.iter().any(|kind| Problem::from(*kind).retry_after_s.is_some()) {
        add("Retry-After", Type::Integer, "Seconds after which it makes sense to try again");
    }
    if kinds.iter().any(|kind| kind.status() == 401) {
        add("WWW-Authenticate", Type::String, "`Bearer`");
    }
    headers
}

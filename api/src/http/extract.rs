//! Our own `Json`, `Path` and `Query`: what cannot be understood is answered as a problem that points at the field.

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::response::{IntoResponse, Response};
use http_body::Body as _;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::fault::{Fault, FaultCode};
use super::problem::{Problem, ProblemKind};
use super::strict::Strict;
use crate::router::BODY_MAX;

/// A JSON body, in or out.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        // Of a deed that needs nothing to be said, nothing at all says as much as an object with nothing in it. What is replaced or
        // changed is always said.
        if request.method() == Method::POST
            && request.body().is_end_stream()
            && let Ok(nothing) = parse_json(b"{}")
        {
            return Ok(Self(nothing));
        }
        if !is_json(request.headers()) {
            return Err(ProblemKind::TypeUnsupported.into());
        }
        // What is announced to be too large need not be heard first.
        if request.body().size_hint().lower() > BODY_MAX as u64 {
            return Err(ProblemKind::BodyTooLarge.into());
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| body_problem(&rejection))?;
        parse_json(&bytes).map(Self)
    }
}

/// Reads `bytes` as JSON of one shape; faults carry a JSON pointer.
///
/// # Errors
/// `MalformedBody` for what is no JSON, `FieldsRefused` for what is not this shape.
pub fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // Every body is an object; serde would also take its fields from an array, by their order.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        serde_json::from_slice::<serde::de::IgnoredAny>(bytes).map_err(|_| Problem::from(ProblemKind::MalformedBody))?;
        return Err(Fault::at("", FaultCode::WrongType).into());
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(Strict(&mut reader)).map_err(|error| {
        if !error.inner().is_data() {
            return ProblemKind::MalformedBody.into();
        }
        let pointer = json_pointer(error.path());
        Problem::from(fault_of(&pointer, &error.inner().to_string()))
    })?;
    reader.end().map_err(|_| Problem::from(ProblemKind::MalformedBody))?;
    Ok(value)
}

/// A body that could not be read whole.
pub fn body_problem(rejection: &BytesRejection) -> Problem {
    match rejection {
        BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => ProblemKind::BodyTooLarge.into(),
        rejection if super::pace::is_too_slow(rejection) => ProblemKind::TooSlow.into(),
        _ => ProblemKind::UploadBroken.into(),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let declared = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn json_pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter().fold(String::new(), |mut pointer, segment| {
        pointer.push('/');
        match segment {
            Segment::Seq { index } => pointer.push_str(&index.to_string()),
            Segment::Map { key } => pointer.push_str(&key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => pointer.push_str(variant),
            Segment::Unknown => pointer.push('?'),
        }
        pointer
    })
}

/// Reads what serde says: its own sentences, or a fault that one of our values stated as `fault:code:allowed`.
fn fault_of(pointer: &str, message: &str) -> Fault {
    if let Some(stated) = message.strip_prefix("fault:") {
        let stated = stated.split(" at line ").next().unwrap_or(stated);
        let (code, allowed) = stated.split_once(':').unwrap_or((stated, ""));
        let code = FaultCode::ALL.into_iter().find(|known| known.as_str() == code).unwrap_or(FaultCode::Malformed);
        let fault = Fault::at(pointer, code);
        return if allowed.is_empty() { fault } else { fault.allowing(allowed) };
    }
    let named = message.split('`').nth(1).unwrap_or_default();
    if message.starts_with("missing field") {
        Fault::at(format!("{pointer}/{named}"), FaultCode::Required)
    } else if message.starts_with("unknown field") {
        let pointer = if pointer.ends_with(&format!("/{named}")) { pointer.to_owned() } else { format!("{pointer}/{named}") };
        Fault::at(pointer, FaultCode::UnknownField)
    } else if message.starts_with("unknown variant") {
        let allowed = message.split("expected").nth(1).unwrap_or_default().split(" at line").next().unwrap_or_default();
        Fault::at(pointer, FaultCode::NotKnown).allowing(allowed.replace('`', "").replace("one of", "").trim().to_owned())
    } else if message.starts_with("duplicate field") {
        Fault::at(format!("{pointer}/{named}"), FaultCode::Duplicate)
    } else if message.starts_with("invalid type") {
        Fault::at(pointer, FaultCode::WrongType)
    } else {
        Fault::at(pointer, FaultCode::Malformed)
    }
}

/// Path parameters.
#[derive(Debug, Clone, Copy)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(_) => {
                let names = RawPathParams::from_request_parts(parts, state).await;
                let name = names.ok().and_then(|names| names.iter().next().map(|(name, _)| name.to_owned())).unwrap_or_default();
                Err(Problem::with(ProblemKind::MalformedRequest, Fault::at(format!("/{name}"), FaultCode::Malformed)))
            }
        }
    }
}

/// Query parameters.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parse_query(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

/// Reads a query string as parameters of one shape.
///
/// # Errors
/// `MalformedRequest` at `?name`.
pub fn parse_query<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    let reader = serde_urlencoded::Deserializer::new(url_pairs(query));
    serde_path_to_error::deserialize(reader).map_err(|error| {
        let message = error.inner().to_string();
        let fault = fault_of(&json_pointer(error.path()), &message);
        let pointer = format!("?{}", fault.pointer.trim_start_matches('/'));
        let code = if fault.code == FaultCode::WrongType { FaultCode::Malformed } else { fault.code };
        Problem::with(ProblemKind::MalformedRequest, Fault { pointer, code, ..fault })
    })
}

fn url_pairs(query: &str) -> form_urlencoded::Parse<'_> {
    form_urlencoded::parse(query.as_bytes())
}

//! A playbook on the way in and out: YAML with its comments, or JSON.

use std::borrow::Cow;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::playbook::TEXT_BYTES_MAX;
use http_body::Body as _;
use store::playbook::Written;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::http::extract::body_problem;
use crate::http::problem::{Problem, ProblemKind};
use crate::http::versions::etag;

/// What YAML is sent as (RFC 9512).
pub const YAML: &str = "application/yaml";
const JSON: &str = "application/json";
/// What YAML was sent as before it had a name of its own.
const YAML_ONCE: [&str; 3] = ["application/x-yaml", "text/yaml", "text/x-yaml"];

/// A playbook as text.
#[derive(Debug)]
pub struct PlaybookText(pub String);

impl<S: Send + Sync> FromRequest<S> for PlaybookText {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let essence = essence_of(request.headers().get(header::CONTENT_TYPE)).unwrap_or_default();
        if essence != JSON && essence != YAML && !YAML_ONCE.contains(&essence.as_str()) {
            return Err(ProblemKind::TypeUnsupported.into());
        }
        // What is announced to be too large need not be heard first.
        if request.body().size_hint().lower() > TEXT_BYTES_MAX as u64 {
            return Err(ProblemKind::BodyTooLarge.into());
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| body_problem(&rejection))?;
        if bytes.len() > TEXT_BYTES_MAX {
            return Err(ProblemKind::BodyTooLarge.into());
        }
        // The archive takes no NUL, and no playbook needs one.
        let text = String::from_utf8(bytes.into()).ok().filter(|text| !text.contains('\0'));
        text.map(Self).ok_or_else(|| ProblemKind::MalformedBody.into())
    }
}

fn essence_of(value: Option<&HeaderValue>) -> Option<String> {
    Some(value?.to_str().ok()?.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

/// The form that a reader wants: of equals JSON, as everywhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Json,
    Yaml,
}

impl Form {
    /// The form that `Accept` prefers (RFC 9110 section 12.5.1).
    ///
    /// # Errors
    /// `NotAcceptable` when it wants neither.
    pub fn wanted(headers: &HeaderMap) -> Result<Self, Problem> {
        let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("*/*");
        let (json, yaml) = (weight(accept, JSON), weight(accept, YAML));
        if json <= 0.0 && yaml <= 0.0 {
            return Err(ProblemKind::NotAcceptable.into());
        }
        Ok(if yaml > json { Self::Yaml } else { Self::Json })
    }
}

/// How much `accept` wants `media`: the most particular range that covers it decides.
fn weight(accept: &str, media: &str) -> f32 {
    let mut best = (0, 0.0);
    for range in accept.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        let quality = quality.map_or(1.0, |q| q.parse::<f32>().ok().filter(|q| (0.0..=1.0).contains(q)).unwrap_or(0.0));
        let is_yaml = media == YAML && YAML_ONCE.contains(&name.as_str());
        let particular = match name.as_str() {
            "*/*" => 1,
            "application/*" => 2,
            _ if name == media || is_yaml => 3,
            _ => continue,
        };
        if (particular, quality) > best {
            best = (particular, quality);
        }
    }
    best.1
}

/// A playbook as it is answered.
pub fn answer(written: Written, form: Form) -> Response {
    let headers = [
        (header::ETAG, etag(written.version)),
        (header::VARY, HeaderValue::from_static("Accept")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")),
        (header::LAST_MODIFIED, http_date(&written)),
    ];
    match form {
        Form::Json => (headers, axum::Json(written.playbook)).into_response(),
        Form::Yaml => (headers, [(header::CONTENT_TYPE, YAML)], written.source).into_response(),
    }
}

fn http_date(written: &Written) -> HeaderValue {
    let date = written.created_at.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    HeaderValue::from_str(&date).unwrap_or(HeaderValue::from_static("Thu, 01 Jan 1970 00:00:00 GMT"))
}

/// A playbook as a schema. Its own check says more than any schema could: which stage nothing leads to, which timer nothing closes.
#[derive(Debug)]
pub struct Playbook;

impl PartialSchema for Playbook {
    fn schema() -> RefOr<Schema> {
        let about = "Stages, fields and moves of leads, deals, customers, contacts, hand-overs and documents; timers, rules, weekly lists, \
                     texts in zh-CN and en. `POST /v1/playbook:check` names every fault with its line.";
        let property = |kind| ObjectBuilder::new().schema_type(SchemaType::Type(kind));
        ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::Object))
            .description(Some(about))
            .property("format", property(Type::Integer).minimum(Some(1)).maximum(Some(1)))
            .property("name", property(Type::Object))
            .property("limits", property(Type::Object))
            .property("subjects", property(Type::Object))
            .property("timers", property(Type::Array))
            .property("rules", property(Type::Array))
            .property("lists", property(Type::Array))
            .property("texts", property(Type::Object))
            .property("digest", property(Type::Object))
            .required("format")
            .required("name")
            .required("subjects")
            .additional_properties(Some(AdditionalProperties::FreeForm(false)))
            .into()
    }
}

impl ToSchema for Playbook {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Playbook")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_that_is_wanted_most_is_given() {
        for (accept, want) in [
            (None, Some(Form::Json)),
            (Some("*/*"), Some(Form::Json)),
            (Some("application/json"), Some(Form::Json)),
            (Some("application/yaml"), Some(Form::Yaml)),
            (Some("text/yaml"), Some(Form::Yaml)),
            (Some("application/yaml, */*;q=0.5"), Some(Form::Yaml)),
            (Some("application/yaml;q=0.5, application/json"), Some(Form::Json)),
            (Some("application/*"), Some(Form::Json)),
            (Some("application/json;q=0, */*"), Some(Form::Yaml)),
            (Some("text/html"), None),
            (Some("application/yaml;q=x"), None),
        ] {
            let mut headers = HeaderMap::new();
            headers.extend(accept.map(|accept| (header::ACCEPT, HeaderValue::from_static(accept))));
            assert_eq!(Form::wanted(&headers).ok(), want, "{accept:?}");
        }
    }
}

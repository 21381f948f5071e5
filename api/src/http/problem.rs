//! Everything that can go wrong with a request: one closed table, from which the `OpenAPI` responses are made too.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::texts::Language;
use serde::Serialize;
use store::StoreError;
use utoipa::ToSchema;

use crate::docs::lists;

use super::fault::{Fault, FieldProblem};
use super::language::language_of;

macro_rules! problems {
    ($($name:ident $status:literal $code:literal $en:literal $zh:literal;)+) => {
        /// The kinds of problem; each has one status and one code for ever.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ProblemKind { $($name),+ }

        impl ProblemKind {
            pub const ALL: &[Self] = &[$(Self::$name),+];

            pub fn status(self) -> StatusCode {
                let status = match self { $(Self::$name => $status),+ };
                StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }

            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }

            pub fn title(self, language: Language) -> &'static str {
                match (self, language) { $((Self::$name, Language::En) => $en, (Self::$name, Language::ZhCn) => $zh),+ }
            }
        }
    };
}

problems! {
    MalformedBody 400 "malformed_body" "The body cannot be understood" "请求内容无法解析";
    MalformedRequest 400 "malformed_request" "The request's address or headers cannot be understood" "请求地址或请求头无法解析";
    UploadBroken 400 "upload_broken" "The upload ended before it was whole" "上传中断，内容不完整";
    TokenMissing 401 "token_missing" "A token is needed" "需要登录令牌";
    TokenRefused 401 "token_refused" "The token is not valid (any more): sign in or refresh it" "登录令牌无效或已失效，请刷新或重新登录";
    LoginRefused 401 "login_refused" "Organisation, login and password do not fit together" "组织、账号或密码不正确";
    RefreshReused 401 "refresh_reused" "This refresh token was used before; the session has been ended to be safe" "该刷新令牌已被使用过，为安全起见会话已结束";
    NotPermitted 403 "not_permitted" "Your role may not do this" "您的角色没有此权限";
    KeyNotPermitted 403 "key_not_permitted" "This key may not do this" "此密钥没有此权限";
    NotFound 404 "not_found" "There is no such thing here" "没有找到";
    MethodUnknown 405 "method_not_allowed" "This address does not know that method" "该地址不支持此方法";
    NotAcceptable 406 "not_acceptable" "None of the formats asked for can be made" "无法提供所要求的格式";
    TooSlow 408 "too_slow" "The request took too long to arrive" "请求到达太慢";
    OtherContent 409 "other_content" "The same id was sent before with other content" "同一编号此前提交过不同内容";
    IdTaken 409 "id_taken" "The id belongs to something else" "该编号已被占用";
    StateForbids 409 "state_forbids" "Its present state does not allow this" "当前状态不允许此操作";
    Duplicate 409 "duplicate" "Something with this name or number exists already" "同名或同号的记录已存在";
    InFlight 409 "in_flight" "The same request is being worked on; ask again" "相同的请求正在处理，请稍后再试";
    LengthNeeded 411 "length_required" "The body's length must be told in advance" "必须声明内容长度";
    VersionDiffers 412 "version_differs" "It was changed in the meantime; read it again" "内容已被他人修改，请重新读取";
    BodyTooLarge 413 "body_too_large" "The body is larger than allowed" "内容超过大小限制";
    TypeUnsupported 415 "type_unsupported" "The content type is not supported here" "不支持该内容类型";
    FieldsRefused 422 "fields_refused" "Some fields need to be put right" "部分字段需要更正";
    BytesDiffer 422 "bytes_differ" "What arrived is not what was declared (size or SHA-256)" "收到的内容与声明的大小或 SHA-256 不一致";
    KeyReused 422 "idempotency_key_reused" "The Idempotency-Key was used with another body" "该 Idempotency-Key 已用于不同内容";
    VersionNeeded 428 "version_needed" "Send If-Match with the version you read" "请在 If-Match 中带上所读取的版本";
    TooMany 429 "too_many" "Too many tries; wait a little" "请求过于频繁，请稍候";
    HeadersTooLarge 431 "headers_too_large" "The headers are larger than allowed" "请求头过大";
    Bug 500 "internal" "Something went wrong on our side" "服务器内部出错";
    Unavailable 503 "unavailable" "A part that is needed is away; try again soon, nothing is lost" "依赖的服务暂时不可用，请稍后重试，数据不会丢失";
}

/// A request that could not be carried out, as RFC 9457 tells it.
#[derive(Debug, Clone)]
pub struct Problem {
    pub kind: ProblemKind,
    pub faults: Vec<Fault>,
    pub retry_after_s: Option<u64>,
}

impl From<ProblemKind> for Problem {
    fn from(kind: ProblemKind) -> Self {
        let retry_after_s = match kind {
            ProblemKind::Unavailable => Some(2),
            ProblemKind::TooMany | ProblemKind::InFlight => Some(1),
            _ => None,
        };
        Self { kind, faults: Vec::new(), retry_after_s }
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        vec![fault].into()
    }
}

impl From<Vec<Fault>> for Problem {
    fn from(faults: Vec<Fault>) -> Self {
        Self { kind: ProblemKind::FieldsRefused, faults, retry_after_s: None }
    }
}

impl Problem {
    pub fn with(kind: ProblemKind, fault: Fault) -> Self {
        Self { faults: vec![fault], ..kind.into() }
    }

    /// Moves the pointers below the part of the body that they are about.
    pub fn below(mut self, at: &str) -> Self {
        for fault in &mut self.faults {
            fault.pointer = format!("{at}{}", fault.pointer);
        }
        self
    }

    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// The problem as a body in `language`.
    pub fn body(&self, language: Language) -> ProblemBody {
        ProblemBody {
            r#type: format!("/docs/problems#{}", self.kind.code()),
            title: self.kind.title(language).to_owned(),
            status: self.kind.status().as_u16(),
            detail: self.faults.first().map(|fault| format!("{}: {}", fault.pointer, fault.told(language).message)),
            code: self.kind.code().to_owned(),
            errors: self.faults.iter().map(|fault| fault.told(language)).collect(),
        }
    }
}

impl From<StoreError> for Problem {
    /// Maps what the archive could not do; this is the boundary where it is logged, once.
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::SessionOver => ProblemKind::TokenRefused.into(),
            StoreError::Unavailable { .. } => {
                tracing::warn!(error = error_chain(&error), "a dependency is away");
                ProblemKind::Unavailable.into()
            }
            StoreError::Conflict(ref name) if name.ends_with("_unique") => ProblemKind::Duplicate.into(),
            StoreError::Conflict(_) | StoreError::Corrupt { .. } | StoreError::Database(_) => {
                tracing::error!(error = error_chain(&error), "the archive refused");
                ProblemKind::Bug.into()
            }
        }
    }
}

/// An error with its causes, on one line.
pub fn error_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

/// RFC 9457 problem details.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Where this kind of problem is described.
    #[schema(example = "/docs/problems#fields_refused")]
    pub r#type: String,
    /// In the reader's language.
    pub title: String,
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub detail: Option<String>,
    /// Stable; branch on this.
    #[schema(value_type = lists::ProblemCode)]
    pub code: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
}

impl IntoResponse for Problem {
    /// The body is written by [`tell_problems`], which knows the reader's language.
    fn into_response(self) -> Response {
        let mut response = self.kind.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes every problem as problem+json in the reader's language, whoever raised it.
pub async fn tell_problems(request: Request, next: Next) -> Response {
    let language = language_of(request.headers());
    let response = next.run(request).await;
    let problem = match response.extensions().get::<Problem>() {
        Some(problem) => problem.clone(),
        None => match bare_failure(&response) {
            Some(kind) => kind.into(),
            None => return response,
        },
    };
    let (mut parts, _) = response.into_parts();
    let text = serde_json::to_string(&problem.body(language)).unwrap_or_default();
    parts.status = problem.kind.status();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    parts.headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    if let Some(seconds) = problem.retry_after_s {
        parts.headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if parts.status == StatusCode::UNAUTHORIZED {
        parts.headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"fieldproof\""));
    }
    Response::from_parts(parts, Body::from(text))
}

/// A failure that no handler of ours worded: the framework's own.
fn bare_failure(response: &Response) -> Option<ProblemKind> {
    // The framework's own are empty or plain text; JSON is an answer that somebody meant, and so is a page.
    let said_as = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    let worded = said_as.ends_with(b"json") || said_as.starts_with(b"text/html");
    if worded || response.status().as_u16() < 400 {
        return None;
    }
    Some(match response.status() {
        StatusCode::NOT_FOUND => ProblemKind::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => ProblemKind::MethodUnknown,
        StatusCode::REQUEST_TIMEOUT => ProblemKind::TooSlow,
        StatusCode::PAYLOAD_TOO_LARGE => ProblemKind::BodyTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ProblemKind::TypeUnsupported,
        StatusCode::SERVICE_UNAVAILABLE => ProblemKind::Unavailable,
        status if status.is_client_error() => ProblemKind::MalformedRequest,
        _ => ProblemKind::Bug,
    })
}

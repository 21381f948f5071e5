//! The table of errands, and the layers that every request walks through.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::House;
use crate::docs;
use crate::health;
use crate::http::address::find_address;
use crate::http::allowances::slow_down;
use crate::http::pace::keep_pace;
use crate::http::problem::{Problem, ProblemKind, tell_problems};
use crate::sessions::identity::identify;

/// Largest body of a request that is no upload, bytes.
pub(crate) const BODY_MAX: usize = 1024 * 1024;
/// A request's work behind the body must be done by then.
const ANSWER_AFTER: Duration = Duration::from_secs(20);

/// Every errand, with its documentation.
fn errands() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::with_openapi(docs::Document::openapi())
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(routes!(health::figures))
        .merge(crate::sessions::errands())
        .merge(crate::people::errands())
        .merge(crate::customers::errands())
        .merge(crate::photos::errands())
        .merge(crate::visits::errands())
        .merge(crate::playbook::errands())
        .merge(crate::boards::errands())
        .merge(crate::calendars::errands())
        .merge(crate::inbox::errands())
        .merge(crate::channels::errands())
        .merge(crate::webhooks::errands())
        .merge(crate::callbacks::errands())
        .merge(crate::stream::errands())
        .merge(crate::incidents::errands())
        .merge(crate::leads::errands())
        .merge(crate::lists::errands())
        .merge(crate::metrics::errands())
        .merge(crate::attachments::errands())
        .merge(crate::deals::errands())
        .merge(crate::timeline::errands())
        .merge(crate::looks::errands())
}

/// The contract as it is served and committed.
pub fn document() -> utoipa::openapi::OpenApi {
    let (_, api) = errands().split_for_parts();
    docs::complete(api)
}

/// The whole application.
pub fn application(house: Arc<House>) -> Router {
    let (routes, api) = errands().split_for_parts();
    let contract = docs::Contract::new(&docs::complete(api));
    let grace = house.settings.http.body_after;
    let ids = house.ids.clone();
    let of = || Arc::clone(&house);
    let (slow_down, identify, find_address) = (
        middleware::from_fn_with_state(of(), slow_down),
        middleware::from_fn_with_state(of(), identify),
        middleware::from_fn_with_state(of(), find_address),
    );
    routes
        .merge(docs::pages(contract))
        .fallback(async || Problem::from(ProblemKind::NotFound))
        .method_not_allowed_fallback(async || Problem::from(ProblemKind::MethodUnknown))
        .with_state(house)
        .layer(slow_down)
        .layer(identify)
        .layer(find_address)
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(middleware::from_fn(measure))
        .layer(middleware::from_fn(move |request, next| keep_pace(grace, request, next)))
        .layer(CatchPanicLayer::custom(|_| axum::response::IntoResponse::into_response(Problem::from(ProblemKind::Bug))))
        .layer(middleware::from_fn(tell_problems))
        .layer(SetResponseHeaderLayer::if_not_present(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")))
        .layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, NewRequestId(ids)))
        .layer(middleware::from_fn(own_request_ids_only))
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Keeps a client's request id only when it is short and plain: it ends up in logs.
async fn own_request_ids_only(mut request: Request, next: Next) -> Response {
    let plain = |value: &HeaderValue| {
        value.len() <= 64 && value.as_bytes().iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    if request.headers().get(REQUEST_ID).is_some_and(|value| !plain(value)) {
        request.headers_mut().remove(REQUEST_ID);
    }
    next.run(request).await
}

#[derive(Clone)]
struct NewRequestId(platform::Ids);

impl MakeRequestId for NewRequestId {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        HeaderValue::from_str(&self.0.next().to_string()).ok().map(RequestId::new)
    }
}

/// Counts and times every request by its route, never by its address, and gives up on one that takes too long to answer.
async fn measure(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let method = request.method().to_string();
    let streams = route.ends_with("/content") || route == "/v1/visits" || route.ends_with(":import");
    // An import is carried out whole or not at all: a hundred thousand customers may take their time, each statement keeps its own.
    let is_long = route == "/v1/customer-imports/{id}/apply";
    let started = tokio::time::Instant::now();
    let response = if streams || is_long {
        next.run(request).await
    } else {
        let answered = tokio::time::timeout(ANSWER_AFTER, next.run(request)).await;
        answered.unwrap_or_else(|_| axum::response::IntoResponse::into_response(Problem::from(ProblemKind::Unavailable)))
    };
    let labels = [("method", method), ("route", route), ("status", response.status().as_u16().to_string())];
    metrics::histogram!("fieldproof_request_seconds", &labels).record(started.elapsed().as_secs_f64());
    response
}

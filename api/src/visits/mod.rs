//! Visits: submitted, judged, reviewed.

mod add_photos;
mod appeal;
mod batch;
mod challenges;
pub(crate) mod form;
pub(crate) mod list;
mod one_request;
mod pins;
mod precheck;
mod re_evaluate;
pub(crate) mod request;
mod review;
mod rules;
mod show;
mod shown;
mod submit;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::House;

pub use shown::VisitView;

/// The errands of this room. The one-request form streams its photos to a spool: each part has its own limit.
pub fn errands() -> OpenApiRouter<Arc<House>> {
    let streamed = OpenApiRouter::new().routes(routes!(one_request::submit)).layer(DefaultBodyLimit::disable());
    OpenApiRouter::new()
        .routes(routes!(rules::read, rules::put))
        .routes(routes!(challenges::issue))
        .routes(routes!(batch::submit))
        .routes(routes!(precheck::precheck))
        .routes(routes!(list::list))
        .routes(routes!(submit::submit, show::show))
        .routes(routes!(show::verdicts))
        .routes(routes!(add_photos::add))
        .routes(routes!(appeal::appeal))
        .routes(routes!(review::review))
        .routes(routes!(re_evaluate::re_evaluate))
        .routes(routes!(pins::propose))
        .routes(routes!(pins::list))
        .routes(routes!(pins::decide))
        .merge(streamed)
}

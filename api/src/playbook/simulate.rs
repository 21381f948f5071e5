//! `POST /v1/playbook:simulate`

use std::sync::Arc;

use axum::extract::{FromRequest, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use http_body::Body as _;
use serde::Deserialize;
use store::engine::simulations::{self, Begun, Wanted};
use utoipa::IntoParams;

use super::document::{Playbook, PlaybookText};
use super::faults::problem;
use super::simulation::SimulationView;
use crate::House;
use crate::http::extract::{Json, Query};
use crate::http::fault::{Fault, FaultCode};
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::values::Instant;
use crate::sessions::Caller;

/// The longest span of one simulation, and how far back one goes when nothing is said.
const DAYS_MAX: i64 = 366;
const DAYS: i64 = 30;

/// Which past, and which playbook where no draft is sent.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// What happened or would have happened from then on is compared; 30 days before `until` when left out.
    #[param(value_type = Option<Instant>)]
    from: Option<Instant>,
    /// And until then; now when left out. At most 366 days in all.
    #[param(value_type = Option<Instant>)]
    until: Option<Instant>,
    /// Where no draft is sent: the version to try, and when left out the one in force.
    #[param(minimum = 1)]
    version: Option<i32>,
}

/// A playbook to be tried; none where the request has no body.
#[derive(Debug)]
pub struct Draft(Option<String>);

impl<S: Send + Sync> FromRequest<S> for Draft {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let is_empty = request.body().size_hint().exact() == Some(0) && !request.headers().contains_key(header::CONTENT_TYPE);
        if is_empty {
            return Ok(Self(None));
        }
        PlaybookText::from_request(request, state).await.map(|PlaybookText(text)| Self(Some(text)))
    }
}

/// Try a playbook on the past
///
/// The organisation's recorded actions are run again under a draft, or without a body under a version that is there, and what would have
/// happened is compared with what did: incidents, who would have been told what, stages entered. Nothing is changed and nobody is told
/// anything. It takes a while: the answer names where its progress and its outcome are read. One at a time; `state_forbids` while another
/// one runs. The last twenty are kept.
#[utoipa::path(post, path = "/v1/playbook:simulate", tag = "playbook",
    params(Asked, ("Idempotency-Key" = Option<String>, Header, description = "Repeats are answered, not carried out again", max_length = 255)),
    request_body(content((Option<String> = "application/yaml"), (Option<Playbook> = "application/json")), description = "YAML or JSON, at most 256 KiB; nothing for a version that is there"),
    responses(
        (status = 202, description = "It is run", body = SimulationView, headers(("Location" = String, description = "Where its outcome is read"))),
        (status = 404, description = "There is no such version", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "`state_forbids`: another one runs", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn simulate(
    State(house): State<Arc<House>>,
    caller: Caller,
    Query(asked): Query<Asked>,
    key: IdempotencyKey,
    Draft(draft): Draft,
) -> Result<Response, Problem> {
    let now = house.clock.now();
    let (from, until) = span(&asked, now)?;
    if let Some(text) = &draft {
        if asked.version.is_some() {
            return Err(Fault::at("?version", FaultCode::NotAllowed).into());
        }
        domain::playbook::read(text).map_err(problem)?;
    }
    let once = Once::new(caller.id(), "/v1/playbook:simulate", key, &(asked.from, asked.until, asked.version, &draft));
    let mut tx = house.db.begin(&caller.scope).await?;
    if let Some(answer) = once.answered(&mut tx).await? {
        return Ok(answer);
    }
    let wanted = Wanted { source: draft.as_deref(), version: asked.version, from, until };
    let id = match simulations::begin(&mut tx, &house.ids, wanted, now).await? {
        Begun::As(id) => id,
        Begun::Busy => return Err(ProblemKind::StateForbids.into()),
        Begun::NoSuchVersion => return Err(ProblemKind::NotFound.into()),
    };
    let begun = simulations::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let view = SimulationView::from(begun);
    once.keep(&mut tx, StatusCode::ACCEPTED, &view, now).await?;
    tx.commit().await?;
    let location = format!("/v1/playbook/simulations/{id}");
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, location)], Json(view)).into_response())
}

/// The span, none of which lies ahead: the past ends now.
fn span(asked: &Asked, now: DateTime<Utc>) -> Result<(DateTime<Utc>, DateTime<Utc>), Problem> {
    let out_of_range = |of: &str, allowed: String| Problem::from(Fault::at(of, FaultCode::OutOfRange).allowing(allowed));
    let until = asked.until.map_or(now, |until| until.0);
    if until > now {
        return Err(out_of_range("?until", format!("..{}", now.to_rfc3339())));
    }
    let (earliest, usual) = (until.checked_sub_signed(TimeDelta::days(DAYS_MAX)), until.checked_sub_signed(TimeDelta::days(DAYS)));
    let from = asked.from.map(|from| from.0).or(usual).unwrap_or(until);
    if from >= until || earliest.is_none_or(|earliest| from < earliest) {
        return Err(out_of_range("?from", format!("1..{DAYS_MAX} d")));
    }
    Ok((from, until))
}

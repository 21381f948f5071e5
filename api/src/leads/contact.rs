//! `POST /v1/leads/{id}/contact`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use domain::leads::contact::{Channel, Outcome, Weight};
use domain::leads::permitted;
use domain::playbook::{Limit, Playbook};
use domain::texts::Language;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Tx;
use store::customers::decision_roles;
use store::leads::deeds;
use utoipa::ToSchema;
use uuid::Uuid;

use super::desk::{Desk, Opened};
use super::fields::Person;
use super::shown::LeadBody;
use crate::House;
use crate::docs::lists;
use crate::http::extract::{Json, Path};
use crate::http::fault::{Fault, FaultCode};
use crate::http::idempotency::IdempotencyKey;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::values::{Day, Instant, Text, Whole};
use crate::sessions::Caller;

/// From when a call counts, where the playbook does not say, seconds.
const CALL_SECONDS: i64 = 60;

/// A contact with the people of a lead, recorded in parts that can be counted.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LeadContact, example = json!({"channel": "phone", "outcome": "will_think", "seconds": 185, "who": "王芳", "decision_role": "user_buyer",
    "words": "价格比现在用的高一点，要和老板商量。", "next_step": "周四上门演示", "next_step_at": "2026-12-03T14:00:00+08:00"}))]
pub struct Contact {
    #[schema(value_type = lists::ContactChannel)]
    channel: Channel,
    /// *Will think about it* is not *will sign on a date*.
    #[schema(value_type = lists::ContactOutcome)]
    outcome: Outcome,
    /// When it was, if a phone tells it later.
    done_at: Option<Instant>,
    /// How long the call was; needed for a call that was answered.
    seconds: Option<Whole<0, 86_400>>,
    /// Whom the rep spoke with.
    who: Option<Person>,
    /// A code of the organisation's decision roles.
    decision_role: Option<Text<1, 40>>,
    /// What the customer said, in their own words.
    words: Option<Text<1, 2000>>,
    next_step: Option<Text<1, 200>>,
    /// When the next step is; needs `next_step`.
    next_step_at: Option<Instant>,
    /// On which day they will sign; needed with `will_sign`, and for nothing else.
    sign_on: Option<Day>,
}

/// What the contact was taken for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LeadContactRecorded)]
pub struct Recorded {
    /// Somebody of theirs took part, for long enough: the lead's stage goes on.
    pub(super) effective: bool,
    /// In the reader's language: why it was or was not effective.
    #[schema(example = "已记录首次联系。")]
    pub(super) message: String,
    pub(super) lead: LeadBody,
}

/// Record a contact
///
/// The first effective contact is what the breaker waits for after a lead was accepted. An attempt that reached nobody, and a call shorter
/// than the playbook's `first_call_seconds`, are recorded too, and stop nothing.
#[utoipa::path(post, path = "/v1/leads/{id}/contact", tag = "leads", request_body = Contact,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Repeats are answered, not carried out again", max_length = 255)),
    responses(
        (status = 200, description = "It is recorded", body = Recorded, headers(("ETag" = String))),
        (status = 409, description = "`state_forbids`: the caller has not taken the lead, or it is over", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn contact(
    State(house): State<Arc<House>>,
    caller: Caller,
    Path(id): Path<Uuid>,
    key: IdempotencyKey,
    Json(request): Json<Contact>,
) -> Result<Response, Problem> {
    whole(&request)?;
    let mut desk = match Desk::open(&house, &caller, ("POST /v1/leads/{id}/contact", key), id, &request).await? {
        Opened::Desk(desk) => desk,
        Opened::Answered(answer) => return Ok(answer),
    };
    desk.only_if(desk.is_in_hand() && permitted::can_be_contacted(&desk.playbook, &desk.facts))?;
    known_role(&mut desk.tx, request.decision_role.as_ref()).await?;
    let done_at = desk.done_at(request.done_at)?;
    let call_seconds = call_seconds(&desk.playbook);
    let weight = Weight::of(request.channel, request.outcome, request.seconds.map(Whole::get), call_seconds);
    let (kind, data) = (weight.action(request.channel), data(&request));
    deeds::contact(&mut desk.tx, &house.ids, desk.now, &desk.lead, kind, done_at, data).await?;
    let lead = desk.shown().await?;
    let (version, effective) = (lead.version, weight == Weight::Effective);
    let message = message(weight, call_seconds, caller.language);
    desk.answer_with(version, Recorded { effective, message, lead }).await
}

/// What belongs together is there together.
fn whole(request: &Contact) -> Result<(), Problem> {
    let mut faults = Vec::new();
    if request.channel == Channel::Phone && request.outcome != Outcome::NotReached && request.seconds.is_none() {
        faults.push(Fault::at("/seconds", FaultCode::Required));
    }
    match (request.outcome == Outcome::WillSign, request.sign_on) {
        (true, None) => faults.push(Fault::at("/sign_on", FaultCode::Required)),
        (false, Some(_)) => faults.push(Fault::at("/sign_on", FaultCode::NotAllowed).allowing(Outcome::WillSign.as_str())),
        _ => {}
    }
    if request.next_step_at.is_some() && request.next_step.is_none() {
        faults.push(Fault::at("/next_step", FaultCode::Required));
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.into()) }
}

async fn known_role(tx: &mut Tx, code: Option<&Text<1, 40>>) -> Result<(), Problem> {
    let Some(code) = code else { return Ok(()) };
    let codes = decision_roles::codes(tx).await?;
    if codes.iter().any(|known| known == code.as_str()) {
        return Ok(());
    }
    Err(Fault::at("/decision_role", FaultCode::NotKnown).allowing(codes.join(", ")).into())
}

fn call_seconds(playbook: &Playbook) -> i64 {
    match playbook.limits.get("first_call_seconds") {
        Some(Limit::Number(seconds)) => *seconds,
        _ => CALL_SECONDS,
    }
}

/// What the log keeps; what was not said is left out.
fn data(request: &Contact) -> Value {
    let mut data = json!({
        "channel": request.channel, "outcome": request.outcome, "seconds": request.seconds, "who": request.who,
        "decision_role": request.decision_role, "words": request.words, "next_step": request.next_step,
        "next_step_at": request.next_step_at, "sign_on": request.sign_on,
    });
    if let Some(said) = data.as_object_mut() {
        said.retain(|_, value| !value.is_null());
    }
    data
}

/// What the rep reads about it.
pub(super) fn message(weight: Weight, call_seconds: i64, language: Language) -> String {
    match (weight, language) {
        (Weight::Effective, Language::ZhCn) => "已记录有效联系。".to_owned(),
        (Weight::Effective, Language::En) => "An effective contact is recorded.".to_owned(),
        (Weight::TooShort, Language::ZhCn) => format!("已记录通话，但不足 {call_seconds} 秒，不算有效联系，计时继续。"),
        (Weight::TooShort, Language::En) => {
            format!("The call is recorded. It was shorter than {call_seconds} seconds and does not count as a contact; the clock runs on.")
        }
        (Weight::NotReached, Language::ZhCn) => "已记录这次尝试，没有联系上，计时继续。".to_owned(),
        (Weight::NotReached, Language::En) => "The attempt is recorded. Nobody was reached; the clock runs on.".to_owned(),
    }
}

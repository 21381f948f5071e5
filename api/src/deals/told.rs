//! What can be told about a deal: the kinds of actions, and which shape the `data` of each has.

use std::borrow::Cow;

use domain::playbook::ActionKind;
use serde_json::{Map, Value};
use utoipa::openapi::schema::{AnyOfBuilder, Schema};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use super::said::{Named, Said};
use super::shapes::{
    Call, ContactLeaving, ContactPart, Data, Demo, Discount, Exchange, GivingUp, Loss, Meeting, Needs, Note, Payment, QuotationSent,
    Signature, Tender, Terms,
};
use crate::http::extract::parse_json;
use crate::http::problem::Problem;

/// The kinds of actions that are told about deals.
pub const TOLD: [ActionKind; 19] = [
    ActionKind::DealNeedsRecorded,
    ActionKind::DealContactAdded,
    ActionKind::DealContactChanged,
    ActionKind::DealContactRemoved,
    ActionKind::DealDemoHeld,
    ActionKind::DealQuotationSent,
    ActionKind::DealQuotationAcknowledged,
    ActionKind::DealTermsDiscussed,
    ActionKind::DealDiscountApproved,
    ActionKind::DealTenderReceived,
    ActionKind::DealSigned,
    ActionKind::DealPaid,
    ActionKind::DealLost,
    ActionKind::DealAbandoned,
    ActionKind::MeetingHeld,
    ActionKind::CallAnswered,
    ActionKind::CallTried,
    ActionKind::ReplyReceived,
    ActionKind::NoteAdded,
];

/// Reads what is said about an action of `kind`.
///
/// # Errors
/// Every fault below `/data`.
pub fn read(kind: ActionKind, data: &Map<String, Value>) -> Result<Said, Problem> {
    match kind {
        ActionKind::DealContactAdded | ActionKind::DealContactChanged => said::<ContactPart>(data),
        ActionKind::DealContactRemoved => said::<ContactLeaving>(data),
        ActionKind::DealDemoHeld => {
            let mut said = said::<Demo>(data)?;
            let has_minutes = ["minutes", "attachment_ids"].iter().any(|key| said.data.contains_key(*key));
            said.data.insert("has_minutes".to_owned(), Value::Bool(has_minutes));
            Ok(said)
        }
        ActionKind::DealQuotationSent => said::<QuotationSent>(data),
        ActionKind::DealQuotationAcknowledged | ActionKind::ReplyReceived | ActionKind::CallTried => said::<Exchange>(data),
        ActionKind::DealTermsDiscussed => said::<Terms>(data),
        ActionKind::DealDiscountApproved => said::<Discount>(data),
        ActionKind::DealTenderReceived => said::<Tender>(data),
        ActionKind::DealSigned => said::<Signature>(data),
        ActionKind::DealPaid => said::<Payment>(data),
        ActionKind::DealLost => said::<Loss>(data),
        ActionKind::DealAbandoned => said::<GivingUp>(data),
        ActionKind::MeetingHeld => said::<Meeting>(data),
        ActionKind::CallAnswered => said::<Call>(data),
        ActionKind::NoteAdded => said::<Note>(data),
        _ => said::<Needs>(data),
    }
}

fn said<T: Data>(data: &Map<String, Value>) -> Result<Said, Problem> {
    let bytes = serde_json::to_vec(data).unwrap_or_default();
    let read: T = parse_json(&bytes).map_err(|problem| problem.below("/data"))?;
    let mut named = Named::default();
    read.names(&mut named);
    if !named.faults.is_empty() {
        return Err(named.faults.into());
    }
    let kept = match serde_json::to_value(&read) {
        Ok(Value::Object(mut kept)) => {
            kept.retain(|_, value| !value.is_null() && value.as_array().is_none_or(|items| !items.is_empty()));
            kept
        }
        _ => Map::new(),
    };
    Ok(Said { data: kept, named })
}

/// What is said about an action: one of these shapes, by its kind.
#[derive(Debug)]
pub struct AnyData;

macro_rules! any_of {
    ($($shape:ident)+) => {
        impl PartialSchema for AnyData {
            fn schema() -> RefOr<Schema> {
                let any = AnyOfBuilder::new();
                $(let any = any.item(Ref::from_schema_name($shape::name()));)+
                any.into()
            }
        }

        impl ToSchema for AnyData {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed("DealActionData")
            }

            fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
                $(
                    schemas.push(($shape::name().into_owned(), $shape::schema()));
                    $shape::schemas(schemas);
                )+
            }
        }
    };
}

any_of! {
    Needs ContactPart ContactLeaving Demo QuotationSent Exchange Terms Discount Tender Signature Payment Loss GivingUp Meeting Call Note
}

//! The closed lists of the rule room and the archive as schemas, so that a client can tell every name they can hold.

use std::borrow::Cow;

use domain::attachments::FileType;
use domain::calendars::{DayStatus, Standing, YearStatus};
use domain::deals::reasons::{LostReason as LostReasons, WonReason};
use domain::leads::contact::{Channel, Outcome as ContactOutcomes};
use domain::leads::reasons::{Disqualified, GivenBack};
use domain::people::Role;
use domain::playbook::SubjectKind;
use domain::playbook::model::{FieldKind, InterventionKind as InterventionKinds, StageKind};
use domain::visits;
use serde::Serialize;
use store::attachments::AttachmentState as AttachmentStates;
use store::photos::PhotoState as Stored;
use store::visits::Cause;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::http::problem::ProblemKind;

/// Every name in a list, as it is written in JSON.
fn names(all: &[impl Serialize]) -> Vec<serde_json::Value> {
    all.iter().map(|one| serde_json::to_value(one).unwrap_or_default()).collect()
}

macro_rules! lists {
    ($($name:ident: $about:literal, $all:expr;)+) => {$(
        #[doc = $about]
        #[derive(Debug)]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(SchemaType::Type(Type::String))
                    .description(Some($about))
                    .enum_values(Some(names($all)))
                    .into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    )+};
}

lists! {
    CheckName: "One rule that visits are held against.", &visits::CheckName::ALL;
    CheckOutcome: "How a check ended: `unknown` needs a person, `skipped` was not made or is ignored by the organisation.", &visits::Outcome::ALL;
    CheckCode: "What a check found. The list only grows; `/docs/checks` says what each one means.", visits::Code::ALL;
    EvidenceKind: "What spoke for presence.", &visits::EvidenceKind::ALL;
    EvidenceRule: "What may speak for presence: the photo's own GPS, or where it has none the phone's fix.", &visits::EvidenceRule::ALL;
    ChallengeRule: "Whether a capture challenge must be sent.", &visits::ChallengeRule::ALL;
    Consequence: "What a finding leads to.", &visits::Consequence::ALL;
    MeasureUnit: "The unit of `measured` and `limit`.", &["m", "s", "km/h", "characters", "bits"];
    VerdictCause: "Why a visit was judged.",
        &Cause::ALL.map(Cause::as_str).into_iter().chain(["reviewed"]).collect::<Vec<_>>();
    PhotoState: "Where a photo is on its way. `expired`: its upload window closed; declare it again.", &Stored::ALL.map(Stored::as_str);
    PhotoReading: "What a photo's bytes turned out to be.", &["evidence", "unreadable", "unsupported_type"];
    PhotoContentType: "What a photo was declared as.", &["image/jpeg", "image/heic", "image/heif", "image/avif", "image/png", "image/webp"];
    StageKindName: "Whether a stage goes on, or how it ends.", &StageKind::ALL;
    FieldKindName: "What a field of the playbook holds.", &FieldKind::ALL;
    StayCause: "How a stage was entered: begun, gone to by itself, or put there by somebody.", &["started", "moved", "placed"];
    LostReason: "Why a deal was lost or given up; `other` with a note.", LostReasons::ALL;
    DealEndReason: "Why a deal ended: one of the reasons of winning for a stage of that kind, else one of losing.",
        &LostReasons::ALL.iter().map(|one| one.as_str()).chain(WonReason::ALL.iter().map(|one| one.as_str())).collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>();
    DealActionKind: "What can be told about a deal.", &crate::deals::TOLD;
    AttachmentType: "What a file can be. Archives and anything that runs are not taken in.", &FileType::ALL;
    AttachmentState: "Where a file is on its way. `refused`: its bytes are not of the declared type; `expired`: declare it again.",
        &AttachmentStates::ALL.map(AttachmentStates::as_str);
    PlaybookFaultCode: "What is wrong with a part of a playbook.",
        &domain::playbook::FaultCode::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>();
    CalendarYearStatus: "How far a year's days can be trusted: its official notice is in, some days are assumed, or only the week is known.", &YearStatus::ALL;
    CalendarDayStatus: "Who says that a day is unlike its weekday: an official notice, somebody's guess, or people of the organisation.", &DayStatus::ALL;
    CalendarStanding: "How far a day can be trusted: what was said about it, else the standing of its year.", &Standing::ALL;
    DeliveryDays: "On which days messages are delivered: all, or those that are worked.", &domain::calendars::DeliveryDays::ALL;
    InterventionKind: "What is wanted of the reader; a `push` is content to use with the customer.", &InterventionKinds::ALL;
    InterventionState: "`done` when what was asked for has been done, or is not wanted any more.", &["open", "acknowledged", "snoozed", "done"];
    IncidentState: "`resolved` by the deed that was awaited, `superseded` when something else overtook it.", &crate::incidents::STATES;
    ReplanningState: "`none` before the rules have ever changed.", &crate::playbook::REPLANNING_STATES;
    ContactChannel: "How somebody was approached.", &Channel::ALL;
    ContactOutcome: "What came of a contact. `will_think` is no promise; `will_sign` comes with its date.", &ContactOutcomes::ALL;
    DisqualifiedReason: "Why a lead is no lead; `other` with a note.", Disqualified::ALL;
    GivenBackReason: "Why a lead is not taken, or given back; `other` with a note.", GivenBack::ALL;
    SubjectKindName: "What goes through stages or carries timers.", &SubjectKind::ALL;
    WebhookState: "Whether events are sent to an endpoint.", &["enabled", "disabled"];
    DeliveryStateName: "Where a delivery is: waiting, being sent, taken, not wanted any more, or given up (a dead letter).",
        &["pending", "sending", "delivered", "stopped", "given_up"];
    AttemptOutcome: "How an attempt ended: taken, to be tried again, never to be taken, or nothing will be taken at this address any more; `unknown` when its sender died.",
        &["taken", "again", "never", "not_here", "unknown"];
    ChannelSecret: "A secret that is kept for a channel.", &["secret", "token", "callback_token", "callback_aes_key"];
    RoleName: "What a person or key may do.", &Role::ALL.map(Role::as_str);
    KeyScope: "What a key may be used for. `positions:precise` opens no operation: without it a key is told where things are to three decimals of a degree (about 100 m), cannot search by place, and gets no watermarked pictures.", crate::permissions::KEY_SCOPES;
    ProblemCode: "Which problem; branch on this. `/docs/problems` says what to do about each one.",
        &ProblemKind::ALL.iter().map(|kind| kind.code()).collect::<Vec<_>>();
}

/// A measured or allowed value: a number, an instant, an id or a text.
#[derive(Debug)]
pub struct Measured;

impl PartialSchema for Measured {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(SchemaType::Array(vec![Type::Number, Type::String, Type::Null])).into()
    }
}

impl ToSchema for Measured {}

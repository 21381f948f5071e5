//! What is known about one subject: everything the engine decides by.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::action::ActionKind;
use super::code::Code;
use super::condition::{Type, Value};
use super::subject::SubjectKind;

/// One subject with its stage, its fields, its history in numbers and its open timers. Loaded in one read, in the transaction that
/// records the action.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    pub subject: SubjectFacts,
    /// The subject's open timers, in any order.
    pub timers: Vec<Timer>,
    /// What else is known, computed by the store.
    pub known: BTreeMap<FactName, Value>,
    /// The organisation's zone: civil days begin in it.
    pub zone: Tz,
}

impl Facts {
    /// A subject of which nothing is known yet.
    pub fn fresh(kind: SubjectKind, id: Uuid, zone: Tz) -> Self {
        let subject = SubjectFacts { kind, id, owner_id: None, place: None, fields: BTreeMap::new(), history: BTreeMap::new() };
        Self { subject, timers: Vec::new(), known: BTreeMap::new(), zone }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct SubjectFacts {
    pub kind: SubjectKind,
    pub id: Uuid,
    /// The rep who holds it.
    pub owner_id: Option<Uuid>,
    /// Where it stands; `None` before it has entered its first stage, and for kinds without stages.
    pub place: Option<Place>,
    pub fields: BTreeMap<Code, Written>,
    /// How often each kind of action has been recorded, and what the latest was.
    pub history: BTreeMap<ActionKind, Tally>,
}

/// A stay in a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub stage: Code,
    /// Names this stay: entering the same stage again is another one. See [`super::effect::entry_id`].
    pub entry: Uuid,
    pub entered_at: DateTime<Utc>,
    /// A person put it here: what was known before that moves it no further.
    pub placed: bool,
}

/// A field's value with the action that wrote it.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// `None` when it was emptied: an older value that arrives later does not come back.
    pub value: Option<FieldValue>,
    pub action: Uuid,
    /// When that action happened.
    pub at: DateTime<Utc>,
}

/// What a field can hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldValue {
    Tick(bool),
    Text(String),
    /// A choice's code.
    Choice(Code),
    /// In the smallest unit of the organisation's currency (fen).
    Money(i64),
    Date(NaiveDate),
    /// Ids of attached files, at least one.
    Attachments(Vec<String>),
}

/// How often an action kind was recorded for the subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    pub times: u32,
    pub last_action: Uuid,
    /// When the latest of them happened.
    pub last_at: DateTime<Utc>,
}

/// An open timer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timer {
    /// See [`super::effect::timer_id`].
    pub id: Uuid,
    pub code: Code,
    /// The stay that it watches; `None` when it was opened by an action alone.
    pub entry: Option<Uuid>,
    /// From when its time counts.
    pub opened_at: DateTime<Utc>,
    /// Which of its steps comes next: 0 is the one that raises the incident.
    pub step: u32,
    /// From when the time of that step counts: `opened_at`, and then the step before.
    pub since: DateTime<Utc>,
    /// When that step is due.
    pub due_at: DateTime<Utc>,
    /// Nothing further is said before this: somebody acknowledged or snoozed the incident.
    pub quiet_until: Option<DateTime<Utc>>,
}

macro_rules! facts {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $kind:ident, [$($subject:ident),*];)*) => {
        /// The closed list of further facts that conditions can name as `facts.NAME`; the store computes them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum FactName {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl FactName {
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// Of which type it is.
            pub const fn value_type(self) -> Type {
                match self { $(Self::$name => Type::$kind,)* }
            }

            /// Of which kinds of subjects it is known.
            pub const fn subjects(self) -> &'static [SubjectKind] {
                match self { $(Self::$name => &[$(SubjectKind::$subject,)*],)* }
            }
        }
    };
}

facts! {
    /// Contacts of the lead or of the deal's customer that have a phone number, an address or a chat.
    ReachableContacts = "reachable_contacts", Int, [Lead, Deal];
    /// Another open lead or customer has the same name or number.
    HasDuplicate = "has_duplicate", Bool, [Lead];
    /// The decision roles of the deal's contacts, each once.
    ContactRoles = "contact_roles", Texts, [Deal];
    /// Decision roles that a visit, meeting or answered call of this deal has reached, each once.
    ReachedRoles = "reached_roles", Texts, [Deal];
    /// A document with this deal's quotation was opened by a human, or the customer said that they have looked at it.
    QuotationSeen = "quotation_seen", Bool, [Deal];
    /// Mean time that other departments took to answer this customer's hand-overs of the last 90 days; open ones count as if answered now.
    MeanResponse = "mean_response", Span, [Customer, Handover];
}

impl FactName {
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|name| name.as_str() == text)
    }

    /// The actions that it is known from, where they are actions of the subject itself.
    pub const fn sources(self) -> &'static [ActionKind] {
        match self {
            Self::ContactRoles => &[ActionKind::DealContactAdded, ActionKind::DealContactChanged, ActionKind::DealContactRemoved],
            Self::ReachedRoles => &[ActionKind::VisitCounted, ActionKind::MeetingHeld, ActionKind::CallAnswered],
            Self::QuotationSeen => &[ActionKind::DealQuotationAcknowledged],
            Self::ReachableContacts | Self::HasDuplicate | Self::MeanResponse => &[],
        }
    }
}

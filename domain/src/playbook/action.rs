//! The actions that a playbook can speak of: a closed list, with what each says.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::condition::Type;
use super::subject::SubjectKind;
use crate::people::Role;

/// What an action is to a playbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// Somebody did one particular thing. Only deeds are awaited, and only deeds close timers.
    Deed,
    /// Fields were written or files attached. Facts may follow from it; no timer stops for it.
    Edit,
    /// Somebody said something about the subject. Nothing stops for it.
    Talk,
    /// A person puts the subject into a stage: `data` has `to` and `reason`.
    Placement,
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $nature:ident, [$($subject:ident),*], [$($key:literal: $kind:ident),*];)*) => {
        /// The closed list of action kinds that playbooks know. The log holds further kinds, which no playbook can ask for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum ActionKind {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl ActionKind {
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name in the log and in playbooks.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            pub const fn nature(self) -> Nature {
                match self { $(Self::$name => Nature::$nature,)* }
            }

            /// The kinds of subjects that the action can be about. One action may be about several: the engine is asked once for each.
            pub const fn subjects(self) -> &'static [SubjectKind] {
                match self { $(Self::$name => &[$(SubjectKind::$subject,)*],)* }
            }

            /// What `action.data` holds, by name and type; every entry may be missing.
            pub const fn data(self) -> &'static [(&'static str, Type)] {
                match self { $(Self::$name => &[$(($key, Type::$kind),)*],)* }
            }
        }
    };
}

actions! {
    /// Entered by a person, an import or an integrator.
    LeadCreated = "lead.created", Deed, [Lead], ["source": Text];
    /// Offered to a rep, who has yet to accept.
    LeadAssigned = "lead.assigned", Deed, [Lead], [];
    LeadAccepted = "lead.accepted", Deed, [Lead], [];
    LeadDeclined = "lead.declined", Deed, [Lead], ["reason": Text];
    /// Recorded by the house when an offer was not answered in time.
    LeadOfferExpired = "lead.offer_expired", Deed, [Lead], [];
    /// Given back to the pool by the rep who had it.
    LeadReturned = "lead.returned", Deed, [Lead], ["reason": Text];
    /// The structured record of the first contact.
    LeadContacted = "lead.contacted", Deed, [Lead],
        ["channel": Text, "decision_role": Text, "outcome": Text, "next_step": Text, "next_step_at": Instant];
    LeadQualified = "lead.qualified", Deed, [Lead], [];
    LeadDisqualified = "lead.disqualified", Deed, [Lead], ["reason": Text];
    /// Became a customer with a deal.
    LeadConverted = "lead.converted", Deed, [Lead], [];
    /// Found to be the same as another lead, which goes on.
    LeadMerged = "lead.merged", Deed, [Lead], [];
    LeadMoved = "lead.moved", Placement, [Lead], ["to": Text, "reason": Text];
    LeadChanged = "lead.changed", Edit, [Lead], [];

    DealCreated = "deal.created", Deed, [Deal], ["from_lead": Bool];
    DealMoved = "deal.moved", Placement, [Deal], ["to": Text, "reason": Text];
    DealChanged = "deal.changed", Edit, [Deal], [];
    /// A contact of the customer takes part in the deal.
    DealContactAdded = "deal.contact_added", Deed, [Deal], ["decision_role": Text];
    /// What is known of a contact's part in the deal was written anew.
    DealContactChanged = "deal.contact_changed", Edit, [Deal], [];
    DealContactRemoved = "deal.contact_removed", Deed, [Deal], [];
    /// Given to another rep.
    DealAssigned = "deal.assigned", Deed, [Deal], [];
    DealNeedsRecorded = "deal.needs_recorded", Deed, [Deal], [];
    /// A demonstration or a trial, and who of the decision chain was there.
    DealDemoHeld = "deal.demo_held", Deed, [Deal], ["roles": Texts, "has_minutes": Bool];
    DealQuotationSent = "deal.quotation_sent", Deed, [Deal], ["amount": Int];
    /// The customer said that they have looked at the quotation.
    DealQuotationAcknowledged = "deal.quotation_acknowledged", Deed, [Deal], [];
    /// Price, terms, a discount or a tender was talked about and put down.
    DealTermsDiscussed = "deal.terms_discussed", Deed, [Deal], ["about": Text];
    DealDiscountApproved = "deal.discount_approved", Deed, [Deal], [];
    DealTenderReceived = "deal.tender_received", Deed, [Deal], [];
    DealSigned = "deal.signed", Deed, [Deal], ["amount": Int, "signed_at": Instant];
    DealPaid = "deal.paid", Deed, [Deal], ["amount": Int];
    DealLost = "deal.lost", Deed, [Deal], ["reason": Text, "competitor": Text];
    DealAbandoned = "deal.abandoned", Deed, [Deal], ["reason": Text];

    /// A visit's verdict became valid.
    VisitCounted = "visit.counted", Deed, [Lead, Deal, Customer, Contact], ["decision_role": Text];
    /// The other side picked up and spoke.
    CallAnswered = "call.answered", Deed, [Lead, Deal, Customer, Contact], ["seconds": Int];
    /// Nobody picked up.
    CallTried = "call.tried", Talk, [Lead, Deal, Customer, Contact], [];
    MeetingHeld = "meeting.held", Deed, [Lead, Deal, Customer, Contact], ["roles": Texts];
    /// The customer wrote back.
    ReplyReceived = "reply.received", Deed, [Lead, Deal, Customer, Contact], [];
    MessageSent = "message.sent", Talk, [Lead, Deal, Customer, Contact], [];
    NoteAdded = "note.added", Talk, [Lead, Deal, Customer, Contact, Handover, Document], [];

    /// Entered by a person; `owned` where somebody looks after it from the beginning.
    CustomerCreated = "customer.created", Deed, [Customer], ["owned": Bool];
    CustomerChanged = "customer.changed", Edit, [Customer], [];

    ContactCreated = "contact.created", Deed, [Contact], ["decision_role": Text];
    ContactChanged = "contact.changed", Edit, [Contact], [];
    /// The customer's contact was added in a chat application.
    ContactChatAdded = "contact.chat_added", Deed, [Contact], ["channel": Text];
    ContactTagged = "contact.tagged", Deed, [Contact], ["tag": Text];
    ContactContentPushed = "contact.content_pushed", Deed, [Contact], ["content": Text];

    HandoverAsked = "handover.asked", Deed, [Handover], ["department": Text];
    HandoverAnswered = "handover.answered", Deed, [Handover], [];
    /// The department needs to know more first: whoever asked has the ball, and may ask again.
    HandoverReturned = "handover.returned", Deed, [Handover], ["reason": Text];
    HandoverWithdrawn = "handover.withdrawn", Deed, [Handover], ["reason": Text];
    HandoverChanged = "handover.changed", Edit, [Handover], [];

    DocumentShared = "document.shared", Deed, [Document], ["purpose": Text];
    /// Opened by a human: link scanners and previews are not recorded as this.
    DocumentOpened = "document.opened", Deed, [Document], ["seconds": Int];
    DocumentSigned = "document.signed", Deed, [Document], [];
    DocumentWithdrawn = "document.withdrawn", Deed, [Document], ["reason": Text];
    DocumentChanged = "document.changed", Edit, [Document], [];
}

impl ActionKind {
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }

    pub fn is_about(self, subject: SubjectKind) -> bool {
        self.subjects().contains(&subject)
    }

    /// Recorded by the house alone, when a timer says so.
    pub const fn is_of_house(self) -> bool {
        matches!(self, Self::LeadOfferExpired)
    }

    /// Whoever held the subject does not hold it any more.
    pub const fn releases(self) -> bool {
        matches!(self, Self::LeadDeclined | Self::LeadOfferExpired | Self::LeadReturned)
    }

    /// The action by which a person puts such a subject into a stage.
    pub const fn placement_of(subject: SubjectKind) -> Option<Self> {
        match subject {
            SubjectKind::Lead => Some(Self::LeadMoved),
            SubjectKind::Deal => Some(Self::DealMoved),
            _ => None,
        }
    }
}

/// One action of the log, as the engine reads it.
///
/// `data.fields` (an object) writes fields of the subject, `null` empties one; every kind of action may carry it, so that a structured
/// record and the facts it states are one action. `data.owner_id` says who holds the subject from now on, `null` that nobody does.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    pub id: Uuid,
    pub kind: ActionKind,
    /// `None` when the house itself acted.
    pub actor_role: Option<Role>,
    /// When it happened, as far as is known; the engine never takes it to be later than `recorded_at`.
    pub occurred_at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
    pub data: Map<String, Value>,
}

impl Action {
    /// When it happened, and not in the future whatever a phone's clock says.
    pub fn at(&self) -> DateTime<Utc> {
        self.occurred_at.min(self.recorded_at)
    }

    /// A text in the action's data.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.data.get(key)?.as_str().map(str::trim).filter(|text| !text.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_distinct_and_say_whose_they_are() {
        for kind in ActionKind::ALL {
            assert_eq!(ActionKind::parse(kind.as_str()), Some(*kind));
            assert!(!kind.subjects().is_empty(), "{}", kind.as_str());
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        let names: std::collections::BTreeSet<_> = ActionKind::ALL.iter().map(|kind| kind.as_str()).collect();
        assert_eq!(names.len(), ActionKind::ALL.len());
    }

    #[test]
    fn no_edit_and_no_talk_is_a_deed() {
        let quiet = ["changed", ".moved", "message.sent", "note.added", "call.tried"];
        for kind in ActionKind::ALL {
            let is_quiet = quiet.iter().any(|verb| kind.as_str().ends_with(verb));
            assert_eq!(kind.nature() == Nature::Deed, !is_quiet, "{}", kind.as_str());
        }
    }

    #[test]
    fn one_name_in_data_is_of_one_type() {
        let mut types = std::collections::BTreeMap::new();
        for (name, value_type) in ActionKind::ALL.iter().flat_map(|kind| kind.data()) {
            assert_eq!(types.entry(*name).or_insert(*value_type), value_type, "{name}");
        }
    }
}

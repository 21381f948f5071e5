//! What the log keeps of an action beside what playbooks speak of, and events therefore tell.

use super::events::Detail;
use crate::playbook::ActionKind;
use crate::playbook::ActionKind::{
    CallAnswered, CallTried, ContactChanged, ContactChatAdded, ContactContentPushed, ContactCreated, ContactTagged, DealAbandoned,
    DealAssigned, DealChanged, DealContactAdded, DealContactChanged, DealContactRemoved, DealCreated, DealDemoHeld, DealDiscountApproved,
    DealLost, DealMoved, DealNeedsRecorded, DealPaid, DealQuotationAcknowledged, DealQuotationSent, DealSigned, DealTenderReceived,
    DealTermsDiscussed, DocumentOpened, DocumentShared, DocumentSigned, DocumentWithdrawn, HandoverAnswered, HandoverAsked,
    HandoverChanged, HandoverReturned, HandoverWithdrawn, LeadChanged, LeadContacted, LeadConverted, LeadDeclined, LeadDisqualified,
    LeadMerged, LeadQualified, LeadReturned, MeetingHeld, MessageSent, NoteAdded, ReplyReceived, VisitCounted,
};
use Detail::{Any, Flag, Id, Instant, Text, Texts, Whole};

type Part = (&'static [ActionKind], &'static [(&'static str, Detail)]);

/// Each part of what is kept, and with which kinds.
const PARTS: &[Part] = &[
    (
        &[
            LeadDeclined,
            LeadReturned,
            LeadQualified,
            LeadDisqualified,
            DealNeedsRecorded,
            DealContactRemoved,
            DealQuotationSent,
            DealDiscountApproved,
            DealTenderReceived,
            DealSigned,
            DealPaid,
            DealLost,
            DealAbandoned,
        ],
        &[("note", Text)],
    ),
    (&[LeadMerged, LeadDisqualified], &[("into", Id)]),
    (&[LeadChanged, DealChanged, HandoverChanged], &[("changed", Texts)]),
    (&[LeadConverted], &[("customer_id", Id), ("deal_id", Id)]),
    (
        &[LeadContacted, CallAnswered, CallTried, MessageSent, MeetingHeld, ReplyReceived],
        &[("who", Text), ("words", Text), ("contact_id", Id), ("sign_on", Text)],
    ),
    (&[LeadContacted, CallTried, MessageSent, MeetingHeld, ReplyReceived], &[("seconds", Whole)]),
    (
        &[CallAnswered, CallTried, MessageSent, MeetingHeld, ReplyReceived],
        &[("channel", Text), ("outcome", Text), ("next_step", Text), ("next_step_at", Instant), ("decision_role", Text)],
    ),
    (&[NoteAdded], &[("text", Text)]),
    (&[DealQuotationAcknowledged], &[("contact_id", Id), ("words", Text)]),
    (&[DealTermsDiscussed], &[("contact_id", Id)]),
    (&[DealDemoHeld], &[("minutes", Text)]),
    (&[DealChanged, DealDemoHeld, DealQuotationSent, DealTenderReceived, MeetingHeld], &[("attachment_ids", Texts)]),
    (&[DealDiscountApproved], &[("percent", Any)]),
    (&[DealContactAdded, DealContactChanged, DealContactRemoved], &[("contact_id", Id)]),
    (&[DealContactAdded, DealContactChanged], &[("roles", Texts), ("attitude", Whole), ("influence", Whole), ("is_primary", Flag)]),
    (&[DealContactChanged], &[("decision_role", Text)]),
    (&[DealCreated], &[("customer_id", Id), ("lead_id", Id)]),
    (&[DealAssigned], &[("was", Id)]),
    (&[DealMoved], &[("from", Text), ("reason_code", Text)]),
    (&[ContactCreated], &[("customer_id", Id)]),
    (&[ContactCreated, ContactChanged, ContactChatAdded, ContactTagged, ContactContentPushed], &[("lead_id", Id)]),
    (&[VisitCounted], &[("visit_id", Id), ("rep_id", Id), ("customer_id", Id), ("contact_id", Id), ("deal_id", Id)]),
    (&[DocumentShared, DocumentOpened, DocumentSigned, DocumentWithdrawn], &[("customer_id", Id), ("deal_id", Id), ("version", Whole)]),
    (&[DocumentShared, DocumentOpened], &[("document_id", Id)]),
    (&[DocumentOpened], &[("link_id", Id)]),
    (&[HandoverAsked, HandoverAnswered, HandoverReturned, HandoverWithdrawn], &[("customer_id", Id), ("deal_id", Id)]),
    (&[HandoverAnswered, HandoverReturned, HandoverWithdrawn], &[("department", Text)]),
    (&[HandoverAsked], &[("need", Text)]),
    (&[HandoverAnswered], &[("answer", Text)]),
];

/// Everything that is kept with actions of `kind` beside what playbooks speak of.
pub(super) fn recorded(kind: ActionKind) -> impl Iterator<Item = (&'static str, Detail)> {
    PARTS.iter().filter(move |(kinds, _)| kinds.contains(&kind)).flat_map(|(_, details)| details.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_told_twice() {
        for kind in ActionKind::ALL {
            let mut names = recorded(*kind).map(|(name, _)| name).chain(kind.data().iter().map(|(name, _)| *name)).collect::<Vec<_>>();
            names.sort_unstable();
            assert!(names.is_sorted_by(|one, other| one < other), "{kind:?}: {names:?}");
        }
    }
}

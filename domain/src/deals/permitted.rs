//! What can be done to a deal where it stands, and by whom. No stage is known by its name.

use crate::people::Role;
use crate::playbook::model::{StageKind, Subject};
use crate::playbook::{ActionKind, Facts, Playbook, SubjectKind};

/// The rules of deals, where the playbook has any.
pub fn rules(playbook: &Playbook) -> Option<&Subject> {
    playbook.subjects.get(&SubjectKind::Deal)
}

/// Whether the deal is in a stage that is not the end of it.
pub fn is_open(playbook: &Playbook, facts: &Facts) -> bool {
    let stage = facts.subject.place.as_ref().and_then(|place| rules(playbook)?.stage(place.stage.as_str()));
    stage.is_some_and(|stage| stage.kind == StageKind::Open)
}

/// Whether somebody in this role may record that action of a deal. Whoever works on the deal records what is done; other departments say
/// what they themselves took part in; a discount is approved by somebody else than who asks for it. Directors look on.
pub const fn may_record(role: Role, kind: ActionKind) -> bool {
    let takes_part = matches!(
        kind,
        ActionKind::DealDemoHeld
            | ActionKind::DealTermsDiscussed
            | ActionKind::MeetingHeld
            | ActionKind::CallAnswered
            | ActionKind::CallTried
            | ActionKind::ReplyReceived
            | ActionKind::MessageSent
            | ActionKind::NoteAdded
    );
    match role {
        Role::Supervisor | Role::Admin => true,
        Role::Rep => !matches!(kind, ActionKind::DealDiscountApproved),
        Role::Presales | Role::Delivery | Role::Legal | Role::Operations => takes_part,
        Role::Clerk | Role::Director | Role::Integrator => false,
    }
}

/// Whether an action has a place at a deal that is over: what is said about it later, and that it was paid.
pub const fn outlives(kind: ActionKind) -> bool {
    matches!(
        kind,
        ActionKind::NoteAdded
            | ActionKind::MessageSent
            | ActionKind::ReplyReceived
            | ActionKind::CallAnswered
            | ActionKind::CallTried
            | ActionKind::MeetingHeld
            | ActionKind::DealPaid
            | ActionKind::DealChanged
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_approves_their_own_discount_and_directors_write_nothing() {
        assert!(!may_record(Role::Rep, ActionKind::DealDiscountApproved));
        assert!(may_record(Role::Supervisor, ActionKind::DealDiscountApproved));
        assert!(may_record(Role::Presales, ActionKind::DealDemoHeld) && !may_record(Role::Presales, ActionKind::DealLost));
        assert!(ActionKind::ALL.iter().all(|kind| !may_record(Role::Director, *kind)));
    }
}

//! The catalogue of events: what systems can ask to hear of. Every one is an action of the log, told as it was appended.

use std::sync::LazyLock;

use super::recorded::recorded;
use crate::playbook::ActionKind;
use crate::playbook::condition::Type as ValueType;

/// What one entry of an event's details is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    Text,
    Whole,
    Flag,
    Instant,
    Id,
    Texts,
    /// Whatever was recorded.
    Any,
}

/// One kind of event.
#[derive(Debug, Clone)]
pub struct EventKind {
    /// `subject.verb`, as in the log.
    pub name: &'static str,
    /// What happened, in a sentence.
    pub about: &'static str,
    /// Which kinds of subjects it can be about.
    pub subjects: Vec<&'static str>,
    /// By name; every one may be missing.
    pub details: Vec<(&'static str, Detail)>,
}

/// What an admin sends to an endpoint to see whether it takes anything.
pub const TEST: &str = "webhook.test";

/// Name, sentence, subjects and details of a kind of event.
type Other = (&'static str, &'static str, &'static [&'static str], &'static [(&'static str, Detail)]);

/// Actions beside those that a playbook speaks of, and what the log says exactly of some of those.
const OTHERS: &[Other] = &[
    ("visit.submitted", "A visit was submitted.", &["visit"], &[("customer_id", Detail::Id)]),
    (
        "visit.judged",
        "A visit got a verdict, its first one or a later one.",
        &["visit"],
        &[("seq", Detail::Whole), ("status", Detail::Text), ("rules_version", Detail::Text)],
    ),
    (
        "visit.reviewed",
        "A supervisor overruled or confirmed a verdict.",
        &["visit"],
        &[("seq", Detail::Whole), ("status", Detail::Text), ("was", Detail::Text)],
    ),
    ("visit.appealed", "A rep asked for another look at a verdict.", &["visit"], &[("appeal_id", Detail::Id)]),
    ("customer.changed", "A customer's fields were changed.", &["customer"], &[("fields", Detail::Texts)]),
    (
        "document.created",
        "A document was added.",
        &["document"],
        &[("kind", Detail::Text), ("customer_id", Detail::Id), ("deal_id", Detail::Id)],
    ),
    ("document.version_added", "A document got another version.", &["document"], &[("version", Detail::Whole), ("version_id", Detail::Id)]),
    ("customer.deleted", "A customer was taken out of the lists.", &["customer"], &[]),
    (
        "contact.changed",
        "A contact's fields were changed.",
        &["contact"],
        &[
            ("customer_id", Detail::Id),
            ("decision_role", Detail::Text),
            ("fields", Detail::Texts),
            ("owner_id", Detail::Id),
            ("lead_id", Detail::Id),
        ],
    ),
    (
        "contact.deleted",
        "A contact was taken out of the lists.",
        &["contact"],
        &[("customer_id", Detail::Id), ("decision_role", Detail::Text)],
    ),
    ("incident.raised", "A timer ran out: something has stalled, and people were told.", SUBJECTS, RAISED),
    ("incident.escalated", "Nobody acted: the next people were told.", SUBJECTS, RAISED),
    ("incident.acknowledged", "Somebody is at it: nobody is told anything more for a while.", SUBJECTS, HELD),
    ("incident.snoozed", "Nothing can be done before a date, and why.", SUBJECTS, HELD),
    ("incident.resolved", "The deed that was awaited was done.", SUBJECTS, ENDED),
    ("incident.superseded", "Something else overtook it: the stage was left, the subject closed, the rule retired.", SUBJECTS, ENDED),
    ("timer.ran_out", "A timer without an incident ran out.", SUBJECTS, RAISED),
    (
        "playbook.changed",
        "Another version of the playbook is in force.",
        &["organisation"],
        &[("version", Detail::Whole), ("name", Detail::Any)],
    ),
    (
        "calendar.changed",
        "Another version of the calendar is in force.",
        &["organisation"],
        &[("version", Detail::Whole), ("zone", Detail::Text), ("days", Detail::Whole), ("years", Detail::Any)],
    ),
    (
        "calendar.year_uncertain",
        "The next year's official holidays are not in: told on 15 November and 15 December.",
        &["organisation"],
        &[("year", Detail::Whole), ("status", Detail::Text)],
    ),
    (
        "visit.overturned",
        "A visit that had counted does not count any more.",
        &["visit"],
        &[("visit_id", Detail::Id), ("customer_id", Detail::Id), ("counted_by", Detail::Id)],
    ),
    (
        "calendar.imported",
        "Days of a notice were taken into the calendar.",
        &["organisation"],
        &[
            ("version", Detail::Whole),
            ("year", Detail::Whole),
            ("status", Detail::Text),
            ("changes", Detail::Whole),
            ("unchanged", Detail::Whole),
        ],
    ),
];

const SUBJECTS: &[&str] = &["lead", "deal", "customer", "contact", "handover", "document"];
const RAISED: &[(&str, Detail)] =
    &[("incident_id", Detail::Id), ("timer_id", Detail::Id), ("code", Detail::Text), ("step", Detail::Whole), ("due_at", Detail::Instant)];
const HELD: &[(&str, Detail)] =
    &[("incident_id", Detail::Id), ("code", Detail::Text), ("until", Detail::Instant), ("reason", Detail::Text)];
const ENDED: &[(&str, Detail)] =
    &[("incident_id", Detail::Id), ("timer_id", Detail::Id), ("code", Detail::Text), ("in_time", Detail::Flag)];

/// Every kind of event, by name.
pub fn catalogue() -> &'static [EventKind] {
    static ALL: LazyLock<Vec<EventKind>> = LazyLock::new(|| {
        let others = OTHERS.iter().map(|(name, about, subjects, details)| EventKind {
            name,
            about,
            subjects: subjects.to_vec(),
            details: details.to_vec(),
        });
        // What is said of an action here is more exact than what a playbook needs to know of it.
        let spoken_of = ActionKind::ALL.iter().filter(|kind| OTHERS.iter().all(|(name, ..)| *name != kind.as_str()));
        let mut all: Vec<EventKind> = others.chain(spoken_of.map(|kind| of_action(*kind))).collect();
        all.sort_unstable_by_key(|kind| kind.name);
        all
    });
    &ALL
}

/// Whether the catalogue tells of this entry of an event's details. Of what is no event it tells nothing.
pub fn tells_of(name: &str, detail: &str) -> bool {
    let kind = catalogue().binary_search_by_key(&name, |kind| kind.name).ok().and_then(|place| catalogue().get(place));
    kind.is_none_or(|kind| kind.details.iter().any(|(known, _)| *known == detail))
}

/// Whether there is such an event to be heard of.
pub fn is_known(name: &str) -> bool {
    catalogue().iter().any(|kind| kind.name == name)
}

fn of_action(kind: ActionKind) -> EventKind {
    let details = kind.data().iter().map(|(name, value)| (*name, of_type(*value)));
    let also = [("owner_id", Detail::Id), ("fields", Detail::Any)];
    EventKind {
        name: kind.as_str(),
        about: kind.name(crate::texts::Language::En),
        subjects: kind.subjects().iter().map(|subject| subject.as_str()).collect(),
        details: details.chain(recorded(kind)).chain(also).collect(),
    }
}

const fn of_type(value: ValueType) -> Detail {
    match value {
        ValueType::Bool => Detail::Flag,
        ValueType::Int => Detail::Whole,
        ValueType::Text => Detail::Text,
        ValueType::Instant => Detail::Instant,
        ValueType::Texts => Detail::Texts,
        ValueType::Double | ValueType::Span => Detail::Any,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_distinct_and_shaped_alike() {
        let names: std::collections::BTreeSet<_> = catalogue().iter().map(|kind| kind.name).collect();
        assert_eq!(names.len(), catalogue().len());
        assert!(ActionKind::ALL.iter().all(|kind| names.contains(kind.as_str())));
        for kind in catalogue() {
            let (subject, verb) = kind.name.split_once('.').unwrap();
            let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            assert!(plain(subject) && plain(verb) && !kind.about.is_empty() && !kind.subjects.is_empty(), "{}", kind.name);
        }
        assert!(is_known("incident.raised") && !is_known(TEST) && !is_known("customer.pin_proposed"));
    }
}

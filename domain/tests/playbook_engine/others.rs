//! Contacts, customers, hand-overs and documents.

use domain::playbook::{FactName, SubjectKind, Value as Known};
use serde_json::json;

use super::desk::{Desk, hours, minutes};

const NOTHING: [String; 0] = [];

#[test]
fn the_first_tag_is_due_two_hours_after_a_chat_contact_was_added() {
    let mut desk = Desk::of(SubjectKind::Contact);
    desk.act("contact.created").act("contact.chat_added").pass(minutes(119));
    assert_eq!(desk.heard(), NOTHING);
    desk.pass(minutes(1));
    assert_eq!(desk.heard(), ["first_tag/0 todo→owner"]);
    desk.pass(hours(22));
    assert_eq!(desk.heard(), ["first_tag/1 card→supervisor"]);
}

#[test]
fn the_first_tag_brings_content_within_three_days_and_a_place_on_the_weekly_list() {
    let mut desk = Desk::of(SubjectKind::Contact);
    desk.act("contact.chat_added").pass(hours(1)).act_with("contact.tagged", &json!({"tag": "price"}));
    assert_eq!(desk.heard(), ["content_after_first_tag push→owner"]);
    assert_eq!((desk.lists.as_slice(), desk.open_timers()), (&["expert_calls".to_owned()][..], vec!["content_push"]));
    desk.pass(hours(1)).act("contact.tagged").act("contact.changed");
    assert_eq!((desk.heard(), desk.lists.len()), (Vec::new(), 1), "only the first tag does");
    desk.pass(hours(71));
    assert_eq!(desk.heard(), ["content_push/0 todo→owner", "content_push/0 card→supervisor"]);
    desk.act("contact.content_pushed");
    assert_eq!(desk.open_timers(), Vec::<&str>::new());
    desk.act("contact.chat_added").pass(hours(10));
    assert_eq!(desk.heard(), NOTHING, "a contact that has a tag waits for no first one");
}

#[test]
fn a_customer_turns_red_72_hours_after_the_last_effective_contact() {
    let mut desk = Desk::of(SubjectKind::Customer);
    desk.act("customer.created").pass(hours(1000));
    assert_eq!(desk.heard(), NOTHING);
    desk.act("visit.counted").pass(hours(70)).act("reply.received").pass(hours(70));
    for quiet in ["note.added", "message.sent", "call.tried", "customer.changed"] {
        desk.act(quiet);
    }
    desk.act_with("call.answered", &json!({"seconds": 179})).pass(hours(1));
    assert_eq!(desk.heard(), NOTHING);
    desk.pass(hours(1));
    assert_eq!(desk.heard(), ["customer_silent/0 todo→owner", "customer_silent/0 card→supervisor"]);
    desk.act_with("call.answered", &json!({"seconds": 180})).pass(hours(71));
    assert_eq!((desk.heard(), desk.incidents.len()), (Vec::new(), 1));
    desk.pass(hours(1));
    assert_eq!(desk.incidents.len(), 2);
}

#[test]
fn a_hand_over_that_is_not_answered_is_told_to_operations() {
    let mut desk = Desk::of(SubjectKind::Handover);
    desk.act_with("handover.asked", &json!({"department": "legal"})).pass(hours(48));
    assert_eq!(desk.heard(), ["handover_waiting/0 todo→department", "handover_waiting/0 signal→operations"]);
    desk.pass(hours(24 * 30));
    assert_eq!(desk.heard().len(), 3);
    desk.facts.known.insert(FactName::MeanResponse, Known::Span(hours(48)));
    desk.act("handover.answered");
    assert_eq!((desk.heard(), desk.stage()), (Vec::new(), "answered"));
}

#[test]
fn departments_that_are_slow_on_the_whole_are_told_to_operations() {
    let mut desk = Desk::of(SubjectKind::Handover);
    desk.facts.known.insert(FactName::MeanResponse, Known::Span(hours(49)));
    desk.act("handover.asked").act("handover.answered");
    assert_eq!(desk.heard(), ["departments_are_slow signal→operations"]);
}

#[test]
fn three_human_openings_without_a_signature_bring_the_supervisor_once() {
    let mut desk = Desk::of(SubjectKind::Document);
    desk.act("document.shared").act("document.opened").act("document.opened");
    assert_eq!(desk.heard(), NOTHING);
    desk.act("document.opened").act("document.opened").act("document.opened");
    assert_eq!(desk.heard(), ["opened_and_not_signed card→supervisor"]);
    let mut desk = Desk::of(SubjectKind::Document);
    desk.act("document.shared").act("document.opened").act("document.opened").act("document.signed").act("document.opened");
    assert_eq!(desk.heard(), NOTHING);
}

#[test]
fn an_action_that_is_not_about_such_a_subject_does_nothing() {
    let mut desk = Desk::of(SubjectKind::Lead);
    desk.act("deal.created");
    assert_eq!((desk.last.len(), desk.facts.subject.history.len()), (0, 0));
}

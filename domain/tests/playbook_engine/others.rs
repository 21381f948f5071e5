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
    desk.act_with("handover.asked", &json!({"department": "legal"}));
    assert_eq!(desk.heard(), ["handover_asked todo→department"]);
    desk.pass(hours(48));
    assert_eq!(desk.heard(), ["handover_waiting/0 todo→department", "handover_waiting/0 signal→operations"]);
    desk.pass(hours(24 * 30));
    assert_eq!(desk.heard().len(), 3);
    desk.facts.known.insert(FactName::DepartmentResponse, Known::Span(hours(48)));
    desk.act("handover.answered");
    assert_eq!((desk.heard(), desk.stage()), (vec!["handover_done card→owner".to_owned()], "answered"));
}

#[test]
fn a_hand_over_that_came_back_waits_for_whoever_asked_and_may_be_asked_again() {
    let mut desk = Desk::of(SubjectKind::Handover);
    desk.act_with("handover.asked", &json!({"department": "legal"})).pass(hours(47)).act("handover.returned");
    assert_eq!((desk.stage(), desk.open_timers()), ("returned", vec!["handover_returned"]));
    desk.heard();
    desk.pass(hours(48));
    assert_eq!(desk.heard(), ["handover_returned/0 todo→owner", "handover_returned/0 card→supervisor"]);
    desk.act_with("handover.asked", &json!({"department": "legal"}));
    assert_eq!((desk.stage(), desk.open_timers()), ("asked", vec!["handover_waiting"]));
    desk.heard();
    desk.pass(hours(47));
    assert_eq!(desk.heard(), NOTHING, "its clock is its own");
    desk.act("handover.answered").act("handover.returned");
    assert_eq!(desk.stage(), "answered");
}

#[test]
fn departments_that_are_slow_on_the_whole_are_told_to_operations() {
    let mut desk = Desk::of(SubjectKind::Handover);
    desk.facts.known.insert(FactName::DepartmentResponse, Known::Span(hours(49)));
    let slow = |desk: &mut Desk| desk.heard().into_iter().filter(|said| said.starts_with("departments_are_slow")).collect::<Vec<_>>();
    // Monday, 09:00 in Shanghai.
    desk.act_with("handover.asked", &json!({"department": "legal"})).act("handover.returned").act("handover.asked");
    assert_eq!(slow(&mut desk), ["departments_are_slow card→operations"]);
    // Sunday of the same week, 23:59 there, and a minute later.
    desk.pass(hours(24 * 6) + minutes(14 * 60 + 59)).act("handover.returned");
    assert_eq!(slow(&mut desk), NOTHING, "once a week");
    desk.pass(minutes(1)).act("handover.asked");
    assert_eq!(slow(&mut desk), ["departments_are_slow card→operations"]);
}

#[test]
fn what_is_said_once_for_a_department_is_the_same_whichever_hand_over_it_follows_from() {
    let said = |subject: u128, department: &str| {
        let mut desk = Desk::of(SubjectKind::Handover);
        desk.facts.subject.id = uuid::Uuid::from_u128(subject);
        desk.facts.known.insert(FactName::DepartmentResponse, Known::Span(hours(49)));
        desk.act_with("handover.asked", &json!({ "department": department }));
        let said = desk.last.iter().filter_map(|effect| match effect {
            domain::playbook::Effect::Intervene(said) if said.by.as_str() == "departments_are_slow" => Some(said.id),
            _ => None,
        });
        said.collect::<Vec<_>>()
    };
    assert_eq!(said(1, "legal").len(), 1);
    assert_eq!(said(1, "legal"), said(2, "legal"));
    assert_ne!(said(1, "legal"), said(1, "presales"));
}

#[test]
fn a_customer_that_somebody_looks_after_is_watched_from_its_entry() {
    let mut desk = Desk::of(SubjectKind::Customer);
    desk.act_with("customer.created", &json!({"owned": true})).pass(hours(71));
    assert_eq!(desk.heard(), NOTHING);
    desk.pass(hours(1));
    assert_eq!(desk.heard(), ["customer_silent/0 todo→owner", "customer_silent/0 card→supervisor"]);
    desk.act("visit.counted");
    assert_eq!(desk.open_timers(), ["customer_silent"]);
}

#[test]
fn three_human_openings_without_a_signature_bring_the_supervisor_once() {
    let mut desk = Desk::of(SubjectKind::Document);
    desk.facts.known.insert(FactName::DealSigned, Known::Bool(false));
    desk.act("document.shared").act("document.opened").act("document.opened");
    assert_eq!(desk.heard(), NOTHING);
    desk.act("document.opened").act("document.opened").act("document.opened");
    assert_eq!(desk.heard(), ["opened_and_not_signed card→supervisor"]);
    let mut desk = Desk::of(SubjectKind::Document);
    desk.facts.known.insert(FactName::DealSigned, Known::Bool(false));
    desk.act("document.shared").act("document.opened").act("document.opened").act("document.signed").act("document.opened");
    assert_eq!(desk.heard(), NOTHING);
    let mut desk = Desk::of(SubjectKind::Document);
    desk.facts.known.insert(FactName::DealSigned, Known::Bool(true));
    desk.act("document.shared").act("document.opened").act("document.opened").act("document.opened");
    assert_eq!(desk.heard(), NOTHING, "its deal is signed");
}

#[test]
fn an_action_that_is_not_about_such_a_subject_does_nothing() {
    let mut desk = Desk::of(SubjectKind::Lead);
    desk.act("deal.created");
    assert_eq!((desk.last.len(), desk.facts.subject.history.len()), (0, 0));
}

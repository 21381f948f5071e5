//! A lead's life, and the 48-hour breaker.

use domain::playbook::{Effect, SubjectKind};
use serde_json::{Value, json};

use super::desk::{Desk, hours, minutes};

#[test]
fn a_lead_goes_from_new_to_converted() {
    let mut desk = Desk::of(SubjectKind::Lead);
    for (action, stage) in [
        ("lead.created", "new"),
        ("lead.assigned", "assigned"),
        ("lead.accepted", "confirmed"),
        ("lead.contacted", "contacted"),
        ("lead.qualified", "qualified"),
        ("lead.converted", "converted"),
    ] {
        desk.act(action).pass(minutes(5));
        assert_eq!(desk.stage(), stage, "{action}");
    }
    assert_eq!(desk.open_timers(), Vec::<&str>::new());
    assert!(desk.pass(hours(1000)).incidents.is_empty());
    assert_eq!(desk.heard(), ["lead_offered todo→owner urgent"]);
}

#[test]
fn an_offer_that_nobody_accepts_returns_to_the_pool() {
    let mut desk = Desk::of(SubjectKind::Lead);
    desk.act("lead.created").pass(minutes(10)).act("lead.assigned");
    assert_eq!(desk.open_timers(), ["lead_offer", "lead_stalled"]);
    desk.heard();
    desk.pass(minutes(119));
    assert_eq!((desk.heard(), desk.stage()), (Vec::new(), "assigned"));
    desk.pass(minutes(1));
    assert_eq!((desk.heard(), desk.stage()), (vec!["lead_back_in_pool card→supervisor".to_owned()], "new"));
    assert_eq!(desk.open_timers(), ["lead_stalled"]);
    assert!(desk.incidents.is_empty(), "an offer that expires is no incident");
    desk.act("lead.assigned").act("lead.declined");
    assert_eq!((desk.heard().len(), desk.stage()), (2, "new"));
}

#[test]
fn a_new_offer_gets_its_own_two_hours() {
    let mut desk = Desk::of(SubjectKind::Lead);
    desk.act("lead.created").act("lead.assigned").pass(minutes(90)).act("lead.assigned").pass(minutes(90));
    assert_eq!(desk.stage(), "assigned");
    desk.pass(minutes(30));
    assert_eq!(desk.stage(), "new");
}

#[test]
fn the_breaker_trips_at_48_hours_with_one_incident_and_three_interventions_at_once() {
    let mut desk = Desk::confirmed_lead();
    let entered = desk.now;
    desk.pass(hours(48) - minutes(1));
    assert_eq!((desk.heard(), desk.incidents.len()), (Vec::new(), 0));
    desk.pass(minutes(1));
    let three = ["lead_stalled/0 todo→owner", "lead_stalled/0 card→supervisor urgent", "lead_stalled/0 signal→presales"];
    assert_eq!(desk.heard(), three);
    assert_eq!(desk.incidents, [("lead_stalled".to_owned(), entered + hours(48))]);
}

#[test]
fn it_repeats_and_goes_up_to_the_director_and_then_waits() {
    let mut desk = Desk::confirmed_lead();
    desk.pass(hours(48)).heard();
    desk.pass(hours(24));
    assert_eq!(desk.heard(), ["lead_stalled/1 todo→owner", "lead_stalled/1 card→supervisor"]);
    desk.pass(hours(24));
    assert_eq!(desk.heard(), ["lead_stalled/2 todo→owner", "lead_stalled/2 card→supervisor"]);
    desk.pass(hours(24));
    assert_eq!(desk.heard(), ["lead_stalled/3 card→director urgent"]);
    desk.pass(hours(5000));
    assert_eq!((desk.heard(), desk.incidents.len()), (Vec::new(), 1));
    desk.act("lead.contacted");
    assert_eq!((desk.stage(), desk.open_timers()), ("contacted", vec!["lead_stalled"]));
    desk.pass(hours(48));
    assert_eq!(desk.incidents.len(), 2, "the next stage has a clock of its own");
}

#[test]
fn edits_comments_and_messages_do_not_stop_it() {
    let mut desk = Desk::confirmed_lead();
    let before = desk.facts.timers.clone();
    for _ in 0..47 {
        desk.pass(hours(1));
        for kind in ["lead.changed", "note.added", "message.sent", "call.tried"] {
            desk.act_with(kind, &json!({"fields": {"anything": "x"}}));
            assert_eq!(desk.last, [], "{kind}");
        }
    }
    assert_eq!(desk.facts.timers, before);
    desk.pass(hours(1));
    assert_eq!(desk.incidents.len(), 1);
}

#[test]
fn a_deed_that_the_stage_does_not_wait_for_does_not_stop_it_either() {
    let mut desk = Desk::confirmed_lead();
    let before = desk.facts.timers.clone();
    desk.pass(hours(40));
    for kind in ["lead.qualified", "lead.converted", "lead.declined", "visit.counted", "meeting.held", "lead.created"] {
        desk.act(kind);
        assert_eq!((desk.stage(), &desk.facts.timers), ("confirmed", &before), "{kind}");
    }
}

#[test]
fn only_the_awaited_deed_stops_it_and_the_clock_of_the_next_stage_starts() {
    let mut desk = Desk::confirmed_lead();
    desk.pass(hours(47)).act("lead.contacted");
    let closing = desk.last.iter().find_map(|effect| match effect {
        Effect::CloseTimer(closing) => Some(closing.clone()),
        _ => None,
    });
    assert!(closing.unwrap().in_time);
    assert_eq!(desk.timer("lead_stalled").unwrap().due_at, desk.now + hours(48));
    desk.pass(hours(47));
    assert!(desk.incidents.is_empty());
}

#[test]
fn a_lead_that_is_handed_on_has_to_be_accepted_again() {
    let mut desk = Desk::confirmed_lead();
    desk.act("lead.contacted").act("lead.assigned");
    assert_eq!((desk.heard(), desk.stage()), (vec!["lead_offered todo→owner urgent".to_owned()], "assigned"));
    desk.act("lead.accepted").act("lead.returned");
    assert_eq!(desk.stage(), "new");
}

#[test]
fn disqualified_is_an_end_from_anywhere() {
    for before in [&[][..], &["lead.assigned"], &["lead.assigned", "lead.accepted", "lead.contacted", "lead.qualified"]] {
        let mut desk = Desk::of(SubjectKind::Lead);
        desk.act("lead.created");
        for kind in before {
            desk.act(kind);
        }
        desk.act_with("lead.disqualified", &json!({"reason": "no need"}));
        assert_eq!((desk.stage(), desk.open_timers()), ("disqualified", Vec::new()));
        desk.act("lead.assigned").act("lead.contacted").act_with("lead.moved", &json!({"to": "new", "reason": "again"}));
        assert_eq!(desk.stage(), "disqualified", "leads are not put anywhere by hand");
    }
}

#[test]
fn owners_are_known_from_assignments() {
    let mut desk = Desk::of(SubjectKind::Lead);
    let rep = "00000000-0000-0000-0000-000000000007";
    desk.act("lead.created").act_with("lead.assigned", &json!({"owner_id": rep}));
    assert_eq!(desk.facts.subject.owner_id.unwrap().to_string(), rep);
    desk.act_with("lead.declined", &json!({"owner_id": Value::Null}));
    assert_eq!(desk.facts.subject.owner_id, None);
}

#[test]
fn what_was_recorded_late_enters_when_it_happened() {
    let mut desk = Desk::confirmed_lead();
    let contacted = desk.now + hours(5);
    desk.pass(hours(30)).act_late("lead.contacted", &Value::Null, contacted);
    assert_eq!(desk.way.last().unwrap(), &("contacted".to_owned(), contacted));
    assert_eq!(desk.timer("lead_stalled").unwrap().due_at, contacted + hours(48));
    let tomorrow = desk.now + hours(24);
    desk.act_late("lead.qualified", &Value::Null, tomorrow);
    assert_eq!(desk.way.last().unwrap().1, desk.now, "a clock that is ahead does not win time");
}

//! The bugs of other escalation engines, each tried on this one.

use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use domain::calendars::Calendar;
use domain::playbook::effect::TimerClosing;
use domain::playbook::{
    Clocks, ClosedBecause, DEFAULT, Effect, Recipient, SubjectKind, TimeThatCounts, acknowledged_until, apply, fire, read, snoozed_until,
};
use serde_json::Value;

use super::desk::{Desk, OFFICE, at, hours, minutes};

const NOTHING: [String; 0] = [];

fn lead_by_office_hours(clocks: Clocks<'static>, now: &str) -> Desk {
    let mut desk = Desk::of(SubjectKind::Lead);
    desk.playbook = read(&DEFAULT.replace("    after: 48h\n", "    after: 48h\n    clock: working\n")).unwrap();
    (desk.clocks, desk.now) = (clocks, at(now));
    desk.act("lead.created");
    desk
}

fn closing(desk: &Desk) -> TimerClosing {
    let closing = desk.last.iter().find_map(|effect| match effect {
        Effect::CloseTimer(closing) => Some(closing.clone()),
        _ => None,
    });
    closing.unwrap()
}

/// "A restart loses the timer": everything is in the facts, so a machine that starts over goes on from them; and what it missed it says
/// late, once, and not all at the same time.
#[test]
fn a_machine_that_was_away_says_it_late_and_does_not_bunch_up() {
    let mut desk = Desk::confirmed_lead();
    desk.pass_unwatched(hours(48 + 24 * 10)).pass(minutes(0));
    let three = ["lead_stalled/0 todo→owner late", "lead_stalled/0 card→supervisor late urgent", "lead_stalled/0 signal→presales late"];
    assert_eq!(desk.heard(), three);
    assert_eq!(desk.timer("lead_stalled").unwrap().due_at, desk.now + hours(24));
    desk.pass(hours(24));
    assert_eq!(desk.heard(), ["lead_stalled/1 todo→owner", "lead_stalled/1 card→supervisor"]);
}

/// A few minutes of waiting for the next sweep are not late, and do not add up.
#[test]
fn a_short_delay_is_neither_late_nor_passed_on() {
    let mut desk = Desk::confirmed_lead();
    let due = desk.timer("lead_stalled").unwrap().due_at;
    desk.pass_unwatched(hours(48) + minutes(15)).pass(minutes(0));
    assert_eq!(desk.heard()[0], "lead_stalled/0 todo→owner");
    assert_eq!(desk.timer("lead_stalled").unwrap().due_at, due + hours(24));
}

/// "An acknowledgement does not stop what is already queued": what was queued is held against the facts.
#[test]
fn what_was_closed_after_it_was_queued_does_not_fire() {
    let mut desk = Desk::confirmed_lead();
    let queued = desk.timer("lead_stalled").unwrap().clone();
    desk.pass_unwatched(hours(49)).act("lead.contacted");
    desk.fire(&queued);
    assert_eq!((desk.last.len(), desk.heard()), (0, Vec::new()));
}

/// Acknowledging keeps the steps quiet for a while, not for ever, and does not stop the clock.
#[test]
fn an_acknowledgement_holds_the_next_step_back_and_runs_out() {
    let mut desk = Desk::confirmed_lead();
    desk.pass(hours(48)).heard();
    let rule = desk.playbook.timers.iter().find(|rule| rule.code.as_str() == "lead_stalled").unwrap();
    let until = acknowledged_until(rule, desk.clocks, desk.now + hours(20));
    assert_eq!(until, desk.now + hours(44));
    desk.facts.timers[0].quiet_until = Some(until);
    desk.pass(hours(24));
    assert_eq!((desk.heard(), desk.timer("lead_stalled").unwrap().due_at), (Vec::new(), until));
    desk.pass(hours(20));
    assert_eq!(desk.heard(), ["lead_stalled/1 todo→owner", "lead_stalled/1 card→supervisor"]);
}

#[test]
fn a_snooze_has_an_end() {
    let desk = Desk::confirmed_lead();
    let rule = desk.playbook.timers.iter().find(|rule| rule.code.as_str() == "lead_stalled").unwrap();
    let until = desk.now + hours(72);
    assert_eq!(snoozed_until(rule, desk.clocks, until, desk.now), Ok(until));
    assert_eq!(snoozed_until(rule, desk.clocks, until + minutes(1), desk.now).unwrap_err().at_most, until);
}

/// Nobody can be quiet before there was anything to be quiet about.
#[test]
fn the_first_step_cannot_be_silenced() {
    let mut desk = Desk::confirmed_lead();
    desk.facts.timers[0].quiet_until = Some(desk.now + hours(500));
    desk.pass(hours(48));
    assert_eq!(desk.incidents.len(), 1);
}

/// "Acknowledged months ago, fires again": a step belongs to a stay in a stage; a stay that ended is silent, also in the same stage.
#[test]
fn a_stay_that_ended_is_silent_even_if_the_stage_is_entered_again() {
    let mut desk = Desk::confirmed_lead();
    let old = desk.timer("lead_stalled").unwrap().clone();
    desk.pass(hours(1)).act("lead.returned").act("lead.assigned").act("lead.accepted");
    desk.heard();
    assert_eq!(desk.stage(), "confirmed");
    let new = desk.timer("lead_stalled").unwrap().clone();
    assert!(old.id != new.id && old.entry != new.entry);
    // Even if its row had been left open.
    desk.facts.timers.push(old.clone());
    desk.pass_unwatched(hours(500));
    desk.fire(&old);
    assert_eq!((desk.last.len(), closing(&desk).because), (1, ClosedBecause::StageLeft));
    assert_eq!(desk.heard(), NOTHING);
}

/// "Silence on an empty chain": there is always somebody to turn to.
#[test]
fn nobody_is_never_told() {
    for recipient in Recipient::ALL {
        let mut way = vec![recipient];
        while let Some(next) = way.last().unwrap().instead() {
            way.push(next);
            assert!(way.len() < 10);
        }
        assert_eq!(way.last(), Some(&Recipient::Admin));
    }
}

/// "Business hours ignored": a deadline of working hours goes by the calendar, over night and weekend.
#[test]
fn working_time_is_counted_by_the_calendar() {
    let desk = lead_by_office_hours(OFFICE, "2026-11-27T16:30:00Z");
    // Friday 16:30: an hour and a half are left of the day; 48 h are that, five days of nine, and an hour and a half.
    assert_eq!(desk.timer("lead_stalled").unwrap().due_at, at("2026-12-07T10:30:00Z"));
}

/// "Holidays surprise": the official calendar is gone by, make-up workdays and all.
#[test]
fn holidays_and_make_up_workdays_are_counted_as_they_are() {
    static CHINA: LazyLock<Calendar> = LazyLock::new(domain::calendars::china::calendar);
    let working: &'static Calendar = &CHINA;
    let desk = lead_by_office_hours(Clocks { working }, "2026-09-30T09:00:00Z");
    // 17:00 in Shanghai, an hour before the holiday week: then five days of nine hours, a Saturday among them, and two hours.
    assert_eq!(desk.timer("lead_stalled").unwrap().due_at, at("2026-10-14T03:00:00Z"));
}

/// "A calendar in which nobody works": the wall clock takes over, instead of silence.
#[test]
fn an_empty_calendar_does_not_silence_a_timer() {
    #[derive(Debug)]
    struct Nobody;
    impl TimeThatCounts for Nobody {
        fn due(&self, _: DateTime<Utc>, _: TimeDelta) -> Option<DateTime<Utc>> {
            None
        }
        fn elapsed(&self, _: DateTime<Utc>, _: DateTime<Utc>) -> TimeDelta {
            TimeDelta::zero()
        }
    }
    let desk = lead_by_office_hours(Clocks { working: &Nobody }, "2026-11-27T16:30:00Z");
    assert_eq!(desk.timer("lead_stalled").unwrap().due_at, desk.now + hours(48));
}

/// "A shorter second deadline overrules the first": one deadline of a kind at a time, and the first one stands.
#[test]
fn a_second_opening_does_not_move_a_running_deadline() {
    let mut desk = Desk::of(SubjectKind::Contact);
    desk.act("contact.chat_added");
    let due = desk.timer("first_tag").unwrap().due_at;
    desk.pass(hours(1)).act("contact.chat_added");
    assert_eq!((desk.open_timers(), desk.timer("first_tag").unwrap().due_at), (vec!["first_tag"], due));
}

/// "Unordered events: the earliest response must win", and "two clocks": a deed in time is in time, whenever it is recorded.
#[test]
fn a_deed_in_time_that_was_recorded_late_closes_as_in_time() {
    for (after, in_time) in [(hours(47), true), (hours(48), true), (hours(48) + minutes(1), false)] {
        let mut desk = Desk::confirmed_lead();
        let done = desk.now + after;
        desk.pass(hours(60));
        assert_eq!(desk.incidents.len(), 1);
        desk.act_late("lead.contacted", &Value::Null, done);
        assert_eq!((closing(&desk).in_time, closing(&desk).at), (in_time, done), "{after}");
    }
}

/// "Fired after 20 minutes where 35 were expected": due or not due, nothing in between.
#[test]
fn nothing_fires_early() {
    let mut desk = Desk::confirmed_lead();
    let timer = desk.timer("lead_stalled").unwrap().clone();
    desk.pass_unwatched(hours(48) - TimeDelta::milliseconds(1));
    desk.fire(&timer);
    assert_eq!(desk.last, []);
    desk.pass_unwatched(TimeDelta::milliseconds(1));
    desk.fire(&timer);
    assert_eq!(desk.incidents.len(), 1);
}

/// Two machines with the same timer in hand: both name the same rows, and who comes second finds the step done.
#[test]
fn nothing_fires_twice() {
    let mut desk = Desk::confirmed_lead();
    let timer = desk.timer("lead_stalled").unwrap().clone();
    desk.pass_unwatched(hours(48));
    let first = fire(&desk.playbook, &desk.facts, &timer, desk.clocks, desk.now);
    assert_eq!(fire(&desk.playbook, &desk.facts, &timer, desk.clocks, desk.now), first);
    desk.fire(&timer);
    assert_eq!(desk.heard().len(), 3);
    desk.fire(&timer);
    assert_eq!((desk.last.len(), desk.heard()), (0, Vec::new()));
}

/// The same action carried out again has the same effects with the same ids.
#[test]
fn an_action_applied_again_names_the_same_rows() {
    let mut desk = Desk::of(SubjectKind::Lead);
    desk.act("lead.created");
    let action = desk.action("lead.assigned", &Value::Null, desk.now);
    desk.facts.absorb(&desk.playbook, &action);
    let once = apply(&desk.playbook, &desk.facts, &action, desk.clocks, desk.now);
    assert_eq!(apply(&desk.playbook, &desk.facts, &action, desk.clocks, desk.now), once);
    assert!(once.len() >= 4);
}

/// A timer that the playbook in force does not have any more is closed, not left to lie.
#[test]
fn a_timer_of_an_older_playbook_is_closed() {
    let mut desk = Desk::confirmed_lead();
    desk.playbook = read(&DEFAULT.replace("code: lead_stalled\n", "code: lead_watch\n")).unwrap();
    desk.pass(hours(48));
    assert_eq!((desk.last.len(), closing(&desk).because), (1, ClosedBecause::Retired));
    assert_eq!(desk.heard(), NOTHING);
}

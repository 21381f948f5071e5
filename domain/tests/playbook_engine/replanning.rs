//! "A changed calendar does not recalculate": rules that change count for what is still to come, and for nothing that was.

use domain::playbook::{ClosedBecause, DEFAULT, Effect, read, replan};

use super::desk::{Desk, OFFICE, hours};

/// The rules of this text come into force now.
fn come_into_force(desk: &mut Desk, text: &str) {
    desk.playbook = read(text).unwrap();
    let effects = replan(&desk.playbook, &desk.facts, desk.clocks, desk.now);
    desk.facts.follow(&effects);
    desk.last = effects;
}

fn breaker_after(span: &str) -> String {
    DEFAULT.replace("qualified]}\n    after: 48h", &format!("qualified]}}\n    after: {span}"))
}

#[test]
fn a_longer_rule_gives_time_and_a_shorter_one_does_not_reach_back() {
    let mut desk = Desk::confirmed_lead();
    let opened_at = desk.now;
    let due = |desk: &Desk| desk.timer("lead_stalled").unwrap().due_at - opened_at;
    desk.pass(hours(30));
    come_into_force(&mut desk, &breaker_after("72h"));
    assert_eq!(due(&desk), hours(72));
    come_into_force(&mut desk, &breaker_after("36h"));
    assert_eq!(due(&desk), hours(36));
    come_into_force(&mut desk, &breaker_after("24h"));
    assert_eq!(due(&desk), hours(30), "nobody is late by a rule that was not there");
    desk.pass(hours(0));
    assert_eq!(desk.heard().len(), 3, "and nothing is told as late");
}

#[test]
fn what_was_done_before_it_was_asked_for_was_done_in_time() {
    let mut desk = Desk::confirmed_lead();
    desk.pass(hours(30));
    come_into_force(&mut desk, &breaker_after("24h"));
    desk.act("lead.contacted");
    assert!(desk.last.iter().any(|effect| matches!(effect, Effect::CloseTimer(closing) if closing.in_time)));
}

#[test]
fn what_was_said_stays_said_and_the_rest_goes_by_the_new_rules() {
    let mut desk = Desk::confirmed_lead();
    desk.pass(hours(50));
    assert_eq!(desk.heard().len(), 3);
    let told_at = desk.timer("lead_stalled").unwrap().since;
    come_into_force(&mut desk, &breaker_after("72h").replace("- after: 24h\n        times: 2", "- after: 12h\n        times: 2"));
    let timer = desk.timer("lead_stalled").unwrap();
    assert_eq!((timer.step, timer.due_at), (1, told_at + hours(12)));
    desk.pass(hours(10));
    assert_eq!((desk.heard().len(), desk.incidents.len()), (2, 1), "one incident, whatever the rules");
}

#[test]
fn a_timer_that_had_said_all_goes_on_when_there_is_more_to_say() {
    let mut desk = Desk::confirmed_lead();
    desk.pass(hours(48 + 24 * 4));
    assert_eq!(desk.heard().len(), 8);
    come_into_force(&mut desk, &DEFAULT.replacen("        times: 2\n", "        times: 3\n", 1));
    desk.pass(hours(24));
    assert_eq!(desk.heard(), ["lead_stalled/4 card→director urgent"]);
}

#[test]
fn a_timer_without_a_rule_is_retired() {
    let mut desk = Desk::confirmed_lead();
    come_into_force(&mut desk, &DEFAULT.replace("stages: [new, assigned, confirmed, contacted, qualified]", "stages: [new, assigned]"));
    let retired = |effect: &Effect| matches!(effect, Effect::CloseTimer(closing) if closing.because == ClosedBecause::Retired);
    assert!(desk.last.iter().any(retired), "its stage is not watched any more: {:?}", desk.last);
    assert_eq!(desk.open_timers(), [""; 0]);
}

#[test]
fn a_timer_that_begins_to_go_by_working_time_counts_it_from_its_beginning() {
    let mut desk = Desk::confirmed_lead();
    desk.clocks = OFFICE;
    let opened_at = desk.now;
    come_into_force(&mut desk, &breaker_after("48h\n    clock: working"));
    let due = desk.timer("lead_stalled").unwrap().due_at;
    // Monday 09:00, 48 hours of 9 a day: Monday after at 12:00.
    assert_eq!(due - opened_at, hours(24 * 7 + 11));
}

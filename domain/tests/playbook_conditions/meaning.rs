//! What conditions mean.

use domain::playbook::Missing;
use domain::playbook::condition::Moment;

use super::stage_set::set;

#[test]
fn what_is_known_decides() {
    let set = set();
    for source in [
        "true",
        "!false",
        "subject.kind == 'deal'",
        "subject.stage == 'first'",
        "subject.stage != 'second'",
        "subject.stage in ['first', 'second']",
        "subject.fields.asked",
        "!subject.fields.refused",
        "subject.fields.band == 'large'",
        "subject.fields.amount >= 1200000",
        "subject.fields.amount > 1199999.5",
        "size(subject.fields.files) == 2 && subject.fields.files.size() == 2",
        "size(subject.fields.pain) == 11",
        "subject.fields.pain.contains('dear') && subject.fields.pain.startsWith('太贵') && subject.fields.pain.endsWith(\"dear\")",
        "subject.fields.signed_on == timestamp('2026-11-25T16:00:00Z')",
        "subject.counts['visit.counted'] == 2 && subject.counts['meeting.held'] == 0",
        "subject.last['visit.counted'] + duration('14h') == now",
        "now - subject.entered_at == duration('50h')",
        "now - subject.entered_at > limits.response && limits.openings * 2 - 1 == 5",
        "has(subject.fields.pain) && !has(subject.fields.nothing) && !has(subject.owner)",
        "'coach' in facts.contact_roles && !('blocker' in facts.contact_roles)",
        "facts.contact_roles.exists(role, role.endsWith('_buyer')) && !facts.contact_roles.all(role, role.endsWith('_buyer'))",
        "facts.contact_roles.exists(a, ['x', 'coach'].exists(b, a == b))",
        "[].all(x, false) && ![].exists(x, true)",
        "action.kind == 'call.answered' && action.data.seconds >= 60 && action.actor_role == 'rep'",
        "(has(subject.fields.pain) ? 1 : 0) + (has(subject.fields.nothing) ? 1 : 0) == 1",
        "1 + 2 * 3 == 7 && (1 + 2) * 3 == 9 && 7 / 2 == 3 && 7 % 4 == 3 && -7 / 2 == -3 && -7 % 4 == -3 && 10 - 3 - 2 == 5",
        "1.5 + 1.5 == 3.0 && 3.0 == 3 && 2 < 2.5 && 3.0 / 2.0 == 1.5",
        "9007199254740993 > 9007199254740992.0",
        "false ? false : true ? true : false",
        "'it\\'s' == \"it's\" && 'a\\nb' != 'a\\\\nb'",
        "false == false && true > false",
    ] {
        assert_eq!(set.ask(source), Ok(true), "{source}");
    }
}

#[test]
fn what_is_missing_is_said_and_counts_as_not_met() {
    let set = set();
    for (source, missing) in [
        ("subject.fields.never_ticked", "subject.fields.never_ticked is not known"),
        ("!subject.fields.never_ticked", "subject.fields.never_ticked is not known"),
        ("subject.fields.nothing == 'x'", "subject.fields.nothing is not known"),
        ("subject.last['meeting.held'] < now", "subject.last['meeting.held'] is not known"),
        ("action.data.roles.exists(r, true)", "action.data.roles is not known"),
        ("facts.quotation_seen", "facts.quotation_seen is not known"),
        ("!facts.quotation_seen", "facts.quotation_seen is not known"),
        ("size(facts.reached_roles) == 0", "facts.reached_roles is not known"),
        ("subject.fields.huge + 1 > 0", "a number is out of bounds"),
        ("1 / (subject.counts['visit.counted'] - 2) == 0", "a number is out of bounds"),
        ("1 % 0 == 0", "a number is out of bounds"),
        ("1.0 / 0.0 > 1.0", "a number is out of bounds"),
        ("0.0 / 0.0 != 1.0", "a number is out of bounds"),
        ("now + duration('8784h') > now && -(-subject.fields.huge - 1) > 0", "a number is out of bounds"),
        ("subject.fields.asked && subject.fields.never_ticked", "subject.fields.never_ticked is not known"),
        ("subject.fields.never_ticked && subject.fields.asked", "subject.fields.never_ticked is not known"),
        ("subject.fields.refused || facts.quotation_seen", "facts.quotation_seen is not known"),
        ("subject.fields.never_ticked ? true : true", "subject.fields.never_ticked is not known"),
    ] {
        assert_eq!(set.ask(source).map_err(|why| why.to_string()), Err(missing.to_owned()), "{source}");
    }
}

#[test]
fn what_is_decided_either_way_misses_nothing() {
    let set = set();
    for (source, answer) in [
        ("subject.fields.never_ticked && false", false),
        ("false && subject.fields.never_ticked", false),
        ("subject.fields.never_ticked || true", true),
        ("true || subject.fields.never_ticked", true),
        ("facts.contact_roles.exists(r, r == 'coach' || subject.fields.never_ticked)", true),
        ("facts.contact_roles.all(r, r == 'coach' && subject.fields.never_ticked)", false),
        ("true ? true : subject.fields.never_ticked", true),
    ] {
        assert_eq!(set.ask(source), Ok(answer), "{source}");
    }
}

#[test]
fn without_an_action_its_names_are_missing() {
    let set = set();
    let moment = Moment { action: None, ..set.moment() };
    for source in ["action.kind == 'call.answered'", "action.data.seconds > 0", "action.actor_role == 'rep'"] {
        let condition = set.read(source).unwrap();
        assert!(matches!(condition.holds(&moment), Err(Missing::Fact(_))), "{source}");
    }
}

#[test]
fn the_names_it_reads_are_listed() {
    let set = set();
    let source = "has(subject.fields.pain) && subject.counts['visit.counted'] > limits.openings || ['x'].all(r, r in facts.contact_roles)";
    let condition = set.read(source).unwrap();
    let names = condition.names().into_iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names, ["subject.fields.pain", "subject.counts['visit.counted']", "limits.openings", "facts.contact_roles"]);
    assert_eq!(condition.source(), source);
}

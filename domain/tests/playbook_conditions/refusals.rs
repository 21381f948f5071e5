//! What is refused when a playbook is saved, and where.

use domain::playbook::condition::{ProblemKind, Scope};

use super::stage_set::set;

fn problem(source: &str) -> (usize, String) {
    let problem = set().read(source).err().unwrap_or_else(|| panic!("{source} was taken"));
    let kind = match problem.kind {
        ProblemKind::Unexpected(found) => format!("unexpected {found}"),
        ProblemKind::EndsEarly => "ends early".to_owned(),
        ProblemKind::Unsupported(what) => format!("unsupported {what}"),
        ProblemKind::UnknownName(name) => format!("name {name}"),
        ProblemKind::UnknownFunction(name) => format!("function {name}"),
        ProblemKind::WrongType { needed, given } => format!("type {needed} / {given}"),
        ProblemKind::BadLiteral(text) => format!("literal {text}"),
        ProblemKind::UnknownAction(name) => format!("action {name}"),
        ProblemKind::UnknownCode(name) => format!("code {name}"),
        ProblemKind::TooLong => "too long".to_owned(),
        ProblemKind::TooDeep => "too deep".to_owned(),
        ProblemKind::TooManyParts => "too many".to_owned(),
    };
    (problem.offset, kind)
}

/// A condition, where it is wrong, and how.
const REFUSED: &[(&str, usize, &str)] = &[
    ("", 0, "ends early"),
    ("true &&", 7, "ends early"),
    ("(true", 5, "ends early"),
    ("true true", 5, "unexpected true"),
    ("true)", 4, "unexpected )"),
    ("size(subject.fields.pain,) > 1", 25, "unexpected )"),
    ("true ? true", 11, "ends early"),
    ("subject.", 8, "ends early"),
    ("subject.1", 8, "unexpected 1"),
    ("subject.fields.pain == 'x", 23, "literal x"),
    ("'a\\qb' == 'x'", 2, "literal \\q"),
    ("99999999999999999999 == 1", 0, "literal 99999999999999999999"),
    ("0x1F == 1", 0, "literal 0x"),
    ("1u == 1", 0, "literal 1u"),
    ("1e3 == 1", 0, "literal 1e"),
    ("{'a': 1}", 0, "unsupported {"),
    ("b'a' == 'a'", 1, "unexpected 'a'"),
    ("'''a''' == 'a'", 0, "unsupported '''"),
    ("null == subject.owner", 0, "unsupported null"),
    ("`x` == 1", 0, "unsupported `"),
    ("subject.fields.asked & true", 21, "unsupported &"),
    ("customer == 1", 0, "name customer"),
    ("true && subject.phase == 'x'", 8, "name subject.phase"),
    ("subject.fields.price > 1", 0, "name subject.fields.price"),
    ("has(subject.fields.price)", 4, "name subject.fields.price"),
    ("facts.mean_response > duration('1h')", 0, "name facts.mean_response"),
    ("limits.none > 1", 0, "name limits.none"),
    ("action.data.tag == 'x'", 0, "name action.data.tag"),
    ("['a'].exists(x, true) && x == 'a'", 25, "name x"),
    ("subject.counts['lead.created'] > 0", 15, "action lead.created"),
    ("subject.counts['deal.sung'] > 0", 15, "action deal.sung"),
    ("subject.counts[subject.stage] > 0", 22, "type string literal / expression"),
    ("subject.history['deal.moved'] > 0", 0, "name subject.history"),
    ("subject.stage == 'third'", 17, "code third"),
    ("'third' != subject.stage", 0, "code third"),
    ("subject.stage in ['first', 'third']", 17, "code third"),
    ("subject.fields.band == 'huge'", 23, "code huge"),
    ("action.kind == 'deal.lost'", 15, "code deal.lost"),
    ("action.actor_role == 'boss'", 21, "code boss"),
    ("subject.kind == 'lead'", 16, "code lead"),
    ("1 + 1", 2, "type bool / int"),
    ("subject.stage", 7, "type bool / string"),
    ("subject.stage && true", 7, "type bool / string"),
    ("!subject.fields.amount", 15, "type bool / int"),
    ("-subject.stage == 1", 8, "type int, double / string"),
    ("1 == 'a'", 2, "type int / string"),
    ("1 + 1.0 == 2.0", 2, "type int / double"),
    ("'a' + 'b' == 'ab'", 4, "type string / string"),
    ("now + now == now", 4, "type timestamp / timestamp"),
    ("now - subject.entered_at > 48", 25, "type duration / int"),
    ("5.0 % 2.0 == 1.0", 4, "type double / double"),
    ("true ? 1 : 'a'", 11, "type int / string"),
    ("[1] == ['a']", 1, "type string / int"),
    ("1 in ['a']", 2, "type int / list(string)"),
    ("'a' in 'abc'", 4, "type string / string"),
    ("['a'] < ['b']", 6, "type list(string) / list(string)"),
    ("subject.fields.pain.matches('.*')", 19, "function matches/1"),
    ("size(1) == 1", 5, "type string, list(string) / int"),
    ("has(subject)", 0, "function has/1"),
    ("int('1') == 1", 0, "function int/1"),
    ("duration('2d') > duration('1h')", 9, "literal 2d"),
    ("duration('x') > duration('1h')", 9, "literal x"),
    ("duration(subject.stage) > duration('1h')", 16, "type string literal / expression"),
    ("timestamp('tomorrow') > now", 10, "literal tomorrow"),
    ("['a'].map(x, x) == ['a']", 5, "function map/2"),
    ("['a'].exists('x', true)", 13, "type name / expression"),
    ("subject.fields.files[0] == 'a'", 21, "type string literal / expression"),
    ("['a'].b == 'a'", 5, "unsupported .b"),
    ("a.b.c.d == 1", 0, "name a.b.c.d"),
];

#[test]
fn faults_are_named_with_their_place() {
    for &(source, at, what) in REFUSED {
        let (found_at, found) = problem(source);
        assert_eq!((found_at, found.as_str()), (at, what), "{source}");
    }
}

#[test]
fn names_belong_to_their_place() {
    let set = set();
    let quiet = Scope { actions: &[], ..set.scope() };
    for source in ["action.kind == 'x'", "action.data.seconds > 1", "action.actor_role == 'rep'"] {
        assert!(domain::playbook::Condition::read(source, &quiet).is_err(), "{source}");
    }
    let homeless = Scope { stages: &[], ..set.scope() };
    for source in ["subject.stage == 'first'", "subject.entered_at < now"] {
        assert!(domain::playbook::Condition::read(source, &homeless).is_err(), "{source}");
    }
}

//! What no text, however long or hostile, can make it do.

use std::thread;

use domain::playbook::condition::{DEPTH_MAX, LENGTH_MAX, ProblemKind, TREE_DEPTH_MAX};
use domain::playbook::{FactName, Missing, Value};
use proptest::prelude::*;

use super::stage_set::set;

/// Runs on a stack half as large as a server's thread has, in a build that does not spare it.
fn on_a_small_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    thread::Builder::new().stack_size(1024 * 1024).spawn(work).unwrap().join().unwrap()
}

#[test]
fn nesting_is_bounded() {
    let deep = |open: &str, close: &str, times: usize| format!("{}true{}", open.repeat(times), close.repeat(times));
    for (open, close) in [("(", ")"), ("!", ""), ("[", "]"), ("true ? true : ", ""), ("(true && ", ")"), ("['a'].all(x, ", ")")] {
        for times in [DEPTH_MAX + 1, 60, 400] {
            let source = deep(open, close, times).chars().take(LENGTH_MAX).collect::<String>();
            let problem = on_a_small_stack(move || set().read(&source).unwrap_err());
            assert!(matches!(problem.kind, ProblemKind::TooDeep | ProblemKind::TooManyParts), "{open} {times}: {problem:?}");
        }
    }
    let inside = deep("(", ")", DEPTH_MAX - 1);
    assert_eq!(on_a_small_stack(move || set().ask(&inside)), Ok(true));
}

#[test]
fn length_and_parts_are_bounded() {
    let set = set();
    let long = format!("'{}' == ''", "长".repeat(LENGTH_MAX));
    assert_eq!(set.read(&long).unwrap_err().kind, ProblemKind::TooLong);
    let chain = |operands: usize| format!("{}true", "true && ".repeat(operands - 1));
    assert_eq!(set.read(&chain(TREE_DEPTH_MAX + 1)).unwrap_err().kind, ProblemKind::TooDeep);
    assert_eq!(on_a_small_stack(move || super::stage_set::set().ask(&chain(TREE_DEPTH_MAX))), Ok(true));
    let leaf = "1==1".to_owned();
    let bush = (0..6).fold(leaf, |half, _| format!("({half}&&{half})"));
    assert!(bush.chars().count() <= LENGTH_MAX);
    assert_eq!(set.read(&bush).unwrap_err().kind, ProblemKind::TooManyParts);
}

#[test]
fn steps_are_bounded() {
    let mut set = set();
    let many = (0..2000).map(|n| n.to_string()).collect();
    set.facts.known.insert(FactName::ContactRoles, Value::Texts(many));
    let nested = "facts.contact_roles.exists(a, facts.contact_roles.exists(b, a == 'x' && b == 'y'))";
    assert_eq!(set.ask(nested), Err(Missing::TooMuch));
    assert_eq!(set.ask("facts.contact_roles.exists(a, a == '1999')"), Ok(true));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_it_panic(pieces in proptest::collection::vec(prop_oneof![
        Just("subject.fields.amount"), Just("subject.fields.nothing"), Just("subject.counts['visit.counted']"), Just("facts.contact_roles"),
        Just("now"), Just("duration('1h')"), Just("action.data.seconds"), Just("'a'"), Just("["), Just("]"), Just("("), Just(")"), Just(","),
        Just(" && "), Just(" || "), Just(" == "), Just(" < "), Just(" + "), Just(" - "), Just(" * "), Just(" / "), Just(" % "), Just(" ? "),
        Just(" : "), Just("!"), Just("-"), Just("."), Just("size("), Just("has("), Just(".exists(x, "), Just("x"), Just("0"), Just("1.5"),
        Just("9223372036854775807"), Just("in"), Just("\\"), Just("'"), Just("\u{0}"), Just("中"),
    ], 0..24)) {
        let set = set();
        if let Ok(condition) = set.read(&pieces.concat()) {
            let _ = condition.holds(&set.moment());
        }
    }

    #[test]
    fn any_characters_are_read_or_refused_within_the_text(source in "\\PC{0,60}") {
        if let Err(problem) = set().read(&source) {
            prop_assert!(problem.offset <= source.chars().count());
        }
    }
}

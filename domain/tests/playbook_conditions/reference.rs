//! That the language is CEL: thousands of well-typed conditions, answered here and by the `cel` crate.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use cel::{Context, Program};
use domain::playbook::ActionKind;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::stage_set::{Set, set};

/// The same facts as the reference sees them: what is not known is not there.
fn reference_context() -> Context<'static, 'static> {
    type Map = HashMap<String, cel::Value>;
    let text = |text: &str| cel::Value::from(text.to_owned());
    let texts = |items: &[&str]| cel::Value::from(items.iter().map(|item| text(item)).collect::<Vec<_>>());
    let instant = |at: &str| cel::Value::Timestamp(at.parse().unwrap());
    let map = |entries: Vec<(&str, cel::Value)>| cel::Value::from(entries.into_iter().map(|(k, v)| (k.to_owned(), v)).collect::<Map>());
    let fields = map(vec![
        ("asked", true.into()),
        ("refused", false.into()),
        ("pain", text("太贵 too dear")),
        ("band", text("large")),
        ("amount", 1_200_000_i64.into()),
        ("huge", i64::MAX.into()),
        ("signed_on", instant("2026-11-25T16:00:00+00:00")),
        ("files", texts(&["a", "b"])),
    ]);
    let counts = ActionKind::ALL.iter().map(|kind| {
        let times = if *kind == ActionKind::VisitCounted { 2_i64 } else { 0 };
        (kind.as_str(), times.into())
    });
    let subject = map(vec![
        ("kind", text("deal")),
        ("stage", text("first")),
        ("entered_at", instant("2026-11-24T00:00:00+00:00")),
        ("fields", fields),
        ("counts", map(counts.collect())),
        ("last", map(vec![("visit.counted", instant("2026-11-25T12:00:00+00:00"))])),
    ]);
    let facts = map(vec![("contact_roles", texts(&["economic_buyer", "user_buyer", "coach"])), ("reachable_contacts", 2_i64.into())]);
    let mut context = Context::default();
    context.add_variable_from_value("subject", subject);
    context.add_variable_from_value("facts", facts);
    context.add_variable_from_value("action", map(vec![("data", map(vec![("seconds", 75_i64.into())]))]));
    context.add_variable_from_value("now", instant("2026-11-26T02:00:00+00:00"));
    context.add_variable_from_value(
        "limits",
        map(vec![("openings", 3_i64.into()), ("response", cel::Value::Duration(chrono::TimeDelta::hours(48)))]),
    );
    context
}

fn one_of(texts: &'static [&'static str]) -> impl Strategy<Value = String> + Clone {
    prop::sample::select(texts).prop_map(str::to_owned)
}

fn whole() -> impl Strategy<Value = String> + Clone {
    let small = (-5_i64..6).prop_map(|number| if number < 0 { format!("({number})") } else { number.to_string() });
    let known = one_of(&[
        "9223372036854775807",
        "subject.fields.amount",
        "subject.fields.huge",
        "subject.counts['visit.counted']",
        "subject.counts['meeting.held']",
        "action.data.seconds",
        "limits.openings",
        "size(facts.contact_roles)",
        "size(subject.fields.pain)",
        "size(subject.fields.nothing)",
    ]);
    prop_oneof![small, known].prop_recursive(3, 12, 2, |inner| {
        (inner.clone(), one_of(&["+", "-", "*", "/", "%"]), inner)
            .prop_map(|(left, operator, right)| format!("({left} {operator} {right})"))
    })
}

fn compared<T: Strategy<Value = String> + 'static>(left: T, right: impl Strategy<Value = String> + 'static) -> BoxedStrategy<String> {
    let order = one_of(&["==", "!=", "<", "<=", ">", ">="]);
    (left, order, right).prop_map(|(left, order, right)| format!("{left} {order} {right}")).boxed()
}

/// Conditions without `&&` and `||`.
fn plain() -> impl Strategy<Value = String> {
    let double = one_of(&["0.5", "2.0", "9007199254740992.0", "(1.5 * 4.0)"]);
    let text = one_of(&["'coach'", "'large'", "\"太贵\"", "''", "subject.fields.pain", "subject.fields.nothing"]);
    let texts = one_of(&["facts.contact_roles", "facts.reached_roles", "subject.fields.files", "['coach', 'x']", "[]"]);
    let instant = one_of(&[
        "now",
        "subject.entered_at",
        "subject.fields.signed_on",
        "subject.last['visit.counted']",
        "timestamp('2026-11-25T12:00:00Z')",
        "(now - duration('38h'))",
        "(subject.entered_at + limits.response)",
    ]);
    let span = one_of(&["limits.response", "duration('2h30m')", "(now - subject.entered_at)", "(duration('1h') - duration('90m'))"]);
    let yes = one_of(&[
        "true",
        "false",
        "subject.fields.asked",
        "subject.fields.refused",
        "subject.fields.never_ticked",
        "has(subject.fields.nothing)",
        "has(subject.fields.pain)",
    ]);
    let looked_into = (text.clone(), one_of(&["startsWith", "endsWith", "contains"]), text.clone());
    let quantified = (texts.clone(), one_of(&["exists", "all"]), text.clone(), one_of(&["==", "!="]));
    prop_oneof![
        4 => yes,
        1 => compared(whole(), whole()),
        1 => compared(whole(), double.clone()),
        1 => compared(double.clone(), double),
        1 => compared(text.clone(), text.clone()),
        1 => compared(instant.clone(), instant),
        1 => compared(span.clone(), span),
        1 => (text, texts).prop_map(|(item, list)| format!("{item} in {list}")),
        1 => looked_into.prop_map(|(of, how, with)| format!("{of}.{how}({with})")),
        1 => quantified.prop_map(|(list, how, text, order)| format!("{list}.{how}(r, r {order} {text} || subject.fields.refused)")),
    ]
}

/// Conditions that are well typed: the strategies follow the types.
fn conditions() -> impl Strategy<Value = String> {
    plain().prop_recursive(4, 40, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("({left} && {right})")),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("({left} || {right})")),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("{left} && {right} || true && {left}")),
            inner.clone().prop_map(|of| format!("!({of})")),
            (inner.clone(), inner.clone(), inner).prop_map(|(condition, then, otherwise)| format!("({condition} ? {then} : {otherwise})")),
        ]
    })
}

/// How a condition was answered by both.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Agreed {
    Answered(bool),
    Undecided,
    /// Too big, or a comparison with a code that is none: refused before it is ever asked.
    Refused,
}

fn agree(set: &Set, context: &Context<'_, '_>, source: &str) -> Result<Agreed, String> {
    let Ok(condition) = set.read(source) else { return Ok(Agreed::Refused) };
    let here = condition.holds(&set.moment());
    let there = Program::compile(source).map_err(|error| error.to_string())?.execute(context);
    match (&here, &there) {
        (Ok(here), Ok(cel::Value::Bool(there))) if here == there => Ok(Agreed::Answered(*here)),
        (Err(_), Err(_)) => Ok(Agreed::Undecided),
        _ => Err(format!("{source}: {here:?} here, {there:?} there")),
    }
}

#[test]
fn conditions_mean_what_they_mean_in_cel() {
    // The reference needs a large stack.
    let run = || {
        let mut runner = TestRunner::new(ProptestConfig { cases: 3000, ..ProptestConfig::default() });
        let (set, context, counts) = (set(), reference_context(), RefCell::new(BTreeMap::new()));
        let outcome = runner.run(&conditions(), |source| {
            let agreed = agree(&set, &context, &source).map_err(TestCaseError::fail)?;
            *counts.borrow_mut().entry(agreed).or_insert(0) += 1;
            Ok(())
        });
        (outcome.map_err(|error| error.to_string()), counts.into_inner())
    };
    let (told, counts) = std::thread::Builder::new().stack_size(256 * 1024 * 1024).spawn(run).unwrap().join().unwrap();
    assert_eq!(told, Ok(()));
    for agreed in [Agreed::Answered(true), Agreed::Answered(false), Agreed::Undecided] {
        assert!(counts.get(&agreed).is_some_and(|times| *times > 300), "{counts:?}");
    }
}

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

/// Conditions that are well typed, whole numbers and all: the strategies follow the types.
fn conditions() -> impl Strategy<Value = String> {
    let whole = prop_oneof![
        (-5_i64..6).prop_map(|number| if number < 0 { format!("({number})") } else { number.to_string() }),
        Just("9223372036854775807".to_owned()),
        Just("subject.fields.amount".to_owned()),
        Just("subject.fields.huge".to_owned()),
        Just("subject.counts['visit.counted']".to_owned()),
        Just("subject.counts['meeting.held']".to_owned()),
        Just("action.data.seconds".to_owned()),
        Just("limits.openings".to_owned()),
        Just("size(facts.contact_roles)".to_owned()),
        Just("size(subject.fields.pain)".to_owned()),
        Just("size(subject.fields.nothing)".to_owned()),
    ];
    let whole = whole.prop_recursive(3, 12, 2, |inner| {
        (inner.clone(), prop_oneof![Just("+"), Just("-"), Just("*"), Just("/"), Just("%")], inner)
            .prop_map(|(left, operator, right)| format!("({left} {operator} {right})"))
    });
    let double = prop_oneof![Just("0.5"), Just("2.0"), Just("9007199254740992.0"), Just("(1.5 * 4.0)")].prop_map(str::to_owned);
    let text = prop_oneof![
        Just("'coach'"),
        Just("'large'"),
        Just("\"太贵\""),
        Just("''"),
        Just("subject.fields.pain"),
        Just("subject.fields.nothing")
    ];
    let texts = prop_oneof![
        Just("facts.contact_roles"),
        Just("facts.reached_roles"),
        Just("subject.fields.files"),
        Just("['coach', 'x']"),
        Just("[]")
    ];
    let instant = prop_oneof![
        Just("now"),
        Just("subject.entered_at"),
        Just("subject.fields.signed_on"),
        Just("subject.last['visit.counted']"),
        Just("timestamp('2026-11-25T12:00:00Z')"),
        Just("(now - duration('38h'))"),
        Just("(subject.entered_at + limits.response)")
    ];
    let span = prop_oneof![
        Just("limits.response"),
        Just("duration('2h30m')"),
        Just("(now - subject.entered_at)"),
        Just("(duration('1h') - duration('90m'))")
    ];
    let order = || prop_oneof![Just("=="), Just("!="), Just("<"), Just("<="), Just(">"), Just(">=")];
    let plain = prop_oneof![
        Just("true".to_owned()),
        Just("false".to_owned()),
        Just("subject.fields.asked".to_owned()),
        Just("subject.fields.refused".to_owned()),
        Just("subject.fields.never_ticked".to_owned()),
        Just("has(subject.fields.nothing)".to_owned()),
        Just("has(subject.fields.pain)".to_owned()),
        (whole.clone(), order(), whole.clone()).prop_map(|(l, o, r)| format!("{l} {o} {r}")),
        (whole, order(), double.clone()).prop_map(|(l, o, r)| format!("{l} {o} {r}")),
        (double.clone(), order(), double).prop_map(|(l, o, r)| format!("{l} {o} {r}")),
        (text.clone(), order(), text.clone()).prop_map(|(l, o, r)| format!("{l} {o} {r}")),
        (instant.clone(), order(), instant).prop_map(|(l, o, r)| format!("{l} {o} {r}")),
        (span.clone(), order(), span).prop_map(|(l, o, r)| format!("{l} {o} {r}")),
        (text.clone(), texts.clone()).prop_map(|(item, list)| format!("{item} in {list}")),
        (text.clone(), prop_oneof![Just("startsWith"), Just("endsWith"), Just("contains")], text.clone())
            .prop_map(|(of, how, with)| format!("{of}.{how}({with})")),
        (texts, prop_oneof![Just("exists"), Just("all")], text, prop_oneof![Just("=="), Just("!=")])
            .prop_map(|(list, how, text, order)| format!("{list}.{how}(r, r {order} {text} || subject.fields.refused)")),
    ];
    plain.prop_recursive(4, 40, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(l, r)| format!("({l} && {r})")),
            (inner.clone(), inner.clone()).prop_map(|(l, r)| format!("({l} || {r})")),
            (inner.clone(), inner.clone()).prop_map(|(l, r)| format!("{l} && {r} || true && {l}")),
            inner.clone().prop_map(|of| format!("!({of})")),
            (inner.clone(), inner.clone(), inner).prop_map(|(c, t, o)| format!("({c} ? {t} : {o})")),
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

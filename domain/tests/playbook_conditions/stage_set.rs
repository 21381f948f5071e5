//! A deal with some facts known and some not, and the names that conditions can use of it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::playbook::condition::{Moment, Problem, Scope};
use domain::playbook::model::{Choice, Field, FieldKind};
use domain::playbook::wording::Wording;
use domain::playbook::{
    Action, ActionKind, Code, Condition, FactName, Facts, FieldValue, Limit, Missing, Place, Span, SubjectKind, Tally, Value, Written,
};
use serde_json::json;
use uuid::Uuid;

pub const ACTIONS: &[ActionKind] = &[ActionKind::DealDemoHeld, ActionKind::CallAnswered];

pub fn code(text: &str) -> Code {
    Code::parse(text).unwrap()
}

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub struct Set {
    pub fields: Vec<Field>,
    pub stages: Vec<Code>,
    pub limits: BTreeMap<Code, Limit>,
    pub facts: Facts,
    pub action: Action,
    pub now: DateTime<Utc>,
}

pub fn set() -> Set {
    let field = |name: &str, kind| {
        let choices = ["small", "large"].map(|choice| Choice { code: code(choice), name: Wording::default() });
        let choices = if kind == FieldKind::Choice { choices.to_vec() } else { Vec::new() };
        Field { code: code(name), name: Wording::default(), kind, choices }
    };
    let fields = vec![
        field("asked", FieldKind::Tick),
        field("refused", FieldKind::Tick),
        field("never_ticked", FieldKind::Tick),
        field("pain", FieldKind::Text),
        field("nothing", FieldKind::Text),
        field("band", FieldKind::Choice),
        field("amount", FieldKind::Money),
        field("huge", FieldKind::Money),
        field("signed_on", FieldKind::Date),
        field("files", FieldKind::Attachment),
    ];
    Set {
        fields,
        stages: ["first", "second"].map(code).to_vec(),
        limits: BTreeMap::from([(code("openings"), Limit::Number(3)), (code("response"), Limit::Span(Span::parse("48h").unwrap()))]),
        facts: facts(),
        action: Action {
            id: Uuid::from_u128(9),
            kind: ActionKind::CallAnswered,
            actor_role: Some(domain::people::Role::Rep),
            occurred_at: at("2026-11-26T01:00:00Z"),
            recorded_at: at("2026-11-26T01:00:00Z"),
            data: json!({"seconds": 75, "roles": ["user_buyer", 7]}).as_object().unwrap().clone(),
        },
        now: at("2026-11-26T02:00:00Z"),
    }
}

fn facts() -> Facts {
    let mut facts = Facts::fresh(SubjectKind::Deal, Uuid::from_u128(1), chrono_tz::Asia::Shanghai);
    let values = [
        ("asked", FieldValue::Tick(true)),
        ("refused", FieldValue::Tick(false)),
        ("pain", FieldValue::Text("太贵 too dear".to_owned())),
        ("band", FieldValue::Choice(code("large"))),
        ("amount", FieldValue::Money(1_200_000)),
        ("huge", FieldValue::Money(i64::MAX)),
        ("signed_on", FieldValue::Date("2026-11-26".parse().unwrap())),
        ("files", FieldValue::Attachments(vec!["a".to_owned(), "b".to_owned()])),
    ];
    let written = |value| Written { value: Some(value), action: Uuid::from_u128(5), at: at("2026-11-25T00:00:00Z") };
    facts.subject.fields = values.into_iter().map(|(name, value)| (code(name), written(value))).collect();
    facts.subject.place =
        Some(Place { stage: code("first"), entry: Uuid::from_u128(2), entered_at: at("2026-11-24T00:00:00Z"), placed: false });
    let tally = Tally { times: 2, last_action: Uuid::from_u128(6), last_at: at("2026-11-25T12:00:00Z") };
    facts.subject.history.insert(ActionKind::VisitCounted, tally);
    facts.known.insert(FactName::ContactRoles, Value::Texts(["economic_buyer", "user_buyer", "coach"].map(str::to_owned).to_vec()));
    facts.known.insert(FactName::ReachableContacts, Value::Int(2));
    // Computed by something that has gone wrong: of another type than it is said to be.
    facts.known.insert(FactName::QuotationSeen, Value::Text("true".to_owned()));
    facts
}

impl Set {
    pub fn scope(&self) -> Scope<'_> {
        Scope { subject: SubjectKind::Deal, fields: &self.fields, stages: &self.stages, limits: &self.limits, actions: ACTIONS }
    }

    pub fn moment(&self) -> Moment<'_> {
        Moment { facts: &self.facts, limits: &self.limits, action: Some(&self.action), now: self.now }
    }

    pub fn read(&self, source: &str) -> Result<Condition, Problem> {
        Condition::read(source, &self.scope())
    }

    pub fn ask(&self, source: &str) -> Result<bool, Missing> {
        self.read(source).unwrap_or_else(|problem| panic!("{source}: {problem:?}")).holds(&self.moment())
    }
}

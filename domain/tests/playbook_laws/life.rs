//! Random lives: what was recorded about a subject, when it was recorded, and when it is said to have happened.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use domain::people::Role;
use domain::playbook::simulation::{Happening, Past, simulate};
use domain::playbook::{Action, ActionKind, Clocks, DEFAULT, Facts, Nature, Playbook, SubjectKind, WallTime, read};
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

pub static PLAYBOOK: LazyLock<Playbook> = LazyLock::new(|| read(DEFAULT).unwrap());
pub const CLOCKS: Clocks<'static> = Clocks { working: &WallTime };

pub fn start() -> DateTime<Utc> {
    "2026-11-23T01:00:00Z".parse().unwrap()
}

pub fn fresh(kind: SubjectKind, id: u128) -> Facts {
    Facts::fresh(kind, Uuid::from_u128(id), chrono_tz::Asia::Shanghai)
}

/// The actions that can be about such a subject and that people record.
fn kinds_of(subject: SubjectKind) -> Vec<ActionKind> {
    ActionKind::ALL.iter().copied().filter(|kind| kind.is_about(subject) && !kind.is_of_house()).collect()
}

/// Something of everything that conditions read.
fn data(choice: u8, stage: &str) -> Value {
    match choice % 8 {
        0 => json!({"fields": {"quotation_asked": true}}),
        1 => json!({"fields": {"attachments": ["a"]}}),
        2 => json!({"fields": {"pain": "x", "current_solution": "y", "time_frame": "z", "customer_confirmed": true}}),
        3 => json!({"fields": {"quotation_asked": null, "attachments": null}}),
        4 => json!({"seconds": 200, "roles": ["user_buyer"], "has_minutes": true}),
        5 => json!({"to": stage, "reason": "because"}),
        6 => json!({"seconds": 5}),
        _ => json!({}),
    }
}

/// A life: the beginning of one, then anything. Minutes pass between the actions, often none.
pub fn life(subject: SubjectKind, id: u128) -> impl Strategy<Value = Vec<Past>> {
    let kinds = kinds_of(subject);
    let stages = PLAYBOOK.subjects[&subject].stages.iter().map(|stage| stage.code.to_string()).collect::<Vec<_>>();
    let gap = prop_oneof![Just(0_i64), 0_i64..200, 0_i64..4000, Just(48 * 60), Just(120)];
    let step = (any::<prop::sample::Index>(), any::<u8>(), gap, prop_oneof![Just(0_i64), 0_i64..3000], any::<bool>());
    proptest::collection::vec(step, 0..25).prop_map(move |steps| {
        let (mut now, mut past) = (start(), Vec::new());
        let begin = PLAYBOOK.subjects[&subject].starts_on.first().copied();
        for (n, kind) in begin.into_iter().enumerate() {
            past.push(action(id, n, kind, &json!({}), now, now, false));
        }
        for (n, (kind, choice, gap, earlier, is_supervisor)) in steps.into_iter().enumerate() {
            now += TimeDelta::minutes(gap);
            let stage = stages.get(usize::from(choice) % stages.len().max(1)).map_or("", String::as_str);
            let occurred_at = now - TimeDelta::minutes(earlier);
            past.push(action(id, n + 1, kinds[kind.index(kinds.len())], &data(choice, stage), occurred_at, now, is_supervisor));
        }
        past
    })
}

fn action(
    id: u128,
    n: usize,
    kind: ActionKind,
    data: &Value,
    occurred_at: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
    is_supervisor: bool,
) -> Past {
    let actor_role = Some(if is_supervisor { Role::Supervisor } else { Role::Rep });
    let action_id = Uuid::from_u128(id * 1000 + n as u128 + 1);
    let data = data.as_object().unwrap().clone();
    Past { action: Action { id: action_id, kind, actor_role, occurred_at, recorded_at, data }, known: BTreeMap::new() }
}

pub fn any_life() -> impl Strategy<Value = (SubjectKind, Vec<Past>)> {
    prop_oneof![
        life(SubjectKind::Lead, 1).prop_map(|past| (SubjectKind::Lead, past)),
        life(SubjectKind::Deal, 1).prop_map(|past| (SubjectKind::Deal, past)),
        life(SubjectKind::Contact, 1).prop_map(|past| (SubjectKind::Contact, past)),
        life(SubjectKind::Customer, 1).prop_map(|past| (SubjectKind::Customer, past)),
        life(SubjectKind::Handover, 1).prop_map(|past| (SubjectKind::Handover, past)),
        life(SubjectKind::Document, 1).prop_map(|past| (SubjectKind::Document, past)),
    ]
}

/// Long after the last action.
pub fn end(past: &[Past]) -> DateTime<Utc> {
    past.last().map_or_else(start, |past| past.action.recorded_at) + TimeDelta::days(30)
}

pub fn run(kind: SubjectKind, past: &[Past]) -> Vec<Happening> {
    simulate(&PLAYBOOK, &fresh(kind, 1), past, CLOCKS, end(past))
}

/// Says nothing to any timer: an edit without fields, a note, a message.
pub fn quiet(subject: SubjectKind) -> Vec<ActionKind> {
    kinds_of(subject).into_iter().filter(|kind| matches!(kind.nature(), Nature::Edit | Nature::Talk)).collect()
}

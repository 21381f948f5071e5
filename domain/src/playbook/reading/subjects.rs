//! Reads what holds for one kind of subject: its stages, fields and moves.

use std::collections::BTreeMap;

use super::fault::FaultCode;
use super::reader::{At, Entries, Given, Reader};
use super::words::name;
use crate::people::Role;
use crate::playbook::action::{ActionKind, Nature};
use crate::playbook::code::Code;
use crate::playbook::condition::{Limit, Scope};
use crate::playbook::model::{Choice, Clause, Field, FieldKind, Move, Stage, StageKind, Subject};
use crate::playbook::subject::SubjectKind;

/// Roles that can put a subject into a stage by hand.
const HANDS: [Role; 4] = [Role::Rep, Role::Supervisor, Role::Director, Role::Admin];

pub(super) fn subjects<'a>(reader: &mut Reader<'a>, at: Option<At<'a>>, limits: &BTreeMap<Code, Limit>) -> BTreeMap<SubjectKind, Subject> {
    let mut subjects = BTreeMap::new();
    let Some(entries) = at.and_then(|at| reader.map(&at, &SubjectKind::ALL.map(SubjectKind::as_str))) else { return subjects };
    for (key, _, at) in entries.all() {
        if let Some(kind) = SubjectKind::parse(key)
            && let Some(entries) = reader.map(&at, &["starts_on", "by_hand", "stages", "fields", "moves"])
        {
            subjects.insert(kind, subject(reader, &entries, kind, limits));
        }
    }
    subjects
}

fn subject<'a>(reader: &mut Reader<'a>, entries: &Entries<'a>, kind: SubjectKind, limits: &BTreeMap<Code, Limit>) -> Subject {
    let starts_on = actions(reader, entries.get("starts_on"), kind, Asked::Deed);
    let by_hand = reader
        .list(entries.get("by_hand"), HANDS.len())
        .into_iter()
        .filter_map(|at| reader.one_of(&at, &HANDS.map(Role::as_str), |text| Role::parse(text).filter(|role| HANDS.contains(role))));
    let by_hand = by_hand.collect();
    let stages = stages(reader, entries.get("stages"), kind);
    let fields = fields(reader, entries.get("fields"));
    let mut subject = Subject { starts_on, stages, fields, moves: Vec::new(), by_hand };
    let items = reader.list(entries.get("moves"), 120);
    subject.moves = items.into_iter().filter_map(|at| step(reader, &at, kind, &subject, limits)).collect();
    subject
}

/// What an action is named for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Something waits for it, or a clock starts or stops with it.
    Deed,
    /// Something follows from it.
    Any,
}

/// The actions named in a list; each must be one that happens to such a subject.
pub(super) fn actions<'a>(reader: &mut Reader<'a>, at: Option<At<'a>>, subject: SubjectKind, asked: Asked) -> Vec<ActionKind> {
    let items = reader.list(at, 20);
    items.into_iter().filter_map(|at| action(reader, &at, subject, asked)).collect()
}

pub(super) fn action<'a>(reader: &mut Reader<'a>, at: &At<'a>, subject: SubjectKind, asked: Asked) -> Option<ActionKind> {
    let about = || ActionKind::ALL.iter().filter(|kind| kind.is_about(subject) && kind.nature() != Nature::Placement);
    let known = about().map(|kind| kind.as_str()).collect::<Vec<_>>();
    let kind = reader.one_of(at, &known, ActionKind::parse)?;
    if !kind.is_about(subject) {
        return reader.refuse(at, FaultCode::ActionOfOtherSubject, &[kind.as_str(), subject.as_str()]);
    }
    let fits = match asked {
        Asked::Deed => kind.nature() == Nature::Deed,
        Asked::Any => kind.nature() != Nature::Placement,
    };
    if fits { Some(kind) } else { reader.refuse(at, FaultCode::NotADeed, &[kind.as_str()]) }
}

fn coded<'a>(reader: &mut Reader<'a>, entries: &Entries<'a>, given: &mut Given) -> Option<Code> {
    let at = reader.need(entries, "code")?;
    let code = reader.code(&at)?;
    given.once(reader, &at, code.as_str());
    Some(code)
}

fn stages<'a>(reader: &mut Reader<'a>, at: Option<At<'a>>, subject: SubjectKind) -> Vec<Stage> {
    let (mut given, mut stages) = (Given::default(), Vec::new());
    for at in reader.list(at, 40) {
        let Some(entries) = reader.map(&at, &["code", "name", "kind", "awaits"]) else { continue };
        let code = coded(reader, &entries, &mut given);
        let name = name(reader, &entries).unwrap_or_default();
        let kind = entries.get("kind").and_then(|at| reader.one_of(&at, &StageKind::ALL.map(StageKind::as_str), StageKind::parse));
        let awaits = actions(reader, entries.get("awaits"), subject, Asked::Deed);
        // A stage whose name is faulty is still there for what refers to it.
        stages.extend(code.map(|code| Stage { code, name, kind: kind.unwrap_or_default(), awaits }));
    }
    stages
}

fn fields<'a>(reader: &mut Reader<'a>, at: Option<At<'a>>) -> Vec<Field> {
    let (mut given, mut fields) = (Given::default(), Vec::new());
    for at in reader.list(at, 60) {
        let Some(entries) = reader.map(&at, &["code", "name", "kind", "choices"]) else { continue };
        let code = coded(reader, &entries, &mut given);
        let name = name(reader, &entries).unwrap_or_default();
        let kind =
            reader.need(&entries, "kind").and_then(|at| reader.one_of(&at, &FieldKind::ALL.map(FieldKind::as_str), FieldKind::parse));
        let choices = choices(reader, entries.get("choices"));
        if kind == Some(FieldKind::Choice) && choices.is_empty() {
            reader.need(&entries, "choices");
        } else if let (false, Some(_), Some(at)) =
            (choices.is_empty(), kind.filter(|kind| *kind != FieldKind::Choice), entries.get("choices"))
        {
            reader.refuse::<()>(&at, FaultCode::UnknownKey, &["choices", "code, name, kind"]);
        }
        if let (Some(code), Some(kind)) = (code, kind) {
            fields.push(Field { code, name, kind, choices });
        }
    }
    fields
}

fn choices<'a>(reader: &mut Reader<'a>, at: Option<At<'a>>) -> Vec<Choice> {
    let (mut given, mut choices) = (Given::default(), Vec::new());
    for at in reader.list(at, 60) {
        let Some(entries) = reader.map(&at, &["code", "name"]) else { continue };
        let (code, name) = (coded(reader, &entries, &mut given), name(reader, &entries));
        choices.extend(code.map(|code| Choice { code, name: name.unwrap_or_default() }));
    }
    choices
}

/// One of the subject's stages.
pub(super) fn stage<'a>(reader: &mut Reader<'a>, at: &At<'a>, stages: &[Stage]) -> Option<Code> {
    let known = stages.iter().map(|stage| stage.code.as_str()).collect::<Vec<_>>();
    reader.one_of(at, &known, |text| stages.iter().find(|stage| stage.code.as_str() == text).map(|stage| stage.code.clone()))
}

fn step<'a>(reader: &mut Reader<'a>, at: &At<'a>, kind: SubjectKind, subject: &Subject, limits: &BTreeMap<Code, Limit>) -> Option<Move> {
    let entries = reader.map(at, &["to", "from", "on", "when"])?;
    let to = reader.need(&entries, "to").and_then(|at| stage(reader, &at, &subject.stages));
    let on = actions(reader, entries.get("on"), kind, Asked::Any);
    let codes = subject.stages.iter().map(|stage| stage.code.clone()).collect::<Vec<_>>();
    let scope = Scope { subject: kind, fields: &subject.fields, stages: &codes, limits, actions: &on };
    let clauses = reader.list(entries.get("when"), 12);
    let when = clauses.into_iter().filter_map(|at| clause(reader, &at, &scope)).collect::<Vec<_>>();
    if entries.get("on").is_none() && entries.get("when").is_none() {
        reader.refuse::<()>(at, FaultCode::MoveWithoutReason, &[]);
    }
    let from = match entries.get("from") {
        Some(at) => departures(reader, at, subject, to.as_ref()?),
        None => subject
            .stages
            .iter()
            .take_while(|stage| Some(&stage.code) != to.as_ref())
            .filter(|stage| stage.kind == StageKind::Open)
            .map(|stage| stage.code.clone())
            .collect(),
    };
    Some(Move { to: to?, from, on, when })
}

fn departures<'a>(reader: &mut Reader<'a>, at: At<'a>, subject: &Subject, to: &Code) -> Vec<Code> {
    let mut from = Vec::new();
    for at in reader.list(Some(at), 40) {
        let Some(code) = stage(reader, &at, &subject.stages) else { continue };
        if code == *to {
            reader.refuse::<()>(&at, FaultCode::MoveToItself, &[code.as_str()]);
        } else if subject.stage(code.as_str()).is_some_and(|stage| stage.kind != StageKind::Open) {
            reader.refuse::<()>(&at, FaultCode::StageIsOver, &[code.as_str()]);
        } else {
            from.push(code);
        }
    }
    from
}

fn clause<'a>(reader: &mut Reader<'a>, at: &At<'a>, scope: &Scope<'_>) -> Option<Clause> {
    let entries = reader.map(at, &["name", "if"])?;
    let name = name(reader, &entries);
    let condition = reader.need(&entries, "if").and_then(|at| reader.condition(&at, scope));
    Some(Clause { name: name?, condition: condition? })
}

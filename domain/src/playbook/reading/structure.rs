//! What only shows in the whole: stages that nothing leads to, moves that go round in a circle, timers that nothing closes.

use std::collections::{BTreeMap, BTreeSet};

use super::fault::{Fault, FaultCode};
use crate::playbook::action::ActionKind;
use crate::playbook::code::Code;
use crate::playbook::model::{StageKind, Subject, TimerRule};
use crate::playbook::subject::SubjectKind;

/// Every such fault, each at its pointer; the place in the text is found by it. What has faults of its own is left alone: half a subject
/// would have many more.
pub(super) fn faults(subjects: &BTreeMap<SubjectKind, Subject>, timers: &[TimerRule], found: &[Fault]) -> Vec<Fault> {
    let is_clean = |pointer: &str| !found.iter().any(|fault| fault.pointer.starts_with(pointer));
    let mut faults = Vec::new();
    for (kind, subject) in subjects {
        if is_clean(&format!("/subjects/{}", kind.as_str())) {
            stages(*kind, subject, &mut faults);
            circles(*kind, subject, &mut faults);
        }
    }
    if faults.is_empty() && is_clean("/timers") && is_clean("/subjects") {
        let endless = timers.iter().enumerate().filter(|(_, timer)| !can_close(timer, subjects.get(&timer.subject)));
        faults.extend(endless.map(|(n, timer)| Fault::at(format!("/timers/{n}"), FaultCode::NeverCloses).with([&timer.code])));
    }
    faults
}

fn stages(kind: SubjectKind, subject: &Subject, faults: &mut Vec<Fault>) {
    let at = |n: usize| format!("/subjects/{}/stages/{n}", kind.as_str());
    let Some(first) = subject.stages.first() else { return };
    if subject.starts_on.is_empty() {
        faults.push(Fault::at(format!("/subjects/{}", kind.as_str()), FaultCode::MissingKey).with(["starts_on"]));
    }
    if first.kind != StageKind::Open {
        // Nothing else can be right then.
        faults.push(Fault::at(at(0), FaultCode::FirstStageNotOpen).with([&first.code]));
        return;
    }
    let reached = reached(subject, &first.code);
    for (n, stage) in subject.stages.iter().enumerate() {
        if !reached.contains(&stage.code) {
            faults.push(Fault::at(at(n), FaultCode::StageUnreachable).with([&stage.code]));
        }
        match (stage.kind, stage.awaits.is_empty()) {
            (StageKind::Open, true) => faults.push(Fault::at(at(n), FaultCode::StageAwaitsNothing).with([&stage.code])),
            (StageKind::Won | StageKind::Lost, false) => faults.push(Fault::at(at(n), FaultCode::StageIsOver).with([&stage.code])),
            _ => {}
        }
    }
}

/// The stages that moves lead to from the first one.
fn reached<'a>(subject: &'a Subject, first: &'a Code) -> BTreeSet<&'a Code> {
    let (mut reached, mut ahead) = (BTreeSet::new(), vec![first]);
    while let Some(stage) = ahead.pop() {
        if reached.insert(stage) {
            ahead.extend(subject.moves.iter().filter(|step| step.from.contains(stage)).map(|step| &step.to));
        }
    }
    reached
}

/// Moves that one and the same action would follow round in a circle. Conditions are not looked at: that they can never hold together
/// is more than can be known.
fn circles(kind: SubjectKind, subject: &Subject, faults: &mut Vec<Fault>) {
    let actions = subject.moves.iter().flat_map(|step| step.on.iter().copied()).map(Some).collect::<BTreeSet<_>>();
    let mut told = BTreeSet::new();
    for action in actions.into_iter().chain([None]) {
        for (n, step) in subject.moves.iter().enumerate().filter(|(_, step)| goes_with(&step.on, action)) {
            if let Some(circle) = circle(subject, &step.to, action)
                && told.insert(circle.iter().copied().collect::<BTreeSet<_>>())
            {
                let way = circle.iter().map(|stage| stage.as_str()).collect::<Vec<_>>().join(" → ");
                faults.push(Fault::at(format!("/subjects/{}/moves/{n}", kind.as_str()), FaultCode::MovesInACircle).with([way]));
            }
        }
    }
}

fn goes_with(on: &[ActionKind], action: Option<ActionKind>) -> bool {
    on.is_empty() || action.is_some_and(|action| on.contains(&action))
}

/// A way from `start` back to it, by moves that go with the action.
fn circle<'a>(subject: &'a Subject, start: &'a Code, action: Option<ActionKind>) -> Option<Vec<&'a Code>> {
    let (mut seen, mut ways) = (BTreeSet::new(), vec![vec![start]]);
    while let Some(way) = ways.pop() {
        let stage = *way.last()?;
        for step in subject.moves.iter().filter(|step| step.from.contains(stage) && goes_with(&step.on, action)) {
            let mut longer = way.clone();
            longer.push(&step.to);
            if step.to == *start {
                return Some(longer);
            }
            if seen.insert(&step.to) {
                ways.push(longer);
            }
        }
    }
    None
}

/// A timer is closed by the deeds it names; one that watches stages also by what they await and by leaving them.
fn can_close(timer: &TimerRule, subject: Option<&Subject>) -> bool {
    if !timer.closes.on.is_empty() {
        return true;
    }
    let is_left = |code: &Code| {
        subject.is_some_and(|subject| {
            let awaits = subject.stage(code.as_str()).is_some_and(|stage| !stage.awaits.is_empty());
            awaits || subject.moves.iter().any(|step| step.from.contains(code))
        })
    };
    !timer.opens.stages.is_empty() && timer.opens.stages.iter().all(is_left)
}

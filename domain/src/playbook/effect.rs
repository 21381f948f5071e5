//! What follows from an action or from a timer that ran out. Every effect has an id made from what caused it, so that carrying it out
//! twice does nothing twice: the id is the row's primary key.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::action::ActionKind;
use super::code::Code;
use super::model::InterventionKind;
use super::subject::Recipient;
use super::wording::Wording;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// The subject enters a stage; the stay it had ends.
    EnterStage(StageEntry),
    OpenTimer(TimerOpening),
    CloseTimer(TimerClosing),
    /// The timer's step has happened; `next` is the one to wait for, and without one the timer has said all it has to say and only
    /// waits to be closed.
    StepDone {
        timer: Uuid,
        step: u32,
        /// From when the next step's time counts.
        since: DateTime<Utc>,
        next: Option<(u32, DateTime<Utc>)>,
    },
    /// The step has to wait: somebody acknowledged or snoozed the incident.
    Wait {
        timer: Uuid,
        step: u32,
        until: DateTime<Utc>,
    },
    /// The rules have changed: the step that comes next is due at another time, or as before.
    Replan {
        timer: Uuid,
        step: u32,
        due_at: DateTime<Utc>,
    },
    RaiseIncident(Incident),
    Intervene(Intervention),
    /// An action that the house records, because the timer says so.
    Record {
        id: Uuid,
        kind: ActionKind,
        because_of: Uuid,
    },
    AddToWeeklyList {
        id: Uuid,
        list: Code,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageEntry {
    pub entry: Uuid,
    pub stage: Code,
    /// The stage it was in before.
    pub left: Option<Code>,
    /// When the last of the facts that led here came to be.
    pub at: DateTime<Utc>,
    pub because: EntryCause,
    /// The conditions of the move, as they were met when it was made.
    pub proof: Vec<Proven>,
}

/// A condition that was met, and by what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proven {
    pub name: Wording,
    /// As the playbook had it.
    pub condition: String,
    pub evidence: Vec<Evidence>,
}

/// A fact that a condition reads, and the action that it is known from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// As conditions write it.
    pub name: String,
    pub action: Uuid,
    pub at: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryCause {
    /// The subject's first stage.
    Started,
    /// A move of the playbook.
    Moved,
    /// A person put it there.
    Placed,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimerOpening {
    pub timer: Uuid,
    pub code: Code,
    /// The stay that it watches.
    pub entry: Option<Uuid>,
    pub opened_by: Uuid,
    pub opened_at: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimerClosing {
    pub timer: Uuid,
    pub because: ClosedBecause,
    /// The action that closed it; `None` when it was found to have nothing to watch any more.
    pub action: Option<Uuid>,
    /// When that happened, which may be before it was recorded.
    pub at: DateTime<Utc>,
    /// It happened before the timer ran out, even if the timer has fired since: the phone was offline, the rep was not late.
    pub in_time: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosedBecause {
    /// What was waited for was done.
    Done,
    /// The stage that it watched was left.
    StageLeft,
    /// The subject was won or lost.
    SubjectClosed,
    /// The playbook in force has no such timer.
    Retired,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// Unique per timer.
    pub id: Uuid,
    pub timer: Uuid,
    pub code: Code,
    pub due_at: DateTime<Utc>,
    /// Noticed well after it was due: told as such, not as new.
    pub late: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intervention {
    pub id: Uuid,
    pub kind: InterventionKind,
    pub to: Recipient,
    /// The text's code in the playbook.
    pub text: Code,
    pub urgent: bool,
    /// Which timer or rule says so.
    pub by: Code,
    /// The running timer and its step.
    pub step: Option<(Uuid, u32)>,
    pub late: bool,
}

/// The id of a stay: the action that led there and the stage, which one action enters at most once.
pub fn entry_id(subject: Uuid, action: Uuid, stage: &Code) -> Uuid {
    named(subject, &[action.as_bytes(), stage.as_str().as_bytes()])
}

/// The id of a timer: what opened it, for which subject.
pub fn timer_id(subject: Uuid, opened_by: Uuid, code: &Code) -> Uuid {
    named(subject, &[b"timer", opened_by.as_bytes(), code.as_str().as_bytes()])
}

/// The id of the incident that a timer raises.
pub fn incident_id(timer: Uuid) -> Uuid {
    consequence_id(timer, "incident", 0)
}

/// The id of what one person among the recipients is told, and of what else follows from it by name.
pub fn part_id(of: Uuid, part: &str) -> Uuid {
    named(of, &[part.as_bytes()])
}

/// The id of one of the things that follow from a timer's step or from a rule.
pub(super) fn consequence_id(cause: Uuid, of: &str, ordinal: usize) -> Uuid {
    named(cause, &[of.as_bytes(), &(ordinal as u64).to_be_bytes()])
}

fn named(space: Uuid, parts: &[&[u8]]) -> Uuid {
    let mut name = Vec::new();
    for part in parts {
        name.extend_from_slice(&(part.len() as u64).to_be_bytes());
        name.extend_from_slice(part);
    }
    Uuid::new_v5(&space, &name)
}

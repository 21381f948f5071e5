//! A playbook as the engine reads it: typed, checked, and nothing in it that is not used.

use std::collections::BTreeMap;

use serde::Serialize;

use super::action::ActionKind;
use super::clock::ClockKind;
use super::code::Code;
use super::condition::{Condition, Limit};
pub use super::once::{Once, Per};
use super::span::Span;
use super::subject::{Recipient, SubjectKind};
use super::wording::{Text, Wording};
use crate::calendars::TimeOfDay;
use crate::people::Role;

/// The format that this code reads and writes.
pub const FORMAT: u32 = 1;

/// An organisation's rules. Made by [`super::read`] alone, so that a playbook that exists has been checked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Playbook {
    pub format: u32,
    pub name: Wording,
    /// Figures that conditions and boards go by.
    pub limits: BTreeMap<Code, Limit>,
    pub subjects: BTreeMap<SubjectKind, Subject>,
    pub timers: Vec<TimerRule>,
    pub rules: Vec<Rule>,
    pub lists: Vec<WeeklyList>,
    pub texts: BTreeMap<Code, Text>,
    /// Who hears of what is not urgent once a day; in which hours people may be disturbed is a setting of the calendar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
}

/// The rules of one kind of subject.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Subject {
    /// Actions with which it enters its first stage.
    pub starts_on: Vec<ActionKind>,
    /// In their order; none where the kind only carries timers.
    pub stages: Vec<Stage>,
    pub fields: Vec<Field>,
    pub moves: Vec<Move>,
    /// Who may put it into a stage by hand, with a reason.
    pub by_hand: Vec<Role>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stage {
    pub code: Code,
    pub name: Wording,
    pub kind: StageKind,
    /// The deeds that the stage waits for: they alone stop its timers.
    pub awaits: Vec<ActionKind>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StageKind {
    #[default]
    Open,
    Won,
    Lost,
}

/// Something that can be known about a subject.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Field {
    pub code: Code,
    pub name: Wording,
    pub kind: FieldKind,
    /// What a choice can be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    Tick,
    Text,
    Choice,
    Money,
    Date,
    Attachment,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Choice {
    pub code: Code,
    pub name: Wording,
}

/// A way into a stage that the subject goes by itself.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Move {
    pub to: Code,
    /// The stages it leads out of; where none were written, every open stage before `to`.
    pub from: Vec<Code>,
    /// The actions it goes with; where there are none, any action after which the conditions hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub on: Vec<ActionKind>,
    /// All of them must hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<Clause>,
}

/// One condition of a move, with the words in which it is explained.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Clause {
    pub name: Wording,
    #[serde(rename = "if")]
    pub condition: Condition,
}

/// A deadline.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TimerRule {
    pub code: Code,
    pub name: Wording,
    pub subject: SubjectKind,
    pub opens: Opening,
    /// Closed by these deeds, and by what the watched stage awaits, and when that stage is left.
    #[serde(skip_serializing_if = "Trigger::is_empty")]
    pub closes: Trigger,
    pub after: Span,
    pub clock: ClockKind,
    /// What is said when it runs out.
    pub fires: Vec<InterventionRule>,
    /// And what if it stays so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<Step>,
    /// An action that the house then records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records: Option<ActionKind>,
    /// Whether running out is an incident, which people acknowledge, snooze and see on boards.
    pub incident: bool,
    pub hold: Hold,
}

/// When a timer begins.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Opening {
    /// On entering one of these stages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<Code>,
    /// With one of these actions; in one of the stages where there are any.
    #[serde(flatten)]
    pub trigger: Trigger,
}

/// Actions, and what else must hold.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Trigger {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub on: Vec<ActionKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

impl Trigger {
    pub fn is_empty(&self) -> bool {
        self.on.is_empty() && self.when.is_none()
    }
}

/// A further step of a timer that has run out and is still open.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// How long after the step before.
    pub after: Span,
    /// How often it happens, one `after` apart.
    pub times: u32,
    pub fires: Vec<InterventionRule>,
}

/// How long people may make a timer hold its tongue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Hold {
    /// An acknowledgement keeps further steps quiet for so long, not for ever.
    pub acknowledged: Span,
    /// A snooze lasts no longer than this.
    pub snoozed_at_most: Span,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InterventionRule {
    pub kind: InterventionKind,
    pub to: Recipient,
    pub text: Code,
    /// Also outside the delivery window.
    pub urgent: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InterventionKind {
    /// Something that the recipient is to do.
    Todo,
    /// An exception that the recipient is to look at.
    Card,
    /// Support is needed.
    Signal,
    /// Content for the recipient to use with the customer.
    Push,
}

/// What follows from an action or from entering a stage, at once.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rule {
    pub code: Code,
    pub subject: SubjectKind,
    #[serde(flatten)]
    pub trigger: Trigger,
    /// On entering one of these stages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub enters: Vec<Code>,
    pub once: Once,
    #[serde(skip_serializing_if = "Per::is_subject")]
    pub per: Per,
    pub fires: Vec<InterventionRule>,
    /// Weekly lists that the subject is put on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<Code>,
}

/// A list that people work through once a week.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WeeklyList {
    pub code: Code,
    pub name: Wording,
    /// Whose list it is.
    pub to: Recipient,
}

/// What is not urgent, gathered into one message a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Digest {
    /// In the organisation's zone.
    pub at: TimeOfDay,
    /// Who gets one message a day instead of many.
    pub to: Vec<Recipient>,
}

impl Playbook {
    pub fn timer(&self, code: &Code) -> Option<&TimerRule> {
        self.timers.iter().find(|rule| rule.code == *code)
    }

    /// A figure by its name; boards go by the same ones as conditions.
    pub fn limit(&self, code: &str) -> Option<Limit> {
        self.limits.get(code).copied()
    }
}

impl TimerRule {
    /// The nth happening after it ran out, counted from 1, with repetitions laid out one after the other.
    pub fn step(&self, nth: u32) -> Option<&Step> {
        let mut before = 0_u32;
        self.then.iter().find(|step| {
            before = before.saturating_add(step.times);
            nth > 0 && nth <= before
        })
    }

    /// What is said at a step: 0 when it runs out.
    pub fn said_at(&self, step: u32) -> Option<&[InterventionRule]> {
        if step == 0 { Some(&self.fires) } else { self.step(step).map(|step| step.fires.as_slice()) }
    }
}

impl Subject {
    pub fn stage(&self, code: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.code.as_str() == code)
    }

    pub fn field(&self, code: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.code.as_str() == code)
    }
}

impl InterventionKind {
    pub const ALL: [Self; 4] = [Self::Todo, Self::Card, Self::Signal, Self::Push];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Todo => "todo",
            Self::Card => "card",
            Self::Signal => "signal",
            Self::Push => "push",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

impl StageKind {
    pub const ALL: [Self; 3] = [Self::Open, Self::Won, Self::Lost];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

impl FieldKind {
    pub const ALL: [Self; 6] = [Self::Tick, Self::Text, Self::Choice, Self::Money, Self::Date, Self::Attachment];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tick => "tick",
            Self::Text => "text",
            Self::Choice => "choice",
            Self::Money => "money",
            Self::Date => "date",
            Self::Attachment => "attachment",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

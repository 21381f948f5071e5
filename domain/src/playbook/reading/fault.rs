//! Everything that keeps a playbook from being put in force, with its place.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use super::texts;
use crate::texts::Language;

/// One fault of a playbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub code: FaultCode,
    /// JSON pointer into the playbook.
    pub pointer: String,
    /// Line and column in the text, both counted from 1; 0 when the text as a whole is meant.
    pub mark: Mark,
    /// What fills the gaps of the message.
    pub args: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Mark {
    pub line: u32,
    pub column: u32,
}

impl Fault {
    pub(super) fn at(pointer: impl Into<String>, code: FaultCode) -> Self {
        Self { code, pointer: pointer.into(), mark: Mark::default(), args: Vec::new() }
    }

    pub(super) fn with<T: Display>(mut self, args: impl IntoIterator<Item = T>) -> Self {
        self.args.extend(args.into_iter().map(|arg| arg.to_string()));
        self
    }

    pub(super) fn on(mut self, mark: Mark) -> Self {
        self.mark = mark;
        self
    }

    /// What is wrong and what to do, for the person who edits the playbook.
    pub fn message(&self, language: Language) -> String {
        let mut message = texts::of(self.code, language).to_owned();
        for (n, arg) in self.args.iter().enumerate() {
            message = message.replace(&format!("{{{n}}}"), arg);
        }
        message
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// The closed list of faults.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum FaultCode {
            $($(#[$doc])* $name,)*
        }

        impl FaultCode {
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name used on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

codes! {
    TooLarge = "too_large";
    Empty = "empty";
    /// It is no YAML.
    Syntax = "syntax";
    TooDeep = "too_deep";
    TooManyParts = "too_many_parts";
    /// YAML that playbooks do without: anchors, aliases, tags, several documents.
    NotSupported = "not_supported";
    DuplicateKey = "duplicate_key";

    UnknownKey = "unknown_key";
    MissingKey = "missing_key";
    WrongType = "wrong_type";
    TooMany = "too_many";
    TooLong = "too_long";
    ControlCharacter = "control_character";
    BadCode = "bad_code";
    BadSpan = "bad_span";
    SpanOutOfRange = "span_out_of_range";
    /// Working time has no days of 24 hours.
    DaysInWorkingTime = "days_in_working_time";
    BadTimeOfDay = "bad_time_of_day";
    OutOfRange = "out_of_range";
    NotKnown = "not_known";
    FormatNotKnown = "format_not_known";
    DuplicateCode = "duplicate_code";
    MissingTranslation = "missing_translation";
    UnknownPlaceholder = "unknown_placeholder";

    /// The action is never about such a subject.
    ActionOfOtherSubject = "action_of_other_subject";
    /// An edit or a message is awaited, opens or closes a timer.
    NotADeed = "not_a_deed";
    /// A timer may only record what nobody else records.
    NotOfTheHouse = "not_of_the_house";
    /// Only a hand-over has a department.
    NoDepartment = "no_department";

    ConditionSyntax = "condition_syntax";
    ConditionTooBig = "condition_too_big";
    ConditionNotSupported = "condition_not_supported";
    ConditionUnknownName = "condition_unknown_name";
    ConditionWrongType = "condition_wrong_type";

    StageUnreachable = "stage_unreachable";
    /// An open stage that waits for nothing would stall unseen.
    StageAwaitsNothing = "stage_awaits_nothing";
    /// A stage that is won or lost waits for something, or is led out of.
    StageIsOver = "stage_is_over";
    FirstStageNotOpen = "first_stage_not_open";
    /// Moves that lead round in a circle with one and the same action.
    MovesInACircle = "moves_in_a_circle";
    MoveToItself = "move_to_itself";
    /// A move that would always happen at once.
    MoveWithoutReason = "move_without_reason";
    NeverOpens = "never_opens";
    NeverCloses = "never_closes";
    SaysNothing = "says_nothing";
}

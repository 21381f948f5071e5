//! Faults of a playbook as they are told: with the place in the text that the editor has before them.

use domain::playbook::{self, FaultCode as Found};
use domain::texts::Language;
use serde::Serialize;
use utoipa::ToSchema;

use crate::docs::lists;
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::Problem;

/// One fault of a playbook.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlaybookFault {
    #[schema(value_type = lists::PlaybookFaultCode)]
    pub code: &'static str,
    /// JSON pointer into the playbook.
    #[schema(example = "/timers/0/fires/0/to")]
    pub pointer: String,
    /// Line in the text, from 1; 0 when the text as a whole is meant.
    #[schema(minimum = 0, example = 35)]
    pub line: u32,
    /// Column in the line, in characters from 1.
    #[schema(minimum = 0, example = 26)]
    pub column: u32,
    /// In the reader's language.
    pub message: String,
}

impl PlaybookFault {
    pub fn told(fault: &playbook::Fault, language: Language) -> Self {
        Self {
            code: fault.code.as_str(),
            pointer: fault.pointer.clone(),
            line: fault.mark.line,
            column: fault.mark.column,
            message: fault.message(language),
        }
    }
}

/// Every fault as one problem.
pub fn problem(faults: Vec<playbook::Fault>) -> Problem {
    faults.into_iter().map(|fault| Fault::in_text(fault.pointer.clone(), kind_of(fault.code), fault)).collect::<Vec<_>>().into()
}

/// What kind of fault it is to a client that knows no playbooks.
fn kind_of(code: Found) -> FaultCode {
    match code {
        Found::MissingKey | Found::MissingTranslation | Found::Empty => FaultCode::Required,
        Found::UnknownKey => FaultCode::UnknownField,
        Found::WrongType | Found::ConditionWrongType => FaultCode::WrongType,
        Found::TooLarge | Found::TooDeep | Found::TooManyParts | Found::TooMany | Found::TooLong | Found::ConditionTooBig => {
            FaultCode::TooLong
        }
        Found::OutOfRange | Found::SpanOutOfRange | Found::FormatNotKnown => FaultCode::OutOfRange,
        Found::NotKnown | Found::ConditionUnknownName | Found::UnknownPlaceholder => FaultCode::NotKnown,
        Found::DuplicateKey | Found::DuplicateCode => FaultCode::Duplicate,
        Found::Syntax
        | Found::NotSupported
        | Found::ControlCharacter
        | Found::BadCode
        | Found::BadSpan
        | Found::BadTimeOfDay
        | Found::ConditionSyntax
        | Found::ConditionNotSupported => FaultCode::Malformed,
        _ => FaultCode::NotAllowed,
    }
}

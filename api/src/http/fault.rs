//! What can be wrong with one field, and how a reader is told.

use domain::texts::Language;
use serde::Serialize;
use utoipa::ToSchema;

/// What is wrong with a field. The closed list of codes that `errors[].code` can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FaultCode {
    Required,
    ScopeMissing,
    UnknownField,
    WrongType,
    TooShort,
    TooLong,
    OutOfRange,
    Malformed,
    NotKnown,
    NotAllowed,
    Duplicate,
    SwappedCoordinates,
}

impl FaultCode {
    pub const ALL: [Self; 12] = [
        Self::Required,
        Self::ScopeMissing,
        Self::UnknownField,
        Self::WrongType,
        Self::TooShort,
        Self::TooLong,
        Self::OutOfRange,
        Self::Malformed,
        Self::NotKnown,
        Self::NotAllowed,
        Self::Duplicate,
        Self::SwappedCoordinates,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::ScopeMissing => "scope_missing",
            Self::UnknownField => "unknown_field",
            Self::WrongType => "wrong_type",
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::OutOfRange => "out_of_range",
            Self::Malformed => "malformed",
            Self::NotKnown => "not_known",
            Self::NotAllowed => "not_allowed",
            Self::Duplicate => "duplicate",
            Self::SwappedCoordinates => "swapped_coordinates",
        }
    }

    /// What is wrong, without what would be right.
    pub fn text(self, language: Language) -> &'static str {
        let (zh, en) = match self {
            Self::Required => ("必填", "is needed"),
            Self::ScopeMissing => ("密钥缺少所需的权限范围", "is a key without the scope that is needed"),
            Self::UnknownField => ("没有这个字段", "is no field of this request"),
            Self::WrongType => ("类型不对", "is of the wrong type"),
            Self::TooShort => ("太短", "is too short"),
            Self::TooLong => ("太长", "is too long"),
            Self::OutOfRange => ("超出允许范围", "is out of range"),
            Self::Malformed => ("格式不对", "is not well formed"),
            Self::NotKnown => ("没有找到对应的记录或取值", "names nothing that is known here"),
            Self::NotAllowed => ("这里不允许", "is not allowed here"),
            Self::Duplicate => ("已经存在", "exists already"),
            Self::SwappedCoordinates => ("经纬度像是写反了", "looks like latitude and longitude were swapped"),
        };
        match language {
            Language::ZhCn => zh,
            Language::En => en,
        }
    }
}

/// One field that is wrong: where (JSON pointer, or `?name` in the query, `/path/name` in the path), what, and what was allowed.
#[derive(Debug, Clone)]
pub struct Fault {
    pub pointer: String,
    pub code: FaultCode,
    /// What would have been right, in neutral terms: `1..200`, a list of codes.
    pub allowed: Option<String>,
    /// What the rule room says of a text's part, with the place in the text.
    pub(crate) in_text: Option<Box<domain::playbook::Fault>>,
}

impl Fault {
    pub fn at(pointer: impl Into<String>, code: FaultCode) -> Self {
        Self { pointer: pointer.into(), code, allowed: None, in_text: None }
    }

    /// A fault in a text that people write by hand.
    pub fn in_text(pointer: impl Into<String>, code: FaultCode, fault: domain::playbook::Fault) -> Self {
        Self { in_text: Some(Box::new(fault)), ..Self::at(pointer, code) }
    }

    pub fn allowing(mut self, allowed: impl Into<String>) -> Self {
        self.allowed = Some(allowed.into());
        self
    }

    /// What is wrong, in words.
    pub fn message(&self, language: Language) -> String {
        if let Some(fault) = &self.in_text {
            return fault.message(language);
        }
        match (&self.allowed, language) {
            (None, _) => self.code.text(language).to_owned(),
            (Some(allowed), Language::ZhCn) => format!("{}（允许：{allowed}）", self.code.text(language)),
            (Some(allowed), Language::En) => format!("{} (allowed: {allowed})", self.code.text(language)),
        }
    }

    pub(crate) fn told(&self, language: Language) -> FieldProblem {
        let mark = self.in_text.as_ref().map(|fault| fault.mark);
        let message = self.message(language);
        FieldProblem {
            pointer: self.pointer.clone(),
            code: self.code,
            message,
            line: mark.map(|mark| mark.line),
            column: mark.map(|mark| mark.column),
        }
    }
}

/// One wrong field of a request.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldProblem {
    /// JSON pointer into the body, `?name` for a query parameter, `/name` of the path, or a header's name.
    #[schema(example = "/key_info")]
    pub pointer: String,
    pub code: FaultCode,
    /// In the reader's language.
    pub message: String,
    /// Line of a text that people write by hand (a playbook), from 1; 0 when the text as a whole is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0)]
    pub line: Option<u32>,
    /// Column in that line, in characters from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0)]
    pub column: Option<u32>,
}

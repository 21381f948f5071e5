//! Types and values.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::playbook::span::Span;

/// The types of conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Type {
    Bool,
    Int,
    Double,
    Text,
    /// CEL's `timestamp`.
    Instant,
    /// CEL's `duration`.
    Span,
    /// A list of texts.
    Texts,
}

impl Type {
    /// The name that CEL gives it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Double => "double",
            Self::Text => "string",
            Self::Instant => "timestamp",
            Self::Span => "duration",
            Self::Texts => "list(string)",
        }
    }

    /// Whether it can be compared by size with `other`.
    pub(super) const fn orders_with(self, other: Self) -> bool {
        matches!(
            (self, other),
            (Self::Int | Self::Double, Self::Int | Self::Double)
                | (Self::Text, Self::Text)
                | (Self::Instant, Self::Instant)
                | (Self::Span, Self::Span)
                | (Self::Bool, Self::Bool)
        )
    }

    /// Whether it can be equal to `other`.
    pub(super) const fn equates_with(self, other: Self) -> bool {
        self.orders_with(other) || matches!((self, other), (Self::Texts, Self::Texts))
    }
}

/// A value of one of the types.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(String),
    Instant(DateTime<Utc>),
    Span(TimeDelta),
    Texts(Vec<String>),
}

impl Value {
    pub const fn value_type(&self) -> Type {
        match self {
            Self::Bool(_) => Type::Bool,
            Self::Int(_) => Type::Int,
            Self::Double(_) => Type::Double,
            Self::Text(_) => Type::Text,
            Self::Instant(_) => Type::Instant,
            Self::Span(_) => Type::Span,
            Self::Texts(_) => Type::Texts,
        }
    }

    /// Reads a value of type `wanted` out of an action's data.
    pub(super) fn from_json(json: &serde_json::Value, wanted: Type) -> Option<Self> {
        Some(match wanted {
            Type::Bool => Self::Bool(json.as_bool()?),
            Type::Int => Self::Int(json.as_i64()?),
            Type::Double => Self::Double(json.as_f64().filter(|number| number.is_finite())?),
            Type::Text => Self::Text(json.as_str()?.to_owned()),
            Type::Instant => Self::Instant(json.as_str()?.parse().ok()?),
            Type::Span => Self::Span(Span::parse(json.as_str()?).ok()?.delta()),
            Type::Texts => {
                let texts = json.as_array()?.iter().map(|item| item.as_str().map(str::to_owned));
                Self::Texts(texts.collect::<Option<_>>()?)
            }
        })
    }
}

/// A figure of the playbook: a number or a length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Limit {
    Number(i64),
    Span(Span),
}

impl Limit {
    pub(super) const fn value_type(self) -> Type {
        match self {
            Self::Number(_) => Type::Int,
            Self::Span(_) => Type::Span,
        }
    }

    pub(super) fn value(self) -> Value {
        match self {
            Self::Number(number) => Value::Int(number),
            Self::Span(span) => Value::Span(span.delta()),
        }
    }
}

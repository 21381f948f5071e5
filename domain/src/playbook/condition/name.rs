//! The names that a condition can use.

use std::collections::BTreeMap;
use std::fmt;

use super::value::{Limit, Type};
use crate::playbook::action::ActionKind;
use crate::playbook::code::Code;
use crate::playbook::facts::FactName;
use crate::playbook::model::{Field, FieldKind};
use crate::playbook::subject::SubjectKind;

/// Something known that a condition reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Name {
    Kind,
    Stage,
    EnteredAt,
    Owner,
    Field(Code, FieldKind),
    Count(ActionKind),
    Last(ActionKind),
    ActionKind,
    ActorRole,
    Data(&'static str, Type),
    Fact(FactName),
    Limit(Code, Type),
    Now,
}

impl Name {
    pub(super) const fn value_type(&self) -> Type {
        match self {
            Self::Kind | Self::Stage | Self::Owner | Self::ActionKind | Self::ActorRole => Type::Text,
            Self::EnteredAt | Self::Now | Self::Last(_) => Type::Instant,
            Self::Field(_, kind) => field_type(*kind),
            Self::Count(_) => Type::Int,
            Self::Data(_, value_type) | Self::Limit(_, value_type) => *value_type,
            Self::Fact(name) => name.value_type(),
        }
    }
}

impl fmt::Display for Name {
    /// As it is written in a condition.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind => f.write_str("subject.kind"),
            Self::Stage => f.write_str("subject.stage"),
            Self::EnteredAt => f.write_str("subject.entered_at"),
            Self::Owner => f.write_str("subject.owner"),
            Self::Field(code, _) => write!(f, "subject.fields.{code}"),
            Self::Count(kind) => write!(f, "subject.counts['{}']", kind.as_str()),
            Self::Last(kind) => write!(f, "subject.last['{}']", kind.as_str()),
            Self::ActionKind => f.write_str("action.kind"),
            Self::ActorRole => f.write_str("action.actor_role"),
            Self::Data(name, _) => write!(f, "action.data.{name}"),
            Self::Fact(name) => write!(f, "facts.{}", name.as_str()),
            Self::Limit(code, _) => write!(f, "limits.{code}"),
            Self::Now => f.write_str("now"),
        }
    }
}

const fn field_type(kind: FieldKind) -> Type {
    match kind {
        FieldKind::Tick => Type::Bool,
        FieldKind::Text | FieldKind::Choice => Type::Text,
        FieldKind::Money => Type::Int,
        FieldKind::Date => Type::Instant,
        FieldKind::Attachment => Type::Texts,
    }
}

/// What a condition may speak of at its place in the playbook.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    pub subject: SubjectKind,
    pub fields: &'a [Field],
    pub stages: &'a [Code],
    pub limits: &'a BTreeMap<Code, Limit>,
    /// The actions that it is asked with; where there are none, `action` is no name.
    pub actions: &'a [ActionKind],
}

impl Scope<'_> {
    /// The meaning of `root.name` or, with a key, `root.name['key']`; `None` when there is none.
    pub(super) fn select(&self, path: &[&str]) -> Option<Name> {
        match path {
            ["now"] => Some(Name::Now),
            ["subject", "kind"] => Some(Name::Kind),
            ["subject", "stage"] if !self.stages.is_empty() => Some(Name::Stage),
            ["subject", "entered_at"] if !self.stages.is_empty() => Some(Name::EnteredAt),
            ["subject", "owner"] => Some(Name::Owner),
            ["subject", "fields", name] => self.fields.iter().find(|field| field.code.as_str() == *name).map(Self::field),
            ["action", "kind"] if !self.actions.is_empty() => Some(Name::ActionKind),
            ["action", "actor_role"] if !self.actions.is_empty() => Some(Name::ActorRole),
            ["action", "data", name] => {
                let mut entries = self.actions.iter().flat_map(|kind| kind.data());
                entries.find(|(known, _)| known == name).map(|(known, value_type)| Name::Data(known, *value_type))
            }
            ["facts", name] => FactName::parse(name).filter(|fact| fact.subjects().contains(&self.subject)).map(Name::Fact),
            ["limits", name] => self.limits.get_key_value(*name).map(|(code, limit)| Name::Limit(code.clone(), limit.value_type())),
            _ => None,
        }
    }

    fn field(field: &Field) -> Name {
        Name::Field(field.code.clone(), field.kind)
    }

    /// Whether a text that is compared with `name` can ever be equal to it.
    pub(super) fn can_be(&self, name: &Name, text: &str) -> bool {
        match name {
            Name::Stage => self.stages.iter().any(|stage| stage.as_str() == text),
            Name::Kind => self.subject.as_str() == text,
            Name::ActionKind => self.actions.iter().any(|kind| kind.as_str() == text),
            Name::ActorRole => crate::people::Role::parse(text).is_some(),
            Name::Field(code, FieldKind::Choice) => {
                let field = self.fields.iter().find(|field| field.code == *code);
                field.is_some_and(|field| field.choices.iter().any(|choice| choice.code.as_str() == text))
            }
            _ => true,
        }
    }
}

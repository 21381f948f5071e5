//! What a playbook has rules about, and whom it turns to.

use serde::{Deserialize, Serialize};

use crate::people::Role;

/// The kinds of things that go through stages or carry timers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    Lead,
    Deal,
    Customer,
    Contact,
    Handover,
    Document,
}

impl SubjectKind {
    pub const ALL: [Self; 6] = [Self::Lead, Self::Deal, Self::Customer, Self::Contact, Self::Handover, Self::Document];

    /// The name in playbooks, tables and the log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Deal => "deal",
            Self::Customer => "customer",
            Self::Contact => "contact",
            Self::Handover => "handover",
            Self::Document => "document",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Whom an intervention is for: a place beside the subject, not a person. The store finds the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// The rep who holds the subject; of a hand-over, who asked for it.
    Owner,
    /// The department that a hand-over was asked of.
    Department,
    Supervisor,
    Director,
    Presales,
    Delivery,
    Legal,
    Operations,
    Admin,
}

impl Recipient {
    pub const ALL: [Self; 9] = [
        Self::Owner,
        Self::Department,
        Self::Supervisor,
        Self::Director,
        Self::Presales,
        Self::Delivery,
        Self::Legal,
        Self::Operations,
        Self::Admin,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Department => "department",
            Self::Supervisor => "supervisor",
            Self::Director => "director",
            Self::Presales => "presales",
            Self::Delivery => "delivery",
            Self::Legal => "legal",
            Self::Operations => "operations",
            Self::Admin => "admin",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|recipient| recipient.as_str() == text)
    }

    /// The role to look for in the subject's unit and, where nobody has it, in the units above; `None` when the subject itself names
    /// the recipient.
    pub const fn role(self) -> Option<Role> {
        match self {
            Self::Owner | Self::Department => None,
            Self::Supervisor => Some(Role::Supervisor),
            Self::Director => Some(Role::Director),
            Self::Presales => Some(Role::Presales),
            Self::Delivery => Some(Role::Delivery),
            Self::Legal => Some(Role::Legal),
            Self::Operations => Some(Role::Operations),
            Self::Admin => Some(Role::Admin),
        }
    }

    /// Whom to turn to where the place is empty, so that an intervention is never lost because nobody was there: the supervisor, then
    /// the director, then the admin.
    pub const fn instead(self) -> Option<Self> {
        match self {
            Self::Admin => None,
            Self::Director => Some(Self::Admin),
            Self::Supervisor => Some(Self::Director),
            _ => Some(Self::Supervisor),
        }
    }
}

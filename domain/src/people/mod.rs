//! People: their roles, what a role is for, and the rules of signing in and staying in.

pub mod allowance;
pub mod brake;
pub mod refresh;

use serde::{Deserialize, Serialize};

use crate::texts::Language;

/// The organisation's tree of units is at most this many levels deep.
pub const UNIT_LEVELS_MAX: i32 = 16;

/// A user's one role; `integrator` belongs to API keys alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Rep,
    Clerk,
    Supervisor,
    Director,
    Presales,
    Delivery,
    Legal,
    Operations,
    Admin,
    Integrator,
}

impl Role {
    pub const ALL: [Self; 10] = [
        Self::Rep,
        Self::Clerk,
        Self::Supervisor,
        Self::Director,
        Self::Presales,
        Self::Delivery,
        Self::Legal,
        Self::Operations,
        Self::Admin,
        Self::Integrator,
    ];

    /// The role's name in API, tokens and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rep => "rep",
            Self::Clerk => "clerk",
            Self::Supervisor => "supervisor",
            Self::Director => "director",
            Self::Presales => "presales",
            Self::Delivery => "delivery",
            Self::Legal => "legal",
            Self::Operations => "operations",
            Self::Admin => "admin",
            Self::Integrator => "integrator",
        }
    }

    /// What people call those who have it.
    pub const fn name(self, language: Language) -> &'static str {
        let (zh_cn, en) = match self {
            Self::Rep => ("销售代表", "sales"),
            Self::Clerk => ("店员", "the shop"),
            Self::Supervisor => ("主管", "the supervisor"),
            Self::Director => ("总监", "the director"),
            Self::Presales => ("售前", "pre-sales"),
            Self::Delivery => ("交付", "delivery"),
            Self::Legal => ("法务", "legal"),
            Self::Operations => ("运营", "operations"),
            Self::Admin => ("管理员", "the admin"),
            Self::Integrator => ("对接系统", "an integration"),
        };
        match language {
            Language::ZhCn => zh_cn,
            Language::En => en,
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// Sees their own visits only; everybody else sees a unit and what is below it.
    pub fn sees_own_only(self) -> bool {
        matches!(self, Self::Rep | Self::Clerk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_parses_back_from_its_name() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!(Role::parse("root"), None);
    }
}

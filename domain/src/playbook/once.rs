//! How often a rule speaks, and what that is counted by.

use serde::Serialize;

/// How often a rule speaks while what it speaks of goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Once {
    /// Every time.
    #[default]
    Never,
    /// Only the first time in a stay (or, without stages, ever).
    Stay,
    /// Only the first time in a week, which begins on Monday in the organisation's zone.
    Week,
}

impl Serialize for Once {
    /// As playbooks write it.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Never => serializer.serialize_bool(false),
            Self::Stay => serializer.serialize_bool(true),
            Self::Week => serializer.serialize_str(Self::WEEK),
        }
    }
}

impl Once {
    /// How playbooks write [`Once::Week`].
    pub const WEEK: &'static str = "week";
}

/// What a rule that speaks once a week counts by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// Once for each subject.
    #[default]
    Subject,
    /// Once for each department that hand-overs are asked of, whichever of them it is.
    Department,
}

impl Per {
    pub const ALL: [Self; 2] = [Self::Subject, Self::Department];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Department => "department",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|per| per.as_str() == text)
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
    pub(super) const fn is_subject(&self) -> bool {
        matches!(self, Self::Subject)
    }
}

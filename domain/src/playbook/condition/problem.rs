//! What can be wrong with a condition, and where.

/// The first thing that is wrong with a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The place, in characters from the beginning of the condition.
    pub offset: usize,
    pub kind: ProblemKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProblemKind {
    TooLong,
    TooDeep,
    TooManyParts,
    /// Not what was expected here; what was found.
    Unexpected(String),
    /// The condition ends where more was expected.
    EndsEarly,
    /// A part of CEL that conditions do without, or nothing of CEL at all.
    Unsupported(String),
    UnknownName(String),
    UnknownFunction(String),
    /// The type that is needed here, and the one that is given.
    WrongType {
        needed: String,
        given: String,
    },
    /// A literal that cannot be read as what it is meant to be.
    BadLiteral(String),
    /// The name of an action that the subject never has.
    UnknownAction(String),
    /// A choice that the field does not have, or a stage that is not there: the comparison could never hold.
    UnknownCode(String),
}

impl Problem {
    pub(super) const fn at(offset: usize, kind: ProblemKind) -> Self {
        Self { offset, kind }
    }
}

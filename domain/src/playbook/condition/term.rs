//! A checked condition: every name has its meaning and every part its type.

use super::name::Name;
use super::value::Value;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Term {
    Value(Value),
    Name(Name),
    /// The item that the nth quantifier from the outside is at.
    Item(usize),
    Has(Name),
    Texts(Vec<Term>),
    Not(Box<Term>),
    Minus(Box<Term>),
    And(Box<Term>, Box<Term>),
    Or(Box<Term>, Box<Term>),
    Equal(Box<Term>, Box<Term>),
    Order(Order, Box<Term>, Box<Term>),
    Within(Box<Term>, Box<Term>),
    Compute(Operator, Box<Term>, Box<Term>),
    Choice(Box<Term>, Box<Term>, Box<Term>),
    Size(Box<Term>),
    Matches(Match, Box<Term>, Box<Term>),
    Quantified(Quantifier, Box<Term>, Box<Term>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Plus,
    Minus,
    Times,
    Divide,
    Remainder,
}

/// How a text is looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Match {
    StartsWith,
    EndsWith,
    Contains,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantifier {
    Exists,
    All,
}

impl Term {
    /// Gathers the names it reads, in the order in which they are written.
    pub(super) fn names<'a>(&'a self, found: &mut Vec<&'a Name>) {
        match self {
            Self::Value(_) | Self::Item(_) => {}
            Self::Name(name) | Self::Has(name) => found.push(name),
            Self::Texts(items) => items.iter().for_each(|item| item.names(found)),
            Self::Not(inner) | Self::Minus(inner) | Self::Size(inner) => inner.names(found),
            Self::And(left, right)
            | Self::Or(left, right)
            | Self::Equal(left, right)
            | Self::Order(_, left, right)
            | Self::Within(left, right)
            | Self::Compute(_, left, right)
            | Self::Matches(_, left, right)
            | Self::Quantified(_, left, right) => {
                left.names(found);
                right.names(found);
            }
            Self::Choice(condition, then, otherwise) => [condition, then, otherwise].into_iter().for_each(|part| part.names(found)),
        }
    }
}

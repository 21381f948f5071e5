//! Conditions: CEL expressions over what is known, checked when a playbook is saved and total when they are evaluated.
//!
//! The language is a subset of the Common Expression Language, with its precedence and its meaning; a test compares both on thousands of
//! expressions. What is left out (maps, messages, bytes, regular expressions, string building) is refused when the playbook is saved.
//! The subset has an evaluator of its own because three promises need one: every name and type is checked beforehand and faults point at
//! a place; parsing and evaluation are bounded in size, depth and steps; and a fact that is missing makes a condition *not met, and says
//! why*, never an error and never true.
//!
//! | name | what |
//! |---|---|
//! | `subject.kind`, `subject.stage`, `subject.entered_at`, `subject.owner` | where it stands and who holds it |
//! | `subject.fields.NAME` | a field; missing while nobody wrote it |
//! | `subject.counts['ACTION']` | how often an action was recorded; 0 when never |
//! | `subject.last['ACTION']` | when it last happened |
//! | `action.kind`, `action.actor_role`, `action.data.NAME` | the action that is being applied, where the playbook names one |
//! | `facts.NAME` | what the store knows besides: [`super::facts::FactName`] |
//! | `limits.NAME` | a figure of the playbook |
//! | `now` | the instant of the decision |
//!
//! Operators `?: || && ! == != < <= > >= in + - * / %`, literals, lists of strings, `has(NAME)`, `size(x)`, `duration('48h')`,
//! `timestamp('2026-11-26T00:00:00Z')`, `text.startsWith(t)`, `text.endsWith(t)`, `text.contains(t)`, `list.exists(x, …)`,
//! `list.all(x, …)`.

mod check;
mod evaluate;
mod lex;
mod name;
mod parse;
mod problem;
mod term;
mod value;

use serde::{Serialize, Serializer};

pub use evaluate::{Missing, Moment};
pub use name::{Name, Scope};
pub use problem::{Problem, ProblemKind};
pub use value::{Limit, Type, Value};

/// The longest condition, in characters.
pub const LENGTH_MAX: usize = 1000;
/// The deepest nesting of a condition.
pub const DEPTH_MAX: usize = 24;
/// The longest chain of operators or selections, and what is nested in it.
pub const TREE_DEPTH_MAX: usize = 48;
/// The most parts that a condition has.
pub const PARTS_MAX: usize = 250;

/// A checked condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    source: String,
    term: term::Term,
}

impl Condition {
    /// Reads a condition in which the names of `scope` can be used.
    ///
    /// # Errors
    /// The first problem, with its place in the text.
    pub fn read(source: &str, scope: &Scope<'_>) -> Result<Self, Problem> {
        if source.chars().count() > LENGTH_MAX {
            return Err(Problem::at(0, ProblemKind::TooLong));
        }
        let tree = parse::parse(source)?;
        let term = check::check(&tree, scope)?;
        Ok(Self { source: source.to_owned(), term })
    }

    /// Whether it holds at this moment; else `Ok(false)` or what is missing for saying so.
    ///
    /// # Errors
    /// `Missing` says which fact is not there, or what could not be computed. It always counts as *not met*.
    pub fn holds(&self, moment: &Moment<'_>) -> Result<bool, Missing> {
        evaluate::holds(&self.term, moment)
    }

    /// The names it reads, in the order in which they are written.
    pub fn names(&self) -> Vec<&Name> {
        let mut names = Vec::new();
        self.term.names(&mut names);
        names
    }

    pub fn source(&self) -> &str {
        &self.source
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.source)
    }
}

//! Reads values out of the tree and notes every fault on the way, instead of stopping at the first.

use std::collections::BTreeSet;

use super::document::{Layout, Node, Part, Scalar};
use super::fault::{Fault, FaultCode, Mark};
use crate::playbook::code::Code;
use crate::playbook::condition::{Condition, Problem, ProblemKind, Scope};
use crate::playbook::span::{Span, SpanFault};

/// No playbook needs to hear of more.
const FAULTS_MAX: usize = 200;

/// A part of the tree with its JSON pointer.
#[derive(Debug, Clone)]
pub(super) struct At<'a> {
    pub node: &'a Node,
    pub pointer: String,
}

/// A map that is being read, with the place of each of its entries.
#[derive(Debug, Clone)]
pub(super) struct Entries<'a> {
    at: At<'a>,
    entries: &'a [(String, Mark, Node)],
}

#[derive(Debug)]
pub(super) struct Reader<'a> {
    pub faults: Vec<Fault>,
    /// The lines of the text, to find a place within a block of it.
    lines: Vec<&'a str>,
}

impl<'a> Entries<'a> {
    pub(super) fn get(&self, key: &str) -> Option<At<'a>> {
        let entry = self.entries.iter().find(|(name, ..)| name == key);
        entry.filter(|(.., node)| !node.is_nothing()).map(|(name, _, node)| self.at.below(name, node))
    }

    /// All entries, by their keys.
    pub(super) fn all(&self) -> impl Iterator<Item = (&'a str, Mark, At<'a>)> + '_ {
        self.entries.iter().map(|(key, mark, node)| (key.as_str(), *mark, self.at.below(key, node)))
    }

    pub(super) fn pointer(&self) -> &str {
        &self.at.pointer
    }

    pub(super) fn mark(&self) -> Mark {
        self.at.node.mark
    }
}

impl<'a> At<'a> {
    pub(super) fn root(node: &'a Node) -> Self {
        Self { node, pointer: String::new() }
    }

    fn below(&self, key: &str, node: &'a Node) -> Self {
        Self { node, pointer: format!("{}/{}", self.pointer, key.replace('~', "~0").replace('/', "~1")) }
    }

    fn fault(&self, code: FaultCode) -> Fault {
        Fault::at(self.pointer.clone(), code).on(self.node.mark)
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { faults: Vec::new(), lines: text.lines().collect() }
    }

    pub(super) fn note(&mut self, fault: Fault) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(fault);
        }
    }

    pub(super) fn refuse<T>(&mut self, at: &At<'_>, code: FaultCode, args: &[&str]) -> Option<T> {
        self.note(at.fault(code).with(args));
        None
    }

    /// A map with no other keys than `known`.
    pub(super) fn map(&mut self, at: &At<'a>, known: &[&str]) -> Option<Entries<'a>> {
        let entries = self.any_map(at)?;
        for (key, mark, below) in entries.all() {
            if !known.contains(&key) {
                self.note(Fault::at(below.pointer, FaultCode::UnknownKey).with([key, &known.join(", ")]).on(mark));
            }
        }
        Some(entries)
    }

    /// A map whose keys are the playbook's own.
    pub(super) fn any_map(&mut self, at: &At<'a>) -> Option<Entries<'a>> {
        match &at.node.part {
            Part::Map(entries) => Some(Entries { at: at.clone(), entries }),
            _ => self.refuse(at, FaultCode::WrongType, &["一组“键: 值”", "a map of keys and values"]),
        }
    }

    pub(super) fn need(&mut self, entries: &Entries<'a>, key: &str) -> Option<At<'a>> {
        let found = entries.get(key);
        if found.is_none() {
            self.note(Fault::at(entries.pointer(), FaultCode::MissingKey).with([key]).on(entries.mark()));
        }
        found
    }

    /// The items of a list; nothing at all is an empty list.
    pub(super) fn list(&mut self, at: Option<At<'a>>, at_most: usize) -> Vec<At<'a>> {
        let Some(at) = at else { return Vec::new() };
        let Part::List(items) = &at.node.part else {
            self.refuse::<()>(&at, FaultCode::WrongType, &["一个列表", "a list"]);
            return Vec::new();
        };
        if items.len() > at_most {
            self.refuse::<()>(&at, FaultCode::TooMany, &[&at_most.to_string()]);
        }
        items.iter().take(at_most).enumerate().map(|(n, item)| at.below(&n.to_string(), item)).collect()
    }

    fn scalar(&mut self, at: &At<'a>) -> Option<&'a Scalar> {
        match at.node.scalar() {
            Some(scalar) => Some(scalar),
            None => self.refuse(at, FaultCode::WrongType, &["一个文字值", "a single value"]),
        }
    }

    /// A text of at most so many characters, without control characters and without white space around it.
    pub(super) fn text(&mut self, at: &At<'a>, at_most: usize) -> Option<&'a str> {
        let text = self.scalar(at)?.text.trim();
        if text.chars().count() > at_most {
            return self.refuse(at, FaultCode::TooLong, &[&at_most.to_string()]);
        }
        if text.chars().any(|letter| letter.is_control() && letter != '\n') {
            return self.refuse(at, FaultCode::ControlCharacter, &[]);
        }
        Some(text)
    }

    pub(super) fn code(&mut self, at: &At<'a>) -> Option<Code> {
        let text = self.text(at, 200)?;
        Code::parse(text).or_else(|| self.refuse(at, FaultCode::BadCode, &[text]))
    }

    pub(super) fn yes(&mut self, at: Option<At<'a>>, default: bool) -> bool {
        let Some(at) = at else { return default };
        match at.node.scalar() {
            Some(scalar) if scalar.is_plain && scalar.text == "true" => true,
            Some(scalar) if scalar.is_plain && scalar.text == "false" => false,
            _ => self.refuse::<bool>(&at, FaultCode::WrongType, &["true 或 false", "true or false"]).unwrap_or(default),
        }
    }

    /// A whole number within bounds.
    pub(super) fn number(&mut self, at: &At<'a>, least: i64, most: i64) -> Option<i64> {
        let scalar = self.scalar(at)?;
        let Some(number) = scalar.text.parse::<i64>().ok().filter(|_| scalar.is_plain) else {
            return self.refuse(at, FaultCode::WrongType, &["一个整数", "a whole number"]);
        };
        if (least..=most).contains(&number) {
            return Some(number);
        }
        self.refuse(at, FaultCode::OutOfRange, &[&least.to_string(), &most.to_string()])
    }

    pub(super) fn span(&mut self, at: &At<'a>) -> Option<Span> {
        let text = self.text(at, 40)?;
        match Span::parse(text) {
            Ok(span) => Some(span),
            Err(SpanFault::Malformed) => self.refuse(at, FaultCode::BadSpan, &[text]),
            Err(SpanFault::OutOfRange) => self.refuse(at, FaultCode::SpanOutOfRange, &[&Span::MAX_DAYS.to_string()]),
        }
    }

    /// One of the names that `parse` knows.
    pub(super) fn one_of<T>(&mut self, at: &At<'a>, known: &[&str], parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.text(at, 200)?;
        parse(text).or_else(|| self.refuse(at, FaultCode::NotKnown, &[text, &known.join(", ")]))
    }

    /// A condition in which the names of `scope` can be used.
    pub(super) fn condition(&mut self, at: &At<'a>, scope: &Scope<'_>) -> Option<Condition> {
        let scalar = self.scalar(at)?;
        match Condition::read(&scalar.text, scope) {
            Ok(condition) => Some(condition),
            Err(problem) => {
                let mark = self.place_within(at.node.mark, scalar, problem.offset);
                self.note(condition_fault(at, problem).on(mark));
                None
            }
        }
    }

    /// Where in the source the nth character of a scalar is; where that cannot be said, the scalar's beginning.
    fn place_within(&self, mark: Mark, scalar: &Scalar, offset: usize) -> Mark {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        match scalar.layout {
            Layout::Line(column) => Mark { line: mark.line, column: column.saturating_add(number(offset)) },
            Layout::Block(line) => {
                let before = scalar.text.chars().take(offset).collect::<String>();
                let (row, column) =
                    before.rsplit_once('\n').map_or((0, before.as_str()), |(above, last)| (above.lines().count().max(1), last));
                let written = scalar.text.lines().nth(row).unwrap_or_default();
                let line = line.saturating_add(number(row));
                let source = self.lines.get((line as usize).saturating_sub(1)).copied().unwrap_or_default();
                let indent = source.find(written).map(|bytes| source.get(..bytes).unwrap_or_default().chars().count());
                indent.map_or(mark, |indent| Mark { line, column: number(indent + column.chars().count()).saturating_add(1) })
            }
            Layout::Loose => mark,
        }
    }
}

fn condition_fault(at: &At<'_>, problem: Problem) -> Fault {
    let place = (problem.offset + 1).to_string();
    let (code, args) = match problem.kind {
        ProblemKind::TooLong | ProblemKind::TooDeep | ProblemKind::TooManyParts => (FaultCode::ConditionTooBig, vec![]),
        ProblemKind::Unexpected(found) => (FaultCode::ConditionSyntax, vec![place, found]),
        ProblemKind::EndsEarly => (FaultCode::ConditionSyntax, vec![place, "…".to_owned()]),
        ProblemKind::BadLiteral(text) => (FaultCode::ConditionSyntax, vec![place, text]),
        ProblemKind::Unsupported(text) => (FaultCode::ConditionNotSupported, vec![place, text]),
        ProblemKind::UnknownFunction(name) => (FaultCode::ConditionNotSupported, vec![place, name]),
        ProblemKind::UnknownName(name) | ProblemKind::UnknownAction(name) | ProblemKind::UnknownCode(name) => {
            (FaultCode::ConditionUnknownName, vec![place, name])
        }
        ProblemKind::WrongType { needed, given } => (FaultCode::ConditionWrongType, vec![place, needed, given]),
    };
    at.fault(code).with(args)
}

/// Codes that may each be given once.
#[derive(Debug, Default)]
pub(super) struct Given(BTreeSet<String>);

impl Given {
    /// Notes a fault when the code was given before.
    pub(super) fn once(&mut self, reader: &mut Reader<'_>, at: &At<'_>, code: &str) {
        if !self.0.insert(code.to_owned()) {
            reader.refuse::<()>(at, FaultCode::DuplicateCode, &[code]);
        }
    }
}

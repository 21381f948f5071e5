//! Gives every part of a condition its meaning and its type, and refuses what has none.

use chrono::{DateTime, Utc};

use super::name::{Name, Scope};
use super::parse::{Part, Tree};
use super::problem::{Problem, ProblemKind};
use super::term::{Match, Operator, Order, Quantifier, Term};
use super::value::{Type, Value};
use crate::playbook::action::ActionKind;
use crate::playbook::span::Span;

/// The checked condition; it answers yes or no.
pub(super) fn check(tree: &Tree, scope: &Scope<'_>) -> Result<Term, Problem> {
    let mut checker = Checker { scope, items: Vec::new() };
    checker.of_type(tree, Type::Bool)
}

struct Checker<'a> {
    scope: &'a Scope<'a>,
    /// The names of the quantifiers' items, from the outside.
    items: Vec<String>,
}

type Typed = (Term, Type);

impl Checker<'_> {
    fn of_type(&mut self, tree: &Tree, needed: Type) -> Result<Term, Problem> {
        let (term, given) = self.typed(tree)?;
        if given == needed { Ok(term) } else { Err(wrong_type(tree.at, needed.as_str(), given.as_str())) }
    }

    fn boxed(&mut self, tree: &Tree, needed: Type) -> Result<Box<Term>, Problem> {
        self.of_type(tree, needed).map(Box::new)
    }

    fn typed(&mut self, tree: &Tree) -> Result<Typed, Problem> {
        let value = |value: Value| {
            let value_type = value.value_type();
            Ok((Term::Value(value), value_type))
        };
        match &tree.part {
            Part::Bool(yes) => value(Value::Bool(*yes)),
            Part::Int(number) => value(Value::Int(*number)),
            Part::Double(number) => value(Value::Double(*number)),
            Part::Text(text) => value(Value::Text(text.clone())),
            Part::List(items) => {
                let items = items.iter().map(|item| self.of_type(item, Type::Text)).collect::<Result<_, _>>()?;
                Ok((Term::Texts(items), Type::Texts))
            }
            Part::Not(inner) => Ok((Term::Not(self.boxed(inner, Type::Bool)?), Type::Bool)),
            Part::Minus(inner) => match self.typed(inner)? {
                (term, given @ (Type::Int | Type::Double)) => Ok((Term::Minus(Box::new(term)), given)),
                (_, given) => Err(wrong_type(inner.at, "int, double", given.as_str())),
            },
            Part::Binary(operator, left, right) => self.binary(tree.at, operator, left, right),
            Part::Choice(condition, then, otherwise) => {
                let condition = self.boxed(condition, Type::Bool)?;
                let (then, chosen) = self.typed(then)?;
                let otherwise = self.boxed(otherwise, chosen)?;
                Ok((Term::Choice(condition, Box::new(then), otherwise), chosen))
            }
            Part::Call(of, name, arguments) => self.call(tree, of.as_deref(), name, arguments),
            Part::Identifier(_) | Part::Select(..) | Part::Index(..) => self.named(tree),
        }
    }

    fn binary(&mut self, at: usize, operator: &str, left: &Tree, right: &Tree) -> Result<Typed, Problem> {
        let logical = match operator {
            "&&" => Some(Term::And as fn(Box<Term>, Box<Term>) -> Term),
            "||" => Some(Term::Or as fn(Box<Term>, Box<Term>) -> Term),
            _ => None,
        };
        if let Some(both) = logical {
            return Ok((both(self.boxed(left, Type::Bool)?, self.boxed(right, Type::Bool)?), Type::Bool));
        }
        let ((left_term, left_type), (right_term, right_type)) = (self.typed(left)?, self.typed(right)?);
        self.can_be_met(operator, (left, &left_term), (right, &right_term))?;
        let clash = || wrong_type(at, left_type.as_str(), right_type.as_str());
        let (left, right) = (Box::new(left_term), Box::new(right_term));
        let term = match operator {
            "==" if left_type.equates_with(right_type) => Term::Equal(left, right),
            "!=" if left_type.equates_with(right_type) => Term::Not(Box::new(Term::Equal(left, right))),
            "in" if (left_type, right_type) == (Type::Text, Type::Texts) => Term::Within(left, right),
            "<" | "<=" | ">" | ">=" if left_type.orders_with(right_type) => Term::Order(order(operator), left, right),
            "+" | "-" | "*" | "/" | "%" => {
                let operator = arithmetic(operator);
                let result = computed(operator, left_type, right_type).ok_or_else(clash)?;
                return Ok((Term::Compute(operator, left, right), result));
            }
            _ => return Err(clash()),
        };
        Ok((term, Type::Bool))
    }

    /// A literal code that the name beside it can never be is a slip of the pen: the comparison would never hold.
    fn can_be_met(&self, operator: &str, left: (&Tree, &Term), right: (&Tree, &Term)) -> Result<(), Problem> {
        let beside = |name: &Term, at: usize, literal: &Term| match (name, literal) {
            (Term::Name(name), Term::Value(Value::Text(text))) if !self.scope.can_be(name, text) => {
                Err(Problem::at(at, ProblemKind::UnknownCode(text.clone())))
            }
            _ => Ok(()),
        };
        match (operator, right.1) {
            ("==" | "!=", _) => {
                beside(left.1, right.0.at, right.1)?;
                beside(right.1, left.0.at, left.1)
            }
            ("in", Term::Texts(items)) => items.iter().try_for_each(|item| beside(left.1, right.0.at, item)),
            _ => Ok(()),
        }
    }

    fn named(&self, tree: &Tree) -> Result<Typed, Problem> {
        if let Part::Identifier(name) = &tree.part
            && let Some(nth) = self.items.iter().rposition(|item| item == name)
        {
            return Ok((Term::Item(nth), Type::Text));
        }
        let name = self.name(tree)?;
        let value_type = name.value_type();
        Ok((Term::Name(name), value_type))
    }

    fn name(&self, tree: &Tree) -> Result<Name, Problem> {
        let (path, start) = written_path(tree).ok_or_else(|| Problem::at(tree.at, ProblemKind::Unsupported(told(tree))))?;
        let unknown = || Problem::at(start, ProblemKind::UnknownName(path.join(".")));
        let name = match &tree.part {
            Part::Index(_, key) => {
                let Part::Text(action) = &key.part else { return Err(wrong_type(key.at, "string literal", "expression")) };
                let kind = ActionKind::parse(action).filter(|kind| kind.is_about(self.scope.subject));
                let kind = kind.ok_or_else(|| Problem::at(key.at, ProblemKind::UnknownAction(action.clone())))?;
                match path.as_slice() {
                    ["subject", "counts"] => Some(Name::Count(kind)),
                    ["subject", "last"] => Some(Name::Last(kind)),
                    _ => None,
                }
            }
            _ => self.scope.select(&path),
        };
        name.ok_or_else(unknown)
    }

    fn call(&mut self, tree: &Tree, of: Option<&Tree>, name: &str, arguments: &[Tree]) -> Result<Typed, Problem> {
        match (of, name, arguments) {
            (None, "has", [fact]) if matches!(fact.part, Part::Select(..)) => Ok((Term::Has(self.name(fact)?), Type::Bool)),
            (None, "size", [inner]) | (Some(inner), "size", []) => match self.typed(inner)? {
                (term, Type::Text | Type::Texts) => Ok((Term::Size(Box::new(term)), Type::Int)),
                (_, given) => Err(wrong_type(inner.at, "string, list(string)", given.as_str())),
            },
            (None, "duration" | "timestamp", [literal]) => timed(name, literal),
            (Some(text), "startsWith" | "endsWith" | "contains", [with]) => {
                let how = match name {
                    "startsWith" => Match::StartsWith,
                    "endsWith" => Match::EndsWith,
                    _ => Match::Contains,
                };
                Ok((Term::Matches(how, self.boxed(text, Type::Text)?, self.boxed(with, Type::Text)?), Type::Bool))
            }
            (Some(list), "exists" | "all", [item, condition]) => {
                let how = if name == "exists" { Quantifier::Exists } else { Quantifier::All };
                let list = self.boxed(list, Type::Texts)?;
                let Part::Identifier(item) = &item.part else { return Err(wrong_type(item.at, "name", "expression")) };
                self.items.push(item.clone());
                let condition = self.boxed(condition, Type::Bool);
                self.items.pop();
                Ok((Term::Quantified(how, list, condition?), Type::Bool))
            }
            _ => Err(Problem::at(tree.at, ProblemKind::UnknownFunction(format!("{name}/{}", arguments.len())))),
        }
    }
}

/// The names along `a.b.c` or `a.b['key']`, without the key, and where they begin.
fn written_path(tree: &Tree) -> Option<(Vec<&str>, usize)> {
    match &tree.part {
        Part::Identifier(name) => Some((vec![name], tree.at)),
        Part::Select(of, name) => {
            let (mut path, start) = written_path(of).filter(|_| !matches!(of.part, Part::Index(..)))?;
            path.push(name);
            Some((path, start))
        }
        Part::Index(of, _) if !matches!(of.part, Part::Index(..)) => written_path(of),
        _ => None,
    }
}

fn told(tree: &Tree) -> String {
    match &tree.part {
        Part::Select(_, name) => format!(".{name}"),
        _ => "[]".to_owned(),
    }
}

/// `duration('48h')` and `timestamp('…')` take literals only, so that they cannot fail later.
fn timed(name: &str, literal: &Tree) -> Result<Typed, Problem> {
    let Part::Text(text) = &literal.part else { return Err(wrong_type(literal.at, "string literal", "expression")) };
    let bad = || Problem::at(literal.at, ProblemKind::BadLiteral(text.clone()));
    if name == "duration" {
        // CEL knows no days.
        let span = Span::parse(text).ok().filter(|span| !span.is_in_days()).ok_or_else(bad)?;
        return Ok((Term::Value(Value::Span(span.delta())), Type::Span));
    }
    let instant = text.parse::<DateTime<Utc>>().map_err(|_| bad())?;
    Ok((Term::Value(Value::Instant(instant)), Type::Instant))
}

fn order(operator: &str) -> Order {
    match operator {
        "<" => Order::Less,
        "<=" => Order::LessOrEqual,
        ">" => Order::Greater,
        _ => Order::GreaterOrEqual,
    }
}

fn arithmetic(operator: &str) -> Operator {
    match operator {
        "+" => Operator::Plus,
        "-" => Operator::Minus,
        "*" => Operator::Times,
        "/" => Operator::Divide,
        _ => Operator::Remainder,
    }
}

/// The type of a computation; `None` when the two cannot be computed with.
const fn computed(operator: Operator, left: Type, right: Type) -> Option<Type> {
    use Operator as O;
    use Type as T;
    match (operator, left, right) {
        (_, T::Int, T::Int) => Some(T::Int),
        (O::Plus | O::Minus | O::Times | O::Divide, T::Double, T::Double) => Some(T::Double),
        (O::Minus, T::Instant, T::Instant) | (O::Plus | O::Minus, T::Span, T::Span) => Some(T::Span),
        (O::Plus | O::Minus, T::Instant, T::Span) | (O::Plus, T::Span, T::Instant) => Some(T::Instant),
        _ => None,
    }
}

fn wrong_type(at: usize, needed: &str, given: &str) -> Problem {
    Problem::at(at, ProblemKind::WrongType { needed: needed.to_owned(), given: given.to_owned() })
}

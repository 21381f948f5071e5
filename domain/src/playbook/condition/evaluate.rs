//! Whether a condition holds. Total: what cannot be said is said to be missing.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, NaiveTime, Utc};

use super::name::Name;
use super::term::{Match, Operator, Order, Quantifier, Term};
use super::value::{Limit, Value};
use crate::playbook::action::Action;
use crate::playbook::code::Code;
use crate::playbook::facts::{Facts, FieldValue};

/// What a condition is asked about.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    pub facts: &'a Facts,
    pub limits: &'a BTreeMap<Code, Limit>,
    /// The action that is being applied; `None` when the question is how things stand.
    pub action: Option<&'a Action>,
    pub now: DateTime<Utc>,
}

/// Why it cannot be said whether a condition holds: it counts as not met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// Nobody has recorded it, or what was recorded is of another type.
    Fact(Name),
    /// A number grew beyond its bounds, or was divided by zero.
    NoNumber,
    /// The lists are too long to be looked through.
    TooMuch,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fact(name) => write!(f, "{name} is not known"),
            Self::NoNumber => f.write_str("a number is out of bounds"),
            Self::TooMuch => f.write_str("the lists are too long"),
        }
    }
}

/// More steps than any sensible condition takes.
const STEPS_MAX: usize = 20_000;

pub(super) fn holds(term: &Term, moment: &Moment<'_>) -> Result<bool, Missing> {
    Evaluator { moment, items: Vec::new(), steps: 0 }.yes(term)
}

struct Evaluator<'a> {
    moment: &'a Moment<'a>,
    items: Vec<String>,
    steps: usize,
}

impl Evaluator<'_> {
    fn yes(&mut self, term: &Term) -> Result<bool, Missing> {
        match self.value(term)? {
            Value::Bool(yes) => Ok(yes),
            _ => Err(Missing::NoNumber),
        }
    }

    fn value(&mut self, term: &Term) -> Result<Value, Missing> {
        self.steps += 1;
        if self.steps > STEPS_MAX {
            return Err(Missing::TooMuch);
        }
        Ok(match term {
            Term::Value(value) => value.clone(),
            Term::Name(name) => known(name, self.moment).ok_or_else(|| Missing::Fact(name.clone()))?,
            Term::Item(nth) => Value::Text(self.items.get(*nth).cloned().ok_or(Missing::TooMuch)?),
            Term::Has(name) => Value::Bool(known(name, self.moment).is_some()),
            Term::Texts(items) => Value::Texts(items.iter().map(|item| self.text(item)).collect::<Result<_, _>>()?),
            Term::Not(inner) => Value::Bool(!self.yes(inner)?),
            Term::Minus(inner) => negated(&self.value(inner)?)?,
            Term::And(left, right) => Value::Bool(self.decided(left, right, false)?),
            Term::Or(left, right) => Value::Bool(self.decided(left, right, true)?),
            Term::Equal(left, right) => Value::Bool(equal(&self.value(left)?, &self.value(right)?)),
            Term::Order(order, left, right) => Value::Bool(ordered(*order, &self.value(left)?, &self.value(right)?)?),
            Term::Within(item, list) => {
                let item = self.text(item)?;
                Value::Bool(self.texts(list)?.contains(&item))
            }
            Term::Compute(operator, left, right) => computed(*operator, self.value(left)?, self.value(right)?)?,
            Term::Choice(condition, then, otherwise) => {
                let chosen = if self.yes(condition)? { then } else { otherwise };
                self.value(chosen)?
            }
            Term::Size(inner) => Value::Int(size(&self.value(inner)?)?),
            Term::Matches(how, text, with) => Value::Bool(matches(*how, &self.text(text)?, &self.text(with)?)),
            Term::Quantified(how, list, condition) => Value::Bool(self.quantified(*how, list, condition)?),
        })
    }

    fn text(&mut self, term: &Term) -> Result<String, Missing> {
        match self.value(term)? {
            Value::Text(text) => Ok(text),
            _ => Err(Missing::NoNumber),
        }
    }

    fn texts(&mut self, term: &Term) -> Result<Vec<String>, Missing> {
        match self.value(term)? {
            Value::Texts(texts) => Ok(texts),
            _ => Err(Missing::NoNumber),
        }
    }

    /// `&&` is decided by a `false` on either side and `||` by a `true`, whatever is missing on the other.
    fn decided(&mut self, left: &Term, right: &Term, by: bool) -> Result<bool, Missing> {
        match (self.yes(left), by) {
            (Ok(left), by) if left == by => Ok(by),
            (Ok(_), _) => self.yes(right),
            (Err(missing), by) => match self.yes(right) {
                Ok(right) if right == by => Ok(by),
                _ => Err(missing),
            },
        }
    }

    /// As a chain of `||` (or `&&`) over the items.
    fn quantified(&mut self, how: Quantifier, list: &Term, condition: &Term) -> Result<bool, Missing> {
        let decisive = how == Quantifier::Exists;
        let mut missing = None;
        for item in self.texts(list)? {
            self.items.push(item);
            let answer = self.yes(condition);
            self.items.pop();
            match answer {
                Ok(answer) if answer == decisive => return Ok(decisive),
                Ok(_) => {}
                Err(why) => missing = missing.or(Some(why)),
            }
        }
        missing.map_or(Ok(!decisive), Err)
    }
}

/// What is known by a name.
pub(super) fn known(name: &Name, moment: &Moment<'_>) -> Option<Value> {
    let Moment { facts, limits, action, now } = *moment;
    let subject = &facts.subject;
    match name {
        Name::Kind => Some(Value::Text(subject.kind.as_str().to_owned())),
        Name::Stage => subject.place.as_ref().map(|place| Value::Text(place.stage.as_str().to_owned())),
        Name::EnteredAt => subject.place.as_ref().map(|place| Value::Instant(place.entered_at)),
        Name::Owner => subject.owner_id.map(|id| Value::Text(id.to_string())),
        Name::Field(code, _) => subject.fields.get(code).and_then(|written| field(written.value.as_ref()?, facts)),
        Name::Count(kind) => Some(Value::Int(subject.history.get(kind).map_or(0, |tally| tally.times.into()))),
        Name::Last(kind) => subject.history.get(kind).map(|tally| Value::Instant(tally.last_at)),
        Name::ActionKind => action.map(|action| Value::Text(action.kind.as_str().to_owned())),
        Name::ActorRole => action?.actor_role.map(|role| Value::Text(role.as_str().to_owned())),
        Name::Data(key, value_type) => Value::from_json(action?.data.get(*key)?, *value_type),
        Name::Fact(fact) => facts.known.get(fact).cloned(),
        Name::Limit(code, _) => limits.get(code).map(|limit| limit.value()),
        Name::Now => Some(Value::Instant(now)),
    }
    // What was stored under another playbook may be of another type: then it is not known under this one.
    .filter(|value| value.value_type() == name.value_type())
}

fn field(value: &FieldValue, facts: &Facts) -> Option<Value> {
    Some(match value {
        FieldValue::Tick(yes) => Value::Bool(*yes),
        FieldValue::Text(text) => Value::Text(text.clone()),
        FieldValue::Choice(code) => Value::Text(code.as_str().to_owned()),
        FieldValue::Money(amount) => Value::Int(*amount),
        FieldValue::Date(date) => {
            // Where a clock was put forward at midnight the day begins later.
            let noon = NaiveTime::from_hms_opt(12, 0, 0)?;
            let start = date.and_time(NaiveTime::MIN).and_local_timezone(facts.zone).earliest();
            let start = start.or_else(|| date.and_time(noon).and_local_timezone(facts.zone).earliest())?;
            Value::Instant(start.with_timezone(&Utc))
        }
        FieldValue::Attachments(ids) => Value::Texts(ids.clone()),
    })
}

fn negated(value: &Value) -> Result<Value, Missing> {
    match value {
        Value::Int(number) => number.checked_neg().map(Value::Int).ok_or(Missing::NoNumber),
        Value::Double(number) => Ok(Value::Double(-number)),
        _ => Err(Missing::NoNumber),
    }
}

fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Texts(left), Value::Texts(right)) => left == right,
        _ => compare(left, right) == Some(Ordering::Equal),
    }
}

fn ordered(order: Order, left: &Value, right: &Value) -> Result<bool, Missing> {
    let ordering = compare(left, right).ok_or(Missing::NoNumber)?;
    Ok(match order {
        Order::Less => ordering.is_lt(),
        Order::LessOrEqual => ordering.is_le(),
        Order::Greater => ordering.is_gt(),
        Order::GreaterOrEqual => ordering.is_ge(),
    })
}

fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(right)),
        (Value::Double(left), Value::Double(right)) => left.partial_cmp(right),
        (Value::Int(left), Value::Double(right)) => compare_mixed(*left, *right),
        (Value::Double(left), Value::Int(right)) => compare_mixed(*right, *left).map(Ordering::reverse),
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        (Value::Instant(left), Value::Instant(right)) => Some(left.cmp(right)),
        (Value::Span(left), Value::Span(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

/// Exactly, also where a double cannot hold the whole number.
#[expect(clippy::cast_possible_truncation, reason = "the bounds are checked before")]
fn compare_mixed(whole: i64, double: f64) -> Option<Ordering> {
    // 2^63: the first whole number that is none of ours.
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    if double.is_nan() {
        return None;
    }
    if double >= BEYOND {
        return Some(Ordering::Less);
    }
    if double < -BEYOND {
        return Some(Ordering::Greater);
    }
    let towards_zero = double.trunc();
    let rest = double - towards_zero;
    Some(whole.cmp(&(towards_zero as i64)).then(0.0_f64.total_cmp(&(rest + 0.0))))
}

fn computed(operator: Operator, left: Value, right: Value) -> Result<Value, Missing> {
    let computed = match (operator, left, right) {
        (operator, Value::Int(left), Value::Int(right)) => whole(operator, left, right).map(Value::Int),
        (operator, Value::Double(left), Value::Double(right)) => double(operator, left, right).map(Value::Double),
        (Operator::Minus, Value::Instant(left), Value::Instant(right)) => Some(Value::Span(left - right)),
        (Operator::Plus, Value::Instant(at), Value::Span(span)) | (Operator::Plus, Value::Span(span), Value::Instant(at)) => {
            at.checked_add_signed(span).map(Value::Instant)
        }
        (Operator::Minus, Value::Instant(at), Value::Span(span)) => at.checked_sub_signed(span).map(Value::Instant),
        (Operator::Plus, Value::Span(left), Value::Span(right)) => left.checked_add(&right).map(Value::Span),
        (Operator::Minus, Value::Span(left), Value::Span(right)) => left.checked_sub(&right).map(Value::Span),
        _ => None,
    };
    computed.ok_or(Missing::NoNumber)
}

fn whole(operator: Operator, left: i64, right: i64) -> Option<i64> {
    match operator {
        Operator::Plus => left.checked_add(right),
        Operator::Minus => left.checked_sub(right),
        Operator::Times => left.checked_mul(right),
        Operator::Divide => left.checked_div(right),
        Operator::Remainder => left.checked_rem(right),
    }
}

fn double(operator: Operator, left: f64, right: f64) -> Option<f64> {
    let result = match operator {
        Operator::Plus => left + right,
        Operator::Minus => left - right,
        Operator::Times => left * right,
        Operator::Divide => left / right,
        Operator::Remainder => return None,
    };
    result.is_finite().then_some(result)
}

fn size(value: &Value) -> Result<i64, Missing> {
    let size = match value {
        Value::Text(text) => text.chars().count(),
        Value::Texts(texts) => texts.len(),
        _ => return Err(Missing::NoNumber),
    };
    i64::try_from(size).map_err(|_| Missing::NoNumber)
}

fn matches(how: Match, text: &str, with: &str) -> bool {
    match how {
        Match::StartsWith => text.starts_with(with),
        Match::EndsWith => text.ends_with(with),
        Match::Contains => text.contains(with),
    }
}

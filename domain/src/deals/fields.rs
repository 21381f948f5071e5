//! What people write into a deal's fields: checked against the fields that the playbook declares, all of it at once.

use chrono::{Datelike, NaiveDate};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::playbook::FieldValue;
use crate::playbook::model::{Field, FieldKind};

/// The longest text of a field, in characters.
pub const TEXT_MAX: usize = 2000;
/// The most that a field of money holds, in the smallest unit: a trillion yuan.
pub const MONEY_MAX: i64 = 100_000_000_000_000;
/// The most files in one field.
pub const FILES_MAX: usize = 50;

/// What is wrong with a field's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldFault {
    /// The playbook declares no such field.
    Unknown,
    WrongType(FieldKind),
    /// A choice that the field does not have; these are the ones.
    NotAChoice(Vec<String>),
    Empty,
    TooLong(usize),
    OutOfRange(String),
    /// Not a text that people write, a date, or an id.
    Malformed,
    /// The same file twice, at this place.
    Twice(usize),
}

/// Checks what shall be written into fields. `null` empties one.
///
/// # Errors
/// Every fault, with the field's code as it was written.
pub fn check(fields: &[Field], written: &Map<String, Value>) -> Result<(), Vec<(String, FieldFault)>> {
    let faults = written.iter().filter_map(|(code, value)| {
        let field = fields.iter().find(|field| field.code.as_str() == code);
        let fault = match field {
            None => Some(FieldFault::Unknown),
            Some(_) if value.is_null() => None,
            Some(field) => fault_of(field, value),
        };
        fault.map(|fault| (code.clone(), fault))
    });
    let faults = faults.collect::<Vec<_>>();
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// The files that are named in what shall be written, each with the field's code and its place in it.
pub fn files(fields: &[Field], written: &Map<String, Value>) -> Vec<(String, usize, Uuid)> {
    let of_files = fields.iter().filter(|field| field.kind == FieldKind::Attachment);
    let named = of_files.filter_map(|field| Some((field.code.as_str(), written.get(field.code.as_str())?.as_array()?)));
    let files = named
        .flat_map(|(code, ids)| ids.iter().enumerate().filter_map(move |(n, id)| Some((code.to_owned(), n, id.as_str()?.parse().ok()?))));
    files.collect()
}

fn fault_of(field: &Field, value: &Value) -> Option<FieldFault> {
    let fault = match (field.kind, value) {
        (FieldKind::Tick, Value::Bool(_)) => None,
        (FieldKind::Text, Value::String(text)) => text_fault(text),
        (FieldKind::Choice, Value::String(code)) => {
            let known = field.choices.iter().any(|choice| choice.code.as_str() == code);
            (!known).then(|| FieldFault::NotAChoice(field.choices.iter().map(|choice| choice.code.to_string()).collect()))
        }
        (FieldKind::Money, Value::Number(amount)) => money_fault(amount),
        (FieldKind::Date, Value::String(text)) => date_fault(text),
        (FieldKind::Attachment, Value::Array(ids)) => files_fault(ids),
        _ => Some(FieldFault::WrongType(field.kind)),
    };
    // What the engine does not take in must not pass here.
    fault.or_else(|| FieldValue::from_json(value, field).is_none().then_some(FieldFault::WrongType(field.kind)))
}

fn text_fault(text: &str) -> Option<FieldFault> {
    if text.chars().any(|sign| sign.is_control() && !matches!(sign, '\t' | '\n' | '\r')) {
        return Some(FieldFault::Malformed);
    }
    if text.trim().is_empty() {
        return Some(FieldFault::Empty);
    }
    (text.chars().count() > TEXT_MAX).then_some(FieldFault::TooLong(TEXT_MAX))
}

fn money_fault(amount: &serde_json::Number) -> Option<FieldFault> {
    match amount.as_i64() {
        Some(amount) if (0..=MONEY_MAX).contains(&amount) => None,
        None if amount.is_f64() => Some(FieldFault::WrongType(FieldKind::Money)),
        _ => Some(FieldFault::OutOfRange(format!("0..{MONEY_MAX}"))),
    }
}

fn date_fault(text: &str) -> Option<FieldFault> {
    let Some(day) = (text.len() == 10).then(|| text.parse::<NaiveDate>().ok()).flatten() else { return Some(FieldFault::Malformed) };
    (!(2000..2100).contains(&day.year())).then(|| FieldFault::OutOfRange("2000..2099".to_owned()))
}

fn files_fault(ids: &[Value]) -> Option<FieldFault> {
    if ids.is_empty() {
        return Some(FieldFault::Empty);
    }
    if ids.len() > FILES_MAX {
        return Some(FieldFault::TooLong(FILES_MAX));
    }
    let mut seen = Vec::with_capacity(ids.len());
    for (n, id) in ids.iter().enumerate() {
        let Some(id) = id.as_str().and_then(|id| id.parse::<Uuid>().ok()) else { return Some(FieldFault::Malformed) };
        if seen.contains(&id) {
            return Some(FieldFault::Twice(n));
        }
        seen.push(id);
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::playbook::{DEFAULT, SubjectKind, read};

    fn fields() -> Vec<Field> {
        read(DEFAULT).unwrap().subjects[&SubjectKind::Deal].fields.clone()
    }

    fn fault(code: &str, value: Value) -> Option<FieldFault> {
        let written = Map::from_iter([(code.to_owned(), value)]);
        check(&fields(), &written).err().map(|mut faults| faults.remove(0).1)
    }

    #[test]
    fn every_kind_of_field_takes_its_own_values_and_no_others() {
        let file = "019adde5-ae07-7000-8000-000000000001";
        for (code, value) in [
            ("quotation_asked", json!(true)),
            ("pain", json!("人手不够，\n盘点慢")),
            ("budget_band", json!("below_100k")),
            ("amount", json!(12_800_000)),
            ("signed_on", json!("2026-12-01")),
            ("attachments", json!([file])),
            ("pain", Value::Null),
        ] {
            assert_eq!(fault(code, value.clone()), None, "{code} {value}");
        }
        for (code, value, want) in [
            ("discount", json!(1), FieldFault::Unknown),
            ("quotation_asked", json!("yes"), FieldFault::WrongType(FieldKind::Tick)),
            ("pain", json!(3), FieldFault::WrongType(FieldKind::Text)),
            ("pain", json!(" \n"), FieldFault::Empty),
            ("pain", json!("a\u{0}"), FieldFault::Malformed),
            ("pain", json!("长".repeat(2001)), FieldFault::TooLong(2000)),
            ("amount", json!(-1), FieldFault::OutOfRange(format!("0..{MONEY_MAX}"))),
            ("amount", json!(u64::MAX), FieldFault::OutOfRange(format!("0..{MONEY_MAX}"))),
            ("amount", json!(1.5), FieldFault::WrongType(FieldKind::Money)),
            ("signed_on", json!("2026-02-30"), FieldFault::Malformed),
            ("signed_on", json!("1026-02-03"), FieldFault::OutOfRange("2000..2099".to_owned())),
            ("attachments", json!([]), FieldFault::Empty),
            ("attachments", json!(["x"]), FieldFault::Malformed),
            ("attachments", json!([file, file]), FieldFault::Twice(1)),
        ] {
            assert_eq!(fault(code, value.clone()), Some(want), "{code} {value}");
        }
        assert!(matches!(fault("budget_band", json!("all")), Some(FieldFault::NotAChoice(known)) if known.len() == 3));
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,20}".prop_map(Value::from),
            "2[0-9]{3}-[01][0-9]-[0-3][0-9]".prop_map(Value::from),
        ];
        leaf.prop_recursive(2, 8, 4, |inner| proptest::collection::vec(inner, 0..4).prop_map(Value::from))
    }

    proptest! {
        /// What passes here is taken in by the engine, so that nothing is answered "written" and is not there.
        #[test]
        fn what_passes_is_taken_in(n in 0usize..11, value in any_value()) {
            let fields = fields();
            let field = &fields[n];
            let written = Map::from_iter([(field.code.to_string(), value.clone())]);
            if check(&fields, &written).is_ok() && !value.is_null() {
                prop_assert!(FieldValue::from_json(&value, field).is_some(), "{} {value}", field.code);
            }
        }
    }
}

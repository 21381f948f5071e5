//! What of an action's data may be shown widely: every text masked and short, nothing deep.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::why::has_coded_reason;
use crate::masking::{Names, mask_beginning};

/// Longest text of a snippet, and of a text among the details.
const SNIPPET_MAX: usize = 200;
const DETAIL_MAX: usize = 120;
/// Most entries of an object or a list, and how deep they are looked into.
const ENTRIES_MAX: usize = 40;
const DEPTH_MAX: usize = 3;

/// Under these names somebody's words are kept, the most telling first.
const WORDS: [&str; 9] = ["words", "text", "note", "message", "body", "summary", "need", "answer", "reason"];
/// Under these, people's names.
const PEOPLE: [&str; 3] = ["who", "person", "contact_name"];

/// What is shown of an entry.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shown {
    /// What was said or written, masked and cut.
    pub snippet: Option<String>,
    /// The rest, masked.
    pub details: Map<String, Value>,
}

/// Shows the `data` of an action of `kind`, with `said` in front of it where the words are kept elsewhere. `known` are the names of people at
/// the customer.
pub fn show(kind: &str, data: &Value, said: Option<&str>, known: &Names<'_>) -> Shown {
    let words = words(kind, data);
    let Some(data) = data.as_object() else { return Shown::default() };
    let people = PEOPLE.iter().filter_map(|key| data.get(*key)?.as_str());
    let names = Names::beside(known, people);
    let snippet = said.or(words.map(|(_, text)| text)).map(|text| mask_beginning(text, &names, SNIPPET_MAX));
    let shown_above = if said.is_some() { None } else { words.map(|(key, _)| key) };
    let rest = data.iter().filter(|(key, value)| Some(key.as_str()) != shown_above && !value.is_null());
    let details = rest.take(ENTRIES_MAX).map(|(key, value)| (key.clone(), masked(value, &names, 1))).collect();
    Shown { snippet, details }
}

/// Somebody's words in an action's data, and where they are kept. A reason may be a code of a list instead.
fn words<'a>(kind: &str, data: &'a Value) -> Option<(&'static str, &'a str)> {
    let is_code = has_coded_reason(kind, data);
    let keys = WORDS.into_iter().filter(|key| *key != "reason" || !is_code);
    let mut texts = keys.filter_map(|key| Some((key, data.get(key)?.as_str()?)));
    texts.find(|(_, text)| !text.trim().is_empty())
}

/// An action's `data` as it is shown widely, in the shape in which it was recorded.
pub fn masked_data(kind: &str, data: &Value, known: &Names<'_>) -> Value {
    let Shown { snippet, mut details } = show(kind, data, None, known);
    if let Some(((key, _), snippet)) = words(kind, data).zip(snippet) {
        details.insert(key.to_owned(), Value::String(snippet));
    }
    Value::Object(details)
}

/// The files that an action names: those put into fields, and those put to the subject itself.
pub fn files_in(data: &Value) -> Vec<Uuid> {
    let fields = data.get("fields").and_then(Value::as_object).into_iter().flat_map(Map::values);
    let named = ["attachment_id", "attachment_ids", "photo_ids"].into_iter().filter_map(|key| data.get(key));
    let ids = fields.chain(named).flat_map(|value| match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        Value::String(text) => vec![text.as_str()],
        _ => Vec::new(),
    });
    ids.filter_map(|id| Uuid::try_parse(id).ok()).take(ENTRIES_MAX).collect()
}

fn masked(value: &Value, names: &Names<'_>, depth: usize) -> Value {
    match value {
        Value::String(text) if Uuid::try_parse(text).is_ok() => value.clone(),
        Value::String(text) => Value::String(mask_beginning(text, names, DETAIL_MAX)),
        Value::Array(_) | Value::Object(_) if depth >= DEPTH_MAX => Value::Null,
        Value::Array(items) => items.iter().take(ENTRIES_MAX).map(|item| masked(item, names, depth + 1)).collect(),
        Value::Object(entries) => {
            let entries = entries.iter().take(ENTRIES_MAX);
            Value::Object(entries.map(|(key, value)| (key.clone(), masked(value, names, depth + 1))).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_come_first_and_nothing_is_shown_bare() {
        let data = json!({
            "outcome": "will_think", "seconds": 185, "who": "王芳", "words": "王芳说打13800138000", "next_step": null,
            "fields": { "pain": "找李四 lisi@example.com", "deep": { "deeper": { "deepest": 1 } } },
            "customer_id": "01a21880-1782-77d7-9d6b-b3e5a4fc916f",
        });
        let shown = show("call.answered", &data, None, &Names::new(["李四"]));
        assert_eq!(shown.snippet.as_deref(), Some("王*说打138****8000"));
        assert_eq!(shown.details["who"], "王*");
        assert_eq!(shown.details["fields"]["pain"], "找李* l***@example.com");
        assert_eq!(shown.details["fields"]["deep"]["deeper"], Value::Null);
        assert_eq!(shown.details["customer_id"], data["customer_id"]);
        assert!(!shown.details.contains_key("next_step") && !shown.details.contains_key("words"));
        assert_eq!(show("call.answered", &json!([1]), None, &Names::default()), Shown::default());
        let whole = masked_data("call.answered", &data, &Names::new(["李四"]));
        assert_eq!((&whole["words"], &whole["who"], &whole["seconds"]), (&json!("王*说打138****8000"), &json!("王*"), &json!(185)));
    }

    #[test]
    fn a_reason_is_words_where_it_is_no_code() {
        let said = |kind, reason: &str| show(kind, &json!({ "reason": reason }), None, &Names::default());
        assert_eq!(said("handover.returned", "unclear").snippet.as_deref(), Some("unclear"));
        assert_eq!(said("incident.snoozed", "客户出差，打13800138000").snippet.as_deref(), Some("客户出差，打138****8000"));
        let lost = said("deal.lost", "price");
        assert_eq!((lost.snippet, &lost.details["reason"]), (None, &json!("price")));
    }

    #[test]
    fn files_are_found_wherever_they_are_named() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let data = json!({ "attachment_ids": [one], "fields": { "quotation": [other, "no id"], "pain": "text", "amount": 5 } });
        assert_eq!(files_in(&data), [other, one]);
        assert!(files_in(&json!("text")).is_empty());
    }

    #[test]
    fn what_is_cut_was_masked_before() {
        let text = format!("{}13800138000", "好".repeat(SNIPPET_MAX - 6));
        let shown = show("note.added", &json!({}), Some(&text), &Names::default()).snippet.unwrap();
        assert_eq!(shown.chars().count(), SNIPPET_MAX);
        assert!(shown.ends_with("138**…"), "{shown}");
    }
}

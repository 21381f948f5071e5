//! The product's own statements, as they were described in `.sqlx`: what they take, for preparing them as the product does.

use std::collections::HashMap;

use anyhow::Context;
use serde::Deserialize;
use serde_json::Value;

use crate::plan::root;

#[derive(Deserialize)]
struct Described {
    query: String,
    describe: Description,
}

#[derive(Deserialize)]
struct Description {
    parameters: Option<Value>,
}

/// By statement, the types of its parameters as SQL names them.
///
/// # Errors
/// When nothing was described.
pub fn parameter_types() -> anyhow::Result<HashMap<String, Vec<String>>> {
    let folder = root().join(".sqlx");
    let entries = std::fs::read_dir(&folder).with_context(|| format!("{}: run dev/prepare", folder.display()))?;
    let mut types = HashMap::new();
    for entry in entries {
        let described: Described = serde_json::from_slice(&std::fs::read(entry?.path())?)?;
        let parameters = described.describe.parameters.as_ref().and_then(|parameters| parameters.get("Left")?.as_array());
        let names = parameters.and_then(|parameters| parameters.iter().map(name).collect::<Option<Vec<_>>>());
        types.extend(names.map(|names| (described.query, names)));
    }
    Ok(types)
}

/// `"UuidArray"` → `uuid[]`, `{"Custom": {"name": "geography"}}` → `geography`.
fn name(described: &Value) -> Option<String> {
    let Some(name) = described.as_str() else { return described.pointer("/Custom/name").and_then(Value::as_str).map(str::to_owned) };
    let name = name.to_lowercase();
    Some(name.strip_suffix("array").map_or(name.clone(), |element| format!("{element}[]")))
}

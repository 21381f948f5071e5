//! The product's own statements, as they were described in `.sqlx`: what the roof is driven with is what the product says.

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::plan::root;

#[derive(Deserialize)]
struct Described {
    query: String,
}

/// The one statement whose text holds `marker`.
///
/// # Errors
/// When there is none or more than one, or nothing was described.
pub fn statement_with(marker: &str) -> anyhow::Result<String> {
    let folder = root().join(".sqlx");
    let entries = std::fs::read_dir(&folder).with_context(|| format!("{}: run dev/prepare", folder.display()))?;
    let mut found = Vec::new();
    for entry in entries {
        let described: Described = serde_json::from_slice(&std::fs::read(entry?.path())?)?;
        found.extend(Some(described.query).filter(|query| query.contains(marker)));
    }
    match <[String; 1]>::try_from(found) {
        Ok([statement]) => Ok(statement),
        Err(found) => bail!("{} statements of .sqlx hold `{marker}`: one was expected; run dev/prepare", found.len()),
    }
}

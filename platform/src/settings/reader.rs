//! Reads settings out of a file and out of variables, and keeps every fault it finds. A fault names the setting and its variable, and
//! never says what a secret holds, however it was mistyped.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use reqwest::Url;

use super::SETTINGS;

/// How large a number has to be that counts or limits something.
pub(super) const ABOVE_0: &str = "a whole number above 0";

#[derive(Default)]
pub(super) struct Reader {
    values: BTreeMap<&'static str, String>,
    pub faults: Vec<String>,
}

impl Reader {
    pub fn of(file: Option<&Path>, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut reader = Self::default();
        if let Some(path) = file {
            reader.read_file(path);
        }
        reader.read_variables(variables);
        reader
    }

    fn read_file(&mut self, path: &Path) {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => return self.faults.push(format!("{}: cannot be read: {error}", path.display())),
        };
        let table: toml::Table = match text.parse() {
            Ok(table) => table,
            Err(error) => return self.faults.push(format!("{}{}", path.display(), not_toml(&text, &error))),
        };
        for (key, value) in table {
            let Some(setting) = SETTINGS.iter().find(|setting| setting.key == key) else {
                self.faults.push(format!("{}: `{key}` is no setting", path.display()));
                continue;
            };
            match text_of(value) {
                Some(value) => drop(self.values.insert(setting.key, value)),
                None => self.fault(setting.key, "must be a text, a number, true or false, or a list of texts"),
            }
        }
    }

    fn read_variables(&mut self, variables: impl IntoIterator<Item = (String, String)>) {
        for (name, value) in variables {
            let Some(key) = name.strip_prefix("FIELDPROOF_") else { continue };
            let key = key.to_ascii_lowercase();
            match SETTINGS.iter().find(|setting| setting.key == key) {
                Some(setting) => drop(self.values.insert(setting.key, value)),
                // Names that tests and scripts of the house use for themselves.
                None if key.starts_with("test_") || key == "shared" || key == "config" => {}
                None => self.faults.push(format!("{name}: is no setting")),
            }
        }
    }

    /// Keeps what is wrong with a setting; what is said already is not said again.
    pub fn fault(&mut self, key: &'static str, what: impl Display) {
        let fault = format!("{}{what}", address(key));
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// Whether something is known to be wrong with a setting.
    pub fn complained_of(&self, key: &'static str) -> bool {
        self.faults.iter().any(|fault| fault.starts_with(&address(key)))
    }

    pub fn text(&mut self, key: &'static str) -> String {
        let default = SETTINGS.iter().find(|setting| setting.key == key).and_then(|setting| setting.default);
        match (self.values.get(key), default) {
            (Some(value), _) if !value.trim().is_empty() => value.trim().to_owned(),
            (_, Some(default)) => default.to_owned(),
            (_, None) => {
                // One of the wrong kind is there, and is none the less.
                if !self.complained_of(key) {
                    self.fault(key, "is needed");
                }
                String::new()
            }
        }
    }

    pub fn parsed<T: FromStr>(&mut self, key: &'static str, what: &str) -> Option<T> {
        let text = self.text(key);
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.fault(key, format_args!("`{text}` is not {what}"));
        }
        parsed
    }

    pub fn span(&mut self, key: &'static str, unit: Duration) -> Option<Duration> {
        Some(unit * self.parsed::<NonZeroU32>(key, ABOVE_0)?.get())
    }

    pub fn url(&mut self, key: &'static str) -> String {
        let text = self.text(key);
        if !text.is_empty() && !is_url(&text, &["http", "https"]) {
            self.fault(key, "is not an http(s) URL");
        }
        text.trim_end_matches('/').to_owned()
    }

    pub fn database(&mut self, key: &'static str) -> String {
        let text = self.text(key);
        if !text.is_empty() && !is_url(&text, &["postgres", "postgresql"]) {
            self.fault(key, "is not a postgres:// URL");
        }
        text
    }

    /// The files of a list. A key that was pasted where its file should be named is not shown to anybody.
    pub fn files(&mut self, key: &'static str) -> Vec<PathBuf> {
        let text = self.text(key);
        if text.contains("-----BEGIN") {
            self.fault(key, "takes the names of files, not what they hold");
            return Vec::new();
        }
        text.split(',').map(str::trim).filter(|file| !file.is_empty()).map(PathBuf::from).collect()
    }

    /// A file that can be read; `None` when none is named.
    pub fn file(&mut self, key: &'static str) -> Option<PathBuf> {
        let path = self.files(key).pop()?;
        if let Err(error) = std::fs::File::open(&path) {
            self.fault(key, format_args!("{} cannot be read: {error}", path.display()));
        }
        Some(path)
    }

    /// A folder that files can be put into; the system's temporary one when none is named.
    pub fn folder(&mut self, key: &'static str) -> PathBuf {
        let text = self.text(key);
        if text.is_empty() {
            return std::env::temp_dir();
        }
        let folder = PathBuf::from(text);
        let trial = folder.join(format!(".fieldproof-{}", std::process::id()));
        match std::fs::write(&trial, "") {
            Ok(()) => drop(std::fs::remove_file(&trial)),
            Err(error) => self.fault(key, format_args!("{} takes no files: {error}", folder.display())),
        }
        folder
    }
}

/// The names that a fault begins with: in the file, and as a variable.
fn address(key: &str) -> String {
    format!("{key} (FIELDPROOF_{}): ", key.to_ascii_uppercase())
}

fn is_url(text: &str, schemes: &[&str]) -> bool {
    Url::parse(text).is_ok_and(|url| schemes.contains(&url.scheme()) && text.contains("://"))
}

/// A value as a variable would hold it.
fn text_of(value: toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text),
        toml::Value::Array(items) => {
            let texts: Option<Vec<_>> = items.iter().map(toml::Value::as_str).collect();
            Some(texts?.join(","))
        }
        toml::Value::Table(_) | toml::Value::Datetime(_) => None,
        other => Some(other.to_string()),
    }
}

/// Where and why a text is not TOML. The parser's own account shows the line, which may hold a secret.
fn not_toml(text: &str, error: &toml::de::Error) -> String {
    let place = error.span().and_then(|span| text.get(..span.start)).map(|before| {
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!(", line {line}, column {column}")
    });
    format!("{}: is not TOML: {}", place.unwrap_or_default(), error.message())
}

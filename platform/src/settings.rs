//! Settings: one table says every name, default and meaning; a file and `FIELDPROOF_*` variables fill it, variables win.
//!
//! Everything that is wrong is told at once, never one fault per start.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::secrets::Secret;

mod channels;

pub use channels::{ChannelSettings, RelaySecurity, RelaySettings};

/// One setting: its key in the file; its variable is `FIELDPROOF_` and the key in capitals.
#[derive(Debug)]
pub struct Setting {
    pub key: &'static str,
    /// `None`: it must be given. `Some("")`: it may be left out.
    pub default: Option<&'static str>,
    pub about: &'static str,
}

const fn needed(key: &'static str, about: &'static str) -> Setting {
    Setting { key, default: None, about }
}

const fn with(key: &'static str, default: &'static str, about: &'static str) -> Setting {
    Setting { key, default: Some(default), about }
}

/// Every setting there is, in the order that `--help` prints them.
pub const SETTINGS: &[Setting] = &[
    needed("database_url", "PostgreSQL with PostGIS, as the role the servers run under (no owner, no superuser)"),
    with("owner_database_url", "", "the same database as the role that owns the schema; only `migrate` uses it"),
    with("database_connections", "16", "most connections this process opens to PostgreSQL"),
    with("database_timeout_ms", "5000", "a statement that has not answered by then is given up and its connection closed"),
    needed("s3_endpoint", "URL of the S3 service as this process reaches it"),
    with("s3_public_endpoint", "", "URL of the S3 service as phones reach it; the same when left out"),
    with("s3_region", "fieldproof", "region name that requests are signed for"),
    with("s3_bucket", "fieldproof", "bucket that holds the photos"),
    needed("s3_access_key", "access key id"),
    needed("s3_secret_key", "secret access key"),
    with("listen", "127.0.0.1:8080", "address and port of the API"),
    with("public_url", "", "URL under which clients reach the API; http://<listen> when left out"),
    with("signing_key_files", "", "PEM files (PKCS#8, Ed25519), comma separated; the first signs, all verify; `serve` needs one"),
    with("access_token_after_s", "600", "seconds that an access token lives"),
    with("session_after_days", "30", "days that a session lives without being refreshed"),
    with("photo_max_bytes", "26214400", "largest photo in bytes"),
    with("upload_after_s", "900", "seconds that a presigned upload stays open"),
    with("connections_max", "2048", "most HTTP connections at once"),
    with("header_after_ms", "10000", "a request's headers must be complete by then"),
    with("body_after_ms", "60000", "a request's body must be complete by then"),
    with("idle_after_ms", "75000", "an idle connection is closed after this"),
    with("spool_dir", "", "folder for photos on their way through; the system's temporary folder when left out"),
    with("oidc_allow_http", "false", "let trusted issuers publish their keys over plain http and on private addresses (trials only)"),
    with("workers_listen", "127.0.0.1:8081", "address of the workers' health page"),
    with("worker_jobs", "2", "chores that one worker process does at once"),
    with("app_url", "", "where people open what messages tell them about; `public_url` when left out"),
    with(
        "sealing_keys",
        "",
        "keys that secrets are sealed with at rest, 32 bytes of base64 each, comma separated; the first seals, all open",
    ),
    with("webhook_allow_http", "false", "let webhooks go over plain http (trials only)"),
    with("webhook_networks", "", "inner networks that webhooks may reach all the same, such as 10.20.0.0/16, comma separated"),
    with("channel_connect_after_ms", "3000", "a receiver of messages must be connected to by then"),
    with("channel_answer_after_ms", "10000", "and have answered by then"),
    with("wecom_url", "https://qyapi.weixin.qq.com", "where WeCom's API is; a private deployment has another"),
    with("dingtalk_url", "https://oapi.dingtalk.com", "where DingTalk's robots are"),
    with("feishu_url", "https://open.feishu.cn", "where Feishu's robots are; https://open.larksuite.com for Lark"),
    with("smtp_host", "", "mail relay; no mail is sent when left out"),
    with("smtp_port", "", "its port; 587, 465 or 25 after smtp_security when left out"),
    with("smtp_security", "starttls", "`starttls` (and never without it), `tls` from the first byte, or `none`"),
    with("smtp_user", "", "account on the relay, if it asks for one"),
    with("smtp_password", "", "and its password"),
    with("smtp_from", "", "sender of all mail, such as `Fieldproof <fieldproof@example.com>`; needed with smtp_host"),
    with("smtp_ca_file", "", "PEM file with a further authority to believe when the relay shows its certificate"),
    with("log", "info", "what is logged, as a tracing filter"),
    with("log_format", "text", "`text` or `json`"),
];

/// What a process is told at start.
#[derive(Debug, Clone)]
pub struct Settings {
    pub database_url: Secret,
    pub owner_database_url: Option<Secret>,
    pub database_connections: u32,
    pub database_timeout: Duration,
    pub s3: S3Settings,
    pub listen: SocketAddr,
    pub public_url: String,
    pub signing_key_files: Vec<PathBuf>,
    pub access_token_after: Duration,
    pub session_after: Duration,
    pub photo_max_bytes: u64,
    pub upload_after: Duration,
    pub http: HttpLimits,
    pub spool_dir: PathBuf,
    pub oidc_allow_http: bool,
    pub workers_listen: SocketAddr,
    pub worker_jobs: usize,
    pub app_url: String,
    pub sealing_keys: Vec<Secret>,
    pub channels: ChannelSettings,
    pub log: String,
    pub log_json: bool,
}

#[derive(Debug, Clone)]
pub struct S3Settings {
    pub endpoint: String,
    pub public_endpoint: String,
    pub region: String,
    pub bucket: String,
    pub access_key: Secret,
    pub secret_key: Secret,
}

#[derive(Debug, Clone, Copy)]
pub struct HttpLimits {
    pub connections_max: usize,
    pub header_after: Duration,
    pub body_after: Duration,
    pub idle_after: Duration,
}

/// All that is wrong with the settings, one line each.
#[derive(Debug, thiserror::Error)]
pub struct SettingFaults(pub Vec<String>);

impl fmt::Display for SettingFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} setting(s) need attention:", self.0.len())?;
        self.0.iter().try_for_each(|fault| write!(f, "\n  - {fault}"))
    }
}

impl Settings {
    /// Reads the file (if one is named), then the variables, and checks all of it.
    ///
    /// # Errors
    /// Every missing, unknown or unreadable setting, together.
    pub fn load(file: Option<&Path>, variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, SettingFaults> {
        let mut reader = Reader::default();
        if let Some(path) = file {
            reader.read_file(path);
        }
        reader.read_variables(variables);
        let settings = reader.settings();
        match settings {
            Some(settings) if reader.faults.is_empty() => Ok(settings),
            _ => Err(SettingFaults(reader.faults)),
        }
    }

    /// The one setting that founding and migrating need: `owner_database_url`, from the file or the variables.
    ///
    /// # Errors
    /// When it is missing or no `PostgreSQL` URL, or the file cannot be read.
    pub fn owner_url(file: Option<&Path>, variables: impl IntoIterator<Item = (String, String)>) -> Result<Secret, SettingFaults> {
        let mut reader = Reader::default();
        if let Some(path) = file {
            reader.read_file(path);
        }
        reader.read_variables(variables);
        let url = reader.database("owner_database_url");
        if url.is_empty() {
            reader.faults.push("owner_database_url (FIELDPROOF_OWNER_DATABASE_URL): is needed for this".to_owned());
        }
        if reader.faults.is_empty() { Ok(url.into()) } else { Err(SettingFaults(reader.faults)) }
    }

    /// The table of settings as `--help` prints it.
    pub fn help() -> String {
        let mut text = String::from("Settings (key in the file; variable FIELDPROOF_<KEY>, which wins):\n");
        for Setting { key, default, about } in SETTINGS {
            let note = match default {
                None => " [needed]".to_owned(),
                Some("") => String::new(),
                Some(value) => format!(" [{value}]"),
            };
            let _ = writeln!(text, "  {key:<24} {about}{note}");
        }
        text
    }
}

#[derive(Default)]
struct Reader {
    values: BTreeMap<&'static str, String>,
    faults: Vec<String>,
}

impl Reader {
    fn read_file(&mut self, path: &Path) {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => return self.faults.push(format!("{}: cannot be read: {error}", path.display())),
        };
        let table: toml::Table = match text.parse() {
            Ok(table) => table,
            Err(error) => return self.faults.push(format!("{}: is not TOML: {error}", path.display())),
        };
        for (key, value) in table {
            let Some(setting) = SETTINGS.iter().find(|setting| setting.key == key) else {
                self.faults.push(format!("{}: `{key}` is no setting", path.display()));
                continue;
            };
            let value = match value {
                toml::Value::String(text) => text,
                toml::Value::Array(items) => items.iter().filter_map(toml::Value::as_str).collect::<Vec<_>>().join(","),
                other => other.to_string(),
            };
            self.values.insert(setting.key, value);
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

    fn text(&mut self, key: &'static str) -> String {
        let default = SETTINGS.iter().find(|setting| setting.key == key).and_then(|setting| setting.default);
        match (self.values.get(key), default) {
            (Some(value), _) if !value.trim().is_empty() => value.trim().to_owned(),
            (_, Some(default)) => default.to_owned(),
            (_, None) => {
                self.faults.push(format!("{key} (FIELDPROOF_{}): is needed", key.to_ascii_uppercase()));
                String::new()
            }
        }
    }

    fn parsed<T: std::str::FromStr>(&mut self, key: &'static str, what: &str) -> Option<T> {
        let text = self.text(key);
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.faults.push(format!("{key}: `{text}` is not {what}"));
        }
        parsed
    }

    fn span(&mut self, key: &'static str, unit: Duration) -> Option<Duration> {
        let count: u32 = self.parsed(key, "a whole number")?;
        if count == 0 {
            self.faults.push(format!("{key}: must be more than 0"));
        }
        Some(unit * count)
    }

    fn url(&mut self, key: &'static str) -> String {
        let text = self.text(key);
        if !text.is_empty() && !text.starts_with("http://") && !text.starts_with("https://") {
            self.faults.push(format!("{key}: is not an http(s) URL"));
        }
        text.trim_end_matches('/').to_owned()
    }

    fn database(&mut self, key: &'static str) -> String {
        let text = self.text(key);
        if !text.is_empty() && !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            self.faults.push(format!("{key}: is not a postgres:// URL"));
        }
        text
    }

    fn settings(&mut self) -> Option<Settings> {
        let (millis, second, day) = (Duration::from_millis(1), Duration::from_secs(1), Duration::from_hours(24));
        let database_url = self.database("database_url").into();
        let owner_database_url = Some(self.database("owner_database_url")).filter(|url| !url.is_empty()).map(Secret::from);
        let s3 = self.s3();
        let listen: Option<SocketAddr> = self.parsed("listen", "an address and port");
        let public_url = self.url("public_url");
        let spool_dir = Some(self.text("spool_dir")).filter(|dir| !dir.is_empty()).map_or_else(std::env::temp_dir, PathBuf::from);
        let files = self.text("signing_key_files");
        let http = self.http(millis);
        let (access, session) = (self.span("access_token_after_s", second), self.span("session_after_days", day));
        let (upload, timeout) = (self.span("upload_after_s", second), self.span("database_timeout_ms", millis));
        let connections = self.parsed("database_connections", "a whole number");
        let photo_max_bytes = self.parsed("photo_max_bytes", "a whole number");
        let oidc_allow_http = self.parsed("oidc_allow_http", "true or false");
        let (workers_listen, worker_jobs) =
            (self.parsed("workers_listen", "an address and port"), self.parsed("worker_jobs", "a whole number"));
        let channels = self.channels();
        let (app_url, sealing_keys) = (self.url("app_url"), self.sealing_keys());
        let (log, format) = (self.text("log"), self.text("log_format"));
        if !matches!(format.as_str(), "text" | "json") {
            self.faults.push(format!("log_format: `{format}` is neither `text` nor `json`"));
        }
        let public_url = if public_url.is_empty() { format!("http://{}", listen?) } else { public_url };
        Some(Settings {
            database_url,
            owner_database_url,
            database_connections: connections?,
            database_timeout: timeout?,
            s3,
            listen: listen?,
            app_url: if app_url.is_empty() { public_url.clone() } else { app_url },
            sealing_keys,
            public_url,
            signing_key_files: files.split(',').map(str::trim).filter(|file| !file.is_empty()).map(PathBuf::from).collect(),
            access_token_after: access?,
            session_after: session?,
            photo_max_bytes: photo_max_bytes?,
            upload_after: upload?,
            http: http?,
            spool_dir,
            oidc_allow_http: oidc_allow_http?,
            workers_listen: workers_listen?,
            worker_jobs: worker_jobs?,
            channels: channels?,
            log,
            log_json: format == "json",
        })
    }

    fn sealing_keys(&mut self) -> Vec<Secret> {
        let text = self.text("sealing_keys");
        let keys: Vec<Secret> = text.split(',').map(str::trim).filter(|key| !key.is_empty()).map(Secret::new).collect();
        if let Err(fault) = crate::sealing::Sealer::new(&keys) {
            self.faults.push(fault.to_string());
        }
        keys
    }

    fn s3(&mut self) -> S3Settings {
        let endpoint = self.url("s3_endpoint");
        let public = self.url("s3_public_endpoint");
        S3Settings {
            public_endpoint: if public.is_empty() { endpoint.clone() } else { public },
            endpoint,
            region: self.text("s3_region"),
            bucket: self.text("s3_bucket"),
            access_key: self.text("s3_access_key").into(),
            secret_key: self.text("s3_secret_key").into(),
        }
    }

    fn http(&mut self, millis: Duration) -> Option<HttpLimits> {
        let connections_max = self.parsed("connections_max", "a whole number");
        let (header, body, idle) =
            (self.span("header_after_ms", millis), self.span("body_after_ms", millis), self.span("idle_after_ms", millis));
        Some(HttpLimits { connections_max: connections_max?, header_after: header?, body_after: body?, idle_after: idle? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(key, value)| (format!("FIELDPROOF_{key}"), (*value).to_owned())).collect()
    }

    const WHOLE: &[(&str, &str)] = &[
        ("DATABASE_URL", "postgres://app@db/fieldproof"),
        ("S3_ENDPOINT", "http://s3:9000/"),
        ("S3_ACCESS_KEY", "a"),
        ("S3_SECRET_KEY", "very-secret"),
    ];

    #[test]
    fn needed_settings_suffice_and_the_rest_has_defaults() {
        let settings = Settings::load(None, variables(WHOLE)).unwrap();
        assert_eq!(settings.s3.public_endpoint, "http://s3:9000");
        assert_eq!(settings.public_url, "http://127.0.0.1:8080");
        assert_eq!(settings.access_token_after, Duration::from_mins(10));
    }

    #[test]
    fn every_fault_is_named_at_once() {
        let faults = Settings::load(None, variables(&[("LISTEN", "nowhere"), ("COLOUR", "red"), ("LOG_FORMAT", "xml")])).unwrap_err().0;
        for word in ["database_url", "s3_endpoint", "s3_access_key", "s3_secret_key", "listen", "COLOUR", "log_format"] {
            assert!(faults.iter().any(|fault| fault.contains(word)), "{word} is missing in {faults:?}");
        }
    }

    #[test]
    fn secrets_never_show() {
        let settings = Settings::load(None, variables(WHOLE)).unwrap();
        let shown = format!("{settings:?}");
        assert!(!shown.contains("very-secret") && !shown.contains("postgres://app"), "{shown}");
    }

    #[test]
    fn help_names_every_setting() {
        let help = Settings::help();
        assert!(SETTINGS.iter().all(|setting| help.contains(setting.key)));
    }
}

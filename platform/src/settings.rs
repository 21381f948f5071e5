//! Settings: one table says every name, default and meaning; a file and `FIELDPROOF_*` variables fill it, variables win.
//!
//! Everything that is wrong is told at once, never one fault per start.

mod channels;
mod proxies;
mod rates;
mod reader;
mod table;

use std::fmt::{self, Write as _};
use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroU64, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use channels::{ChannelSettings, RelaySecurity, RelaySettings};
pub use proxies::{AddressHeader, Proxies};
pub use rates::{Rate, Rates};
pub use table::{SETTINGS, Setting};

use crate::secrets::Secret;
use crate::telemetry;
use reader::{ABOVE_0, Reader};

const SIGNING_KEYS: &str = "signing_key_files";

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
    pub proxies: Proxies,
    pub rates: Rates,
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
        Reader::of(file, variables).whole()
    }

    /// As [`Settings::load`] for who serves the API: at least one signing key is needed, and `key_fault` says what is wrong with a file.
    ///
    /// # Errors
    /// As [`Settings::load`], with the keys' faults among the others.
    pub fn load_to_serve(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
        key_fault: impl Fn(&Path) -> Option<String>,
    ) -> Result<Self, SettingFaults> {
        let mut reader = Reader::of(file, variables);
        let keys = reader.files(SIGNING_KEYS);
        if keys.is_empty() && !reader.complained_of(SIGNING_KEYS) {
            reader.fault(SIGNING_KEYS, "is needed: name a PEM file that `fieldproof-api new-signing-key` has printed");
        }
        for why in keys.iter().filter_map(|key| key_fault(key)) {
            reader.fault(SIGNING_KEYS, why);
        }
        reader.whole()
    }

    /// The one setting that founding and migrating need: `owner_database_url`, from the file or the variables.
    ///
    /// # Errors
    /// When it is missing or no `PostgreSQL` URL, or the file cannot be read.
    pub fn owner_url(file: Option<&Path>, variables: impl IntoIterator<Item = (String, String)>) -> Result<Secret, SettingFaults> {
        let mut reader = Reader::of(file, variables);
        let url = reader.database("owner_database_url");
        if url.is_empty() {
            reader.fault("owner_database_url", "is needed for this");
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

impl Reader {
    fn whole(mut self) -> Result<Settings, SettingFaults> {
        match self.settings() {
            Some(settings) if self.faults.is_empty() => Ok(settings),
            _ => Err(SettingFaults(self.faults)),
        }
    }

    fn settings(&mut self) -> Option<Settings> {
        let (millis, second, day) = (Duration::from_millis(1), Duration::from_secs(1), Duration::from_hours(24));
        let database_url = self.database("database_url").into();
        let owner_database_url = Some(self.database("owner_database_url")).filter(|url| !url.is_empty()).map(Secret::from);
        let s3 = self.s3();
        let listen: Option<SocketAddr> = self.parsed("listen", "an address and port");
        let public_url = self.url("public_url");
        let spool_dir = self.folder("spool_dir");
        let signing_key_files = self.files(SIGNING_KEYS);
        let (http, proxies, rates) = (self.http(millis), self.proxies(), self.rates());
        let (access, session) = (self.span("access_token_after_s", second), self.span("session_after_days", day));
        let (upload, timeout) = (self.span("upload_after_s", second), self.span("database_timeout_ms", millis));
        let connections = self.parsed::<NonZeroU32>("database_connections", ABOVE_0);
        let photo_max_bytes = self.parsed::<NonZeroU64>("photo_max_bytes", ABOVE_0);
        let oidc_allow_http = self.parsed("oidc_allow_http", "true or false");
        let (workers_listen, worker_jobs) =
            (self.parsed("workers_listen", "an address and port"), self.parsed::<NonZeroUsize>("worker_jobs", ABOVE_0));
        let channels = self.channels();
        let (app_url, sealing_keys) = (self.url("app_url"), self.sealing_keys());
        let (log, format) = (self.text("log"), self.text("log_format"));
        if !telemetry::is_filter(&log) {
            self.fault("log", format_args!("`{log}` is no tracing filter, such as `info` or `info,store=debug`"));
        }
        if !matches!(format.as_str(), "text" | "json") {
            self.fault("log_format", format_args!("`{format}` is neither `text` nor `json`"));
        }
        let public_url = if public_url.is_empty() { format!("http://{}", listen?) } else { public_url };
        Some(Settings {
            database_url,
            owner_database_url,
            database_connections: connections?.get(),
            database_timeout: timeout?,
            s3,
            listen: listen?,
            app_url: if app_url.is_empty() { public_url.clone() } else { app_url },
            sealing_keys,
            public_url,
            signing_key_files,
            access_token_after: access?,
            session_after: session?,
            photo_max_bytes: photo_max_bytes?.get(),
            upload_after: upload?,
            http: http?,
            proxies: proxies?,
            rates: rates?,
            spool_dir,
            oidc_allow_http: oidc_allow_http?,
            workers_listen: workers_listen?,
            worker_jobs: worker_jobs?.get(),
            channels: channels?,
            log,
            log_json: format == "json",
        })
    }

    fn sealing_keys(&mut self) -> Vec<Secret> {
        let text = self.text("sealing_keys");
        let keys: Vec<Secret> = text.split(',').map(str::trim).filter(|key| !key.is_empty()).map(Secret::new).collect();
        if let Err(fault) = crate::sealing::Sealer::new(&keys) {
            self.fault("sealing_keys", fault);
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
        let connections_max = self.parsed::<NonZeroUsize>("connections_max", ABOVE_0);
        let (header, body, idle) =
            (self.span("header_after_ms", millis), self.span("body_after_ms", millis), self.span("idle_after_ms", millis));
        Some(HttpLimits { connections_max: connections_max?.get(), header_after: header?, body_after: body?, idle_after: idle? })
    }
}

#[cfg(test)]
mod tests;

//! Logs and metrics. Fields carry their unit; names, tokens, coordinates and texts are never logged.

use std::io::IsTerminal;
use std::sync::OnceLock;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Seconds; fine where a person waits, coarse where a machine does.
const LATENCY_BUCKETS_S: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// Whether `text` says what shall be logged.
pub fn is_filter(text: &str) -> bool {
    EnvFilter::builder().parse(text).is_ok()
}

/// Starts logging to standard error; a second call does nothing.
pub fn start_logs(filter: &str, json: bool) {
    // A failing job prints its payload and the SQL layer its statements: neither belongs in a log.
    let filter = format!("{filter},sqlx=warn,graphile_worker=warn,graphile_worker::runner::release=off");
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    // Colours are for eyes: a file or a pipe gets none. And a terminal that was closed shall not take the process with it.
    let coloured = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|said| said.is_empty());
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(coloured).log_internal_errors(false);
    let started = if json {
        tracing_subscriber::registry().with(filter).with(lines.json()).try_init()
    } else {
        tracing_subscriber::registry().with(filter).with(lines).try_init()
    };
    drop(started);
}

static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

/// Installs the process's metrics recorder, or hands out the one that is installed.
///
/// # Errors
/// When somebody else's recorder is installed.
pub fn start_metrics() -> Result<PrometheusHandle, BuildError> {
    if let Some(recorder) = RECORDER.get() {
        return Ok(recorder.clone());
    }
    let recorder = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), LATENCY_BUCKETS_S)?;
    let recorder = recorder.install_recorder()?;
    let _ = RECORDER.set(recorder.clone());
    Ok(recorder)
}

/// The process's metrics in the Prometheus text format; `None` until they are started.
pub fn figures() -> Option<String> {
    let recorder = RECORDER.get()?;
    recorder.run_upkeep();
    Some(recorder.render())
}

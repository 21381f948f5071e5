//! The roof: PostgreSQL's own load generator, driving statements with nothing of ours in between.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use dev::postgres::{Installation, Role};
use tokio::process::Command;

use crate::house::House;
use crate::load::{Outcome, Span, outcome};

/// Runs `script` on `clients` connections as the servers' role; `variables` are what the script's `:name` stand for.
///
/// # Errors
/// When pgbench is missing or any of its statements failed.
pub async fn run(house: &House, script: &str, clients: u64, span: Span, variables: &[(&str, u64)]) -> anyhow::Result<Outcome> {
    let folder = house.home().join("pgbench");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let file = folder.join("script.sql");
    fs::write(&file, script)?;
    let installation = Installation::find(None)?.context("PostgreSQL is not installed")?;
    let program = installation.bin.join("pgbench");
    let mut command = Command::new(&program);
    command.args(["--no-vacuum", "--log", "--protocol=simple", "--jobs=2"]).arg(format!("--client={clients}"));
    command.arg(format!("--time={}", span.total().as_secs())).arg(format!("--file={}", file.display()));
    command.arg(format!("--log-prefix={}", folder.join("log").display()));
    command.args(variables.iter().map(|(name, value)| format!("--define={name}={value}")));
    command.arg(house.database_url(Role::App)).kill_on_drop(true).stdin(Stdio::null());
    let ran = command.output().await.with_context(|| format!("running {}", program.display()))?;
    if !ran.status.success() {
        let said = String::from_utf8_lossy(&ran.stderr);
        bail!("pgbench ended with {}: {}", ran.status, said.chars().take(2000).collect::<String>());
    }
    read_log(&folder, span)
}

/// One finished transaction: when it ended, microseconds since the epoch, and how long it took.
struct Line {
    ended_us: u64,
    took: Duration,
}

fn read_log(folder: &Path, span: Span) -> anyhow::Result<Outcome> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("log.")) {
            let text = fs::read_to_string(&path)?;
            lines.extend(text.lines().map(read_line).collect::<anyhow::Result<Vec<_>>>()?);
        }
    }
    let began_us = |line: &Line| line.ended_us.saturating_sub(u64::try_from(line.took.as_micros()).unwrap_or(0));
    let from_us = lines.iter().map(began_us).min().context("pgbench logged nothing")? + u64::try_from(span.warm_up.as_micros())?;
    let until_us = from_us + u64::try_from(span.measured.as_micros())?;
    let finished = lines.iter().filter(|line| (from_us..until_us).contains(&line.ended_us)).map(|line| line.took);
    outcome(finished.collect(), span.measured)
}

/// `client transaction microseconds script seconds microseconds`.
fn read_line(line: &str) -> anyhow::Result<Line> {
    let fields: Vec<_> = line.split(' ').collect();
    let number = |n: usize| fields.get(n).and_then(|field| field.parse::<u64>().ok()).with_context(|| format!("pgbench logged `{line}`"));
    Ok(Line { ended_us: number(4)? * 1_000_000 + number(5)?, took: Duration::from_micros(number(2)?) })
}

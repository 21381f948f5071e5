//! What was asked for on the command line.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};

use crate::MEASUREMENTS;

pub const HELP: &str = "\
dev/bench [MEASUREMENT…] [--seconds N] [--rows N] [--database-connections N] [--out FILE]

  check_ins     check-ins per second at 1, 8, 32 and 64 connections, beside the same statements driven by pgbench
  batches       batches of 20 at 8 connections
  uploads       photos of 3 MB through the API at 32 connections, beside the same bytes put straight into S3
  pages         pages and boards over a million visits
  look_alikes   the search for look-alikes among a million photos
  timers        100000 timers that run out among a million open ones
  timeline      pages of a customer's story, with ten million actions in the log
  cycle_times   how long deals take, over 100000 of them, and all of it worked out anew from a million actions

  --seconds N               how long each figure is measured (10)
  --rows N                  visits, hashes and timers to look through (1000000)
  --database-connections N  instead of the API's default
  --out FILE                the figures as JSON (target/bench.json)";

/// What to measure, how long, and where to.
#[derive(Debug)]
pub struct Plan {
    pub measurements: Vec<String>,
    pub measured: Duration,
    pub rows: u32,
    /// `None`: the API's default.
    pub database_connections: Option<u32>,
    pub out: PathBuf,
}

impl Plan {
    /// Reads the arguments; nothing named means everything, `--help` means nothing.
    ///
    /// # Errors
    /// The first argument that cannot be understood.
    pub fn read(arguments: impl IntoIterator<Item = String>) -> anyhow::Result<Self> {
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
        let mut plan = Self {
            measurements: Vec::new(),
            measured: Duration::from_secs(10),
            rows: 1_000_000,
            database_connections: None,
            out: target.join("bench.json"),
        };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().with_context(|| format!("{argument} needs a value"));
            match argument.as_str() {
                // Cargo says so to every bench.
                "--bench" => {}
                "--help" => return Ok(Self { measurements: Vec::new(), ..plan }),
                "--seconds" => plan.measured = Duration::from_secs(value()?.parse().context("--seconds")?),
                "--rows" => plan.rows = value()?.parse().context("--rows")?,
                "--database-connections" => plan.database_connections = Some(value()?.parse().context("--database-connections")?),
                // Cargo runs benches in their package's folder; the caller meant a place in the repository.
                "--out" => plan.out = root().join(value()?),
                name if MEASUREMENTS.contains(&name) => plan.measurements.push(argument),
                _ => bail!("`{argument}` is not understood\n\n{HELP}"),
            }
        }
        if plan.measurements.is_empty() {
            plan.measurements = MEASUREMENTS.map(str::to_owned).into();
        }
        Ok(plan)
    }
}

/// The root of the repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

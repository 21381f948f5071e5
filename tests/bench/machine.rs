//! The machine that the figures are of.

use std::fmt;
use std::fs;

use dev::postgres::Role;
use serde::Serialize;

use crate::house::House;

/// What a reader must know to compare figures.
#[derive(Debug, Serialize)]
pub struct Machine {
    cores: usize,
    processor: String,
    memory_gib: u64,
    postgres: String,
    postgis: String,
    /// Processes that wanted to run, over the last minute: much above the cores means that others worked here, too.
    load_at_start: String,
    load_at_end: String,
}

/// Looks at the machine and at its PostgreSQL.
///
/// # Errors
/// When PostgreSQL does not answer.
pub async fn facts(house: &House) -> anyhow::Result<Machine> {
    let mut conn = house.connect(Role::Superuser).await?;
    let (postgres, postgis): (String, String) =
        sqlx::query_as("select current_setting('server_version'), postgis_lib_version()").fetch_one(&mut conn).await?;
    let kib = proc_field("/proc/meminfo", "MemTotal").and_then(|text| text.trim_end_matches(" kB").parse::<u64>().ok());
    Ok(Machine {
        cores: std::thread::available_parallelism().map_or(0, usize::from),
        processor: proc_field("/proc/cpuinfo", "model name").unwrap_or_default(),
        memory_gib: kib.unwrap_or_default() / (1024 * 1024),
        postgres,
        postgis,
        load_at_start: load(),
        load_at_end: String::new(),
    })
}

impl Machine {
    pub fn finish(&mut self) {
        self.load_at_end = load();
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} cores ({}), {} GiB, PostgreSQL {}, PostGIS {}; load {} at the start, {} at the end",
            self.cores, self.processor, self.memory_gib, self.postgres, self.postgis, self.load_at_start, self.load_at_end
        )
    }
}

/// The first `name: value` of one of the kernel's tables; `None` where there are no such tables.
pub fn proc_field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix(':'))?;
    Some(value.trim().to_owned())
}

fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().unwrap_or("?").to_owned()
}

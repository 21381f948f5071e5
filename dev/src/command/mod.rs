//! One file per subcommand, and what belongs to `run` alone below it.

#[cfg(feature = "house")]
pub mod move_time;
#[cfg(feature = "house")]
pub mod run;
pub mod with_database;

use std::io::Write;

/// Tells the person something on standard error. A terminal that is gone shall not keep anything from being taken down.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

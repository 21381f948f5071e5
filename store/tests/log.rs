//! There is one door to the log.

#![expect(clippy::unwrap_used, reason = "a source that cannot be read fails the test")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Where lines may be written into the log: through the door, by the engine behind it for what the house itself does, and in the one write
/// of a check-in, whose round trips are counted and whose kinds no playbook can ask for.
const DOORS: [&str; 4] = ["actions.rs", "engine/ledger/subjects.rs", "engine/ledger/timers.rs", "visits/ledger.rs"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn nobody_writes_into_the_log_but_through_the_door() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let writes = |path: &PathBuf| std::fs::read_to_string(path).unwrap().to_lowercase().contains("insert into actions");
    let doors: BTreeSet<String> =
        files.iter().filter(|path| writes(path)).map(|path| path.strip_prefix(&root).unwrap().display().to_string()).collect();
    assert_eq!(doors, DOORS.map(str::to_owned).into(), "record an action through store::actions");
}

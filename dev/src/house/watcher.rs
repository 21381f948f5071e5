//! Cleans up after a process that dies without being able to: a small shell that waits for its owner's end.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::HouseError;

/// Waits for the end of its input, which comes when the owner closes the pipe or dies in whatever way; then stops the
/// server that runs in the folder and removes the folder. `$1` is the folder, `$2` the server's data directory.
const SCRIPT: &str = r#"
trap '' INT TERM HUP
read -r _
pid_file="$2/postmaster.pid"
if pid=$(head -n 1 "$pid_file" 2>/dev/null) && [ -n "$pid" ]; then
    kill -QUIT "$pid"
    tries=0
    while [ -e "$pid_file" ] && kill -0 "$pid" && [ "$tries" -lt 200 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
    [ -e "$pid_file" ] && kill -KILL "$pid"
fi
# What was being started a moment ago may still be writing.
tries=0
until rm -rf -- "$1" || [ "$tries" -ge 50 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
"#;

/// The owner's end of the pipe.
#[derive(Debug)]
pub(super) struct Watcher {
    child: Child,
    /// Never written to: closing it is the message.
    pipe: Option<ChildStdin>,
}

impl Watcher {
    /// Sets a watcher on a folder in which a server will run with `data` as its data directory.
    pub fn over(folder: &Path, data: &Path) -> Result<Self, HouseError> {
        let mut child = Command::new("sh")
            .args(["-c", SCRIPT, "sh"])
            .args([folder, data])
            .current_dir("/")
            // Ctrl-C reaches the whole group of the terminal; the watcher must outlive its owner.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|source| HouseError::Program { program: "sh".to_owned(), source })?;
        let pipe = child.stdin.take();
        Ok(Self { child, pipe })
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.pipe = None;
        // When the owner has cleaned up itself there is little left to do for it.
        let _ = self.child.wait();
    }
}

//! Whose account PostgreSQL runs under: our own, or an unprivileged one when we are root, which PostgreSQL refuses.

use std::ffi::OsStr;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::HouseError;

/// The account that owns the data folder and runs the server.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    switch_to: Option<Unprivileged>,
}

#[derive(Clone, Debug)]
struct Unprivileged {
    name: &'static str,
    uid: u32,
    gid: u32,
}

impl Account {
    /// The caller's own account, or `postgres`, else `nobody`, when the caller is root.
    pub(crate) fn choose() -> Result<Self, HouseError> {
        if id(&["-u"]) != Some(0) {
            return Ok(Self { switch_to: None });
        }
        let unprivileged = ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| Some(Unprivileged { name, uid: id(&["-u", name])?, gid: id(&["-g", name])? }));
        match unprivileged {
            Some(account) => Ok(Self { switch_to: Some(account) }),
            None => Err(HouseError::NoAccount),
        }
    }

    /// A command that will run as this account, from `/`, with a clean environment and no input.
    ///
    /// The environment is emptied because PostgreSQL's programs read two dozen `PG...` variables from it.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_else(|| "/usr/bin:/bin".into()))
            .env("LC_ALL", "C")
            .current_dir("/")
            .stdin(Stdio::null());
        if let Some(account) = &self.switch_to {
            // The standard library also drops root's supplementary groups here.
            command.uid(account.uid).gid(account.gid);
        }
        command
    }

    /// Gives a file or directory to this account.
    pub(crate) fn own(&self, path: &Path) -> Result<(), HouseError> {
        match &self.switch_to {
            Some(account) => chown(path, Some(account.uid), Some(account.gid)).map_err(HouseError::file("hand over", path)),
            None => Ok(()),
        }
    }

    /// Makes sure this account can reach `dir` through all its parents.
    pub(crate) fn reach(&self, dir: &Path) -> Result<(), HouseError> {
        let Some(account) = &self.switch_to else { return Ok(()) };
        let mut shell = self.command("sh");
        shell.args(["-c", "cd \"$1\"", "sh"]).arg(dir).stderr(Stdio::null());
        if run(&mut shell)?.status.success() {
            return Ok(());
        }
        Err(HouseError::NotPassable { account: account.name.to_owned(), blocked: first_closed_ancestor(dir) })
    }
}

/// The outermost directory on the way to `dir` that others may not pass.
fn first_closed_ancestor(dir: &Path) -> PathBuf {
    let mut ancestors: Vec<&Path> = dir.ancestors().collect();
    ancestors.reverse();
    let closed = |path: &&Path| path.metadata().map_or(true, |metadata| metadata.mode() & 0o001 == 0);
    ancestors.into_iter().find(closed).unwrap_or(dir).to_path_buf()
}

fn id(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(arguments).stderr(Stdio::null()).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

/// Runs a command to its end and returns what it printed, whatever its exit code.
pub(crate) fn run(command: &mut Command) -> Result<Output, HouseError> {
    command.output().map_err(|source| HouseError::Program { program: program_of(command), source })
}

/// Runs a command that must succeed.
pub(crate) fn run_well(command: &mut Command) -> Result<(), HouseError> {
    let output = run(command)?;
    if output.status.success() {
        return Ok(());
    }
    let mut said = last_lines(&output.stdout);
    said.extend(last_lines(&output.stderr));
    let reason = said.last().cloned().unwrap_or_else(|| format!("it said nothing and ended with {}", output.status));
    Err(HouseError::ProgramFailed { program: program_of(command), reason, said })
}

/// How many lines of a program that failed are shown.
const LINES_SHOWN: usize = 10;

/// The last lines of an output that say something.
pub(crate) fn last_lines(output: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(output);
    let lines: Vec<_> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    lines.iter().skip(lines.len().saturating_sub(LINES_SHOWN)).map(|line| (*line).to_owned()).collect()
}

fn program_of(command: &Command) -> String {
    let program = Path::new(command.get_program());
    program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned()
}

//! The server process: started, adopted, waited for and stopped by PostgreSQL's own `pg_ctl`.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use super::account::{Account, last_lines, run, run_well};
use super::folder::{self, Folder};
use super::installation::Installation;
use super::tuning::Tuning;
use crate::{HouseError, lock};

/// How long a server may take to become ready; recovery after a crash is the long case.
const START_LIMIT: Duration = Duration::from_mins(2);
/// How long a fast shutdown may take before it becomes an immediate one.
const STOP_LIMIT: Duration = Duration::from_secs(30);
/// Another program may take the chosen free port before the server does.
const PORT_ATTEMPTS: usize = 3;

/// The server process and the folder it works in.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) folder: Folder,
    installation: Installation,
    account: Account,
    tuning: Tuning,
    running: bool,
}

impl Server {
    /// Returns the server, its port, and whether it was already running.
    pub(super) fn start(dir: &Path, tuning: Tuning) -> Result<(Self, u16, bool), HouseError> {
        let account = Account::choose()?;
        let folder = Folder::open(dir, &account)?;
        let installation = folder.installation()?;
        let mut server = Self { folder, installation, account, tuning, running: false };
        if let Some(port) = server.folder.running_port(&server.installation, &server.account)? {
            // It may still be starting, or recovering; `start -w` did the waiting for its first supervisor.
            server.running = true;
            server.await_ready(port)?;
            return Ok((server, port, true));
        }
        server.folder.initialise(&server.installation, &server.account, tuning)?;
        server.folder.clear_stale_pid(&server.account)?;
        server.folder.prepare_log(&server.account)?;
        let mut attempt = 1;
        loop {
            let port = free_port()?;
            match server.launch(port) {
                Ok(()) => return Ok((server, port, false)),
                Err(HouseError::NotStarted { reason, .. }) if attempt < PORT_ATTEMPTS && is_about_the_port(&reason) => {
                    attempt += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Whether new databases are better made by copying files; there was no choice before version 15.
    pub(super) fn copies_files(&self) -> bool {
        self.tuning == Tuning::Throwaway && self.installation.major >= 15
    }

    fn launch(&mut self, port: u16) -> Result<(), HouseError> {
        self.folder.configure(&self.account, self.tuning, port)?;
        let log = self.folder.log();
        let said_before = log.metadata().map_or(0, |metadata| metadata.len());
        let mut pg_ctl = self.pg_ctl("start");
        pg_ctl.arg("-w").arg("-t").arg(START_LIMIT.as_secs().to_string()).arg("-l").arg(&log);
        // The server may keep what it inherits: a pipe of ours would never see its end, a file needs none.
        let (complaints, heard) = self.folder.complaints()?;
        pg_ctl.stdout(Stdio::null()).stderr(heard);
        let status = pg_ctl.status().map_err(|source| HouseError::Program { program: "pg_ctl".into(), source })?;
        if status.success() {
            self.running = true;
            return Ok(());
        }
        // Whatever did come up must not stay.
        let _ = run(self.pg_ctl("stop").args(["-m", "immediate", "-w"]));
        let mut said = last_lines(&fresh_part(&log, said_before));
        let complained = last_lines(&fs::read(complaints).unwrap_or_default());
        let reason = last_fatal_line(&said).or_else(|| complained.first().cloned()).or_else(|| said.last().cloned());
        let reason = reason.unwrap_or_else(|| format!("pg_ctl said nothing and ended with {status}"));
        said.extend(complained);
        Err(HouseError::NotStarted { reason, log, said })
    }

    /// Waits for an adopted server that is still starting.
    fn await_ready(&self, port: u16) -> Result<(), HouseError> {
        let pg_isready = self.installation.bin.join("pg_isready");
        if !pg_isready.exists() {
            return Ok(());
        }
        let deadline = Instant::now() + START_LIMIT;
        loop {
            let mut ask = self.account.command(&pg_isready);
            ask.args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]);
            if run(&mut ask)?.status.success() {
                return Ok(());
            }
            if Instant::now() >= deadline {
                let reason = "the server left running there does not become ready".to_owned();
                let log = self.folder.log();
                let said = last_lines(&fs::read(&log).unwrap_or_default());
                return Err(HouseError::NotStarted { reason, log, said });
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Stops the server unless it is stopped already.
    pub(super) fn stop(&mut self) -> Result<(), HouseError> {
        if !std::mem::take(&mut self.running) {
            return Ok(());
        }
        let seconds = STOP_LIMIT.as_secs().to_string();
        let stop = |mode: &str| run_well(self.pg_ctl("stop").args(["-m", mode, "-w", "-t", &seconds]));
        match self.tuning {
            Tuning::Durable => stop("fast").or_else(|_| stop("immediate")),
            // Nothing in it is worth a last checkpoint.
            Tuning::Throwaway => stop("immediate"),
        }
    }

    fn pg_ctl(&self, verb: &str) -> Command {
        let mut command = self.account.command(self.installation.bin.join("pg_ctl"));
        command.arg(verb).arg("-s").arg("-D").arg(self.folder.data());
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            tracing::error!(%error, "PostgreSQL was left running");
        }
    }
}

/// Removes the folder of a cluster and what may still run in it.
pub(super) fn clear(dir: &Path) -> Result<(), HouseError> {
    if !dir.exists() {
        return Ok(());
    }
    let account = Account::choose()?;
    let dir = dir.canonicalize().map_err(HouseError::file("find", dir))?;
    let _lock = lock::take(&dir)?;
    let data = dir.join("data");
    if data.join("postmaster.pid").exists() {
        // Any version's pg_ctl can stop any version's server. Whether it did is seen below.
        if let Ok(Some(installation)) = Installation::find(None) {
            let mut pg_ctl = account.command(installation.bin.join("pg_ctl"));
            run(pg_ctl.args(["stop", "-m", "immediate", "-w", "-D"]).arg(&data))?;
        }
        if folder::occupied(&data, &account) == Some(true) {
            let why = "a server is running in it that cannot be stopped".to_owned();
            return Err(HouseError::BrokenFolder { dir, why });
        }
    }
    fs::remove_dir_all(&dir).map_err(HouseError::file("remove", &dir))
}

fn free_port() -> Result<u16, HouseError> {
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let listened = TcpListener::bind(any).and_then(|listener| listener.local_addr());
    Ok(listened.map_err(HouseError::listen(any, "for PostgreSQL"))?.port())
}

fn is_about_the_port(reason: &str) -> bool {
    reason.contains("could not create any TCP/IP sockets") || reason.contains("could not bind")
}

/// What was added to a log after its first `skip` bytes.
fn fresh_part(log: &Path, skip: u64) -> Vec<u8> {
    let said = fs::read(log).unwrap_or_default();
    usize::try_from(skip).ok().and_then(|skip| said.get(skip..)).map(<[u8]>::to_vec).unwrap_or(said)
}

/// What the server complained about last.
fn last_fatal_line(said: &[String]) -> Option<String> {
    // "FATAL:  the reason", or, before logging is set up, "postgres: the reason".
    let reason = |line: &String| {
        let marked = ["FATAL:", "PANIC:", "postgres:"].iter().find_map(|mark| line.split_once(mark));
        marked.map(|(_, reason)| reason.trim().to_owned())
    };
    said.iter().rev().find_map(reason)
}

//! The folder a cluster lives in: who holds it, what PostgreSQL made of it, and whether it can still be used.
//!
//! ```text
//! <dir>/lock           held while a supervisor lives
//! <dir>/passwords.json passwords of the three roles, mode 0600, never readable by the server's account
//! <dir>/server.log     what the server says
//! <dir>/pg_ctl.log     what pg_ctl said when it last started the server
//! <dir>/data/          PostgreSQL's own
//! ```

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::account::{Account, run, run_well};
use super::installation::Installation;
use super::roles::Passwords;
use super::tuning::Tuning;
use crate::{HouseError, lock, secrets};

/// A log older than this many bytes is put aside when the server starts, so that it cannot fill a disk over months.
const LOG_KEPT_BYTES: u64 = 16 << 20;

/// A cluster's folder, locked against every other supervisor for as long as this value lives.
#[derive(Debug)]
pub(crate) struct Folder {
    dir: PathBuf,
    pub(crate) passwords: Passwords,
    _lock: File,
}

impl Folder {
    /// Creates or opens `dir` and takes its lock.
    pub(crate) fn open(dir: &Path, account: &Account) -> Result<Self, HouseError> {
        fs::create_dir_all(dir).map_err(HouseError::file("create", dir))?;
        // Absolute, because the server runs from `/`.
        let dir = dir.canonicalize().map_err(HouseError::file("find", dir))?;
        account.reach(&dir)?;
        let lock = lock::take(&dir)?;
        let passwords_path = dir.join("passwords.json");
        if dir.join("data").exists() && !passwords_path.exists() {
            let why = "passwords.json is missing, so nobody can log in to its data; remove the folder to start anew";
            return Err(HouseError::BrokenFolder { dir, why: why.to_owned() });
        }
        let passwords = secrets::load_or_create(&passwords_path, Passwords::random)?;
        Ok(Self { dir, passwords, _lock: lock })
    }

    /// PostgreSQL's data directory.
    pub(crate) fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    /// The server's log.
    pub(crate) fn log(&self) -> PathBuf {
        self.dir.join("server.log")
    }

    /// The installation that can open this folder: the one that made it, or the newest for an empty one.
    pub(crate) fn installation(&self) -> Result<Installation, HouseError> {
        let made_by = self.major()?;
        if let Some(installation) = Installation::find(made_by)? {
            return Ok(installation);
        }
        let newest = Installation::find(None)?.ok_or(HouseError::PostgresMissing)?;
        Err(HouseError::OtherMajor { dir: self.dir.clone(), folder: made_by.unwrap_or_default(), installed: newest.major })
    }

    /// The major version that wrote the data; `None` when there is no data yet.
    fn major(&self) -> Result<Option<u32>, HouseError> {
        let data = self.data();
        if !data.exists() {
            return Ok(None);
        }
        let broken = |why: &str| HouseError::BrokenFolder { dir: data.clone(), why: why.to_owned() };
        let text = match fs::read_to_string(data.join("PG_VERSION")) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(broken("it has no PG_VERSION, so it is not PostgreSQL's; remove it to start anew"));
            }
            Err(error) => return Err(HouseError::file("read", &data.join("PG_VERSION"))(error)),
        };
        let major = text.trim().split('.').next().and_then(|major| major.parse().ok());
        major.map(Some).ok_or_else(|| broken("its PG_VERSION does not hold a version; remove it to start anew"))
    }

    /// Runs `initdb` when there is no data yet. A crash in the middle leaves nothing that looks finished.
    pub(crate) fn initialise(&self, installation: &Installation, account: &Account, tuning: Tuning) -> Result<(), HouseError> {
        let data = self.data();
        if data.exists() {
            return Ok(());
        }
        let draft = self.dir.join("data.draft");
        let password_file = self.dir.join("initdb.password");
        write_for_account(&password_file, &self.passwords.superuser, account)?;
        let made = initdb(installation, account, &draft, &password_file, tuning);
        fs::remove_file(&password_file).map_err(HouseError::file("remove", &password_file))?;
        made?;
        fs::rename(&draft, &data).map_err(HouseError::file("move into place", &data))
    }

    /// Writes the whole configuration; it is ours, and rewritten at every start.
    pub(crate) fn configure(&self, account: &Account, tuning: Tuning, port: u16) -> Result<(), HouseError> {
        write_for_account(&self.data().join("postgresql.conf"), &tuning.configuration(port), account)
    }

    /// Makes sure the server's account can write the log, and puts a long one aside.
    pub(crate) fn prepare_log(&self, account: &Account) -> Result<(), HouseError> {
        let log = self.log();
        if log.metadata().is_ok_and(|metadata| metadata.len() > LOG_KEPT_BYTES) {
            fs::rename(&log, self.dir.join("server.log.old")).map_err(HouseError::file("put aside", &log))?;
        }
        OpenOptions::new().append(true).create(true).mode(0o600).open(&log).map_err(HouseError::file("create", &log))?;
        account.own(&log)
    }

    /// An empty file for what `pg_ctl` complains about, and a handle for it to do so.
    pub(crate) fn complaints(&self) -> Result<(PathBuf, File), HouseError> {
        let path = self.dir.join("pg_ctl.log");
        let file = File::create(&path).map_err(HouseError::file("create", &path))?;
        Ok((path, file))
    }

    /// The port of the server that is running in this folder, ours or one left over from a crash.
    pub(crate) fn running_port(&self, installation: &Installation, account: &Account) -> Result<Option<u16>, HouseError> {
        let data = self.data();
        if !data.join("postmaster.pid").exists() {
            return Ok(None);
        }
        let status = run(account.command(installation.bin.join("pg_ctl")).arg("status").arg("-D").arg(&data))?;
        if !status.status.success() {
            return Ok(None);
        }
        let Ok(pid_file) = fs::read_to_string(data.join("postmaster.pid")) else { return Ok(None) };
        Ok(port_in(&pid_file).filter(|_| self.occupied(account) != Some(false)))
    }

    /// Removes a `postmaster.pid` whose process number now belongs to some other program, as after a power cut.
    ///
    /// PostgreSQL itself discards the file of a dead process, but must refuse when the number is alive again.
    pub(crate) fn clear_stale_pid(&self, account: &Account) -> Result<(), HouseError> {
        let pid_file = self.data().join("postmaster.pid");
        if pid_file.exists() && self.occupied(account) == Some(false) {
            tracing::warn!(file = %pid_file.display(), "removed: it was left by a server that no longer runs");
            fs::remove_file(&pid_file).map_err(HouseError::file("remove", &pid_file))?;
        }
        Ok(())
    }

    fn occupied(&self, account: &Account) -> Option<bool> {
        occupied(&self.data(), account)
    }
}

/// Makes a cluster in `draft`, whose superuser gets the password in `password_file`.
fn initdb(installation: &Installation, account: &Account, draft: &Path, password_file: &Path, tuning: Tuning) -> Result<(), HouseError> {
    let attempt = |locale: &str| {
        if draft.exists() {
            fs::remove_dir_all(draft).map_err(HouseError::file("remove", draft))?;
        }
        fs::create_dir(draft).map_err(HouseError::file("create", draft))?;
        fs::set_permissions(draft, fs::Permissions::from_mode(0o700)).map_err(HouseError::file("close", draft))?;
        account.own(draft)?;
        let mut initdb = account.command(installation.bin.join("initdb"));
        initdb
            .args(["--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions"])
            .arg(format!("--locale={locale}"))
            .arg("--pwfile")
            .arg(password_file)
            .arg("-D")
            .arg(draft);
        if tuning == Tuning::Throwaway {
            initdb.arg("--no-sync");
        }
        run_well(&mut initdb)
    };
    // Some systems have no C.UTF-8; C sorts the same way, by code point.
    attempt("C.UTF-8").or_else(|_| attempt("C"))
}

/// Writes a file only the server's account may read.
fn write_for_account(path: &Path, text: &str, account: &Account) -> Result<(), HouseError> {
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
        file.write_all(text.as_bytes())
    };
    write().map_err(HouseError::file("write", path))?;
    account.own(path)
}

/// Whether any process works inside a data directory, as all of a server's processes do; `None` where the system does
/// not tell. The account itself looks, because root without ptrace rights may not.
pub(super) fn occupied(data: &Path, account: &Account) -> Option<bool> {
    const LOOK: &str = r#"
        [ /proc/self/cwd -ef / ] || exit 4
        for cwd in /proc/[0-9]*/cwd; do [ "$cwd" -ef "$1" ] && exit 0; done
        exit 3"#;
    let mut shell = account.command("sh");
    shell.args(["-c", LOOK, "sh"]).arg(data);
    match run(&mut shell).ok()?.status.code() {
        Some(0) => Some(true),
        Some(3) => Some(false),
        _ => None,
    }
}

/// Line 4 of `postmaster.pid` is the port.
fn port_in(pid_file: &str) -> Option<u16> {
    pid_file.lines().nth(3)?.trim().parse().ok()
}

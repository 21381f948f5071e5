//! What can go wrong while the house is being put up: each failure is one sentence a person can act on.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Why the house, or one of its parts, could not be started, used or stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HouseError {
    /// No PostgreSQL server binaries were found in any of the places they are usually installed to.
    #[error(
        "no PostgreSQL server was found on this machine; install PostgreSQL with PostGIS \
         (Debian, Ubuntu: apt-get install postgresql postgresql-<version>-postgis-3; macOS: brew install postgis) \
         or name a running one with FIELDPROOF_DATABASE_URL"
    )]
    PostgresMissing,

    /// Server binaries exist, but none of them can load PostGIS.
    #[error(
        "PostgreSQL was found in {}, but without PostGIS; install the PostGIS package for that version \
         (Debian, Ubuntu: postgresql-<version>-postgis-3; macOS: brew install postgis)", .bin.display()
    )]
    PostgisMissing {
        /// The newest binary directory that was looked into.
        bin: PathBuf,
    },

    /// The data folder was written by a major version that is not installed.
    #[error(
        "the folder {} holds data of PostgreSQL {folder}, but only version {installed} with PostGIS is installed; \
         install version {folder}, or throw the data away with `dev/run --fresh`", .dir.display()
    )]
    OtherMajor {
        /// The data folder.
        dir: PathBuf,
        /// The major version that wrote it.
        folder: u32,
        /// The newest major version that could be used.
        installed: u32,
    },

    /// The data folder cannot be what the supervisor left there.
    #[error("the folder {} is broken: {why}", .dir.display())]
    BrokenFolder {
        /// The folder that was looked at.
        dir: PathBuf,
        /// What is wrong with it, and what to do.
        why: String,
    },

    /// PostgreSQL refuses to run as root, and the account chosen instead cannot reach the folder.
    #[error(
        "PostgreSQL must run as the account {account}, which may not enter {}; \
         choose a folder it can reach with FIELDPROOF_HOME", .blocked.display()
    )]
    NotPassable {
        /// Name of the unprivileged account.
        account: String,
        /// The first directory on the way that it may not pass.
        blocked: PathBuf,
    },

    /// The process runs as root and there is nobody else to run PostgreSQL as.
    #[error("PostgreSQL refuses to run as root, and this machine has neither a postgres nor a nobody account")]
    NoAccount,

    /// Another live process holds the folder.
    #[error(
        "Fieldproof is already running from the folder {}; stop it first, or name another folder with FIELDPROOF_HOME", .dir.display()
    )]
    InUse {
        /// The folder both want.
        dir: PathBuf,
    },

    /// The server process did not become ready.
    #[error("PostgreSQL did not start: {reason} (its log: {})", .log.display())]
    NotStarted {
        /// The last fatal line of the server's log, or what `pg_ctl` said.
        reason: String,
        /// Where the whole log is.
        log: PathBuf,
        /// The last lines of both.
        said: Vec<String>,
    },

    /// A helper program ended with a failure.
    #[error("{program} failed: {reason}")]
    ProgramFailed {
        /// File name of the program.
        program: String,
        /// Its last words.
        reason: String,
        /// Its last lines.
        said: Vec<String>,
    },

    /// A helper program could not be run at all.
    #[error("cannot run {program}")]
    Program {
        /// The program.
        program: String,
        /// The cause.
        source: io::Error,
    },

    /// A file or directory could not be handled.
    #[error("cannot {doing} {}", .path.display())]
    File {
        /// The verb: "create", "read", ...
        doing: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },

    /// A name that would have to be quoted in SQL.
    #[error("{name:?} is not a database name: use up to 63 of a-z, 0-9 and _, starting with a letter")]
    DatabaseName {
        /// The name as given.
        name: String,
    },

    /// A statement of the supervisor failed.
    #[error("PostgreSQL could not {doing}")]
    Sql {
        /// What was being done.
        doing: String,
        /// The cause.
        source: sqlx::Error,
    },

    /// The migrations could not be applied.
    #[error("the migrations in {} could not be applied", .dir.display())]
    Migration {
        /// Where they were read from.
        dir: PathBuf,
        /// The cause.
        source: sqlx::migrate::MigrateError,
    },

    /// Another program listens on the wanted address.
    #[error("port {} is already taken by another program; choose another {choose}", .addr.port())]
    PortTaken {
        /// The wanted address.
        addr: SocketAddr,
        /// How another is chosen: "with --port".
        choose: &'static str,
    },

    /// The wanted address cannot be listened on for another reason.
    #[error("cannot listen on {addr}")]
    Listen {
        /// The wanted address.
        addr: SocketAddr,
        /// The cause.
        source: io::Error,
    },

    /// A background thread or task of the house ended before its work was done.
    #[error("a part of the house ended early: {0}")]
    Lost(String),
}

impl HouseError {
    /// Wraps a file system error with the verb and the path it happened to; meant for `map_err`.
    pub(crate) fn file(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::File { doing, path, source }
    }

    /// Wraps a database error with what was being done; meant for `map_err`.
    pub(crate) fn sql(doing: impl Into<String>) -> impl FnOnce(sqlx::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Sql { doing, source }
    }

    /// Says why an address could not be listened on, and how another is chosen; meant for `map_err`.
    pub fn listen(addr: SocketAddr, choose: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| {
            if source.kind() == io::ErrorKind::AddrInUse { Self::PortTaken { addr, choose } } else { Self::Listen { addr, source } }
        }
    }

    /// What a program that failed said last, line by line, for reading below the sentence; nothing where the sentence says it all.
    pub fn said(&self) -> &[String] {
        match self {
            Self::NotStarted { said, .. } | Self::ProgramFailed { said, .. } if said.len() > 1 => said,
            _ => &[],
        }
    }
}

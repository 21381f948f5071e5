//! Finds the PostgreSQL server binaries that are installed here and can load PostGIS.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::HouseError;

/// A directory of server binaries that come with PostGIS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    /// Directory of `postgres`, `initdb` and `pg_ctl`.
    pub bin: PathBuf,
    /// Major version, for example 15.
    pub major: u32,
}

impl Installation {
    /// The newest installed version that has PostGIS; with `major`, that version and no other.
    ///
    /// # Errors
    /// [`HouseError::PostgresMissing`] or [`HouseError::PostgisMissing`]. A missing `major` is not an error but `None`.
    pub fn find(major: Option<u32>) -> Result<Option<Self>, HouseError> {
        choose(&candidates(), major)
    }
}

/// Every place the usual packages install server binaries to; most of them do not exist on any one machine.
fn candidates() -> Vec<PathBuf> {
    if let Some(bin) = std::env::var_os("FIELDPROOF_POSTGRES_BIN") {
        return vec![PathBuf::from(bin)];
    }
    let mut bins = Vec::new();
    for (parent, prefix, tail) in [
        ("/usr/lib/postgresql", "", "bin"),                          // Debian, Ubuntu
        ("/usr", "pgsql-", "bin"),                                   // PostgreSQL's own RPMs
        ("/usr/libexec", "postgresql", ""),                          // Alpine
        ("/opt/homebrew/opt", "postgresql", "bin"),                  // Homebrew on Apple silicon
        ("/usr/local/opt", "postgresql", "bin"),                     // Homebrew on Intel
        ("/home/linuxbrew/.linuxbrew/opt", "postgresql", "bin"),     // Homebrew on Linux
        ("/Applications/Postgres.app/Contents/Versions", "", "bin"), // Postgres.app
    ] {
        let Ok(entries) = fs::read_dir(parent) else { continue };
        bins.extend(
            entries
                .flatten()
                .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
                .map(|entry| if tail.is_empty() { entry.path() } else { entry.path().join(tail) }),
        );
    }
    bins.extend(answer("pg_config", "--bindir").map(PathBuf::from));
    bins
}

/// Picks the newest candidate with PostGIS, and tells a machine without a server from one without PostGIS.
fn choose(bins: &[PathBuf], major: Option<u32>) -> Result<Option<Installation>, HouseError> {
    let mut found: Vec<Installation> = bins.iter().filter_map(|bin| inspect(bin)).collect();
    found.sort_by_key(|installation| installation.major);
    let Some(newest) = found.last().cloned() else {
        return Err(HouseError::PostgresMissing);
    };
    found.retain(has_postgis);
    if found.is_empty() {
        return Err(HouseError::PostgisMissing { bin: newest.bin });
    }
    Ok(match major {
        Some(major) => found.into_iter().rfind(|installation| installation.major == major),
        None => found.pop(),
    })
}

/// Reads the version of the server in `bin`; `None` when a needed program is missing or does not run.
fn inspect(bin: &Path) -> Option<Installation> {
    if !["initdb", "pg_ctl", "postgres"].iter().all(|program| bin.join(program).is_file()) {
        return None;
    }
    let version = answer(bin.join("postgres"), "--version")?;
    Some(Installation { bin: bin.to_path_buf(), major: major_of(&version)? })
}

/// "postgres (PostgreSQL) 15.14 (Debian ...)" -> 15; also reads "17beta1".
fn major_of(version: &str) -> Option<u32> {
    let number = version.split(')').nth(1)?.trim_start();
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// Whether `create extension postgis` can work: its control file lies in the server's share directory.
fn has_postgis(installation: &Installation) -> bool {
    let Installation { bin, major } = installation;
    let said = answer(bin.join("pg_config"), "--sharedir").map(PathBuf::from);
    let guesses = [
        PathBuf::from(format!("/usr/share/postgresql/{major}")),
        bin.join("../share"),
        bin.join("../share/postgresql"),
        bin.join(format!("../share/postgresql@{major}")),
    ];
    said.into_iter().chain(guesses).any(|share| share.join("extension/postgis.control").is_file())
}

/// First line a program prints when asked for one thing.
fn answer(program: impl AsRef<std::ffi::OsStr>, question: &str) -> Option<String> {
    let output = Command::new(program).arg(question).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned()).filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A fake installation: `postgres` answers its version, and PostGIS is there or not.
    fn install(root: &Path, major: u32, postgis: bool) -> PathBuf {
        let bin = root.join(major.to_string()).join("bin");
        fs::create_dir_all(&bin).unwrap();
        for program in ["initdb", "pg_ctl", "postgres"] {
            let path = bin.join(program);
            fs::write(&path, format!("#!/bin/sh\necho 'postgres (PostgreSQL) {major}.3 (Fake)'\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        if postgis {
            let extension = root.join(major.to_string()).join("share/extension");
            fs::create_dir_all(&extension).unwrap();
            fs::write(extension.join("postgis.control"), "").unwrap();
        }
        bin
    }

    #[test]
    fn reads_the_major_version() {
        for (text, major) in [
            ("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)", Some(15)),
            ("postgres (PostgreSQL) 9.6.24", Some(9)),
            ("postgres (PostgreSQL) 18beta2", Some(18)),
            ("postgres (PostgreSQL) devel", None),
            ("", None),
        ] {
            assert_eq!(major_of(text), major, "{text}");
        }
    }

    #[test]
    fn takes_the_newest_that_has_postgis() {
        let root = crate::scratch::Folder::new("installation").unwrap();
        // Versions that are not installed on the machine itself, so that its share directory does not answer for them.
        let bins = [install(root.path(), 91, true), install(root.path(), 92, true), install(root.path(), 93, false)];

        assert_eq!(choose(&bins, None).unwrap().unwrap().major, 92);
        assert_eq!(choose(&bins, Some(91)).unwrap().unwrap().major, 91);
        assert_eq!(choose(&bins, Some(93)).unwrap(), None);
        assert!(matches!(choose(&bins[2..], None), Err(HouseError::PostgisMissing { .. })));
        assert!(matches!(choose(&[root.path().join("nowhere")], None), Err(HouseError::PostgresMissing)));
    }
}

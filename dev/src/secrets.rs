//! Random passwords and keys that are made once and kept in a file only its owner may read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::HouseError;

/// A random value of 192 bits as 48 hexadecimal digits: safe inside SQL literals, URLs and environment variables.
pub(crate) fn random_hex() -> String {
    hex::encode(rand::random::<[u8; 24]>())
}

/// Reads the secrets kept at `path`, or makes them with `invent` and keeps them there with mode 0600.
///
/// # Errors
/// The file cannot be read, written, or does not hold what was kept there.
pub(crate) fn load_or_create<T>(path: &Path, invent: impl FnOnce() -> T) -> Result<T, HouseError>
where
    T: Serialize + DeserializeOwned,
{
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|_| HouseError::BrokenFolder {
            dir: path.parent().unwrap_or(path).to_path_buf(),
            why: format!("{} does not hold the secrets that were kept in it", path.display()),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let made = invent();
            keep(path, &made)?;
            Ok(made)
        }
        Err(error) => Err(HouseError::file("read", path)(error)),
    }
}

/// Writes beside the final place and renames, so that a crash leaves either nothing or all of it.
fn keep<T: Serialize>(path: &Path, secrets: &T) -> Result<(), HouseError> {
    let text = serde_json::to_vec_pretty(secrets).map_err(|error| HouseError::file("write", path)(io::Error::other(error)))?;
    let draft = path.with_extension("draft");
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        file.write_all(&text)?;
        file.sync_all()?;
        fs::rename(&draft, path)?;
        match path.parent() {
            Some(parent) => File::open(parent)?.sync_all(),
            None => Ok(()),
        }
    };
    write().map_err(HouseError::file("write", path))
}

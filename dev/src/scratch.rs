//! Folders for things that are thrown away: in memory where there is room, and gone when dropped.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::HouseError;

/// Free space a cluster under test needs; Docker's default `/dev/shm` of 64 MB is too small for one.
const WANTED_FREE_BYTES: u64 = 1 << 30;

/// A fresh folder other accounts may pass through, removed with everything in it when dropped.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes a folder whose name contains `purpose`.
    ///
    /// # Errors
    /// [`HouseError::File`] when neither `/dev/shm` nor the temporary directory can be written.
    pub fn new(purpose: &str) -> Result<Self, HouseError> {
        let name = format!("fieldproof-{purpose}-{}-{}", std::process::id(), hex::encode(rand::random::<[u8; 4]>()));
        let path = roomy_parent().join(name);
        fs::create_dir(&path).map_err(HouseError::file("create", &path))?;
        // Not readable by others, but passable: a cluster inside it may belong to another account.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o711)).map_err(HouseError::file("open up", &path))?;
        Ok(Self { path })
    }

    /// Where the folder is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(folder = %self.path.display(), %error, "a throwaway folder could not be removed");
        }
    }
}

fn roomy_parent() -> PathBuf {
    let memory = Path::new("/dev/shm");
    match free_bytes(memory) {
        Some(free) if free >= WANTED_FREE_BYTES => memory.to_path_buf(),
        _ => std::env::temp_dir(),
    }
}

/// Asks `df`, because the standard library cannot and this is asked once per process.
fn free_bytes(dir: &Path) -> Option<u64> {
    let output = Command::new("df").arg("-Pk").arg(dir).output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    let free_kib: u64 = text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    free_kib.checked_mul(1024)
}

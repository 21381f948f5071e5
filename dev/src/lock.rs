//! One process per folder: a lock the operating system releases however its holder dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::HouseError;

/// Takes the lock of `dir`; it is held until the returned file is dropped.
///
/// # Errors
/// [`HouseError::InUse`] when another process, or another part of this one, holds it.
pub(crate) fn take(dir: &Path) -> Result<File, HouseError> {
    let path = dir.join("lock");
    let lock = OpenOptions::new().write(true).create(true).truncate(false).open(&path).map_err(HouseError::file("create", &path))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(HouseError::InUse { dir: dir.to_path_buf() }),
        Err(TryLockError::Error(source)) => Err(HouseError::file("lock", &path)(source)),
    }
}

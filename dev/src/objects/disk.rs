//! The object files: written aside, flushed, and only then put in their place.
//!
//! ```text
//! <root>/lock                  held while a store is open
//! <root>/keys.json             access and secret key, mode 0600
//! <root>/drafts/<random>       uploads under way; emptied when a store opens
//! <root>/buckets/<bucket>/<2 hex digits>/<SHA-256 of the key>
//! ```
//!
//! All of it is blocking; callers stay off the async threads.

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use s3s::crypto::{Checksum, Sha256};

use super::header::{DATA_AT, Header};
use crate::{HouseError, lock};

/// The folder of a store, locked for as long as this value lives.
#[derive(Debug)]
pub(super) struct Disk {
    root: PathBuf,
    /// The keys of each bucket that has been listed, in order. Files are only added and removed under this lock, so
    /// that a listing can never forget an object.
    listed: Mutex<HashMap<String, BTreeSet<String>>>,
    _lock: File,
}

/// An object that was found.
#[derive(Debug)]
pub(super) struct Found {
    pub header: Header,
    pub modified_at: SystemTime,
    /// Open at the first byte of the data.
    pub file: File,
}

/// Why a draft was not put in place.
#[derive(Debug)]
pub(super) enum Refusal {
    /// There is an object of that name, and it was not to be replaced.
    Exists,
    /// The disk failed.
    Io(io::Error),
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Disk {
    pub fn open(root: &Path) -> Result<Self, HouseError> {
        for dir in [root.to_path_buf(), root.join("buckets"), root.join("drafts")] {
            fs::create_dir_all(&dir).map_err(HouseError::file("create", &dir))?;
        }
        let lock = lock::take(root)?;
        let drafts = root.join("drafts");
        // What an earlier process had not finished was never answered with success.
        fs::remove_dir_all(&drafts).map_err(HouseError::file("empty", &drafts))?;
        fs::create_dir(&drafts).map_err(HouseError::file("create", &drafts))?;
        Ok(Self { root: root.to_path_buf(), listed: Mutex::default(), _lock: lock })
    }

    /// Makes a bucket; false when there is one of that name.
    pub fn create_bucket(&self, bucket: &str) -> io::Result<bool> {
        if self.has_bucket(bucket) {
            return Ok(false);
        }
        // All folders at once, so that putting an object never has to make one, nor wonder whether it would last.
        let draft = self.draft_path();
        fs::create_dir(&draft)?;
        for byte in 0..=u8::MAX {
            fs::create_dir(draft.join(hex::encode([byte])))?;
        }
        sync_dir(&draft)?;
        match fs::rename(&draft, self.bucket_path(bucket)) {
            Ok(()) => sync_dir(&self.root.join("buckets")).map(|()| true),
            Err(error) => {
                fs::remove_dir_all(&draft)?;
                if self.has_bucket(bucket) { Ok(false) } else { Err(error) }
            }
        }
    }

    pub fn has_bucket(&self, bucket: &str) -> bool {
        self.bucket_path(bucket).is_dir()
    }

    /// A new file nobody sees, to be filled and then published.
    pub fn draft(&self) -> io::Result<Draft> {
        let path = self.draft_path();
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(&path)?;
        Ok(Draft { path, file: Some(file) })
    }

    /// Puts a finished draft in its place: afterwards the object is visible, and stays so through a power cut.
    pub fn publish(&self, draft: &mut Draft, bucket: &str, header: &Header, replace: bool) -> Result<(), Refusal> {
        let file = draft.file.as_mut().ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        header.write(file)?;
        file.sync_all()?;
        let place = self.object_path(bucket, &header.key);
        {
            let mut listed = self.listed();
            if replace {
                fs::rename(&draft.path, &place)?;
                draft.file = None;
            } else {
                // Unlike rename, a link fails when the name is taken, and does so atomically.
                fs::hard_link(&draft.path, &place).map_err(|error| match error.kind() {
                    io::ErrorKind::AlreadyExists => Refusal::Exists,
                    _ => Refusal::Io(error),
                })?;
            }
            if let Some(keys) = listed.get_mut(bucket) {
                keys.insert(header.key.clone());
            }
        }
        place.parent().map_or(Ok(()), sync_dir)?;
        Ok(())
    }

    /// Opens an object; `None` when there is none of that name.
    pub fn find(&self, bucket: &str, key: &str) -> io::Result<Option<Found>> {
        let mut file = match File::open(self.object_path(bucket, key)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let header = Header::read(&mut file)?;
        let modified_at = file.metadata()?.modified()?;
        Ok(Some(Found { header, modified_at, file }))
    }

    /// Removes an object for good; it is no error when there is none.
    pub fn remove(&self, bucket: &str, key: &str) -> io::Result<()> {
        let place = self.object_path(bucket, key);
        {
            let mut listed = self.listed();
            match fs::remove_file(&place) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
                other => other?,
            }
            if let Some(keys) = listed.get_mut(bucket) {
                keys.remove(key);
            }
        }
        place.parent().map_or(Ok(()), sync_dir)
    }

    /// Lets `choose` look at the ordered keys of a bucket. The first look reads them from the files.
    pub fn with_keys<T>(&self, bucket: &str, choose: impl FnOnce(&BTreeSet<String>) -> T) -> io::Result<T> {
        let mut listed = self.listed();
        if let Some(keys) = listed.get(bucket) {
            return Ok(choose(keys));
        }
        let keys = self.read_keys(bucket)?;
        let chosen = choose(&keys);
        listed.insert(bucket.to_owned(), keys);
        Ok(chosen)
    }

    fn read_keys(&self, bucket: &str) -> io::Result<BTreeSet<String>> {
        let mut keys = BTreeSet::new();
        for folder in fs::read_dir(self.bucket_path(bucket))? {
            for entry in fs::read_dir(folder?.path())? {
                keys.insert(Header::read(&mut File::open(entry?.path())?)?.key);
            }
        }
        Ok(keys)
    }

    fn listed(&self) -> MutexGuard<'_, HashMap<String, BTreeSet<String>>> {
        // The set is changed after the files and in one step, so it is whole even if a holder panicked.
        self.listed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn bucket_path(&self, bucket: &str) -> PathBuf {
        self.root.join("buckets").join(bucket)
    }

    fn object_path(&self, bucket: &str, key: &str) -> PathBuf {
        let name = hex::encode(Sha256::checksum(key.as_bytes()));
        let fan = name.get(..2).unwrap_or_default().to_owned();
        self.bucket_path(bucket).join(fan).join(name)
    }

    fn draft_path(&self) -> PathBuf {
        self.root.join("drafts").join(crate::secrets::random_hex())
    }
}

/// A file being written; removed when dropped without having been published.
#[derive(Debug)]
pub(super) struct Draft {
    path: PathBuf,
    /// `None` once the file has been moved into place.
    file: Option<File>,
}

impl Draft {
    /// A second handle to the same file, for writing the data.
    pub fn handle(&self) -> io::Result<File> {
        self.file.as_ref().ok_or(io::ErrorKind::NotFound)?.try_clone()
    }

    /// Takes over the data of another object's file, which is open at its data.
    pub fn fill(&self, from: &mut File) -> io::Result<()> {
        let mut to = self.handle()?;
        to.seek(SeekFrom::Start(DATA_AT))?;
        io::copy(from, &mut to).map(drop)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if self.file.is_some()
            && let Err(error) = fs::remove_file(&self.path)
        {
            tracing::warn!(draft = %self.path.display(), %error, "an unfinished upload could not be removed");
        }
    }
}

fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

//! S3 out of a folder: the protocol by the `s3s` crate, the store our own, because photos must survive a power cut and
//! a photo whose bytes are not the promised ones must never be seen.
//!
//! Answered are the operations Fieldproof uses, with path-style addresses in the region [`REGION`]: buckets are made
//! and looked up; objects put (with every S3 checksum and `If-None-Match: *`), got (also a range, also conditionally),
//! looked up, copied, deleted and listed. Multipart uploads, versions, lifecycles, tags and ACLs are not.

mod digest;
mod disk;
mod etag;
mod header;
mod idle;
mod listing;
mod protocol;
mod receive;
mod server;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use serde::{Deserialize, Serialize};

pub use server::ObjectServer;

use crate::{HouseError, lock, secrets};
use disk::Disk;
use protocol::Protocol;

/// The region clients must sign for.
pub const REGION: &str = "fieldproof";

/// The objects kept in one folder.
#[derive(Debug)]
pub struct Store {
    disk: Arc<Disk>,
    keys: Keys,
}

/// The credentials of the store; made once, kept beside the objects.
#[derive(Debug, Serialize, Deserialize)]
struct Keys {
    access_key: String,
    secret_key: String,
}

impl Store {
    /// Opens the store in `dir`, making it first when there is none.
    ///
    /// # Errors
    /// [`HouseError::InUse`] when another process serves it, or a file error.
    pub fn open(dir: &Path) -> Result<Self, HouseError> {
        let disk = Arc::new(Disk::open(dir)?);
        let keys = secrets::load_or_create(&dir.join("keys.json"), || Keys {
            access_key: secrets::random_hex().chars().take(20).collect::<String>().to_uppercase(),
            secret_key: secrets::random_hex(),
        })?;
        Ok(Self { disk, keys })
    }

    /// Removes a store with all its objects.
    ///
    /// # Errors
    /// [`HouseError::InUse`] when another process serves it, or a file error.
    pub fn clear(dir: &Path) -> Result<(), HouseError> {
        if !dir.exists() {
            return Ok(());
        }
        let _lock = lock::take(dir)?;
        std::fs::remove_dir_all(dir).map_err(HouseError::file("remove", dir))
    }

    /// Makes the bucket unless it exists. The name must be one S3 allows.
    ///
    /// # Errors
    /// [`HouseError::File`].
    pub fn ensure_bucket(&self, bucket: &str) -> Result<(), HouseError> {
        self.disk.create_bucket(bucket).map(drop).map_err(HouseError::file("create the bucket", Path::new(bucket)))
    }

    /// Serves the store over HTTP; port 0 takes a free one.
    ///
    /// # Errors
    /// [`HouseError::PortTaken`] or [`HouseError::Listen`].
    pub async fn serve(&self, addr: SocketAddr) -> Result<ObjectServer, HouseError> {
        let (access_key, secret_key) = (self.keys.access_key.clone(), self.keys.secret_key.clone());
        let mut service = S3ServiceBuilder::new(Protocol(Arc::clone(&self.disk)));
        service.set_auth(SimpleAuth::from_single(access_key.clone(), secret_key.clone()));
        ObjectServer::bind(service.build(), addr, (access_key, secret_key)).await
    }
}

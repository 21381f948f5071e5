//! A house for tests: PostgreSQL and S3 in a folder in memory, gone when the process is, however it ends.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::OnceLock;
use std::thread;

use tokio::runtime::Runtime;

use super::watcher::Watcher;
use crate::HouseError;
use crate::objects::{ObjectServer, Store};
use crate::postgres::{Cluster, Tuning};
use crate::scratch::Folder;

/// A running house of its own. Fields are dropped in this order.
#[derive(Debug)]
pub struct Throwaway {
    /// S3, with the bucket [`super::BUCKET`].
    pub objects: ObjectServer,
    /// PostgreSQL, with the roles and extensions of a house and no database of its own.
    pub cluster: Cluster,
    folder: Folder,
    _watcher: Watcher,
}

impl Throwaway {
    /// Starts a house on the current runtime, which must live as long as the house.
    ///
    /// # Errors
    /// What [`Cluster::start`] and [`Store::open`] say.
    pub async fn start() -> Result<Self, HouseError> {
        let folder = Folder::new("house")?;
        let postgres = folder.path().join("postgres");
        let watcher = Watcher::over(folder.path(), &postgres.join("data"))?;
        let cluster = Cluster::start(&postgres, Tuning::Throwaway).await?;
        let store = Store::open(&folder.path().join("objects"))?;
        store.ensure_bucket(super::BUCKET)?;
        let objects = store.serve(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        Ok(Self { objects, cluster, folder, _watcher: watcher })
    }

    /// The house all tests of this process share; the first caller waits until it is up.
    ///
    /// It runs on threads of its own, so any test's runtime may come and go. It is never dropped: when the process
    /// ends, also by `kill -9`, a watcher stops the server and removes the folder.
    ///
    /// # Errors
    /// What the first start said, to every caller.
    pub fn shared() -> Result<&'static Self, &'static HouseError> {
        static SHARED: OnceLock<Result<Throwaway, HouseError>> = OnceLock::new();
        SHARED.get_or_init(start_aside).as_ref()
    }

    /// The folder that holds all of it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// Starts a house on a runtime that lives until the process ends.
fn start_aside() -> Result<Throwaway, HouseError> {
    let (tell, told) = std::sync::mpsc::channel();
    let run = move || {
        let runtime = match Runtime::new() {
            Ok(runtime) => runtime,
            Err(error) => return tell.send(Err(HouseError::Lost(error.to_string()))).unwrap_or(()),
        };
        if tell.send(runtime.block_on(Throwaway::start())).is_ok() {
            runtime.block_on(std::future::pending::<()>());
        }
    };
    let lost = |error: &dyn std::fmt::Display| HouseError::Lost(error.to_string());
    thread::Builder::new().name("house".to_owned()).spawn(run).map_err(|error| lost(&error))?;
    told.recv().map_err(|error| lost(&error))?
}

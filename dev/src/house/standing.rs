//! A house that keeps what it is given: a durable cluster and object store below one folder, or the services of
//! somebody else where they are named.

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::{BUCKET, DATABASE};
use crate::objects::{ObjectServer, REGION, Store};
use crate::postgres::{self, Cluster, Role, Tuning};
use crate::{HouseError, lock};

/// What a house shall be put up from.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The folder of the house.
    pub home: PathBuf,
    /// Where the embedded object server listens.
    pub objects_addr: SocketAddr,
    /// Whether PostgreSQL is run here; otherwise somebody else's is used and nothing of it is touched.
    pub embed_postgres: bool,
    /// The same for S3.
    pub embed_objects: bool,
}

/// How to reach the objects.
#[derive(Clone, Debug)]
pub struct ObjectAccess {
    /// Base URL.
    pub endpoint: String,
    /// Region to sign for.
    pub region: &'static str,
    /// The bucket, which exists.
    pub bucket: &'static str,
    pub access_key: String,
    pub secret_key: String,
}

/// Database URLs of the two roles a product process needs.
#[derive(Clone, Debug)]
pub struct DatabaseAccess {
    /// As [`Role::App`].
    pub app_url: String,
    /// As [`Role::Owner`].
    pub owner_url: String,
}

/// The embedded parts that are running. Dropping it stops them; [`House::close`] tells how that went.
#[derive(Debug)]
pub struct House {
    /// `None` when somebody else's is used.
    pub database: Option<DatabaseAccess>,
    /// `None` when somebody else's are used.
    pub objects: Option<ObjectAccess>,
    server: Option<ObjectServer>,
    cluster: Option<Cluster>,
}

impl House {
    /// Takes the folder of a house for this process, until the returned file is dropped: asked first, it tells a house that is
    /// running already from a port that somebody else has.
    ///
    /// # Errors
    /// [`HouseError::InUse`] when a house runs in it, or a file error.
    pub fn hold(home: &Path) -> Result<File, HouseError> {
        std::fs::create_dir_all(home).map_err(HouseError::file("create", home))?;
        lock::take(home)
    }

    /// Puts the house up, telling each step to `say`.
    ///
    /// # Errors
    /// What is missing, taken or broken; nothing is left running then.
    pub async fn open(plan: &Plan, say: impl Fn(&str)) -> Result<Self, HouseError> {
        let mut house = Self { database: None, objects: None, server: None, cluster: None };
        // The port that may be taken comes first: finding that out costs nothing yet.
        if plan.embed_objects {
            let store = Store::open(&plan.home.join("objects"))?;
            store.ensure_bucket(BUCKET)?;
            let server = store.serve(plan.objects_addr).await?;
            house.objects = Some(ObjectAccess {
                endpoint: server.endpoint.clone(),
                region: REGION,
                bucket: BUCKET,
                access_key: server.access_key.clone(),
                secret_key: server.secret_key.clone(),
            });
            say(&format!("object store: {} in {}", server.endpoint, plan.home.join("objects").display()));
            house.server = Some(server);
        }
        if plan.embed_postgres {
            let dir = plan.home.join("postgres");
            say(&format!("PostgreSQL: starting in {}", dir.display()));
            let cluster = Cluster::start(&dir, Tuning::Durable).await?;
            cluster.ensure_database(DATABASE).await?;
            house.database =
                Some(DatabaseAccess { app_url: cluster.url(DATABASE, Role::App), owner_url: cluster.url(DATABASE, Role::Owner) });
            let how = if cluster.adopted() { "took over the one left running" } else { "ready" };
            say(&format!("PostgreSQL: {how} on port {}", cluster.port()));
            house.cluster = Some(cluster);
        }
        Ok(house)
    }

    /// Removes everything a house keeps in `home`, and nothing else there.
    ///
    /// # Errors
    /// [`HouseError::InUse`] when the house is standing, or what [`Cluster::clear`] says.
    pub async fn clear(home: &Path) -> Result<(), HouseError> {
        Cluster::clear(&home.join("postgres")).await?;
        Store::clear(&home.join("objects"))
    }

    /// Takes the house down; what clients are doing may finish for some seconds.
    ///
    /// # Errors
    /// What [`Cluster::stop`] says.
    pub async fn close(mut self) -> Result<(), HouseError> {
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
        match self.cluster.take() {
            Some(cluster) => cluster.stop().await,
            None => Ok(()),
        }
    }
}

/// The folder a house will be kept in: `wanted`, or one below `/var/lib` when PostgreSQL cannot run in the wanted one
/// because the checkout belongs to root alone.
///
/// # Errors
/// A file error, or what keeps PostgreSQL from running at all.
pub fn home_for(wanted: &Path) -> Result<PathBuf, HouseError> {
    match postgres::check_reach(wanted) {
        Ok(()) => Ok(wanted.to_path_buf()),
        Err(HouseError::NotPassable { .. }) => {
            let name: String = wanted.to_string_lossy().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
            let other = PathBuf::from("/var/lib/fieldproof-dev").join(name.trim_matches('-'));
            postgres::check_reach(&other)?;
            Ok(other)
        }
        Err(error) => Err(error),
    }
}

//! A private PostgreSQL + PostGIS cluster, run from the binaries that are installed on the machine.
//!
//! The cluster is nobody else's: its own folder, its own loopback port, passwords nobody knows. It is left as it was
//! found by nothing but [`Cluster::stop`] and drop. A supervisor that died without stopping its cluster is succeeded by
//! the next one, which adopts the running server.

mod account;
mod folder;
mod installation;
mod roles;
mod server;
mod tuning;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};

pub use installation::Installation;
pub use roles::Role;
pub use tuning::Tuning;

use crate::HouseError;
use server::Server;

/// A running cluster. Dropping it stops the server.
#[derive(Debug)]
pub struct Cluster {
    server: Server,
    port: u16,
    adopted: bool,
}

impl Cluster {
    /// Starts the cluster kept in `dir`, making it first when there is none, or adopts the server a crashed
    /// supervisor left running there.
    ///
    /// # Errors
    /// One [`HouseError`] per thing that can be missing, taken or broken; nothing is left running then.
    pub async fn start(dir: &Path, tuning: Tuning) -> Result<Self, HouseError> {
        let dir = dir.to_path_buf();
        let started = tokio::task::spawn_blocking(move || Server::start(&dir, tuning));
        let (server, port, adopted) = started.await.map_err(|error| HouseError::Lost(error.to_string()))??;
        let cluster = Self { server, port, adopted };
        let mut connection = cluster.connect("template1", Role::Superuser).await?;
        roles::establish(&mut connection, &cluster.server.folder.passwords).await?;
        // An open connection to template1 would block every CREATE DATABASE.
        connection.close().await.map_err(HouseError::sql("close a connection"))?;
        Ok(cluster)
    }

    /// Removes a cluster with all its data, stopping first the server a crash may have left running there. The folder
    /// may be as broken as it likes.
    ///
    /// # Errors
    /// [`HouseError::InUse`] when it belongs to a live supervisor, [`HouseError::BrokenFolder`] when a server cannot be
    /// stopped, or a file error.
    pub async fn clear(dir: &Path) -> Result<(), HouseError> {
        let dir = dir.to_path_buf();
        let cleared = tokio::task::spawn_blocking(move || server::clear(&dir));
        cleared.await.map_err(|error| HouseError::Lost(error.to_string()))?
    }

    /// The loopback port the server listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether the server was already running when this supervisor came.
    pub fn adopted(&self) -> bool {
        self.adopted
    }

    /// The server's log file.
    pub fn log(&self) -> PathBuf {
        self.server.folder.log()
    }

    /// A connection URL, with password.
    pub fn url(&self, database: &str, role: Role) -> String {
        self.url_through(SocketAddr::from((Ipv4Addr::LOCALHOST, self.port)), database, role)
    }

    /// A connection URL by way of another address, for example a [`crate::fault::Proxy`] in front of the server.
    pub fn url_through(&self, addr: SocketAddr, database: &str, role: Role) -> String {
        let password = self.server.folder.passwords.of(role);
        // The server speaks no TLS, so asking for it would cost a round trip per connection.
        format!("postgres://{}:{password}@{addr}/{database}?sslmode=disable", role.name())
    }

    /// Opens one connection.
    ///
    /// # Errors
    /// [`HouseError::Sql`], or [`HouseError::BrokenFolder`] when the folder's passwords are not the server's.
    pub async fn connect(&self, database: &str, role: Role) -> Result<PgConnection, HouseError> {
        let options = PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(self.port)
            .username(role.name())
            .password(self.server.folder.passwords.of(role))
            .database(database)
            .ssl_mode(PgSslMode::Disable);
        options.connect().await.map_err(|error| {
            let wrong_password = error.as_database_error().is_some_and(|db| db.code().as_deref() == Some("28P01"));
            if wrong_password {
                let why = "its passwords are not those in passwords.json; remove the folder to start anew";
                HouseError::BrokenFolder { dir: self.server.folder.data(), why: why.to_owned() }
            } else {
                HouseError::sql(format!("connect as {}", role.name()))(error)
            }
        })
    }

    /// Makes the database unless it exists; it belongs to [`Role::Owner`].
    ///
    /// # Errors
    /// [`HouseError::DatabaseName`] or [`HouseError::Sql`].
    pub async fn ensure_database(&self, name: &str) -> Result<(), HouseError> {
        let mut connection = self.connect("postgres", Role::Superuser).await?;
        let exists: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(name)
            .fetch_one(&mut connection)
            .await
            .map_err(HouseError::sql("list the databases"))?;
        if exists { Ok(()) } else { self.create(&mut connection, name, "template1").await }
    }

    /// Makes a database as a copy of `template`, to which nobody may be connected; it belongs to [`Role::Owner`].
    ///
    /// # Errors
    /// [`HouseError::DatabaseName`] or [`HouseError::Sql`], for example because `name` exists.
    pub async fn copy_database(&self, template: &str, name: &str) -> Result<(), HouseError> {
        let mut connection = self.connect("postgres", Role::Superuser).await?;
        self.create(&mut connection, name, template).await
    }

    async fn create(&self, connection: &mut PgConnection, name: &str, template: &str) -> Result<(), HouseError> {
        let (name, template, owner) = (plain(name)?, plain(template)?, Role::Owner.name());
        // Without durability copying files is faster than logging every page of the copy.
        let strategy = if self.server.copies_files() { "strategy file_copy" } else { "" };
        connection
            .execute(AssertSqlSafe(format!("create database {name} template {template} owner {owner} {strategy}")))
            .await
            .map(drop)
            .map_err(HouseError::sql(format!("create the database {name}")))
    }

    /// Removes a database, and first everybody who is connected to it.
    ///
    /// # Errors
    /// [`HouseError::DatabaseName`] or [`HouseError::Sql`].
    pub async fn drop_database(&self, name: &str) -> Result<(), HouseError> {
        let name = plain(name)?;
        let mut connection = self.connect("postgres", Role::Superuser).await?;
        connection
            .execute(AssertSqlSafe(format!("drop database if exists {name} with (force)")))
            .await
            .map(drop)
            .map_err(HouseError::sql(format!("drop the database {name}")))
    }

    /// Applies the migrations found in `migrations` to a database, as [`Role::Owner`].
    ///
    /// # Errors
    /// [`HouseError::Migration`].
    pub async fn migrate(&self, database: &str, migrations: &Path) -> Result<(), HouseError> {
        let failed = |source| HouseError::Migration { dir: migrations.to_path_buf(), source };
        let migrator = sqlx::migrate::Migrator::new(migrations).await.map_err(failed)?;
        let mut connection = self.connect(database, Role::Owner).await?;
        migrator.run(&mut connection).await.map_err(failed)?;
        connection.close().await.map_err(HouseError::sql("close a connection"))
    }

    /// Stops the server; returns when it is gone.
    ///
    /// # Errors
    /// [`HouseError::ProgramFailed`] when the server could not be stopped even forcibly.
    pub async fn stop(self) -> Result<(), HouseError> {
        let stopped = tokio::task::spawn_blocking(move || {
            let mut cluster = self;
            cluster.server.stop()
        });
        stopped.await.map_err(|error| HouseError::Lost(error.to_string()))?
    }
}

/// Makes `dir` and checks that the account PostgreSQL will run under can get there.
///
/// # Errors
/// [`HouseError::NotPassable`], [`HouseError::NoAccount`] or a file error.
pub fn check_reach(dir: &Path) -> Result<(), HouseError> {
    std::fs::create_dir_all(dir).map_err(HouseError::file("create", dir))?;
    let dir = dir.canonicalize().map_err(HouseError::file("find", dir))?;
    account::Account::choose()?.reach(&dir)
}

/// Refuses names that SQL would need quotes for.
fn plain(name: &str) -> Result<&str, HouseError> {
    let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let starts_well = name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    if starts_well && name.len() <= 63 && name.bytes().all(letters) {
        Ok(name)
    } else {
        Err(HouseError::DatabaseName { name: name.to_owned() })
    }
}

//! The house that is measured: a durable cluster, an object store, and the API as a process of its own.

use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use api::sessions::keyring::{self, Bearer, Keyring};
use chrono::TimeDelta;
use dev::demo;
use dev::house::{BUCKET, DATABASE, home_for};
use dev::objects::{ObjectServer, REGION, Store};
use dev::postgres::{Cluster, Role, Tuning};
use platform::{Clock, Ids};
use sqlx::PgConnection;
use store::Database;
use tokio::process::{Child, Command};

use crate::load::Connection;
use crate::machine::proc_field;
use crate::plan::{Plan, root};

/// Tokens name it; nobody has to resolve it.
const PUBLIC_URL: &str = "http://bench.fieldproof.invalid";
/// Longer than any run.
const TOKENS_LIVE: TimeDelta = TimeDelta::hours(12);

/// Everything but the API, and what the API needs to start.
pub struct House {
    home: PathBuf,
    cluster: Cluster,
    objects: ObjectServer,
    keyring: Keyring,
    database_connections: Option<u32>,
    pub clock: Clock,
    pub ids: Ids,
}

impl House {
    /// Puts up an empty house with the demo in it, on a disk.
    ///
    /// # Errors
    /// Whatever is missing.
    pub async fn open(plan: &Plan) -> anyhow::Result<Self> {
        let home = home_for(&root().join("target/bench-house"))?;
        clear(&home).await?;
        fs::create_dir_all(&home)?;
        let cluster = Cluster::start(&home.join("postgres"), Tuning::Durable).await?;
        cluster.ensure_database(DATABASE).await?;
        let store = Store::open(&home.join("objects"))?;
        store.ensure_bucket(BUCKET)?;
        let objects = store.serve(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let clock = Clock::wall();
        let owner_url = cluster.url(DATABASE, Role::Owner);
        store::migrate::migrate(&owner_url, Role::App.name()).await?;
        let owner = Database::new(&owner_url, 1, Duration::from_secs(30))?;
        // Nobody signs in with a password here.
        demo::plant(&owner, "", &clock).await?;
        owner.close().await;
        let key = home.join("signing-key.pem");
        fs::write(&key, keyring::new_signing_key().map_err(|_| anyhow::anyhow!("the system has no randomness"))?)?;
        let keyring = Keyring::read(PUBLIC_URL, &[key])?;
        let ids = Ids::new(clock.clone());
        Ok(Self { home, cluster, objects, keyring, database_connections: plan.database_connections, clock, ids })
    }

    /// One connection to the house's database.
    ///
    /// # Errors
    /// When PostgreSQL is away.
    pub async fn connect(&self, role: Role) -> anyhow::Result<PgConnection> {
        Ok(self.cluster.connect(DATABASE, role).await?)
    }

    /// The house's database as a role sees it.
    pub fn database_url(&self, role: Role) -> String {
        self.cluster.url(DATABASE, role)
    }

    /// PostgreSQL's log.
    pub fn log(&self) -> PathBuf {
        self.cluster.log()
    }

    /// Where measurements may put files.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// An access token as the API itself would sign it.
    ///
    /// # Errors
    /// When the key does not sign.
    pub fn token(&self, bearer: Bearer) -> anyhow::Result<String> {
        self.keyring.sign(bearer, self.clock.now(), TOKENS_LIVE, self.ids.next()).context("the key does not sign")
    }

    /// Starts the release build of the API and waits until it is ready.
    ///
    /// # Errors
    /// When it is not built, or does not become ready.
    pub async fn start_api(&self) -> anyhow::Result<Api> {
        let addr = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let log = self.home.join("api.log");
        let program = api_program()?;
        let mut command = Command::new(&program);
        command.arg("serve").env_clear().envs(self.settings(addr)).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(fs::File::create(&log)?).stderr(Stdio::null());
        let process = command.spawn().with_context(|| format!("starting {}", program.display()))?;
        let mut api = Api { process, addr };
        for _ in 0..100 {
            if let Some(status) = api.process.try_wait()? {
                bail!("the API ended at once ({status}); see {}", log.display());
            }
            if is_ready(addr).await {
                return Ok(api);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("the API does not become ready; see {}", log.display())
    }

    fn settings(&self, addr: SocketAddr) -> BTreeMap<&'static str, String> {
        let mut settings = BTreeMap::from([
            ("FIELDPROOF_DATABASE_URL", self.database_url(Role::App)),
            ("FIELDPROOF_S3_ENDPOINT", self.objects.endpoint.clone()),
            ("FIELDPROOF_S3_REGION", REGION.to_owned()),
            ("FIELDPROOF_S3_BUCKET", BUCKET.to_owned()),
            ("FIELDPROOF_S3_ACCESS_KEY", self.objects.access_key.clone()),
            ("FIELDPROOF_S3_SECRET_KEY", self.objects.secret_key.clone()),
            ("FIELDPROOF_SIGNING_KEY_FILES", self.home.join("signing-key.pem").display().to_string()),
            ("FIELDPROOF_PUBLIC_URL", PUBLIC_URL.to_owned()),
            ("FIELDPROOF_LISTEN", addr.to_string()),
            ("FIELDPROOF_LOG", "warn".to_owned()),
            // A few clients at one address stand for thousands of phones here.
            ("FIELDPROOF_CALLER_RATE_PER_S", "0".to_owned()),
            ("FIELDPROOF_ORGANISATION_RATE_PER_S", "0".to_owned()),
            ("FIELDPROOF_STRANGER_RATE_PER_S", "0".to_owned()),
        ]);
        if let Some(connections) = self.database_connections {
            settings.insert("FIELDPROOF_DATABASE_CONNECTIONS", connections.to_string());
        }
        settings
    }

    /// Takes everything down and removes what it kept.
    ///
    /// # Errors
    /// When PostgreSQL cannot be stopped.
    pub async fn close(self) -> anyhow::Result<()> {
        self.objects.stop().await;
        self.cluster.stop().await?;
        clear(&self.home).await
    }
}

async fn clear(home: &Path) -> anyhow::Result<()> {
    dev::house::House::clear(home).await?;
    match fs::remove_dir_all(home) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// The API lies beside this program's folder.
fn api_program() -> anyhow::Result<PathBuf> {
    let this = std::env::current_exe()?;
    let program = this.parent().and_then(Path::parent).context("this program has no folder")?.join("fieldproof-api");
    if !program.exists() {
        bail!("{} is missing: run dev/bench, which builds it", program.display());
    }
    Ok(program)
}

async fn is_ready(addr: SocketAddr) -> bool {
    let Ok(mut connection) = Connection::open(addr).await else { return false };
    let answer = connection.exchange(b"GET /readyz HTTP/1.1\r\nHost: bench\r\n\r\n").await;
    answer.is_ok_and(|answer| answer.status == 200)
}

/// A running API process; killed when dropped.
pub struct Api {
    process: Child,
    pub addr: SocketAddr,
}

impl Api {
    /// The most memory it has held, MB; 0 where the kernel does not tell.
    pub fn peak_rss_mb(&self) -> f64 {
        let kib = self.process.id().and_then(|id| proc_field(&format!("/proc/{id}/status"), "VmHWM"));
        kib.and_then(|text| text.trim_end_matches(" kB").parse::<f64>().ok()).unwrap_or_default() * 1024.0 / 1e6
    }

    /// Processor time it has used so far, seconds; 0 where the kernel does not tell.
    pub fn cpu_s(&self) -> f64 {
        let stat = self.process.id().and_then(|id| fs::read_to_string(format!("/proc/{id}/stat")).ok()).unwrap_or_default();
        // User and system time are the 12th and 13th field behind the program's name, in hundredths of a second.
        let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields).split(' ');
        fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
    }

    /// Ends it.
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        Ok(self.process.kill().await?)
    }
}

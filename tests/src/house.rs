//! A house for one test: its own database in the process's shared cluster, its own prefix in the shared object store, and an API on a
//! port of its own whose clock is held by hand.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use dev::demo;
use dev::house::Throwaway;
use dev::postgres::Role as DatabaseRole;
use platform::Clock;
use platform::settings::Settings;
use sqlx::{Connection, PgConnection};
use store::Database;
use tokio::net::TcpListener;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use crate::person::Person;

/// The database that every test's database is a copy of: migrated, with the demo planted.
const TEMPLATE: &str = "template_house";

/// A running house. Dropping it stops its API.
pub struct House {
    pub front: Arc<api::House>,
    pub clock: Clock,
    pub url: String,
    /// The schema owner's way in, for looking behind the API.
    pub owner_url: String,
    pub http: reqwest::Client,
    /// What the house was opened with, by variable name.
    pub settings: BTreeMap<String, String>,
    database: String,
    stop: CancellationToken,
}

/// How a house differs from the usual one.
#[derive(Default)]
pub struct Plan {
    /// Settings that win over the house's own, by variable name.
    pub settings: BTreeMap<String, String>,
    /// Where PostgreSQL is reached through, instead of directly.
    pub database_through: Option<std::net::SocketAddr>,
}

impl Plan {
    /// A plan with one more setting, by its key as in the settings' help.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl ToString) -> Self {
        self.settings.insert(format!("FIELDPROOF_{}", key.to_ascii_uppercase()), value.to_string());
        self
    }

    /// Tokens that stay good while the test moves the clock by days.
    pub fn of_patience() -> Self {
        Self::default().with("access_token_after_s", 30 * 86_400)
    }
}

impl House {
    /// A house with the demo in it.
    pub async fn open() -> Self {
        Self::open_as(Plan::default()).await
    }

    /// A house after a plan.
    pub async fn open_as(plan: Plan) -> Self {
        let shared = shared();
        prepare_template().await;
        let database = format!("house_{}", platform::Ids::default().next().simple());
        shared.cluster.copy_database(TEMPLATE, &database).await.expect("a database of its own");
        let clock = Clock::by_hand(Clock::wall().now());
        let app_url = match plan.database_through {
            Some(addr) => shared.cluster.url_through(addr, &database, DatabaseRole::App),
            None => shared.cluster.url(&database, DatabaseRole::App),
        };
        let mut settings = settings(&app_url);
        settings.extend(plan.settings);
        let front = api::House::open(Settings::load(None, settings.clone()).expect("settings"), clock.clone()).expect("a house");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let stop = CancellationToken::new();
        tokio::spawn(api::command::serve(Arc::clone(&front), listener, stop.clone()));
        let owner_url = shared.cluster.url(&database, DatabaseRole::Owner);
        let http = reqwest::Client::builder().timeout(Duration::from_mins(1)).build().expect("a client");
        Self { front, clock, url, owner_url, http, settings, database, stop }
    }

    /// Signs a demo login of organisation `demo` in.
    pub async fn sign_in(&self, login: &str) -> Person {
        self.sign_in_to("demo", login).await
    }

    /// Signs a demo login of any demo organisation in.
    pub async fn sign_in_to(&self, organisation: &str, login: &str) -> Person {
        Person::sign_in(&self.url, &self.http, organisation, login).await
    }

    /// The house's present.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Moves the house's clock.
    pub fn advance(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    /// Sets workers to work in this house until it is dropped; they go by its clock, except that the queue has the database's.
    pub fn set_to_work(&self) {
        let mut settings = self.front.settings.clone();
        settings.workers_listen = ([127, 0, 0, 1], 0).into();
        tokio::spawn(workers::run(settings, self.clock.clone(), self.stop.clone()));
    }

    /// Looks behind the API, at every organisation's rows.
    pub async fn behind(&self) -> PgConnection {
        let url = shared().cluster.url(&self.database, DatabaseRole::Superuser);
        PgConnection::connect(&url).await.expect("a connection")
    }

    /// The name of this house's database.
    pub fn database(&self) -> &str {
        &self.database
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// The process's shared PostgreSQL and S3.
pub fn shared() -> &'static Throwaway {
    match Throwaway::shared() {
        Ok(shared) => shared,
        Err(fault) => panic!("the house for tests cannot stand: {fault}"),
    }
}

async fn prepare_template() {
    static READY: OnceCell<()> = OnceCell::const_new();
    READY
        .get_or_init(|| async {
            let cluster = &shared().cluster;
            cluster.ensure_database(TEMPLATE).await.expect("a template");
            let owner_url = cluster.url(TEMPLATE, DatabaseRole::Owner);
            store::migrate::migrate(&owner_url, "fieldproof_app").await.expect("migrations");
            let owner = Database::new(&owner_url, 1, Duration::from_secs(30)).expect("a database");
            let hash = api::sessions::password::hash(demo::PASSWORD).expect("a hash");
            demo::plant(&owner, &hash, &Clock::wall()).await.expect("a demo");
            owner.close().await;
        })
        .await;
}

fn settings(app_url: &str) -> BTreeMap<String, String> {
    let objects = &shared().objects;
    let key = signing_key();
    [
        ("FIELDPROOF_DATABASE_URL", app_url),
        ("FIELDPROOF_S3_ENDPOINT", &objects.endpoint),
        ("FIELDPROOF_S3_ACCESS_KEY", &objects.access_key),
        ("FIELDPROOF_S3_SECRET_KEY", &objects.secret_key),
        ("FIELDPROOF_S3_REGION", "fieldproof"),
        ("FIELDPROOF_S3_BUCKET", dev::house::BUCKET),
        ("FIELDPROOF_SIGNING_KEY_FILES", &key),
        ("FIELDPROOF_PUBLIC_URL", "http://fieldproof.test"),
        // The clock stands still unless it is moved, so that nothing would be earned again.
        ("FIELDPROOF_CALLER_RATE_PER_S", "0"),
        ("FIELDPROOF_ORGANISATION_RATE_PER_S", "0"),
        ("FIELDPROOF_STRANGER_RATE_PER_S", "0"),
        ("FIELDPROOF_SEALING_KEYS", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect()
}

/// The path of the one signing key of all houses of the process.
pub fn signing_key() -> String {
    static KEY: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    KEY.get_or_init(|| {
        let path = shared().folder().join("signing-key.pem");
        std::fs::write(&path, api::sessions::keyring::new_signing_key().expect("a key")).expect("a key file");
        path.display().to_string()
    })
    .clone()
}

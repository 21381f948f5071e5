//! `run`: the whole house in one process, until Ctrl-C.

mod company;
mod services;
mod welcome;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use dev::HouseError;
use dev::demo;
use dev::house::{House, Plan, home_for};
use platform::Clock;
use platform::secrets::Secret;
use platform::settings::Settings;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};
use store::Database;
use store::migrate::MigrateError;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::say;
use services::Services;

/// Names a folder for everything that is kept, instead of `.fieldproof` in the working directory.
const HOME: &str = "FIELDPROOF_HOME";
const WORKERS_LISTEN: &str = "FIELDPROOF_WORKERS_LISTEN";

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Port of the API; the workers' health page is one above it.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Address to listen on; 0.0.0.0 lets phones of the same network in.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,
    /// Port of the object store, to which phones upload; two above the API's when left out.
    #[arg(long)]
    s3_port: Option<u16>,
    /// Throw away everything kept so far and start empty.
    #[arg(long)]
    fresh: bool,
    /// Plant the demo, with its well-known password, in the database of `FIELDPROOF_DATABASE_URL`; the house's own always has it.
    #[arg(long)]
    demo: bool,
}

const NO_SCHEMA: &str =
    "the database of FIELDPROOF_DATABASE_URL holds no schema that its role may use; FIELDPROOF_OWNER_DATABASE_URL lets the house make it";

/// The ports of the house, taken before anything is started: what is somebody else's shall cost nothing.
struct Doors {
    api: TcpListener,
    workers: TcpListener,
}

/// Runs until asked to stop, then takes down what it put up.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let stop = platform::shutdown::stop_token()?;
    let chosen = Services::choose(|name| services::set_by_person().any(|(set, _)| set == name), arguments.demo)?;
    let home = home()?;
    let _held = House::hold(&home)?;
    let doors = Doors::open(&arguments).await?;
    if arguments.fresh {
        House::clear(&home).await?;
        say(&format!("starting empty in {}", home.display()));
    }
    let s3_port = arguments.s3_port.unwrap_or(if arguments.port == 0 { 0 } else { arguments.port.saturating_add(2) });
    let plan = Plan {
        home: home.clone(),
        objects_addr: SocketAddr::new(arguments.host, s3_port),
        embed_postgres: chosen.own_database,
        embed_objects: chosen.own_objects,
    };
    let house = House::open(&plan, say).await?;
    let served = serve(&house, chosen, &home, doors, stop).await;
    house.close().await?;
    say("everything is stopped");
    served.map(|()| ExitCode::SUCCESS)
}

/// Finds the folder of the house.
fn home() -> anyhow::Result<PathBuf> {
    let wanted = match std::env::var_os(HOME) {
        Some(home) => PathBuf::from(home),
        None => std::env::current_dir().context("the working directory is gone")?.join(".fieldproof"),
    };
    let home = home_for(&wanted)?;
    if home != wanted {
        say(&format!("data is kept in {}, because PostgreSQL's account may not enter {}", home.display(), wanted.display()));
    }
    Ok(home)
}

impl Doors {
    async fn open(arguments: &Arguments) -> anyhow::Result<Self> {
        let listen = SocketAddr::new(arguments.host, arguments.port);
        let api = TcpListener::bind(listen).await.map_err(HouseError::listen(listen, "with --port"))?;
        let named = services::set_by_person().find(|(name, _)| name == WORKERS_LISTEN);
        let (listen, choose) = match named {
            Some((_, text)) => {
                let listen = text.parse().ok().with_context(|| format!("{WORKERS_LISTEN}: `{text}` is not an address and port"))?;
                (listen, "with FIELDPROOF_WORKERS_LISTEN")
            }
            None => (SocketAddr::new(arguments.host, workers_port(arguments.port)), "with --port (the workers' is one above it)"),
        };
        let workers = TcpListener::bind(listen).await.map_err(HouseError::listen(listen, choose))?;
        Ok(Self { api, workers })
    }
}

/// The workers' page is beside the API; where the system chooses the API's port, it chooses theirs.
fn workers_port(api_port: u16) -> u16 {
    if api_port == 0 { 0 } else { api_port.checked_add(1).unwrap_or(0) }
}

/// The seam where the product moves into the house: its settings come from what is embedded and from the environment,
/// its schema is brought up to date, and its processes share this one.
async fn serve(house: &House, chosen: Services, home: &Path, doors: Doors, stop: CancellationToken) -> anyhow::Result<()> {
    let listen = doors.api.local_addr()?;
    let variables = variables(house, home, listen, doors.workers.local_addr()?)?;
    let settings = Settings::load_to_serve(None, variables, api::sessions::keyring::fault_of)?;
    platform::telemetry::start_logs(&settings.log, settings.log_json);
    let clock = Clock::wall();
    reach(&settings).await.context("the database cannot be reached")?;
    match &settings.owner_database_url {
        Some(owner) => prepare(owner, &settings.database_url, chosen, &clock).await?,
        None => say("schema: left as it is, because FIELDPROOF_OWNER_DATABASE_URL is not set"),
    }
    let front = api::House::open(settings.clone(), clock.clone())?;
    front.db.organisation_id_of("demo").await.context(NO_SCHEMA)?;
    front.objects.ensure_bucket().await.context("the object store has no bucket to use")?;
    if chosen.demo {
        welcome::with_demo(&front, home, listen).await?;
    } else {
        welcome::without_demo(listen);
    }
    let engine_room = tokio::spawn(workers::run_on(doors.workers, settings, clock, stop.clone(), None));
    company::keep(api::command::serve(front, doors.api, stop.clone()), engine_room, stop).await
}

/// Connects once, because a pool that waits cannot say why it does.
async fn reach(settings: &Settings) -> anyhow::Result<()> {
    let connecting = PgConnection::connect(settings.database_url.reveal());
    let connection = tokio::time::timeout(settings.database_timeout, connecting).await.context("no answer in time")??;
    Ok(connection.close().await?)
}

/// Brings the database up to date, and plants the demo where it belongs.
async fn prepare(owner: &Secret, servers: &Secret, chosen: Services, clock: &Clock) -> anyhow::Result<()> {
    say("schema: bringing it up to date");
    let servers: PgConnectOptions = servers.reveal().parse().context("FIELDPROOF_DATABASE_URL cannot be understood")?;
    store::migrate::migrate(owner.reveal(), servers.get_username()).await.map_err(|error| unprepared(error, chosen))?;
    if chosen.demo {
        say(&format!("demo: {} organisations with {} customers each", demo::ORGANISATIONS.len(), demo::CUSTOMERS));
        plant_demo(owner.reveal(), clock).await.context("the demo could not be planted")?;
    }
    Ok(())
}

/// Throwing data away is advised only where it helps, and only for data that is the house's own.
fn unprepared(error: MigrateError, chosen: Services) -> anyhow::Error {
    let advice = match (error.is_of_another_version(), chosen.own_database) {
        (false, _) => "the database could not be prepared",
        (true, true) => "the kept database does not fit this version; `dev/run --fresh` throws it away and starts over",
        (true, false) => "the database of FIELDPROOF_DATABASE_URL does not fit this version",
    };
    anyhow::Error::new(error).context(advice)
}

async fn plant_demo(owner_url: &str, clock: &Clock) -> anyhow::Result<()> {
    let owner = Database::new(owner_url, 1, Duration::from_secs(30))?;
    for (code, _) in demo::ORGANISATIONS {
        let there = owner.organisation_id_of(code).await?;
        anyhow::ensure!(
            there.is_none_or(|id| id == demo::organisation_id(code)),
            "the database has an organisation `{code}` that is not the demo's"
        );
    }
    let hash =
        api::sessions::password::hash(demo::PASSWORD).map_err(|error| anyhow::anyhow!("the demo password cannot be hashed: {error}"))?;
    demo::plant(&owner, &hash, clock).await?;
    demo::plant_leads(&owner, clock).await?;
    demo::plant_deals(&owner, clock).await?;
    owner.close().await;
    Ok(())
}

/// The product's settings: what the person set wins, the house fills in the rest.
fn variables(house: &House, home: &Path, api: SocketAddr, workers: SocketAddr) -> anyhow::Result<BTreeMap<String, String>> {
    // Where it listens is the command line's to say, and is settled by now.
    let ours = [HOME, "FIELDPROOF_POSTGRES_BIN", "FIELDPROOF_LISTEN", WORKERS_LISTEN];
    let mut all = BTreeMap::from([
        ("FIELDPROOF_LISTEN".to_owned(), api.to_string()),
        (WORKERS_LISTEN.to_owned(), workers.to_string()),
        // Two dozen lines about the queue's tables at the first start tell nobody anything.
        ("FIELDPROOF_LOG".to_owned(), "info,graphile_worker_migrations=warn,sqlx::postgres::notice=error".to_owned()),
        ("FIELDPROOF_SIGNING_KEY_FILES".to_owned(), signing_key(home)?.display().to_string()),
        ("FIELDPROOF_SEALING_KEYS".to_owned(), fs::read_to_string(sealing_key(home)?)?),
    ]);
    all.extend(Services::variables(house).into_iter().map(|(name, value)| (name.to_owned(), value)));
    all.extend(services::set_by_person().filter(|(name, _)| !ours.contains(&name.as_str())));
    Ok(all)
}

/// The key this house signs its tokens with; made once.
fn signing_key(home: &Path) -> anyhow::Result<PathBuf> {
    made_once(home.join("signing-key.pem"), || {
        api::sessions::keyring::new_signing_key().map_err(|_| anyhow::anyhow!("the system has no randomness"))
    })
}

/// The key this house keeps secrets with; made once.
fn sealing_key(home: &Path) -> anyhow::Result<PathBuf> {
    made_once(home.join("sealing-key"), || Ok(platform::sealing::new_key()))
}

/// A file that only its owner may read, with what is made when it is not there.
fn made_once(path: PathBuf, make: impl FnOnce() -> anyhow::Result<String>) -> anyhow::Result<PathBuf> {
    if !path.exists() {
        let text = make()?;
        let write = || -> std::io::Result<()> {
            let draft = path.with_extension("draft");
            let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&draft, &path)
        };
        write().map_err(|source| HouseError::File { doing: "write", path: path.clone(), source })?;
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starting_over_is_advised_only_where_it_helps() {
        let own = Services { own_database: true, own_objects: true, demo: true };
        let foreign = Services { own_database: false, ..own };
        let old = || MigrateError::Schema(sqlx::migrate::MigrateError::VersionMismatch(1));
        let away = || MigrateError::Schema(sqlx::migrate::MigrateError::Execute(sqlx::Error::PoolTimedOut));
        let advises = |error, chosen| format!("{:#}", unprepared(error, chosen)).contains("--fresh");
        assert!(advises(old(), own));
        assert!(!advises(old(), foreign) && !advises(away(), own) && !advises(away(), foreign));
    }
}

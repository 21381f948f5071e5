//! `run`: the whole house in one process, until Ctrl-C.

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
use platform::settings::Settings;
use store::Database;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::asked_to_stop;

/// Names a folder for everything that is kept, instead of `.fieldproof` in the working directory.
const HOME: &str = "FIELDPROOF_HOME";

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Port of the API.
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
}

/// Runs until asked to stop, then takes down what it put up.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let stop = CancellationToken::new();
    let asked = asked_to_stop()?;
    let raised = stop.clone();
    tokio::spawn(async move {
        asked.await;
        raised.cancel();
    });

    let listen = SocketAddr::new(arguments.host, arguments.port);
    // Bound before anything is started: a taken port shall cost nothing.
    let listener = TcpListener::bind(listen).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => HouseError::PortTaken { addr: listen },
        _ => HouseError::Listen { addr: listen, source: error },
    })?;
    let listen = listener.local_addr()?;
    let home = home(arguments.fresh).await?;
    let s3_port = arguments.s3_port.unwrap_or(if arguments.port == 0 { 0 } else { arguments.port.saturating_add(2) });
    let plan = Plan {
        home: home.clone(),
        objects_addr: SocketAddr::new(arguments.host, s3_port),
        embed_postgres: std::env::var_os("FIELDPROOF_DATABASE_URL").is_none(),
        embed_objects: std::env::var_os("FIELDPROOF_S3_ENDPOINT").is_none(),
    };
    let house = House::open(&plan, |line| eprintln!("{line}")).await?;
    let served = serve(&house, &home, listener, listen, stop).await;
    house.close().await?;
    eprintln!("everything is stopped");
    served.map(|()| ExitCode::SUCCESS)
}

/// Finds the folder of the house, and empties it when asked to.
async fn home(fresh: bool) -> anyhow::Result<PathBuf> {
    let wanted = match std::env::var_os(HOME) {
        Some(home) => PathBuf::from(home),
        None => std::env::current_dir().context("the working directory is gone")?.join(".fieldproof"),
    };
    let home = home_for(&wanted)?;
    if home != wanted {
        eprintln!("data is kept in {}, because PostgreSQL's account may not enter {}", home.display(), wanted.display());
    }
    if fresh {
        House::clear(&home).await?;
        eprintln!("starting empty in {}", home.display());
    }
    Ok(home)
}

/// The seam where the product moves into the house: its settings come from what is embedded and from the environment,
/// its schema is brought up to date, and its processes share this one.
async fn serve(house: &House, home: &Path, listener: TcpListener, listen: SocketAddr, stop: CancellationToken) -> anyhow::Result<()> {
    let settings = Settings::load(None, variables(house, home, listen)?)?;
    platform::telemetry::start_logs(&settings.log, settings.log_json);
    let clock = Clock::wall();
    match &settings.owner_database_url {
        Some(owner) => {
            eprintln!("schema: bringing it up to date");
            store::migrate::migrate(owner.reveal(), "fieldproof_app")
                .await
                .context("the kept database does not fit this version; `dev/run --fresh` starts over")?;
            eprintln!("demo: {} organisations with {} customers each", demo::ORGANISATIONS.len(), demo::CUSTOMERS);
            plant_demo(owner.reveal(), &clock).await.context("the demo could not be planted")?;
        }
        None => eprintln!("schema and demo: left as they are, because FIELDPROOF_OWNER_DATABASE_URL is not set"),
    }
    let front = api::House::open(settings.clone(), clock.clone())?;
    front.objects.ensure_bucket().await.context("the object store has no bucket to use")?;
    welcome(&front, home, listen).await?;
    let engine_room = tokio::spawn(workers::run(settings, clock, stop.clone()));
    api::command::serve(front, listener, stop.clone()).await;
    // The API ends when it is asked to; workers that ended before it have something to say.
    stop.cancel();
    engine_room.await.context("the workers ended badly")?
}

async fn plant_demo(owner_url: &str, clock: &Clock) -> anyhow::Result<()> {
    let owner = Database::new(owner_url, 1, Duration::from_secs(30))?;
    let hash =
        api::sessions::password::hash(demo::PASSWORD).map_err(|error| anyhow::anyhow!("the demo password cannot be hashed: {error}"))?;
    demo::plant(&owner, &hash, clock).await?;
    owner.close().await;
    Ok(())
}

/// Says where everything is, who can sign in, and what to paste to see a verdict.
async fn welcome(front: &api::House, home: &Path, listen: SocketAddr) -> anyhow::Result<()> {
    let key = demo::integrator_key(&front.db, &front.clock, &front.ids).await?;
    let sample = demo::sample(&home.join("sample"), front.ids.next(), front.clock.now())?;
    let logins = demo::LOGINS.iter().map(|login| login.login).collect::<Vec<_>>().join(", ");
    let url = format!("http://{listen}");
    println!(
        "\nFieldproof is running: {url}   (reader: {url}/docs)\n\n\
         Organisations  demo, other\n\
         Logins         {logins}\n\
         Password       {}\n\
         Integrator key {key}\n\n\
         A check-in to paste: {} has just been photographed at {:.5}, {:.5}.\n\n{}\n\nCtrl-C stops everything.",
        demo::PASSWORD,
        sample.door.name,
        sample.door.position.lat,
        sample.door.position.lon,
        sample.commands(&url),
    );
    Ok(())
}

/// The product's settings: what the person set wins, the house fills in the rest.
fn variables(house: &House, home: &Path, listen: SocketAddr) -> anyhow::Result<BTreeMap<String, String>> {
    let mut all = BTreeMap::from([
        ("FIELDPROOF_LISTEN".to_owned(), listen.to_string()),
        ("FIELDPROOF_WORKERS_LISTEN".to_owned(), SocketAddr::new(listen.ip(), workers_port(listen.port())).to_string()),
        // Two dozen lines about the queue's tables at the first start tell nobody anything.
        ("FIELDPROOF_LOG".to_owned(), "info,graphile_worker_migrations=warn,sqlx::postgres::notice=error".to_owned()),
    ]);
    if let Some(database) = &house.database {
        all.insert("FIELDPROOF_DATABASE_URL".to_owned(), database.app_url.clone());
        all.insert("FIELDPROOF_OWNER_DATABASE_URL".to_owned(), database.owner_url.clone());
    }
    if let Some(objects) = &house.objects {
        all.insert("FIELDPROOF_S3_ENDPOINT".to_owned(), objects.endpoint.clone());
        all.insert("FIELDPROOF_S3_REGION".to_owned(), objects.region.to_owned());
        all.insert("FIELDPROOF_S3_BUCKET".to_owned(), objects.bucket.to_owned());
        all.insert("FIELDPROOF_S3_ACCESS_KEY".to_owned(), objects.access_key.clone());
        all.insert("FIELDPROOF_S3_SECRET_KEY".to_owned(), objects.secret_key.clone());
    }
    let key = signing_key(home)?;
    all.insert("FIELDPROOF_SIGNING_KEY_FILES".to_owned(), key.display().to_string());
    all.insert("FIELDPROOF_SEALING_KEYS".to_owned(), fs::read_to_string(sealing_key(home)?)?);
    let ours = [HOME, "FIELDPROOF_POSTGRES_BIN"];
    // A variable that is not text belongs to nobody here.
    let set = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    all.extend(set.filter(|(name, _)| name.starts_with("FIELDPROOF_") && !ours.contains(&name.as_str())));
    Ok(all)
}

/// The workers' page is beside the API; where the system chose the API's port, it chooses theirs.
fn workers_port(api_port: u16) -> u16 {
    api_port.checked_add(1).unwrap_or(0)
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

//! `run`: the whole house in one process, until Ctrl-C.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use dev::HouseError;
use dev::house::{House, Plan, home_for};
use platform::Clock;
use platform::settings::Settings;
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
    match &settings.owner_database_url {
        Some(owner) => {
            eprintln!("schema: bringing it up to date");
            store::migrate::migrate(owner.reveal(), "fieldproof_app").await.context("the schema could not be brought up to date")?;
        }
        None => eprintln!("schema: left as it is, because FIELDPROOF_OWNER_DATABASE_URL is not set"),
    }
    let front = api::House::open(settings, Clock::wall())?;
    eprintln!("API: http://{listen}");
    api::command::serve(front, listener, stop).await;
    Ok(())
}

/// The product's settings: what the person set wins, the house fills in the rest.
fn variables(house: &House, home: &Path, listen: SocketAddr) -> anyhow::Result<BTreeMap<String, String>> {
    let mut all = BTreeMap::from([("FIELDPROOF_LISTEN".to_owned(), listen.to_string())]);
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
    let ours = [HOME, "FIELDPROOF_POSTGRES_BIN"];
    // A variable that is not text belongs to nobody here.
    let set = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    all.extend(set.filter(|(name, _)| name.starts_with("FIELDPROOF_") && !ours.contains(&name.as_str())));
    Ok(all)
}

/// The key this house signs its tokens with; made once.
fn signing_key(home: &Path) -> anyhow::Result<PathBuf> {
    let path = home.join("signing-key.pem");
    if !path.exists() {
        let text = api::sessions::keyring::new_signing_key().map_err(|_| anyhow::anyhow!("the system has no randomness"))?;
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

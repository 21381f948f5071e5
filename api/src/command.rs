//! The command line of `fieldproof-api`.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use platform::Clock;
use platform::settings::Settings;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::people::found::{self, NewOrganisationArgs};
use crate::{House, docs, http, router, sessions};

/// Fieldproof's HTTP API.
#[derive(Debug, Parser)]
#[command(name = "fieldproof-api", version, after_long_help = Settings::help())]
pub struct Cli {
    /// TOML file with settings; `FIELDPROOF_*` variables win over it.
    #[arg(long, global = true, env = "FIELDPROOF_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API until SIGTERM or Ctrl-C.
    Serve,
    /// Bring the database to this version's schema and let the servers' role in. Repeating is harmless.
    Migrate {
        /// The role that the servers run under.
        #[arg(long, default_value = "fieldproof_app")]
        app_role: String,
    },
    /// Found an organisation with its first admin.
    NewOrganisation(NewOrganisationArgs),
    /// Print a fresh signing key (PEM) for `signing_key_files`.
    NewSigningKey,
    /// Print a fresh key for `sealing_keys`.
    NewSealingKey,
    /// Print the API contract.
    Openapi,
}

/// Carries the command out.
///
/// # Errors
/// With one clear sentence; settings name all their faults at once.
pub async fn run(cli: Cli) -> anyhow::Result<()> {
    match &cli.command {
        Command::NewSigningKey => {
            let key = sessions::keyring::new_signing_key().map_err(|_| anyhow::anyhow!("the system has no randomness"))?;
            print(&key)?;
        }
        Command::NewSealingKey => print(&format!("{}\n", platform::sealing::new_key()))?,
        Command::Openapi => print(&docs::contract_text(&router::document()))?,
        Command::Migrate { app_role } => {
            let owner_url = Settings::owner_url(cli.config.as_deref(), std::env::vars())?;
            store::migrate::migrate(owner_url.reveal(), app_role).await?;
            print("the database is up to date\n")?;
        }
        Command::NewOrganisation(args) => {
            let owner_url = Settings::owner_url(cli.config.as_deref(), std::env::vars())?;
            print(&found::found(&owner_url, &Clock::wall(), args).await?)?;
        }
        Command::Serve => {
            let settings = load(&cli)?;
            platform::telemetry::start_metrics()?;
            let house = House::open(settings, Clock::wall())?;
            let listener = TcpListener::bind(house.settings.listen).await;
            let listener = listener.map_err(|error| anyhow::anyhow!("cannot listen on {}: {error}", house.settings.listen))?;
            serve(house, listener, platform::shutdown::stop_token()?).await;
        }
    }
    Ok(())
}

/// Serves `house` on `listener` until `stop`, then finishes what is in flight and closes.
pub async fn serve(house: Arc<House>, listener: TcpListener, stop: CancellationToken) {
    let limits = house.settings.http;
    let (closing, asked) = (house.closing.clone(), stop.clone());
    tokio::spawn(async move {
        asked.cancelled().await;
        closing.cancel();
    });
    if let Ok(listen) = listener.local_addr() {
        tracing::info!(%listen, "serving");
    }
    http::serve::serve(listener, router::application(Arc::clone(&house)), limits, stop).await;
    house.db.close().await;
    tracing::info!("stopped");
}

/// Writes to standard output. Whoever has read enough may close it: that is no fault.
fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

fn load(cli: &Cli) -> anyhow::Result<Settings> {
    let settings = Settings::load_to_serve(cli.config.as_deref(), std::env::vars(), sessions::keyring::fault_of)?;
    platform::telemetry::start_logs(&settings.log, settings.log_json);
    Ok(settings)
}

//! The command line of `fieldproof-api`.

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
            print!("{key}");
        }
        Command::NewSealingKey => println!("{}", platform::sealing::new_key()),
        Command::Openapi => print!("{}", docs::contract_text(&router::document())),
        Command::Migrate { app_role } => {
            let owner_url = Settings::owner_url(cli.config.as_deref(), std::env::vars())?;
            store::migrate::migrate(owner_url.reveal(), app_role).await?;
            println!("the database is up to date");
        }
        Command::NewOrganisation(args) => {
            let owner_url = Settings::owner_url(cli.config.as_deref(), std::env::vars())?;
            found::found(&owner_url, &Clock::wall(), args).await?;
        }
        Command::Serve => {
            let settings = load(&cli)?;
            platform::telemetry::start_metrics()?;
            let house = House::open(settings, Clock::wall())?;
            let listener = TcpListener::bind(house.settings.listen).await;
            let listener = listener.map_err(|error| anyhow::anyhow!("cannot listen on {}: {error}", house.settings.listen))?;
            serve(house, listener, platform::shutdown::stop_token()).await;
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
    tracing::info!(listen = ?listener.local_addr().ok(), "serving");
    http::serve::serve(listener, router::application(Arc::clone(&house)), limits, stop).await;
    house.db.close().await;
    tracing::info!("stopped");
}

fn load(cli: &Cli) -> anyhow::Result<Settings> {
    let settings = Settings::load(cli.config.as_deref(), std::env::vars())?;
    platform::telemetry::start_logs(&settings.log, settings.log_json);
    Ok(settings)
}

//! The command line of `fieldproof-workers`.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use platform::Clock;
use platform::settings::Settings;
use store::Database;

/// Fieldproof's workers.
#[derive(Debug, Parser)]
#[command(name = "fieldproof-workers", version, after_long_help = Settings::help())]
pub struct Cli {
    /// TOML file with settings; `FIELDPROOF_*` variables win over it.
    #[arg(long, global = true, env = "FIELDPROOF_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Do the chores until SIGTERM or Ctrl-C.
    Run,
    /// Work out anew how long leads and deals take, in every organisation, from their stays and the log.
    RebuildCycleTimes,
}

/// Carries the command out.
///
/// # Errors
/// With one clear sentence; settings name all their faults at once.
pub async fn run(cli: Cli) -> anyhow::Result<()> {
    match &cli.command {
        Command::Run => {
            let settings = Settings::load(cli.config.as_deref(), std::env::vars())?;
            platform::telemetry::start_logs(&settings.log, settings.log_json);
            let figures = platform::telemetry::start_metrics()?;
            let listener = crate::listen(&settings).await?;
            let figures = Some(Box::new(move || figures.render()) as crate::Figures);
            crate::run_on(listener, settings, Clock::wall(), platform::shutdown::stop_token()?, figures).await
        }
        Command::RebuildCycleTimes => {
            let settings = Settings::load(cli.config.as_deref(), std::env::vars())?;
            platform::telemetry::start_logs(&settings.log, settings.log_json);
            let db = Database::new(settings.database_url.reveal(), 2, settings.database_timeout)?;
            Ok(crate::analyst::rebuild(&db).await?)
        }
    }
}

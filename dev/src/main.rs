//! `fieldproof-dev`: Fieldproof on one machine, for trying, developing and testing.

mod command;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use dev::HouseError;
use platform::causes::Causes;

/// Fieldproof on one machine, for trying, developing and testing.
#[derive(Debug, Parser)]
#[command(name = "fieldproof-dev", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the whole house until Ctrl-C: PostgreSQL, the object store, and the product in front of them.
    #[cfg(feature = "house")]
    Run(command::run::Arguments),
    /// Let time pass in the house that is kept here, as if days had gone by.
    #[cfg(feature = "house")]
    MoveTime(command::move_time::Arguments),
    /// Run a command beside a throwaway house whose database has all migrations.
    WithDatabase(command::with_database::Arguments),
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Cli::parse().command {
        #[cfg(feature = "house")]
        Command::Run(arguments) => command::run::run(arguments).await,
        #[cfg(feature = "house")]
        Command::MoveTime(arguments) => command::move_time::run(&arguments),
        Command::WithDatabase(arguments) => command::with_database::run(arguments).await,
    };
    done.unwrap_or_else(|error| {
        tell(&error);
        ExitCode::FAILURE
    })
}

/// Says what failed in one sentence, each cause once, and below it what a program that failed said last.
fn tell(error: &anyhow::Error) {
    command::say(&format!("fieldproof-dev: {}", Causes(error.as_ref())));
    for line in error.chain().find_map(|cause| cause.downcast_ref::<HouseError>()).map_or(&[][..], HouseError::said) {
        command::say(&format!("  | {line}"));
    }
}

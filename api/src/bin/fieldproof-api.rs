//! The API as a process of its own.

use std::process::ExitCode;

use clap::Parser;
use platform::causes::Causes;

#[tokio::main]
async fn main() -> ExitCode {
    match api::command::run(api::command::Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fieldproof-api: {}", Causes(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

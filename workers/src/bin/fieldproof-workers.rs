//! The workers as a process of their own.

use std::process::ExitCode;

use clap::Parser;
use platform::causes::Causes;

#[tokio::main]
async fn main() -> ExitCode {
    match workers::command::run(workers::command::Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fieldproof-workers: {}", Causes(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

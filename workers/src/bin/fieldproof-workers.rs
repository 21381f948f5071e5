//! The workers as a process of their own.

use std::process::ExitCode;

use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    match workers::command::run(workers::command::Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fieldproof-workers: {error:#}");
            ExitCode::FAILURE
        }
    }
}

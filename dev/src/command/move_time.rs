//! `move-time LENGTH`: lets time pass in the demo.

use std::process::ExitCode;

use domain::playbook::Span;

use super::run;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// How much: 30m, 48h, 3d.
    #[arg(value_parser = length)]
    by: Span,
}

fn length(text: &str) -> Result<Span, String> {
    Span::parse(text).map_err(|_| "a length of time is written 30m, 48h or 3d".to_owned())
}

/// Moves the time of the house that is kept here.
pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    run::time::move_on(&run::home()?, arguments.by.delta())?;
    Ok(ExitCode::SUCCESS)
}

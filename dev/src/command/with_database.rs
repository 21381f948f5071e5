//! `with-database -- CMD…`: a command beside a database that has all migrations and is gone afterwards.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use dev::house::{BUCKET, DATABASE, Throwaway};
use dev::objects::REGION;
use dev::postgres::Role;
use tokio::process::{Child, Command};

use platform::shutdown::asked_to_stop;

/// What the command finds in its environment: `DATABASE_URL` (as the owner of the schema), `FIELDPROOF_TEST_OWNER_URL`,
/// `FIELDPROOF_TEST_APP_URL`, `FIELDPROOF_TEST_SUPERUSER_URL`, and `FIELDPROOF_TEST_S3_ENDPOINT`, `..._S3_REGION`,
/// `..._S3_BUCKET`, `..._S3_ACCESS_KEY`, `..._S3_SECRET_KEY`.
#[derive(Debug, clap::Args)]
#[command(after_help = "The command finds DATABASE_URL (as the owner of the schema), FIELDPROOF_TEST_OWNER_URL, \
    FIELDPROOF_TEST_APP_URL, FIELDPROOF_TEST_SUPERUSER_URL and FIELDPROOF_TEST_S3_ENDPOINT, _REGION, _BUCKET, \
    _ACCESS_KEY, _SECRET_KEY in its environment.")]
pub struct Arguments {
    /// Folder of the migrations to apply.
    #[arg(long, default_value = "migrations")]
    migrations: PathBuf,
    /// The command and its arguments.
    #[arg(required = true, trailing_var_arg = true)]
    command: Vec<OsString>,
}

/// Runs the command and passes its exit code on.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    // From here on a signal ends the command, and then everything in order.
    let stop = asked_to_stop()?;
    let house = Throwaway::start().await?;
    house.cluster.ensure_database(DATABASE).await?;
    house.cluster.migrate(DATABASE, &arguments.migrations).await?;

    let (program, rest) = arguments.command.split_first().context("a command is needed")?;
    let url = |role| house.cluster.url(DATABASE, role);
    let mut child = Command::new(program)
        .args(rest)
        .env("DATABASE_URL", url(Role::Owner))
        .env("FIELDPROOF_TEST_OWNER_URL", url(Role::Owner))
        .env("FIELDPROOF_TEST_APP_URL", url(Role::App))
        .env("FIELDPROOF_TEST_SUPERUSER_URL", url(Role::Superuser))
        .env("FIELDPROOF_TEST_S3_ENDPOINT", &house.objects.endpoint)
        .env("FIELDPROOF_TEST_S3_REGION", REGION)
        .env("FIELDPROOF_TEST_S3_BUCKET", BUCKET)
        .env("FIELDPROOF_TEST_S3_ACCESS_KEY", &house.objects.access_key)
        .env("FIELDPROOF_TEST_S3_SECRET_KEY", &house.objects.secret_key)
        .spawn()
        .with_context(|| format!("cannot run {}", program.display()))?;
    let status = tokio::select! {
        status = child.wait() => status?,
        () = stop => {
            terminate(&child).await;
            child.wait().await?
        }
    };
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Asks the command to end; the standard library can only kill.
async fn terminate(child: &Child) {
    if let Some(id) = child.id() {
        let _ = Command::new("kill").args(["-TERM", &id.to_string()]).status().await;
    }
}

//! The command line: what it starts it stops, and what it cannot do it says in one sentence.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use dev::scratch::Folder;
use sqlx::{Connection, PgConnection};

/// A folder with one migration.
fn migrations() -> Folder {
    let folder = Folder::new("command-test").unwrap();
    fs::write(folder.path().join("20260101000000_visits.sql"), "create table visits (id int);").unwrap();
    folder
}

fn with_database(migrations: &Path, script: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fieldproof-dev"));
    command.arg("with-database").arg("--migrations").arg(migrations).args(["--", "sh", "-c", script]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn lines(output: &Output) -> Vec<String> {
    String::from_utf8(output.stdout.clone()).unwrap().lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_command_finds_its_database_and_its_exit_code_is_passed_on() {
    let migrations = migrations();
    let script = "for name in DATABASE_URL FIELDPROOF_TEST_APP_URL FIELDPROOF_TEST_SUPERUSER_URL \
                  FIELDPROOF_TEST_S3_ENDPOINT FIELDPROOF_TEST_S3_SECRET_KEY; do eval \"echo \\$$name\"; done; exit 7";
    let output = with_database(migrations.path(), script).output().unwrap();
    assert_eq!(output.status.code(), Some(7));
    let told = lines(&output);
    assert!(told[0].starts_with("postgres://fieldproof_owner:") && told[1].starts_with("postgres://fieldproof_app:"), "{told:?}");
    assert!(told[2].starts_with("postgres://postgres:") && told[3].starts_with("http://127.0.0.1:") && told[4].len() == 48);
    assert!(PgConnection::connect(&told[0]).await.is_err(), "the database is gone with the command");
}

#[tokio::test]
async fn the_database_has_the_migrations() {
    let migrations = migrations();
    let mut child = with_database(migrations.path(), "echo $DATABASE_URL; exec sleep 600").spawn().unwrap();
    let mut told = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let url = told.next().unwrap();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let count: i64 = sqlx::query_scalar("select count(*) from visits").fetch_one(&mut connection).await.unwrap();
    assert_eq!(count, 0);

    // A polite request to end reaches the command, and then everything is taken down.
    Command::new("kill").arg("-TERM").arg(child.id().to_string()).status().unwrap();
    assert!(!child.wait().unwrap().success());
    assert!(PgConnection::connect(&url).await.is_err());
}

#[test]
fn what_cannot_be_done_is_said_in_one_sentence() {
    let broken = Folder::new("command-test").unwrap();
    fs::write(broken.path().join("20260101000000_broken.sql"), "create tabel visits (id int);").unwrap();
    let migrations = migrations();
    let mut nowhere = with_database(migrations.path(), "true");
    nowhere.env("FIELDPROOF_POSTGRES_BIN", "/nowhere");
    for (mut command, words) in
        [(with_database(broken.path(), "true"), "could not be applied"), (nowhere, "no PostgreSQL server was found")]
    {
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(said.contains(words) && said.trim().lines().count() == 1, "{said}");
    }
}

#[cfg(feature = "house")]
#[path = "command/house.rs"]
mod house;

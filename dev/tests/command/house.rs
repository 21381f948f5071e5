//! The whole house: what it refuses before it starts anything, and how it ends.

use std::net::TcpListener;
use std::process::Child;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use dev::house::Throwaway;
use dev::postgres::Role;

use super::*;

/// The whole house in a folder, whatever services the person who runs the tests may have named.
fn run(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fieldproof-dev"));
    command.arg("run").env("FIELDPROOF_HOME", home).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in ["DATABASE_URL", "OWNER_DATABASE_URL", "S3_ENDPOINT", "LOG", "WORKERS_LISTEN"] {
        command.env_remove(format!("FIELDPROOF_{name}"));
    }
    command
}

/// What a house says that does not start.
fn refusal(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap().trim().to_owned()
}

/// A house that has said that it runs.
struct Running {
    child: Child,
    url: String,
    welcome: JoinHandle<Vec<String>>,
    progress: JoinHandle<Vec<String>>,
}

impl Running {
    fn start(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        // Read all along, because a full pipe would stop the house.
        let progress = child.stderr.take().unwrap();
        let progress = thread::spawn(move || BufReader::new(progress).lines().map_while(Result::ok).collect::<Vec<_>>());
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let running = said.find_map(|line| line.strip_prefix("Fieldproof is running: ").map(str::to_owned));
        let Some(running) = running else { panic!("the house ended early: {:#?}", progress.join()) };
        let url = running.split_whitespace().next().unwrap().to_owned();
        Self { child, url, welcome: thread::spawn(move || said.collect()), progress }
    }

    fn signal(&self, signal: &str) {
        Command::new("kill").arg(signal).arg(self.child.id().to_string()).status().unwrap();
    }

    /// Stops it, and answers what it said: as a welcome, and on the way.
    fn stop(mut self) -> (String, Vec<String>) {
        self.signal("-INT");
        let ended = self.child.wait().unwrap();
        let progress = self.progress.join().unwrap();
        assert!(ended.success(), "{progress:#?}");
        assert_eq!(progress.last().unwrap(), "everything is stopped");
        (self.welcome.join().unwrap().join("\n"), progress)
    }
}

/// Whether the house is ready within half a minute.
async fn becomes_ready(url: &str) -> bool {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(5)).build().unwrap();
    for _ in 0..60 {
        let answer = client.get(format!("{url}/readyz")).send().await;
        if answer.is_ok_and(|answer| answer.status().as_u16() == 200) {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    false
}

const FREE: [&str; 4] = ["--port", "0", "--s3-port", "0"];

#[test]
fn a_taken_port_is_named_before_anything_is_started() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let folder = Folder::new("command-test").unwrap();
    let home = folder.path().join("home");
    let workers = format!("127.0.0.1:{port}");
    for (arguments, workers, choose) in [
        (vec!["--port", &port], None, "--port"),
        (vec!["--port", "0", "--s3-port", &port], None, "--s3-port"),
        (FREE.to_vec(), Some(&workers), "FIELDPROOF_WORKERS_LISTEN"),
    ] {
        let mut command = run(&home);
        command.args(&arguments).envs(workers.map(|workers| ("FIELDPROOF_WORKERS_LISTEN", workers)));
        let said = refusal(&mut command);
        assert_eq!(said, format!("fieldproof-dev: port {port} is already taken by another program; choose another with {choose}"));
        assert!(!home.join("postgres").exists());
    }
}

#[test]
fn the_port_beside_the_apis_is_taken_before_anything_is_started() {
    let folder = Folder::new("command-test").unwrap();
    let home = folder.path().join("home");
    // Two ports in a row, of which the first is let go again.
    let pair = (0..100).find_map(|_| {
        let api = TcpListener::bind(("127.0.0.1", 0)).ok()?;
        let workers = TcpListener::bind(("127.0.0.1", api.local_addr().ok()?.port().checked_add(1)?)).ok()?;
        Some((api.local_addr().ok()?.port(), workers))
    });
    let (port, workers) = pair.unwrap();
    let said = refusal(run(&home).args(["--port", &port.to_string(), "--s3-port", "0"]));
    let taken = format!("port {} is already taken", workers.local_addr().unwrap().port());
    assert!(said.contains(&taken) && said.contains("with --port (the workers' is one above it)"), "{said}");
    assert!(!home.join("postgres").exists());
}

#[test]
fn an_owners_database_alone_is_refused_and_never_touched() {
    let folder = Folder::new("command-test").unwrap();
    let home = folder.path().join("home");
    let url = "postgres://owner:very-secret@127.0.0.1:1/real";
    let alone = refusal(run(&home).args(FREE).env("FIELDPROOF_OWNER_DATABASE_URL", url));
    assert!(alone.starts_with("fieldproof-dev: FIELDPROOF_OWNER_DATABASE_URL is set without FIELDPROOF_DATABASE_URL"), "{alone}");
    let demo = refusal(run(&home).args(FREE).arg("--demo").env("FIELDPROOF_DATABASE_URL", url));
    assert!(demo.contains("--demo needs FIELDPROOF_OWNER_DATABASE_URL"), "{demo}");
    for said in [alone, demo] {
        assert!(said.lines().count() == 1 && !said.contains("very-secret"), "{said}");
    }
    assert!(!home.exists());
}

#[test]
fn a_database_that_is_away_is_called_that_and_no_data_is_thrown_away_for_it() {
    let folder = Folder::new("command-test").unwrap();
    let home = folder.path().join("home");
    let url = "postgres://owner:very-secret@127.0.0.1:1/real";
    let mut command = run(&home);
    command.args(FREE).env("FIELDPROOF_DATABASE_URL", url);
    for owner in [None, Some(url)] {
        command.envs(owner.map(|owner| ("FIELDPROOF_OWNER_DATABASE_URL", owner)));
        let said = refusal(&mut command);
        let last = said.lines().last().unwrap();
        assert!(last.contains("the database cannot be reached"), "{said}");
        assert_eq!(last.matches("Connection refused").count(), 1, "each cause once: {said}");
        assert!(!said.contains("--fresh") && !said.contains("very-secret"), "{said}");
    }
}

#[test]
fn every_fault_of_the_settings_is_named_at_once() {
    let folder = Folder::new("command-test").unwrap();
    let home = folder.path().join("home");
    let mut command = run(&home);
    command.args(FREE).env("FIELDPROOF_DATABASE_URL", "postgres://app@127.0.0.1:1/real");
    for (name, value) in
        [("LOG", "====="), ("PHOTO_MAX_BYTES", "0"), ("SPOOL_DIR", "/nowhere"), ("SIGNING_KEY_FILES", "/nowhere.pem"), ("COLOUR", "red")]
    {
        command.env(format!("FIELDPROOF_{name}"), value);
    }
    let said = refusal(&mut command);
    for name in ["LOG", "PHOTO_MAX_BYTES", "SPOOL_DIR", "SIGNING_KEY_FILES", "COLOUR"] {
        assert_eq!(said.matches(&format!("FIELDPROOF_{name}")).count(), 1, "{name}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_database_gets_the_demo_only_by_name() {
    let folder = Folder::new("command-test").unwrap();
    let house = Throwaway::start().await.unwrap();
    house.cluster.ensure_database("real").await.unwrap();
    let url = |role| house.cluster.url("real", role);
    let mut command = run(&folder.path().join("home"));
    command.args(FREE).env("FIELDPROOF_DATABASE_URL", url(Role::App));
    let empty = refusal(&mut command);
    assert!(empty.lines().last().unwrap().contains("holds no schema"), "{empty}");

    command.env("FIELDPROOF_OWNER_DATABASE_URL", url(Role::Owner));
    let (welcome, progress) = Running::start(&mut command).stop();
    assert!(welcome.contains("nothing was planted") && !welcome.contains("fpk_") && !welcome.contains("fieldproof-demo"), "{welcome}");
    assert!(!progress.iter().any(|line| line.contains('\u{1b}')), "no colours in a pipe: {progress:#?}");
    let mut behind = PgConnection::connect(&url(Role::Superuser)).await.unwrap();
    let organisations = "select count(*) from organisations";
    assert_eq!(sqlx::query_scalar::<_, i64>(organisations).fetch_one(&mut behind).await.unwrap(), 0);

    let (welcome, _) = Running::start(command.arg("--demo")).stop();
    assert!(welcome.contains("Integrator key fpk_"), "{welcome}");
    assert_eq!(sqlx::query_scalar::<_, i64>(organisations).fetch_one(&mut behind).await.unwrap(), 2);

    // A schema from the future is no reason to throw somebody else's data away.
    let future =
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time) values (99991231000000, 'x', true, '', 0)";
    sqlx::query(future).execute(&mut behind).await.unwrap();
    let said = refusal(&mut command);
    assert!(said.contains("does not fit this version") && !said.contains("--fresh"), "{said}");
}

#[test]
fn a_whole_house_runs_stops_and_runs_again() {
    let folder = Folder::new("command-test").unwrap();
    let home = folder.path().join("home");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for _ in 0..2 {
        let house = Running::start(run(&home).args(FREE));
        // A house that is running answers; what it needs to be ready may take a moment more.
        let ready = runtime.block_on(becomes_ready(&house.url));
        // A second one in the same folder says so, whatever ports it was given.
        let port = house.url.rsplit(':').next().unwrap().to_owned();
        let second = refusal(run(&home).args(["--port", &port]));
        assert!(second.contains("is already running from the folder") && second.lines().count() == 1, "{second}");
        let (_, progress) = house.stop();
        assert!(ready, "{progress:#?}");
        assert!(!home.join("postgres/data/postmaster.pid").exists());
    }
}

#[test]
fn a_house_whose_terminal_is_closed_takes_everything_down() {
    let folder = Folder::new("command-test").unwrap();
    let home = folder.path().join("home");
    let mut child = run(&home).args(FREE).spawn().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let progress = child.stderr.take().unwrap();
    assert!(said.any(|line| line.contains("Fieldproof is running")));
    assert!(home.join("postgres/data/postmaster.pid").exists());
    // Nobody reads any more, as when the terminal is gone.
    drop((said, progress));
    Command::new("kill").arg("-HUP").arg(child.id().to_string()).status().unwrap();
    assert!(child.wait().unwrap().success());
    assert!(!home.join("postgres/data/postmaster.pid").exists());
}

/// How many incidents a supervisor of the demo sees.
async fn incidents(url: &str) -> usize {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(20)).build().unwrap();
    let login = r#"{"organisation":"demo","login":"supervisor1","password":"fieldproof-demo"}"#;
    let signed_in =
        client.post(format!("{url}/v1/auth/token")).header("content-type", "application/json").body(login).send().await.unwrap();
    let signed_in: serde_json::Value = serde_json::from_str(&signed_in.text().await.unwrap()).unwrap();
    let page = client
        .get(format!("{url}/v1/incidents?limit=200"))
        .bearer_auth(signed_in.get("access_token").unwrap().as_str().unwrap())
        .send()
        .await;
    let page: serde_json::Value = serde_json::from_str(&page.unwrap().text().await.unwrap()).unwrap();
    page.get("items").unwrap().as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn days_pass_in_the_demo_when_they_are_told_to_and_leads_stall() {
    let folder = Folder::new("command-test").unwrap();
    let home = folder.path().join("home");
    let move_time = |by: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fieldproof-dev"));
        command.args(["move-time", by]).env("FIELDPROOF_HOME", &home).output().unwrap()
    };
    assert!(!move_time("48h").status.success(), "there is no house yet");
    let house = Running::start(run(&home).args(FREE));
    assert!(becomes_ready(&house.url).await);
    let before = incidents(&house.url).await;
    assert_eq!(move_time("two days").status.code(), Some(2));
    assert!(move_time("48h").status.success());
    let mut stalled = before;
    for _ in 0..60 {
        stalled = incidents(&house.url).await;
        if stalled >= before + 3 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert!(stalled >= before + 3, "{before} and {stalled}");
    let (_, progress) = house.stop();
    assert!(progress.iter().any(|line| line.starts_with("time: it is now ")), "{progress:#?}");
    // Time goes on from there, and what has fired does not fire again.
    let house = Running::start(run(&home).args(FREE));
    assert!(becomes_ready(&house.url).await);
    assert_eq!(incidents(&house.url).await, stalled);
    house.stop();
}

//! The supervisor against the PostgreSQL that is installed on this machine.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use dev::HouseError;
use dev::postgres::{Cluster, Role, Tuning};
use dev::scratch::Folder;
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Executor};

/// Names the folder a re-executed copy of this test binary shall supervise.
const SUPERVISE: &str = "FIELDPROOF_TEST_SUPERVISE";

async fn ask(connection: &mut PgConnection, question: &'static str) -> String {
    sqlx::query_scalar(question).fetch_one(connection).await.unwrap()
}

#[tokio::test]
async fn a_new_cluster_has_its_roles_and_extensions() {
    let folder = Folder::new("cluster-test").unwrap();
    let cluster = Cluster::start(folder.path(), Tuning::Throwaway).await.unwrap();
    cluster.ensure_database("house").await.unwrap();
    cluster.ensure_database("house").await.unwrap();

    let mut owner = PgConnection::connect(&cluster.url("house", Role::Owner)).await.unwrap();
    assert_eq!(ask(&mut owner, "select current_user::text").await, "fieldproof_owner");
    let extensions = ask(&mut owner, "select string_agg(extname, ' ' order by extname) from pg_extension").await;
    assert_eq!(extensions, "btree_gist ltree pg_trgm plpgsql postgis");
    owner.execute("create extension if not exists postgis").await.expect("migrations may say so again");
    let metres = "select round(st_distance('point(121.47 31.23)'::geography, 'point(121.48 31.23)'))::text";
    assert_eq!(ask(&mut owner, metres).await, "953");
    owner.execute("create table visits (id int)").await.unwrap();

    let mut app = PgConnection::connect(&cluster.url("house", Role::App)).await.unwrap();
    let rights = "select concat_ws(' ', rolsuper, rolbypassrls, rolcreaterole, rolcreatedb) from pg_roles \
                  where rolname = current_user";
    assert_eq!(ask(&mut app, rights).await, "f f f f");
    assert!(app.execute("create table mine (id int)").await.is_err(), "the app must not own anything");
    assert!(app.execute("select * from visits").await.is_err(), "the app sees only what migrations grant");
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_durable_cluster_keeps_its_data_and_its_promises() {
    let folder = Folder::new("cluster-test").unwrap();
    let dir = folder.path().join("deep/er");
    let cluster = Cluster::start(&dir, Tuning::Durable).await.unwrap();
    cluster.ensure_database("house").await.unwrap();
    let mut owner = cluster.connect("house", Role::Owner).await.unwrap();
    for promise in ["show fsync", "show synchronous_commit", "show full_page_writes"] {
        assert_eq!(ask(&mut owner, promise).await, "on", "{promise}");
    }
    owner.execute("create table kept as select 'still here' as what").await.unwrap();
    let passwords = fs::metadata(dir.join("passwords.json")).unwrap();
    assert_eq!(passwords.permissions().mode() & 0o777, 0o600);
    assert_eq!(passwords.uid(), fs::metadata(folder.path()).unwrap().uid(), "not the server's account");
    cluster.stop().await.unwrap();

    let cluster = Cluster::start(&dir, Tuning::Durable).await.unwrap();
    assert!(!cluster.adopted());
    let mut owner = cluster.connect("house", Role::Owner).await.unwrap();
    assert_eq!(ask(&mut owner, "select what from kept").await, "still here");
}

#[tokio::test]
async fn databases_are_copied_and_dropped() {
    let folder = Folder::new("cluster-test").unwrap();
    let cluster = Cluster::start(folder.path(), Tuning::Throwaway).await.unwrap();
    cluster.ensure_database("mould").await.unwrap();
    let mut owner = cluster.connect("mould", Role::Owner).await.unwrap();
    owner.execute("create table cast_in as select 'bronze' as metal").await.unwrap();
    owner.close().await.unwrap();

    cluster.copy_database("mould", "bell").await.unwrap();
    let mut bell = cluster.connect("bell", Role::Owner).await.unwrap();
    assert_eq!(ask(&mut bell, "select metal from cast_in").await, "bronze");
    cluster.drop_database("bell").await.expect("although somebody is connected");
    assert!(cluster.connect("bell", Role::Owner).await.is_err());

    for hostile in ["", "1st", "Upper", "a b", "x\"; drop database mould; --", &"x".repeat(64)] {
        let refused = cluster.ensure_database(hostile).await;
        assert!(matches!(refused, Err(HouseError::DatabaseName { .. })), "{hostile}");
    }
}

#[tokio::test]
async fn a_folder_belongs_to_one_supervisor() {
    let folder = Folder::new("cluster-test").unwrap();
    let first = Cluster::start(folder.path(), Tuning::Throwaway).await.unwrap();
    let second = Cluster::start(folder.path(), Tuning::Throwaway).await;
    assert!(matches!(second, Err(HouseError::InUse { .. })), "{second:?}");
    first.connect("postgres", Role::Superuser).await.expect("the first is not disturbed");
}

#[tokio::test]
async fn dropping_a_cluster_stops_its_server() {
    let folder = Folder::new("cluster-test").unwrap();
    let cluster = Cluster::start(folder.path(), Tuning::Throwaway).await.unwrap();
    let port = cluster.port();
    TcpStream::connect(("127.0.0.1", port)).unwrap();
    drop(cluster);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    assert!(!folder.path().join("data/postmaster.pid").exists());
}

/// Not a test of its own: the process the next one kills.
#[tokio::test]
async fn supervise_when_told_to() {
    let Ok(dir) = std::env::var(SUPERVISE) else { return };
    let cluster = Cluster::start(Path::new(&dir), Tuning::Durable).await.unwrap();
    println!("\nport {}", cluster.port());
    std::future::pending::<()>().await;
}

/// Runs this test binary again as a supervisor of `dir`, and waits until its server is up.
fn supervise_elsewhere(dir: &Path) -> (Child, u16) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["supervise_when_told_to", "--exact", "--nocapture"])
        .env(SUPERVISE, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let port = lines.find_map(|line| line.strip_prefix("port ")?.parse().ok()).expect("the supervisor came up");
    (child, port)
}

#[tokio::test]
async fn a_server_left_by_a_crash_is_adopted() {
    let folder = Folder::new("cluster-test").unwrap();
    let (mut child, port) = supervise_elsewhere(folder.path());
    child.kill().unwrap();
    child.wait().unwrap();

    let cluster = Cluster::start(folder.path(), Tuning::Durable).await.unwrap();
    assert!(cluster.adopted());
    assert_eq!(cluster.port(), port);
    cluster.connect("template1", Role::Owner).await.unwrap();
    cluster.stop().await.unwrap();
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "the adopted server is stopped like any other");
}

#[tokio::test]
async fn a_cluster_is_cleared_even_while_a_crashed_ones_server_runs() {
    let folder = Folder::new("cluster-test").unwrap();
    let dir = folder.path().join("house");
    Cluster::clear(&dir).await.expect("nothing there is fine");
    let (mut child, port) = supervise_elsewhere(&dir);
    assert!(matches!(Cluster::clear(&dir).await, Err(HouseError::InUse { .. })), "its supervisor lives");
    child.kill().unwrap();
    child.wait().unwrap();
    Cluster::clear(&dir).await.unwrap();
    assert!(!dir.exists());
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[tokio::test]
async fn a_process_number_taken_over_after_a_power_cut_is_no_obstacle() {
    let folder = Folder::new("cluster-test").unwrap();
    Cluster::start(folder.path(), Tuning::Throwaway).await.unwrap().stop().await.unwrap();
    // Our own number stands for "some other program's"; a live number keeps PostgreSQL itself from starting.
    let data = folder.path().join("data");
    let pid_file = format!("{}\n{}\n1600000000\n5432\n\n127.0.0.1\n  1234  5678\nready   \n", std::process::id(), data.display());
    fs::write(data.join("postmaster.pid"), pid_file).unwrap();
    let cluster = Cluster::start(folder.path(), Tuning::Throwaway).await.unwrap();
    assert!(!cluster.adopted());
}

#[tokio::test]
async fn a_broken_folder_is_named_and_not_touched() {
    type Breakage = fn(&Path);
    let folder = Folder::new("cluster-test").unwrap();
    Cluster::start(folder.path(), Tuning::Throwaway).await.unwrap().stop().await.unwrap();
    let cases: [(&str, Breakage, Breakage); 4] = [
        (
            "no PG_VERSION",
            |dir| fs::rename(dir.join("data/PG_VERSION"), dir.join("aside")).unwrap(),
            |dir| fs::rename(dir.join("aside"), dir.join("data/PG_VERSION")).unwrap(),
        ),
        (
            "data of PostgreSQL 9,",
            |dir| {
                fs::rename(dir.join("data/PG_VERSION"), dir.join("aside")).unwrap();
                fs::write(dir.join("data/PG_VERSION"), "9.6\n").unwrap();
            },
            |dir| fs::rename(dir.join("aside"), dir.join("data/PG_VERSION")).unwrap(),
        ),
        (
            "passwords.json is missing",
            |dir| fs::rename(dir.join("passwords.json"), dir.join("aside.json")).unwrap(),
            |dir| fs::rename(dir.join("aside.json"), dir.join("passwords.json")).unwrap(),
        ),
        (
            "could not find the database system",
            |dir| fs::rename(dir.join("data/global"), dir.join("data/elsewhere")).unwrap(),
            |dir| fs::rename(dir.join("data/elsewhere"), dir.join("data/global")).unwrap(),
        ),
    ];
    for (words, damage, repair) in cases {
        damage(folder.path());
        let error = Cluster::start(folder.path(), Tuning::Throwaway).await.expect_err(words);
        // What failed is shown as it said it; what was never run said nothing.
        let was_run = matches!(error, HouseError::NotStarted { .. });
        assert_eq!(error.said().iter().any(|line| line.contains(words)), was_run, "{:?}", error.said());
        let error = error.to_string();
        assert!(error.contains(words), "wanted {words:?} in: {error}");
        assert!(!error.contains('\n'), "one sentence: {error}");
        repair(folder.path());
    }
    Cluster::start(folder.path(), Tuning::Throwaway).await.expect("repaired");
}

#[tokio::test]
async fn a_folder_the_server_cannot_reach_is_refused_with_the_reason() {
    let folder = Folder::new("cluster-test").unwrap();
    if fs::metadata(folder.path()).unwrap().uid() != 0 {
        println!("skipped: only root runs the server under another account");
        return;
    }
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    match Cluster::start(&closed.join("house"), Tuning::Throwaway).await {
        Err(HouseError::NotPassable { blocked, .. }) => assert_eq!(blocked, closed),
        other => panic!("{other:?}"),
    }
}

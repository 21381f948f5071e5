//! A house for tests leaves nothing behind, however the process that wanted it ends.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use dev::house::Throwaway;
use dev::postgres::Role;
use sqlx::{Connection, Executor, PgConnection};

/// Tells a re-executed copy of this test binary to take the shared house and wait.
const OCCUPY: &str = "FIELDPROOF_TEST_OCCUPY";

#[tokio::test]
async fn tests_share_one_house_across_their_runtimes() {
    let here = Throwaway::shared().unwrap();
    let elsewhere = std::thread::spawn(|| std::ptr::from_ref(Throwaway::shared().unwrap()).addr());
    assert_eq!(elsewhere.join().unwrap(), std::ptr::from_ref(here).addr());
    for name in ["one", "two"] {
        here.cluster.copy_database("template1", name).await.unwrap();
        let mut owner = PgConnection::connect(&here.cluster.url(name, Role::Owner)).await.unwrap();
        owner.execute("create table mine (id int)").await.unwrap();
    }
}

/// Not a test of its own: the process that is killed.
#[test]
fn occupy_when_told_to() {
    if std::env::var(OCCUPY).is_ok() {
        let house = Throwaway::shared().unwrap();
        println!("\nhouse {} {}", house.cluster.port(), house.folder().display());
        loop {
            std::thread::park();
        }
    }
}

fn occupy_elsewhere() -> (Child, u16, PathBuf) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["occupy_when_told_to", "--exact", "--nocapture"])
        .env(OCCUPY, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let told = lines.find_map(|line| line.strip_prefix("house ").map(str::to_owned)).unwrap();
    let (port, folder) = told.split_once(' ').unwrap();
    (child, port.parse().unwrap(), PathBuf::from(folder))
}

/// Looks until the folder is gone; a minute is a failure, however busy the machine.
fn is_removed(folder: &Path) -> bool {
    let deadline = Instant::now() + Duration::from_mins(1);
    while folder.exists() && Instant::now() < deadline {
        std::thread::yield_now();
    }
    !folder.exists()
}

#[test]
fn a_killed_process_leaves_no_server_and_no_folder() {
    let (mut child, port, folder) = occupy_elsewhere();
    TcpStream::connect(("127.0.0.1", port)).unwrap();
    assert!(folder.exists());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(is_removed(&folder));
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[tokio::test]
async fn a_dropped_house_is_gone_at_once() {
    let house = Throwaway::start().await.unwrap();
    let folder = house.folder().to_path_buf();
    let postgres = ("127.0.0.1", house.cluster.port());
    TcpStream::connect(postgres).unwrap();
    drop(house);
    assert!(TcpStream::connect(postgres).is_err());
    assert!(!folder.exists());
}

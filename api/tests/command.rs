//! The command line: what it prints may be cut off, and what is wrong is told all at once.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// The program with nothing of this machine's own settings.
fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fieldproof-api"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("FIELDPROOF_")) {
        command.env_remove(name);
    }
    command
}

#[test]
fn whoever_has_read_enough_may_stop_reading() {
    let mut child = program().arg("openapi").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    drop(out);
    let output = child.wait_with_output().unwrap();
    assert_eq!((line.trim(), output.status.code()), ("{", Some(0)));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_signing_key_is_missed_together_with_everything_else() {
    let output = program().arg("serve").env("FIELDPROOF_SIGNING_KEY_FILES", "/nowhere/a.pem").env("FIELDPROOF_LOG", "=").output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    for name in ["DATABASE_URL", "S3_ENDPOINT", "S3_ACCESS_KEY", "S3_SECRET_KEY", "SIGNING_KEY_FILES", "LOG"] {
        assert_eq!(said.matches(&format!("(FIELDPROOF_{name})")).count(), 1, "{name}: {said}");
    }
    assert_eq!(said.matches("No such file or directory").count(), 1, "{said}");
}

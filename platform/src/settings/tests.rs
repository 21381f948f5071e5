use super::*;

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(key, value)| (format!("FIELDPROOF_{key}"), (*value).to_owned())).collect()
}

const WHOLE: &[(&str, &str)] = &[
    ("DATABASE_URL", "postgres://app@db/fieldproof"),
    ("S3_ENDPOINT", "http://s3:9000/"),
    ("S3_ACCESS_KEY", "a"),
    ("S3_SECRET_KEY", "very-secret"),
];

#[test]
fn needed_settings_suffice_and_the_rest_has_defaults() {
    let settings = Settings::load(None, variables(WHOLE)).unwrap();
    assert_eq!(settings.s3.public_endpoint, "http://s3:9000");
    assert_eq!(settings.public_url, "http://127.0.0.1:8080");
    assert_eq!(settings.access_token_after, Duration::from_mins(10));
}

#[test]
fn every_fault_is_named_at_once_with_its_variable() {
    let said = [
        ("LISTEN", "nowhere"),
        ("COLOUR", "red"),
        ("LOG_FORMAT", "xml"),
        ("LOG", "====="),
        ("PHOTO_MAX_BYTES", "0"),
        ("WORKER_JOBS", "0"),
        ("UPLOAD_AFTER_S", "soon"),
        ("SPOOL_DIR", "/nowhere"),
        ("OWNER_DATABASE_URL", "postgres://owner:very-secret@db:port/fieldproof"),
        ("S3_PUBLIC_ENDPOINT", "ftp://very-secret@s3"),
        ("TRUSTED_PROXIES", "10.0.0.0/8, everybody"),
        ("TRUSTED_PROXIES_HEADER", "x-real-ip"),
        ("CALLER_BURST", "-1"),
        ("SIGNING_KEY_FILES", "/nowhere/a.pem, /nowhere/b.pem"),
    ];
    let no_key = |path: &Path| Some(format!("{} is no key", path.display()));
    let faults = Settings::load_to_serve(None, variables(&said), no_key).unwrap_err().0;
    let needed = ["DATABASE_URL", "S3_ENDPOINT", "S3_ACCESS_KEY", "S3_SECRET_KEY"];
    let once = said.iter().map(|(name, _)| *name).filter(|name| *name != "SIGNING_KEY_FILES").chain(needed);
    for name in once {
        let told = faults
            .iter()
            .filter(|fault| fault.contains(&format!("FIELDPROOF_{name}):")) || fault.contains(&format!("FIELDPROOF_{name}: ")));
        assert_eq!(told.count(), 1, "{name}: {faults:#?}");
    }
    let keys = faults.iter().filter(|fault| fault.starts_with("signing_key_files (FIELDPROOF_SIGNING_KEY_FILES): /nowhere/"));
    assert_eq!(keys.count(), 2, "{faults:#?}");
    assert_eq!(faults.len(), said.len() - 1 + needed.len() + 2, "{faults:#?}");
    assert!(faults.iter().all(|fault| !fault.contains("very-secret")), "{faults:#?}");
}

#[test]
fn serving_needs_a_key_and_never_shows_one() {
    let missing = Settings::load_to_serve(None, variables(WHOLE), |_| None).unwrap_err().0;
    assert!(missing.len() == 1 && missing[0].contains("FIELDPROOF_SIGNING_KEY_FILES"), "{missing:?}");
    let mut pasted = WHOLE.to_vec();
    pasted.push(("SIGNING_KEY_FILES", "-----BEGIN PRIVATE KEY-----\nvery-secret\n-----END PRIVATE KEY-----\n"));
    let faults = Settings::load_to_serve(None, variables(&pasted), |path| Some(path.display().to_string())).unwrap_err().0;
    assert!(faults.len() == 1 && !faults[0].contains("very-secret"), "{faults:?}");
}

/// The faults of a settings file that says `text`.
fn faults_of(text: &str) -> (PathBuf, SettingFaults) {
    let path = std::env::temp_dir().join(format!("fieldproof-settings-{}.toml", crate::Ids::new(crate::Clock::wall()).next()));
    std::fs::write(&path, text).unwrap();
    let faults = Settings::load(Some(&path), variables(&WHOLE[..3])).unwrap_err();
    std::fs::remove_file(&path).unwrap();
    (path, faults)
}

#[test]
fn a_faulty_line_of_the_file_is_named_and_never_shown() {
    let lines = [
        "s3_secret_key = \"very-secret",
        "s3_secret_key = very-secret",
        "s3_secret_key = \"very-secret\\q\"",
        "s3_secret_key \"very-secret\"",
        "s3_secret_key = \"very-secret\" \"very-secret\"",
        "s3_secret_key = 'very-secret' # 密钥\ns3_secret_key = 'very-secret'",
        "s3_secret_key = { very-secret",
        "s3_secret_key = \"\"\"very-secret\nvery-secret",
        "very-secret",
    ];
    for faulty in lines {
        let (path, faults) = faults_of(&format!("# 设置\nlisten = \"127.0.0.1:1\"\n{faulty}\n"));
        assert!(!format!("{faults} {faults:?}").contains("very-secret"), "{faulty}: {faults}");
        let told = &faults.0[0];
        let place = format!("{}, line ", path.display());
        assert!(told.starts_with(&place) && told.contains(", column ") && !told.contains('\n'), "{faulty}: {told}");
        let line: u32 = told[place.len()..].split(',').next().unwrap().parse().unwrap();
        assert!((3..=5).contains(&line), "{faulty}: {told}");
    }
    let (_, faults) = faults_of("a = 1\n密 = 2");
    assert!(faults.0[0].contains(", line 2, column 1: is not TOML: "), "{faults}");
}

#[test]
fn a_value_of_the_wrong_kind_is_no_setting() {
    let (_, faults) = faults_of("s3_secret_key.very-secret = 1\nsigning_key_files = ['a.pem', 1]\n");
    let faults = faults.0;
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert!(faults[0].starts_with("s3_secret_key (FIELDPROOF_S3_SECRET_KEY): must be a text"), "{faults:?}");
    assert!(faults.iter().all(|fault| !fault.contains("very-secret")), "{faults:?}");
}

#[test]
fn secrets_never_show() {
    let settings = Settings::load(None, variables(WHOLE)).unwrap();
    let shown = format!("{settings:?}");
    assert!(!shown.contains("very-secret") && !shown.contains("postgres://app"), "{shown}");
}

#[test]
fn help_names_every_setting() {
    let help = Settings::help();
    assert!(SETTINGS.iter().all(|setting| help.contains(setting.key)));
}

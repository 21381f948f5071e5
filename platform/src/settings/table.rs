//! The one table of settings: every name, default and meaning.

/// One setting: its key in the file; its variable is `FIELDPROOF_` and the key in capitals.
#[derive(Debug)]
pub struct Setting {
    pub key: &'static str,
    /// `None`: it must be given. `Some("")`: it may be left out.
    pub default: Option<&'static str>,
    pub about: &'static str,
}

const fn needed(key: &'static str, about: &'static str) -> Setting {
    Setting { key, default: None, about }
}

const fn with(key: &'static str, default: &'static str, about: &'static str) -> Setting {
    Setting { key, default: Some(default), about }
}

/// Every setting there is, in the order that `--help` prints them.
pub const SETTINGS: &[Setting] = &[
    needed("database_url", "PostgreSQL with PostGIS, as the role the servers run under (no owner, no superuser)"),
    with(
        "owner_database_url",
        "",
        "the same database as the role that owns the schema; `migrate` and `new-organisation` need it, the servers never use it",
    ),
    with("database_connections", "16", "most connections this process opens to PostgreSQL"),
    with("database_timeout_ms", "5000", "a statement that has not answered by then is given up and its connection closed"),
    needed("s3_endpoint", "URL of the S3 service as this process reaches it"),
    with("s3_public_endpoint", "", "URL of the S3 service as phones reach it; the same when left out"),
    with("s3_region", "fieldproof", "region name that requests are signed for"),
    with("s3_bucket", "fieldproof", "bucket that holds the photos"),
    needed("s3_access_key", "access key id"),
    needed("s3_secret_key", "secret access key"),
    with("listen", "127.0.0.1:8080", "address and port of the API"),
    with("public_url", "", "URL under which clients reach the API; http://<listen> when left out"),
    with("signing_key_files", "", "PEM files (PKCS#8, Ed25519), comma separated; the first signs, all verify; `serve` needs one"),
    with("access_token_after_s", "600", "seconds that an access token lives"),
    with("session_after_days", "30", "days that a session lives without being refreshed"),
    with("photo_max_bytes", "26214400", "largest photo in bytes"),
    with("upload_after_s", "900", "seconds that a presigned upload stays open"),
    with("connections_max", "2048", "most HTTP connections at once"),
    with("header_after_ms", "10000", "a request's headers must be complete by then"),
    with("body_after_ms", "60000", "a request's body must be complete by then"),
    with("idle_after_ms", "75000", "an idle connection is closed after this"),
    with(
        "trusted_proxies",
        "",
        "addresses and networks of the machines in front (10.0.0.0/8), comma separated; only they are believed who asks",
    ),
    with("trusted_proxies_header", "x-forwarded-for", "the header that they write a client's address into: this one or `forwarded`"),
    with("caller_rate_per_s", "200", "requests that one user or key may make a second, in this process; 0 for no limit"),
    with("caller_burst", "4000", "requests that one user or key may make at once after a silence: a phone that comes back online"),
    with("organisation_rate_per_s", "2000", "the same for everybody in an organisation together; 0 for no limit"),
    with("organisation_burst", "20000", "the same for everybody in an organisation together"),
    with("stranger_rate_per_s", "100", "the same for requests without a good token, by network (/24, /64); 0 for no limit"),
    with("stranger_burst", "2000", "the same for requests without a good token, by network"),
    with("spool_dir", "", "folder for photos on their way through; the system's temporary folder when left out"),
    with("oidc_allow_http", "false", "let trusted issuers publish their keys over plain http and on private addresses (trials only)"),
    with("workers_listen", "127.0.0.1:8081", "address of the workers' health page"),
    with("worker_jobs", "2", "chores that one worker process does at once"),
    with("app_url", "", "where people open what messages tell them about; `public_url` when left out"),
    with(
        "sealing_keys",
        "",
        "keys that secrets are sealed with at rest, 32 bytes of base64 each, comma separated; the first seals, all open",
    ),
    with("webhook_allow_http", "false", "let webhooks go over plain http (trials only)"),
    with("webhook_networks", "", "inner networks that webhooks may reach all the same, such as 10.20.0.0/16, comma separated"),
    with("channel_connect_after_ms", "3000", "a receiver of messages must be connected to by then"),
    with("channel_answer_after_ms", "10000", "and have answered by then"),
    with("wecom_url", "https://qyapi.weixin.qq.com", "where WeCom's API is; a private deployment has another"),
    with("dingtalk_url", "https://oapi.dingtalk.com", "where DingTalk's robots are"),
    with("feishu_url", "https://open.feishu.cn", "where Feishu's robots are; https://open.larksuite.com for Lark"),
    with("smtp_host", "", "mail relay; no mail is sent when left out"),
    with("smtp_port", "", "its port; 587, 465 or 25 after smtp_security when left out"),
    with("smtp_security", "starttls", "`starttls` (and never without it), `tls` from the first byte, or `none`"),
    with("smtp_user", "", "account on the relay, if it asks for one"),
    with("smtp_password", "", "and its password"),
    with("smtp_from", "", "sender of all mail, such as `Fieldproof <fieldproof@example.com>`; needed with smtp_host"),
    with("smtp_ca_file", "", "PEM file with a further authority to believe when the relay shows its certificate"),
    with("log", "info", "what is logged, as a tracing filter"),
    with("log_format", "text", "`text` or `json`"),
];

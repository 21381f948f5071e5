//! The object store against the official SDK and against plain HTTP, over real sockets.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, SystemTime};

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation};
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumMode, Delete, MetadataDirective, ObjectIdentifier};
use aws_sdk_s3::{Client, Config};
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use dev::HouseError;
use dev::objects::{ObjectServer, REGION, Store};
use dev::scratch::Folder;
use sha2::{Digest, Sha256};

const BUCKET: &str = "photos";

/// A served store with one bucket, and a client that may use it.
struct Bench {
    folder: Folder,
    store: Store,
    server: ObjectServer,
    client: Client,
}

fn anywhere() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
}

fn client(server: &ObjectServer, secret_key: &str) -> Client {
    let http = aws_smithy_http_client::Builder::new().tls_provider(tls::Provider::Rustls(CryptoMode::AwsLc)).build_https();
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(&server.endpoint)
        .force_path_style(true)
        .region(Region::new(REGION))
        .credentials_provider(Credentials::new(&server.access_key, secret_key, None, None, "test"))
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        .retry_config(aws_sdk_s3::config::retry::RetryConfig::disabled())
        .http_client(http)
        .build();
    Client::from_conf(config)
}

async fn bench() -> Bench {
    let folder = Folder::new("objects-test").unwrap();
    let store = Store::open(folder.path()).unwrap();
    store.ensure_bucket(BUCKET).unwrap();
    let server = store.serve(anywhere()).await.unwrap();
    let client = client(&server, &server.secret_key);
    Bench { folder, store, server, client }
}

fn sha256(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(Sha256::digest(bytes))
}

/// Bytes that differ from each other and do not compress, without randomness.
fn photo(number: u32, length: usize) -> Vec<u8> {
    (0u32..).flat_map(|block| Sha256::digest([number.to_le_bytes(), block.to_le_bytes()].concat())).take(length).collect()
}

/// HTTP status of a failed SDK call.
macro_rules! status {
    ($call:expr) => {
        $call.await.expect_err("it must be refused").raw_response().expect("an answer").status().as_u16()
    };
}

impl Bench {
    async fn put(&self, key: &str, bytes: &[u8]) {
        self.client.put_object().bucket(BUCKET).key(key).body(bytes.to_vec().into()).send().await.unwrap();
    }

    async fn get(&self, key: &str) -> Option<Vec<u8>> {
        match self.client.get_object().bucket(BUCKET).key(key).send().await {
            Ok(object) => Some(object.body.collect().await.unwrap().to_vec()),
            Err(error) if error.as_service_error().unwrap().is_no_such_key() => None,
            Err(error) => panic!("{error:?}"),
        }
    }

    async fn list(&self, prefix: &str, delimiter: Option<&str>, limit: i32) -> (Vec<String>, Vec<String>) {
        let (mut keys, mut groups) = (Vec::new(), Vec::new());
        let list = self.client.list_objects_v2().bucket(BUCKET).prefix(prefix).set_delimiter(delimiter.map(Into::into));
        let mut pages = list.max_keys(limit).into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.unwrap();
            keys.extend(page.contents().iter().map(|object| object.key().unwrap().to_owned()));
            groups.extend(page.common_prefixes().iter().map(|group| group.prefix().unwrap().to_owned()));
        }
        (keys, groups)
    }

    /// A presigned PUT that binds length, type and SHA-256.
    async fn presigned_put(&self, key: &str, bytes: &[u8], signed_at: SystemTime) -> PresignedRequest {
        let presigning = PresigningConfig::builder().start_time(signed_at).expires_in(Duration::from_mins(5)).build().unwrap();
        self.client
            .put_object()
            .bucket(BUCKET)
            .key(key)
            .content_type("image/jpeg")
            .content_length(i64::try_from(bytes.len()).unwrap())
            .checksum_sha256(sha256(bytes))
            .presigned(presigning)
            .await
            .unwrap()
    }

    fn files(&self) -> usize {
        let buckets = fs::read_dir(self.folder.path().join("buckets").join(BUCKET)).unwrap();
        let objects: usize = buckets.map(|fan| fs::read_dir(fan.unwrap().path()).unwrap().count()).sum();
        objects + fs::read_dir(self.folder.path().join("drafts")).unwrap().count()
    }
}

/// Sends a presigned request as a phone would, with other bytes or without one of its headers.
async fn send(presigned: &PresignedRequest, bytes: &[u8], without: Option<&str>) -> reqwest::Result<reqwest::Response> {
    let phone = reqwest::Client::builder().timeout(Duration::from_mins(1)).build().unwrap();
    let mut request = phone.put(presigned.uri()).body(bytes.to_vec());
    for (name, value) in presigned.headers().filter(|(name, _)| *name != "content-length" && Some(*name) != without) {
        request = request.header(name, value);
    }
    request.send().await
}

/// The answer's status; a refusal before the body was read may reach the sender as a reset connection.
async fn refusal(sent: impl Future<Output = reqwest::Result<reqwest::Response>>) -> u16 {
    sent.await.map_or(0, |response| response.status().as_u16())
}

#[tokio::test]
async fn what_is_put_is_got_with_all_that_was_said_about_it() {
    let bench = bench().await;
    let bytes = photo(1, 700_000);
    let put = bench.client.put_object().bucket(BUCKET).key("照片/a b+c.jpg").content_type("image/jpeg");
    let put = put.metadata("rep", "wang").cache_control("private").checksum_sha256(sha256(&bytes));
    let put = put.body(bytes.clone().into()).send().await.unwrap();

    let get = bench.client.get_object().bucket(BUCKET).key("照片/a b+c.jpg").checksum_mode(ChecksumMode::Enabled);
    let got = get.send().await.unwrap();
    assert_eq!(got.content_type(), Some("image/jpeg"));
    assert_eq!(got.cache_control(), Some("private"));
    assert_eq!(got.metadata().unwrap().get("rep").unwrap(), "wang");
    assert_eq!(got.checksum_sha256(), Some(sha256(&bytes).as_str()));
    assert_eq!(got.e_tag(), put.e_tag());
    assert_eq!(got.body.collect().await.unwrap().to_vec(), bytes);

    let head = bench.client.head_object().bucket(BUCKET).key("照片/a b+c.jpg").checksum_mode(ChecksumMode::Enabled);
    let head = head.send().await.unwrap();
    assert_eq!(head.content_length(), Some(700_000));
    assert_eq!(head.checksum_sha256(), Some(sha256(&bytes).as_str()));
    assert!(head.last_modified().is_some());
    assert_eq!(status!(bench.client.head_object().bucket(BUCKET).key("none").send()), 404);
    assert_eq!(bench.get("none").await, None);
}

#[tokio::test]
async fn an_empty_object_is_an_object() {
    let bench = bench().await;
    bench.put("empty", b"").await;
    assert_eq!(bench.get("empty").await, Some(Vec::new()));
}

#[tokio::test]
async fn parts_and_unchanged_objects() {
    let bench = bench().await;
    let bytes = photo(2, 600_000);
    bench.put("a", &bytes).await;
    let get = |range: &str| bench.client.get_object().bucket(BUCKET).key("a").range(range).send();
    for (range, wanted, told) in [
        ("bytes=0-262143", &bytes[..262_144], "bytes 0-262143/600000"),
        ("bytes=599990-", &bytes[599_990..], "bytes 599990-599999/600000"),
        ("bytes=-5", &bytes[599_995..], "bytes 599995-599999/600000"),
        ("bytes=599999-999999999", &bytes[599_999..], "bytes 599999-599999/600000"),
    ] {
        let got = get(range).await.unwrap();
        assert_eq!(got.content_range(), Some(told));
        assert_eq!(got.body.collect().await.unwrap().to_vec(), wanted, "{range}");
    }
    assert_eq!(status!(get("bytes=600000-600001")), 416);

    let tag = bench.client.head_object().bucket(BUCKET).key("a").send().await.unwrap().e_tag.unwrap();
    let get = bench.client.get_object().bucket(BUCKET).key("a");
    assert_eq!(status!(get.clone().if_none_match(&tag).send()), 304);
    assert_eq!(status!(get.clone().if_match("\"another\"").send()), 412);
    get.if_none_match("\"another\"").send().await.expect("it did change");
}

#[tokio::test]
async fn putting_again_replaces_unless_that_was_excluded() {
    let bench = bench().await;
    bench.put("a", b"first").await;
    bench.put("a", b"second, longer").await;
    assert_eq!(bench.get("a").await.unwrap(), b"second, longer");
    let put = bench.client.put_object().bucket(BUCKET).key("a").if_none_match("*").body(b"third".to_vec().into());
    assert_eq!(status!(put.send()), 412);
    assert_eq!(bench.get("a").await.unwrap(), b"second, longer");
    assert_eq!(bench.files(), 1, "no draft is left");
}

#[tokio::test]
async fn bytes_that_are_not_the_promised_ones_are_never_seen() {
    let bench = bench().await;
    let (right, wrong) = (photo(3, 100_000), photo(4, 100_000));
    bench.put("kept", &right).await;
    for key in ["new", "kept"] {
        let put = || bench.client.put_object().bucket(BUCKET).key(key).body(wrong.clone().into());
        assert_eq!(status!(put().checksum_sha256(sha256(&right)).send()), 400);
        assert_eq!(status!(put().checksum_crc32("AAAAAA==").send()), 400);
        assert_eq!(status!(put().content_md5("1B2M2Y8AsgTpgAmY7PhCfg==").send()), 400);
    }
    assert_eq!(bench.get("new").await, None);
    assert_eq!(bench.get("kept").await.unwrap(), right);
    assert_eq!(bench.files(), 1);
}

#[tokio::test]
async fn every_checksum_of_the_sdk_is_understood_also_behind_the_body() {
    let bench = bench().await;
    let file = bench.folder.path().join("photo.jpg");
    let bytes = photo(5, 3_000_000);
    fs::write(&file, &bytes).unwrap();
    for algorithm in ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"].map(ChecksumAlgorithm::from) {
        // From memory the checksum travels in the headers, from a file as a trailer.
        for body in [ByteStream::from(bytes.clone()), ByteStream::from_path(&file).await.unwrap()] {
            let key = algorithm.as_str();
            let put = bench.client.put_object().bucket(BUCKET).key(key).checksum_algorithm(algorithm.clone());
            put.body(body).send().await.unwrap();
            assert_eq!(bench.get(key).await.unwrap(), bytes, "{key}");
        }
    }
}

#[tokio::test]
async fn a_presigned_upload_is_bound_to_what_was_declared() {
    let bench = bench().await;
    let (right, wrong) = (photo(6, 300_000), photo(7, 300_000));
    let now = SystemTime::now();
    let presigned = bench.presigned_put("t/1.jpg", &right, now).await;

    assert_eq!(refusal(send(&presigned, &wrong, None)).await, 400);
    for (why, sent) in [
        ("another length", send(&presigned, &right[..299_999], None).await),
        ("no checksum", send(&presigned, &wrong, Some("x-amz-checksum-sha256")).await),
        ("no type", send(&presigned, &right, Some("content-type")).await),
    ] {
        assert!(matches!(refusal(async { sent }).await, 403 | 0), "{why}");
    }
    let late = bench.presigned_put("t/1.jpg", &right, now - Duration::from_hours(1)).await;
    assert!(matches!(refusal(send(&late, &right, None)).await, 403 | 0), "expired");
    assert_eq!(bench.get("t/1.jpg").await, None);
    assert_eq!(bench.files(), 0);

    let sent = send(&presigned, &right, None).await.unwrap();
    assert_eq!(sent.status().as_u16(), 200);
    assert_eq!(sent.headers()["access-control-allow-origin"], "*", "a page may upload too");
    assert_eq!(bench.get("t/1.jpg").await.unwrap(), right);
}

#[tokio::test]
async fn strangers_are_refused() {
    let bench = bench().await;
    bench.put("a", b"secret").await;
    let stranger = client(&bench.server, "not the secret");
    assert_eq!(status!(stranger.get_object().bucket(BUCKET).key("a").send()), 403);
    let nobody = reqwest::get(format!("{}/{BUCKET}/a", bench.server.endpoint)).await.unwrap();
    assert_eq!(nobody.status().as_u16(), 403);
    assert!(!nobody.text().await.unwrap().contains("secret"));
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing() {
    let bench = bench().await;
    let bytes = photo(8, 200_000);
    let presigned = bench.presigned_put("cut", &bytes, SystemTime::now()).await;
    let path = presigned.uri().strip_prefix(&bench.server.endpoint).unwrap();
    let mut socket = TcpStream::connect(bench.server.addr()).unwrap();
    write!(socket, "PUT {path} HTTP/1.1\r\nhost: {}\r\n", bench.server.addr()).unwrap();
    for (name, value) in presigned.headers() {
        write!(socket, "{name}: {value}\r\n").unwrap();
    }
    socket.write_all(b"\r\n").unwrap();
    socket.write_all(&bytes[..100_000]).unwrap();
    socket.shutdown(std::net::Shutdown::Write).unwrap();
    // The server has noticed when it has answered or hung up.
    let mut answer = String::new();
    let _ = tokio::task::spawn_blocking(move || socket.read_to_string(&mut answer)).await.unwrap();
    assert_eq!(bench.get("cut").await, None);
    bench.server.stop().await;
    assert_eq!(fs::read_dir(bench.folder.path().join("drafts")).unwrap().count(), 0);
}

#[tokio::test]
async fn names_collide_with_nothing_but_themselves() {
    let bench = bench().await;
    let long = "k".repeat(1024);
    let names = ["a", "a/b", "a/b/", "A", "../escape", "./x", "/", "照片", "%2e%2e", "q?x=1&y=2#z", long.as_str()];
    for name in names {
        bench.put(name, name.as_bytes()).await;
    }
    for name in names {
        assert_eq!(bench.get(name).await.expect(name), name.as_bytes(), "{name}");
    }
    assert_eq!(bench.files(), names.len());
    let (listed, _) = bench.list("", None, 1000).await;
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), names.iter().map(|&name| name.to_owned()).collect());
    for refused in ["k".repeat(1025), "line\nbreak".to_owned()] {
        assert_eq!(status!(bench.client.put_object().bucket(BUCKET).key(refused).send()), 400);
    }
}

#[tokio::test]
async fn listing_pages_groups_and_forgets_what_was_deleted() {
    let bench = bench().await;
    let mut wanted = Vec::new();
    for day in 1..=3 {
        for number in 0..4 {
            let key = format!("org/2026/0{day}/{number}.jpg");
            bench.put(&key, b"x").await;
            wanted.push(key);
        }
    }
    assert_eq!(bench.list("org/", None, 5).await.0, wanted);
    let groups = ["org/2026/01/", "org/2026/02/", "org/2026/03/"].map(str::to_owned).to_vec();
    assert_eq!(bench.list("org/2026/", Some("/"), 2).await, (Vec::new(), groups));

    bench.put("org/2026/02/9.jpg", b"after the first listing").await;
    bench.client.delete_object().bucket(BUCKET).key("org/2026/02/0.jpg").send().await.unwrap();
    bench.client.delete_object().bucket(BUCKET).key("org/2026/02/0.jpg").send().await.expect("again is fine");
    let these = ["org/2026/02/1.jpg", "org/2026/02/2.jpg", "never there"];
    let these = these.map(|key| ObjectIdentifier::builder().key(key).build().unwrap()).to_vec();
    let delete = Delete::builder().set_objects(Some(these)).build().unwrap();
    let deleted = bench.client.delete_objects().bucket(BUCKET).delete(delete).send().await.unwrap();
    assert_eq!((deleted.deleted().len(), deleted.errors().len()), (3, 0));
    assert_eq!(bench.list("org/2026/02/", None, 1000).await.0, ["org/2026/02/3.jpg", "org/2026/02/9.jpg"]);
}

#[tokio::test]
async fn a_copy_has_the_bytes_the_checksum_and_the_description() {
    let bench = bench().await;
    let bytes = photo(9, 400_000);
    let put = bench.client.put_object().bucket(BUCKET).key("pending/王.jpg").content_type("image/heic");
    put.body(bytes.clone().into()).send().await.unwrap();
    let copy = |to: &str| bench.client.copy_object().bucket(BUCKET).key(to).copy_source("photos/pending/%E7%8E%8B.jpg");
    copy("final/1").send().await.unwrap();
    copy("final/2").metadata_directive(MetadataDirective::Replace).content_type("image/jpeg").send().await.unwrap();
    bench.client.delete_object().bucket(BUCKET).key("pending/王.jpg").send().await.unwrap();

    for (key, content_type) in [("final/1", "image/heic"), ("final/2", "image/jpeg")] {
        let head = bench.client.head_object().bucket(BUCKET).key(key).checksum_mode(ChecksumMode::Enabled).send().await.unwrap();
        assert_eq!(head.checksum_sha256(), Some(sha256(&bytes).as_str()));
        assert_eq!(head.content_type(), Some(content_type));
        assert_eq!(bench.get(key).await.unwrap(), bytes);
    }
    assert_eq!(status!(copy("final/3").send()), 404);
}

#[tokio::test]
async fn buckets_are_made_once_and_needed() {
    let bench = bench().await;
    bench.client.create_bucket().bucket("exports").send().await.unwrap();
    let again = bench.client.create_bucket().bucket("exports").send().await.unwrap_err();
    assert!(again.as_service_error().unwrap().is_bucket_already_owned_by_you());
    bench.client.head_bucket().bucket("exports").send().await.unwrap();
    assert_eq!(status!(bench.client.head_bucket().bucket("nowhere").send()), 404);
    assert_eq!(status!(bench.client.put_object().bucket("nowhere").key("a").send()), 404);
    let get = bench.client.get_object().bucket("nowhere").key("a").send().await.unwrap_err();
    assert_eq!(get.as_service_error().unwrap().meta().code(), Some("NoSuchBucket"));
}

#[tokio::test]
async fn everything_answered_survives_a_restart_and_nothing_else() {
    let Bench { folder, store, server, client: before } = bench().await;
    let bytes = photo(10, 50_000);
    before.put_object().bucket(BUCKET).key("a").body(bytes.clone().into()).send().await.unwrap();
    let (access_key, secret_key, addr) = (server.access_key.clone(), server.secret_key.clone(), server.addr());
    assert!(matches!(Store::open(folder.path()), Err(HouseError::InUse { .. })));
    assert!(matches!(store.serve(addr).await, Err(HouseError::PortTaken { .. })));
    server.stop().await;
    assert!(TcpStream::connect(addr).is_err(), "it no longer listens");
    drop(store);
    fs::write(folder.path().join("drafts/half"), "an upload the process died over").unwrap();

    let store = Store::open(folder.path()).unwrap();
    assert_eq!(fs::read_dir(folder.path().join("drafts")).unwrap().count(), 0);
    let server = store.serve(addr).await.unwrap();
    assert_eq!((&server.access_key, &server.secret_key), (&access_key, &secret_key));
    let bench = Bench { client: client(&server, &secret_key), folder, store, server };
    assert_eq!(bench.get("a").await.unwrap(), bytes);
    assert_eq!(bench.list("", None, 1000).await.0, ["a"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once() {
    let bench = bench().await;
    let mut puts = tokio::task::JoinSet::new();
    for number in 0..40u32 {
        let client = bench.client.clone();
        puts.spawn(async move {
            let bytes = photo(number, 100_000);
            let put = client.put_object().bucket(BUCKET).key(format!("{number:02}")).checksum_sha256(sha256(&bytes));
            put.body(bytes.into()).send().await.unwrap();
        });
        let client = bench.client.clone();
        puts.spawn(async move {
            let put = client.put_object().bucket(BUCKET).key("contested").if_none_match("*");
            let won = put.body(number.to_string().into_bytes().into()).send().await.is_ok();
            assert!(!won || client.get_object().bucket(BUCKET).key("contested").send().await.is_ok());
            if won {
                client.put_object().bucket(BUCKET).key(format!("won by {number}")).send().await.unwrap();
            }
        });
    }
    while let Some(done) = puts.join_next().await {
        done.unwrap();
    }
    assert_eq!(bench.list("won by ", None, 1000).await.0.len(), 1, "exactly one may create a name");
    for number in 0..40 {
        assert_eq!(bench.get(&format!("{number:02}")).await.unwrap(), photo(number, 100_000));
    }
}

#[tokio::test]
async fn a_page_may_ask_before_it_uploads() {
    let bench = bench().await;
    let page = reqwest::Client::builder().build().unwrap();
    let ask = page.request(reqwest::Method::OPTIONS, format!("{}/{BUCKET}/a", bench.server.endpoint));
    let ask = ask.header("origin", "https://console.example").header("access-control-request-method", "PUT");
    let answer = ask.send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 204);
    assert!(answer.headers()["access-control-allow-methods"].to_str().unwrap().contains("PUT"));
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
}

#[tokio::test]
async fn bytes_lost_on_disk_are_an_error_and_not_an_answer() {
    let bench = bench().await;
    bench.put("a", &photo(11, 10_000)).await;
    let name = hex::encode(Sha256::digest(b"a"));
    let path = bench.folder.path().join("buckets").join(BUCKET).join(&name[..2]).join(&name);
    fs::OpenOptions::new().write(true).open(path).unwrap().set_len(9_000).unwrap();
    assert_eq!(status!(bench.client.get_object().bucket(BUCKET).key("a").send()), 500);
}

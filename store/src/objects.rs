//! The way to S3: every key and every call. Keys are made here and never by a client.

mod keys;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation};
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ChecksumMode;
use aws_smithy_http_client::tls;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http_body::{Body, Frame, SizeHint};
use platform::settings::S3Settings;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::StoreError;

pub use keys::{Uploads, attachment_key, derived_key, incoming_key, photo_key, upload_key};

/// A call that moves little must answer by then, or S3 counts as away: somebody stands at a door and waits.
const SMALL_CALL_AFTER: Duration = Duration::from_millis(1900);
const CONNECT_AFTER: Duration = Duration::from_secs(1);
/// An upload or download whose bytes stand still for this long has failed.
const STALLED_AFTER: Duration = Duration::from_secs(15);

/// The bucket that holds the photos.
#[derive(Debug, Clone)]
pub struct Objects {
    client: Client,
    /// Signs for the address that phones use.
    signer: Client,
    bucket: String,
}

/// What a client needs to upload one object by itself.
#[derive(Debug, Clone)]
pub struct Upload {
    pub method: String,
    pub url: String,
    pub headers: BTreeMap<String, String>,
}

/// The object as declared: size and digest are bound into the signature, so that nothing else is accepted.
#[derive(Debug, Clone, Copy)]
pub struct Declared<'a> {
    pub bytes: u64,
    pub sha256: &'a [u8],
    pub content_type: &'a str,
}

/// What S3 says is there.
#[derive(Debug, Clone)]
pub struct Stored {
    pub bytes: u64,
    /// S3's own SHA-256 of the object, where it keeps one.
    pub sha256: Option<Vec<u8>>,
}

/// An upload as it lies where clients put them: what it is an upload of, and since when it lies there.
#[derive(Debug, Clone, Copy)]
pub struct Incoming {
    pub id: Uuid,
    pub stored_at: DateTime<Utc>,
}

impl Objects {
    /// Prepares the clients; nothing is sent yet.
    pub fn new(settings: &S3Settings) -> Self {
        Self {
            client: client(settings, &settings.endpoint),
            signer: client(settings, &settings.public_endpoint),
            bucket: settings.bucket.clone(),
        }
    }

    /// Makes the bucket if it is not there.
    ///
    /// # Errors
    /// `Unavailable` when S3 is away or refuses.
    pub async fn ensure_bucket(&self) -> Result<(), StoreError> {
        if self.client.head_bucket().bucket(&self.bucket).send().await.is_ok() {
            return Ok(());
        }
        self.client.create_bucket().bucket(&self.bucket).send().await.map(drop).map_err(StoreError::s3)
    }

    /// Whether S3 answers and the bucket is there.
    ///
    /// # Errors
    /// `Unavailable` when not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.client.head_bucket().bucket(&self.bucket).send().await.map(drop).map_err(StoreError::s3)
    }

    /// Signs an upload of exactly the declared bytes under `key`. No network is used.
    ///
    /// # Errors
    /// When the span cannot be signed.
    pub async fn presign_put(&self, key: &str, declared: Declared<'_>, open_for: Duration) -> Result<Upload, StoreError> {
        let presigning = PresigningConfig::expires_in(open_for).map_err(StoreError::s3)?;
        let signed = self.put_request(&self.signer, key, declared).presigned(presigning).await.map_err(StoreError::s3)?;
        Ok(Upload {
            method: signed.method().to_owned(),
            url: signed.uri().to_owned(),
            headers: signed.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        })
    }

    /// A link to an object that is good for a while, for whoever has it.
    ///
    /// # Errors
    /// When the link cannot be signed.
    pub async fn presign_get(&self, key: &str, open_for: Duration) -> Result<String, StoreError> {
        let presigning = PresigningConfig::expires_in(open_for).map_err(StoreError::s3)?;
        let asked = self.signer.get_object().bucket(&self.bucket).key(key);
        let signed = asked.presigned(presigning).await.map_err(StoreError::s3)?;
        Ok(signed.uri().to_owned())
    }

    /// Streams an object through; S3 refuses it whole when size or digest differ from what was declared.
    ///
    /// # Errors
    /// `Conflict("object_digest")` when S3 refused the bytes, else `Unavailable`.
    pub async fn put(&self, key: &str, declared: Declared<'_>, chunks: mpsc::Receiver<Bytes>) -> Result<(), StoreError> {
        let body = ByteStream::from_body_1_x(Chunks { chunks, left: declared.bytes });
        let long = aws_sdk_s3::config::Config::builder().timeout_config(
            TimeoutConfig::builder().connect_timeout(CONNECT_AFTER).read_timeout(STALLED_AFTER).disable_operation_timeout().build(),
        );
        let sent = self
            .put_request(&self.client, key, declared)
            .body(body)
            .customize()
            .disable_payload_signing()
            .config_override(long)
            .send()
            .await;
        match sent {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(refusal)) if refusal.raw().status().as_u16() == 400 => {
                Err(StoreError::Conflict("object_digest".to_owned()))
            }
            Err(error) => Err(StoreError::s3(error)),
        }
    }

    /// What lies under `key`; `None` when nothing does.
    ///
    /// # Errors
    /// `Unavailable` when S3 is away.
    pub async fn head(&self, key: &str) -> Result<Option<Stored>, StoreError> {
        match self.client.head_object().bucket(&self.bucket).key(key).checksum_mode(ChecksumMode::Enabled).send().await {
            Ok(found) => Ok(Some(Stored {
                bytes: found.content_length().and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0),
                sha256: found.checksum_sha256().and_then(|text| BASE64.decode(text).ok()).filter(|digest| digest.len() == 32),
            })),
            Err(error) if status_of(&error) == Some(404) => Ok(None),
            Err(error) => Err(StoreError::s3(error)),
        }
    }

    /// `len` bytes from `offset`, fewer at the end.
    ///
    /// # Errors
    /// `Unavailable` when S3 is away or the object is not there.
    pub async fn read(&self, key: &str, offset: u64, len: u64) -> Result<Bytes, StoreError> {
        let range = format!("bytes={offset}-{}", offset.saturating_add(len.max(1)) - 1);
        let answer = self.client.get_object().bucket(&self.bucket).key(key).range(range).send().await.map_err(StoreError::s3)?;
        Ok(answer.body.collect().await.map_err(StoreError::s3)?.into_bytes())
    }

    /// Whether size and SHA-256 of what is stored are as declared: as S3 keeps them, or counted here where it keeps no digest.
    ///
    /// # Errors
    /// `Unavailable` when S3 is away.
    pub async fn is_as_declared(&self, key: &str, bytes: u64, sha256: &[u8]) -> Result<bool, StoreError> {
        let Some(stored) = self.head(key).await? else { return Ok(false) };
        if stored.bytes != bytes {
            return Ok(false);
        }
        if let Some(known) = stored.sha256 {
            return Ok(known == sha256);
        }
        let Some((_, mut body)) = self.open(key).await? else { return Ok(false) };
        let mut digest = Sha256::new();
        while let Some(chunk) = body.next().await {
            digest.update(&chunk.map_err(StoreError::s3)?);
        }
        Ok(digest.finalize().as_slice() == sha256)
    }

    /// The whole object as a stream, with its size; `None` when nothing lies under `key`.
    ///
    /// # Errors
    /// `Unavailable` when S3 is away.
    pub async fn open(&self, key: &str) -> Result<Option<(u64, ByteStream)>, StoreError> {
        let long = aws_sdk_s3::config::Config::builder().timeout_config(
            TimeoutConfig::builder().connect_timeout(CONNECT_AFTER).read_timeout(STALLED_AFTER).disable_operation_timeout().build(),
        );
        match self.client.get_object().bucket(&self.bucket).key(key).customize().config_override(long).send().await {
            Ok(found) => {
                let bytes = found.content_length().and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0);
                Ok(Some((bytes, found.body)))
            }
            Err(error) if status_of(&error) == Some(404) => Ok(None),
            Err(error) => Err(StoreError::s3(error)),
        }
    }

    /// Stores a small object of our own making (a thumbnail).
    ///
    /// # Errors
    /// `Unavailable` when S3 is away.
    pub async fn put_small(&self, key: &str, content_type: &str, bytes: Vec<u8>) -> Result<(), StoreError> {
        let request = self.client.put_object().bucket(&self.bucket).key(key).content_type(content_type);
        request.body(ByteStream::from(bytes)).send().await.map(drop).map_err(StoreError::s3)
    }

    /// Copies inside the bucket: from where a client could write to where none can. `false` when `from` is not there.
    ///
    /// # Errors
    /// `Unavailable` when S3 is away.
    pub async fn copy(&self, from: &str, to: &str) -> Result<bool, StoreError> {
        let source = format!("{}/{from}", self.bucket);
        match self.client.copy_object().bucket(&self.bucket).key(to).copy_source(source).send().await {
            Ok(_) => Ok(true),
            Err(error) if status_of(&error) == Some(404) => Ok(false),
            Err(error) => Err(StoreError::s3(error)),
        }
    }

    /// Removes an object; one that is not there is fine.
    ///
    /// # Errors
    /// `Unavailable` when S3 is away.
    pub async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.client.delete_object().bucket(&self.bucket).key(key).send().await.map(drop).map_err(StoreError::s3)
    }

    /// Up to `limit` of what an organisation's clients uploaded and nobody has taken away, in id order after `after`.
    ///
    /// # Errors
    /// `Unavailable` when S3 is away.
    pub async fn incoming(
        &self,
        uploads: Uploads,
        organisation_id: Uuid,
        after: Option<Uuid>,
        limit: i32,
    ) -> Result<Vec<Incoming>, StoreError> {
        let prefix = format!("{}/{organisation_id}/", uploads.folder());
        let start = after.map(|after| uploads.key(organisation_id, after));
        let listing = self.client.list_objects_v2().bucket(&self.bucket).prefix(&prefix).set_start_after(start).max_keys(limit);
        let listing = listing.send().await.map_err(StoreError::s3)?;
        let found = listing.contents().iter().filter_map(|object| {
            let id = object.key()?.strip_prefix(&prefix)?.parse().ok()?;
            let stored_at = object.last_modified().and_then(|at| DateTime::from_timestamp(at.secs(), at.subsec_nanos()))?;
            Some(Incoming { id, stored_at })
        });
        Ok(found.collect())
    }

    fn put_request(
        &self,
        client: &Client,
        key: &str,
        declared: Declared<'_>,
    ) -> aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder {
        client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(declared.content_type)
            .content_length(i64::try_from(declared.bytes).unwrap_or(i64::MAX))
            .checksum_sha256(BASE64.encode(declared.sha256))
    }
}

fn client(settings: &S3Settings, endpoint: &str) -> Client {
    let https =
        aws_smithy_http_client::Builder::new().tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc)).build_https();
    let credentials = Credentials::new(settings.access_key.reveal(), settings.secret_key.reveal(), None, None, "settings");
    let limits = TimeoutConfig::builder().connect_timeout(CONNECT_AFTER).operation_timeout(SMALL_CALL_AFTER).build();
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(https)
        .endpoint_url(endpoint)
        .region(Region::new(settings.region.clone()))
        .credentials_provider(credentials)
        .force_path_style(true)
        // Checksums that nobody asked for travel as trailers, which some services refuse.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        .retry_config(RetryConfig::standard().with_max_attempts(2))
        .timeout_config(limits)
        .build();
    Client::from_conf(config)
}

fn status_of<E>(error: &SdkError<E>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

/// A body fed through a channel, so that bytes are hashed on their way and never pile up.
struct Chunks {
    chunks: mpsc::Receiver<Bytes>,
    left: u64,
}

impl Body for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.chunks.poll_recv(cx).map(|chunk| {
            let chunk = chunk?;
            self.left = self.left.saturating_sub(chunk.len() as u64);
            Some(Ok(Frame::data(chunk)))
        })
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

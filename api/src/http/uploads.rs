//! Declared bytes on their way through us to S3: streamed, counted, hashed. Nothing is whole in memory.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use futures_util::{Stream, StreamExt};
use sha2::{Digest, Sha256};
use store::StoreError;
use store::objects::Declared;
use tokio::sync::mpsc;

use super::fault::{Fault, FaultCode};
use super::pace::is_too_slow;
use super::problem::{Problem, ProblemKind};
use crate::House;

/// Chunks in flight between the client and S3.
const CHUNKS_IN_FLIGHT: usize = 4;

/// A request's body as a stream of what was declared to come.
///
/// # Errors
/// `BytesDiffer` when its length says already that something else comes.
pub fn declared_body(
    headers: &HeaderMap,
    body: Body,
    bytes: u64,
) -> Result<impl Stream<Item = Result<Bytes, Problem>> + Send + Unpin + use<>, Problem> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|text| text.parse::<u64>().ok());
    if length.is_some_and(|length| length != bytes) {
        let fault = Fault::at("Content-Length", FaultCode::OutOfRange).allowing(bytes.to_string());
        return Err(Problem::with(ProblemKind::BytesDiffer, fault));
    }
    Ok(body.into_data_stream().map(|chunk| {
        chunk.map_err(|error| if is_too_slow(&error) { ProblemKind::TooSlow.into() } else { ProblemKind::UploadBroken.into() })
    }))
}

/// Streams declared bytes through to S3, under `key`, and shows every chunk to `watch` on its way. Afterwards they are there as declared, or
/// not at all.
///
/// # Errors
/// `BytesDiffer` when size or SHA-256 are not as declared; the stream's own problem when it broke; `Unavailable` when S3 is away.
pub async fn pass_through(
    house: &House,
    key: &str,
    declared: Declared<'_>,
    body: impl Stream<Item = Result<Bytes, Problem>> + Send + Unpin,
    watch: impl FnMut(&[u8]) + Send,
) -> Result<(), Problem> {
    let (sender, receiver) = mpsc::channel(CHUNKS_IN_FLIGHT);
    let (fed, stored) = tokio::join!(feed(body, sender, declared.bytes, watch), house.objects.put(key, declared, receiver));
    let passed = fed?;
    let is_as_declared = passed.bytes == declared.bytes && passed.sha256[..] == *declared.sha256;
    match stored {
        Ok(()) if is_as_declared => Ok(()),
        Ok(()) | Err(StoreError::Conflict(_)) => {
            let _ = house.objects.delete(key).await;
            Err(ProblemKind::BytesDiffer.into())
        }
        Err(_) if !is_as_declared => Err(ProblemKind::BytesDiffer.into()),
        Err(error) => Err(error.into()),
    }
}

/// What passed through our hands.
struct Passed {
    bytes: u64,
    sha256: [u8; 32],
}

/// Passes chunks on while counting and hashing them; stops as soon as more comes than was declared, or S3 hangs up.
async fn feed(
    mut body: impl Stream<Item = Result<Bytes, Problem>> + Unpin,
    sender: mpsc::Sender<Bytes>,
    declared_bytes: u64,
    mut watch: impl FnMut(&[u8]),
) -> Result<Passed, Problem> {
    let (mut bytes, mut sha256) = (0_u64, Sha256::new());
    while let Some(chunk) = body.next().await {
        let chunk = chunk?;
        bytes += chunk.len() as u64;
        if bytes > declared_bytes {
            break;
        }
        sha256.update(&chunk);
        watch(&chunk);
        if sender.send(chunk).await.is_err() {
            break;
        }
    }
    Ok(Passed { bytes, sha256: sha256.finalize().into() })
}

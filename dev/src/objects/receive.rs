//! Takes the body of an upload into a draft, and gives up on uploaders that are too slow or send too much.

use std::time::Duration;

use futures_util::StreamExt;
use s3s::dto::StreamingBlob;
use s3s::{S3Error, S3Result, s3_error};
use tokio::io::{AsyncSeekExt, AsyncWriteExt, BufWriter};
use tokio::time::timeout;

use super::digest::{Came, Tally};
use super::disk::Draft;
use super::header::DATA_AT;

/// Largest object in bytes; a photo is a fiftieth of it.
pub(super) const OBJECT_LIMIT_BYTES: u64 = 512 << 20;
/// How long an uploader may stay silent, and how long one upload may take in all.
const SILENCE_LIMIT: Duration = Duration::from_secs(30);
const UPLOAD_LIMIT: Duration = Duration::from_mins(15);
/// Bytes moved between disk and network at a time.
pub(super) const CHUNK_BYTES: usize = 256 << 10;

/// Writes the body into the draft and counts it.
pub(super) async fn receive(body: Option<StreamingBlob>, draft: &Draft, tally: Tally) -> S3Result<Came> {
    let file = tokio::fs::File::from_std(draft.handle().map_err(broken)?);
    let mut file = BufWriter::with_capacity(CHUNK_BYTES, file);
    file.seek(std::io::SeekFrom::Start(DATA_AT)).await.map_err(broken)?;
    let taking = async {
        let mut tally = tally;
        let Some(mut body) = body else { return Ok(tally) };
        while let Some(chunk) = timeout(SILENCE_LIMIT, body.next()).await.map_err(|_| too_slow())? {
            let chunk = chunk.map_err(|error| cut_short(&error))?;
            tally.add(&chunk);
            if tally.length() > OBJECT_LIMIT_BYTES {
                return Err(s3_error!(EntityTooLarge));
            }
            file.write_all(&chunk).await.map_err(broken)?;
        }
        file.flush().await.map_err(broken)?;
        Ok(tally)
    };
    let tally = timeout(UPLOAD_LIMIT, taking).await.map_err(|_| too_slow())??;
    Ok(tally.finish())
}

/// The disk failed: the cause is for the log, not for the client.
pub(super) fn broken(error: std::io::Error) -> S3Error {
    tracing::error!(%error, "the object store could not use its disk");
    S3Error::internal_error(error)
}

/// The body ended before its end, or was not what its signature said.
fn cut_short(error: &s3s::StdError) -> S3Error {
    let said = error.to_string();
    if said.contains("Sha256Mismatch") {
        s3_error!(BadDigest, "the bytes are not those of x-amz-content-sha256")
    } else if said.contains("SignatureMismatch") {
        s3_error!(SignatureDoesNotMatch)
    } else {
        s3_error!(IncompleteBody)
    }
}

fn too_slow() -> S3Error {
    s3_error!(RequestTimeout)
}

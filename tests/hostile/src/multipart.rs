//! The one-request form.

use std::cell::LazyCell;
use std::io;

use api::http::problem::{Problem, ProblemKind};
use api::proving::{FormPhoto, Spool, form};
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use bytes::Bytes;
use platform::{Clock, Ids};
use sha2::{Digest, Sha256};
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;

use crate::cuts::{Chance, at_random};
use crate::problem;

/// Small, so that some photos are too large.
const PHOTO_MAX: u64 = 3000;
/// What stands between the parts when the input does not say.
const BOUNDARY: &str = "fieldproof";

thread_local! {
    static RUNTIME: LazyCell<Runtime> = LazyCell::new(|| Builder::new_current_thread().build().expect("a runtime"));
}

/// Reads the bytes as the body of `POST /v1/visits`. Its boundary is what its first line says, as clients write it.
pub fn multipart(body: &[u8]) {
    let mut chance = Chance::of(body);
    let first = body.split(|byte| *byte == b'\r' || *byte == b'\n').next().and_then(|line| line.strip_prefix(b"--"));
    let named = first.and_then(|line| std::str::from_utf8(line).ok()).filter(|line| !line.is_empty());
    let declared = format!("multipart/form-data; boundary={}", named.unwrap_or(BOUNDARY));
    let whole = read(&declared, [body], false);
    if let Ok((_, _, photos)) = &whole {
        photos.iter().for_each(photo_holds);
        let spooled: usize = photos.iter().map(|photo| photo.spooled.len()).sum();
        assert!(photos.len() <= 10 && spooled <= body.len());
    }
    let pieces = at_random(body, [4, 100][chance.below(2)], &mut chance);
    assert_eq!(read(&declared, pieces.iter().copied(), false), whole, "cut at random");
    // The link breaks in the middle: that may hide what else is wrong, but never becomes something else.
    let kept = chance.below(pieces.len() + 1);
    let broken = read(&declared, pieces.into_iter().take(kept), true);
    let upload_broken = problem::gist(&ProblemKind::UploadBroken.into());
    assert!(broken == whole || broken == Err(upload_broken), "{broken:?} after a break, {whole:?} without");
}

type Read = Result<(Uuid, String, Vec<FormPhoto>), String>;

fn read<'a>(declared: &str, pieces: impl IntoIterator<Item = &'a [u8]>, breaks: bool) -> Read {
    let pieces = pieces.into_iter().map(|piece| Ok(Bytes::copy_from_slice(piece)));
    let end = breaks.then(|| Err(io::Error::from(io::ErrorKind::ConnectionReset)));
    let stream = futures_util::stream::iter(pieces.chain(end).collect::<Vec<_>>());
    let request = Request::post("/v1/visits").header(CONTENT_TYPE, declared).body(Body::from_stream(stream));
    // What no server would take for a header is not this door's to read.
    let Ok(request) = request else { return Err("no request".to_owned()) };
    let (ids, folder) = (Ids::new(Clock::wall()), std::env::temp_dir());
    let spool = Spool { folder: &folder, ids: &ids, photo_max_bytes: PHOTO_MAX };
    let read = RUNTIME.with(|runtime| runtime.block_on(form(request, &spool)));
    read.map_err(|refusal: Problem| {
        problem::holds(&refusal);
        problem::gist(&refusal)
    })
}

fn photo_holds(photo: &FormPhoto) {
    assert_eq!(photo.spooled.len() as u64, photo.bytes);
    assert!((1..=PHOTO_MAX).contains(&photo.bytes));
    assert_eq!(<[u8; 32]>::from(Sha256::digest(&photo.spooled)), photo.sha256);
}

//! Every trap that real and hostile photos set, one change to an honest photo each; nothing outside the repository is needed.

#![expect(clippy::expect_used, clippy::panic, reason = "a test stops at its first surprise")]

mod blocks;
mod details;
mod files;
mod layouts;
mod properties;
mod tiff;

use domain::evidence::{Evidence, Gps, GpsFault, MAX_FETCHED_BYTES, MAX_NEEDS, Need, Ranges, Reading, Step, read};
use files::{app1, jpeg};
use tiff::{LAT, LON, Tiff, Value};

/// What it is, and the change that makes it.
type Trap = (&'static str, fn(&mut Tiff));

fn honest() -> Vec<u8> {
    Tiff::honest().build()
}

/// An EXIF block with one change.
fn with(change: impl FnOnce(&mut Tiff)) -> Vec<u8> {
    let mut tiff = Tiff::honest();
    change(&mut tiff);
    tiff.build()
}

fn elsewhere() -> Vec<u8> {
    with(|t| t.set(2, Value::Rationals(vec![(10, 1), (0, 1), (0, 1)])))
}

fn evidence(photo: &[u8]) -> Evidence {
    match read_photo(photo).0 {
        Reading::Evidence(evidence) => *evidence,
        other => panic!("read as {other:?}"),
    }
}

fn of_block(block: &[u8]) -> Evidence {
    evidence(&jpeg(&[app1(block)]))
}

fn is_here(gps: Gps) -> bool {
    matches!(gps, Gps::Position { position } if (position.lat - LAT).abs() < 1e-6 && (position.lon - LON).abs() < 1e-6)
}

fn malformed(why: GpsFault) -> Gps {
    Gps::Malformed { why }
}

/// Reads an object the way production does, holding the reader to its bounds; also the number of requests.
fn read_by_ranges(total_len: u64, fetch: impl Fn(u64, usize) -> Vec<u8>) -> (Reading, usize) {
    let mut source = Ranges::new(total_len);
    let (mut requests, mut fetched) = (0, 0);
    loop {
        match read(&source) {
            Step::Done(reading) => return (reading, requests),
            Step::Need(Need { offset, len }) => {
                requests += 1;
                fetched += len;
                assert!(len > 0 && offset + len as u64 <= total_len, "{len} bytes at {offset} of {total_len}");
                assert!(requests <= MAX_NEEDS && fetched <= MAX_FETCHED_BYTES, "{requests} requests, {fetched} bytes");
                source.insert(offset, fetch(offset, len));
            }
        }
    }
}

/// Reads a photo in memory by ranges.
fn read_photo(photo: &[u8]) -> (Reading, usize) {
    read_by_ranges(photo.len() as u64, |offset, len| {
        let from = usize::try_from(offset).expect("within the photo");
        photo.get(from..from + len).expect("within the photo").to_vec()
    })
}

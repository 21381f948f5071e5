//! What stands behind the question mark: cursors, places, and the other parameters of lists.

use api::http::page::{CURSOR_MAX, decode, decode_moment, encode};
use api::http::problem::Problem;
use api::proving::{customers_query, other_queries};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::problem;

/// Reads the bytes as a cursor, as the key inside of a cursor, and as the query of every kind of list.
pub fn cursor(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let inside = base64_of(bytes);
    for cursor in [text.as_ref(), inside.as_str()] {
        key::<(String, Uuid)>(cursor);
        key::<(u64, Uuid)>(cursor);
        key::<String>(cursor);
        key::<Uuid>(cursor);
        key::<i32>(cursor);
        moment(cursor);
    }
    match customers_query(&text) {
        Ok(None) => {}
        Ok(Some((place, reach_m))) => {
            assert!(place.lat.abs() <= 90.0 && place.lon.abs() <= 180.0, "{place:?}");
            assert!((1.0..=50_000.0).contains(&reach_m), "{reach_m}");
        }
        Err(refusal) => points_at_the_query(&refusal),
    }
    other_queries(&text).iter().filter_map(|read| read.as_ref().err()).for_each(points_at_the_query);
}

/// A key that is accepted is short and free of what the database cannot keep, and comes back from the cursor written of it.
fn key<K: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(cursor: &str) {
    match decode::<K>(Some(cursor)) {
        Ok(None) => panic!("a cursor was passed over: {cursor}"),
        Ok(Some(key)) => {
            assert!(cursor.len() <= CURSOR_MAX);
            assert!(!serde_json::to_string(&key).expect("it was read").contains("\\u0000"), "{key:?}");
            let written = encode(&key);
            // One that we write anew may have become longer, but only our own are ever sent back.
            if written.len() <= CURSOR_MAX {
                assert_eq!(decode::<K>(Some(&written)).ok().flatten(), Some(key));
            }
        }
        Err(refusal) => points_at_the_query(&refusal),
    }
}

fn moment(cursor: &str) {
    match decode_moment(Some(cursor)) {
        Ok(read) => {
            let (at, id) = read.expect("a cursor was given");
            assert!((946_684_800..4_102_444_800).contains(&at.timestamp()), "{at}");
            assert_eq!(decode_moment(Some(&encode(&(at, id)))).ok().flatten(), Some((at, id)));
        }
        Err(refusal) => points_at_the_query(&refusal),
    }
}

fn points_at_the_query(refusal: &Problem) {
    problem::holds(refusal);
    assert!(refusal.faults.iter().all(|fault| fault.pointer.starts_with('?')), "{refusal:?}");
}

/// The bytes as a cursor holds them: base64 for addresses, without padding.
fn base64_of(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let letter = |bits: u32| char::from(LETTERS[(bits & 63) as usize]);
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | u32::from(three.get(at).copied().unwrap_or(0)));
        text.extend([18, 12, 6, 0].into_iter().take(three.len() + 1).map(|shift| letter(bits >> shift)));
    }
    text
}

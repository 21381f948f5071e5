//! Keyset pages: a cursor names the last row seen, so that a page costs the same wherever it lies.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;
use uuid::Uuid;

use super::fault::{Fault, FaultCode};
use super::problem::{Problem, ProblemKind};
use super::values::{Instant, Whole};

/// How many rows a page holds unless asked otherwise.
pub const DEFAULT_LIMIT: i64 = 50;
/// Longest cursor that is looked at: one may hold a name of 200 characters.
pub const CURSOR_MAX: usize = 2048;

/// How JSON writes NUL.
const NUL: &[u8] = b"\\u0000";

/// `?limit=`: 1 to 200.
pub type Limit = Whole<1, 200>;

/// Rows asked for; 50 when nothing is asked.
pub fn limit_of(limit: Option<Limit>) -> i64 {
    limit.map_or(DEFAULT_LIMIT, Whole::get)
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Ask for the next page with `?cursor=`; null on the last page.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// Cuts `rows` (one more than `limit` was read, if there was one) into a page whose cursor is `key` of its last row.
    pub fn cut<K: Serialize>(mut rows: Vec<T>, limit: i64, key: impl Fn(&T) -> K) -> Self {
        let limit = usize::try_from(limit).unwrap_or(0);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = if more { rows.last().map(|row| encode(&key(row))) } else { None };
        Self { items: rows, next_cursor }
    }

    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(change).collect(), next_cursor: self.next_cursor }
    }
}

/// Writes a cursor.
pub fn encode(key: &impl Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).unwrap_or_default())
}

/// Reads a cursor that this server wrote.
///
/// # Errors
/// `MalformedRequest` at `?cursor` for anything else.
pub fn decode<K: DeserializeOwned>(cursor: Option<&str>) -> Result<Option<K>, Problem> {
    let Some(cursor) = cursor else { return Ok(None) };
    let refused = || Problem::with(ProblemKind::MalformedRequest, Fault::at("?cursor", FaultCode::Malformed));
    if cursor.len() > CURSOR_MAX {
        return Err(refused());
    }
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| refused())?;
    // No name in the database holds NUL, and PostgreSQL takes none.
    if bytes.windows(NUL.len()).any(|part| part == NUL) {
        return Err(refused());
    }
    serde_json::from_slice(&bytes).map(Some).map_err(|_| refused())
}

/// Reads a cursor of a list that is ordered by time; instants that the database has no room for are refused.
///
/// # Errors
/// As [`decode`].
pub fn decode_moment(cursor: Option<&str>) -> Result<Option<(DateTime<Utc>, Uuid)>, Problem> {
    Ok(decode::<(Instant, Uuid)>(cursor)?.map(|(at, id)| (at.0, id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_and_garbage_is_refused() {
        let written = encode(&("2026-11-23", 7));
        assert_eq!(decode::<(String, i32)>(Some(&written)).unwrap(), Some(("2026-11-23".to_owned(), 7)));
        for garbage in ["", "!", "e30", &"A".repeat(2049), &encode(&("\0", 7))] {
            assert!(decode::<(String, i32)>(Some(garbage)).is_err(), "{garbage}");
        }
    }

    #[test]
    fn the_last_page_has_no_cursor() {
        assert!(Page::cut(vec![1, 2], 2, |n| *n).next_cursor.is_none());
        assert!(Page::cut(vec![1, 2, 3], 2, |n| *n).next_cursor.is_some());
    }
}

//! What is known of an object's bytes, and the plan for fetching more.

use std::collections::BTreeMap;

/// How much of a photo is fetched first, in bytes: enough for all JPEGs and most HEICs of real phones.
pub const HEAD_BYTES: usize = 64 * 1024;
/// The most that is ever fetched of one photo to read its evidence, in bytes.
pub const MAX_FETCHED_BYTES: usize = 2 * 1024 * 1024;
/// The most requests ever made for one photo's evidence.
pub const MAX_NEEDS: usize = 8;

/// A byte range that must be fetched before reading can go on; it never reaches beyond the object's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    pub offset: u64,
    pub len: usize,
}

/// The known byte ranges of an object of known size, bounded to [`MAX_FETCHED_BYTES`].
#[derive(Debug, Clone)]
pub struct Ranges {
    total_len: u64,
    /// Disjoint runs by their start; runs that touch are joined, so that a slice over them is contiguous.
    runs: BTreeMap<u64, Vec<u8>>,
    inserts: usize,
    inserted_bytes: usize,
}

impl Ranges {
    /// Nothing known yet of an object of `total_len` bytes.
    pub fn new(total_len: u64) -> Self {
        Self { total_len, runs: BTreeMap::new(), inserts: 0, inserted_bytes: 0 }
    }

    /// The object's size in bytes.
    pub fn total_len(&self) -> u64 {
        self.total_len
    }

    /// Adds fetched bytes; what lies beyond the object's end or the budget is dropped.
    pub fn insert(&mut self, offset: u64, mut bytes: Vec<u8>) {
        self.inserts += 1;
        let room = usize::try_from(self.total_len.saturating_sub(offset)).unwrap_or(usize::MAX);
        bytes.truncate(room.min(MAX_FETCHED_BYTES - self.inserted_bytes));
        if bytes.is_empty() {
            return;
        }
        self.inserted_bytes += bytes.len();
        let (mut start, mut joined) = (offset, bytes);
        if let Some((&before, run)) = self.runs.range(..offset).next_back()
            && before + size(run) >= offset
        {
            let mut run = self.runs.remove(&before).unwrap_or_default();
            overlay(&mut run, offset - before, &joined);
            (start, joined) = (before, run);
        }
        while let Some((&after, _)) = self.runs.range(start..=start + size(&joined)).next() {
            let run = self.runs.remove(&after).unwrap_or_default();
            let overlap = usize::try_from(start + size(&joined) - after).unwrap_or(usize::MAX);
            joined.extend_from_slice(run.get(overlap..).unwrap_or_default());
        }
        self.runs.insert(start, joined);
    }

    /// The bytes from `offset` on: `len` of them, or fewer only where the object ends.
    ///
    /// # Errors
    /// The range to fetch first. It asks for at least as much as was fetched so far, so a walk over many small
    /// pieces doubles its reach with each request and few requests exhaust the budget.
    pub fn get(&self, offset: u64, len: usize) -> Result<&[u8], Need> {
        let end = offset.saturating_add(len as u64).min(self.total_len);
        let Some(wanted) = end.checked_sub(offset).and_then(|n| usize::try_from(n).ok()) else { return Ok(&[]) };
        let known = self.runs.range(..=offset).next_back().and_then(|(&start, run)| {
            let skip = usize::try_from(offset - start).ok()?;
            run.get(skip..)
        });
        let known = known.unwrap_or_default();
        known.get(..wanted).ok_or_else(|| self.ask(offset + size(known), end))
    }

    /// Whether the bounds allow `need` to be fetched.
    pub(crate) fn affords(&self, need: Need) -> bool {
        self.inserts < MAX_NEEDS && need.len <= MAX_FETCHED_BYTES - self.inserted_bytes
    }

    /// Whether nothing was ever inserted.
    pub(super) fn is_untouched(&self) -> bool {
        self.inserts == 0
    }

    fn ask(&self, from: u64, to: u64) -> Need {
        let budget = MAX_FETCHED_BYTES - self.inserted_bytes;
        let ahead = from.saturating_add(self.inserted_bytes.min(budget) as u64).min(self.total_len);
        let ahead = self.runs.range(from..).next().map_or(ahead, |(&next, _)| ahead.min(next));
        Need { offset: from, len: usize::try_from(ahead.max(to) - from).unwrap_or(usize::MAX) }
    }
}

fn size(run: &[u8]) -> u64 {
    run.len() as u64
}

/// Writes `bytes` over `run` at `at`, which is at most the run's length, growing it where they reach further.
fn overlay(run: &mut Vec<u8>, at: u64, bytes: &[u8]) {
    let at = usize::try_from(at).unwrap_or(usize::MAX).min(run.len());
    let tail = run.get(at + bytes.len()..).unwrap_or_default().to_vec();
    run.truncate(at);
    run.extend_from_slice(bytes);
    run.extend_from_slice(&tail);
}

#[cfg(test)]
mod tests {
    use super::{HEAD_BYTES, MAX_FETCHED_BYTES, MAX_NEEDS, Need, Ranges};
    use proptest::prelude::*;

    #[test]
    fn a_slice_may_span_ranges_that_touch() {
        let mut ranges = Ranges::new(10);
        ranges.insert(4, vec![4, 5, 6]);
        ranges.insert(0, vec![0, 1, 2, 3]);
        assert_eq!(ranges.get(2, 4), Ok(&[2, 3, 4, 5][..]));
        assert_eq!(ranges.get(5, 5), Err(Need { offset: 7, len: 3 }));
    }

    #[test]
    fn reads_beyond_the_end_are_short_and_never_needed() {
        let mut ranges = Ranges::new(3);
        ranges.insert(0, vec![1, 2, 3, 99]);
        assert_eq!(ranges.get(1, 100), Ok(&[2, 3][..]));
        assert_eq!(ranges.get(3, 1), Ok(&[][..]));
        assert_eq!(ranges.get(u64::MAX, usize::MAX), Ok(&[][..]));
    }

    #[test]
    fn a_walk_over_small_pieces_reaches_the_budget_in_few_requests() {
        let mut ranges = Ranges::new(1 << 30);
        ranges.insert(0, vec![0; HEAD_BYTES]);
        let (mut at, mut asked) = (0, 1);
        loop {
            match ranges.get(at, 4) {
                Ok(_) => at += 4,
                Err(need) if ranges.affords(need) => {
                    asked += 1;
                    ranges.insert(need.offset, vec![0; need.len]);
                }
                Err(_) => break,
            }
        }
        assert_eq!(at, MAX_FETCHED_BYTES as u64);
        assert!(asked <= MAX_NEEDS, "{asked}");
    }

    proptest! {
        #[test]
        fn inserted_bytes_come_back_whatever_the_order(pieces in prop::collection::vec((0u64..300, 0usize..80), 1..12)) {
            let object: Vec<u8> = (0..=255).collect();
            let mut ranges = Ranges::new(256);
            let mut known = [false; 256];
            for (offset, len) in pieces {
                let from = usize::try_from(offset).unwrap_or(0).min(256);
                let to = (from + len).min(256);
                ranges.insert(offset, object.get(from..to).unwrap_or_default().to_vec());
                known.iter_mut().take(to).skip(from).for_each(|k| *k = true);
            }
            for (at, (byte, known)) in object.iter().zip(known).enumerate() {
                match ranges.get(at as u64, 1) {
                    Ok(got) => { prop_assert!(known); prop_assert_eq!(got, &[*byte][..]); }
                    Err(need) => { prop_assert!(!known); prop_assert!(need.offset + need.len as u64 <= 256); }
                }
            }
        }
    }
}

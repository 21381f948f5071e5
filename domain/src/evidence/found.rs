//! What the container walks have in common: their findings and their ways to stop.

use super::bytes::array;
use super::{Flag, Need, Ranges, UnreadableCause};
use std::collections::BTreeSet;

/// The most EXIF or XMP blocks kept of one photo; real photos have one of each.
const MAX_BLOCKS: usize = 8;

/// What a walk over a container has found so far.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// TIFF blocks, without the `Exif\0\0` some containers put before them.
    pub exif: Vec<Vec<u8>>,
    pub xmp: Vec<Vec<u8>>,
    /// Names of programs that a container states outside EXIF and XMP.
    pub software: Vec<String>,
    /// Width and height in pixels as stored, before any orientation.
    pub dimensions: Option<(u32, u32)>,
    pub c2pa_manifest: bool,
    pub flags: BTreeSet<Flag>,
}

impl Found {
    pub fn flag(&mut self, flag: Flag) {
        self.flags.insert(flag);
    }

    /// Keeps an EXIF block; one too short for a TIFF header is a tool's stub and says nothing.
    pub fn add_exif(&mut self, block: &[u8]) {
        let tiff = block.strip_prefix(b"Exif\0\0").unwrap_or(block);
        if tiff.len() >= 8 && self.exif.len() < MAX_BLOCKS {
            self.exif.push(tiff.to_vec());
        }
    }

    pub fn add_xmp(&mut self, packet: &[u8]) {
        if self.xmp.len() < MAX_BLOCKS {
            self.xmp.push(packet.to_vec());
        }
    }
}

/// Why a walk cannot go on.
#[derive(Debug)]
pub(super) enum Stop {
    Need(Need),
    Unreadable(UnreadableCause),
}

impl From<Need> for Stop {
    fn from(need: Need) -> Self {
        Self::Need(need)
    }
}

pub(super) const DAMAGED: Stop = Stop::Unreadable(UnreadableCause::Damaged);

/// Exactly `len` bytes from `offset`, or a stop because the object ends before.
pub(super) fn exactly(source: &Ranges, offset: u64, len: usize) -> Result<&[u8], Stop> {
    let bytes = source.get(offset, len)?;
    if bytes.len() < len { Err(Stop::Unreadable(UnreadableCause::Truncated)) } else { Ok(bytes) }
}

/// Exactly `N` bytes from `offset` as an array.
pub(super) fn fixed<const N: usize>(source: &Ranges, offset: u64) -> Result<[u8; N], Stop> {
    array(exactly(source, offset, N)?, 0).ok_or(Stop::Unreadable(UnreadableCause::Truncated))
}

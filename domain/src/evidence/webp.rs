//! The chunks of a WebP file, where EXIF comes behind the picture.

use super::bytes::{array, le_u24};
use super::found::{Found, Stop, exactly, fixed};
use super::{Flag, Ranges};

const FILE_HEADER: u64 = 12;
const CHUNK_HEADER: u64 = 8;
/// The longest EXIF or XMP chunk read, in bytes; real ones are far below.
const MAX_METADATA: usize = 1024 * 1024;

/// Walks the chunks, passing over picture data by its stated length.
pub(super) fn walk(source: &Ranges, found: &mut Found) -> Result<(), Stop> {
    let stated = u64::from(u32::from_le_bytes(fixed(source, 4)?)) + 8;
    if stated > source.total_len() {
        found.flag(Flag::PictureDamaged);
    }
    let end = stated.min(source.total_len());
    let mut at = FILE_HEADER;
    while at + CHUNK_HEADER <= end {
        let name: [u8; 4] = fixed(source, at)?;
        let len = u32::from_le_bytes(fixed(source, at + 4)?);
        let body = at + CHUNK_HEADER;
        chunk(source, name, body, usize::try_from(len).unwrap_or(usize::MAX), found)?;
        at = body + u64::from(len) + u64::from(len % 2);
    }
    Ok(())
}

fn chunk(source: &Ranges, name: [u8; 4], at: u64, len: usize, found: &mut Found) -> Result<(), Stop> {
    match &name {
        b"EXIF" => found.add_exif(exactly(source, at, len.min(MAX_METADATA))?),
        b"XMP " => found.add_xmp(exactly(source, at, len.min(MAX_METADATA))?),
        b"C2PA" => found.c2pa_manifest = true,
        b"VP8X" => found.dimensions = extended_size(exactly(source, at, 10)?),
        b"VP8 " if found.dimensions.is_none() => found.dimensions = lossy_size(exactly(source, at, 10)?),
        b"VP8L" if found.dimensions.is_none() => found.dimensions = lossless_size(exactly(source, at, 5)?),
        _ => {}
    }
    Ok(())
}

/// Four bytes of flags, then width and height less one in 24 bits each.
fn extended_size(body: &[u8]) -> Option<(u32, u32)> {
    le_u24(body, 4).zip(le_u24(body, 7)).map(|(width, height)| (width + 1, height + 1))
}

/// A three-byte frame tag and a start code, then width and height in the lower 14 bits of two bytes each.
fn lossy_size(body: &[u8]) -> Option<(u32, u32)> {
    array(body, 3).filter(|start| *start == [0x9D, 0x01, 0x2A])?;
    let side = |at| array(body, at).map(|bytes| u32::from(u16::from_le_bytes(bytes) & 0x3FFF));
    side(6).zip(side(8))
}

/// A signature byte, then width and height less one in 14 bits each.
fn lossless_size(body: &[u8]) -> Option<(u32, u32)> {
    array(body, 0).filter(|signature| *signature == [0x2F])?;
    let bits = u32::from_le_bytes(array(body, 1)?);
    Some(((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1))
}

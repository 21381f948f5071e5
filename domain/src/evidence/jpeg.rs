//! The marker chain of a JPEG, from its start to its first scan.

use super::bytes::{be_u16, contains};
use super::found::{DAMAGED, Found, Stop, exactly, fixed};
use super::{Flag, HEAD_BYTES, Ranges};

const XMP_ID: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
/// Where a JUMBF superbox has named its content: the label stands within this many bytes of an APP11 payload.
const JUMBF_LABEL_WITHIN: usize = 64;

/// Walks the segments before the picture data. Nothing behind the first scan belongs to the primary picture's EXIF:
/// what stands there are further pictures, videos and trailers.
pub(super) fn walk(source: &Ranges, found: &mut Found) -> Result<(), Stop> {
    let mut at = 2;
    loop {
        let (marker, after) = next_marker(source, at)?;
        at = after;
        match marker {
            0xDA => return Ok(()),
            // The end, or a second start, before any picture data.
            0xD8 | 0xD9 => return Err(DAMAGED),
            0x01 | 0xD0..=0xD7 => continue,
            _ => {}
        }
        let len = usize::from(u16::from_be_bytes(fixed(source, at)?));
        let body_len = len.checked_sub(2).ok_or(DAMAGED)?;
        segment(source, marker, at + 2, body_len, found)?;
        at += len as u64;
    }
}

/// The marker at `at` and the offset behind it, passing over the fill bytes that may stand before any marker.
fn next_marker(source: &Ranges, at: u64) -> Result<(u8, u64), Stop> {
    let [first] = fixed(source, at)?;
    if first != 0xFF {
        return Err(DAMAGED);
    }
    for after in at + 1..at + HEAD_BYTES as u64 {
        let [code] = fixed(source, after)?;
        match code {
            0xFF => {}
            0 => return Err(DAMAGED),
            marker => return Ok((marker, after + 1)),
        }
    }
    Err(DAMAGED)
}

fn segment(source: &Ranges, marker: u8, at: u64, len: usize, found: &mut Found) -> Result<(), Stop> {
    match marker {
        0xE1 => {
            let start = exactly(source, at, len.min(XMP_ID.len()))?;
            // Some writers put something other than NUL in the sixth byte, which only pads.
            if start.starts_with(b"Exif\0") {
                found.add_exif(exactly(source, at, len)?.get(6..).unwrap_or_default());
            } else if start == XMP_ID {
                found.add_xmp(exactly(source, at, len)?.get(XMP_ID.len()..).unwrap_or_default());
            }
        }
        0xE2 if exactly(source, at, len.min(4))? == b"MPF\0" => found.flag(Flag::SecondPicture),
        0xEB => {
            let start = exactly(source, at, len.min(JUMBF_LABEL_WITHIN))?;
            found.c2pa_manifest |= start.starts_with(b"JP") && contains(start, b"c2pa");
        }
        // Start of frame, in all its codings; C4, C8 and CC are tables and reserved.
        0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => {
            let frame = exactly(source, at, len.min(5))?;
            let size = be_u16(frame, 3).zip(be_u16(frame, 1));
            found.dimensions = size.map(|(width, height)| (width.into(), height.into()));
        }
        _ => {}
    }
    Ok(())
}

//! The chunks of a PNG, where EXIF may come before or behind the picture, or as text.

use super::bytes::{array, be_u32, find};
use super::found::{DAMAGED, Found, Stop, exactly, fixed};
use super::inflate::inflate;
use super::{Flag, HEAD_BYTES, Ranges};

pub(super) const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1a\n";
/// Length and name before a chunk's data, checksum behind it.
const AROUND_DATA: u64 = 12;
/// The longest metadata chunk read, packed or unpacked, in bytes.
const MAX_METADATA: usize = 1024 * 1024;
/// The names of chunks that stand at the end of real PNGs; the search for the tail's first chunk looks for them.
const TAIL_NAMES: [&[u8; 4]; 7] = [b"IDAT", b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME", b"IEND"];

/// Walks the chunks before the picture data, then those in the file's last 64 KiB.
///
/// Picture data may come in hundreds of small chunks, so they are not followed one by one: the tail is fetched
/// and the chunk chain in it is found by its closing exactly with the end of the file.
pub(super) fn walk(source: &Ranges, found: &mut Found) -> Result<(), Stop> {
    let mut at = SIGNATURE.len() as u64;
    if fixed::<4>(source, at + 4)? != *b"IHDR" {
        return Err(DAMAGED);
    }
    loop {
        let (name, len) = header(source, at)?;
        if &name == b"IDAT" {
            break;
        }
        if &name == b"IEND" {
            return Ok(());
        }
        chunk(source, name, at + 8, len, found)?;
        at += AROUND_DATA + u64::from(len);
    }
    let tail_at = source.total_len().saturating_sub(HEAD_BYTES as u64).max(at);
    match tail_chain(source.get(tail_at, HEAD_BYTES)?) {
        Some(first) => chain(source, tail_at + first as u64, found),
        // One chunk longer than the tail, or no end at all: follow the chain as far as the budget reaches.
        None => chain(source, at, found),
    }
}

/// Where in the file's last bytes the chain of chunks begins that ends with IEND and the file.
fn tail_chain(tail: &[u8]) -> Option<usize> {
    let closes = |mut at: usize| loop {
        let (Some(len), Some(name)) = (be_u32(tail, at), array::<4>(tail, at + 4)) else { return false };
        let Some(next) = usize::try_from(len).ok().and_then(|len| (at + 12).checked_add(len)) else { return false };
        if &name == b"IEND" {
            return next == tail.len();
        }
        at = next;
    };
    let is_start = |name: &[u8]| TAIL_NAMES.iter().any(|known| *known == name);
    let starts = tail.windows(4).enumerate().skip(4).filter(|(_, name)| is_start(name)).map(|(at, _)| at - 4);
    // Compressed data rarely spells a chunk's name; this only bounds what a hostile file can make of it.
    starts.take(4096).find(|start| closes(*start))
}

fn chain(source: &Ranges, mut at: u64, found: &mut Found) -> Result<(), Stop> {
    loop {
        let (name, len) = header(source, at)?;
        if &name == b"IEND" {
            return Ok(());
        }
        chunk(source, name, at + 8, len, found)?;
        at += AROUND_DATA + u64::from(len);
    }
}

fn header(source: &Ranges, at: u64) -> Result<([u8; 4], u32), Stop> {
    let len = u32::from_be_bytes(fixed(source, at)?);
    if len > i32::MAX.cast_unsigned() {
        return Err(DAMAGED);
    }
    Ok((fixed(source, at + 4)?, len))
}

fn chunk(source: &Ranges, name: [u8; 4], at: u64, len: u32, found: &mut Found) -> Result<(), Stop> {
    let len = usize::try_from(len).unwrap_or(usize::MAX).min(MAX_METADATA);
    match &name {
        b"IHDR" => {
            let size = exactly(source, at, len.min(8))?;
            found.dimensions = be_u32(size, 0).zip(be_u32(size, 4));
        }
        b"eXIf" => found.add_exif(exactly(source, at, len)?),
        b"caBX" => found.c2pa_manifest = true,
        b"tEXt" | b"zTXt" | b"iTXt" => text(name, exactly(source, at, len)?, found),
        _ => {}
    }
    Ok(())
}

/// The texts that matter: EXIF as converters wrote it before `eXIf` existed, XMP, and the program's name.
fn text(name: [u8; 4], body: &[u8], found: &mut Found) {
    let Some((key, rest)) = find(body, &[0]).and_then(|at| body.split_at_checked(at)) else { return };
    match (key, &name) {
        (b"Raw profile type exif" | b"Raw profile type APP1", b"tEXt") => raw_profile(rest.get(1..).unwrap_or_default(), found),
        (b"Raw profile type exif" | b"Raw profile type APP1", b"zTXt") => {
            // The NUL, a compression method (0 is zlib), then the stream.
            if let Some(unpacked) = rest.strip_prefix(&[0, 0]).and_then(|stream| inflate(stream, MAX_METADATA)) {
                raw_profile(&unpacked, found);
            }
        }
        (b"XML:com.adobe.xmp", b"iTXt") => found.add_xmp(rest),
        (b"Software", b"tEXt") => found.software.extend(super::camera::clean(rest.get(1..).unwrap_or_default())),
        _ => {}
    }
}

/// A profile in `ImageMagick`'s notation: a line with its name, a line with its length, then lines of hexadecimal digits.
///
/// A program that wrote `eXIf` too wrote the same block twice; the copy may be damaged and never outvotes it.
fn raw_profile(text: &[u8], found: &mut Found) {
    if !found.exif.is_empty() {
        return found.flag(Flag::SeveralExifBlocks);
    }
    let mut lines = text.trim_ascii_start().splitn(3, |byte| *byte == b'\n');
    let (Some(_), Some(_), Some(digits)) = (lines.next(), lines.next(), lines.next()) else { return };
    let digits: Vec<u8> = digits.iter().filter_map(|digit| char::from(*digit).to_digit(16)).filter_map(|d| u8::try_from(d).ok()).collect();
    let block: Vec<u8> = digits.as_chunks::<2>().0.iter().map(|[high, low]| high << 4 | low).collect();
    // An APP1 profile holds XMP as often as EXIF; only the latter starts so, or is a bare TIFF block.
    if block.starts_with(b"Exif\0\0") || block.starts_with(b"MM\0*") || block.starts_with(b"II*\0") {
        found.add_exif(&block);
    }
}

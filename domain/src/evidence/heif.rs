//! The boxes of HEIC and AVIF files (ISO base media, HEIF): finding the EXIF that describes the primary picture.

use super::found::{DAMAGED, Found, Stop, exactly, fixed};
use super::heif_meta::{Extent, Item, Meta};
use super::{Flag, Format, Ranges};

/// More boxes than any photo has at its top level.
const MAX_BOXES: usize = 64;
/// The longest `meta` box read, in bytes; a 200-megapixel photo in tiles has some 100 KB.
const MAX_META: u64 = 512 * 1024;
/// The longest item read, in bytes; the longest seen in a real photo has 192 KB.
const MAX_ITEM: usize = 1024 * 1024;
/// The longest XMP packet looked into for the names of programs, in bytes.
const MAX_XMP: usize = 64 * 1024;

/// The format that a file type box at the start of `head` declares, if it is a still picture's.
pub(super) fn format(head: &[u8]) -> Option<Format> {
    let (size, _) = head.split_first_chunk()?;
    let size = usize::try_from(u32::from_be_bytes(*size)).ok()?;
    let brands = head.get(4..size.min(head.len()))?.strip_prefix(b"ftyp")?;
    let (brands, _) = brands.as_chunks::<4>();
    // The second word is the minor version.
    let mut brands = brands.iter().enumerate().filter(|(at, _)| *at != 1).map(|(_, brand)| brand);
    let mut is_heif = false;
    let is_avif = brands.any(|brand| {
        is_heif |= matches!(brand, b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"mif2" | b"msf1");
        matches!(brand, b"avif" | b"avis")
    });
    if is_avif { Some(Format::Avif) } else { is_heif.then_some(Format::Heic) }
}

/// Follows the top-level boxes to `meta`, wherever it stands, and from there to the primary picture's EXIF.
pub(super) fn walk(source: &Ranges, found: &mut Found) -> Result<(), Stop> {
    let mut at = 0;
    let mut meta = None;
    for _ in 0..MAX_BOXES {
        if at >= source.total_len() {
            break;
        }
        let found_box = top_level(source, at)?;
        if &found_box.name == b"meta" {
            meta = Some(found_box);
            break;
        }
        at = found_box.end;
    }
    let Some(meta) = meta else { return Err(DAMAGED) };
    let len = usize::try_from((meta.end - meta.body).min(MAX_META)).unwrap_or(usize::MAX);
    let body = exactly(source, meta.body, len)?;
    let meta = Meta::parse(body).ok_or(DAMAGED)?;
    found.dimensions = meta.primary_size;
    if meta.reach() > source.total_len() {
        found.flag(Flag::PictureDamaged);
    }
    exif(source, &meta, body, found)?;
    xmp(source, &meta, body, found)
}

fn exif(source: &Ranges, meta: &Meta, body: &[u8], found: &mut Found) -> Result<(), Stop> {
    let items: Vec<&Item> = meta.items.iter().filter(|item| &item.kind == b"Exif").collect();
    let mut of_primary: Vec<&Item> = items.iter().copied().filter(|item| meta.describes_primary(item.id)).collect();
    if of_primary.is_empty() {
        // Old writers leave the reference out; a single item can only mean the one picture.
        of_primary = items.into_iter().take(1).collect();
    }
    for item in of_primary.iter().take(2) {
        let bytes = item_bytes(source, meta, body, item, MAX_ITEM)?;
        // Four bytes say how far behind themselves the TIFF header begins.
        let (skip, block) = bytes.split_first_chunk::<4>().ok_or(DAMAGED)?;
        let skip = usize::try_from(u32::from_be_bytes(*skip)).unwrap_or(usize::MAX);
        let block = block.get(skip..).filter(|tiff| tiff.starts_with(b"MM") || tiff.starts_with(b"II")).unwrap_or(block);
        found.add_exif(block);
    }
    Ok(())
}

fn xmp(source: &Ranges, meta: &Meta, body: &[u8], found: &mut Found) -> Result<(), Stop> {
    let packet = meta.items.iter().find(|item| item.is_xmp && meta.describes_primary(item.id));
    if let Some(item) = packet {
        found.add_xmp(&item_bytes(source, meta, body, item, MAX_XMP)?);
    }
    Ok(())
}

/// The bytes of an item, from where the location box says, up to `limit`.
fn item_bytes(source: &Ranges, meta: &Meta, body: &[u8], item: &Item, limit: usize) -> Result<Vec<u8>, Stop> {
    let mut bytes = Vec::new();
    for extent in meta.extents(item.id).ok_or(DAMAGED)? {
        let len = usize::try_from(extent.len()).unwrap_or(usize::MAX).min(limit - bytes.len());
        let part = match *extent {
            Extent::InFile { offset, .. } => exactly(source, offset, len)?,
            Extent::InMeta { offset, .. } => {
                let from = usize::try_from(offset).map_err(|_| DAMAGED)?;
                body.get(from..).and_then(|rest| rest.get(..len)).ok_or(DAMAGED)?
            }
        };
        bytes.extend_from_slice(part);
    }
    Ok(bytes)
}

/// A box among the file's outermost ones.
struct TopLevel {
    name: [u8; 4],
    body: u64,
    end: u64,
}

fn top_level(source: &Ranges, at: u64) -> Result<TopLevel, Stop> {
    let size = u32::from_be_bytes(fixed(source, at)?);
    let name = fixed(source, at + 4)?;
    let (header, size) = match size {
        0 => (8, source.total_len() - at),
        1 => (16, u64::from_be_bytes(fixed(source, at + 8)?)),
        size => (8, u64::from(size)),
    };
    let end = at.checked_add(size).filter(|_| size >= header).ok_or(DAMAGED)?;
    Ok(TopLevel { name, body: at + header, end })
}

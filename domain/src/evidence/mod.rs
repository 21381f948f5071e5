//! Evidence: what a photo's own bytes say about where, when and with what it was taken.
//!
//! Nothing here reads files: the caller holds a [`Ranges`] of the object's bytes, calls [`read`], fetches the range it
//! asks for, and calls again. Reading is a plain function that starts over each time, so there is no state to lose;
//! [`MAX_NEEDS`] and [`MAX_FETCHED_BYTES`] bound it whatever the bytes say. File names and declared types are never
//! trusted: the format is sniffed.

mod bytes;
mod camera;
mod exif_block;
mod found;
mod gps;
mod heif;
mod heif_meta;
mod inflate;
mod jpeg;
pub mod pdq;
pub mod picture;
mod png;
mod ranges;
mod reading;
mod survey;
mod times;
mod webp;

use found::{Found, Stop};
pub use ranges::{HEAD_BYTES, MAX_FETCHED_BYTES, MAX_NEEDS, Need, Ranges};
pub use reading::{Camera, Evidence, Flag, Format, Gps, GpsFault, READER_VERSION, Reading, Step, Taken, UnreadableCause};

/// Reads the evidence out of what is known of a photo, or says which bytes to fetch before calling again.
pub fn read(source: &Ranges) -> Step {
    if source.total_len() == 0 {
        return Step::Done(Reading::Unreadable(UnreadableCause::Empty));
    }
    if source.is_untouched() {
        let len = usize::try_from(source.total_len()).unwrap_or(usize::MAX).min(HEAD_BYTES);
        return Step::Need(Need { offset: 0, len });
    }
    let format = match source.get(0, SNIFF_BYTES) {
        Ok(head) => sniff(head),
        Err(need) if source.affords(need) => return Step::Need(need),
        Err(_) => return Step::Done(Reading::Unreadable(UnreadableCause::OutOfReach)),
    };
    let Some(format) = format else { return Step::Done(Reading::UnsupportedType) };
    let mut found = Found::default();
    let walked = match format {
        Format::Jpeg => jpeg::walk(source, &mut found),
        Format::Heic | Format::Avif => heif::walk(source, &mut found),
        Format::Png => png::walk(source, &mut found),
        Format::Webp => webp::walk(source, &mut found),
    };
    match walked {
        Ok(()) => {}
        Err(Stop::Need(need)) if source.affords(need) => return Step::Need(need),
        // Evidence already in hand is kept; what could not be looked at is said, not hidden.
        Err(Stop::Need(_)) if !found.exif.is_empty() => found.flag(Flag::TailUnseen),
        Err(Stop::Unreadable(_)) if !found.exif.is_empty() => found.flag(Flag::PictureDamaged),
        Err(Stop::Need(_)) => return Step::Done(Reading::Unreadable(UnreadableCause::OutOfReach)),
        Err(Stop::Unreadable(cause)) => return Step::Done(Reading::Unreadable(cause)),
    }
    Step::Done(Reading::Evidence(Box::new(exif_block::evidence(format, found))))
}

/// Reads what the first bytes of a photo of `total_len` bytes tell; [`Step::Need`] when they are not enough.
pub fn read_head(head: &[u8], total_len: u64) -> Step {
    let mut source = Ranges::new(total_len);
    source.insert(0, head.to_vec());
    read(&source)
}

/// Reads a photo that is in memory as a whole, exactly as it would be read range by range.
pub fn read_whole(photo: &[u8]) -> Reading {
    let mut source = Ranges::new(photo.len() as u64);
    loop {
        match read(&source) {
            Step::Done(reading) => return reading,
            Step::Need(Need { offset, len }) => {
                let from = usize::try_from(offset).unwrap_or(usize::MAX);
                let bytes = photo.get(from..).unwrap_or_default();
                source.insert(offset, bytes.get(..len).unwrap_or(bytes).to_vec());
            }
        }
    }
}

/// Enough for the longest `ftyp` box of interest; every other format shows in its first 12 bytes.
const SNIFF_BYTES: usize = 64;

pub(crate) fn sniff(head: &[u8]) -> Option<Format> {
    if head.starts_with(&[0xFF, 0xD8]) && head.get(2).is_none_or(|&third| third == 0xFF) {
        return Some(Format::Jpeg);
    }
    if head.starts_with(png::SIGNATURE) {
        return Some(Format::Png);
    }
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return Some(Format::Webp);
    }
    heif::format(head)
}

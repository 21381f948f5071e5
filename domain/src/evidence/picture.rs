//! A fingerprint of the picture data alone, so that the same picture under fresh EXIF is recognised exactly.

mod chunks;
mod scan;

use super::png;
use chunks::Chunks;
use scan::Scan;

/// Enough to tell the formats apart.
const SNIFF_BYTES: usize = 12;

/// SHA-256 of a photo's picture data, fed in pieces of any size as the photo streams by.
///
/// JPEG: everything from the start to the end marker of the first picture but the `APPn` and `COM` segments. PNG: header, palette and
/// picture chunks' data. WebP: picture, transparency and animation frames. Rewriting EXIF changes none of them.
#[derive(Debug, Clone, Default)]
pub struct PictureDigest {
    state: State,
}

#[derive(Debug, Clone)]
enum State {
    /// The first bytes, until they tell the format.
    Sniffing(Vec<u8>),
    Scan(Scan),
    Chunks(Chunks),
    Unsupported,
}

impl Default for State {
    fn default() -> Self {
        Self::Sniffing(Vec::with_capacity(SNIFF_BYTES))
    }
}

impl PictureDigest {
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the photo's next bytes.
    pub fn feed(&mut self, mut bytes: &[u8]) {
        if let State::Sniffing(head) = &mut self.state {
            let (taken, rest) = bytes.split_at(bytes.len().min(SNIFF_BYTES - head.len()));
            head.extend_from_slice(taken);
            if head.len() < SNIFF_BYTES {
                return;
            }
            let head = std::mem::take(head);
            self.state = begin(&head);
            self.advance(&head);
            bytes = rest;
        }
        self.advance(bytes);
    }

    /// Whether the end of the picture has come by; a photo cut short never gets there.
    pub fn is_whole(&self) -> bool {
        match &self.state {
            State::Scan(scan) => scan.has_ended(),
            State::Chunks(chunks) => chunks.has_ended(),
            State::Sniffing(_) | State::Unsupported => false,
        }
    }

    /// Whether all of the photo came by, and the end of the picture did not; never of a format that is not followed.
    pub fn is_cut_short(&self) -> bool {
        matches!(self.state, State::Scan(_) | State::Chunks(_)) && !self.is_whole()
    }

    /// The digest; `None` when the format is another or no picture data came by.
    pub fn finish(self) -> Option<[u8; 32]> {
        match self.state {
            State::Scan(scan) => scan.finish(),
            State::Chunks(chunks) => chunks.finish(),
            State::Sniffing(_) | State::Unsupported => None,
        }
    }

    fn advance(&mut self, bytes: &[u8]) {
        match &mut self.state {
            State::Scan(scan) => scan.feed(bytes),
            State::Chunks(chunks) => chunks.feed(bytes),
            State::Sniffing(_) | State::Unsupported => {}
        }
    }
}

fn begin(head: &[u8]) -> State {
    if head.starts_with(&[0xFF, 0xD8, 0xFF]) {
        State::Scan(Scan::new())
    } else if head.starts_with(png::SIGNATURE) {
        State::Chunks(Chunks::of_png())
    } else if head.starts_with(b"RIFF") && head.ends_with(b"WEBP") {
        State::Chunks(Chunks::of_webp())
    } else {
        State::Unsupported
    }
}

//! The picture data of a JPEG stream.

use sha2::{Digest, Sha256};

/// Follows the marker chain and hashes what belongs to the picture.
#[derive(Debug, Clone)]
pub(super) struct Scan {
    hash: Sha256,
    at: At,
    has_picture: bool,
}

/// Where in the chain the next byte stands.
#[derive(Debug, Clone, Copy, PartialEq)]
enum At {
    /// At the 0xFF before a marker's code.
    Marker,
    /// At a marker's code, or at another fill byte.
    Code,
    LengthHigh {
        code: u8,
    },
    LengthLow {
        code: u8,
        high: u8,
    },
    /// In a segment with `left` bytes to go.
    Segment {
        code: u8,
        left: usize,
    },
    /// In entropy-coded data.
    Entropy,
    /// Behind an 0xFF in entropy-coded data.
    EntropyMarker,
    Ended,
    /// The structure broke off; nothing behind it is the picture's.
    Broken,
}

const START_OF_IMAGE: u8 = 0xD8;
const END_OF_IMAGE: u8 = 0xD9;
const START_OF_SCAN: u8 = 0xDA;

impl Scan {
    pub fn new() -> Self {
        Self { hash: Sha256::new(), at: At::Marker, has_picture: false }
    }

    pub fn has_ended(&self) -> bool {
        self.at == At::Ended
    }

    pub fn finish(self) -> Option<[u8; 32]> {
        self.has_picture.then(|| self.hash.finalize().into())
    }

    pub fn feed(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let used = match self.at {
                At::Segment { code, left } => self.segment(bytes, code, left),
                At::Entropy => self.entropy(bytes),
                At::Ended | At::Broken => return,
                _ => bytes.first().map_or(0, |byte| self.step(*byte)),
            };
            bytes = bytes.get(used..).unwrap_or_default();
        }
    }

    /// One byte of the structure between segments; the number of bytes used.
    fn step(&mut self, byte: u8) -> usize {
        self.at = match (self.at, byte) {
            (At::Marker | At::Code, 0xFF) => At::Code,
            (At::Code, code) => self.marker(code),
            (At::LengthHigh { code }, high) => At::LengthLow { code, high },
            (At::LengthLow { code, high }, low) => self.length(code, u16::from_be_bytes([high, low])),
            (At::EntropyMarker, code) => self.marker_in_entropy(code),
            (_, _) => At::Broken,
        };
        1
    }

    fn marker(&mut self, code: u8) -> At {
        match code {
            0 => At::Broken,
            END_OF_IMAGE => {
                self.hash.update([0xFF, END_OF_IMAGE]);
                At::Ended
            }
            START_OF_IMAGE | 0x01 | 0xD0..=0xD7 => {
                self.hash.update([0xFF, code]);
                At::Marker
            }
            code => At::LengthHigh { code },
        }
    }

    fn length(&mut self, code: u8, length: u16) -> At {
        let Some(left) = usize::from(length).checked_sub(2) else { return At::Broken };
        if is_picture(code) {
            let [high, low] = length.to_be_bytes();
            self.hash.update([0xFF, code, high, low]);
        }
        At::behind(code, left)
    }

    fn segment(&mut self, bytes: &[u8], code: u8, left: usize) -> usize {
        let part = bytes.get(..left).unwrap_or(bytes);
        if is_picture(code) {
            self.hash.update(part);
        }
        self.at = At::behind(code, left - part.len());
        part.len()
    }

    /// Hashes up to the next marker that ends the entropy-coded data.
    fn entropy(&mut self, bytes: &[u8]) -> usize {
        self.has_picture = true;
        let mut at = 0;
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            let Some(ff) = rest.iter().position(|byte| *byte == 0xFF) else {
                self.hash.update(bytes);
                return bytes.len();
            };
            // A stuffed 0xFF and restart markers are part of the data; most data never leaves this loop.
            if let Some(0 | 0xD0..=0xD7) = rest.get(ff + 1) {
                at += ff + 2;
                continue;
            }
            self.hash.update(bytes.get(..at + ff).unwrap_or_default());
            self.at = At::EntropyMarker;
            return at + ff + 1;
        }
    }

    fn marker_in_entropy(&mut self, code: u8) -> At {
        match code {
            0 | 0xD0..=0xD7 => {
                self.hash.update([0xFF, code]);
                At::Entropy
            }
            0xFF => At::EntropyMarker,
            code => self.marker(code),
        }
    }
}

impl At {
    fn behind(code: u8, left: usize) -> Self {
        match (left, code) {
            (0, START_OF_SCAN) => Self::Entropy,
            (0, _) => Self::Marker,
            (left, code) => Self::Segment { code, left },
        }
    }
}

/// Whether a segment says something about the pixels: all but `APPn` and `COM` do.
fn is_picture(code: u8) -> bool {
    !matches!(code, 0xE0..=0xEF | 0xFE)
}

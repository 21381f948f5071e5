//! The picture data of PNG and WebP streams, both of which are chains of named, measured chunks.

use crate::evidence::bytes::array;
use sha2::{Digest, Sha256};

/// Name and length before a chunk's data, in bytes.
const HEADER: usize = 8;

/// Follows the chunk chain and hashes the chunks that hold the picture.
#[derive(Debug, Clone)]
pub(super) struct Chunks {
    kind: Kind,
    hash: Sha256,
    at: At,
    has_picture: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Png,
    Webp,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum At {
    /// Passing over `left` bytes that are not the picture's.
    Skipping {
        left: u64,
    },
    /// In the eight bytes before a chunk's data, of which `have` came.
    Header {
        bytes: [u8; HEADER],
        have: usize,
    },
    /// In the data of a chunk that is hashed; `behind` bytes follow it.
    Data {
        left: u64,
        behind: u64,
    },
    Ended,
}

const FRESH_HEADER: At = At::Header { bytes: [0; HEADER], have: 0 };

impl Chunks {
    /// Behind the signature, which is part of what is fed.
    pub fn of_png() -> Self {
        Self::new(Kind::Png, 8)
    }

    /// Behind the file header, whose length includes the metadata's and so is no part of the picture.
    pub fn of_webp() -> Self {
        Self::new(Kind::Webp, 12)
    }

    fn new(kind: Kind, header: u64) -> Self {
        Self { kind, hash: Sha256::new(), at: At::Skipping { left: header }, has_picture: false }
    }

    /// Whether the picture's end came by: IEND, or the end of a WebP's first picture chunk.
    pub fn has_ended(&self) -> bool {
        match self.kind {
            Kind::Png => self.at == At::Ended,
            Kind::Webp => self.has_picture && !matches!(self.at, At::Data { .. }),
        }
    }

    pub fn finish(self) -> Option<[u8; 32]> {
        self.has_picture.then(|| self.hash.finalize().into())
    }

    pub fn feed(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let used = match self.at {
                At::Skipping { left } => {
                    let part = up_to(bytes, left);
                    self.at = Self::skipping(left - part.len() as u64);
                    part.len()
                }
                At::Data { left, behind } => {
                    let part = up_to(bytes, left);
                    self.hash.update(part);
                    let left = left - part.len() as u64;
                    self.at = if left == 0 { Self::skipping(behind) } else { At::Data { left, behind } };
                    part.len()
                }
                At::Header { bytes: mut header, have } => {
                    let part = up_to(bytes, (HEADER - have) as u64);
                    header.iter_mut().skip(have).zip(part).for_each(|(to, from)| *to = *from);
                    let have = have + part.len();
                    self.at = if have == HEADER { self.chunk(header) } else { At::Header { bytes: header, have } };
                    part.len()
                }
                At::Ended => return,
            };
            bytes = bytes.get(used..).unwrap_or_default();
        }
    }

    fn skipping(left: u64) -> At {
        if left == 0 { FRESH_HEADER } else { At::Skipping { left } }
    }

    /// What to do with the chunk whose header this is.
    fn chunk(&mut self, header: [u8; HEADER]) -> At {
        let (first, second) = (word(header, 0), word(header, 4));
        let (name, len, behind) = match self.kind {
            Kind::Png => (second, u32::from_be_bytes(first), 4),
            Kind::Webp => (first, u32::from_le_bytes(second), u64::from(second[0] & 1)),
        };
        let len = u64::from(len);
        match (self.kind, &name) {
            (Kind::Png, b"IEND") => return At::Ended,
            // The picture's stream goes through all IDAT chunks; where it is cut is not the picture.
            (Kind::Png, b"IDAT") => self.has_picture = true,
            (Kind::Png, b"IHDR" | b"PLTE") | (Kind::Webp, b"ALPH") => self.hash.update(name),
            (Kind::Webp, b"VP8 " | b"VP8L" | b"ANMF") => {
                self.hash.update(name);
                self.has_picture = true;
            }
            _ => return Self::skipping(len + behind),
        }
        if len == 0 { Self::skipping(behind) } else { At::Data { left: len, behind } }
    }
}

/// The four bytes at `at`, which is 0 or 4.
fn word(header: [u8; HEADER], at: usize) -> [u8; 4] {
    array(&header, at).unwrap_or_default()
}

/// At most `len` bytes from the front.
fn up_to(bytes: &[u8], len: u64) -> &[u8] {
    usize::try_from(len).ok().and_then(|len| bytes.get(..len)).unwrap_or(bytes)
}

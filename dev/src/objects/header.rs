//! The first bytes of every object file: what the object is called and what is known about its data.
//!
//! Header and data share one file, so that one rename makes both visible and no crash can part them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use serde::{Deserialize, Serialize};

/// Where the data begins. A key of 1024 bytes and 2 KiB of metadata fit before it.
pub(super) const DATA_AT: u64 = 8192;

/// Marks a file as one of ours and names the layout's version.
const MAGIC: &[u8; 8] = b"FPOBJ\x00\x00\x01";

/// What is known about an object besides its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Header {
    pub key: String,
    /// Length of the data in bytes.
    pub size: u64,
    /// SHA-256 of the data in base64, as S3 writes it.
    pub sha256: String,
    #[serde(flatten)]
    pub description: Description,
}

/// What the uploader said about an object, handed back with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Description {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_disposition: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_encoding: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_language: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
}

impl Header {
    /// The block before the data, or `None` when the header does not fit into it.
    pub fn encode(&self) -> Option<Vec<u8>> {
        let json = serde_json::to_vec(self).ok()?;
        let mut block = Vec::with_capacity(usize::try_from(DATA_AT).ok()?);
        block.extend_from_slice(MAGIC);
        block.extend_from_slice(&u32::try_from(json.len()).ok()?.to_le_bytes());
        block.extend_from_slice(&json);
        if block.len() as u64 > DATA_AT {
            return None;
        }
        block.resize(block.capacity().min(usize::try_from(DATA_AT).ok()?), 0);
        Some(block)
    }

    /// Reads the header of an open object file and leaves the file at its data.
    ///
    /// # Errors
    /// `InvalidData` when the file is not an object, or not all of one.
    pub fn read(file: &mut File) -> io::Result<Self> {
        let mut block = Vec::new();
        file.seek(SeekFrom::Start(0))?;
        Read::take(&mut *file, DATA_AT).read_to_end(&mut block)?;
        let header = Self::decode(&block).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "not an object"))?;
        if file.metadata()?.len() != DATA_AT.saturating_add(header.size) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the object has lost some of its bytes"));
        }
        Ok(header)
    }

    /// Writes the header in front of the data.
    ///
    /// # Errors
    /// `InvalidInput` when it does not fit.
    pub fn write(&self, file: &mut File) -> io::Result<()> {
        let block = self.encode().ok_or(io::ErrorKind::InvalidInput)?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&block)
    }

    fn decode(block: &[u8]) -> Option<Self> {
        let (length, rest) = block.strip_prefix(MAGIC)?.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        serde_json::from_slice(rest.get(..length)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(key: &str) -> Header {
        let metadata = BTreeMap::from([("rep".to_owned(), "王".to_owned())]);
        let description = Description { content_type: Some("image/jpeg".into()), metadata, ..Description::default() };
        Header { key: key.to_owned(), size: 3, sha256: "x".repeat(44), description }
    }

    #[test]
    fn what_is_written_is_read() {
        for key in ["a", "照片/一.jpg", &"k".repeat(1024)] {
            let block = header(key).encode().unwrap();
            assert_eq!(block.len() as u64, DATA_AT);
            assert_eq!(Header::decode(&block).unwrap(), header(key));
        }
    }

    #[test]
    fn a_header_that_does_not_fit_is_refused() {
        let mut large = header("a");
        large.description.metadata.insert("story".to_owned(), "x".repeat(8192));
        assert_eq!(large.encode(), None);
    }

    #[test]
    fn other_bytes_are_not_an_object() {
        let whole = header("a").encode().unwrap();
        for (why, block) in [
            ("empty", &[][..]),
            ("cut short", &whole[..40]),
            ("another file", b"\xff\xd8\xff\xe0 some photo lying here"),
            ("a length beyond the block", b"FPOBJ\x00\x00\x01\xff\xff\xff\xff{}"),
        ] {
            assert_eq!(Header::decode(block), None, "{why}");
        }
    }
}

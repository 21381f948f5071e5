//! What an uploader promised about the bytes, and whether the bytes that came keep it.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::HeaderMap;
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum, Crc32, Crc32c, Crc64Nvme, Md5, Sha1, Sha256};
use s3s::dto::PutObjectInput;
use s3s::{S3Result, s3_error};

/// Digests and length announced in the headers, or to be sent as trailers after the body.
#[derive(Debug, Default)]
pub(super) struct Promises {
    length: Option<u64>,
    md5: Option<String>,
    /// Names and values of `x-amz-checksum-...`; no value yet for those that follow as trailers.
    checksums: Vec<(&'static str, Option<String>)>,
}

const CRC32: &str = "x-amz-checksum-crc32";
const CRC32C: &str = "x-amz-checksum-crc32c";
const CRC64NVME: &str = "x-amz-checksum-crc64nvme";
const SHA1: &str = "x-amz-checksum-sha1";
const SHA256: &str = "x-amz-checksum-sha256";

impl Promises {
    /// Collects what a PUT promises.
    ///
    /// # Errors
    /// `InvalidRequest` for a length that is not a number, `NotImplemented` for a checksum that could not be checked.
    pub fn of(input: &PutObjectInput, headers: &HeaderMap) -> S3Result<Self> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        // A body in signed chunks is longer than the object; its own length is announced beside it.
        let length = match text("x-amz-decoded-content-length") {
            Some(length) => Some(length.parse().map_err(|_| s3_error!(InvalidRequest, "a length is not a number"))?),
            None => input.content_length.and_then(|length| u64::try_from(length).ok()),
        };
        let mut checksums: Vec<(&'static str, Option<String>)> = [
            (CRC32, &input.checksum_crc32),
            (CRC32C, &input.checksum_crc32c),
            (CRC64NVME, &input.checksum_crc64nvme),
            (SHA1, &input.checksum_sha1),
            (SHA256, &input.checksum_sha256),
        ]
        .into_iter()
        .filter(|(_, value)| value.is_some())
        .map(|(name, value)| (name, value.clone()))
        .collect();
        for trailer in text("x-amz-trailer").unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty()) {
            checksums.push((known(trailer)?, None));
        }
        // Algorithms that came after this was written must not pass unchecked.
        for name in headers.keys().map(http::HeaderName::as_str).filter(|name| name.starts_with("x-amz-checksum-")) {
            if !["x-amz-checksum-algorithm", "x-amz-checksum-type", "x-amz-checksum-mode"].contains(&name) {
                known(name)?;
            }
        }
        Ok(Self { length, md5: input.content_md5.clone(), checksums })
    }

    /// The announced length in bytes.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// A tally that computes what will be needed to check these promises, and always the SHA-256.
    pub fn tally(&self) -> Tally {
        let needs = |wanted: &str| self.checksums.iter().any(|(name, _)| *name == wanted);
        Tally {
            length: 0,
            md5: self.md5.as_ref().map(|_| Md5::new()),
            hasher: ChecksumHasher {
                crc32: needs(CRC32).then(Crc32::new),
                crc32c: needs(CRC32C).then(Crc32c::new),
                crc64nvme: needs(CRC64NVME).then(Crc64Nvme::new),
                sha1: needs(SHA1).then(Sha1::new),
                sha256: Some(Sha256::new()),
            },
        }
    }

    /// Compares everything that was promised with what came.
    ///
    /// # Errors
    /// `IncompleteBody` for another length, `BadDigest` for other bytes, `InvalidRequest` for a missing trailer.
    pub fn check(&self, came: &Came, trailers: Option<&HeaderMap>) -> S3Result<()> {
        if self.length.is_some_and(|promised| promised != came.length) {
            return Err(s3_error!(IncompleteBody, "the body has {} bytes, not those announced", came.length));
        }
        if self.md5.is_some() && self.md5 != came.md5 {
            return Err(s3_error!(BadDigest, "the bytes are not those of content-md5"));
        }
        for (name, promised) in &self.checksums {
            let trailer = || trailers.and_then(|trailers| trailers.get(*name)?.to_str().ok().map(str::to_owned));
            let promised = promised.clone().or_else(trailer);
            let promised = promised.ok_or_else(|| s3_error!(InvalidRequest, "the trailer {name} was announced and not sent"))?;
            if came.checksum(name) != Some(promised.trim()) {
                return Err(s3_error!(BadDigest, "the bytes are not those of {name}"));
            }
        }
        Ok(())
    }
}

/// The checksum header of that name, if its algorithm can be computed here.
fn known(name: &str) -> S3Result<&'static str> {
    let known = [CRC32, CRC32C, CRC64NVME, SHA1, SHA256].into_iter().find(|known| known.eq_ignore_ascii_case(name));
    known.ok_or_else(|| s3_error!(NotImplemented, "{name} cannot be checked here"))
}

/// Counts and hashes bytes as they come.
pub(super) struct Tally {
    length: u64,
    md5: Option<Md5>,
    hasher: ChecksumHasher,
}

impl Tally {
    pub fn add(&mut self, bytes: &[u8]) {
        self.length = self.length.saturating_add(bytes.len() as u64);
        self.hasher.update(bytes);
        if let Some(md5) = &mut self.md5 {
            md5.update(bytes);
        }
    }

    /// Bytes so far.
    pub fn length(&self) -> u64 {
        self.length
    }

    pub fn finish(self) -> Came {
        Came { length: self.length, md5: self.md5.map(|md5| BASE64_STANDARD.encode(md5.finalize())), checksums: self.hasher.finalize() }
    }
}

/// What came.
pub(super) struct Came {
    pub length: u64,
    md5: Option<String>,
    checksums: s3s::dto::Checksum,
}

impl Came {
    /// SHA-256 of the data in base64.
    pub fn sha256(&self) -> &str {
        self.checksums.checksum_sha256.as_deref().unwrap_or_default()
    }

    fn checksum(&self, name: &str) -> Option<&str> {
        match name {
            CRC32 => self.checksums.checksum_crc32.as_deref(),
            CRC32C => self.checksums.checksum_crc32c.as_deref(),
            CRC64NVME => self.checksums.checksum_crc64nvme.as_deref(),
            SHA1 => self.checksums.checksum_sha1.as_deref(),
            SHA256 => self.checksums.checksum_sha256.as_deref(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn promises(headers: &[(&'static str, &'static str)]) -> S3Result<Promises> {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        let input = PutObjectInput::builder().bucket("b".into()).key("k".into()).content_length(Some(900)).build().unwrap();
        Promises::of(&input, &headers)
    }

    fn came(promises: &Promises, bytes: &[u8]) -> Came {
        let mut tally = promises.tally();
        tally.add(bytes);
        tally.finish()
    }

    #[test]
    fn a_checksum_behind_the_body_is_checked_like_one_before_it() {
        let promises = promises(&[("x-amz-trailer", "x-amz-checksum-crc32"), ("x-amz-decoded-content-length", "5")]).unwrap();
        let came = came(&promises, b"hello");
        let check = |name: &'static str, value: &'static str| {
            let trailers = HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())]);
            promises.check(&came, Some(&trailers)).map_err(|error| error.code().as_str().to_owned())
        };
        assert_eq!(check(CRC32, "NhCmhg=="), Ok(()));
        assert_eq!(check(CRC32, "AAAAAA=="), Err("BadDigest".to_owned()));
        assert_eq!(check(CRC32C, "NhCmhg=="), Err("InvalidRequest".to_owned()), "not the one announced");
        assert!(promises.check(&came, None).is_err(), "announced and never sent");
    }

    #[test]
    fn the_length_of_the_object_is_not_that_of_its_chunks() {
        let promises = promises(&[("x-amz-decoded-content-length", "5")]).unwrap();
        assert_eq!(promises.length(), Some(5));
        assert!(promises.check(&came(&promises, b"hello"), None).is_ok());
        assert!(promises.check(&came(&promises, b"hell"), None).is_err());
    }

    #[test]
    fn unknown_promises_are_refused() {
        for header in [("x-amz-trailer", "x-amz-checksum-crc9"), ("x-amz-checksum-sha512", "x"), ("x-amz-decoded-content-length", "many")] {
            assert!(promises(&[header]).is_err(), "{header:?}");
        }
    }
}

//! Secrets at rest are sealed: AES-256-GCM under a key that the database never sees, bound to the row they belong to.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::secrets::{Secret, random_32};

/// The form of what is sealed: this, four bytes that name the key, the nonce, the sealed text with its tag.
const FORM: u8 = 1;
const KEY_NAME_BYTES: usize = 4;
const NONCE_BYTES: usize = 12;

/// Why something cannot be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealFault {
    #[error("sealing_keys: a key is not 32 bytes of base64")]
    Key,
    #[error("sealing_keys has no key; secrets cannot be kept")]
    NoKey,
    #[error("it was sealed with a key that is not in sealing_keys")]
    KeyUnknown,
    #[error("it is not what was sealed")]
    Broken,
}

/// The keys: the first one seals, all open.
pub struct Sealer(Vec<([u8; KEY_NAME_BYTES], RandomizedNonceKey)>);

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealer({} keys)", self.0.len())
    }
}

impl Sealer {
    /// # Errors
    /// When a key is not of the form above.
    pub fn new(keys: &[Secret]) -> Result<Self, SealFault> {
        let read = keys.iter().map(|key| {
            let bytes = STANDARD.decode(key.reveal()).ok().filter(|bytes| bytes.len() == 32).ok_or(SealFault::Key)?;
            let sealing = RandomizedNonceKey::new(&AES_256_GCM, &bytes).map_err(|_| SealFault::Key)?;
            let name = digest(&SHA256, &bytes).as_ref().first_chunk().copied().ok_or(SealFault::Key)?;
            Ok((name, sealing))
        });
        Ok(Self(read.collect::<Result<_, _>>()?))
    }

    /// Whether there is a key to seal with.
    pub fn is_ready(&self) -> bool {
        !self.0.is_empty()
    }

    /// Seals `text` for one place, such as a row's name and id: it opens nowhere else.
    ///
    /// # Errors
    /// When there is no key.
    pub fn seal(&self, place: &str, text: &[u8]) -> Result<Vec<u8>, SealFault> {
        let (name, key) = self.0.first().ok_or(SealFault::NoKey)?;
        let mut sealed = text.to_vec();
        let nonce = key.seal_in_place_append_tag(Aad::from(place.as_bytes()), &mut sealed).map_err(|_| SealFault::Broken)?;
        Ok([[FORM].as_slice(), name.as_slice(), nonce.as_ref().as_slice(), sealed.as_slice()].concat())
    }

    /// Opens what was sealed for the same place.
    ///
    /// # Errors
    /// When it was not, or its key is gone.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>, SealFault> {
        let (form, rest) = sealed.split_first().ok_or(SealFault::Broken)?;
        let (name, rest) = rest.split_first_chunk::<KEY_NAME_BYTES>().filter(|_| *form == FORM).ok_or(SealFault::Broken)?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(SealFault::Broken)?;
        let (_, key) = self.0.iter().find(|(known, _)| known == name).ok_or(SealFault::KeyUnknown)?;
        let mut opened = rest.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let text = key.open_in_place(nonce, Aad::from(place.as_bytes()), &mut opened).map_err(|_| SealFault::Broken)?;
        Ok(text.to_vec())
    }
}

/// A fresh key, as `sealing_keys` takes it.
pub fn new_key() -> String {
    STANDARD.encode(random_32())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer(keys: &[&str]) -> Sealer {
        Sealer::new(&keys.iter().map(|key| Secret::new(*key)).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_in_its_place_and_nowhere_else() {
        let (old, new) = (new_key(), new_key());
        let sealed = sealer(&[&old]).seal("webhooks/1", b"whsec_x").unwrap();
        assert!(!sealed.windows(5).any(|part| part == b"whsec"));
        assert_eq!(sealer(&[&new, &old]).open("webhooks/1", &sealed).unwrap(), b"whsec_x", "after a change of keys too");
        assert_eq!(sealer(&[&old]).open("webhooks/2", &sealed), Err(SealFault::Broken));
        assert_eq!(sealer(&[&new]).open("webhooks/1", &sealed), Err(SealFault::KeyUnknown));
        for cut in 0..sealed.len() {
            assert!(sealer(&[&old]).open("webhooks/1", &sealed[..cut]).is_err(), "{cut}");
        }
        for at in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[at] ^= 1;
            assert!(sealer(&[&old]).open("webhooks/1", &bent).is_err(), "{at}");
        }
    }

    #[test]
    fn keys_have_one_form_and_never_show() {
        let key = new_key();
        assert!(!format!("{:?}", sealer(&[&key])).contains(&key));
        assert_eq!(Sealer::new(&[Secret::new("abc")]).unwrap_err(), SealFault::Key);
        assert_eq!(sealer(&[]).seal("a", b"b").unwrap_err(), SealFault::NoKey);
        assert_ne!(sealer(&[&key]).seal("a", b"b").unwrap(), sealer(&[&key]).seal("a", b"b").unwrap());
    }
}

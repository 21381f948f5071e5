//! What WeCom calls us with: signed with a token, sealed with AES, meant for one recipient. A protocol only; what a click means is for
//! the house to say.
//!
//! The signature is SHA-1 over the sorted token, timestamp, nonce and sealed text; the seal is AES-256 in CBC mode, with the first half
//! of the key for a vector and padding to 32 bytes; inside lie 16 random bytes, a length, the message, and whom it is meant for.

mod notice;

use std::fmt;

use aws_lc_rs::cipher::{AES_256, DecryptingKey, DecryptionContext, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use aws_lc_rs::iv::FixedLength;
use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD, STANDARD};

pub use notice::{Click, Notice, sealed_text};

use crate::secrets::Secret;

/// The key of the button that acknowledges, in cards and in what comes back of them.
pub const ACKNOWLEDGE: &str = "acknowledge";

/// Longer sealed texts are not looked at; real ones have a few hundred bytes.
const SEALED_BYTES_MAX: usize = 64 * 1024;
const KEY_BYTES: usize = 32;
const RANDOM_BYTES: usize = 16;
/// The padding's block, twice that of the cipher.
const PADDED_TO: usize = 32;

/// The key's last character carries two bits that belong to nobody, and they are not always zero.
const KEY_ENCODING: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, NO_PAD.with_decode_allow_trailing_bits(true));

/// Why a call is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallbackFault {
    #[error("the AES key is not 43 characters of base64")]
    Key,
    #[error("the signature is wrong")]
    Signature,
    #[error("the sealed text cannot be opened")]
    Seal,
    #[error("it is meant for somebody else")]
    Recipient,
}

/// What an app's calls are verified and opened with.
#[derive(Clone)]
pub struct CallbackKeys {
    token: Secret,
    key: [u8; KEY_BYTES],
    receive_id: String,
}

impl fmt::Debug for CallbackKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallbackKeys").finish_non_exhaustive()
    }
}

/// A call as it came: three parameters of the address, and the sealed text from the address (`echostr`) or the body.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    pub signature: &'a str,
    pub timestamp: &'a str,
    pub nonce: &'a str,
    pub sealed: &'a str,
}

impl CallbackKeys {
    /// # Errors
    /// When `aes_key` is no key of the form WeCom gives out.
    pub fn new(token: Secret, aes_key: &Secret, receive_id: String) -> Result<Self, CallbackFault> {
        let key = KEY_ENCODING.decode(aes_key.reveal().trim_end_matches('=')).map_err(|_| CallbackFault::Key)?;
        Ok(Self { token, key: key.try_into().map_err(|_| CallbackFault::Key)?, receive_id })
    }

    /// Verifies a call and opens it: the answer to an address check is this text, and a notice is read from it.
    ///
    /// # Errors
    /// When anything about it is wrong.
    pub fn open(&self, call: &Call<'_>) -> Result<String, CallbackFault> {
        let expected = self.signature(call.timestamp, call.nonce, call.sealed);
        verify_slices_are_equal(expected.as_bytes(), call.signature.as_bytes()).map_err(|_| CallbackFault::Signature)?;
        if call.sealed.len() > SEALED_BYTES_MAX {
            return Err(CallbackFault::Seal);
        }
        let mut bytes = STANDARD.decode(call.sealed).map_err(|_| CallbackFault::Seal)?;
        let opened = self.decrypt(&mut bytes).ok_or(CallbackFault::Seal)?;
        let (message, receive_id) = parts(opened).ok_or(CallbackFault::Seal)?;
        verify_slices_are_equal(self.receive_id.as_bytes(), receive_id).map_err(|_| CallbackFault::Recipient)?;
        String::from_utf8(message.to_vec()).map_err(|_| CallbackFault::Seal)
    }

    /// Seals a message as WeCom does: the sealed text and its signature.
    ///
    /// # Errors
    /// When the message is too long.
    pub fn seal(
        &self,
        message: &str,
        random: &[u8; RANDOM_BYTES],
        timestamp: &str,
        nonce: &str,
    ) -> Result<(String, String), CallbackFault> {
        let length = u32::try_from(message.len()).map_err(|_| CallbackFault::Seal)?;
        let mut bytes = [random.as_slice(), &length.to_be_bytes(), message.as_bytes(), self.receive_id.as_bytes()].concat();
        let padding = PADDED_TO - bytes.len() % PADDED_TO;
        bytes.resize(bytes.len() + padding, u8::try_from(padding).unwrap_or_default());
        let key = self.unbound().and_then(|key| EncryptingKey::cbc(key).ok()).ok_or(CallbackFault::Seal)?;
        key.less_safe_encrypt(&mut bytes, EncryptionContext::Iv128(self.vector())).map_err(|_| CallbackFault::Seal)?;
        let sealed = STANDARD.encode(&bytes);
        let signature = self.signature(timestamp, nonce, &sealed);
        Ok((sealed, signature))
    }

    fn signature(&self, timestamp: &str, nonce: &str, sealed: &str) -> String {
        let mut parts = [self.token.reveal(), timestamp, nonce, sealed];
        parts.sort_unstable();
        hex::encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, parts.concat().as_bytes()))
    }

    fn unbound(&self) -> Option<UnboundCipherKey> {
        UnboundCipherKey::new(&AES_256, &self.key).ok()
    }

    fn vector(&self) -> FixedLength<16> {
        let mut vector = [0; 16];
        vector.iter_mut().zip(self.key).for_each(|(byte, key)| *byte = key);
        FixedLength::from(vector)
    }

    fn decrypt<'a>(&self, bytes: &'a mut [u8]) -> Option<&'a [u8]> {
        if bytes.is_empty() || !bytes.len().is_multiple_of(16) {
            return None;
        }
        let opened = DecryptingKey::cbc(self.unbound()?).ok()?.decrypt(bytes, DecryptionContext::Iv128(self.vector())).ok()?;
        let padding = *opened.last()?;
        let (text, filling) = opened.split_at_checked(opened.len().checked_sub(usize::from(padding))?)?;
        let is_filling = (1..=PADDED_TO).contains(&filling.len()) && filling.iter().all(|byte| *byte == padding);
        is_filling.then_some(text)
    }
}

/// The message, and whom it is meant for.
fn parts(opened: &[u8]) -> Option<(&[u8], &[u8])> {
    let (_, rest) = opened.split_at_checked(RANDOM_BYTES)?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

#[cfg(test)]
mod tests;

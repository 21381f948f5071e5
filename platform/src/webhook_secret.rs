//! The secrets webhooks are signed with, as Standard Webhooks 1.0 writes them: `whsec_` and 24 to 64 bytes of base64.

use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::secrets::{Secret, random_32};

const PREFIX: &str = "whsec_";

/// A secret shared with one receiver.
#[derive(Clone)]
pub struct WebhookSecret {
    text: Secret,
    key: hmac::Key,
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

/// A text that is no such secret.
#[derive(Debug, thiserror::Error)]
#[error("is no secret of the form whsec_…")]
pub struct NoWebhookSecret;

impl WebhookSecret {
    /// A fresh one.
    pub fn random() -> Self {
        let bytes = random_32();
        Self::of(Secret::new(format!("{PREFIX}{}", STANDARD.encode(bytes))), &bytes)
    }

    /// # Errors
    /// When it is not of the form above.
    pub fn read(text: &Secret) -> Result<Self, NoWebhookSecret> {
        let bytes = text.reveal().strip_prefix(PREFIX).and_then(|encoded| STANDARD.decode(encoded).ok()).ok_or(NoWebhookSecret)?;
        if (24..=64).contains(&bytes.len()) { Ok(Self::of(text.clone(), &bytes)) } else { Err(NoWebhookSecret) }
    }

    fn of(text: Secret, bytes: &[u8]) -> Self {
        Self { text, key: hmac::Key::new(hmac::HMAC_SHA256, bytes) }
    }

    /// The secret itself, for the one who shares it.
    pub fn reveal(&self) -> &str {
        self.text.reveal()
    }

    /// The signature of one delivery, `v1,` and base64; `timestamp` in seconds since 1970.
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let mut signing = hmac::Context::with_key(&self.key);
        signing.update(format!("{id}.{timestamp}.").as_bytes());
        signing.update(body);
        format!("v1,{}", STANDARD.encode(signing.sign()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that Standard Webhooks' own libraries are tested with.
    #[test]
    fn the_published_example_is_met() {
        let secret = WebhookSecret::read(&Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).unwrap();
        let signature = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn secrets_have_one_form_and_never_show() {
        let fresh = WebhookSecret::random();
        assert_eq!(WebhookSecret::read(&Secret::new(fresh.reveal())).unwrap().sign("a", 1, b"x"), fresh.sign("a", 1, b"x"));
        assert_ne!(WebhookSecret::random().reveal(), fresh.reveal());
        assert!(!format!("{fresh:?}").contains(&fresh.reveal()[6..]));
        for bytes in [0, 23, 65] {
            assert!(WebhookSecret::read(&Secret::new(format!("{PREFIX}{}", STANDARD.encode(vec![1; bytes])))).is_err());
        }
        for text in ["", "whsec_", "whsec_!!!", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
            assert!(WebhookSecret::read(&Secret::new(text)).is_err(), "{text}");
        }
    }
}

//! Tokens made by hand, for the tests: whatever a forger may write into them.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// A key that signs whatever it is given.
pub enum Signer {
    Ed(Box<Ed25519KeyPair>),
    Ec(Box<EcdsaKeyPair>),
    Rsa(Box<RsaKeyPair>),
    /// The trick of treating a public key as a shared secret.
    Hmac(Vec<u8>),
    /// No signature at all.
    Nobody,
}

impl Signer {
    pub fn ed() -> Self {
        Self::Ed(Box::new(Ed25519KeyPair::generate().unwrap()))
    }

    pub fn ed_of(pem: &str) -> Self {
        let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        Self::Ed(Box::new(Ed25519KeyPair::from_pkcs8_maybe_unchecked(&STANDARD.decode(body).unwrap()).unwrap()))
    }

    pub fn ec() -> Self {
        Self::Ec(Box::new(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap()))
    }

    pub fn rsa() -> Self {
        Self::Rsa(Box::new(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()))
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Ed(key) => key.sign(message).as_ref().to_vec(),
            Self::Ec(key) => key.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec(),
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).unwrap();
                signature
            }
            Self::Hmac(secret) => hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message).as_ref().to_vec(),
            Self::Nobody => Vec::new(),
        }
    }

    /// The public half as a key set's entry.
    pub fn jwk(&self, kid: &str) -> Value {
        match self {
            Self::Ed(key) => json!({ "kty": "OKP", "crv": "Ed25519", "kid": kid, "x": URL_SAFE_NO_PAD.encode(key.public_key().as_ref()) }),
            Self::Ec(key) => {
                let point = key.public_key().as_ref();
                let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..]));
                json!({ "kty": "EC", "crv": "P-256", "kid": kid, "x": x, "y": y })
            }
            Self::Rsa(key) => {
                let n = URL_SAFE_NO_PAD.encode(key.public_key().modulus().big_endian_without_leading_zero());
                json!({ "kty": "RSA", "kid": kid, "n": n, "e": "AQAB", "use": "sig", "alg": "RS256" })
            }
            Self::Hmac(_) | Self::Nobody => Value::Null,
        }
    }

    /// The public half in the forms that a server might have lying around.
    pub fn public_forms(&self) -> Vec<Vec<u8>> {
        let (raw, der) = match self {
            Self::Ed(key) => (
                key.public_key().as_ref().to_vec(),
                AsDer::<aws_lc_rs::encoding::PublicKeyX509Der<'_>>::as_der(key.public_key()).unwrap().as_ref().to_vec(),
            ),
            Self::Rsa(key) => (
                key.public_key().as_ref().to_vec(),
                AsDer::<aws_lc_rs::encoding::PublicKeyX509Der<'_>>::as_der(key.public_key()).unwrap().as_ref().to_vec(),
            ),
            Self::Ec(_) | Self::Hmac(_) | Self::Nobody => return Vec::new(),
        };
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(&der));
        vec![raw, der, pem.into_bytes()]
    }
}

/// A token with exactly this header and these claims.
pub fn token(header: &Value, claims: &Value, signer: &Signer) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(header), part(claims));
    let signature = URL_SAFE_NO_PAD.encode(signer.sign(message.as_bytes()));
    format!("{message}.{signature}")
}

/// `object` with one field set, or taken away where `value` is null.
pub fn with(object: &Value, field: &str, value: Value) -> Value {
    let mut object = object.clone();
    let fields = object.as_object_mut().unwrap();
    if value.is_null() {
        fields.remove(field);
    } else {
        fields.insert(field.to_owned(), value);
    }
    object
}

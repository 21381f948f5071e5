//! The keys that sign our own tokens: Ed25519, each with a `kid`; the first signs, all verify, the public halves are published.

use std::path::Path;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use domain::people::Role;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use platform::causes::Causes;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

/// The only algorithm that our keys are used with; a token never chooses.
const ALGORITHM: Algorithm = Algorithm::EdDSA;
/// RFC 9068: an access token, and no other kind of token.
const TYPE: &str = "at+jwt";
const AUDIENCE: &str = "fieldproof";
/// A link to one file: no access token, and never taken for one.
const DOWNLOAD_TYPE: &str = "fpd+jwt";
const DOWNLOAD_AUDIENCE: &str = "fieldproof-download";
/// How far apart the clocks of two of our servers may be, seconds.
const LEEWAY_S: i64 = 30;

/// What an access token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    pub iss: String,
    pub aud: String,
    /// The user.
    pub sub: Uuid,
    pub org: Uuid,
    /// The session, which must be alive at every use.
    pub sid: Uuid,
    pub role: Role,
    pub unit: Uuid,
    /// The user's standing that this was issued under.
    pub epoch: i32,
    pub iat: i64,
    pub nbf: i64,
    pub exp: i64,
    pub jti: Uuid,
}

/// The signing keys of this installation.
pub struct Keyring {
    issuer: String,
    keys: Vec<Key>,
}

struct Key {
    kid: String,
    public: Vec<u8>,
    signing: EncodingKey,
    verifying: DecodingKey,
}

/// Why a key file is of no use.
#[derive(Debug, thiserror::Error)]
pub enum KeyFault {
    #[error("{path} cannot be read")]
    Unreadable { path: String, source: std::io::Error },
    #[error("{path} is not a PEM file with an Ed25519 private key in PKCS#8")]
    NotAKey { path: String },
    #[error("signing_key_files: name at least one")]
    None,
}

impl Keyring {
    /// Reads the key files in order.
    ///
    /// # Errors
    /// The first file that is of no use.
    pub fn read(issuer: &str, files: &[impl AsRef<Path>]) -> Result<Self, KeyFault> {
        let keys = files.iter().map(|file| read_key(file.as_ref())).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() { Err(KeyFault::None) } else { Ok(Self { issuer: issuer.to_owned(), keys }) }
    }

    /// Signs an access token that lives for `lives_for`.
    pub fn sign(&self, who: Bearer, now: DateTime<Utc>, lives_for: TimeDelta, jti: Uuid) -> Option<String> {
        let key = self.keys.first()?;
        let header = Header { typ: Some(TYPE.to_owned()), kid: Some(key.kid.clone()), ..Header::new(ALGORITHM) };
        let iat = now.timestamp();
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: AUDIENCE.to_owned(),
            sub: who.user_id,
            org: who.organisation_id,
            sid: who.session_id,
            role: who.role,
            unit: who.unit_id,
            epoch: who.access_epoch,
            iat,
            nbf: iat,
            exp: iat + lives_for.num_seconds(),
            jti,
        };
        jsonwebtoken::encode(&header, &claims, &key.signing).ok()
    }

    /// Verifies a token: algorithm, key, type, issuer, audience and every instant. Whether its session is alive, the database says.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Option<Claims> {
        let key = self.key_of(token, TYPE)?;
        let rules = self.rules(AUDIENCE, &["iss", "aud", "sub", "exp", "nbf"]);
        let claims = jsonwebtoken::decode::<Claims>(token, &key.verifying, &rules).ok()?.claims;
        let now = now.timestamp();
        let latest = now + LEEWAY_S;
        let alive = claims.exp.saturating_add(LEEWAY_S) > now && claims.nbf <= latest && claims.iat <= latest && claims.iat <= claims.exp;
        alive.then_some(claims)
    }

    /// Signs that one file may be read, for as long as `lives_for`.
    pub fn sign_download(&self, download: Download, now: DateTime<Utc>, lives_for: TimeDelta) -> Option<String> {
        let key = self.keys.first()?;
        let header = Header { typ: Some(DOWNLOAD_TYPE.to_owned()), kid: Some(key.kid.clone()), ..Header::new(ALGORITHM) };
        let claims = DownloadClaims {
            iss: self.issuer.clone(),
            aud: DOWNLOAD_AUDIENCE.to_owned(),
            org: download.organisation_id,
            sub: download.attachment_id,
            by: download.reader_id,
            exp: (now + lives_for).timestamp(),
        };
        jsonwebtoken::encode(&header, &claims, &key.signing).ok()
    }

    /// Which file a link is for: algorithm, key, type, issuer, audience and instant are verified.
    pub fn verify_download(&self, token: &str, now: DateTime<Utc>) -> Option<Download> {
        let key = self.key_of(token, DOWNLOAD_TYPE)?;
        let claims =
            jsonwebtoken::decode::<DownloadClaims>(token, &key.verifying, &self.rules(DOWNLOAD_AUDIENCE, &["iss", "aud", "sub", "exp"]));
        let claims = claims.ok()?.claims;
        let is_alive = claims.exp > now.timestamp();
        is_alive.then_some(Download { organisation_id: claims.org, attachment_id: claims.sub, reader_id: claims.by })
    }

    /// The key that a token of this type says it is signed with.
    fn key_of(&self, token: &str, token_type: &str) -> Option<&Key> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        if header.alg != ALGORITHM || header.typ.as_deref() != Some(token_type) {
            return None;
        }
        let kid = header.kid?;
        self.keys.iter().find(|key| key.kid == kid)
    }

    fn rules(&self, audience: &str, needed: &[&str]) -> Validation {
        let mut rules = Validation::new(ALGORITHM);
        rules.set_issuer(&[&self.issuer]);
        rules.set_audience(&[audience]);
        rules.set_required_spec_claims(needed);
        // Instants are compared with the house's own clock.
        rules.validate_exp = false;
        rules.validate_nbf = false;
        rules
    }

    /// The public halves, for those who verify our tokens themselves.
    pub fn published(&self) -> Jwks {
        let keys = self.keys.iter().map(|key| Jwk {
            kty: "OKP".to_owned(),
            crv: "Ed25519".to_owned(),
            alg: "EdDSA".to_owned(),
            r#use: "sig".to_owned(),
            kid: key.kid.clone(),
            x: URL_SAFE_NO_PAD.encode(&key.public),
        });
        Jwks { keys: keys.collect() }
    }
}

/// Whom a token is for.
#[derive(Debug, Clone, Copy)]
pub struct Bearer {
    pub organisation_id: Uuid,
    pub user_id: Uuid,
    pub session_id: Uuid,
    pub role: Role,
    pub unit_id: Uuid,
    pub access_epoch: i32,
}

/// One file, and who was given the link to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Download {
    pub organisation_id: Uuid,
    pub attachment_id: Uuid,
    pub reader_id: Option<Uuid>,
}

/// What a link to a file says.
#[derive(Debug, Serialize, Deserialize)]
struct DownloadClaims {
    iss: String,
    aud: String,
    org: Uuid,
    sub: Uuid,
    by: Option<Uuid>,
    exp: i64,
}

/// A JSON Web Key Set (RFC 7517).
#[derive(Debug, Serialize, ToSchema)]
pub struct Jwks {
    pub keys: Vec<Jwk>,
}

/// One public key.
#[derive(Debug, Serialize, ToSchema)]
pub struct Jwk {
    pub kty: String,
    pub crv: String,
    pub alg: String,
    pub r#use: String,
    pub kid: String,
    pub x: String,
}

/// What is wrong with a file that is named as a signing key.
pub fn fault_of(path: &Path) -> Option<String> {
    read_key(path).err().map(|fault| Causes(&fault).to_string())
}

fn read_key(path: &Path) -> Result<Key, KeyFault> {
    let shown = path.display().to_string();
    let pem = std::fs::read_to_string(path).map_err(|source| KeyFault::Unreadable { path: shown.clone(), source })?;
    key_of(&pem).ok_or(KeyFault::NotAKey { path: shown })
}

fn key_of(pem: &str) -> Option<Key> {
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).map(str::trim).collect();
    let pkcs8 = STANDARD.decode(body).ok()?;
    let public = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&pkcs8).ok()?.public_key().as_ref().to_vec();
    Some(Key {
        kid: hex::encode(Sha256::digest(&public)).chars().take(16).collect(),
        signing: EncodingKey::from_ed_pem(pem.as_bytes()).ok()?,
        verifying: DecodingKey::from_ed_components(&URL_SAFE_NO_PAD.encode(&public)).ok()?,
        public,
    })
}

/// A fresh signing key as a PEM file's text.
///
/// # Errors
/// When the system has no randomness.
pub fn new_signing_key() -> Result<String, aws_lc_rs::error::Unspecified> {
    let pkcs8 = Ed25519KeyPair::generate_pkcs8v1(&aws_lc_rs::rand::SystemRandom::new())?;
    Ok(format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(pkcs8.as_ref())))
}

#[cfg(test)]
#[path = "keyring_tests.rs"]
mod tests;

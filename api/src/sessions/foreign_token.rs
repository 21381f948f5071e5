//! Tokens of issuers that an organisation trusts: signed by a key the issuer publishes, with the algorithm that key is for, and meant
//! for us. Nothing in the token chooses how it is verified.

use chrono::{DateTime, Utc};
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Map, Value};

/// How far an issuer's clock may be from ours, seconds.
const LEEWAY_S: i64 = 60;
/// Kinds of token that may stand for a person: ID tokens and RFC 9068 access tokens; never, say, a logout token.
const TYPES: &[&str] = &["jwt", "at+jwt", "application/at+jwt"];

/// A published key, and the one algorithm it may be used with.
#[derive(Clone)]
pub struct PublishedKey {
    pub kid: String,
    algorithm: Algorithm,
    key: DecodingKey,
}

impl PublishedKey {
    /// Reads a key set's entry; `None` for keys that are not for verifying signatures, or of kinds that are not accepted.
    pub fn read(jwk: &Jwk) -> Option<Self> {
        let common = &jwk.common;
        let for_signatures = common.public_key_use.as_ref().is_none_or(|use_| *use_ == PublicKeyUse::Signature)
            && common.key_operations.as_ref().is_none_or(|operations| operations.contains(&KeyOperations::Verify));
        let (algorithm, named) = match &jwk.algorithm {
            AlgorithmParameters::RSA(_) => (Algorithm::RS256, KeyAlgorithm::RS256),
            AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => (Algorithm::ES256, KeyAlgorithm::ES256),
            AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => (Algorithm::EdDSA, KeyAlgorithm::EdDSA),
            _ => return None,
        };
        if !for_signatures || common.key_algorithm.is_some_and(|stated| stated != named) {
            return None;
        }
        Some(Self { kid: common.key_id.clone()?, algorithm, key: DecodingKey::from_jwk(jwk).ok()? })
    }
}

/// What an unverified token says about who can verify it.
#[derive(Debug)]
pub struct Introduction {
    pub issuer: String,
    pub kid: String,
}

/// Reads which issuer and key a token speaks of; nothing of it is believed yet.
pub fn introduction(token: &str) -> Option<Introduction> {
    let header = jsonwebtoken::decode_header(token).ok()?;
    let claims: Map<String, Value> = jsonwebtoken::dangerous::insecure_decode_claims(token).ok()?;
    Some(Introduction { issuer: claims.get("iss")?.as_str()?.to_owned(), kid: header.kid? })
}

/// What a token must say to be accepted.
#[derive(Debug)]
pub struct Expected<'a> {
    pub issuer: &'a str,
    pub audience: &'a str,
    /// The claim that names the user.
    pub user_claim: &'a str,
}

/// Verifies a token with the published key it speaks of, and says whom it names.
pub fn verify(token: &str, key: &PublishedKey, expected: &Expected<'_>, now: DateTime<Utc>) -> Option<String> {
    let header = jsonwebtoken::decode_header(token).ok()?;
    let type_fits = header.typ.as_ref().is_none_or(|typ| TYPES.contains(&typ.to_ascii_lowercase().as_str()));
    if header.kid.as_deref() != Some(key.kid.as_str()) || header.alg != key.algorithm || !type_fits || header.crit.is_some() {
        return None;
    }
    let mut rules = Validation::new(key.algorithm);
    rules.set_issuer(&[expected.issuer]);
    rules.set_audience(&[expected.audience]);
    rules.set_required_spec_claims(&["iss", "aud", "exp"]);
    // Instants are compared below, with the house's own clock.
    rules.validate_exp = false;
    rules.validate_nbf = false;
    let claims = jsonwebtoken::decode::<Map<String, Value>>(token, &key.key, &rules).ok()?.claims;
    if claims.get("iss")?.as_str() != Some(expected.issuer) || !is_timely(&claims, now.timestamp())? {
        return None;
    }
    // An address that the issuer has not verified can be anybody's.
    if expected.user_claim == "email" && claims.get("email_verified").is_some_and(|verified| *verified != Value::Bool(true)) {
        return None;
    }
    claims.get(expected.user_claim)?.as_str().filter(|name| !name.is_empty()).map(str::to_owned)
}

fn is_timely(claims: &Map<String, Value>, now_s: i64) -> Option<bool> {
    let (exp, iat) = (seconds(claims.get("exp")?)?, seconds(claims.get("iat")?)?);
    let nbf = claims.get("nbf").map_or(Some(iat), seconds)?;
    let latest = now_s + LEEWAY_S;
    Some(exp.saturating_add(LEEWAY_S) > now_s && iat <= latest && nbf <= latest)
}

/// RFC 7519 allows fractions of seconds.
fn seconds(value: &Value) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "saturates, and fractions are not needed")]
    value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64))
}

#[cfg(test)]
#[path = "foreign_token_tests.rs"]
mod tests;

//! Secrets that carry their own address: `<prefix>_<organisation, id, secret>`. The server keeps only the secret's SHA-256.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::people::Role;
use sha2::{Digest, Sha256};
use store::{Actor, Scope};
use uuid::Uuid;

use crate::House;
use crate::http::problem::Problem;

/// An organisation, a row in it, and the secret that proves the right to use it.
#[derive(Debug, Clone, Copy)]
pub struct Addressed {
    pub organisation_id: Uuid,
    pub id: Uuid,
    pub secret: [u8; 32],
}

impl Addressed {
    /// The text that is shown once.
    pub fn write(&self, prefix: &str) -> String {
        let mut bytes = Vec::with_capacity(64);
        bytes.extend_from_slice(self.organisation_id.as_bytes());
        bytes.extend_from_slice(self.id.as_bytes());
        bytes.extend_from_slice(&self.secret);
        format!("{prefix}_{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    pub fn parse(prefix: &str, text: &str) -> Option<Self> {
        let body = text.strip_prefix(prefix)?.strip_prefix('_')?;
        let bytes: [u8; 64] = URL_SAFE_NO_PAD.decode(body).ok()?.try_into().ok()?;
        let (organisation, rest) = bytes.split_first_chunk::<16>()?;
        let (id, secret) = rest.split_first_chunk::<16>()?;
        Some(Self { organisation_id: Uuid::from_bytes(*organisation), id: Uuid::from_bytes(*id), secret: secret.try_into().ok()? })
    }

    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(self.secret).into()
    }
}

/// An integrator's key as it arrives in `Authorization: Bearer`.
#[derive(Debug, Clone, Copy)]
pub struct BearerKey(Addressed);

/// What an integrator's key begins with.
pub const KEY_PREFIX: &str = "fpk";

impl BearerKey {
    pub fn parse(token: &str) -> Option<Self> {
        Addressed::parse(KEY_PREFIX, token).map(Self)
    }

    /// The key's scope and what it was granted.
    ///
    /// # Errors
    /// `TokenRefused` for an unknown, revoked or expired key.
    pub async fn look_up(&self, house: &House) -> Result<(Scope, Vec<String>), Problem> {
        let mut scope = Scope {
            organisation_id: self.0.organisation_id,
            actor: Actor::Key { id: self.0.id, secret_sha256: self.0.sha256() },
            role: Role::Integrator,
            unit_id: None,
        };
        let mut tx = house.db.begin(&scope).await?;
        let grant = store::people::keys::grant(&mut tx, self.0.id).await?;
        tx.commit().await?;
        scope.unit_id = Some(grant.unit_id);
        Ok((scope, grant.scopes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_addressed_secret_comes_back_whole() {
        let key = Addressed { organisation_id: Uuid::from_u128(1), id: Uuid::from_u128(2), secret: [7; 32] };
        let back = Addressed::parse("fpk", &key.write("fpk")).unwrap();
        assert_eq!((back.organisation_id, back.id, back.secret), (key.organisation_id, key.id, key.secret));
        assert!(Addressed::parse("fpr", &key.write("fpk")).is_none());
        assert!(Addressed::parse("fpk", "fpk_AAAA").is_none());
    }
}

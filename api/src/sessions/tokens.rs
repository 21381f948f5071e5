//! What signing in answers: a short-lived access token, and a refresh token to get the next one.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::Tx;
use store::people::sessions::{self, NewSession, Person};
use utoipa::ToSchema;
use uuid::Uuid;

use super::bearer_key::Addressed;
use super::keyring::Bearer;
use crate::House;
use crate::http::problem::{Problem, ProblemKind};
use crate::people::values::PersonRole;

/// What a refresh token begins with.
pub const REFRESH_PREFIX: &str = "fpr";

/// The pair of tokens of a session.
#[derive(Serialize, ToSchema)]
pub struct Tokens {
    /// For `Authorization: Bearer`.
    pub access_token: String,
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// Seconds until the access token is refused.
    #[schema(minimum = 1)]
    pub expires_in: i64,
    /// Good for one refresh; the answer holds the next one.
    pub refresh_token: String,
    pub user: SignedIn,
}

/// Who signed in.
#[derive(Serialize, ToSchema)]
pub struct SignedIn {
    pub id: Uuid,
    pub name: String,
    pub role: PersonRole,
    pub unit_id: Uuid,
}

/// A fresh refresh token, not yet handed out.
pub struct Fresh(Addressed);

impl Fresh {
    pub fn of(organisation_id: Uuid, session_id: Uuid) -> Self {
        Self(Addressed { organisation_id, id: session_id, secret: platform::secrets::random_32() })
    }

    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(self.0.secret).into()
    }

    /// The pair to hand out.
    ///
    /// # Errors
    /// `Bug` when the signing key does not sign.
    pub fn pair(&self, house: &House, person: Person, now: DateTime<Utc>) -> Result<Tokens, Problem> {
        let lives_for = TimeDelta::from_std(house.settings.access_token_after).unwrap_or(TimeDelta::minutes(10));
        let bearer = Bearer {
            organisation_id: self.0.organisation_id,
            user_id: person.id,
            session_id: self.0.id,
            role: person.role,
            unit_id: person.unit_id,
            access_epoch: person.access_epoch,
        };
        let role = PersonRole::of(person.role).ok_or(ProblemKind::Bug)?;
        Ok(Tokens {
            access_token: house.keyring.sign(bearer, now, lives_for, house.ids.next()).ok_or(ProblemKind::Bug)?,
            token_type: "Bearer",
            expires_in: lives_for.num_seconds(),
            refresh_token: self.0.write(REFRESH_PREFIX),
            user: SignedIn { id: person.id, name: person.name, role, unit_id: person.unit_id },
        })
    }
}

/// Opens a session in `tx` and makes its first pair; `None` when the user's standing changed in the meantime.
///
/// # Errors
/// As any statement.
pub async fn open_session(tx: &mut Tx, house: &House, user_id: Uuid, access_epoch: i32) -> Result<Option<Tokens>, Problem> {
    let session_id = house.ids.next();
    let fresh = Fresh::of(tx.organisation_id(), session_id);
    let (refresh, lives_for) = (&fresh.sha256(), house.settings.session_after);
    let new = NewSession { id: session_id, user_id, access_epoch, refresh, lives_for };
    let now = house.clock.now();
    let opened = sessions::open(tx, &house.ids, &new, now).await?;
    opened.map(|person| fresh.pair(house, person, now)).transpose()
}

//! Who asks: the first of the two locks. Row security in the database is the second.

use domain::people::Role;
use uuid::Uuid;

/// On whose behalf a transaction runs. It is made by the front hall from verified credentials, or by a worker for one organisation.
#[derive(Debug, Clone)]
pub struct Scope {
    pub organisation_id: Uuid,
    pub actor: Actor,
    pub role: Role,
    /// The unit whose tree is visible; `None` only for the house itself.
    pub unit_id: Option<Uuid>,
}

#[derive(Debug, Clone)]
pub enum Actor {
    User {
        id: Uuid,
        session_id: Uuid,
        /// The user's standing that the token was issued under.
        access_epoch: i32,
    },
    Key {
        id: Uuid,
        secret_sha256: [u8; 32],
    },
    /// A person for whom somebody else vouches who has verified them: a provider whose signature was checked.
    Vouched {
        id: Uuid,
    },
    /// The house itself: signing in, workers, tools.
    House,
}

impl Scope {
    /// The scope of the house within one organisation: everything of it, and nothing of another.
    pub fn house(organisation_id: Uuid) -> Self {
        Self { organisation_id, actor: Actor::House, role: Role::Admin, unit_id: None }
    }

    /// The acting user or key; `None` for the house.
    pub fn actor_id(&self) -> Option<Uuid> {
        match self.actor {
            Actor::User { id, .. } | Actor::Key { id, .. } | Actor::Vouched { id } => Some(id),
            Actor::House => None,
        }
    }

    /// The acting user's id where the rows to be seen are limited to their own.
    pub fn own_only(&self) -> Option<Uuid> {
        if self.role.sees_own_only() { self.actor_id() } else { None }
    }

    /// The statement that opens this scope in a fresh transaction. Every value in it is an id, a number or hex that was parsed as such.
    pub(crate) fn enter_sql(&self) -> String {
        let organisation = self.organisation_id;
        match &self.actor {
            Actor::User { id, session_id, access_epoch } => {
                format!("select app.enter_user('{organisation}', '{id}', '{session_id}', {access_epoch})")
            }
            Actor::Key { id, secret_sha256 } => {
                format!("select app.enter_key('{organisation}', '{id}', '\\x{}')", hex::encode(secret_sha256))
            }
            Actor::House | Actor::Vouched { .. } => format!("select app.enter_house('{organisation}')"),
        }
    }
    /// The statement that waits until nothing else submitted by the same actor is being judged; `None` for the house.
    pub(crate) fn lock_actor_sql(&self) -> Option<String> {
        let actor_id = self.actor_id()?;
        Some(format!("select pg_advisory_xact_lock(hashtextextended('{}{actor_id}', 3))", self.organisation_id))
    }

    /// The statement that waits for other submissions of a visit and of these photos' bytes. Ids only, as in [`Scope::enter_sql`].
    pub(crate) fn lock_submission_sql(&self, visit_id: Uuid, photo_ids: &[Uuid]) -> String {
        let photos = photo_ids.iter().map(Uuid::to_string).collect::<Vec<_>>().join(",");
        format!("select app.lock_submission('{}', '{visit_id}', '{{{photos}}}')", self.organisation_id)
    }
}

//! Organisations, units, users, sessions and keys.

pub mod brakes;
pub mod found;
pub mod issuers;
pub mod keys;
pub mod organisation;
pub mod passwords;
pub mod role_column;
pub mod sessions;
pub mod units;
pub mod users;

use domain::people::Role;
use uuid::Uuid;

use crate::Scope;

/// The unit at the top of what a scope sees of units and users; `None` for admins and the house, who see all of them.
fn top_unit(scope: &Scope) -> Option<Uuid> {
    match scope.role {
        Role::Admin => None,
        _ => Some(scope.unit_id.unwrap_or_default()),
    }
}

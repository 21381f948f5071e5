//! What a customer can be told to be, and who may tell it.

use serde::{Deserialize, Deserializer};
use store::Tx;
use store::customers::is_own_unit;
use uuid::Uuid;

use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemKind};
use crate::http::values::{Decimal, Text};
use crate::sessions::Caller;

pub type Name = Text<1, 200>;
pub type ExternalId = Text<1, 64>;
pub type Address = Text<1, 500>;
pub type FenceM = Decimal<10, 5000>;

/// A name without the white space around it.
///
/// # Errors
/// `too_short` at `pointer` when nothing else is left.
pub fn trimmed<const MIN: usize, const MAX: usize>(name: &Text<MIN, MAX>, pointer: &str) -> Result<String, Fault> {
    let trimmed = name.as_str().trim();
    if trimmed.is_empty() { Err(Fault::at(pointer, FaultCode::TooShort).allowing(format!("{MIN}..{MAX}"))) } else { Ok(trimmed.to_owned()) }
}

/// What people in the field may not say: it would move the fence that their own visits are held against.
pub fn not_for_the_field(caller: &Caller, pointer: &str) -> Result<(), Problem> {
    if caller.role().sees_own_only() {
        return Err(Problem::with(ProblemKind::NotPermitted, Fault::at(pointer, FaultCode::NotAllowed)));
    }
    Ok(())
}

/// Refuses a unit that the caller does not answer for.
///
/// # Errors
/// `not_known` at `/unit_id`, else as any statement.
pub async fn known_unit(tx: &mut Tx, unit_id: Uuid) -> Result<Uuid, Problem> {
    if is_own_unit(tx, unit_id).await? { Ok(unit_id) } else { Err(Fault::at("/unit_id", FaultCode::NotKnown).into()) }
}

/// For changes of what cannot be taken away: left out is `None`, null is refused.
///
/// # Errors
/// As the value itself.
pub fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

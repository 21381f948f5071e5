//! Users: listed and read by those who lead, created and changed by admins.

pub mod bodies;
pub mod change;
pub mod create;
pub mod password;
pub mod read;
pub mod sessions;

use store::StoreError;

use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemKind};

/// What the schema's laws about users mean to whoever broke one.
fn user_problem(error: StoreError) -> Problem {
    match error.constraint() {
        Some("user_login_unique") => Problem::with(ProblemKind::Duplicate, Fault::at("/login", FaultCode::Duplicate)),
        Some("user_external_subject_unique") => Problem::with(ProblemKind::Duplicate, Fault::at("/external_subject", FaultCode::Duplicate)),
        Some("user_unit_exists") => Fault::at("/unit_id", FaultCode::NotKnown).into(),
        _ => error.into(),
    }
}

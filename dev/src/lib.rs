//! The workshop: everything a person needs to run and test Fieldproof on one machine with nothing but PostgreSQL's
//! binaries installed. What production code imports may never live here.

#[cfg(feature = "house")]
pub mod demo;
pub mod fault;
pub mod house;
pub mod objects;
pub mod photo;
pub mod postgres;
pub mod scratch;

mod error;
mod lock;
mod secrets;

pub use error::HouseError;

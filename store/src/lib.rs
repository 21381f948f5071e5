//! The archive: every SQL statement and every object key.
//!
//! A statement runs on a [`Tx`], and a `Tx` exists only inside a [`Scope`]: whose organisation, which person, which unit. Thresholds,
//! HTTP statuses and texts for people may not enter.

pub mod actions;
pub mod attachments;
pub mod bell;
pub mod boards;
pub mod calendars;
pub mod channels;
pub mod customers;
pub mod cycle_times;
pub mod database;
pub mod deals;
pub mod deliveries;
pub mod documents;
pub mod engine;
pub mod error;
pub mod events;
pub mod geography;
pub mod handovers;
pub mod health;
pub mod idempotency;
pub mod inbox;
pub mod leads;
pub mod lists;
pub mod looks;
pub mod migrate;
pub mod notices;
pub mod objects;
pub mod people;
pub mod photos;
pub mod playbook;
pub mod queue;
pub mod scope;
pub mod stream;
pub mod sweep;
pub mod timeline;
pub mod transaction;
pub mod visits;
pub mod webhooks;

pub use database::Database;
pub use error::StoreError;
pub use objects::Objects;
pub use scope::{Actor, Scope};
pub use transaction::Tx;

//! Customers: whom a visit is about, and who decides there.

pub mod decision_roles;

/// Days that a file of customers waits to be applied; what it said of people and places is thrown away then.
pub const IMPORT_WAITS_DAYS: i64 = 14;

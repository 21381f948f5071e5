//! Customers: whom a visit is about, and who decides there.

pub mod decision_roles;

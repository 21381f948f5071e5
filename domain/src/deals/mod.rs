//! Deals: what can be known of one, what can be done to it where it stands, and why it ended.

pub mod fields;
pub mod permitted;
pub mod reasons;
pub mod rework;

//! Deliveries: what is waiting to leave the house, who claims it, and how each attempt ended.
//!
//! - A delivery is planned in the transaction that says what it brings ([`planned`] for people, [`crate::events`] for systems).
//! - [`due::look`] asks over all organisations what is due: names only. [`claim::lock`] takes an organisation's, passes over what another
//!   worker holds, and reads whether what they are about is still open; [`claim::claim`] carries the plan out and hands out leases.
//! - Between claim and end no transaction is open. [`ended::record`] ends an attempt only for the holder of its fence: whoever lost the lease
//!   has nothing to say any more.

pub mod claim;
pub mod clicked;
pub mod contents;
pub mod due;
pub mod ended;
pub mod listed;
pub mod planned;

//! Attachments: files declared by a client, landed in S3, verified, and from then on unchangeable.
//!
//! # How a floor uses it (deals, documents)
//!
//! 1. The client declares the file ([`declare`]) and uploads it; what arrived is taken in with [`arrival::take_in`] and made final with
//!    [`settle::make_final`], both outside the floor.
//! 2. The floor puts it to something of its own with [`hold`], in the transaction of the deed: a file that nothing holds is thrown away
//!    after some days. Only a file that the caller may see ([`find`]) and that has landed may be held.
//! 3. Whoever sees one of its holders sees the file. A floor whose things are seen by other rules than where they stand
//!    (`standings`) decides by itself and asks with [`of_id`].

pub mod arrival;
mod holders;
mod rows;
pub mod settle;
pub mod sweep;

pub use holders::{hold, of_subject};
pub use rows::{Attachment, AttachmentState, Declaration, Declared, declare, find, of_id};

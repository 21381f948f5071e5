//! Photos: declared by a client, landed in S3, verified, and from then on unchangeable.

pub mod arrival;
pub mod develop;
pub mod look_alikes;
mod rows;
mod settle;
pub mod sweep;

pub use rows::{Declaration, Declared, Landing, Photo, PhotoState, declare, find, for_visit};
pub use settle::{give_up, make_final};

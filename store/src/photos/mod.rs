//! Photos: declared by a client, landed in S3, verified, and from then on unchangeable.

pub mod arrival;
mod rows;
mod settle;

pub use rows::{Declaration, Declared, Landing, Photo, PhotoState, declare, find, for_visit};
pub use settle::{give_up, make_final};

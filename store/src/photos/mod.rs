//! Photos: declared by a client, landed in S3, verified, and from then on unchangeable.

pub mod arrival;
mod rows;

pub use rows::{Declaration, Declared, Landing, Photo, PhotoState, declare, expire, find, for_visit, land, visits_waiting_for};

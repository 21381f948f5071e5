//! The proving ground: a whole house per test (real PostgreSQL, real S3, real HTTP), people in it who speak HTTP, and time moved by hand.

pub mod doorstep;
pub mod house;
pub mod person;
pub mod waiting;

pub use house::House;
pub use person::{Answer, Person};

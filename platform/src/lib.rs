//! The cellar: the clock, ids and secrets, settings, telemetry and shutdown, the way outside and the protocols spoken there.
//!
//! Nothing here knows what a visit is. Time, ids and randomness enter the house only through [`Clock`] and [`Ids`], so that a
//! test can hold both.

pub mod causes;
pub mod chance;
pub mod clock;
pub mod ids;
pub mod outside;
pub mod sealing;
pub mod secrets;
pub mod settings;
pub mod shutdown;
pub mod telemetry;
pub mod webhook_secret;
pub mod wecom_callback;

pub use chance::Chance;
pub use clock::Clock;
pub use ids::Ids;

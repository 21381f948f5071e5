//! The cellar: the clock, ids and secrets, settings, telemetry and shutdown.
//!
//! Nothing here knows what a visit is. Time, ids and randomness enter the house only through [`Clock`] and [`Ids`], so that a
//! test can hold both.

pub mod clock;
pub mod ids;
pub mod secrets;
pub mod settings;
pub mod shutdown;
pub mod telemetry;

pub use clock::Clock;
pub use ids::Ids;

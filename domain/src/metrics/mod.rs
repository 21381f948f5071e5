//! Figures about many things at once: percentiles, and how long things last when some of them are not over yet.

mod percentile;
mod survival;

pub use percentile::percentile;
pub use survival::{Duration, Survival};

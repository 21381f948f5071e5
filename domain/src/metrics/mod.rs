//! Figures about many things at once: percentiles, how long things last when some of them are not over yet, and the way through stages.

mod lasting;
mod passage;
mod percentile;
mod survival;

pub use lasting::Lasting;
pub use passage::{Dwell, Passage, StageRole, Stay, in_order};
pub use percentile::percentile;
pub use survival::{Duration, Survival};

//! From facts to effects.

mod apply;
mod explain;
mod fire;
mod moves;
mod replan;

pub use apply::{apply, reconsider};
pub use explain::{ClauseExplained, ClauseState, Explanation, MoveExplained, explain, explain_entry};
pub use fire::{LATE_AFTER_MINUTES, SnoozeTooLong, acknowledged_until, fire, snoozed_until};
pub use moves::{PlacementRefused, may_place};
pub use replan::{newly_watched, replan, watch};

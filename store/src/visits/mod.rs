//! Visits: their facts in one read, their verdicts appended, and the lists that people see.

mod attach;
pub mod challenges;
mod counted;
mod facts;
pub mod inbox_notes;
mod ledger;
pub mod lists;
pub mod pins;
pub mod policies;
mod record;
mod review;
mod rows;
mod together;

pub use attach::{Attached, attach};
pub use counted::{count, hold_subjects};
pub use facts::{Loaded, Missing, load, load_again};
pub use record::{Cause, Recorded, judge_again, record, record_awaiting};
pub use review::{Appeal, Appealed, Decision, ReviewOutcome, appeal, decide, re_evaluate};
pub use rows::{Submission, VerdictRow, Visit, find, verdicts_of};
pub use together::load_together;

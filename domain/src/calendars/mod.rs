//! Time that counts: the working calendar of an organisation, the clock that goes by it, and the hours in which people may be disturbed.
//!
//! ```text
//! Calendar (zone, week, days, years) ──► Clock::Working ──► elapsed(from, to), due(from, budget)
//!                                   └──► DeliveryWindow ──► next_open(at)
//! ```
//!
//! Time is integrated over intervals; nothing here adds hours to a timestamp. Which calendar counts and when messages are delivered are
//! two settings: a deadline may fall into the night, its message need not.

mod calendar;
pub mod china;
mod clock;
mod faults;
mod local;
mod notice;
pub mod texts;
mod time;
mod window;

pub use calendar::{Calendar, Day, DayOn, DayStatus, Standing, Week, YearStatus, YearWarning};
pub use clock::{Clock, Counted, Due, LOOK_AHEAD_DAYS};
pub use faults::{CalendarFault, CalendarFaultCode, DAYS_MAX, Place, SEGMENTS_MAX, YEARS};
pub use notice::{Change, ChangeKind, KeptBecause, Merged, Notice, NoticeDay, NoticeFault};
pub use time::{Segment, TimeOfDay};
pub use window::{DeliveryDays, DeliveryWindow};

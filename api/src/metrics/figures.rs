//! How waits are told.

use domain::calendars::{Calendar, Clock};
use domain::leads::response::{self, Figures};
use serde::Serialize;
use store::leads::responses;
use utoipa::ToSchema;

use chrono::{DateTime, Utc};

/// How long leads wait for their first effective contact, in minutes.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = LeadResponseFigures)]
pub struct FiguresBody {
    /// By when half of them have been answered, what is open counted as open; null while too many are open to tell.
    #[schema(example = 95.0)]
    pub p50_minutes: Option<f64>,
    /// By when nine of ten have been answered.
    pub p90_minutes: Option<f64>,
    /// The mean within the longest wait seen, what is open counted as open.
    pub mean_minutes: Option<f64>,
    /// Of the answered ones alone: how it would look if the open ones were left out.
    pub answered_p50_minutes: Option<f64>,
    pub answered_p90_minutes: Option<f64>,
    pub answered_mean_minutes: Option<f64>,
}

impl From<Figures> for FiguresBody {
    fn from(figures: Figures) -> Self {
        Self {
            p50_minutes: figures.p50,
            p90_minutes: figures.p90,
            mean_minutes: figures.mean,
            answered_p50_minutes: figures.answered_p50,
            answered_p90_minutes: figures.answered_p90,
            answered_mean_minutes: figures.answered_mean,
        }
    }
}

/// The waits of some leads, by both clocks.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = LeadResponseWaits)]
pub struct Waits {
    pub answered: usize,
    /// Nobody has reached them yet.
    pub open: usize,
    /// They came to their end before anybody was reached; not in the figures.
    pub over_unanswered: usize,
    /// By the clock on the wall.
    pub natural: FiguresBody,
    /// By the working time of the organisation's calendar.
    pub business: FiguresBody,
}

impl Waits {
    /// The figures of `rows` as they stand at `now`.
    pub fn of<'a>(rows: impl Iterator<Item = &'a responses::Wait> + Clone, calendar: &Calendar, now: DateTime<Utc>) -> Self {
        let natural = figures(rows.clone(), Clock::Wall, now);
        Self {
            answered: natural.answered,
            open: natural.open,
            over_unanswered: rows.clone().filter(|row| row.is_over).count(),
            natural: natural.into(),
            business: figures(rows, Clock::Working(calendar), now).into(),
        }
    }
}

/// The figures by one clock; what came to its end unanswered is left out.
pub fn figures<'a>(rows: impl Iterator<Item = &'a responses::Wait>, clock: Clock<'_>, now: DateTime<Utc>) -> Figures {
    let waits = rows.filter(|row| !row.is_over).map(|row| response::Wait { from: row.from, answered_at: row.answered_at });
    Figures::of(&waits.map(|wait| response::minutes(wait, clock, now)).collect::<Vec<_>>())
}

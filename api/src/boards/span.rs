//! The days that a board looks at.

use chrono::{DateTime, Days, Utc};
use chrono_tz::Tz;
use serde::Deserialize;
use store::Tx;
use store::boards::Span;
use store::people::organisation;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemKind};
use crate::http::values::Day;

/// Most days of one board.
const DAYS_MAX: i64 = 92;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SpanQuery {
    /// This unit and the ones below it; left out, everything that the caller sees.
    #[serde(default)]
    #[param(required = false)]
    unit_id: Option<Uuid>,
    /// First civil day in the organisation's zone; six days before `to` when left out.
    #[serde(default)]
    #[param(required = false)]
    from: Option<Day>,
    /// Last civil day; today when left out. At most 92 days in all.
    #[serde(default)]
    #[param(required = false)]
    to: Option<Day>,
}

impl SpanQuery {
    /// The span asked for, in the organisation's civil days.
    ///
    /// # Errors
    /// `MalformedRequest` when it is upside down or too long.
    pub async fn span(&self, tx: &mut Tx, now: DateTime<Utc>) -> Result<Span, Problem> {
        let zone: Tz = organisation::find(tx).await?.zone.parse().unwrap_or(chrono_tz::Asia::Shanghai);
        let to = self.to.map_or(now.with_timezone(&zone).date_naive(), |day| day.0);
        let from = self.from.map_or_else(|| to.checked_sub_days(Days::new(6)).unwrap_or(to), |day| day.0);
        let days = to.signed_duration_since(from).num_days() + 1;
        if !(1..=DAYS_MAX).contains(&days) {
            let fault = Fault::at("?from", FaultCode::OutOfRange).allowing(format!("1..{DAYS_MAX} days"));
            return Err(Problem::with(ProblemKind::MalformedRequest, fault));
        }
        Ok(Span { unit_id: self.unit_id, from, to })
    }
}

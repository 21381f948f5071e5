//! Which leads or deals a figure, or the list behind it, is about.

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use domain::playbook::SubjectKind;
use serde::{Deserialize, Serialize};
use store::cycle_times::{Measure, Wanted};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemKind};
use crate::http::values::{Day, Text};
use crate::metrics::month::start_of;

/// Most days of one answer, and how many unless asked.
const DAYS_MAX: i64 = 1_100;
const DAYS: u64 = 180;

/// What goes through stages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pipeline {
    #[default]
    Deal,
    Lead,
}

impl From<Pipeline> for SubjectKind {
    fn from(pipeline: Pipeline) -> Self {
        match pipeline {
            Pipeline::Deal => Self::Deal,
            Pipeline::Lead => Self::Lead,
        }
    }
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CycleMeasure)]
pub enum MeasureName {
    /// From the beginning to the end, whichever it is: won, lost or given up.
    #[default]
    Cycle,
    /// From the beginning until it is won; of a lead, until it becomes a deal. What ended otherwise was only seen until then.
    Win,
    /// The time in a stage, over all its stays there; over once the stage is left, whereto ever.
    Stage,
}

impl From<MeasureName> for Measure {
    fn from(name: MeasureName) -> Self {
        match name {
            MeasureName::Cycle => Self::Cycle,
            MeasureName::Win => Self::Win,
            MeasureName::Stage => Self::Stage,
        }
    }
}

/// The part of both queries that says which.
#[derive(Debug)]
pub struct Which {
    pub from: Option<Day>,
    pub to: Option<Day>,
    pub pipeline: Pipeline,
    pub measure: MeasureName,
    pub stage: Option<Text<1, 40>>,
    pub unit_id: Option<Uuid>,
    pub rep_id: Option<Uuid>,
    pub segment: Option<Text<1, 64>>,
}

impl Which {
    /// Understands it, with the first and the last day.
    ///
    /// # Errors
    /// `out_of_range` at `?from` for a span that is none or too long; `not_allowed` at `?stage` where no stage is measured.
    pub fn read(self, now: DateTime<Utc>, zone: Tz) -> Result<(Wanted, NaiveDate, NaiveDate), Problem> {
        if self.stage.is_some() && self.measure != MeasureName::Stage {
            let fault = Fault::at("?stage", FaultCode::NotAllowed).allowing("measure=stage");
            return Err(Problem::with(ProblemKind::MalformedRequest, fault));
        }
        let to = self.to.map_or_else(|| now.with_timezone(&zone).date_naive(), |day| day.0);
        let from = self.from.map_or_else(|| to.checked_sub_days(Days::new(DAYS - 1)).unwrap_or(to), |day| day.0);
        let days = to.signed_duration_since(from).num_days() + 1;
        if !(1..=DAYS_MAX).contains(&days) {
            let fault = Fault::at("?from", FaultCode::OutOfRange).allowing(format!("1..{DAYS_MAX} days"));
            return Err(Problem::with(ProblemKind::MalformedRequest, fault));
        }
        let end = to.checked_add_days(Days::new(1)).unwrap_or(to);
        let wanted = Wanted {
            kind: self.pipeline.into(),
            measure: self.measure.into(),
            stage: self.stage.map(Text::into_string),
            from: start_of(from, zone),
            to: start_of(end, zone),
            unit_id: self.unit_id,
            owner_id: self.rep_id,
            segment: self.segment.map(Text::into_string),
        };
        Ok((wanted, from, to))
    }
}

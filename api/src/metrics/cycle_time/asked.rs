//! Which leads or deals a figure, or the list behind it, is about.

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use domain::playbook::{Playbook, SubjectKind};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::cycle_times::{Measure, Wanted};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemKind};
use crate::http::values::{Day, Text};
use crate::metrics::month::start_of;
use crate::playbook::known;

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

/// Declares a query that says which: what both have in common, with what the one has besides. Query strings are read by name alone, so that
/// what is unknown is refused; a shape within a shape is not.
macro_rules! asked {
    ($(#[$doc:meta])* $name:ident { $($also:tt)* }) => {
        $(#[$doc])*
        #[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub struct $name {
            /// First civil day in the organisation's zone on which they began; 179 days before `to` when left out.
            #[param(value_type = Option<$crate::http::values::Day>)]
            from: Option<$crate::http::values::Day>,
            /// Last civil day; today when left out. At most 1,100 days in all.
            #[param(value_type = Option<$crate::http::values::Day>)]
            to: Option<$crate::http::values::Day>,
            #[serde(default)]
            #[param(inline, required = false)]
            pipeline: $crate::metrics::cycle_time::asked::Pipeline,
            #[serde(default)]
            #[param(inline, required = false)]
            measure: $crate::metrics::cycle_time::asked::MeasureName,
            /// The code of a stage of the playbook, or of an earlier one, with `measure=stage`; each stage when left out.
            #[param(example = "negotiation")]
            stage: Option<$crate::http::values::Text<1, 40>>,
            /// This unit and the ones below it; left out, everything that the caller sees.
            unit_id: Option<uuid::Uuid>,
            /// What this rep holds.
            rep_id: Option<uuid::Uuid>,
            /// What deals are told apart by; of leads, where they came from.
            segment: Option<$crate::http::values::Text<1, 64>>,
            $($also)*
        }

        impl $name {
            fn which(self) -> $crate::metrics::cycle_time::asked::Which {
                let Self { from, to, pipeline, measure, stage, unit_id, rep_id, segment, .. } = self;
                $crate::metrics::cycle_time::asked::Which { from, to, pipeline, measure, stage, unit_id, rep_id, segment }
            }
        }
    };
}

pub(super) use asked;

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
    /// `out_of_range` at `?from` for a span that is none or too long; at `?stage` `not_allowed` where no stage is measured, and `not_known`.
    pub async fn read(
        self,
        tx: &mut Tx,
        playbook: &Playbook,
        (now, zone): (DateTime<Utc>, Tz),
    ) -> Result<(Wanted, NaiveDate, NaiveDate), Problem> {
        if self.stage.is_some() && self.measure != MeasureName::Stage {
            let fault = Fault::at("?stage", FaultCode::NotAllowed).allowing("measure=stage");
            return Err(Problem::with(ProblemKind::MalformedRequest, fault));
        }
        if let Some(stage) = &self.stage {
            known::stage(tx, playbook, self.pipeline.into(), stage.as_str()).await?;
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

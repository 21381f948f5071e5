//! How lengths are told.

use domain::metrics::Lasting;
use serde::Serialize;
use store::cycle_times::Group;
use utoipa::ToSchema;

const SECONDS_PER_HOUR: f64 = 3600.0;

/// How long some leads or deals take, in hours.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CycleFigures)]
pub struct FiguresBody {
    /// How many there are: those that are over, and those that are not.
    pub n: usize,
    /// Not over yet: counted as long as they have been seen, and never left out.
    pub open: usize,
    /// By when half of them are over (Kaplan–Meier: the shortest length seen by which they are); null while too many are open to tell.
    #[schema(example = 412.5)]
    pub p50_hours: Option<f64>,
    pub p80_hours: Option<f64>,
    pub p90_hours: Option<f64>,
    /// The mean within the longest length seen.
    pub mean_hours: Option<f64>,
    /// Of those that are over alone, with linear interpolation between neighbours: how it would look if the open ones were left out.
    #[schema(example = 288.0)]
    pub closed_p50_hours: Option<f64>,
    pub closed_p80_hours: Option<f64>,
    pub closed_p90_hours: Option<f64>,
    pub closed_mean_hours: Option<f64>,
    /// The longest single stay that is over; of whole ways, the longest way.
    pub longest_hours: f64,
    /// Stays in stages; more than one of each where something went back.
    pub stays: i64,
    /// Visits that count, made meanwhile.
    pub visits: i64,
    /// How often something went back: to an earlier stage; of a stage, was entered again.
    pub rework: i64,
}

impl FiguresBody {
    /// The figures of a group.
    pub fn of(group: &Group) -> Self {
        let lasting = Lasting::of(&group.over, &group.open);
        let hours = |seconds: Option<f64>| seconds.map(|seconds| seconds / SECONDS_PER_HOUR);
        Self {
            n: lasting.over + lasting.open,
            open: lasting.open,
            p50_hours: hours(lasting.p50),
            p80_hours: hours(lasting.p80),
            p90_hours: hours(lasting.p90),
            mean_hours: hours(lasting.mean),
            closed_p50_hours: hours(lasting.over_p50),
            closed_p80_hours: hours(lasting.over_p80),
            closed_p90_hours: hours(lasting.over_p90),
            closed_mean_hours: hours(lasting.over_mean),
            longest_hours: group.longest / SECONDS_PER_HOUR,
            stays: group.stays,
            visits: group.visits,
            rework: group.rework,
        }
    }
}

/// All groups as one; its lengths are in order within each group's.
pub fn total(groups: &[Group]) -> Group {
    let mut total = Group::default();
    for group in groups {
        total.over.extend(&group.over);
        total.open.extend(&group.open);
        total.stays += group.stays;
        total.visits += group.visits;
        total.rework += group.rework;
        total.longest = total.longest.max(group.longest);
    }
    total
}

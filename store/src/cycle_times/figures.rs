//! Lengths by group, each as it is: which of them are over, and how long the others have been seen.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, QueryBuilder};

use super::{Measure, Wanted, narrow};
use crate::{StoreError, Tx};

/// What lengths are put together by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// All together.
    None,
    Unit,
    Owner,
    Segment,
    Stage,
    Outcome,
    /// The month in which it began, in this zone.
    Month(chrono_tz::Tz),
}

/// The lengths of one group, in seconds, from the shortest to the longest.
#[derive(Debug, Clone, Default)]
pub struct Group {
    /// An id or a code; `None` for what has none.
    pub key: Option<String>,
    /// Of a unit or a person.
    pub name: Option<String>,
    /// Of what is over.
    pub over: Vec<f64>,
    /// How long what is not over has been seen.
    pub open: Vec<f64>,
    pub stays: i64,
    pub visits: i64,
    pub rework: i64,
    pub longest: f64,
}

#[derive(FromRow)]
struct Row {
    key: Option<String>,
    name: Option<String>,
    lengths: Vec<f64>,
    stays: i64,
    visits: i64,
    rework: i64,
    longest: f64,
}

impl Row {
    /// With the lengths that they have at `now`, a second of the Unix epoch.
    fn group(self, now: f64) -> Group {
        let Self { key, name, lengths, stays, visits, rework, longest } = self;
        let (mut over, open) = lengths.into_iter().partition::<Vec<_>, _>(|length| *length >= 0.0);
        let mut open = open.into_iter().map(|length| (now + length).max(0.0)).collect::<Vec<_>>();
        over.sort_unstable_by(f64::total_cmp);
        open.sort_unstable_by(f64::total_cmp);
        Group { key, name, over, open, stays, visits, rework, longest }
    }
}

/// The lengths of what is wanted, as they stand at `now`.
///
/// # Errors
/// As any statement.
pub async fn groups(tx: &mut Tx, wanted: &Wanted, by: Grouping, now: DateTime<Utc>) -> Result<Vec<Group>, StoreError> {
    let now = super::epoch_second(now);
    let mut query = QueryBuilder::new("select g.key::text as key, ");
    let names = match by {
        Grouping::Unit => Some("units"),
        Grouping::Owner => Some("users"),
        _ => None,
    };
    match names {
        Some(table) => query.push(format!("(select u.name from {table} u where u.id = g.key and u.organisation_id = ")),
        None => query.push("null::text as name,"),
    };
    if names.is_some() {
        query.push_bind(tx.organisation_id()).push(") as name,");
    }
    query.push(" g.lengths, g.stays, g.visits, g.rework, g.longest from (select ");
    match by {
        Grouping::None => query.push("null::text"),
        Grouping::Unit => query.push("c.unit_id"),
        Grouping::Owner => query.push("c.owner_id"),
        Grouping::Segment => query.push("c.segment"),
        Grouping::Stage => query.push("c.stage"),
        Grouping::Outcome => query.push("c.outcome"),
        Grouping::Month(zone) => query.push("to_char(c.began_at at time zone ").push_bind(zone.name()).push(", 'YYYY-MM')"),
    };
    query.push(" as key, coalesce(array_agg(");
    if wanted.measure == Measure::Win {
        // What else ended it only ended our seeing it: it has been seen for as long as it took.
        query.push("case when c.is_won or c.length < 0 then c.length else c.length - ").push_bind(now).push(" end");
    } else {
        query.push("c.length");
    }
    query.push(
        "), '{}') as lengths, coalesce(sum(c.stays), 0) as stays, coalesce(sum(c.visits), 0) as visits, coalesce(sum(c.rework), 0) as rework,
             coalesce(max(c.longest), 0) as longest from cycle_times c",
    );
    narrow(&mut query, tx, wanted);
    query.push(if by == Grouping::None { ") g" } else { " group by 1) g order by 2, 1" });
    let rows = query.build_query_as::<Row>().fetch_all(&mut *tx).await?;
    Ok(rows.into_iter().map(|row| row.group(now)).collect())
}

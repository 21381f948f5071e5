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

/// The lengths of one group, in seconds.
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

impl From<Row> for Group {
    fn from(row: Row) -> Self {
        let Row { key, name, lengths, stays, visits, rework, longest } = row;
        let (over, open) = lengths.into_iter().partition::<Vec<_>, _>(|length| *length >= 0.0);
        let open = open.into_iter().map(|length| -1.0 - length).collect();
        Self { key, name, over, open, stays, visits, rework, longest }
    }
}

/// The lengths of what is wanted, as they stand at `now`.
///
/// # Errors
/// As any statement.
pub async fn groups(tx: &mut Tx, wanted: &Wanted, by: Grouping, now: DateTime<Utc>) -> Result<Vec<Group>, StoreError> {
    // Of what is asked until it is won, whatever else ended it only ended our seeing it.
    let is_over = if wanted.measure == Measure::Win { "c.is_won" } else { "c.open_since is null" };
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
    // One array is half the work of two: what is not over lies below zero.
    query.push(format!(
        " as key, coalesce(array_agg(case when {is_over} then c.seconds when c.open_since is null then -1 - c.seconds
             else -1 - c.seconds - greatest(date_part('epoch', "
    ));
    query.push_bind(now);
    query.push(
        " - c.open_since), 0) end), '{}') as lengths,
         coalesce(sum(c.stays), 0) as stays, coalesce(sum(c.visits), 0) as visits, coalesce(sum(c.rework), 0) as rework,
             coalesce(max(c.longest), 0) as longest from cycle_times c",
    );
    narrow(&mut query, tx, wanted);
    query.push(if by == Grouping::None { ") g" } else { " group by 1) g order by 2, 1" });
    let rows = query.build_query_as::<Row>().fetch_all(&mut *tx).await?;
    Ok(rows.into_iter().map(Group::from).collect())
}

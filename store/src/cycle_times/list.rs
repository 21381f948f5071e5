//! The leads and deals behind a figure, and the stays of each.

use chrono::{DateTime, Utc};
use domain::playbook::SubjectKind;
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use super::{Wanted, epoch_second, narrow};
use crate::{StoreError, Tx};

/// One that has gone, or is going, its way.
#[derive(Debug, Clone, FromRow)]
pub struct Passed {
    pub subject_id: Uuid,
    pub name: String,
    pub customer_id: Option<Uuid>,
    /// Empty for the whole way.
    pub stage: String,
    pub unit_id: Uuid,
    pub owner_id: Option<Uuid>,
    pub owner_name: Option<String>,
    pub segment: Option<String>,
    pub began_at: DateTime<Utc>,
    /// In seconds: until it was over, or so far.
    pub length: f64,
    pub longest: f64,
    pub stays: i32,
    pub visits: i32,
    pub rework: i32,
    pub is_open: bool,
    pub outcome: Option<String>,
    pub is_won: bool,
}

/// Up to `limit` + 1 of what is wanted, as it stands at `now`, what began last first, after the given beginning, id and stage.
///
/// # Errors
/// As any statement.
pub async fn list(
    tx: &mut Tx,
    wanted: &Wanted,
    after: Option<(DateTime<Utc>, Uuid, String)>,
    limit: i64,
    now: DateTime<Utc>,
) -> Result<Vec<Passed>, StoreError> {
    let mut query = QueryBuilder::new(
        "select c.subject_id, s.name, s.customer_id, c.stage, c.unit_id, c.owner_id, o.name as owner_name, c.segment, c.began_at,
             case when c.length < 0 then greatest(c.length + ",
    );
    query.push_bind(epoch_second(now)).push(
        ", 0) else c.length end as length, c.longest, c.stays, c.visits, c.rework, c.length < 0 as is_open, c.outcome, c.is_won
         from cycle_times c
         join standings s on s.organisation_id = c.organisation_id and s.subject_kind = c.subject_kind and s.subject_id = c.subject_id
         left join users o on o.organisation_id = c.organisation_id and o.id = c.owner_id",
    );
    narrow(&mut query, tx, wanted);
    if let Some((began_at, id, stage)) = after {
        query.push(" and (c.began_at, c.subject_id, c.stage) < (").push_bind(began_at).push(", ").push_bind(id);
        query.push(", ").push_bind(stage).push(")");
    }
    query.push(" order by c.began_at desc, c.subject_id desc, c.stage desc limit ").push_bind(limit + 1);
    Ok(query.build_query_as().fetch_all(&mut *tx).await?)
}

/// A stage that one of them was in, and the action of the log that led there.
#[derive(Debug, Clone)]
pub struct StayRow {
    pub subject_id: Uuid,
    pub stage: String,
    pub left: Option<String>,
    pub entered_at: DateTime<Utc>,
    pub because: String,
    pub action_id: Uuid,
}

/// The stays of leads or deals that the caller has seen to be in scope.
///
/// # Errors
/// As any statement.
pub async fn stays(tx: &mut Tx, kind: SubjectKind, ids: &[Uuid]) -> Result<Vec<StayRow>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_as!(
        StayRow,
        r#"select subject_id, stage, left_stage as "left", entered_at, because, action_id from stays
           where organisation_id = $1 and subject_kind = $2 and subject_id = any ($3) order by entered_at"#,
        organisation_id,
        kind.as_str(),
        ids
    )
    .fetch_all(&mut *tx)
    .await?)
}

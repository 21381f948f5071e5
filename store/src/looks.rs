//! Who looked at what, when, and why: one row for a person, a thing and ten minutes, so that whoever reads on writes nothing more. Whoever
//! looks at what they hold themselves is not written down.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use platform::Ids;
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use crate::{StoreError, Tx};

/// Looks of one person at one thing within so much time are one.
pub const SPAN: TimeDelta = TimeDelta::minutes(10);

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Timeline,
    /// A visit with where it was.
    Visit,
    Photo,
}

impl What {
    pub const ALL: [Self; 3] = [Self::Timeline, Self::Visit, Self::Photo];

    /// The name in tables and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Timeline => "timeline",
            Self::Visit => "visit",
            Self::Photo => "photo",
        }
    }
}

/// A look that is about to be had.
#[derive(Debug)]
pub struct Glance<'a> {
    pub what: What,
    pub subject_kind: &'a str,
    pub subject_id: Uuid,
    /// The rep whose work it is.
    pub about_user_id: Option<Uuid>,
    pub reason: Option<&'a str>,
}

/// Writes down that the transaction's actor looks at something.
///
/// # Errors
/// As any statement.
pub async fn record(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, glance: &Glance<'_>) -> Result<(), StoreError> {
    let (organisation_id, role) = (tx.organisation_id(), tx.scope().role);
    let Some(viewer_id) = tx.scope().actor_id().filter(|viewer| Some(*viewer) != glance.about_user_id) else { return Ok(()) };
    sqlx::query!(
        "insert into looks (organisation_id, id, viewer_id, viewer_role, what, subject_kind, subject_id, about_user_id, reason, span_at, looked_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict on constraint look_once_a_span do nothing",
        organisation_id,
        ids.next(),
        viewer_id,
        role.as_str(),
        glance.what.as_str(),
        glance.subject_kind,
        glance.subject_id,
        glance.about_user_id,
        glance.reason.unwrap_or_default(),
        now.duration_trunc(SPAN).unwrap_or(now),
        now
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// A look that was had.
#[derive(Debug, Clone, FromRow)]
pub struct Look {
    pub id: Uuid,
    pub viewer_id: Uuid,
    pub viewer_name: Option<String>,
    pub viewer_role: String,
    pub what: String,
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub about_user_id: Option<Uuid>,
    pub about_user_name: Option<String>,
    pub reason: String,
    pub looked_at: DateTime<Utc>,
}

/// What a list is narrowed to.
#[derive(Debug, Default)]
pub struct Filter {
    pub viewer_id: Option<Uuid>,
    pub about_user_id: Option<Uuid>,
    pub subject_id: Option<Uuid>,
    pub what: Option<&'static str>,
    pub since: Option<DateTime<Utc>>,
    pub until: Option<DateTime<Utc>>,
    /// The last row of the page before: when it was, and its id.
    pub after: Option<(DateTime<Utc>, Uuid)>,
    pub limit: i64,
}

/// Up to `limit` + 1 looks, the last first.
///
/// # Errors
/// As any statement.
pub async fn list(tx: &mut Tx, filter: &Filter) -> Result<Vec<Look>, StoreError> {
    let mut query = QueryBuilder::new(
        "select l.id, l.viewer_id, coalesce(v.name, k.name) as viewer_name, l.viewer_role, l.what, l.subject_kind, l.subject_id, l.about_user_id,
             u.name as about_user_name, l.reason, l.looked_at
         from looks l
         left join users v on v.organisation_id = l.organisation_id and v.id = l.viewer_id
         left join api_keys k on k.organisation_id = l.organisation_id and k.id = l.viewer_id
         left join users u on u.organisation_id = l.organisation_id and u.id = l.about_user_id
         where l.organisation_id = ",
    );
    query.push_bind(tx.organisation_id());
    for (column, id) in [
        (" and l.viewer_id = ", filter.viewer_id),
        (" and l.about_user_id = ", filter.about_user_id),
        (" and l.subject_id = ", filter.subject_id),
    ] {
        if let Some(id) = id {
            query.push(column).push_bind(id);
        }
    }
    if let Some(what) = filter.what {
        query.push(" and l.what = ").push_bind(what);
    }
    if let Some(since) = filter.since {
        query.push(" and l.looked_at >= ").push_bind(since);
    }
    if let Some(until) = filter.until {
        query.push(" and l.looked_at < ").push_bind(until);
    }
    if let Some((at, id)) = filter.after {
        query.push(" and (l.looked_at, l.id) < (").push_bind(at).push(", ").push_bind(id).push(")");
    }
    query.push(" order by l.looked_at desc, l.id desc limit ").push_bind(filter.limit + 1);
    Ok(query.build_query_as().fetch_all(&mut *tx).await?)
}

/// Forgets up to `limit` looks that were had before `before`. Returns how many.
///
/// # Errors
/// As any statement.
pub async fn forget(tx: &mut Tx, before: DateTime<Utc>, limit: i64) -> Result<u64, StoreError> {
    let organisation_id = tx.organisation_id();
    let forgotten = sqlx::query!(
        "delete from looks where organisation_id = $1 and ctid = any (array(
            select ctid from looks where organisation_id = $1 and looked_at < $2 order by looked_at limit $3))",
        organisation_id,
        before,
        limit
    );
    Ok(forgotten.execute(&mut *tx).await?.rows_affected())
}

//! How long leads have waited for their first effective contact.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use super::push_unit;
use crate::{StoreError, Tx};

/// From when a lead's wait counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// Since somebody was first given it.
    Assigned,
    /// Since it was entered.
    Created,
}

impl Since {
    /// The name in tables and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Assigned => "assigned",
            Self::Created => "created",
        }
    }

    /// Reads the name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Assigned, Self::Created].into_iter().find(|since| since.as_str() == text)
    }
}

/// One lead's wait.
#[derive(Debug, Clone, FromRow)]
pub struct Wait {
    pub from: DateTime<Utc>,
    pub answered_at: Option<DateTime<Utc>>,
    /// It came to its end before anybody was reached.
    pub is_over: bool,
    /// Who reached them first, else who holds it.
    pub rep_id: Option<Uuid>,
    pub rep_name: Option<String>,
    pub unit_id: Uuid,
    pub unit_name: String,
    pub source: String,
}

/// Which waits.
#[derive(Debug)]
pub struct Wanted {
    pub since: Since,
    /// Waits that began in this span: `from` included, `to` not.
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    /// This unit and those below it.
    pub unit_id: Option<Uuid>,
    /// The stages in which leads are worked on.
    pub open_stages: Vec<String>,
}

/// The waits that began in a span; at most `limit`.
///
/// # Errors
/// As any statement.
pub async fn waits(tx: &mut Tx, wanted: &Wanted, limit: i64) -> Result<Vec<Wait>, StoreError> {
    let scope = tx.scope().clone();
    let column = match wanted.since {
        Since::Assigned => "l.first_assigned_at",
        Since::Created => "l.created_at",
    };
    let mut query = QueryBuilder::new("select ");
    query
        .push(column)
        .push(" as \"from\", l.first_contacted_at as answered_at, l.first_contacted_at is null and not coalesce(s.stage = any (");
    query.push_bind(wanted.open_stages.clone());
    query.push(
        "), true) as is_over, r.id as rep_id, r.name as rep_name, l.unit_id, u.name as unit_name, l.source
         from leads l
         join standings s on s.organisation_id = l.organisation_id and s.subject_kind = 'lead' and s.subject_id = l.id
         join units u on u.organisation_id = l.organisation_id and u.id = l.unit_id
         left join users r on r.organisation_id = l.organisation_id and r.id = coalesce(l.first_contacted_by, s.owner_id)
         where l.organisation_id = ",
    );
    query.push_bind(scope.organisation_id).push(" and l.merged_into is null and ").push(column).push(" >= ").push_bind(wanted.from);
    query.push(" and ").push(column).push(" < ").push_bind(wanted.to);
    for unit_id in scope.unit_id.into_iter().chain(wanted.unit_id) {
        push_unit(&mut query, scope.organisation_id, unit_id);
    }
    query.push(" order by 1 limit ").push_bind(limit);
    Ok(query.build_query_as().fetch_all(&mut *tx).await?)
}

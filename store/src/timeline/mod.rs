//! The story of a customer or a deal, read in pages. It is written by the database, whoever appends to the log (`app.tell_story`): a page
//! is one range of one index, and what belongs to its entries is fetched by their ids.

mod alerts;
mod beside;
mod places;

pub use alerts::{Alert, alerts};
pub use beside::{File, Move, Photo, Told, Visit, files, moves, notes, told, visits};
pub use places::{known_names, owner_of};

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{FromRow, Postgres, QueryBuilder};
use uuid::Uuid;

use crate::{StoreError, Tx};

/// Whose story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    Customer(Uuid),
    Deal(Uuid),
}

impl About {
    /// The name in tables.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Customer(_) => "customer",
            Self::Deal(_) => "deal",
        }
    }

    pub const fn id(self) -> Uuid {
        match self {
            Self::Customer(id) | Self::Deal(id) => id,
        }
    }
}

/// Something that happened.
#[derive(Debug, Clone, FromRow)]
pub struct Entry {
    /// The action's, or the intervention's.
    pub id: Uuid,
    pub kind: String,
    pub subject_kind: String,
    pub subject_id: Uuid,
    /// What people call the subject, where it has a name.
    pub subject_name: Option<String>,
    /// `None` when the house itself acted.
    pub actor_id: Option<Uuid>,
    /// Of a person or a key.
    pub actor_name: Option<String>,
    /// `None` for keys and the house.
    pub actor_role: Option<String>,
    pub occurred_at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
    pub data: Value,
}

/// Which way from a place in the story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Newest,
    Before(DateTime<Utc>, Uuid),
    After(DateTime<Utc>, Uuid),
}

/// Up to `limit` + 1 entries, those nearest to where the reader is, the last one first. `kinds` are kinds or families of kinds; none are
/// all. Whether the customer or deal may be seen, the caller has asked. Of a customer whom several units share, visits, leads and deals are
/// shown to their own units and those above; reps are shown their own.
///
/// # Errors
/// As any statement.
pub async fn page(tx: &mut Tx, about: About, kinds: &[String], way: Way, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let organisation_id = tx.organisation_id();
    let mut query = QueryBuilder::<Postgres>::new("with page as materialized (select * from timeline t where t.organisation_id = ");
    query.push_bind(organisation_id).push(" and t.about_kind = ").push_bind(about.kind());
    query.push(" and t.about_id = ").push_bind(about.id());
    if !kinds.is_empty() {
        query.push(" and (t.kind = any (").push_bind(kinds.to_vec());
        query.push(") or split_part(t.kind, '.', 1) = any (").push_bind(kinds.to_vec()).push("))");
    }
    if let About::Customer(_) = about {
        narrow(&mut query, tx);
    }
    let order = match way {
        Way::Newest => "desc",
        Way::Before(at, id) => {
            query.push(" and (t.occurred_at, t.entry_id) < (").push_bind(at).push(", ").push_bind(id).push(")");
            "desc"
        }
        Way::After(at, id) => {
            query.push(" and (t.occurred_at, t.entry_id) > (").push_bind(at).push(", ").push_bind(id).push(")");
            "asc"
        }
    };
    query.push(format!(" order by t.occurred_at {order}, t.entry_id {order} limit ")).push_bind(limit + 1);
    query.push(
        ")
        select p.entry_id as id, p.kind, p.subject_kind, p.subject_id, s.name as subject_name, a.actor_id, coalesce(u.name, k.name) as actor_name,
            u.role as actor_role, p.occurred_at, p.recorded_at, coalesce(a.data, '{}') as data
        from page p
        left join actions a on a.organisation_id = p.organisation_id and a.recorded_at = p.recorded_at and a.id = p.entry_id
        left join users u on u.organisation_id = p.organisation_id and u.id = a.actor_id
        left join api_keys k on k.organisation_id = p.organisation_id and k.id = a.actor_id
        left join standings s on s.organisation_id = p.organisation_id and s.subject_kind = p.subject_kind and s.subject_id = p.subject_id
        order by p.occurred_at desc, p.entry_id desc",
    );
    Ok(query.build_query_as().fetch_all(&mut *tx).await?)
}

fn narrow(query: &mut QueryBuilder<Postgres>, tx: &Tx) {
    let scope = tx.scope();
    if let Some(unit_id) = scope.unit_id {
        query.push(" and (t.unit_id is null or t.unit_id = any (array(select app.units_within(").push_bind(scope.organisation_id);
        query.push(", ").push_bind(unit_id).push("))))");
    }
    if let Some(own) = scope.own_only() {
        query.push(" and (t.subject_kind in ('customer', 'contact') or exists (select from visits v where t.subject_kind = 'visit'");
        query.push(" and v.organisation_id = t.organisation_id and v.id = t.subject_id and v.rep_id = ").push_bind(own);
        query.push(") or exists (select from standings o where o.organisation_id = t.organisation_id and o.subject_kind = t.subject_kind");
        query.push(" and o.subject_id = t.subject_id and o.owner_id = ").push_bind(own).push("))");
    }
}

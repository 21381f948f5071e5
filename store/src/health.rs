//! Customer health: how long nobody has been in touch, as the engine's timers know it, and what else is read off a customer.
//!
//! Nothing is scanned: the timer that watches a customer begins anew with every effective contact, and turns the customer red when it runs
//! out. A customer without such a timer is not on the board: nobody has promised to be in touch, or it was taken away.

use chrono::{DateTime, TimeDelta, Utc};
use domain::documents::DocumentKind;
use sqlx::{FromRow, Postgres, QueryBuilder};
use uuid::Uuid;

use crate::{Scope, StoreError, Tx};

/// A customer on the board.
#[derive(Debug, FromRow)]
pub struct Health {
    pub id: Uuid,
    pub name: String,
    pub unit_id: Uuid,
    pub unit_name: String,
    pub owner_id: Option<Uuid>,
    pub owner_name: Option<String>,
    /// The last effective contact, or from when on the first one is waited for.
    pub since: DateTime<Utc>,
    /// Whether there has been any effective contact at all.
    pub was_contacted: bool,
    /// When it turns red; none once it has.
    pub red_at: Option<DateTime<Utc>>,
    pub is_red: bool,
    /// Openings of proposals, quotations and contracts by people, in the span that was asked for.
    pub openings: i64,
    pub last_opened_at: Option<DateTime<Utc>>,
    /// Mean time that other departments had this customer's hand-overs of the last 90 days, open ones until now; none without any.
    pub mean_response_ms: Option<i64>,
    /// What has stalled here and is not over: of the customer, its leads, deals, contacts, hand-overs and documents.
    pub open_incidents: i64,
}

/// What the board is narrowed to.
#[derive(Debug)]
pub struct Wanted<'a> {
    /// The timer of the playbook that watches customers.
    pub timer: &'a str,
    /// The actions that are contacts.
    pub contacts: &'a [String],
    /// This unit and those below it.
    pub unit_id: Option<Uuid>,
    pub owner_id: Option<Uuid>,
    pub is_red: Option<bool>,
    /// Openings since then are counted.
    pub opened_since: DateTime<Utc>,
    pub now: DateTime<Utc>,
}

/// How long hand-overs are remembered: as the fact `mean_response` has it.
const RESPONSE: TimeDelta = TimeDelta::days(90);

/// The page is cut first; what is read off each customer is then asked for those alone.
const PAGE: &str = "with page as materialized (
    select t.subject_id as id, t.opened_at as since, t.step > 0 as is_red, case when t.step = 0 then t.due_at end as red_at,
           s.owner_id, c.name, c.unit_id, s.history ?| ";
const WATCHED: &str = " as was_contacted
    from timers t
    join customers c on c.organisation_id = t.organisation_id and c.id = t.subject_id and c.deleted_at is null
    join standings s on s.organisation_id = t.organisation_id and s.subject_kind = 'customer' and s.subject_id = t.subject_id
    where t.subject_kind = 'customer' and t.closed_at is null and t.organisation_id = ";
const SHOWN: &str = ")
    select p.id, p.name, p.unit_id, u.name as unit_name, p.owner_id, o.name as owner_name, p.since, p.was_contacted, p.red_at, p.is_red,
           seen.openings, seen.last_opened_at, had.mean_response_ms, stalled.open_incidents
    from page p
    join units u on u.id = p.unit_id and u.organisation_id = ";
const SEEN: &str = " and o.id = p.owner_id
    cross join lateral (
        select count(*) as openings, max(n.opened_at) as last_opened_at from document_openings n
        join document_sharings h on h.organisation_id = n.organisation_id and h.id = n.sharing_id
        join documents d on d.organisation_id = n.organisation_id and d.id = h.document_id
        where n.customer_id = p.id and n.organisation_id = ";
const HAD: &str = ")) seen
    cross join lateral (
        select (extract(epoch from avg(w.waited)) * 1000)::bigint as mean_response_ms from handovers h
        cross join lateral (
            select sum(greatest(coalesce(t.ended_at, ";
const WAITED: &str = ") - t.asked_at, interval '0')) as waited
            from handover_turns t where t.organisation_id = h.organisation_id and t.handover_id = h.id
        ) w
        where h.customer_id = p.id and h.withdrawn_at is null and h.organisation_id = ";
const STALLED: &str = ") had
    cross join lateral (
        select count(*) as open_incidents from incidents i
        where i.subject_id = any (array(
            select p.id union all
            select k.subject_id from standings k where k.customer_id = p.id and k.organisation_id = ";
const OPEN: &str = ")) and i.closed_at is null and i.organisation_id = ";

/// Customers, the one with whom nobody has been in touch for longest first, after the given instant and id; at most `limit` + 1.
///
/// # Errors
/// As any statement.
pub async fn board(tx: &mut Tx, wanted: &Wanted<'_>, after: Option<(DateTime<Utc>, Uuid)>, limit: i64) -> Result<Vec<Health>, StoreError> {
    let scope = tx.scope().clone();
    let mut query = QueryBuilder::new(PAGE);
    narrow(&mut query, &scope, wanted);
    if let Some((since, id)) = after {
        query.push(" and (t.opened_at, t.subject_id) > (").push_bind(since).push(", ").push_bind(id).push(")");
    }
    query.push(" order by t.opened_at, t.subject_id limit ").push_bind(limit + 1);
    let (organisation_id, key) = (scope.organisation_id, DocumentKind::KEY.map(|kind| kind.as_str().to_owned()).to_vec());
    query.push(SHOWN).push_bind(organisation_id).push(" left join users o on o.organisation_id = ").push_bind(organisation_id);
    query.push(SEEN).push_bind(organisation_id).push(" and n.opened_at >= ").push_bind(wanted.opened_since);
    query.push(" and d.kind = any (").push_bind(key);
    query.push(HAD).push_bind(wanted.now).push(WAITED).push_bind(organisation_id);
    query.push(" and h.asked_at > ").push_bind(wanted.now - RESPONSE);
    query.push(STALLED).push_bind(organisation_id).push(OPEN).push_bind(organisation_id).push(") stalled order by p.since, p.id");
    Ok(query.build_query_as().fetch_all(&mut *tx).await?)
}

fn narrow(query: &mut QueryBuilder<Postgres>, scope: &Scope, wanted: &Wanted<'_>) {
    query.push_bind(wanted.contacts.to_vec()).push(WATCHED).push_bind(scope.organisation_id);
    query.push(" and t.code = ").push_bind(wanted.timer.to_owned());
    for unit_id in scope.unit_id.into_iter().chain(wanted.unit_id) {
        query.push(" and c.unit_id = any (array(select app.units_within(").push_bind(scope.organisation_id);
        query.push(", ").push_bind(unit_id).push(")))");
    }
    for owner_id in scope.own_only().into_iter().chain(wanted.owner_id) {
        query.push(" and s.owner_id = ").push_bind(owner_id);
    }
    if let Some(is_red) = wanted.is_red {
        query.push(if is_red { " and t.step > 0" } else { " and t.step = 0" });
    }
}

/// How many customers of the caller are watched, and how many of them are red.
///
/// # Errors
/// As any statement.
pub async fn counts(tx: &mut Tx, timer: &str) -> Result<(i64, i64), StoreError> {
    let (organisation_id, unit_id, own) = (tx.organisation_id(), tx.scope().unit_id, tx.scope().own_only());
    let row = sqlx::query!(
        r#"select count(*) as "watched!", count(*) filter (where t.step > 0) as "red!"
           from timers t
           join standings s on s.organisation_id = t.organisation_id and s.subject_kind = 'customer' and s.subject_id = t.subject_id
           where t.organisation_id = $1 and t.subject_kind = 'customer' and t.code = $2 and t.closed_at is null
             and ($3::uuid is null or s.unit_id = any (array(select app.units_within($1, $3)))) and ($4::uuid is null or s.owner_id = $4)"#,
        organisation_id,
        timer,
        unit_id,
        own
    )
    .fetch_one(&mut *tx)
    .await?;
    Ok((row.watched, row.red))
}

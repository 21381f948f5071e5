//! Facts that conditions read and that lie in other rooms: asked for only where the playbook in force reads them, and for all subjects of a
//! transaction at once.

use std::collections::{BTreeSet, HashMap};

use chrono::TimeDelta;
use domain::playbook::condition::Value;
use domain::playbook::{FactName, SubjectKind};
use uuid::Uuid;

use super::rules::Rules;
use super::standings::Held;
use crate::{StoreError, Tx};

/// Puts the facts into what is held. One that cannot be said of a subject is left out: a condition that reads it is not met.
pub(super) async fn fill(tx: &mut Tx, rules: &Rules, held: &mut [Held]) -> Result<(), StoreError> {
    let kinds = held.iter().map(|held| held.facts.subject.kind).collect::<BTreeSet<_>>();
    for kind in kinds {
        for name in rules.playbook.facts_read(kind) {
            let of_kind = held.iter().filter(|held| held.facts.subject.kind == kind);
            let asked = of_kind.map(|held| (held.facts.subject.id, customer_of(held))).unzip::<_, _, Vec<_>, Vec<_>>();
            let mut known = ask(tx, rules, name, kind, &asked).await?;
            for held in held.iter_mut().filter(|held| held.facts.subject.kind == kind) {
                if let Some(value) = known.remove(&held.facts.subject.id) {
                    held.facts.known.insert(name, value);
                }
            }
        }
    }
    Ok(())
}

fn customer_of(held: &Held) -> Option<Uuid> {
    if held.facts.subject.kind == SubjectKind::Customer { Some(held.facts.subject.id) } else { held.customer_id }
}

/// The subjects, and the customer of each.
type Asked = (Vec<Uuid>, Vec<Option<Uuid>>);

async fn ask(tx: &mut Tx, rules: &Rules, name: FactName, kind: SubjectKind, asked: &Asked) -> Result<HashMap<Uuid, Value>, StoreError> {
    match name {
        FactName::ContactRoles => contact_roles(tx, &asked.0).await,
        FactName::ReachedRoles => reached_roles(tx, &asked.0).await,
        FactName::QuotationSeen => quotation_seen(tx, &asked.0).await,
        FactName::MeanResponse => mean_response(tx, asked).await,
        FactName::ReachableContacts => reachable_contacts(tx, asked).await,
        FactName::HasDuplicate => has_duplicate(tx, rules, kind, asked).await,
    }
}

/// The roles of those who take part in the deal: those said of their part in it, or the one that the contact has today. A contact that
/// was only spoken of in the log is taken to take part as it says.
async fn contact_roles(tx: &mut Tx, deals: &[Uuid]) -> Result<HashMap<Uuid, Value>, StoreError> {
    let organisation_id = tx.organisation_id();
    let rows = sqlx::query!(
        r#"with part as (
               select d.deal_id, case when d.roles = '{}' then array[p.decision_role] else d.roles end as roles
               from deal_contacts d
               join contacts p on p.organisation_id = $1 and p.id = d.contact_id and p.deleted_at is null
               where d.organisation_id = $1 and d.deal_id = any ($2) and d.removed_at is null
               union all
               select held.id, array[coalesce(p.decision_role, a.data->>'decision_role')]
               from unnest($2::uuid[]) held (id)
               join actions a on a.organisation_id = $1 and a.subject_kind = 'deal' and a.subject_id = held.id and a.kind = 'deal.contact_added'
               left join contacts p on p.organisation_id = $1 and p.deleted_at is null and p.id = app.uuid_in(a.data->>'contact_id')
               where (p.id is not null or a.data->>'contact_id' is null)
                 and not exists (select from deal_contacts d where d.organisation_id = $1 and d.deal_id = held.id
                                 and d.contact_id = app.uuid_in(a.data->>'contact_id'))
           )
           select held.id as "id!", coalesce(array_agg(distinct role) filter (where role is not null), '{}') as "roles!"
           from unnest($2::uuid[]) held (id)
           left join part on part.deal_id = held.id
           left join lateral unnest(part.roles) role on true
           group by held.id"#,
        organisation_id,
        deals
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, Value::Texts(row.roles))).collect())
}

/// Whom visits that count today, meetings and answered calls of the deal have reached.
async fn reached_roles(tx: &mut Tx, deals: &[Uuid]) -> Result<HashMap<Uuid, Value>, StoreError> {
    let organisation_id = tx.organisation_id();
    let rows = sqlx::query!(
        r#"with about as (
               select held.id, a.kind, a.data from unnest($2::uuid[]) held (id)
               join actions a on a.organisation_id = $1 and a.subject_kind = 'deal' and a.subject_id = held.id
               union all
               select held.id, a.kind, a.data from unnest($2::uuid[]) held (id)
               join action_subjects s on s.organisation_id = $1 and s.subject_kind = 'deal' and s.subject_id = held.id
               join actions a on a.organisation_id = $1 and a.recorded_at = s.recorded_at and a.id = s.action_id
           ), reached as (
               select about.id, about.data->>'decision_role' as role from about
               left join visits v on v.organisation_id = $1 and v.id = app.uuid_in(about.data->>'visit_id')
               where about.kind = 'call.answered' or about.kind = 'visit.counted' and (v.status = 'valid' or about.data->>'visit_id' is null)
               union all
               select about.id, role from about
               cross join jsonb_array_elements_text(case jsonb_typeof(about.data->'roles') when 'array' then about.data->'roles' else '[]' end) role
               where about.kind = 'meeting.held'
           )
           select held.id as "id!", coalesce(array_agg(distinct r.role) filter (where r.role is not null), '{}') as "roles!"
           from unnest($2::uuid[]) held (id) left join reached r on r.id = held.id group by held.id"#,
        organisation_id,
        deals
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, Value::Texts(row.roles))).collect())
}

/// Whether a document of the deal that was shared as its quotation has been opened or signed, or the customer said so.
async fn quotation_seen(tx: &mut Tx, deals: &[Uuid]) -> Result<HashMap<Uuid, Value>, StoreError> {
    let organisation_id = tx.organisation_id();
    let rows = sqlx::query!(
        r#"select held.id as "id!", exists (
               select from actions a where a.organisation_id = $1 and a.subject_kind = 'deal' and a.subject_id = held.id
                and a.kind = 'deal.quotation_acknowledged') or exists (
               select from standings d
               join actions a on a.organisation_id = $1 and a.subject_kind = 'document' and a.subject_id = d.subject_id
                and a.kind = 'document.shared' and a.data->>'purpose' = 'quotation'
               join actions o on o.organisation_id = $1 and o.subject_kind = 'document' and o.subject_id = d.subject_id
                and o.kind in ('document.opened', 'document.signed')
               where d.organisation_id = $1 and d.subject_kind = 'document' and d.deal_id = held.id) as "seen!"
           from unnest($2::uuid[]) held (id)"#,
        organisation_id,
        deals
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, Value::Bool(row.seen))).collect())
}

/// Nobody has known a customer's hand-overs for longer than this to say anything about today.
const RESPONSE_DAYS: i32 = 90;

async fn mean_response(tx: &mut Tx, (ids, customers): &Asked) -> Result<HashMap<Uuid, Value>, StoreError> {
    let (organisation_id, held_at) = (tx.organisation_id(), tx.held_at());
    let rows = sqlx::query!(
        r#"select held.id as "id!", (extract(epoch from avg(coalesce(asked.answered_at, x.now) - asked.at)) * 1000)::bigint as "mean_ms!"
           from (select coalesce($4::timestamptz, now()) as now) x
           cross join unnest($2::uuid[], $3::uuid[]) held (id, customer_id)
           join standings h on h.organisation_id = $1 and h.subject_kind = 'handover' and h.customer_id = held.customer_id
           cross join lateral (select (h.history->'handover.asked'->>'last_at')::timestamptz as at,
                                      (h.history->'handover.answered'->>'last_at')::timestamptz as answered_at) asked
           where not h.history ? 'handover.withdrawn' and asked.at > x.now - make_interval(days => $5)
           group by held.id"#,
        organisation_id,
        ids,
        customers as &[Option<Uuid>],
        held_at,
        RESPONSE_DAYS
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, Value::Span(TimeDelta::milliseconds(row.mean_ms)))).collect())
}

/// Of subjects without a customer nothing is known.
async fn reachable_contacts(tx: &mut Tx, (ids, customers): &Asked) -> Result<HashMap<Uuid, Value>, StoreError> {
    let organisation_id = tx.organisation_id();
    let rows = sqlx::query!(
        r#"select held.id as "id!", count(p.id) filter (where p.phone is not null or p.email is not null or s.subject_id is not null) as "n!"
           from unnest($2::uuid[], $3::uuid[]) held (id, customer_id)
           left join contacts p on p.organisation_id = $1 and p.customer_id = held.customer_id and p.deleted_at is null
           left join standings s on s.organisation_id = $1 and s.subject_kind = 'contact' and s.subject_id = p.id
            and s.history ? 'contact.chat_added'
           where held.customer_id is not null group by held.id"#,
        organisation_id,
        ids,
        customers as &[Option<Uuid>]
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, Value::Int(row.n))).collect())
}

/// Whether another one that is not over, or a customer, goes by the same name.
async fn has_duplicate(
    tx: &mut Tx,
    rules: &Rules,
    kind: SubjectKind,
    (ids, customers): &Asked,
) -> Result<HashMap<Uuid, Value>, StoreError> {
    let organisation_id = tx.organisation_id();
    let over = rules.playbook.closed_stages(kind).map(ToString::to_string).collect::<Vec<_>>();
    let rows = sqlx::query!(
        r#"select held.id as "id!",
                  exists (select from standings d where d.organisation_id = $1 and d.subject_kind = s.subject_kind
                      and lower(d.name) = lower(s.name) and d.subject_id <> s.subject_id and d.stage <> all ($5))
                  or exists (select from customers c where c.organisation_id = $1 and c.name = s.name and c.deleted_at is null
                      and c.id is distinct from held.customer_id) as "has!"
           from unnest($2::uuid[], $3::uuid[]) held (id, customer_id)
           join standings s on s.organisation_id = $1 and s.subject_kind = $4 and s.subject_id = held.id"#,
        organisation_id,
        ids,
        customers as &[Option<Uuid>],
        kind.as_str(),
        &over
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, Value::Bool(row.has))).collect())
}

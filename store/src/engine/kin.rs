//! What belongs together: a customer, its contacts, and the leads and deals that are worked on there.

use chrono::{DateTime, Utc};
use domain::playbook::effect::TimerClosing;
use domain::playbook::{ClosedBecause, FactName, SubjectKind};
use uuid::Uuid;

use super::ledger::{Closing, Ledger};
use super::rules::Rules;
use super::standings::{self, Key};
use crate::{StoreError, Tx};

/// What a subject belongs to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Kin {
    /// The customer that a lead, deal, hand-over or document is about: what is done there is done for them too.
    pub customer_id: Option<Uuid>,
    /// The deal that a document or hand-over belongs to.
    pub deal_id: Option<Uuid>,
}

/// Says what an introduced subject belongs to; what is left out stays as it was.
///
/// # Errors
/// `Conflict("standing_customer_exists")` for a customer that is not there, else as any statement.
pub async fn relate(tx: &mut Tx, (kind, id): Key, kin: Kin) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "update standings set customer_id = coalesce($4, customer_id), deal_id = coalesce($5, deal_id)
         where organisation_id = $1 and subject_kind = $2 and subject_id = $3",
        organisation_id,
        kind.as_str(),
        id,
        kin.customer_id,
        kin.deal_id
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// Takes the documents of a held deal along to the unit where the deal stands from now on: what they raise is told there.
///
/// # Errors
/// As any statement.
pub async fn take_along(tx: &mut Tx, deal_id: Uuid, unit_id: Uuid) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "with held as (
            select subject_id from standings where organisation_id = $1 and subject_kind = 'document' and deal_id = $2
            order by subject_id for update
         )
         update standings s set unit_id = $3 from held
         where s.organisation_id = $1 and s.subject_kind = 'document' and s.subject_id = held.subject_id",
        organisation_id,
        deal_id,
        unit_id
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// Something that a rep does at a customer.
#[derive(Debug, Clone, Copy)]
pub struct AtCustomer {
    pub visit_id: Uuid,
    pub rep_id: Uuid,
    pub customer_id: Uuid,
    pub contact_id: Option<Uuid>,
    /// The deal that it is about, where one is named.
    pub deal_id: Option<Uuid>,
    pub done_at: DateTime<Utc>,
}

/// What a deed at a customer touches.
#[derive(Debug)]
pub struct Around {
    /// The customer and the contact; the leads there that the rep holds and that are not over; the deal that is named, or where none is,
    /// those that the rep holds there. A deal that nobody has introduced is passed over.
    pub subjects: Vec<Key>,
    /// No visit that counts was begun there after it.
    pub is_latest: bool,
}

/// What each of these deeds touches, in their order.
///
/// # Errors
/// As any statement.
pub async fn at_customers(tx: &mut Tx, deeds: &[AtCustomer]) -> Result<Vec<Around>, StoreError> {
    let organisation_id = tx.organisation_id();
    let rules = super::rules::in_force(tx).await?;
    let (closed_kinds, closed_stages) = closed_stages(&rules);
    let column = |id: fn(&AtCustomer) -> Uuid| deeds.iter().map(id).collect::<Vec<_>>();
    let deals = deeds.iter().map(|deed| deed.deal_id).collect::<Vec<_>>();
    let times = deeds.iter().map(|deed| deed.done_at).collect::<Vec<_>>();
    let rows = sqlx::query!(
        r#"with over as (select * from unnest($5::text[], $6::text[]) over (kind, stage)),
                deed as (select * from unnest($2::uuid[], $3::uuid[], $4::uuid[], $7::timestamptz[], $8::uuid[]) with ordinality
                         deed (rep_id, customer_id, deal_id, done_at, visit_id, nth))
           select deed.nth as "nth!", s.kind as "kind?", s.id as "id?",
                  not exists (select from visits v where v.organisation_id = $1 and v.customer_id = deed.customer_id
                      and v.started_at > deed.done_at and v.status = 'valid'
                      -- What counts after it, in this very transaction, has not counted yet.
                      and not exists (select from deed later where later.visit_id = v.id and later.nth > deed.nth)) as "is_latest!"
           from deed left join lateral (
               select s.subject_kind as kind, s.subject_id as id from standings s where s.organisation_id = $1
                  and s.customer_id = deed.customer_id and s.owner_id = deed.rep_id
                  and (s.subject_kind = 'lead' or s.subject_kind = 'deal' and deed.deal_id is null)
                  and not exists (select from over where over.kind = s.subject_kind and over.stage = s.stage)
               union
               select s.subject_kind, s.subject_id from standings s where s.organisation_id = $1
                  and s.subject_kind = 'deal' and s.subject_id = deed.deal_id
           ) s on true
           order by deed.nth"#,
        organisation_id,
        &column(|deed| deed.rep_id),
        &column(|deed| deed.customer_id),
        &deals as &[Option<Uuid>],
        &closed_kinds,
        &closed_stages,
        &times,
        &column(|deed| deed.visit_id)
    )
    .fetch_all(&mut *tx)
    .await?;
    let own = |deed: &AtCustomer| {
        let contact = deed.contact_id.map(|id| (SubjectKind::Contact, id));
        std::iter::once((SubjectKind::Customer, deed.customer_id)).chain(contact).collect()
    };
    let mut around = deeds.iter().map(|deed| Around { subjects: own(deed), is_latest: false }).collect::<Vec<_>>();
    for row in rows {
        let nth = usize::try_from(row.nth).ok().and_then(|nth| nth.checked_sub(1));
        let Some(around) = nth.and_then(|nth| around.get_mut(nth)) else { continue };
        around.is_latest = row.is_latest;
        let kind = row.kind.as_deref().and_then(SubjectKind::parse);
        around.subjects.extend(kind.zip(row.id));
    }
    Ok(around)
}

fn closed_stages(rules: &Rules) -> (Vec<String>, Vec<String>) {
    let kinds = [SubjectKind::Lead, SubjectKind::Deal].into_iter();
    let stages = kinds.flat_map(|kind| rules.playbook.closed_stages(kind).map(move |stage| (kind.as_str().to_owned(), stage.to_string())));
    stages.unzip()
}

/// The deals whose conditions read something that an action about their documents can change.
pub(super) async fn readers(tx: &mut Tx, rules: &Rules, keys: &[Key]) -> Result<Vec<Key>, StoreError> {
    let documents = keys.iter().filter(|(kind, _)| *kind == SubjectKind::Document).map(|(_, id)| *id).collect::<Vec<_>>();
    if documents.is_empty() || !rules.playbook.facts_read(SubjectKind::Deal).contains(&FactName::QuotationSeen) {
        return Ok(Vec::new());
    }
    let organisation_id = tx.organisation_id();
    let deals = sqlx::query_scalar!(
        r#"select distinct deal.subject_id from standings s
           join standings deal on deal.organisation_id = $1 and deal.subject_kind = 'deal' and deal.subject_id = s.deal_id
           where s.organisation_id = $1 and s.subject_kind = 'document' and s.subject_id = any ($2)"#,
        organisation_id,
        &documents
    )
    .fetch_all(&mut *tx)
    .await?;
    let read = deals.into_iter().map(|id| (SubjectKind::Deal, id));
    Ok(read.filter(|key| !keys.contains(key)).collect())
}

/// Locks subjects of which several are about to change in one transaction, so that those which change the same ones in another order wait
/// and do not stand in each other's way. Customers and contacts are introduced with it.
///
/// # Errors
/// As any statement.
pub async fn hold_all(tx: &mut Tx, keys: &[Key]) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let customers = keys.iter().filter(|(kind, _)| *kind == SubjectKind::Customer).map(|(_, id)| *id).collect::<Vec<_>>();
    // Whoever changes a customer holds its own row before it holds the subject: so does everybody.
    sqlx::query!(
        "select id from customers where organisation_id = $1 and id = any ($2) order by id for key share",
        organisation_id,
        &customers
    )
    .fetch_all(&mut *tx)
    .await?;
    introduce_known(tx, keys).await?;
    let (kinds, ids) = standings::columns(keys);
    sqlx::query!(
        "select 1 as held from unnest($2::text[], $3::uuid[]) wanted (kind, id)
         join standings s on s.organisation_id = $1 and s.subject_kind = wanted.kind and s.subject_id = wanted.id
         order by s.subject_kind, s.subject_id for update of s",
        organisation_id,
        &kinds,
        &ids
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(())
}

/// Introduces customers and contacts that were there before the engine asked for them, in the order in which subjects are locked.
pub(super) async fn introduce_known(tx: &mut Tx, keys: &[Key]) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let (kinds, ids) = standings::columns(keys);
    sqlx::query!(
        "with wanted as (select distinct * from unnest($2::text[], $3::uuid[]) wanted (kind, id)),
              known as (
                select w.kind, c.id, c.name, c.unit_id, null::uuid as customer_id from wanted w
                join customers c on c.organisation_id = $1 and c.id = w.id where w.kind = 'customer'
                union all
                select w.kind, p.id, p.name, c.unit_id, c.id from wanted w
                join contacts p on p.organisation_id = $1 and p.id = w.id
                join customers c on c.organisation_id = $1 and c.id = p.customer_id where w.kind = 'contact'
              )
         insert into standings (organisation_id, subject_kind, subject_id, name, unit_id, customer_id)
         select $1, kind, id, name, unit_id, customer_id from known order by kind, id
         on conflict do nothing",
        organisation_id,
        &kinds,
        &ids
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// Says what a subject is called and where it belongs from now on, if the engine knows it.
///
/// # Errors
/// As any statement.
pub async fn rename(tx: &mut Tx, (kind, id): Key, name: &str, unit_id: Option<Uuid>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "update standings set name = $4, unit_id = coalesce($5, unit_id)
         where organisation_id = $1 and subject_kind = $2 and subject_id = $3 and (name, unit_id) is distinct from ($4, coalesce($5, unit_id))",
        organisation_id,
        kind.as_str(),
        id,
        name,
        unit_id
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// Takes what watched subjects that are gone away: their timers are closed, and with them what they raised.
///
/// # Errors
/// As any statement.
pub async fn retire(tx: &mut Tx, keys: &[Key], now: DateTime<Utc>) -> Result<(), StoreError> {
    let rules = super::rules::in_force(tx).await?;
    let held = standings::lock(tx, &rules, keys).await?;
    let mut ledger = Ledger::default();
    for timer in held.iter().flat_map(|held| &held.facts.timers) {
        let because = ClosedBecause::SubjectClosed;
        ledger.closed.push(Closing(TimerClosing { timer: timer.id, because, action: None, at: now, in_time: false }));
    }
    ledger.write(tx, &rules, now).await
}

/// As [`retire`], for a customer and its contacts. Leads and deals there are people's to end.
///
/// # Errors
/// As any statement.
pub async fn retire_customer(tx: &mut Tx, customer_id: Uuid, now: DateTime<Utc>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let contacts = sqlx::query_scalar!(
        "select subject_id from standings where organisation_id = $1 and subject_kind = 'contact' and customer_id = $2",
        organisation_id,
        customer_id
    )
    .fetch_all(&mut *tx)
    .await?;
    let contacts = contacts.into_iter().map(|id| (SubjectKind::Contact, id));
    let keys = contacts.chain([(SubjectKind::Customer, customer_id)]).collect::<Vec<_>>();
    retire(tx, &keys, now).await
}

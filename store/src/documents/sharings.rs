//! Sharings: one version that was shared with one customer, as the engine knows it.

use chrono::{DateTime, Utc};
use domain::playbook::{ActionKind, SubjectKind};
use platform::Ids;
use serde_json::json;
use uuid::Uuid;

use super::{Document, Version};
use crate::actions::{Deed, record_deed};
use crate::engine::{self, Kin, Subject};
use crate::{StoreError, Tx};

/// With whom a version is shared.
#[derive(Debug, Clone, Copy)]
pub struct With {
    pub customer_id: Uuid,
    pub deal_id: Option<Uuid>,
    /// Whose people are told of what becomes of it.
    pub unit_id: Uuid,
}

/// A sharing and what came of it.
#[derive(Debug, Clone)]
pub struct Sharing {
    pub id: Uuid,
    pub version: i32,
    pub customer_id: Uuid,
    pub customer_name: String,
    pub deal_id: Option<Uuid>,
    pub deal_name: Option<String>,
    pub shared_by: Uuid,
    pub shared_at: DateTime<Utc>,
    pub signed_at: Option<DateTime<Utc>>,
    pub withdrawn_at: Option<DateTime<Utc>>,
    pub stage: Option<String>,
    /// Openings by people.
    pub openings: i64,
    pub last_opened_at: Option<DateTime<Utc>>,
}

/// The id of what the three are together.
fn id_of(version_id: Uuid, with: &With) -> Uuid {
    let mut name = with.customer_id.as_bytes().to_vec();
    name.extend(with.deal_id.iter().flat_map(Uuid::as_bytes));
    Uuid::new_v5(&version_id, &name)
}

/// Makes a version shared with a customer known to the engine, the first time that it is; answers its id.
///
/// # Errors
/// As any statement.
pub async fn share(
    tx: &mut Tx,
    ids: &Ids,
    now: DateTime<Utc>,
    (document, version): (&Document, &Version),
    with: With,
) -> Result<Uuid, StoreError> {
    let (organisation_id, id, by) = (tx.organisation_id(), id_of(version.id, &with), tx.scope().actor_id());
    let shared = sqlx::query!(
        "insert into document_sharings (organisation_id, id, document_id, version_id, customer_id, deal_id, unit_id, shared_by, shared_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (organisation_id, id) do nothing",
        organisation_id,
        id,
        document.id,
        version.id,
        with.customer_id,
        with.deal_id,
        with.unit_id,
        by.unwrap_or(document.created_by),
        now
    )
    .execute(&mut *tx)
    .await?;
    if shared.rows_affected() == 0 {
        return Ok(id);
    }
    let name = format!("{} v{}", document.title, version.number);
    let (kind, unit_id) = (SubjectKind::Document, with.unit_id);
    engine::introduce(tx, &Subject { kind, id, name: &name, unit_id, department: None }).await?;
    engine::relate(tx, (kind, id), Kin { customer_id: Some(with.customer_id), deal_id: with.deal_id }).await?;
    let data = json!({
        "purpose": document.kind, "owner_id": by.unwrap_or(document.created_by), "document_id": document.id, "version": version.number,
        "customer_id": with.customer_id, "deal_id": with.deal_id,
    });
    let deed = Deed { kind: ActionKind::DocumentShared.as_str(), subject_kind: kind.as_str(), subject_id: id, data };
    record_deed(tx, ids, now, deed).await?;
    Ok(id)
}

/// What a document was shared as, last first. Whether it may be seen, the caller has asked; what was shared about a deal is seen by those
/// who hold it or answer for it, and of the rest reps see what they shared, others what was shared in their unit and below.
///
/// # Errors
/// As any statement.
pub async fn of_document(tx: &mut Tx, document_id: Uuid) -> Result<Vec<Sharing>, StoreError> {
    let (organisation_id, unit_id, own) = (tx.organisation_id(), tx.scope().unit_id, tx.scope().own_only());
    Ok(sqlx::query_as!(
        Sharing,
        r#"select s.id, v.number as version, s.customer_id, c.name as customer_name, s.deal_id, d.name as "deal_name?", s.shared_by, s.shared_at,
                  s.signed_at, s.withdrawn_at, t.stage as "stage?",
                  (select count(*) from document_openings o where o.organisation_id = $1 and o.sharing_id = s.id) as "openings!",
                  (select max(o.opened_at) from document_openings o where o.organisation_id = $1 and o.sharing_id = s.id) as last_opened_at
           from document_sharings s
           join document_versions v on v.organisation_id = $1 and v.id = s.version_id
           join customers c on c.organisation_id = $1 and c.id = s.customer_id
           left join deals d on d.organisation_id = $1 and d.id = s.deal_id
           left join standings t on t.organisation_id = $1 and t.subject_kind = 'document' and t.subject_id = s.id
           where s.organisation_id = $1 and s.document_id = $2
             and (case when $3::uuid is not null then s.deal_id is null and s.shared_by = $3
                       else $4::uuid is null or s.deal_id is null and s.unit_id in (select app.units_within($1, $4)) end
                  or exists (select from standings h where h.organisation_id = $1 and h.subject_kind = 'deal' and h.subject_id = s.deal_id
                             and case when $3::uuid is not null then h.owner_id = $3 else h.unit_id in (select app.units_within($1, $4)) end))
           order by s.shared_at desc, s.id limit 200"#,
        organisation_id,
        document_id,
        own,
        unit_id
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// Whether a version was taken back from a customer, however it was shared.
///
/// # Errors
/// As any statement.
pub async fn is_withdrawn(tx: &mut Tx, version_id: Uuid, customer_id: Uuid) -> Result<bool, StoreError> {
    let organisation_id = tx.organisation_id();
    let asked = sqlx::query_scalar!(
        r#"select exists (select from document_sharings
            where organisation_id = $1 and version_id = $2 and customer_id = $3 and withdrawn_at is not null) as "is!""#,
        organisation_id,
        version_id,
        customer_id
    );
    Ok(asked.fetch_one(&mut *tx).await?)
}

/// A sharing that is neither signed nor withdrawn.
#[derive(Debug)]
pub struct Standing {
    pub id: Uuid,
    pub version: i32,
    pub customer_id: Uuid,
    pub deal_id: Option<Uuid>,
}

/// What the caller sees a document shared as that is neither signed nor withdrawn, narrowed to a sharing or a customer. The document has to
/// be held ([`super::records::hold`]): of two that end the same ones at once, the second finds none.
///
/// # Errors
/// As any statement.
pub async fn standing(
    tx: &mut Tx,
    document_id: Uuid,
    sharing_id: Option<Uuid>,
    customer_id: Option<Uuid>,
) -> Result<Vec<Standing>, StoreError> {
    let (organisation_id, unit_id, own) = (tx.organisation_id(), tx.scope().unit_id, tx.scope().own_only());
    Ok(sqlx::query_as!(
        Standing,
        "select s.id, v.number as version, s.customer_id, s.deal_id from document_sharings s
         join document_versions v on v.organisation_id = $1 and v.id = s.version_id
         where s.organisation_id = $1 and s.document_id = $2 and s.signed_at is null and s.withdrawn_at is null
           and ($5::uuid is null or s.id = $5) and ($6::uuid is null or s.customer_id = $6)
           and (case when $3::uuid is not null then s.deal_id is null and s.shared_by = $3
                     else $4::uuid is null or s.deal_id is null and s.unit_id in (select app.units_within($1, $4)) end
                or exists (select from standings h where h.organisation_id = $1 and h.subject_kind = 'deal' and h.subject_id = s.deal_id
                           and case when $3::uuid is not null then h.owner_id = $3 else h.unit_id in (select app.units_within($1, $4)) end))
         order by s.id",
        organisation_id,
        document_id,
        own,
        unit_id,
        sharing_id,
        customer_id
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// Takes back what was shared: its links lead nowhere from now on.
///
/// # Errors
/// As any statement.
pub async fn withdraw(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, sharing: &Standing, reason: &str) -> Result<(), StoreError> {
    let (organisation_id, by) = (tx.organisation_id(), tx.scope().actor_id());
    sqlx::query!(
        "with ended as (
            update document_links set revoked_at = $3, revoked_by = $4 where organisation_id = $1 and sharing_id = $2 and revoked_at is null
         )
         update document_sharings set withdrawn_at = $3 where organisation_id = $1 and id = $2",
        organisation_id,
        sharing.id,
        now,
        by
    )
    .execute(&mut *tx)
    .await?;
    let data = json!({
        "reason": reason, "customer_id": sharing.customer_id, "deal_id": sharing.deal_id, "version": sharing.version,
    });
    let kind = ActionKind::DocumentWithdrawn.as_str();
    record_deed(tx, ids, now, Deed { kind, subject_kind: "document", subject_id: sharing.id, data }).await
}

/// Records that a customer signed what was shared.
///
/// # Errors
/// As any statement.
pub async fn sign(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, sharing: &Standing) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!("update document_sharings set signed_at = $3 where organisation_id = $1 and id = $2", organisation_id, sharing.id, now)
        .execute(&mut *tx)
        .await?;
    let data = json!({ "customer_id": sharing.customer_id, "deal_id": sharing.deal_id, "version": sharing.version });
    let kind = ActionKind::DocumentSigned.as_str();
    record_deed(tx, ids, now, Deed { kind, subject_kind: "document", subject_id: sharing.id, data }).await
}

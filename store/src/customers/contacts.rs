//! People at customers. A contact is seen and changed by everybody who sees its customer.

use chrono::{DateTime, Utc};
use domain::playbook::SubjectKind;
use platform::Ids;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::actions::{Action, differing, record_about};
use crate::{StoreError, Tx, engine};

/// A person at a customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Contact {
    pub id: Uuid,
    pub customer_id: Uuid,
    pub name: String,
    pub title: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    /// A code of the organisation's list of decision roles.
    pub decision_role: String,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// A customer's contacts by name, after the given name and id; at most `limit`. Whether the customer may be seen, the caller has asked.
///
/// # Errors
/// As any statement.
pub async fn of_customer(tx: &mut Tx, customer_id: Uuid, after: Option<(String, Uuid)>, limit: i64) -> Result<Vec<Contact>, StoreError> {
    let organisation_id = tx.organisation_id();
    let (after_name, after_id) = after.unzip();
    Ok(sqlx::query_as!(
        Contact,
        "select id, customer_id, name, title, phone, email, decision_role, version, created_at, updated_at from contacts
         where organisation_id = $1 and customer_id = $2 and deleted_at is null
           and ($3::text is null or (name, id) > ($3, $4::uuid))
         order by name, id limit $5",
        organisation_id,
        customer_id,
        after_name,
        after_id,
        limit
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// The contact, if the caller may see its customer.
///
/// # Errors
/// As any statement.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Contact>, StoreError> {
    let (organisation_id, unit_id) = (tx.organisation_id(), tx.scope().unit_id);
    Ok(sqlx::query_as!(
        Contact,
        "select p.id, p.customer_id, p.name, p.title, p.phone, p.email, p.decision_role, p.version, p.created_at, p.updated_at
         from contacts p join customers c on c.organisation_id = p.organisation_id and c.id = p.customer_id
         where p.organisation_id = $1 and p.id = $3 and p.deleted_at is null and c.deleted_at is null
           and ($2::uuid is null or c.unit_id in (select app.units_around($1, $2)))",
        organisation_id,
        unit_id,
        id
    )
    .fetch_optional(&mut *tx)
    .await?)
}

/// The contact, held until the transaction ends, if the caller may see its customer.
///
/// # Errors
/// As any statement.
pub async fn hold(tx: &mut Tx, id: Uuid) -> Result<Option<Contact>, StoreError> {
    let (organisation_id, unit_id) = (tx.organisation_id(), tx.scope().unit_id);
    let held = sqlx::query_scalar!(
        "select p.id from contacts p join customers c on c.organisation_id = p.organisation_id and c.id = p.customer_id
         where p.organisation_id = $1 and p.id = $3 and p.deleted_at is null
           and ($2::uuid is null or c.unit_id in (select app.units_around($1, $2))) for update of p",
        organisation_id,
        unit_id,
        id
    );
    match held.fetch_optional(&mut *tx).await? {
        Some(_) => find(tx, id).await,
        None => Ok(None),
    }
}

/// Writes a new contact and records that it was made; `false` when its id is taken already.
///
/// # Errors
/// As any statement.
pub async fn insert(tx: &mut Tx, ids: &Ids, contact: &Contact) -> Result<bool, StoreError> {
    let organisation_id = tx.organisation_id();
    let made = sqlx::query!(
        "insert into contacts (organisation_id, id, customer_id, name, title, phone, email, decision_role, version, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (organisation_id, id) do nothing",
        organisation_id,
        contact.id,
        contact.customer_id,
        contact.name,
        contact.title.as_deref(),
        contact.phone.as_deref(),
        contact.email.as_deref(),
        contact.decision_role,
        contact.version,
        contact.created_at,
        contact.updated_at
    )
    .execute(&mut *tx)
    .await?
    .rows_affected();
    if made == 1 {
        told(tx, ids, contact.created_at, contact, ("contact.created", role_of(contact))).await?;
    }
    Ok(made == 1)
}

/// Writes a held contact as it shall be, one version later, and records the change; what does not differ is left alone.
///
/// # Errors
/// As any statement.
pub async fn change(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, before: &Contact, contact: &Contact) -> Result<(), StoreError> {
    let fields = differing([
        ("name", before.name != contact.name),
        ("title", before.title != contact.title),
        ("phone", before.phone != contact.phone),
        ("email", before.email != contact.email),
        ("decision_role", before.decision_role != contact.decision_role),
    ]);
    if fields.is_empty() {
        return Ok(());
    }
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "update contacts set name = $3, title = $4, phone = $5, email = $6, decision_role = $7, version = version + 1, updated_at = $8
         where organisation_id = $1 and id = $2 and deleted_at is null",
        organisation_id,
        contact.id,
        contact.name,
        contact.title.as_deref(),
        contact.phone.as_deref(),
        contact.email.as_deref(),
        contact.decision_role,
        now
    )
    .execute(&mut *tx)
    .await?;
    engine::rename(tx, (SubjectKind::Contact, contact.id), &contact.name, None).await?;
    let data = json!({ "customer_id": contact.customer_id, "decision_role": contact.decision_role, "fields": fields });
    told(tx, ids, now, contact, ("contact.changed", data)).await
}

/// Takes a held contact out of every list; visits that name it keep doing so.
///
/// # Errors
/// As any statement.
pub async fn delete(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, contact: &Contact) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "update contacts set deleted_at = $3, updated_at = $3, version = version + 1
         where organisation_id = $1 and id = $2 and deleted_at is null",
        organisation_id,
        contact.id,
        now
    )
    .execute(&mut *tx)
    .await?;
    engine::retire(tx, &[(SubjectKind::Contact, contact.id)], now).await?;
    told(tx, ids, now, contact, ("contact.deleted", role_of(contact))).await
}

fn role_of(contact: &Contact) -> Value {
    json!({ "customer_id": contact.customer_id, "decision_role": contact.decision_role })
}

/// What is done to a contact is told of its customer too.
async fn told(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, contact: &Contact, (kind, data): (&str, Value)) -> Result<(), StoreError> {
    let (actor_id, subject_id) = (tx.scope().actor_id(), contact.id);
    let action = Action { id: ids.next(), actor_id, kind, subject_kind: "contact", subject_id, occurred_at: now, recorded_at: now, data };
    record_about(tx, action, &[(SubjectKind::Customer, contact.customer_id)]).await
}

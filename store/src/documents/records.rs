//! Single documents: made, read, given another version.

use chrono::{DateTime, Utc};
use domain::documents::DocumentKind;
use domain::playbook::SubjectKind;
use platform::Ids;
use serde_json::json;
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{Document, SHOWN, Version, narrow};
use crate::actions::{Deed, record_deed};
use crate::{StoreError, Tx, attachments};

/// The document, if the caller may see it.
///
/// # Errors
/// As any statement.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Document>, StoreError> {
    let mut query = QueryBuilder::new(SHOWN);
    narrow(&mut query, tx);
    query.push(" and d.id = ").push_bind(id);
    Ok(query.build_query_as().fetch_optional(&mut *tx).await?)
}

/// Whether a file is that of a document that the caller may see.
///
/// # Errors
/// As any statement.
pub async fn shows(tx: &mut Tx, attachment_id: Uuid) -> Result<bool, StoreError> {
    let mut query = QueryBuilder::new(SHOWN);
    narrow(&mut query, tx);
    query.push(" and d.id in (select v.document_id from attachment_holders a");
    query.push(" join document_versions v on v.organisation_id = a.organisation_id and v.id = a.subject_id");
    query.push(" where a.organisation_id = d.organisation_id and a.subject_kind = 'document' and a.attachment_id = ");
    query.push_bind(attachment_id).push(") limit 1");
    Ok(query.build_query_as::<Document>().fetch_optional(&mut *tx).await?.is_some())
}

/// Holds a document that the caller sees until the transaction ends: what it is shared as changes for one at a time.
///
/// # Errors
/// As any statement.
pub async fn hold(tx: &mut Tx, id: Uuid) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!("select id from documents where organisation_id = $1 and id = $2 for no key update", organisation_id, id)
        .fetch_optional(&mut *tx)
        .await?;
    Ok(())
}

/// The versions of a document that the caller has been seen to see, first to last.
///
/// # Errors
/// As any statement.
pub async fn versions(tx: &mut Tx, document_id: Uuid) -> Result<Vec<Version>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_as!(
        Version,
        "select v.id, v.number, v.attachment_id, a.file_name, a.content_type, a.bytes, v.created_by, v.created_at
         from document_versions v join attachments a on a.organisation_id = v.organisation_id and a.id = v.attachment_id
         where v.organisation_id = $1 and v.document_id = $2 order by v.number",
        organisation_id,
        document_id
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// A document to be, with the file of its first version.
#[derive(Debug)]
pub struct NewDocument<'a> {
    pub id: Uuid,
    pub unit_id: Uuid,
    pub kind: DocumentKind,
    pub title: &'a str,
    pub customer_id: Option<Uuid>,
    pub deal_id: Option<Uuid>,
    pub created_by: Uuid,
    pub attachment_id: Uuid,
}

/// Writes a new document with its first version; `false` when its id is taken already.
///
/// # Errors
/// As any statement.
pub async fn insert(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, new: &NewDocument<'_>) -> Result<bool, StoreError> {
    let organisation_id = tx.organisation_id();
    let made = sqlx::query!(
        "insert into documents (organisation_id, id, unit_id, kind, title, customer_id, deal_id, created_by, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) on conflict (organisation_id, id) do nothing",
        organisation_id,
        new.id,
        new.unit_id,
        new.kind.as_str(),
        new.title,
        new.customer_id,
        new.deal_id,
        new.created_by,
        now
    )
    .execute(&mut *tx)
    .await?;
    if made.rows_affected() == 0 {
        return Ok(false);
    }
    let data = json!({ "kind": new.kind.as_str(), "customer_id": new.customer_id, "deal_id": new.deal_id });
    record_deed(tx, ids, now, Deed { kind: "document.created", subject_kind: "document", subject_id: new.id, data }).await?;
    add_version(tx, ids, now, new.id, new.attachment_id).await?;
    Ok(true)
}

/// Adds a version to a document, of a file that has landed; answers its number.
///
/// # Errors
/// As any statement.
pub async fn add_version(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, document_id: Uuid, attachment_id: Uuid) -> Result<i32, StoreError> {
    let (organisation_id, created_by, id) = (tx.organisation_id(), tx.scope().actor_id(), ids.next());
    // Of two at once each gets a number of its own.
    sqlx::query!("update documents set updated_at = $3 where organisation_id = $1 and id = $2", organisation_id, document_id, now)
        .execute(&mut *tx)
        .await?;
    let number = sqlx::query_scalar!(
        "insert into document_versions (organisation_id, id, document_id, number, attachment_id, created_by, created_at)
         select $1, $2, $3, coalesce(max(number), 0) + 1, $4, coalesce($5, d.created_by), $6
         from documents d left join document_versions v on v.organisation_id = d.organisation_id and v.document_id = d.id
         where d.organisation_id = $1 and d.id = $3 group by d.created_by
         returning number",
        organisation_id,
        id,
        document_id,
        attachment_id,
        created_by,
        now
    )
    .fetch_one(&mut *tx)
    .await?;
    attachments::hold(tx, attachment_id, (SubjectKind::Document, id), now).await?;
    let data = json!({ "version": number, "version_id": id });
    record_deed(tx, ids, now, Deed { kind: "document.version_added", subject_kind: "document", subject_id: document_id, data }).await?;
    Ok(number)
}

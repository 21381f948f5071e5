//! Links by which documents are sent: one for each recipient, known by a token that is kept nowhere.

use chrono::{DateTime, Utc};
use platform::Ids;
use serde_json::json;
use uuid::Uuid;

use crate::actions::{Deed, record_deed};
use crate::{Database, Scope, StoreError, Tx};

/// A link as those who sent it see it.
#[derive(Debug, Clone)]
pub struct Link {
    pub id: Uuid,
    pub sharing_id: Uuid,
    pub document_id: Uuid,
    pub version: i32,
    pub customer_id: Uuid,
    pub deal_id: Option<Uuid>,
    pub contact_id: Option<Uuid>,
    pub recipient: String,
    pub created_by: Uuid,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
    /// Whatever asked for it, machines too.
    pub hits: i64,
    /// Openings by people.
    pub openings: i64,
    pub last_opened_at: Option<DateTime<Utc>>,
}

/// A link to be.
#[derive(Debug)]
pub struct NewLink<'a> {
    pub id: Uuid,
    pub sharing_id: Uuid,
    pub contact_id: Option<Uuid>,
    pub recipient: &'a str,
    pub token_sha256: &'a [u8],
    pub expires_at: DateTime<Utc>,
}

/// Writes a new link and records it; `false` when its id is taken already.
///
/// # Errors
/// As any statement.
pub async fn insert(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, created_by: Uuid, new: &NewLink<'_>) -> Result<bool, StoreError> {
    let organisation_id = tx.organisation_id();
    let made = sqlx::query!(
        "insert into document_links (organisation_id, id, sharing_id, contact_id, recipient, token_sha256, created_by, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (organisation_id, id) do nothing",
        organisation_id,
        new.id,
        new.sharing_id,
        new.contact_id,
        new.recipient,
        new.token_sha256,
        created_by,
        now,
        new.expires_at
    )
    .execute(&mut *tx)
    .await?;
    if made.rows_affected() == 0 {
        return Ok(false);
    }
    let data = json!({ "sharing_id": new.sharing_id, "contact_id": new.contact_id });
    record_deed(tx, ids, now, Deed { kind: "document_link.created", subject_kind: "document_link", subject_id: new.id, data }).await?;
    Ok(true)
}

/// Which links, and after which one.
#[derive(Debug, Clone, Copy)]
pub enum Which {
    OfDocument { document_id: Uuid, after: Option<(DateTime<Utc>, Uuid)>, limit: i64 },
    One(Uuid),
}

/// Links that the caller sees, those made last first; at most `limit` + 1. Of what was shared about a deal, those who hold it or answer
/// for it see them; of the rest reps those that they made, others those of what was shared in their unit and below.
///
/// # Errors
/// As any statement.
pub async fn list(tx: &mut Tx, which: Which) -> Result<Vec<Link>, StoreError> {
    let (organisation_id, unit_id, own) = (tx.organisation_id(), tx.scope().unit_id, tx.scope().own_only());
    let (document_id, link_id, after, limit) = match which {
        Which::OfDocument { document_id, after, limit } => (Some(document_id), None, after, limit + 1),
        Which::One(id) => (None, Some(id), None, 1),
    };
    let (after_at, after_id) = after.unzip();
    Ok(sqlx::query_as!(
        Link,
        r#"select l.id, l.sharing_id, s.document_id, v.number as version, s.customer_id, s.deal_id, l.contact_id, l.recipient, l.created_by,
                  l.created_at, l.expires_at, l.revoked_at,
                  (select count(*) from document_hits h where h.organisation_id = $1 and h.link_id = l.id) as "hits!",
                  (select count(*) from document_openings o where o.organisation_id = $1 and o.link_id = l.id) as "openings!",
                  (select max(o.opened_at) from document_openings o where o.organisation_id = $1 and o.link_id = l.id) as last_opened_at
           from document_links l
           join document_sharings s on s.organisation_id = $1 and s.id = l.sharing_id
           join document_versions v on v.organisation_id = $1 and v.id = s.version_id
           where l.organisation_id = $1 and ($2::uuid is null or s.document_id = $2) and ($3::uuid is null or l.id = $3)
             and (case when $4::uuid is not null then s.deal_id is null and l.created_by = $4
                       else $5::uuid is null or s.deal_id is null and s.unit_id in (select app.units_within($1, $5)) end
                  or exists (select from standings h where h.organisation_id = $1 and h.subject_kind = 'deal' and h.subject_id = s.deal_id
                             and case when $4::uuid is not null then h.owner_id = $4 else h.unit_id in (select app.units_within($1, $5)) end))
             and ($6::timestamptz is null or (l.created_at, l.id) < ($6, $7))
           order by l.created_at desc, l.id desc limit $8"#,
        organisation_id,
        document_id,
        link_id,
        own,
        unit_id,
        after_at,
        after_id,
        limit
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// Takes a link that the caller sees away; again, nothing changes.
///
/// # Errors
/// As any statement.
pub async fn revoke(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, id: Uuid) -> Result<(), StoreError> {
    let (organisation_id, by) = (tx.organisation_id(), tx.scope().actor_id());
    let revoked = sqlx::query!(
        "update document_links set revoked_at = $3, revoked_by = $4 where organisation_id = $1 and id = $2 and revoked_at is null",
        organisation_id,
        id,
        now,
        by
    )
    .execute(&mut *tx)
    .await?;
    if revoked.rows_affected() == 0 {
        return Ok(());
    }
    record_deed(tx, ids, now, Deed { kind: "document_link.revoked", subject_kind: "document_link", subject_id: id, data: json!({}) }).await
}

/// What somebody with a link may have.
#[derive(Debug, Clone)]
pub struct Live {
    pub link_id: Uuid,
    pub sharing_id: Uuid,
    pub document_id: Uuid,
    pub customer_id: Uuid,
    pub deal_id: Option<Uuid>,
    pub title: String,
    pub version: i32,
    pub attachment_id: Uuid,
    pub content_type: String,
}

/// Begins a transaction of the house where the link with this token is, and looks what it leads to. An unknown token, one that has run
/// out and one that was revoked cost the same and come to the same: a transaction of nobody's, and nothing.
///
/// # Errors
/// As any statement.
pub async fn open(db: &Database, token_sha256: &[u8], now: DateTime<Utc>) -> Result<(Tx, Option<Live>), StoreError> {
    let mut tx = db.begin(&Scope::house(Uuid::nil())).await?;
    let named =
        sqlx::query!(r#"select organisation_id as "organisation_id!", link_id as "link_id!" from app.document_link_of($1)"#, token_sha256);
    let named = named.fetch_optional(&mut tx).await?;
    tx.commit().await?;
    let (organisation_id, link_id) = named.map_or((Uuid::nil(), Uuid::nil()), |row| (row.organisation_id, row.link_id));
    let mut tx = db.begin(&Scope::house(organisation_id)).await?;
    let live = sqlx::query_as!(
        Live,
        "select l.id as link_id, s.id as sharing_id, s.document_id, s.customer_id, s.deal_id, d.title, v.number as version, v.attachment_id,
                a.content_type
         from document_links l
         join document_sharings s on s.organisation_id = l.organisation_id and s.id = l.sharing_id
         join documents d on d.organisation_id = l.organisation_id and d.id = s.document_id
         join document_versions v on v.organisation_id = l.organisation_id and v.id = s.version_id
         join attachments a on a.organisation_id = l.organisation_id and a.id = v.attachment_id
         where l.organisation_id = $1 and l.id = $2 and l.revoked_at is null and l.expires_at > $3 and s.withdrawn_at is null",
        organisation_id,
        link_id,
        now
    );
    let live = live.fetch_optional(&mut tx).await?;
    Ok((tx, live))
}

//! What belongs to the entries of a page: what was written down at a visit, the stages that an action led to, and who was told.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{StoreError, Tx};

/// A visit as it was handed in.
#[derive(Debug, Clone)]
pub struct Visit {
    pub id: Uuid,
    pub rep_id: Uuid,
    pub key_info: String,
    pub status: String,
    pub photos: Vec<Photo>,
}

/// A photo of a visit.
#[derive(Debug, Clone)]
pub struct Photo {
    pub id: Uuid,
    /// Where its small picture is, once the darkroom has made one.
    pub thumbnail_key: Option<String>,
}

/// The visits with these ids.
///
/// # Errors
/// As any statement.
pub async fn visits(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<Visit>, StoreError> {
    let organisation_id = tx.organisation_id();
    let rows = sqlx::query!(
        r#"select v.id, v.rep_id, v.key_info, v.status,
             array(select x.photo_id from visit_photos x where x.organisation_id = $1 and x.visit_id = v.id order by x.ordinal) as "photo_ids!",
             array(select p.thumbnail_key from visit_photos x join photos p on p.organisation_id = $1 and p.id = x.photo_id
                where x.organisation_id = $1 and x.visit_id = v.id order by x.ordinal) as "thumbnail_keys!: Vec<Option<String>>"
           from visits v where v.organisation_id = $1 and v.id = any ($2)"#,
        organisation_id,
        ids
    )
    .fetch_all(&mut *tx)
    .await?;
    let visits = rows.into_iter().map(|row| Visit {
        id: row.id,
        rep_id: row.rep_id,
        key_info: row.key_info,
        status: row.status,
        photos: row.photo_ids.into_iter().zip(row.thumbnail_keys).map(|(id, thumbnail_key)| Photo { id, thumbnail_key }).collect(),
    });
    Ok(visits.collect())
}

/// A stage that was entered because of an action.
#[derive(Debug, Clone)]
pub struct Move {
    pub action_id: Uuid,
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub from: Option<String>,
    pub to: String,
    pub at: DateTime<Utc>,
}

/// The stages that these actions led to, in order.
///
/// # Errors
/// As any statement.
pub async fn moves(tx: &mut Tx, actions: &[Uuid]) -> Result<Vec<Move>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_as!(
        Move,
        r#"select action_id, subject_kind, subject_id, left_stage as "from", stage as "to", entered_at as at
           from stays where organisation_id = $1 and action_id = any ($2) order by entered_at, entry_id"#,
        organisation_id,
        actions
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// A file that an entry names.
#[derive(Debug, Clone)]
pub struct File {
    pub id: Uuid,
    pub file_name: String,
    pub content_type: String,
}

/// Those of `ids` that are files which have landed.
///
/// # Errors
/// As any statement.
pub async fn files(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<File>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_as!(
        File,
        "select id, file_name, content_type from attachments where organisation_id = $1 and id = any ($2) and state = 'landed'",
        organisation_id,
        ids
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// Something that one person was told.
#[derive(Debug, Clone)]
pub struct Told {
    pub id: Uuid,
    pub incident_id: Option<Uuid>,
    pub kind: String,
    pub code: String,
    pub step: Option<i32>,
    pub recipient_id: Uuid,
    pub recipient_name: String,
    pub recipient_role: String,
    pub state: String,
    pub created_at: DateTime<Utc>,
    pub acknowledged_at: Option<DateTime<Utc>>,
}

/// What these incidents told to whom.
///
/// # Errors
/// As any statement.
pub async fn told(tx: &mut Tx, incidents: &[Uuid]) -> Result<Vec<Told>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_as!(
        Told,
        "select i.id, i.incident_id, i.kind, i.code, i.step, i.recipient_id, u.name as recipient_name, u.role as recipient_role, i.state,
             i.created_at, i.acknowledged_at
         from interventions i join users u on u.organisation_id = i.organisation_id and u.id = i.recipient_id
         where i.organisation_id = $1 and i.incident_id = any ($2) order by i.created_at, i.step, i.kind, i.id",
        organisation_id,
        incidents
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// The interventions with these ids.
///
/// # Errors
/// As any statement.
pub async fn notes(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<Told>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_as!(
        Told,
        "select i.id, i.incident_id, i.kind, i.code, i.step, i.recipient_id, u.name as recipient_name, u.role as recipient_role, i.state,
             i.created_at, i.acknowledged_at
         from interventions i join users u on u.organisation_id = i.organisation_id and u.id = i.recipient_id
         where i.organisation_id = $1 and i.id = any ($2)",
        organisation_id,
        ids
    )
    .fetch_all(&mut *tx)
    .await?)
}

//! What is done about deals: each deed is one action of the log, from which stage, timers and interventions follow.

use chrono::{DateTime, TimeDelta, Utc};
use domain::playbook::{ActionKind, SubjectKind};
use platform::Ids;
use serde_json::Value;
use uuid::Uuid;

use crate::actions::{Action, record_about};
use crate::{StoreError, Tx};

/// Further than clocks are apart.
const AHEAD: TimeDelta = TimeDelta::days(1);

/// Something that was done about a deal.
#[derive(Debug)]
pub struct Deed {
    /// Under which it is in the log; made here where the client made none.
    pub id: Option<Uuid>,
    pub kind: ActionKind,
    pub deal_id: Uuid,
    /// When it was done, where that was told; else it is done as it is recorded, by the one clock that there is.
    pub done_at: Option<DateTime<Utc>>,
    pub data: Value,
    /// What else it is about: the customer, and the contact, of a conversation.
    pub also: Vec<(SubjectKind, Uuid)>,
}

impl Deed {
    /// Something that was done about a deal alone; `None`: now.
    pub const fn of(kind: ActionKind, deal_id: Uuid, done_at: Option<DateTime<Utc>>, data: Value) -> Self {
        Self { id: None, kind, deal_id, done_at, data, also: Vec::new() }
    }
}

/// Appends a deed of the transaction's actor, and what follows from it.
///
/// # Errors
/// As any statement.
pub async fn record(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, deed: Deed) -> Result<(), StoreError> {
    touch(tx, now, deed.deal_id).await?;
    let action = Action {
        id: deed.id.unwrap_or_else(|| ids.next()),
        actor_id: tx.scope().actor_id(),
        kind: deed.kind.as_str(),
        subject_kind: SubjectKind::Deal.as_str(),
        subject_id: deed.deal_id,
        // What lies ahead is taken for now when it is appended: of two who write one field, the one who is recorded later is the later one,
        // whatever their machines' clocks say.
        occurred_at: deed.done_at.unwrap_or(now + AHEAD),
        recorded_at: now,
        data: deed.data,
    };
    record_about(tx, action, &deed.also).await
}

/// What telling an action came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telling {
    New,
    /// The same was told before.
    Again,
    /// The id was told before with other content, or about another deal.
    Differs,
}

/// Notes that a client tells an action under an id of its own.
///
/// # Errors
/// As any statement.
pub async fn tell(tx: &mut Tx, id: Uuid, deal_id: Uuid, body_sha256: &[u8], now: DateTime<Utc>) -> Result<Telling, StoreError> {
    let organisation_id = tx.organisation_id();
    let noted = sqlx::query!(
        "insert into deal_tellings (organisation_id, id, deal_id, body_sha256, told_at) values ($1, $2, $3, $4, $5) on conflict do nothing",
        organisation_id,
        id,
        deal_id,
        body_sha256,
        now
    )
    .execute(&mut *tx)
    .await?;
    if noted.rows_affected() == 1 {
        return Ok(Telling::New);
    }
    let is_same = sqlx::query_scalar!(
        r#"select deal_id = $3 and body_sha256 = $4 as "is_same!" from deal_tellings where organisation_id = $1 and id = $2"#,
        organisation_id,
        id,
        deal_id,
        body_sha256
    )
    .fetch_one(&mut *tx)
    .await?;
    Ok(if is_same { Telling::Again } else { Telling::Differs })
}

/// Notes that something happened to the deal. Its version stays: that is of what people edit.
async fn touch(tx: &mut Tx, now: DateTime<Utc>, id: Uuid) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!("update deals set updated_at = $3 where organisation_id = $1 and id = $2", organisation_id, id, now)
        .execute(&mut *tx)
        .await?;
    Ok(())
}

/// Forgets up to `limit` of the ids by which repetitions are known, of what was told before `before`. Returns how many.
///
/// # Errors
/// As any statement.
pub async fn forget_told(tx: &mut Tx, before: DateTime<Utc>, limit: i64) -> Result<u64, StoreError> {
    let organisation_id = tx.organisation_id();
    let forgotten = sqlx::query!(
        "delete from deal_tellings where organisation_id = $1 and ctid = any (array(
            select ctid from deal_tellings where organisation_id = $1 and told_at < $2 order by told_at limit $3))",
        organisation_id,
        before,
        limit
    );
    Ok(forgotten.execute(&mut *tx).await?.rows_affected())
}

//! An organisation's playbooks: versions that stay, and the newest is in force.

mod compiled;
mod founding;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::playbook::Playbook;
use platform::Ids;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::actions::{self, Action};
use crate::engine::replanning;
use crate::{StoreError, Tx};

pub(crate) use compiled::kept;
pub use founding::{found, found_missing};

/// One version as it was written.
#[derive(Debug, Clone)]
pub struct Written {
    pub version: i32,
    pub source: String,
    /// The same as JSON, with everything that was left out filled in.
    pub playbook: Value,
    pub created_by: Option<Uuid>,
    pub created_at: DateTime<Utc>,
}

/// The playbook in force, ready to be gone by.
#[derive(Debug)]
pub struct InForce {
    pub version: i32,
    pub playbook: Arc<Playbook>,
    pub since: DateTime<Utc>,
    /// The organisation's, read along with it.
    pub zone: String,
}

/// The playbook in force.
///
/// # Errors
/// `Corrupt` when the organisation has none, which its founding rules out, or one that cannot be read any more.
pub async fn in_force(tx: &mut Tx) -> Result<InForce, StoreError> {
    let organisation_id = tx.organisation_id();
    let newest = sqlx::query!(
        "select p.version, p.source_sha256, p.created_at, o.zone from playbooks p join organisations o on o.id = p.organisation_id
         where p.organisation_id = $1 order by p.version desc limit 1",
        organisation_id
    );
    let newest = newest.fetch_optional(&mut *tx).await?.ok_or(CORRUPT)?;
    let playbook = compiled(tx, newest.version, &newest.source_sha256).await?;
    Ok(InForce { version: newest.version, playbook, since: newest.created_at, zone: newest.zone })
}

/// One version, ready to be gone by: what was said under it is told in its words.
///
/// # Errors
/// `Corrupt` when it is not there or cannot be read any more.
pub async fn of_version(tx: &mut Tx, version: i32) -> Result<Arc<Playbook>, StoreError> {
    let organisation_id = tx.organisation_id();
    let digest =
        sqlx::query_scalar!("select source_sha256 from playbooks where organisation_id = $1 and version = $2", organisation_id, version);
    let digest = digest.fetch_optional(&mut *tx).await?.ok_or(CORRUPT)?;
    compiled(tx, version, &digest).await
}

const CORRUPT: StoreError = StoreError::Corrupt { table: "playbooks", column: "source" };

async fn compiled(tx: &mut Tx, version: i32, digest: &[u8]) -> Result<Arc<Playbook>, StoreError> {
    if let Some(playbook) = compiled::kept(digest) {
        return Ok(playbook);
    }
    let organisation_id = tx.organisation_id();
    let source = sqlx::query_scalar!("select source from playbooks where organisation_id = $1 and version = $2", organisation_id, version);
    compiled::compile(digest, &source.fetch_one(&mut *tx).await?).ok_or(CORRUPT)
}

/// The codes of what stands at a place of the playbook, as its stages of deals do at `subjects`, `deal`, `stages`: of all versions together,
/// in order.
///
/// # Errors
/// As any statement.
pub async fn codes(tx: &mut Tx, place: &[&str]) -> Result<Vec<String>, StoreError> {
    let organisation_id = tx.organisation_id();
    let place = place.iter().map(ToString::to_string).collect::<Vec<_>>();
    let codes = sqlx::query_scalar!(
        r#"select distinct one ->> 'code' as "code!" from playbooks p, jsonb_array_elements(p.playbook #> $2) one
           where p.organisation_id = $1 order by 1"#,
        organisation_id,
        &place
    );
    Ok(codes.fetch_all(&mut *tx).await?)
}

/// One version as it was written, the newest unless one is asked for; `None` when there is no such version.
///
/// # Errors
/// As any statement.
pub async fn find(tx: &mut Tx, version: Option<i32>) -> Result<Option<Written>, StoreError> {
    let organisation_id = tx.organisation_id();
    let found = sqlx::query_as!(
        Written,
        "select version, source, playbook, created_by, created_at from playbooks
         where organisation_id = $1 and ($2::integer is null or version = $2) order by version desc limit 1",
        organisation_id,
        version
    );
    Ok(found.fetch_optional(&mut *tx).await?)
}

/// Puts a playbook in force as the next version, records that, and has the open timers go by it; `None` when `read_version` is not the newest any more. `playbook` is
/// what `source` was read to be.
///
/// # Errors
/// As any statement.
pub async fn put(
    tx: &mut Tx,
    ids: &Ids,
    (source, playbook): (&str, &Playbook),
    read_version: Option<i32>,
    now: DateTime<Utc>,
) -> Result<Option<Written>, StoreError> {
    let (organisation_id, by) = (tx.organisation_id(), tx.scope().actor_id());
    let playbook = serde_json::to_value(playbook).map_err(|_| CORRUPT)?;
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('playbooks' || $1::uuid::text, 0))", organisation_id)
        .execute(&mut *tx)
        .await?;
    let written = sqlx::query_as!(
        Written,
        r#"insert into playbooks (organisation_id, version, source, source_sha256, playbook, created_by, created_at)
           select $1, coalesce(max(version), 0) + 1, $2, sha256(convert_to($2, 'UTF8')), $3, $5, $6
           from playbooks where organisation_id = $1
           having $4::integer is null or coalesce(max(version), 0) = $4
           returning version, source, playbook, created_by, created_at"#,
        organisation_id,
        source,
        playbook,
        read_version,
        by,
        now
    );
    let Some(written) = written.fetch_optional(&mut *tx).await? else { return Ok(None) };
    let action = Action {
        id: ids.next(),
        actor_id: by,
        kind: "playbook.changed",
        subject_kind: "organisation",
        subject_id: organisation_id,
        occurred_at: now,
        recorded_at: now,
        data: json!({ "version": written.version, "name": written.playbook.get("name") }),
    };
    actions::record(tx, action).await?;
    replanning::begin(tx, ids, Some(written.version - 1), now).await?;
    Ok(Some(written))
}

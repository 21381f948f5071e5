//! Who asked for a page, and which of them were people.

use chrono::{DateTime, TimeDelta, Utc};
use domain::documents::opening::{Look, Outcome, judge};
use domain::documents::visitor::Doubt;
use domain::playbook::{ActionKind, SubjectKind};
use platform::Ids;
use serde_json::json;
use uuid::Uuid;

use super::links::Live;
use crate::actions::{Action, record};
use crate::{StoreError, Tx};

/// Something that asked for a page or the file.
#[derive(Debug)]
pub struct NewHit<'a> {
    pub id: Uuid,
    pub link_id: Uuid,
    /// `page` or `file`.
    pub what: &'static str,
    pub user_agent: Option<&'a str>,
    pub network: Option<String>,
    pub doubt: Option<Doubt>,
    /// Of what the page will say.
    pub nonce_sha256: Option<&'a [u8]>,
}

/// Writes down that something asked.
///
/// # Errors
/// As any statement.
pub async fn insert(tx: &mut Tx, now: DateTime<Utc>, hit: &NewHit<'_>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "insert into document_hits (organisation_id, id, link_id, what, at, user_agent, network, doubt, nonce_sha256)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        organisation_id,
        hit.id,
        hit.link_id,
        hit.what,
        now,
        hit.user_agent,
        hit.network,
        hit.doubt.map(Doubt::as_str),
        hit.nonce_sha256
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// What a page says about having been seen.
#[derive(Debug)]
pub struct Said<'a> {
    pub nonce_sha256: &'a [u8],
    /// Written down as no more than has passed since the page was handed out.
    pub visible_ms: i32,
    /// What speaks for a machine now that it says so; what spoke for one when it asked for the page stays.
    pub doubt: Option<Doubt>,
}

/// Takes in what a page says, the first time that it does; a look that counts is an opening, and an action of the log. `None` for a page
/// that was never handed out by this link, or has spoken before, and when the link has just been taken away.
///
/// # Errors
/// As any statement.
pub async fn seen(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, live: &Live, said: &Said<'_>) -> Result<Option<Outcome>, StoreError> {
    let organisation_id = tx.organisation_id();
    // Of two pages of one link that speak at once, one is the first.
    let held = sqlx::query!(
        "select id from document_links where organisation_id = $1 and id = $2 and revoked_at is null for update",
        organisation_id,
        live.link_id
    );
    if held.fetch_optional(&mut *tx).await?.is_none() {
        return Ok(None);
    }
    let row = sqlx::query!(
        "select h.id, h.at, h.doubt,
                (select max(o.opened_at) from document_openings o where o.organisation_id = $1 and o.link_id = $2) as counted_at
         from document_hits h where h.organisation_id = $1 and h.link_id = $2 and h.nonce_sha256 = $3 and h.outcome is null",
        organisation_id,
        live.link_id,
        said.nonce_sha256
    );
    let Some(hit) = row.fetch_optional(&mut *tx).await? else { return Ok(None) };
    // A page can say what it likes; nobody has seen it for longer than it has been there.
    let visible = TimeDelta::milliseconds(said.visible_ms.into()).min((now - hit.at).max(TimeDelta::zero()));
    let visible_ms = i32::try_from(visible.num_milliseconds()).unwrap_or_default();
    let doubt = hit.doubt.as_deref().or(said.doubt.map(Doubt::as_str));
    let outcome = judge(&Look { shown_at: hit.at, seen_at: now, visible, is_machine: doubt.is_some(), counted_at: hit.counted_at });
    sqlx::query!(
        "update document_hits set seen_at = $3, visible_ms = $4, outcome = $5, doubt = $6 where organisation_id = $1 and id = $2",
        organisation_id,
        hit.id,
        now,
        visible_ms,
        outcome.as_str(),
        doubt
    )
    .execute(&mut *tx)
    .await?;
    if outcome == Outcome::Counted {
        count(tx, ids, now, live, (hit.id, visible_ms / 1000)).await?;
    }
    Ok(Some(outcome))
}

async fn count(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, live: &Live, (hit_id, seconds): (Uuid, i32)) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "insert into document_openings (organisation_id, id, link_id, sharing_id, customer_id, opened_at, seconds)
         values ($1, $2, $3, $4, $5, $6, $7)",
        organisation_id,
        hit_id,
        live.link_id,
        live.sharing_id,
        live.customer_id,
        now,
        seconds
    )
    .execute(&mut *tx)
    .await?;
    let action = Action {
        id: ids.next(),
        actor_id: None,
        kind: ActionKind::DocumentOpened.as_str(),
        subject_kind: SubjectKind::Document.as_str(),
        subject_id: live.sharing_id,
        occurred_at: now,
        recorded_at: now,
        data: json!({
            "seconds": seconds, "link_id": live.link_id, "document_id": live.document_id, "version": live.version,
            "customer_id": live.customer_id, "deal_id": live.deal_id,
        }),
    };
    record(tx, action).await
}

/// Something that asked, as those see it who sent the link.
#[derive(Debug)]
pub struct Hit {
    pub id: Uuid,
    pub what: String,
    pub at: DateTime<Utc>,
    pub user_agent: Option<String>,
    pub network: Option<String>,
    pub doubt: Option<String>,
    pub visible_ms: Option<i32>,
    pub outcome: Option<String>,
}

/// What asked by a link that the caller has been seen to see, last first, after the given instant and id; at most `limit` + 1.
///
/// # Errors
/// As any statement.
pub async fn list(tx: &mut Tx, link_id: Uuid, after: Option<(DateTime<Utc>, Uuid)>, limit: i64) -> Result<Vec<Hit>, StoreError> {
    let organisation_id = tx.organisation_id();
    let (after_at, after_id) = after.unzip();
    Ok(sqlx::query_as!(
        Hit,
        "select id, what, at, user_agent, network, doubt, visible_ms, outcome from document_hits
         where organisation_id = $1 and link_id = $2 and ($3::timestamptz is null or (at, id) < ($3, $4))
         order by at desc, id desc limit $5",
        organisation_id,
        link_id,
        after_at,
        after_id,
        limit + 1
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// Forgets up to `limit` calls of before `before` that were nobody's opening. Returns how many.
///
/// # Errors
/// As any statement.
pub async fn forget(tx: &mut Tx, before: DateTime<Utc>, limit: i64) -> Result<u64, StoreError> {
    let organisation_id = tx.organisation_id();
    let forgotten = sqlx::query!(
        "delete from document_hits where organisation_id = $1 and id = any (array(
            select h.id from document_hits h where h.organisation_id = $1 and h.at < $2
                and not exists (select from document_openings o where o.organisation_id = $1 and o.id = h.id)
            order by h.at limit $3))",
        organisation_id,
        before,
        limit
    );
    Ok(forgotten.execute(&mut *tx).await?.rows_affected())
}

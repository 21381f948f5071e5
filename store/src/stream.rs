//! What changed, for those who watch: from which transaction on, and when to look.

use std::sync::Arc;
use std::time::Duration;

use platform::secrets::Secret;
use sqlx::postgres::PgListener;
use tokio::sync::{Mutex, broadcast};
use uuid::Uuid;

use crate::{StoreError, Tx};

/// The place of a change: the transaction that made it, and the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    pub changed_in: i64,
    pub id: Uuid,
}

/// Something that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    pub mark: Mark,
    pub of: Of,
}

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    Intervention,
    Incident,
    /// A lead on the breaker's board.
    Lead,
}

/// Every transaction before this one can be seen whole.
///
/// # Errors
/// As any statement.
pub async fn settled_before(tx: &mut Tx) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar!(r#"select app.settled_before() as "before!""#).fetch_one(&mut *tx).await?)
}

/// What changed.
#[derive(Debug)]
pub struct Changes {
    /// By transactions that can be seen whole, in the order of these.
    pub settled: Vec<Change>,
    /// There is more, which waits for a transaction that began earlier and is not over yet.
    pub more_soon: bool,
}

/// Up to `limit` of the scope's own interventions, of the incidents that it sees, and for those who see the board of leads, changed after
/// `after`.
///
/// # Errors
/// As any statement.
pub async fn changes(tx: &mut Tx, after: Mark, sees_board: bool, limit: i64) -> Result<Changes, StoreError> {
    let (organisation_id, person_id) = (tx.organisation_id(), tx.scope().actor_id());
    let (own_only, unit_id) = (tx.scope().own_only(), tx.scope().unit_id);
    let rows = sqlx::query!(
        r#"select changed_in < app.settled_before() as "settled!", changed_in as "changed_in!", id as "id!", what as "what!" from (
               (select changed_in, id, 'intervention' as what from interventions
                where organisation_id = $1 and recipient_id = $2 and (changed_in, id) > ($3, $4)
                order by changed_in, id limit $7)
               union all
               (select changed_in, id, 'incident' from incidents
                where organisation_id = $1 and (changed_in, id) > ($3, $4)
                  and ($5::uuid is null or owner_id = $5)
                  and ($5::uuid is not null or $6::uuid is null or unit_id = any (array(select app.units_within($1, $6))))
                order by changed_in, id limit $7)
               union all
               (select changed_in, subject_id, 'lead' from standings
                where organisation_id = $1 and subject_kind = 'lead' and $8 and (changed_in, subject_id) > ($3, $4)
                  and ($6::uuid is null or unit_id = any (array(select app.units_within($1, $6))))
                order by changed_in, subject_id limit $7)
           ) seen order by changed_in, id limit $7"#,
        organisation_id,
        person_id,
        after.changed_in,
        after.id,
        own_only,
        unit_id,
        limit,
        sees_board
    )
    .fetch_all(&mut *tx)
    .await?;
    let found = rows.len();
    let read = rows.into_iter().take_while(|row| row.settled).map(|row| Change {
        mark: Mark { changed_in: row.changed_in, id: row.id },
        of: match row.what.as_str() {
            "incident" => Of::Incident,
            "lead" => Of::Lead,
            _ => Of::Intervention,
        },
    });
    let settled: Vec<Change> = read.collect();
    Ok(Changes { more_soon: settled.len() < found, settled })
}

/// A lead as whoever watches the board has to know it: enough to see whether it is theirs to read again.
#[derive(Debug, Clone)]
pub struct LeadOnBoard {
    pub id: Uuid,
    pub unit_id: Uuid,
    pub stage: Option<String>,
    pub owner_id: Option<Uuid>,
}

/// Leads as they stand.
///
/// # Errors
/// As any statement.
pub async fn leads_of(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<LeadOnBoard>, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_as!(
        LeadOnBoard,
        "select subject_id as id, unit_id, stage, owner_id from standings
         where organisation_id = $1 and subject_kind = 'lead' and subject_id = any ($2)",
        organisation_id,
        ids
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// What is heard of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// Something of this organisation.
    Of(Uuid),
    /// Nothing was heard for a while: anything may have changed.
    Gap,
}

/// Heard and not yet looked at by somebody: who falls further behind looks at everything.
const HEARD_MAX: usize = 1024;
/// While the database is away.
const AWAY_AFTER: Duration = Duration::from_secs(1);

/// What this process hears of changes: on one connection, from the first one who watches on.
pub struct Ear {
    url: Secret,
    heard: broadcast::Sender<Heard>,
    listening: Arc<Mutex<Option<tokio::task::JoinHandle<()>>>>,
}

impl std::fmt::Debug for Ear {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ear").finish_non_exhaustive()
    }
}

impl Ear {
    /// Nothing is connected yet.
    pub fn new(url: Secret) -> Self {
        Self { url, heard: broadcast::channel(HEARD_MAX).0, listening: Arc::default() }
    }

    /// Hears of every change from now on.
    pub async fn hear(&self) -> broadcast::Receiver<Heard> {
        let hears = self.heard.subscribe();
        let mut listening = self.listening.lock().await;
        if listening.as_ref().is_none_or(tokio::task::JoinHandle::is_finished) {
            *listening = Some(tokio::spawn(listen(self.url.clone(), self.heard.clone())));
        }
        hears
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        if let Some(listening) = self.listening.try_lock().ok().and_then(|mut listening| listening.take()) {
            listening.abort();
        }
    }
}

/// Listens for as long as somebody hears.
async fn listen(url: Secret, heard: broadcast::Sender<Heard>) {
    loop {
        if let Err(error) = listen_once(&url, &heard).await {
            tracing::warn!(%error, "changes cannot be heard of for the moment");
        }
        if heard.receiver_count() == 0 {
            return;
        }
        tokio::time::sleep(AWAY_AFTER).await;
    }
}

async fn listen_once(url: &Secret, heard: &broadcast::Sender<Heard>) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect(url.reveal()).await?;
    listener.listen("fieldproof_changes").await?;
    let _ = heard.send(Heard::Gap);
    // `None`: the connection was lost.
    while let Some(notice) = listener.try_recv().await? {
        let told = notice.payload().parse().map_or(Heard::Gap, Heard::Of);
        if heard.send(told).is_err() {
            // Nobody hears any more.
            return Ok(());
        }
    }
    Ok(())
}

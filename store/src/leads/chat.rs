//! The lead's person in a chat application: added, tagged, sent content. The person is a subject of its own, with timers of its own.

use chrono::{DateTime, Utc};
use domain::playbook::{ActionKind, Facts, SubjectKind};
use platform::Ids;
use serde_json::json;
use uuid::Uuid;

use super::deeds::{self, Deed};
use super::{Lead, deeds::touch};
use crate::engine::{self, Subject};
use crate::{StoreError, Tx};

/// What the engine knows of the lead's person; `None` until they have been added in a chat.
///
/// # Errors
/// As any statement.
pub async fn stand(tx: &mut Tx, lead: &Lead) -> Result<Option<Facts>, StoreError> {
    engine::stand(tx, SubjectKind::Contact, lead.contact_id).await
}

/// Makes the person of a held lead known to the engine, by the person's name where there is one.
///
/// # Errors
/// As any statement.
pub async fn introduce(tx: &mut Tx, lead: &Lead) -> Result<(), StoreError> {
    let name = lead.said.person.as_deref().unwrap_or_else(|| lead.said.name());
    let subject = Subject { kind: SubjectKind::Contact, id: lead.contact_id, name, unit_id: lead.unit_id, department: None };
    engine::introduce(tx, &subject).await
}

/// One thing that was done with the lead's person: `kind` says what, `detail` names its value.
///
/// # Errors
/// As any statement.
pub async fn record(
    tx: &mut Tx,
    ids: &Ids,
    now: DateTime<Utc>,
    lead: &Lead,
    kind: ActionKind,
    done_at: DateTime<Utc>,
    detail: (&str, &str),
) -> Result<(), StoreError> {
    touch(tx, now, lead.id).await?;
    let data = json!({ detail.0: detail.1, "owner_id": lead.owner_id, "lead_id": lead.id });
    deeds::record(tx, ids, now, Deed { kind, subject: SubjectKind::Contact, subject_id: lead.contact_id, done_at, data }).await
}

/// The person goes with the lead: whoever takes it is the one who is reminded of the tag.
pub(super) async fn follow_owner(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, lead: &Lead, owner_id: Uuid) -> Result<(), StoreError> {
    let Some(facts) = stand(tx, lead).await? else { return Ok(()) };
    if facts.subject.owner_id == Some(owner_id) {
        return Ok(());
    }
    let data = json!({ "owner_id": owner_id, "lead_id": lead.id });
    let deed = Deed { kind: ActionKind::ContactChanged, subject: SubjectKind::Contact, subject_id: lead.contact_id, done_at: now, data };
    deeds::record(tx, ids, now, deed).await
}

//! One look at what changed since a mark, as events.

use std::collections::HashMap;

use axum::http::Method;
use axum::response::sse::Event;
use serde_json::json;
use store::engine::incidents;
use store::stream::{self, Change, LeadOnBoard, Mark, Of};
use store::{Tx, inbox};
use uuid::Uuid;

use crate::House;
use crate::http::problem::Problem;
use crate::inbox::InterventionView;
use crate::incidents::{IncidentView, Words};
use crate::permissions::permission_for;
use crate::sessions::Caller;

/// Changes told in one look; whoever is further behind looks again at once.
pub const LOOK_MAX: i64 = 100;

/// A mark as `id` of an event and in `Last-Event-ID`.
pub fn written(mark: Mark) -> String {
    format!("{}-{}", mark.changed_in, mark.id.simple())
}

/// Reads a mark; `None` for what is none of ours.
pub fn read(text: &str) -> Option<Mark> {
    let (changed_in, id) = text.split_once('-')?;
    let changed_in = changed_in.parse().ok().filter(|number| *number >= 0)?;
    Some(Mark { changed_in, id: Uuid::try_parse(id).ok()? })
}

/// Where a watcher begins who has no mark, or one from a future that never was: another database.
///
/// # Errors
/// As any statement.
pub async fn beginning(house: &House, caller: &Caller, last: Option<Mark>) -> Result<(Mark, bool), Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let before = stream::settled_before(&mut tx).await?;
    tx.commit().await?;
    Ok(match last {
        Some(mark) if mark.changed_in <= before => (mark, false),
        _ => (Mark { changed_in: before - 1, id: Uuid::max() }, last.is_some()),
    })
}

/// When it is worth looking again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    AtOnce,
    /// Something waits for a transaction that is not over yet.
    Soon,
    WhenHeard,
}

/// What changed after a mark: events in order, each bearing its mark.
///
/// # Errors
/// `TokenRefused` when the caller's session is over; else as any statement.
pub async fn look(house: &House, caller: &Caller, after: Mark) -> Result<(Vec<(Mark, Event)>, Again), Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    let changes = stream::changes(&mut tx, after, sees_board(caller), LOOK_MAX).await?;
    let events = told(&mut tx, caller, &changes.settled).await?;
    tx.commit().await?;
    let is_full = i64::try_from(changes.settled.len()).unwrap_or(i64::MAX) >= LOOK_MAX;
    Ok((
        events,
        if is_full {
            Again::AtOnce
        } else if changes.more_soon {
            Again::Soon
        } else {
            Again::WhenHeard
        },
    ))
}

/// Whoever may read the breaker's board hears when a lead on it stands otherwise.
fn sees_board(caller: &Caller) -> bool {
    let line = permission_for(&Method::GET, "/v1/boards/breaker");
    line.is_some_and(|line| line.roles.contains(&caller.scope.role))
}

async fn told(tx: &mut Tx, caller: &Caller, changes: &[Change]) -> Result<Vec<(Mark, Event)>, Problem> {
    let of = |wanted: Of| changes.iter().filter(|change| change.of == wanted).map(|change| change.mark.id).collect::<Vec<Uuid>>();
    let (notes, raised, leads) = (of(Of::Intervention), of(Of::Incident), of(Of::Lead));
    let notes = if notes.is_empty() { Vec::new() } else { inbox::of(tx, &notes).await? };
    let raised = if raised.is_empty() { Vec::new() } else { incidents::of(tx, &raised).await? };
    let versions = notes.iter().filter_map(|row| row.playbook_version).chain(raised.iter().map(|row| row.playbook_version));
    let words = Words::of(tx, versions).await?;
    let mut texts = HashMap::<Uuid, String>::new();
    for row in notes {
        let id = row.id;
        texts.insert(id, written_json(&InterventionView::told(row, &words, caller.language)));
    }
    for row in raised {
        let id = row.id;
        texts.insert(id, written_json(&IncidentView::told(row, &words, caller.language)));
    }
    let leads = if leads.is_empty() { Vec::new() } else { stream::leads_of(tx, &leads).await? };
    for lead in leads {
        let LeadOnBoard { id, unit_id, stage, owner_id } = lead;
        texts
            .insert(id, json!({ "board": "breaker", "lead_id": id, "unit_id": unit_id, "stage": stage, "owner_id": owner_id }).to_string());
    }
    let events = changes.iter().filter_map(|change| {
        let name = match change.of {
            Of::Intervention => "inbox",
            Of::Incident => "incident",
            Of::Lead => "board",
        };
        let text = texts.remove(&change.mark.id)?;
        Some((change.mark, Event::default().event(name).id(written(change.mark)).data(text)))
    });
    Ok(events.collect())
}

fn written_json(view: &impl serde::Serialize) -> String {
    serde_json::to_string(view).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_comes_back_and_garbage_is_none() {
        let mark = Mark { changed_in: 4711, id: Uuid::from_u128(7) };
        assert_eq!(read(&written(mark)), Some(mark));
        for garbage in ["", "-", "7", "x-0", "-1-00000000000000000000000000000007", "99999999999999999999-0"] {
            assert_eq!(read(garbage), None, "{garbage}");
        }
    }
}

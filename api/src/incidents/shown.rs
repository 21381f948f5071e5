//! An incident as the API shows it.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::playbook::{Code, Playbook, SubjectKind};
use domain::texts::Language;
use serde::Serialize;
use store::engine::incidents::Incident;
use store::{StoreError, Tx, playbook};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::docs::lists;

/// A timer that ran out.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Incident)]
pub struct IncidentView {
    pub id: Uuid,
    /// The timer's code in the organisation's playbook, and what people call it.
    #[schema(example = "lead_stalled")]
    pub code: String,
    pub name: String,
    #[schema(value_type = lists::SubjectKindName)]
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub subject_name: String,
    pub unit_id: Uuid,
    /// Who held the subject when it was raised.
    pub owner_id: Option<Uuid>,
    pub owner_name: Option<String>,
    /// The stage that it stalled in, and what people call it.
    pub stage: Option<String>,
    pub stage_name: Option<String>,
    /// From when the time counts, and when it was used up.
    pub opened_at: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
    pub raised_at: DateTime<Utc>,
    /// Noticed well after it was due.
    pub late: bool,
    #[schema(value_type = lists::IncidentState)]
    pub state: String,
    /// Who acknowledged or snoozed it last.
    pub held: Option<HeldView>,
    pub closed_at: Option<DateTime<Utc>>,
    /// What was waited for had been done in time after all, and was recorded later.
    pub in_time: Option<bool>,
    /// When the next people are told, unless it is acknowledged or snoozed beyond that.
    pub next_step_at: Option<DateTime<Utc>>,
}

/// Somebody is at it, or has put it off.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IncidentHeld)]
pub struct HeldView {
    pub by: Uuid,
    pub by_name: Option<String>,
    pub at: DateTime<Utc>,
    /// Nobody is told anything more before this.
    pub until: DateTime<Utc>,
    /// Of a snooze.
    pub reason: Option<String>,
}

/// The words of the playbooks by which things were said.
#[derive(Default)]
pub struct Words(HashMap<i32, Arc<Playbook>>);

impl Words {
    /// Reads the playbooks of these versions.
    ///
    /// # Errors
    /// As any statement.
    pub async fn of(tx: &mut Tx, versions: impl Iterator<Item = i32>) -> Result<Self, StoreError> {
        let mut words = HashMap::new();
        for version in versions {
            if let std::collections::hash_map::Entry::Vacant(place) = words.entry(version) {
                place.insert(playbook::of_version(tx, version).await?);
            }
        }
        Ok(Self(words))
    }

    pub fn playbook(&self, version: i32) -> Option<&Playbook> {
        self.0.get(&version).map(AsRef::as_ref)
    }
}

impl IncidentView {
    /// The incident in the reader's language.
    pub fn told(row: Incident, words: &Words, language: Language) -> Self {
        let playbook = words.playbook(row.playbook_version);
        let timer = playbook.zip(Code::parse(&row.code)).and_then(|(playbook, code)| playbook.timer(&code));
        let subject = playbook.zip(SubjectKind::parse(&row.subject_kind)).and_then(|(playbook, kind)| playbook.subjects.get(&kind));
        let stage = subject.zip(row.stage.as_deref()).and_then(|(subject, stage)| subject.stage(stage));
        let held = row.held_by.zip(row.held_at).zip(row.held_until);
        Self {
            id: row.id,
            name: timer.map_or(row.code.as_str(), |timer| timer.name.of(language)).to_owned(),
            code: row.code.clone(),
            subject_kind: row.subject_kind,
            subject_id: row.subject_id,
            subject_name: row.subject_name,
            unit_id: row.unit_id,
            owner_id: row.owner_id,
            owner_name: row.owner_name,
            stage_name: stage.map(|stage| stage.name.of(language).to_owned()),
            stage: row.stage,
            opened_at: row.opened_at,
            due_at: row.due_at,
            raised_at: row.raised_at,
            late: row.late,
            state: row.state,
            held: held.map(|((by, at), until)| HeldView { by, by_name: row.held_by_name, at, until, reason: row.held_because }),
            closed_at: row.closed_at,
            in_time: row.in_time,
            next_step_at: row.next_step_at,
        }
    }
}

//! Entries of weekly lists in answers.

use chrono::{DateTime, NaiveDate, Utc};
use domain::playbook::Playbook;
use domain::texts::Language;
use serde::Serialize;
use store::lists::Entry;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::docs::lists;

/// Somebody, or something, on a weekly list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WeeklyListEntry)]
pub struct EntryBody {
    pub id: Uuid,
    /// A list of the organisation's playbook.
    #[schema(example = "expert_calls")]
    pub list: String,
    /// In the reader's language.
    #[schema(example = "本周专家电话")]
    pub list_name: Option<String>,
    /// The Monday of its week.
    pub week_on: NaiveDate,
    #[schema(value_type = lists::SubjectKindName)]
    pub subject_kind: String,
    pub subject_id: Uuid,
    #[schema(example = "王芳")]
    pub subject_name: String,
    pub unit_id: Uuid,
    pub owner_id: Option<Uuid>,
    pub owner_name: Option<String>,
    /// The lead whose person it is.
    pub lead_id: Option<Uuid>,
    /// As it is written.
    pub phone: Option<String>,
    pub added_at: DateTime<Utc>,
    pub done_at: Option<DateTime<Utc>>,
    pub done_by: Option<Uuid>,
}

impl EntryBody {
    pub fn told(entry: Entry, playbook: &Playbook, language: Language) -> Self {
        let list = playbook.lists.iter().find(|list| list.code.as_str() == entry.list);
        Self {
            id: entry.id,
            list_name: list.map(|list| list.name.of(language).to_owned()),
            list: entry.list,
            week_on: entry.week_on,
            subject_kind: entry.subject_kind,
            subject_id: entry.subject_id,
            subject_name: entry.subject_name,
            unit_id: entry.unit_id,
            owner_id: entry.owner_id,
            owner_name: entry.owner_name,
            lead_id: entry.lead_id,
            phone: entry.phone,
            added_at: entry.added_at,
            done_at: entry.done_at,
            done_by: entry.done_by,
        }
    }
}

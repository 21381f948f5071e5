//! Entries of a story as they are told.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::delivery::Read;
use domain::masking::{Names, mask_beginning};
use domain::playbook::{Playbook, SubjectKind};
use domain::texts::Language;
use domain::timeline::{files_in, is_late, joined, name_of, show};
use serde::Serialize;
use serde_json::{Map, Value};
use store::timeline::{self, Entry, File, Move, Told, Visit};
use store::{StoreError, Tx, playbook};
use utoipa::ToSchema;
use uuid::Uuid;

use super::alerts::Alerts;
use super::pictures::PhotoBody;
use crate::attachments::Link;
use crate::docs::lists;

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TimelineEntry)]
pub struct EntryBody {
    pub id: Uuid,
    #[schema(example = "lead.contacted")]
    pub kind: String,
    /// What happened, in the reader's language.
    #[schema(example = "首次联系记录")]
    pub name: &'static str,
    /// What it happened to: the customer, or something of theirs.
    #[schema(example = "lead")]
    pub subject_kind: String,
    pub subject_id: Uuid,
    /// Masked where it is a person's.
    pub subject_name: Option<String>,
    /// Null when the house itself acted.
    pub actor_id: Option<Uuid>,
    #[schema(example = "陈晓")]
    pub actor_name: Option<String>,
    /// Null for the house, and for keys of other systems.
    #[schema(value_type = Option<lists::RoleName>)]
    pub actor_role: Option<String>,
    /// When it happened, as far as is known.
    pub occurred_at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
    /// It was recorded more than ten minutes after it happened.
    pub is_late: bool,
    /// What happened and why, in the reader's language: why an alert was raised and how it ended, what a reason's code stands for, what
    /// people were told; and what was said or written down, masked and cut.
    #[schema(example = "价格要和王*商量，打138****8000。")]
    pub snippet: Option<String>,
    /// What else was recorded, masked.
    #[schema(value_type = Object)]
    pub details: Map<String, Value>,
    /// The visit's photos, where a visit was handed in.
    pub photos: Vec<PhotoBody>,
    /// The files that it names.
    pub files: Vec<FileBody>,
    /// The stages that it led to.
    pub moves: Vec<MoveBody>,
    /// Who was told because of it.
    pub told: Vec<ToldBody>,
}

/// A file, and a link that is good for some minutes.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = TimelineFile)]
pub struct FileBody {
    pub id: Uuid,
    #[schema(example = "报价单.pdf")]
    pub file_name: String,
    #[schema(example = "application/pdf")]
    pub content_type: String,
    pub download: Option<Link>,
}

/// A stage that was entered.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = TimelineMove)]
pub struct MoveBody {
    #[schema(example = "deal")]
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub from: Option<String>,
    #[schema(example = "solution_comparison")]
    pub to: String,
    /// In the reader's language, as the playbook in force calls it.
    #[schema(example = "方案比选")]
    pub to_name: Option<String>,
    pub at: DateTime<Utc>,
}

/// What somebody was told.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = TimelineNote)]
pub struct ToldBody {
    pub id: Uuid,
    #[schema(value_type = lists::InterventionKind)]
    pub kind: String,
    /// The text of the playbook that was told.
    pub code: String,
    /// What they read, in the reader's language and masked.
    #[schema(example = "客户转红：好邻居（陈晓）")]
    pub message: String,
    /// Why they were told, where the playbook says so.
    pub why: Option<String>,
    pub recipient_id: Uuid,
    pub recipient_name: String,
    #[schema(value_type = lists::RoleName)]
    pub recipient_role: String,
    #[schema(example = "open")]
    pub state: String,
    pub told_at: DateTime<Utc>,
    pub acknowledged_at: Option<DateTime<Utc>>,
}

/// What belongs to the entries of a page.
pub struct Beside {
    playbook: Arc<Playbook>,
    /// Of everybody who is known there.
    names: Names<'static>,
    pub visits: HashMap<Uuid, Visit>,
    moves: HashMap<Uuid, Vec<Move>>,
    alerts: Alerts,
    pub files: HashMap<Uuid, FileBody>,
    pub pictures: HashMap<Uuid, Vec<PhotoBody>>,
}

/// Names of files and subjects are no longer than this.
const NAME_MAX: usize = 200;
/// What the house itself says is cut behind this.
const TEXT_MAX: usize = 1000;

/// What a visit's entry is called where its text and photos are shown.
const HANDED_IN: &str = "visit.submitted";

impl Beside {
    /// Reads what belongs to these entries.
    ///
    /// # Errors
    /// As any statement.
    pub async fn of(tx: &mut Tx, entries: &[Entry], names: Vec<String>) -> Result<Self, StoreError> {
        let visits = entries.iter().filter(|entry| entry.kind == HANDED_IN).map(|entry| entry.subject_id).collect::<Vec<_>>();
        let visits = if visits.is_empty() { Vec::new() } else { timeline::visits(tx, &visits).await? };
        let actions = entries.iter().map(|entry| entry.id).collect::<Vec<_>>();
        let moves = timeline::moves(tx, &actions).await?;
        let alerts = Alerts::of(tx, entries).await?;
        let files = entries.iter().flat_map(|entry| files_in(&entry.data)).collect::<Vec<_>>();
        let files = if files.is_empty() { Vec::new() } else { timeline::files(tx, &files).await? };
        Ok(Self {
            files: files.into_iter().map(|file| (file.id, FileBody::from(file))).collect(),
            playbook: playbook::in_force(tx).await?.playbook,
            names: Names::new(names.iter().map(String::as_str)),
            visits: visits.into_iter().map(|visit| (visit.id, visit)).collect(),
            moves: together(moves, |step| step.action_id),
            alerts,
            pictures: HashMap::new(),
        })
    }
}

impl From<File> for FileBody {
    fn from(file: File) -> Self {
        Self { id: file.id, file_name: file.file_name, content_type: file.content_type, download: None }
    }
}

fn together<T>(rows: Vec<T>, key: impl Fn(&T) -> Uuid) -> HashMap<Uuid, Vec<T>> {
    let mut together = HashMap::<Uuid, Vec<T>>::new();
    for row in rows {
        together.entry(key(&row)).or_default().push(row);
    }
    together
}

impl EntryBody {
    pub fn told(entry: Entry, beside: &Beside, language: Language) -> Self {
        let names = &beside.names;
        let visit = beside.visits.get(&entry.subject_id).filter(|_| entry.kind == HANDED_IN);
        let shown = show(&entry.kind, &entry.data, visit.map(|visit| visit.key_info.as_str()), names);
        let moves = beside.moves.get(&entry.id).map(Vec::as_slice).unwrap_or_default();
        let told = beside.alerts.told(&entry).map(|told| told_body(told, beside.alerts.text(told, language), names)).collect();
        let house = beside.alerts.says(&entry, language).map(|text| mask_beginning(&text, names, TEXT_MAX));
        Self {
            name: name_of(&entry.kind, language),
            subject_name: entry.subject_name.map(|name| mask_beginning(&name, names, NAME_MAX)),
            is_late: is_late(entry.occurred_at, entry.recorded_at),
            snippet: joined(house, shown.snippet, language),
            details: shown.details,
            photos: visit.and_then(|visit| beside.pictures.get(&visit.id)).cloned().unwrap_or_default(),
            moves: moves.iter().map(|step| move_body(step, &beside.playbook, language)).collect(),
            told,
            files: files_in(&entry.data).iter().filter_map(|id| beside.files.get(id)).map(|file| masked(file, names)).collect(),
            id: entry.id,
            kind: entry.kind,
            subject_kind: entry.subject_kind,
            subject_id: entry.subject_id,
            actor_id: entry.actor_id,
            actor_name: entry.actor_name,
            actor_role: entry.actor_role,
            occurred_at: entry.occurred_at,
            recorded_at: entry.recorded_at,
        }
    }
}

/// People put into a file's name whom it is about.
fn masked(file: &FileBody, names: &Names<'_>) -> FileBody {
    FileBody { file_name: mask_beginning(&file.file_name, names, NAME_MAX), ..file.clone() }
}

fn move_body(step: &Move, playbook: &Playbook, language: Language) -> MoveBody {
    let rules = SubjectKind::parse(&step.subject_kind).and_then(|kind| playbook.subjects.get(&kind));
    let stage = rules.and_then(|rules| rules.stage(&step.to));
    MoveBody {
        subject_kind: step.subject_kind.clone(),
        subject_id: step.subject_id,
        from: step.from.clone(),
        to: step.to.clone(),
        to_name: stage.map(|stage| stage.name.of(language).to_owned()),
        at: step.at,
    }
}

/// The texts name whom they are about.
fn told_body(told: &Told, text: Option<Read>, names: &Names<'_>) -> ToldBody {
    let masked = |text: String| mask_beginning(&text, names, TEXT_MAX);
    let (message, why) = text.map(|text| (text.title, text.why)).unwrap_or_default();
    ToldBody {
        id: told.id,
        kind: told.kind.clone(),
        code: told.code.clone(),
        message: masked(message),
        why: why.map(masked),
        recipient_id: told.recipient_id,
        recipient_name: told.recipient_name.clone(),
        recipient_role: told.recipient_role.clone(),
        state: told.state.clone(),
        told_at: told.created_at,
        acknowledged_at: told.acknowledged_at,
    }
}

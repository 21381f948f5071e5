//! Deals in answers.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::deals::rework;
use domain::playbook::model::{FieldKind, StageKind, Subject};
use domain::playbook::{Facts, FieldValue, Playbook, SubjectKind};
use domain::texts::Language;
use serde::Serialize;
use serde_json::Value;
use store::deals::Deal;
use store::deals::known::{Author, OpenTimer, Stay};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::docs::lists;

/// A concrete sale that is being worked through the stages of the playbook.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Deal)]
pub struct DealBody {
    pub id: Uuid,
    pub unit_id: Uuid,
    pub customer_id: Uuid,
    #[schema(example = "好邻居便利店（张杨路店）")]
    pub customer_name: String,
    /// The lead that it came from.
    pub lead_id: Option<Uuid>,
    #[schema(example = "冰柜采购")]
    pub name: String,
    /// The number that another system knows the deal by.
    pub external_id: Option<String>,
    /// A code of the organisation's own; figures are told apart by it.
    #[schema(example = "chain_store")]
    pub segment: Option<String>,
    /// The rep who holds it.
    pub owner_id: Option<Uuid>,
    pub owner_name: Option<String>,
    /// A stage of the organisation's playbook.
    #[schema(example = "needs_confirmed")]
    pub stage: Option<String>,
    /// In the reader's language.
    #[schema(example = "需求确认")]
    pub stage_name: Option<String>,
    /// Whether it goes on, or how it ended; null for a stage that the playbook does not know any more.
    #[schema(value_type = Option<lists::StageKindName>)]
    pub stage_kind: Option<StageKind>,
    /// When it entered its stage: from then on its timer counts.
    pub entered_at: Option<DateTime<Utc>>,
    /// When the next of its timers is due.
    pub next_due_at: Option<DateTime<Utc>>,
    pub version: i32,
    pub begun_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// A deal with everything that is known of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DealDetail)]
pub struct DetailBody {
    #[serde(flatten)]
    pub deal: DealBody,
    /// Every field that the playbook declares, in its order.
    pub fields: Vec<FieldBody>,
    /// The timers that watch it, the next one due first.
    pub timers: Vec<TimerBody>,
    /// The stages that it has been in, in order.
    pub stages: Vec<StayBody>,
    /// How often it went back to a stage before the one it was in.
    pub rework: u32,
}

/// What is known of one field, and who wrote it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DealField)]
pub struct FieldBody {
    #[schema(example = "budget_band")]
    pub code: String,
    /// In the reader's language.
    #[schema(example = "预算区间")]
    pub name: String,
    #[schema(value_type = lists::FieldKindName)]
    pub kind: FieldKind,
    /// Null when nobody wrote it, or it was emptied: else a flag, a text, a code of `choices`, an amount in the smallest unit (fen), a date
    /// or ids of attachments.
    #[schema(value_type = Value)]
    pub value: Value,
    /// What a choice can be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<ChoiceBody>,
    /// By which action it was written; null when it never was.
    pub action_id: Option<Uuid>,
    pub written_at: Option<DateTime<Utc>>,
    /// Null when the house wrote it, or nobody.
    pub written_by: Option<Uuid>,
    pub written_by_name: Option<String>,
}

/// One choice, in the reader's language.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DealChoice)]
pub struct ChoiceBody {
    pub code: String,
    pub name: String,
}

/// A timer that runs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DealTimer)]
pub struct TimerBody {
    pub id: Uuid,
    #[schema(example = "deal_stalled")]
    pub code: String,
    /// In the reader's language.
    pub name: Option<String>,
    pub opened_at: DateTime<Utc>,
    /// Null when it only waits to be closed.
    pub due_at: Option<DateTime<Utc>>,
    /// It has run out, and is still open.
    pub has_run_out: bool,
}

/// A stage that the deal entered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DealStay)]
pub struct StayBody {
    pub stage: String,
    /// In the reader's language, where the playbook still knows it.
    pub stage_name: Option<String>,
    pub entered_at: DateTime<Utc>,
    /// It began there, moved there by what became known, or was put there by somebody.
    #[schema(value_type = lists::StayCause)]
    pub because: String,
    /// The action that it went with.
    pub action_id: Uuid,
}

fn stage_name(rules: Option<&Subject>, code: &str, language: Language) -> Option<String> {
    rules.and_then(|rules| rules.stage(code)).map(|stage| stage.name.of(language).to_owned())
}

impl DealBody {
    /// The deal in the reader's language, its stage as the playbook calls it.
    pub fn told(deal: Deal, playbook: &Playbook, language: Language) -> Self {
        let rules = playbook.subjects.get(&SubjectKind::Deal);
        let stage = rules.zip(deal.stage.as_deref()).and_then(|(rules, code)| rules.stage(code));
        Self {
            id: deal.id,
            unit_id: deal.unit_id,
            customer_id: deal.customer_id,
            customer_name: deal.customer_name,
            lead_id: deal.lead_id,
            name: deal.name,
            external_id: deal.external_id,
            segment: deal.segment,
            owner_id: deal.owner_id,
            owner_name: deal.owner_name,
            stage_name: stage.map(|stage| stage.name.of(language).to_owned()),
            stage_kind: stage.map(|stage| stage.kind),
            stage: deal.stage,
            entered_at: deal.entered_at,
            next_due_at: deal.next_due_at,
            version: deal.version,
            begun_at: deal.begun_at,
            created_at: deal.created_at,
            updated_at: deal.updated_at,
        }
    }
}

/// What stands around a deal.
pub struct Around {
    pub timers: Vec<OpenTimer>,
    pub stays: Vec<Stay>,
    /// Of the actions that wrote its fields.
    pub authors: Vec<Author>,
}

impl DetailBody {
    pub fn told(deal: Deal, facts: &Facts, around: Around, playbook: &Playbook, language: Language) -> Self {
        let rules = playbook.subjects.get(&SubjectKind::Deal);
        let authors: HashMap<Uuid, Author> = around.authors.into_iter().map(|author| (author.action_id, author)).collect();
        let moves = around.stays.iter().map(|stay| (stay.left_stage.as_deref(), stay.stage.as_str()));
        let rework = rules.map_or(0, |rules| rework::times(rules, moves));
        let timer = |timer: OpenTimer| TimerBody {
            name: playbook.timers.iter().find(|rule| rule.code.as_str() == timer.code).map(|rule| rule.name.of(language).to_owned()),
            id: timer.id,
            code: timer.code,
            opened_at: timer.opened_at,
            due_at: timer.due_at,
            has_run_out: timer.step > 0,
        };
        let stay = |stay: Stay| StayBody {
            stage_name: stage_name(rules, &stay.stage, language),
            stage: stay.stage,
            entered_at: stay.entered_at,
            because: stay.because,
            action_id: stay.action_id,
        };
        Self {
            deal: DealBody::told(deal, playbook, language),
            fields: fields(rules, facts, &authors, language),
            timers: around.timers.into_iter().map(timer).collect(),
            stages: around.stays.into_iter().map(stay).collect(),
            rework: u32::try_from(rework).unwrap_or(u32::MAX),
        }
    }
}

fn fields(rules: Option<&Subject>, facts: &Facts, authors: &HashMap<Uuid, Author>, language: Language) -> Vec<FieldBody> {
    let declared = rules.map(|rules| rules.fields.as_slice()).unwrap_or_default();
    let told = declared.iter().map(|field| {
        let written = facts.subject.fields.get(&field.code);
        let author = written.and_then(|written| authors.get(&written.action));
        let choices =
            field.choices.iter().map(|choice| ChoiceBody { code: choice.code.to_string(), name: choice.name.of(language).to_owned() });
        FieldBody {
            code: field.code.to_string(),
            name: field.name.of(language).to_owned(),
            kind: field.kind,
            value: written.and_then(|written| written.value.as_ref()).map_or(Value::Null, FieldValue::to_json),
            choices: choices.collect(),
            action_id: written.map(|written| written.action),
            written_at: written.map(|written| written.at),
            written_by: author.and_then(|author| author.actor_id),
            written_by_name: author.and_then(|author| author.actor_name.clone()),
        }
    });
    told.collect()
}

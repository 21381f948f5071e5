//! Leads in answers.

use chrono::{DateTime, Utc};
use domain::playbook::{Playbook, SubjectKind};
use domain::texts::Language;
use serde::Serialize;
use store::leads::Lead;
use utoipa::ToSchema;
use uuid::Uuid;

/// A potential customer being approached.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Lead)]
pub struct LeadBody {
    pub id: Uuid,
    pub unit_id: Uuid,
    /// The number that another system knows the lead by.
    #[schema(example = "CRM-20261126-007")]
    pub external_id: Option<String>,
    #[schema(example = "exhibition")]
    pub source: String,
    #[schema(example = "上海晨光文具有限公司")]
    pub company: Option<String>,
    #[schema(example = "王芳")]
    pub person: Option<String>,
    #[schema(example = "021-5888 1234 转 801")]
    pub phone: Option<String>,
    /// The number as it is compared; null when it cannot be understood.
    #[schema(example = "+862158881234")]
    pub phone_e164: Option<String>,
    pub email: Option<String>,
    /// What they asked for.
    #[schema(example = "想了解门店巡检，先要一份报价。")]
    pub wish: Option<String>,
    /// The rep who holds it or is offered it; null: in the pool of its unit.
    pub owner_id: Option<Uuid>,
    pub owner_name: Option<String>,
    /// A stage of the organisation's playbook.
    #[schema(example = "confirmed")]
    pub stage: Option<String>,
    /// In the reader's language.
    #[schema(example = "已接单")]
    pub stage_name: Option<String>,
    /// When it entered its stage: from then on the breaker counts.
    pub entered_at: Option<DateTime<Utc>>,
    /// When the next of its timers is due.
    pub next_due_at: Option<DateTime<Utc>>,
    /// When somebody was first given it: from then on its response counts.
    pub first_assigned_at: Option<DateTime<Utc>>,
    /// The first effective contact.
    pub first_contacted_at: Option<DateTime<Utc>>,
    /// The lead that this one was found to be a duplicate of; nothing more is done here.
    pub merged_into: Option<Uuid>,
    /// The customer and the deal that it became.
    pub customer_id: Option<Uuid>,
    pub deal_id: Option<Uuid>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl LeadBody {
    /// The lead in the reader's language, its stage as the playbook calls it.
    pub fn told(lead: Lead, playbook: &Playbook, language: Language) -> Self {
        let rules = playbook.subjects.get(&SubjectKind::Lead);
        let stage = rules.zip(lead.stage.as_deref()).and_then(|(rules, code)| rules.stage(code));
        Self {
            id: lead.id,
            unit_id: lead.unit_id,
            phone_e164: lead.said.phone_e164(),
            external_id: lead.said.external_id,
            source: lead.said.source,
            company: lead.said.company,
            person: lead.said.person,
            phone: lead.said.phone,
            email: lead.said.email,
            wish: lead.said.wish,
            owner_id: lead.owner_id,
            owner_name: lead.owner_name,
            stage_name: stage.map(|stage| stage.name.of(language).to_owned()),
            stage: lead.stage,
            entered_at: lead.entered_at,
            next_due_at: lead.next_due_at,
            first_assigned_at: lead.first_assigned_at,
            first_contacted_at: lead.first_contacted_at,
            merged_into: lead.merged_into,
            customer_id: lead.customer_id,
            deal_id: lead.deal_id,
            version: lead.version,
            created_at: lead.created_at,
            updated_at: lead.updated_at,
        }
    }
}

//! Looks in answers.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use store::looks::{Look, What};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::docs::lists;

/// What is looked at.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LookedAt)]
pub enum WhatName {
    /// A page of the story of a customer or a deal, with the small pictures on it, or of the log of a lead or a deal.
    Timeline,
    /// A visit, with where it was.
    Visit,
    /// A photo.
    Photo,
}

impl From<WhatName> for What {
    fn from(name: WhatName) -> Self {
        match name {
            WhatName::Timeline => Self::Timeline,
            WhatName::Visit => Self::Visit,
            WhatName::Photo => Self::Photo,
        }
    }
}

/// That somebody looked at something; within ten minutes once.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Look)]
pub struct LookBody {
    pub id: Uuid,
    /// A person, or a key of another system.
    pub viewer_id: Uuid,
    #[schema(example = "周敏")]
    pub viewer_name: Option<String>,
    /// What they were then.
    #[schema(value_type = lists::RoleName)]
    pub viewer_role: String,
    #[schema(value_type = WhatName)]
    pub what: String,
    #[schema(example = "customer")]
    pub subject_kind: String,
    pub subject_id: Uuid,
    /// Whose work it was then: who was at the visit, who took the photo, who held the customer, the lead or the deal.
    pub about_user_id: Option<Uuid>,
    pub about_user_name: Option<String>,
    /// Why, if they said.
    pub reason: Option<String>,
    pub looked_at: DateTime<Utc>,
}

impl From<Look> for LookBody {
    fn from(look: Look) -> Self {
        Self {
            id: look.id,
            viewer_id: look.viewer_id,
            viewer_name: look.viewer_name,
            viewer_role: look.viewer_role,
            what: look.what,
            subject_kind: look.subject_kind,
            subject_id: look.subject_id,
            about_user_id: look.about_user_id,
            about_user_name: look.about_user_name,
            reason: Some(look.reason).filter(|reason| !reason.is_empty()),
            looked_at: look.looked_at,
        }
    }
}

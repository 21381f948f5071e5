//! The organisation's list of decision roles.

mod read;
mod replace;

use std::sync::Arc;

use axum::http::HeaderValue;
use domain::texts::Language;
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::customers::decision_roles::DecisionRole;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::House;

/// The errands about decision roles.
pub fn errands() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::new().routes(routes!(read::read, replace::replace))
}

/// The list of decision roles.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DecisionRoles)]
pub struct RolesBody {
    /// The roles that can be chosen, in the organisation's order.
    items: Vec<RoleBody>,
    /// Roles that were in the list once: records may still name them.
    retired: Vec<RoleBody>,
}

/// A place in the customer's decision chain.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DecisionRole)]
pub struct RoleBody {
    #[schema(example = "decision_maker")]
    code: String,
    /// In the reader's language.
    #[schema(example = "最终决策者")]
    name: String,
    #[schema(example = "最终决策者")]
    name_zh: String,
    #[schema(example = "Final decision maker")]
    name_en: String,
}

fn shown(roles: &[DecisionRole], language: Language) -> RolesBody {
    let told = |is_retired: bool| {
        let kept = roles.iter().filter(move |role| role.retired_at.is_some() == is_retired);
        kept.map(|role| RoleBody {
            code: role.code.clone(),
            name: match language {
                Language::ZhCn => role.name_zh.clone(),
                Language::En => role.name_en.clone(),
            },
            name_zh: role.name_zh.clone(),
            name_en: role.name_en.clone(),
        })
        .collect()
    };
    RolesBody { items: told(false), retired: told(true) }
}

/// The entity tag of the whole list: what it says, in its order, in every language.
fn list_tag(roles: &[DecisionRole]) -> HeaderValue {
    let mut hash = Sha256::new();
    for role in roles {
        for part in [&role.code, &role.name_zh, &role.name_en] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        hash.update([u8::from(role.retired_at.is_some())]);
    }
    let tag: String = hex::encode(hash.finalize()).chars().take(32).collect();
    HeaderValue::from_str(&format!("\"{tag}\"")).unwrap_or(HeaderValue::from_static("\"0\""))
}

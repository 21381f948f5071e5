//! People at customers.

mod change;
mod create;
mod delete;
mod list;
mod read;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;
use store::Tx;
use store::customers::contacts::Contact;
use store::customers::decision_roles;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::House;
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::Problem;
use crate::http::values::Text;

/// The errands about contacts.
pub fn errands() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::new().routes(routes!(list::list, create::create)).routes(routes!(read::read, change::change, delete::delete))
}

type Name = Text<1, 100>;
type Title = Text<1, 100>;
type Phone = Text<1, 40>;
type Email = Text<3, 254>;
/// A code of `GET /v1/decision-roles`.
pub(crate) type RoleCode = Text<1, 40>;

/// A person at a customer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Contact)]
pub struct ContactBody {
    id: Uuid,
    customer_id: Uuid,
    #[schema(example = "王芳")]
    name: String,
    #[schema(example = "店长")]
    title: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    /// A code of the organisation's decision roles.
    #[schema(example = "decision_maker")]
    decision_role: String,
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<Contact> for ContactBody {
    fn from(contact: Contact) -> Self {
        Self {
            id: contact.id,
            customer_id: contact.customer_id,
            name: contact.name,
            title: contact.title,
            phone: contact.phone,
            email: contact.email,
            decision_role: contact.decision_role,
            version: contact.version,
            created_at: contact.created_at,
            updated_at: contact.updated_at,
        }
    }
}

/// The code, if it may be chosen now.
///
/// # Errors
/// `not_known` at `/decision_role`, listing the codes, else as any statement.
pub(crate) async fn known_role(tx: &mut Tx, code: &RoleCode) -> Result<String, Problem> {
    let codes = decision_roles::codes(tx).await?;
    if codes.iter().any(|known| known == code.as_str()) {
        return Ok(code.as_str().to_owned());
    }
    Err(Fault::at("/decision_role", FaultCode::NotKnown).allowing(codes.join(", ")).into())
}

//! `GET /v1/customer-imports/{id}/lines`

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use store::customers::imports::{self, Line, LineOutcome};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::sheet::fault_of;
use crate::House;
use crate::http::extract::{Json, Path, Query};
use crate::http::language::Reads;
use crate::http::page::{Limit, Page, decode, limit_of};
use crate::http::problem::{Problem, ProblemKind};
use crate::sessions::Caller;

/// Which lines.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    outcome: Option<OutcomeName>,
    limit: Option<Limit>,
    cursor: Option<String>,
}

/// What becomes of a line.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CustomerImportOutcome)]
pub enum OutcomeName {
    Create,
    Update,
    Unchanged,
    Fault,
}

/// A line of the file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CustomerImportLine)]
pub struct LineBody {
    /// Where it begins in the file; the heading is usually line 1.
    line: i32,
    outcome: OutcomeName,
    /// What is wrong, as in `errors[].code`.
    #[schema(example = "swapped_coordinates")]
    code: Option<String>,
    /// The column that is wrong; `line`, `file`, `encoding` or `quotes` when it is none of them.
    #[schema(example = "lat")]
    column: Option<String>,
    /// What is wrong, in the reader's language.
    message: Option<String>,
    /// The customer that the line means, once there is one.
    customer_id: Option<Uuid>,
    external_id: Option<String>,
    name: Option<String>,
}

/// The lines of an import, in the file's order
#[utoipa::path(get, path = "/v1/customer-imports/{id}/lines", tag = "customers", params(("id" = Uuid, Path), Asked), responses(
    (status = 200, description = "One page", body = Page<LineBody>),
))]
pub async fn lines(
    State(house): State<Arc<House>>,
    caller: Caller,
    Reads(language): Reads,
    Path(id): Path<Uuid>,
    Query(asked): Query<Asked>,
) -> Result<Json<Page<LineBody>>, Problem> {
    let outcome = asked.outcome.map(|outcome| match outcome {
        OutcomeName::Create => LineOutcome::Create,
        OutcomeName::Update => LineOutcome::Update,
        OutcomeName::Unchanged => LineOutcome::Unchanged,
        OutcomeName::Fault => LineOutcome::Fault,
    });
    let (limit, after) = (limit_of(asked.limit), decode(asked.cursor.as_deref())?.unwrap_or(0));
    let mut tx = house.db.begin(&caller.scope).await?;
    imports::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let rows = imports::lines(&mut tx, id, outcome, after, limit + 1).await?;
    tx.commit().await?;
    let told = |line: Line| {
        let fault = line.code.as_deref().map(|code| fault_of(code, line.pointer.as_deref().unwrap_or_default()));
        LineBody {
            line: line.line,
            outcome: match line.outcome {
                LineOutcome::Create => OutcomeName::Create,
                LineOutcome::Update => OutcomeName::Update,
                LineOutcome::Unchanged => OutcomeName::Unchanged,
                LineOutcome::Fault => OutcomeName::Fault,
            },
            code: line.code,
            column: line.pointer,
            message: fault.map(|fault| fault.message(language)),
            customer_id: line.customer_id,
            external_id: line.external_id,
            name: line.name,
        }
    };
    Ok(Json(Page::cut(rows, limit, |line| line.line).map(told)))
}

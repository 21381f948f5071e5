//! Bringing customers in as a file: checked first, applied afterwards, whole or not at all.
//!
//! The file is read as it arrives — bytes to letters to records to lines — and never held; its lines wait beside the customers until
//! somebody applies them.

mod apply;
mod columns;
mod discard;
pub(crate) mod line;
mod lines;
mod read;
pub(crate) mod sheet;
mod upload;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;
use store::customers::imports::{Import, ImportState};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::House;
use crate::place::DatumName;

// The contract says two weeks.
const _: () = assert!(domain::customers::IMPORT_WAITS_DAYS == 14);

/// The errands about imports.
pub fn errands() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::new()
        .routes(routes!(upload::upload))
        .routes(routes!(read::read, discard::discard))
        .routes(routes!(lines::lines))
        .routes(routes!(apply::apply))
}

/// An import: what applying it would do, or has done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CustomerImport)]
pub struct ImportBody {
    id: Uuid,
    state: StateName,
    /// The unit of new customers whose line names none.
    unit_id: Uuid,
    /// The datum of coordinates whose line names none.
    datum: Option<DatumName>,
    /// Lines with something in them, without the heading.
    lines: i32,
    /// Lines that cannot be applied; `GET …/lines?outcome=fault` says why.
    faults: i32,
    creates: i32,
    updates: i32,
    unchanged: i32,
    created_at: DateTime<Utc>,
    applied_at: Option<DateTime<Utc>>,
}

/// Where an import stands. `refused`: the file broke off or could not be read to its end; send it again.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CustomerImportState)]
pub enum StateName {
    Reading,
    Checked,
    Refused,
    Applied,
    Discarded,
}

impl From<Import> for ImportBody {
    fn from(import: Import) -> Self {
        Self {
            id: import.id,
            state: match import.state {
                ImportState::Reading => StateName::Reading,
                ImportState::Checked => StateName::Checked,
                ImportState::Refused => StateName::Refused,
                ImportState::Applied => StateName::Applied,
                ImportState::Discarded => StateName::Discarded,
            },
            unit_id: import.unit_id,
            datum: import.datum.map(DatumName::from),
            lines: import.lines,
            faults: import.faults,
            creates: import.creates,
            updates: import.updates,
            unchanged: import.unchanged,
            created_at: import.created_at,
            applied_at: import.applied_at,
        }
    }
}

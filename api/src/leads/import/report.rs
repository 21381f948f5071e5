//! What an import of leads is answered with.

use domain::texts::Language;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::outcome::{Judged, Outcome, Twin};
use super::sheet::fault_of;

/// What becomes, or became, of a file of leads.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeadImport {
    /// Nothing was entered: this is what would be.
    pub dry_run: bool,
    pub creates: usize,
    pub known: usize,
    pub duplicates: usize,
    pub faults: usize,
    /// In the file's order.
    pub lines: Vec<LineBody>,
}

/// What becomes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LeadImportOutcome)]
pub enum OutcomeName {
    Create,
    /// A lead has its external number: it was brought before.
    Known,
    /// It may be there already, and is left out.
    Duplicate,
    Fault,
}

/// A line of the file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LeadImportLine)]
pub struct LineBody {
    /// Where it begins in the file; the heading is usually line 1.
    pub line: i32,
    pub outcome: OutcomeName,
    /// The lead that was made of it, or that it means.
    pub lead_id: Option<Uuid>,
    pub external_id: Option<String>,
    /// Company or person.
    pub name: String,
    /// Leads and earlier lines that may be the same; at most ten.
    #[schema(max_items = 10)]
    pub twins: Vec<TwinBody>,
    /// What is wrong, as in `errors[].code`.
    #[schema(example = "required")]
    pub code: Option<&'static str>,
    /// The column that is wrong, or `line`.
    #[schema(example = "source")]
    pub column: Option<&'static str>,
    /// What is wrong, in the reader's language.
    pub message: Option<String>,
}

/// A lead, or an earlier line, that may be the same. Neither is named where somebody else's lead is meant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LeadImportTwin)]
pub struct TwinBody {
    pub lead_id: Option<Uuid>,
    pub line: Option<i32>,
    pub same_phone: bool,
    pub same_company: bool,
}

impl From<&Twin> for TwinBody {
    fn from(twin: &Twin) -> Self {
        Self { lead_id: twin.lead_id, line: twin.line, same_phone: twin.same_phone, same_company: twin.same_company }
    }
}

impl LineBody {
    /// The line in the reader's language; `made` is the lead that was made of it.
    pub fn told(judged: &Judged<'_>, made: Option<Uuid>, language: Language) -> Self {
        let (outcome, lead_id, fault) = match judged.outcome {
            Outcome::Create => (OutcomeName::Create, made, None),
            Outcome::Known(id) => (OutcomeName::Known, Some(id), None),
            Outcome::Duplicate => (OutcomeName::Duplicate, None, None),
            Outcome::Fault(code, column) => (OutcomeName::Fault, None, Some((code, column))),
        };
        Self {
            line: judged.line.line,
            outcome,
            lead_id,
            external_id: judged.line.said.external_id.clone(),
            name: judged.line.said.name().to_owned(),
            twins: judged.twins.iter().map(TwinBody::from).collect(),
            code: fault.map(|(code, _)| code.as_str()),
            column: fault.map(|(_, column)| column),
            message: fault.map(|(code, column)| fault_of(code, column).message(language)),
        }
    }
}

impl LeadImport {
    pub fn of(dry_run: bool, lines: Vec<LineBody>) -> Self {
        let count = |outcome| lines.iter().filter(|line| line.outcome == outcome).count();
        Self {
            dry_run,
            creates: count(OutcomeName::Create),
            known: count(OutcomeName::Known),
            duplicates: count(OutcomeName::Duplicate),
            faults: count(OutcomeName::Fault),
            lines,
        }
    }
}

//! What a lead can be told to be.

use domain::leads::reasons::GivenBack;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::customers::fields::trimmed;
use crate::docs::lists;
use crate::http::fault::{Fault, FaultCode};
use crate::http::values::Text;

pub type Company = Text<1, 200>;
pub type Person = Text<1, 100>;
pub type ExternalId = Text<1, 64>;
pub type Source = Text<1, 40>;
pub type Phone = Text<1, 40>;
pub type Email = Text<3, 254>;
pub type Wish = Text<1, 2000>;
pub type Note = Text<1, 1000>;

/// A value without the white space around it, where there is one.
///
/// # Errors
/// As [`trimmed`].
pub fn told<const MIN: usize, const MAX: usize>(value: Option<&Text<MIN, MAX>>, pointer: &str) -> Result<Option<String>, Fault> {
    value.map(|value| trimmed(value, pointer)).transpose()
}

/// A lead needs something to be called by.
///
/// # Errors
/// `required` at `/company`.
pub fn called(company: Option<&String>, person: Option<&String>) -> Result<(), Fault> {
    if company.or(person).is_some() { Ok(()) } else { Err(Fault::at("/company", FaultCode::Required).allowing("company, person")) }
}

/// What `other` stands for has to be said.
///
/// # Errors
/// `required` at `/note`.
pub fn explained(is_other: bool, note: Option<&Note>) -> Result<(), Fault> {
    if is_other && note.is_none() { Err(Fault::at("/note", FaultCode::Required)) } else { Ok(()) }
}

/// Why a lead is not taken, or given back.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LeadGivenBack, example = json!({"reason": "not_my_area"}))]
pub struct GivenBackFor {
    #[schema(value_type = lists::GivenBackReason)]
    pub reason: GivenBack,
    /// Needed with `other`.
    pub note: Option<Note>,
}

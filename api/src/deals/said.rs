//! What an action says, and what it names that has to be looked at.

use domain::playbook::ActionKind;
use serde_json::{Map, Value, json};
use store::Tx;
use store::customers::contacts::{self, Contact};
use store::customers::decision_roles;
use store::deals::contacts::{self as participants, Part};
use uuid::Uuid;

use super::desk::Desk;
use super::shapes::ContactPart;
use crate::customers::contacts::RoleCode;
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::Problem;
use crate::http::values::Whole;

/// Most roles and files that an action names.
const ROLES_MAX: usize = 8;
const FILES_MAX: usize = 20;

/// What is said about an action, as the log keeps it.
#[derive(Debug)]
pub struct Said {
    pub data: Map<String, Value>,
    pub named: Named,
}

/// What is named in it, with the places where.
#[derive(Debug, Default)]
pub struct Named {
    pub contact_id: Option<Uuid>,
    pub roles: Vec<(String, String)>,
    pub files: Vec<(String, Uuid)>,
    pub faults: Vec<Fault>,
}

impl Named {
    pub fn contact(&mut self, id: Option<Uuid>) {
        self.contact_id = id;
    }

    pub fn role(&mut self, pointer: &str, role: &RoleCode) {
        self.roles.push((pointer.to_owned(), role.as_str().to_owned()));
    }

    pub fn roles(&mut self, pointer: &str, roles: &[RoleCode]) {
        if roles.len() > ROLES_MAX {
            self.faults.push(Fault::at(pointer, FaultCode::TooLong).allowing(format!("0..{ROLES_MAX}")));
        }
        for (n, role) in roles.iter().enumerate() {
            self.role(&format!("{pointer}/{n}"), role);
        }
    }

    /// As [`Named::roles`], where somebody has to have been there.
    pub fn some_roles(&mut self, pointer: &str, roles: &[RoleCode]) {
        if roles.is_empty() {
            self.faults.push(Fault::at(pointer, FaultCode::TooShort).allowing(format!("1..{ROLES_MAX}")));
        }
        self.roles(pointer, roles);
    }

    pub fn files(&mut self, pointer: &str, ids: &[Uuid]) {
        if ids.len() > FILES_MAX {
            self.faults.push(Fault::at(pointer, FaultCode::TooLong).allowing(format!("0..{FILES_MAX}")));
        }
        self.files.extend(ids.iter().enumerate().map(|(n, id)| (format!("{pointer}/{n}"), *id)));
    }

    /// What `other` stands for has to be said.
    pub fn explained(&mut self, is_other: bool, has_note: bool) {
        if is_other && !has_note {
            self.faults.push(required("/data/note"));
        }
    }

    /// A date of a next step needs the step.
    pub fn step(&mut self, has_step: bool, has_date: bool) {
        if has_date && !has_step {
            self.faults.push(required("/data/next_step"));
        }
    }
}

impl Said {
    /// Looks at the roles and the contact that are named, and completes what follows from them.
    ///
    /// # Errors
    /// `not_known` at the places of those that are not there.
    pub async fn complete(&mut self, desk: &mut Desk<'_>, kind: ActionKind) -> Result<(), Problem> {
        known_roles(&mut desk.tx, &self.named.roles).await?;
        let Some(contact_id) = self.named.contact_id else { return Ok(()) };
        let contact = contacts::find(&mut desk.tx, contact_id).await?.filter(|contact| contact.customer_id == desk.deal.customer_id);
        let contact = contact.ok_or_else(|| Fault::at("/data/contact_id", FaultCode::NotKnown))?;
        match kind {
            ActionKind::DealContactAdded | ActionKind::DealContactChanged | ActionKind::DealContactRemoved => {
                self.take_part(desk, kind, &contact).await
            }
            // Whom it reached, conditions ask by role.
            ActionKind::CallAnswered => {
                self.data.entry("decision_role").or_insert_with(|| json!(contact.decision_role));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    async fn take_part(&mut self, desk: &mut Desk<'_>, kind: ActionKind, contact: &Contact) -> Result<(), Problem> {
        let (now, deal_id) = (desk.now, desk.deal.id);
        let is_there = participants::takes_part(&mut desk.tx, deal_id, contact.id).await?;
        if is_there != (kind != ActionKind::DealContactAdded) {
            let code = if is_there { FaultCode::Duplicate } else { FaultCode::NotKnown };
            return Err(Fault::at("/data/contact_id", code).into());
        }
        if kind == ActionKind::DealContactRemoved {
            return Ok(participants::remove(&mut desk.tx, deal_id, contact.id, now).await?);
        }
        let part: ContactPart =
            serde_json::from_value(Value::Object(self.data.clone())).map_err(|_| Fault::at("/data", FaultCode::Malformed))?;
        let roles: Vec<String> = part.roles.iter().map(|role| role.as_str().to_owned()).collect();
        let small = |number: i64| i16::try_from(number).ok();
        let written = Part {
            contact_id: contact.id,
            roles: &roles,
            attitude: part.attitude.map(Whole::get).and_then(small),
            influence: part.influence.map(Whole::get).and_then(small),
            is_primary: part.is_primary,
        };
        participants::put(&mut desk.tx, deal_id, &written, now).await?;
        let role = roles.first().unwrap_or(&contact.decision_role);
        self.data.insert("decision_role".to_owned(), json!(role));
        Ok(())
    }
}

async fn known_roles(tx: &mut Tx, named: &[(String, String)]) -> Result<(), Problem> {
    if named.is_empty() {
        return Ok(());
    }
    let codes = decision_roles::codes(tx).await?;
    let unknown = named.iter().filter(|(_, role)| !codes.contains(role));
    let faults: Vec<Fault> = unknown.map(|(at, _)| Fault::at(at.clone(), FaultCode::NotKnown).allowing(codes.join(", "))).collect();
    if faults.is_empty() { Ok(()) } else { Err(faults.into()) }
}

/// What is not there together with what needs it.
fn required(pointer: &str) -> Fault {
    Fault::at(pointer, FaultCode::Required)
}

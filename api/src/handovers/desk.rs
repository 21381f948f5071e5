//! Where a deed about a hand-over is done: it is held from the moment it is looked at until the answer is written.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use domain::handovers::leads_on;
use domain::people::Role;
use domain::playbook::{ActionKind, Facts, Playbook};
use serde::Serialize;
use store::handovers::deeds::{self, End};
use store::handovers::{Handover, records};
use store::{Tx, playbook};
use uuid::Uuid;

use super::shown::told;
use crate::House;
use crate::http::extract::Json;
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::problem::{Problem, ProblemKind};
use crate::sessions::Caller;

/// A held hand-over with all that is known about it.
pub struct Desk<'a> {
    pub house: &'a House,
    pub caller: &'a Caller,
    pub tx: Tx,
    pub handover: Handover,
    pub now: DateTime<Utc>,
    facts: Facts,
    playbook: Arc<Playbook>,
    once: Once,
}

/// A desk, or the answer that the same request was given before.
pub enum Opened<'a> {
    Desk(Box<Desk<'a>>),
    Answered(Response),
}

impl<'a> Desk<'a> {
    /// Holds the hand-over `id` for the request that `route` and `said` describe.
    ///
    /// # Errors
    /// 404 for one that the caller does not see.
    pub async fn open(
        house: &'a House,
        caller: &'a Caller,
        (route, key): (&'static str, IdempotencyKey),
        id: Uuid,
        said: &impl Serialize,
    ) -> Result<Opened<'a>, Problem> {
        let once = Once::new(caller.id(), route, key, &(id, said));
        let mut tx = house.db.begin(&caller.scope).await?;
        if let Some(answer) = once.answered(&mut tx).await? {
            return Ok(Opened::Answered(answer));
        }
        let held = records::hold(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
        let playbook = playbook::in_force(&mut tx).await?.playbook;
        let now = house.clock.now();
        Ok(Opened::Desk(Box::new(Self { house, caller, tx, handover: held.handover, now, facts: held.facts, playbook, once })))
    }

    /// Refuses whoever is not of the department that was asked; operations, who see that things get done, and an admin may speak for it.
    ///
    /// # Errors
    /// `NotPermitted`.
    pub fn only_department(&self) -> Result<(), Problem> {
        let role = self.caller.role();
        let speaks_for_it = matches!(role, Role::Operations | Role::Admin);
        if speaks_for_it || role.as_str() == self.handover.department { Ok(()) } else { Err(ProblemKind::NotPermitted.into()) }
    }

    /// Refuses whoever did not ask, and does not answer for those who did.
    ///
    /// # Errors
    /// `NotPermitted`.
    pub fn only_asker(&self) -> Result<(), Problem> {
        let answers_for_it = matches!(self.caller.role(), Role::Supervisor | Role::Operations | Role::Admin);
        if answers_for_it || self.caller.id() == self.handover.asked_by { Ok(()) } else { Err(ProblemKind::NotPermitted.into()) }
    }

    /// Refuses a deed that the hand-over's present stage has no place for.
    ///
    /// # Errors
    /// `StateForbids`.
    pub fn only_where_it_leads_on(&self, deed: ActionKind) -> Result<(), Problem> {
        if leads_on(&self.playbook, &self.facts, deed) { Ok(()) } else { Err(ProblemKind::StateForbids.into()) }
    }

    /// Ends the department's turn, commits, and answers with the hand-over as it stands.
    ///
    /// # Errors
    /// `StateForbids` where that has no place, else as any statement.
    pub async fn end(mut self: Box<Self>, end: End, said: Option<&str>) -> Result<Response, Problem> {
        self.only_where_it_leads_on(end.deed())?;
        deeds::end(&mut self.tx, &self.house.ids, self.now, &self.handover, end, said).await?;
        self.answer().await
    }

    /// Commits, and answers with the hand-over as it stands.
    ///
    /// # Errors
    /// As any statement.
    pub async fn answer(self: Box<Self>) -> Result<Response, Problem> {
        let Self { mut tx, once, now, handover, caller, .. } = *self;
        let row = records::find(&mut tx, handover.id).await?.ok_or(ProblemKind::NotFound)?;
        let body = told(&mut tx, vec![row], caller.language, now).await?.pop().ok_or(ProblemKind::Bug)?;
        once.keep(&mut tx, StatusCode::OK, &body, now).await?;
        tx.commit().await?;
        Ok(Json(body).into_response())
    }
}

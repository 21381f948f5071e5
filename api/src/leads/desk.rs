//! Where a deed about a lead is done: the lead is held from the moment it is looked at until the answer is written.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use domain::leads::permitted;
use domain::people::Role;
use domain::playbook::{ActionKind, Facts, Playbook};
use serde::Serialize;
use serde_json::Value;
use store::leads::{Lead, deeds, records};
use store::{Tx, playbook};
use uuid::Uuid;

use super::shown::LeadBody;
use crate::House;
use crate::http::extract::Json;
use crate::http::fault::{Fault, FaultCode};
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::problem::{Problem, ProblemKind};
use crate::http::values::Instant;
use crate::http::versions::etag;
use crate::sessions::Caller;

/// A held lead with all that is known about it.
pub struct Desk<'a> {
    pub house: &'a House,
    pub caller: &'a Caller,
    pub tx: Tx,
    pub lead: Lead,
    pub facts: Facts,
    pub playbook: Arc<Playbook>,
    pub now: DateTime<Utc>,
    once: Once,
}

/// A desk, or the answer that the same request was given before.
pub enum Opened<'a> {
    Desk(Box<Desk<'a>>),
    Answered(Response),
}

impl<'a> Desk<'a> {
    /// Holds the lead `id` for the request that `route` and `said` describe.
    ///
    /// # Errors
    /// 404 for one that the caller does not see.
    pub async fn open(
        house: &'a House,
        caller: &'a Caller,
        named: (&'static str, IdempotencyKey),
        id: Uuid,
        said: &impl Serialize,
    ) -> Result<Opened<'a>, Problem> {
        Self::open_after(house, caller, named, id, said, id).await
    }

    /// As [`Desk::open`], for a deed about two leads: of several who hold two, each holds the same one first.
    ///
    /// # Errors
    /// As [`Desk::open`].
    pub async fn open_after(
        house: &'a House,
        caller: &'a Caller,
        (route, key): (&'static str, IdempotencyKey),
        id: Uuid,
        said: &impl Serialize,
        other: Uuid,
    ) -> Result<Opened<'a>, Problem> {
        let once = Once::new(caller.id(), route, key, &(id, said));
        let mut tx = house.db.begin(&caller.scope).await?;
        if let Some(answer) = once.answered(&mut tx).await? {
            return Ok(Opened::Answered(answer));
        }
        if other < id {
            records::hold(&mut tx, other).await?;
        }
        let held = records::hold(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
        let playbook = playbook::in_force(&mut tx).await?.playbook;
        let now = house.clock.now();
        Ok(Opened::Desk(Box::new(Self { house, caller, tx, lead: held.lead, facts: held.facts, playbook, now, once })))
    }

    /// Whether the caller may act for the lead: the rep who holds it and has taken it, or somebody who answers for its unit.
    pub fn is_in_hand(&self) -> bool {
        let is_mine = self.caller.role() != Role::Rep || self.lead.owner_id == Some(self.caller.id());
        is_mine && !permitted::is_offered(&self.playbook, &self.facts)
    }

    /// Whether the person is somebody's to care for: the lead is in hand, and has not come to nothing.
    pub fn is_cared_for(&self) -> bool {
        let goes_on = permitted::is_open(&self.playbook, &self.facts) || self.lead.customer_id.is_some();
        self.is_in_hand() && self.lead.owner_id.is_some() && goes_on
    }

    /// Whether the lead's stage waits for `deed`, or is left by it.
    pub fn leads_on(&self, deed: ActionKind) -> bool {
        permitted::leads_on(&self.playbook, &self.facts, deed)
    }

    /// Refuses a deed that the lead's present state has no place for.
    ///
    /// # Errors
    /// `StateForbids`.
    #[expect(clippy::unused_self, reason = "it reads as a question about the lead")]
    pub fn only_if(&self, is_allowed: bool) -> Result<(), Problem> {
        if is_allowed { Ok(()) } else { Err(ProblemKind::StateForbids.into()) }
    }

    /// When a deed was done that is told now: not before the lead was entered. What a phone takes for the future is now.
    ///
    /// # Errors
    /// `out_of_range` at `/done_at`.
    pub fn done_at(&self, told: Option<Instant>) -> Result<DateTime<Utc>, Problem> {
        let at = told.map_or(self.now, |told| told.0);
        if at < self.lead.created_at {
            let since = self.lead.created_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
            return Err(Fault::at("/done_at", FaultCode::OutOfRange).allowing(format!(">= {since}")).into());
        }
        Ok(at.min(self.now))
    }

    /// Records a deed, and what follows from it.
    ///
    /// # Errors
    /// As any statement.
    pub async fn record(&mut self, kind: ActionKind, data: Value) -> Result<(), Problem> {
        Ok(deeds::about(&mut self.tx, &self.house.ids, self.now, &self.lead, kind, data).await?)
    }

    /// The lead as it stands after the deed, in the reader's language.
    ///
    /// # Errors
    /// As any statement.
    pub async fn shown(&mut self) -> Result<LeadBody, Problem> {
        // Whoever gave it away is answered too, even if they do not see it any more.
        let lead = records::of_id(&mut self.tx, self.lead.id).await?;
        Ok(LeadBody::told(lead, &self.playbook, self.caller.language))
    }

    /// Commits, and answers with the lead as it stands now.
    ///
    /// # Errors
    /// As any statement.
    pub async fn answer(mut self: Box<Self>) -> Result<Response, Problem> {
        let body = self.shown().await?;
        let version = body.version;
        self.answer_with(version, body).await
    }

    /// Commits, and answers with `body`.
    ///
    /// # Errors
    /// As any statement.
    pub async fn answer_with(self: Box<Self>, version: i32, body: impl Serialize) -> Result<Response, Problem> {
        let Self { mut tx, once, now, .. } = *self;
        once.keep(&mut tx, StatusCode::OK, &body, now).await?;
        tx.commit().await?;
        Ok(([(header::ETAG, etag(version))], Json(body)).into_response())
    }
}

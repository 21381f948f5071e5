//! Where a deed about a deal is done: the deal is held from the moment it is looked at until the answer is written.

use std::sync::Arc;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use domain::deals::permitted;
use domain::playbook::{Facts, Playbook, SubjectKind};
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::deals::deeds::{self, Deed, Telling};
use store::deals::{Deal, records};
use store::{Tx, engine, playbook};
use uuid::Uuid;

use super::shown::DealBody;
use crate::House;
use crate::http::extract::Json;
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemKind};
use crate::http::values::Instant;
use crate::http::versions::etag;
use crate::sessions::Caller;

/// A held deal with all that is known about it.
pub struct Desk<'a> {
    pub house: &'a House,
    pub caller: &'a Caller,
    pub tx: Tx,
    pub deal: Deal,
    pub facts: Facts,
    pub playbook: Arc<Playbook>,
    pub now: DateTime<Utc>,
}

impl<'a> Desk<'a> {
    /// Holds the deal `id`.
    ///
    /// # Errors
    /// 404 for one that the caller does not see.
    pub async fn open(house: &'a House, caller: &'a Caller, id: Uuid) -> Result<Self, Problem> {
        Self::open_with(house, caller, id, |_| Vec::new()).await
    }

    /// As [`Desk::open`], for a deed that is about other subjects too: all are held at once, in the order in which everybody holds them.
    ///
    /// # Errors
    /// As [`Desk::open`].
    pub async fn open_with(
        house: &'a House,
        caller: &'a Caller,
        id: Uuid,
        also: impl FnOnce(&Deal) -> Vec<(SubjectKind, Uuid)> + Send,
    ) -> Result<Self, Problem> {
        let mut tx = house.db.begin(&caller.scope).await?;
        let deal = records::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
        let mut keys = also(&deal);
        if !keys.is_empty() {
            keys.push((SubjectKind::Deal, id));
            engine::hold_all(&mut tx, &keys).await?;
        }
        let held = records::hold(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
        let playbook = playbook::in_force(&mut tx).await?.playbook;
        Ok(Self { house, caller, tx, deal: held.deal, facts: held.facts, playbook, now: house.clock.now() })
    }

    /// Whether the deal goes on.
    pub fn is_open(&self) -> bool {
        permitted::is_open(&self.playbook, &self.facts)
    }

    /// Whether the client tells this for the first time. `said` is everything that it says about it.
    ///
    /// # Errors
    /// `OtherContent` when the id was told before with other content, or about another deal.
    pub async fn is_news(&mut self, id: Uuid, said: &impl Serialize) -> Result<bool, Problem> {
        let sha256 = Sha256::digest(serde_json::to_vec(said).unwrap_or_default());
        match deeds::tell(&mut self.tx, id, self.deal.id, &sha256, self.now).await? {
            Telling::New => Ok(true),
            Telling::Again => Ok(false),
            Telling::Differs => Err(Problem::with(ProblemKind::OtherContent, Fault::at("/id", FaultCode::Duplicate))),
        }
    }

    /// When a deed was done, where that is told: not before the deal began. What a phone takes for the future is now.
    ///
    /// # Errors
    /// `out_of_range` at `/occurred_at`.
    pub fn done_at(&self, told: Option<Instant>) -> Result<Option<DateTime<Utc>>, Problem> {
        let Some(Instant(at)) = told else { return Ok(None) };
        if at < self.deal.begun_at {
            let since = self.deal.begun_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
            return Err(Fault::at("/occurred_at", FaultCode::OutOfRange).allowing(format!(">= {since}")).into());
        }
        Ok(Some(at))
    }

    /// Records a deed, and what follows from it.
    ///
    /// # Errors
    /// As any statement.
    pub async fn record(&mut self, deed: Deed) -> Result<(), Problem> {
        Ok(deeds::record(&mut self.tx, &self.house.ids, self.now, deed).await?)
    }

    /// The deal as it stands after the deed, in the reader's language.
    ///
    /// # Errors
    /// As any statement.
    pub async fn shown(&mut self) -> Result<DealBody, Problem> {
        // Whoever gave it away is answered too, even if they do not see it any more.
        let deal = records::of_id(&mut self.tx, self.deal.id).await?;
        Ok(DealBody::told(deal, &self.playbook, self.caller.language))
    }

    /// Commits, and answers with the deal as it stands now.
    ///
    /// # Errors
    /// As any statement.
    pub async fn answer(mut self) -> Result<Response, Problem> {
        let body = self.shown().await?;
        let version = body.version;
        self.answer_with(version, body).await
    }

    /// Commits, and answers with `body`.
    ///
    /// # Errors
    /// As any statement.
    pub async fn answer_with(self, version: i32, body: impl Serialize) -> Result<Response, Problem> {
        self.tx.commit().await?;
        Ok(([(header::ETAG, etag(version))], Json(body)).into_response())
    }
}

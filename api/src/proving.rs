//! Doors for the proving ground: what reads strangers' bytes, without the house around it. No errand goes through them.

use axum::extract::{FromRequest, Multipart, Request};
use chrono::{DateTime, Utc};
use domain::place::{Datum, Position};
use encoding_rs::Encoding;
use store::customers::imports::StagedLine;
use store::visits::Submission;
use tokio::io::AsyncReadExt;
use uuid::Uuid;

use crate::boards::span::SpanQuery;
use crate::customers::import::line::Ground;
use crate::customers::import::sheet::{Sheet, Stop, fault_of};
use crate::customers::list;
use crate::files::cells::Units;
use crate::files::letters::Letters;
use crate::http::extract::{parse_json, parse_query};
use crate::http::fault::Fault;
use crate::http::problem::{Problem, ProblemKind};
use crate::visits::form::{self, Form};
use crate::visits::list::VisitQuery;
use crate::visits::request::VisitBody;

pub use crate::visits::form::Spool;

/// A photo of a one-request form: its bytes as they were spooled, and what was found out on the way.
#[derive(Debug, PartialEq, Eq)]
pub struct FormPhoto {
    pub spooled: Vec<u8>,
    pub bytes: u64,
    pub sha256: [u8; 32],
    pub content_type: &'static str,
}

/// Reads the one-request form: the visit's id, the visit as it would be written again, the photos.
///
/// # Errors
/// As the errand.
pub async fn form(request: Request, spool: &Spool<'_>) -> Result<(Uuid, String, Vec<FormPhoto>), Problem> {
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| ProblemKind::TypeUnsupported)?;
    let Form { id, body, photos } = form::read(&mut form, spool).await?;
    let mut kept = Vec::new();
    for mut photo in photos {
        let mut spooled = Vec::new();
        photo.file.read_to_end(&mut spooled).await.map_err(|error| form::spool_fault(&error))?;
        kept.push(FormPhoto { spooled, bytes: photo.bytes, sha256: photo.sha256, content_type: photo.content_type });
    }
    Ok((id, serde_json::to_string(&body).unwrap_or_default(), kept))
}

/// Reads the body of `PUT /v1/visits/{id}`: the visit as it would be written again, and what is recorded of it.
///
/// # Errors
/// As the errand.
pub fn visit(body: &[u8], id: Uuid, received_at: DateTime<Utc>) -> Result<(String, Submission), Problem> {
    let body: VisitBody = parse_json(body)?;
    let written = serde_json::to_string(&body).unwrap_or_default();
    Ok((written, body.into_submission(id, Uuid::nil(), received_at, "")?))
}

/// Reads the query of `GET /v1/customers`: where `near` is, and how far it reaches.
///
/// # Errors
/// As the errand.
pub fn customers_query(query: &str) -> Result<Option<(Position, f64)>, Problem> {
    list::understand(&parse_query(query)?).map(|(_, near)| near)
}

/// Reads a query as the other lists and boards do.
///
/// # Errors
/// As the errands.
pub fn other_queries(query: &str) -> [Result<(), Problem>; 2] {
    [parse_query::<VisitQuery>(query).map(drop), parse_query::<SpanQuery>(query).map(drop)]
}

/// A file of customers that is being read.
pub struct CustomerFile(Sheet);

/// Why a file was not read on.
#[derive(Debug)]
pub enum Unread {
    Heading(Vec<Fault>),
    Broken,
}

impl CustomerFile {
    /// A file in the named encoding; without one it is found out.
    pub fn new(encoding: Option<&'static Encoding>) -> Self {
        let unit_id = Uuid::from_u128(1);
        let units = Units::new(vec![(unit_id, "一组".to_owned()), (Uuid::from_u128(2), "east".to_owned())]);
        Self(Sheet::new(Letters::of(encoding), Ground { datum: Some(Datum::Gcj02), unit_id, units }))
    }

    /// Reads on; `is_end` with the last bytes.
    ///
    /// # Errors
    /// Once for all.
    pub fn read(&mut self, bytes: &[u8], is_end: bool) -> Result<(), Unread> {
        self.0.read(bytes, is_end).map_err(|stop| match stop {
            Stop::Heading(faults) => Unread::Heading(faults),
            Stop::Broken => Unread::Broken,
        })
    }

    /// The lines that were read since they were last taken.
    pub fn take(&mut self) -> Vec<StagedLine> {
        std::mem::take(self.0.ready())
    }
}

/// The fault that a line was staged with, as people are told it.
pub fn line_fault(code: &str, column: &str) -> Fault {
    fault_of(code, column)
}

//! `POST /v1/calendar:import`

mod holiday_json;
mod icalendar;
mod marks;
mod notes;
mod report;
mod table;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use domain::calendars::{DayStatus, Merged, Notice, NoticeDay, NoticeFault};
use encoding_rs::Encoding;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Tx;
use store::calendars::{self, Cause, Kept, Put};
use utoipa::{IntoParams, ToSchema};

use self::notes::Note;
use self::report::{ImportReport, report};
use super::bodies::{DayName, YearNumber};
use super::{put, tagged};
use crate::House;
use crate::docs::lists;
use crate::files::content_type;
use crate::files::letters::Letters;
use crate::http::extract::{Json, Query, body_problem};
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::versions::{if_match, unchanged};
use crate::sessions::Caller;

pub use holiday_json::HolidayFile;

/// Most days of one file.
const DAYS_MAX: usize = 2000;
/// Most faults that are told at once.
const FAULTS_MAX: usize = 20;

/// What the file is.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// `true` unless said otherwise: tells what would change, and changes nothing.
    #[serde(default)]
    #[param(required = false)]
    dry_run: Option<bool>,
    /// What the file is written in, where its content type does not say.
    #[serde(default)]
    #[param(required = false, inline)]
    format: Option<Format>,
    /// The year whose notice it is. iCalendar and CSV need it; JSON says so itself.
    #[serde(default)]
    #[param(required = false)]
    year: Option<YearNumber>,
    /// `official` unless said otherwise, and for JSON `estimated` when it names no papers. `manual` adds days of the organisation's own,
    /// which no later import overrules.
    #[serde(default)]
    #[param(required = false, value_type = lists::CalendarDayStatus)]
    status: Option<DayStatus>,
    /// What to do with events of iCalendar that do not say whether people work: `ignore` unless said otherwise.
    #[serde(default)]
    #[param(required = false, inline)]
    unmarked: Option<Unmarked>,
}

/// What a file is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CalendarImportFormat)]
pub enum Format {
    HolidayJson,
    Icalendar,
    Csv,
}

/// What to make of an event that does not say whether people work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CalendarUnmarkedEvents)]
pub enum Unmarked {
    #[default]
    Ignore,
    Off,
}

/// What a file says, as it was read.
#[derive(Debug, Default, PartialEq)]
struct Said {
    days: BTreeMap<NaiveDate, NoticeDay>,
    /// What was seen and left out.
    notes: Vec<Note>,
}

impl Said {
    /// Notes a day; the same may be said twice, the contrary not.
    fn day(&mut self, date: NaiveDate, day: NoticeDay) -> Result<(), FaultCode> {
        match self.days.get(&date) {
            Some(said) if said.works != day.works => return Err(FaultCode::Duplicate),
            Some(_) => {}
            None if self.days.len() >= DAYS_MAX => return Err(FaultCode::TooLong),
            None => drop(self.days.insert(date, day)),
        }
        Ok(())
    }
}

/// What a day is called, if that is anything.
fn day_name(name: &str) -> Result<Option<String>, FaultCode> {
    let name = name.trim();
    if name.is_empty() {
        return Ok(None);
    }
    let code = |refused: String| if refused.contains("too_long") { FaultCode::TooLong } else { FaultCode::Malformed };
    DayName::new(name.to_owned()).map(|name| Some(name.into_string())).map_err(code)
}

/// Import the days of a year
///
/// JSON in the form that Chinese holiday lists have (`{year, papers, days: [{name, date, isOffDay}]}`), iCalendar (all-day events: `…假期`
/// and `休` are off, `上班` and `补班` are worked), or CSV with the heading `date,kind,name` (日期, 类型, 名称; kinds `off` and `work`, or 休 and 班).
/// An official or estimated file is the whole notice of one year, which may speak of the December before and the January after, too: what
/// its earlier edition said and it does not is dropped. Days that people set, and those of a later notice, are kept. A file without days
/// is no notice: nothing is known of its year, and nothing changes. At most 1 MiB and 2000 days.
#[utoipa::path(post, path = "/v1/calendar:import", tag = "calendars",
    params(Asked, ("If-Match" = Option<String>, Header, description = "The version that was read, from `ETag`; needed with `dry_run=false`")),
    request_body(description = "The file", content(
        (HolidayFile = "application/json"), (String = "text/calendar"), (String = "text/csv"))),
    responses(
        (status = 200, description = "What changes, or has changed", body = ImportReport, headers(("ETag" = String))),
        (status = 409, description = "`state_forbids`: an estimate cannot take the place of the year's official notice", body = ProblemBody, content_type = "application/problem+json"),
        (status = 412, description = "`version_differs`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 428, description = "`version_needed`", body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub async fn import(
    State(house): State<Arc<House>>,
    caller: Caller,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let is_dry = asked.dry_run.unwrap_or(true);
    let read_version = if is_dry && !headers.contains_key(header::IF_MATCH) { None } else { if_match(&headers)? };
    let (format, encoding) = format_of(&asked, &headers)?;
    let bytes = body.map_err(|rejection| body_problem(&rejection))?;
    let (notice, said_notes) = understood(&asked, format, encoding, &bytes)?;
    let mut tx = house.db.begin(&caller.scope).await?;
    let present = calendars::newest(&mut tx).await?;
    unchanged(read_version, present.version)?;
    let merged = present.calendar.merge(&notice).map_err(|NoticeFault::YearIsOfficial| ProblemKind::StateForbids)?;
    let faults = merged.calendar.validate();
    if !faults.is_empty() {
        return Err(faults.into_iter().map(|fault| put::told(fault, |date| format!("/{date}"))).collect::<Vec<_>>().into());
    }
    let applied = if is_dry { None } else { Some(apply(&house, &mut tx, &present, &notice, &merged).await?) };
    tx.commit().await?;
    let version = applied.as_ref().map_or(present.version, |kept| kept.version);
    let told = report(&present, applied.as_ref(), &notice, &merged, &said_notes, caller.language);
    Ok((tagged(version, caller.language), Json(told)).into_response())
}

fn format_of(asked: &Asked, headers: &HeaderMap) -> Result<(Format, Option<&'static Encoding>), Problem> {
    let declared = content_type(headers);
    if let Some(format) = asked.format {
        return Ok((format, declared.ok().and_then(|(_, encoding)| encoding)));
    }
    let (kind, encoding) = declared?;
    let format = match kind.as_str() {
        "application/json" => Format::HolidayJson,
        "text/calendar" => Format::Icalendar,
        "text/csv" => Format::Csv,
        _ => return Err(ProblemKind::TypeUnsupported.into()),
    };
    Ok((format, encoding))
}

/// What the file says about which year.
fn understood(asked: &Asked, format: Format, encoding: Option<&'static Encoding>, bytes: &[u8]) -> Result<(Notice, Vec<Note>), Problem> {
    if format == Format::HolidayJson {
        return holiday_json::read(asked, bytes);
    }
    let needed = || Problem::with(ProblemKind::MalformedRequest, Fault::at("?year", FaultCode::Required));
    let year = asked.year.and_then(|year| i32::try_from(year.get()).ok()).ok_or_else(needed)?;
    let no_letters = |_| Problem::from(Fault::at("/encoding", FaultCode::Malformed).allowing("UTF-8, GB18030"));
    let mut letters = Letters::of(encoding);
    let (text, outcome) = letters.read(bytes, true);
    outcome.map_err(no_letters)?;
    let text = std::str::from_utf8(text).unwrap_or_default();
    let said = match format {
        Format::Csv => table::read(text)?,
        _ => icalendar::read(text, asked.unmarked.unwrap_or_default())?,
    };
    let status = asked.status.unwrap_or(DayStatus::Official);
    Ok((Notice { year, status, days: said.days, source: None }, said.notes))
}

async fn apply(house: &House, tx: &mut Tx, present: &Kept, notice: &Notice, merged: &Merged) -> Result<Kept, Problem> {
    let data = json!({ "year": notice.year, "status": notice.status, "changes": merged.changes.len(), "unchanged": merged.unchanged });
    let put = Put {
        calendar: &merged.calendar,
        delivery_window: present.delivery_window,
        // What was merged is what was read here, whatever the client would have accepted.
        read_version: Some(present.version),
        cause: Cause::Imported,
        data,
    };
    Ok(calendars::put(tx, &house.ids, house.clock.now(), put).await?.ok_or(ProblemKind::VersionDiffers)?)
}

/// The report of a dry run, for the contract.
pub(super) fn example(present: &Kept, file: &[u8]) -> Option<serde_json::Value> {
    let asked = Asked { dry_run: None, format: None, year: None, status: None, unmarked: None };
    let (notice, notes) = holiday_json::read(&asked, file).ok()?;
    let merged = present.calendar.merge(&notice).ok()?;
    serde_json::to_value(report(present, None, &notice, &merged, &notes, domain::texts::Language::En)).ok()
}

/// Faults of a file, the first ones of them.
fn refused(mut faults: Vec<Fault>) -> Problem {
    faults.truncate(FAULTS_MAX);
    faults.into()
}

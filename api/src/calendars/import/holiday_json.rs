//! The JSON that Chinese holiday lists are published in: one document per year, with the papers it was made from.

use domain::calendars::{DayStatus, Notice, NoticeDay};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::notes::Note;
use super::{Asked, Said, day_name, refused};
use crate::calendars::bodies::{Source, YearNumber};
use crate::http::extract::parse_json;
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemKind};
use crate::http::values::Day;

/// The notice of a year. What else the document says is not looked at.
#[derive(Debug, Deserialize, ToSchema)]
pub struct HolidayFile {
    #[schema(value_type = YearNumber)]
    year: YearNumber,
    /// Where the notice was published. Without any, days are a guess.
    #[serde(default)]
    papers: Vec<String>,
    #[schema(max_items = 2000)]
    days: Vec<HolidayDay>,
}

/// A day off, or a weekend day that is worked.
#[derive(Debug, Deserialize, ToSchema)]
pub struct HolidayDay {
    #[serde(default, deserialize_with = "text")]
    #[schema(value_type = Option<String>, example = "元旦", max_length = 60)]
    name: String,
    date: Day,
    #[serde(rename = "isOffDay")]
    is_off_day: bool,
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Option::<String>::deserialize(deserializer).map(Option::unwrap_or_default)
}

pub fn read(asked: &Asked, bytes: &[u8]) -> Result<(Notice, Vec<Note>), Problem> {
    let file: HolidayFile = parse_json(bytes)?;
    if asked.year.is_some_and(|year| year != file.year) {
        let fault = Fault::at("?year", FaultCode::NotAllowed).allowing(file.year.get().to_string());
        return Err(Problem::with(ProblemKind::MalformedRequest, fault));
    }
    let (mut said, mut faults) = (Said::default(), Vec::new());
    for (n, day) in file.days.iter().enumerate() {
        let name = match day_name(&day.name) {
            Ok(name) => name,
            Err(code) => {
                faults.push(Fault::at(format!("/days/{n}/name"), code));
                continue;
            }
        };
        if let Err(code) = said.day(day.date.0, NoticeDay { works: !day.is_off_day, name }) {
            faults.push(Fault::at(format!("/days/{n}/date"), code));
        }
    }
    if !faults.is_empty() {
        return Err(refused(faults));
    }
    let by_papers = if file.papers.is_empty() { DayStatus::Estimated } else { DayStatus::Official };
    let notice = Notice {
        year: i32::try_from(file.year.get()).unwrap_or_default(),
        status: asked.status.unwrap_or(by_papers),
        days: said.days,
        source: file.papers.into_iter().next().and_then(|paper| Source::new(paper).ok()).map(Source::into_string),
    };
    Ok((notice, said.notes))
}

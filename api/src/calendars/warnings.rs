//! What a reader should know about an answer before relying on it.

use std::ops::RangeInclusive;

use chrono::NaiveDate;
use domain::calendars::{Calendar, YearStatus, texts};
use domain::texts::Language;
use serde::Serialize;
use utoipa::ToSchema;

/// Most years that one answer warns of.
const YEARS_MAX: usize = 5;

/// Something to know about an answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CalendarWarning)]
pub struct Warning {
    code: WarningCode,
    /// The year that it is about.
    #[schema(example = 2027)]
    year: Option<i32>,
    /// In the reader's language.
    message: String,
}

/// What to know: a year whose days are assumed, a year of which nothing but the week is known, a budget that is never used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CalendarWarningCode)]
pub enum WarningCode {
    YearEstimated,
    YearMissing,
    NeverDue,
}

impl Warning {
    /// That a budget is never used up.
    pub fn never_due(language: Language) -> Self {
        Self { code: WarningCode::NeverDue, year: None, message: texts::never_due(language).to_owned() }
    }

    fn of_year(year: i32, status: YearStatus, language: Language) -> Option<Self> {
        let code = match status {
            YearStatus::Official => return None,
            YearStatus::Estimated => WarningCode::YearEstimated,
            YearStatus::Missing => WarningCode::YearMissing,
        };
        Some(Self { code, year: Some(year), message: texts::uncertain_year(year, status, language)? })
    }
}

/// The years among these that are uncertain.
pub fn of_years(calendar: &Calendar, years: RangeInclusive<i32>, language: Language) -> Vec<Warning> {
    years.filter_map(|year| Warning::of_year(year, calendar.year(year), language)).take(YEARS_MAX).collect()
}

/// The years around a day that people should take care of.
pub fn of_today(calendar: &Calendar, today: NaiveDate, language: Language) -> Vec<Warning> {
    let years = calendar.uncertain_years(today).into_iter();
    years.filter_map(|(year, status)| Warning::of_year(year, status, language)).collect()
}

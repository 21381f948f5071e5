//! Examples of what this room is asked and answers. The answers are counted here and now, so that they cannot tell anything else than the
//! product does.

use chrono::{DateTime, Datelike, TimeDelta, TimeZone, Utc};
use domain::calendars::{Calendar, DeliveryWindow, china};
use domain::texts::Language;
use serde_json::{Value, json};
use store::calendars::Kept;

use super::bodies::CalendarBody;
use super::import;
use super::measure::{Span, measured};
use super::read::view;

fn at(month: u32, day: u32, hour: u32, minute: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, month, day, hour, minute, 0).earliest().unwrap_or_default()
}

/// The calendar that organisations start with, from National Day 2026 on: an example need not show every day.
fn kept() -> Kept {
    let mut calendar: Calendar = china::calendar();
    calendar.days.retain(|date, _| (2026, 10) <= (date.year(), date.month()) && (date.year(), date.month()) <= (2027, 1));
    calendar.years.retain(|year, _| (2026..=2027).contains(year));
    Kept { version: 1, calendar, delivery_window: DeliveryWindow::default(), created_at: at(11, 2, 1, 0) }
}

/// `GET /v1/calendar`
pub fn calendar() -> Value {
    serde_json::to_value(view(&kept(), at(11, 23, 1, 0), Language::En)).unwrap_or_default()
}

/// `PUT /v1/calendar`: with a lunch break, and a day of the organisation's own.
pub fn to_put() -> Value {
    let kept = kept();
    let mut body = serde_json::to_value(CalendarBody::of(&kept.calendar, kept.delivery_window)).unwrap_or_default();
    let hours = json!([{ "from": "09:00", "to": "12:00" }, { "from": "13:30", "to": "18:00" }]);
    if let Some(week) = body.get_mut("week").and_then(Value::as_object_mut) {
        week.values_mut().filter(|segments| **segments != json!([])).for_each(|segments| *segments = hours.clone());
    }
    if let Some(days) = body.get_mut("days").and_then(Value::as_array_mut) {
        days.push(json!({ "date": "2026-12-31", "works": true, "segments": [{ "from": "09:00", "to": "12:00" }], "name": "盘点" }));
    }
    body
}

/// `POST /v1/calendar:measure`: question and answer, over the holidays.
pub fn span() -> (Value, Value) {
    let (from, to) = (at(9, 30, 9, 30), at(10, 8, 1, 30));
    let answer = measured(&kept(), from, Span::Until(to), Language::En);
    (json!({ "from": "2026-09-30T17:30:00+08:00", "to": "2026-10-08T09:30:00+08:00" }), serde_json::to_value(answer).unwrap_or_default())
}

/// `POST /v1/calendar:measure`: question and answer, for a budget that ends after them.
pub fn budget() -> (Value, Value) {
    let answer = measured(&kept(), at(9, 30, 9, 0), Span::Budget(TimeDelta::minutes(240)), Language::En);
    (json!({ "from": "2026-09-30T17:00:00+08:00", "budget_minutes": 240 }), serde_json::to_value(answer).unwrap_or_default())
}

/// `POST /v1/calendar:import`: the first days of a notice, as JSON.
pub fn holiday_file() -> Value {
    json!({
        "year": 2027, "papers": ["https://www.gov.cn/zhengce/example.htm"],
        "days": [
            { "name": "元旦", "date": "2027-01-01", "isOffDay": true },
            { "name": "元旦", "date": "2027-01-02", "isOffDay": true },
            { "name": "元旦", "date": "2027-01-03", "isOffDay": true },
        ],
    })
}

/// The same as iCalendar.
pub const ICALENDAR: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY:元旦假期\r\nDTSTART;VALUE=DATE:20270101\r\n\
    DTEND;VALUE=DATE:20270104\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

/// The same as CSV.
pub const CSV: &str = "date,kind,name\n2027-01-01,off,元旦\n2027-01-02,off,元旦\n2027-01-03,off,元旦\n";

/// What importing it would change.
pub fn import_report() -> Value {
    import::example(&kept(), &serde_json::to_vec(&holiday_file()).unwrap_or_default()).unwrap_or_default()
}

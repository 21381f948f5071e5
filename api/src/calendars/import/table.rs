//! A table of days: CSV as spreadsheets write it.

use chrono::NaiveDate;
use domain::calendars::{NoticeDay, YEARS};

use super::{FAULTS_MAX, Said, day_name, refused};
use crate::files::records::{Broken, Records};
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::Problem;

/// What a table can say about a day, in both languages.
const COLUMNS: [(&str, &str); 3] = [("date", "日期"), ("kind", "类型"), ("name", "名称")];
/// How a day off and a worked one are told.
const OFF: [&str; 5] = ["off", "holiday", "休", "休息", "放假"];
const WORK: [&str; 5] = ["work", "workday", "班", "上班", "补班"];

/// Reads the table whole.
pub fn read(text: &str) -> Result<Said, Problem> {
    let mut table = Table::default();
    let mut records = Records::new();
    let mut each = |line: i32, cells: &[&str]| table.take(line, cells);
    let outcome = records.read(text.as_bytes(), &mut each).and_then(|()| records.end(&mut each));
    let line = records.next_line();
    if let Err(broken) = outcome {
        let (what, code) = match broken {
            Broken::QuoteOpen => ("quotes", FaultCode::Malformed),
            Broken::RecordTooLong | Broken::TooManyCells => ("line", FaultCode::TooLong),
        };
        table.faults.push(Fault::at(format!("/{line}/{what}"), code));
    }
    if table.heading.is_none() && table.faults.is_empty() {
        table.faults.push(Fault::at("/1", FaultCode::Required).allowing("date,kind,name"));
    }
    if table.faults.is_empty() { Ok(table.said) } else { Err(refused(table.faults)) }
}

#[derive(Default)]
struct Table {
    /// Which column each cell belongs to.
    heading: Option<Vec<Option<&'static str>>>,
    said: Said,
    faults: Vec<Fault>,
}

impl Table {
    fn take(&mut self, line: i32, cells: &[&str]) {
        if self.faults.len() > FAULTS_MAX || cells.iter().all(|cell| cell.trim().is_empty()) {
            return;
        }
        match &self.heading {
            None => self.head(line, cells),
            Some(heading) => {
                let cell = |column: &str| {
                    let at = heading.iter().position(|named| *named == Some(column));
                    at.and_then(|at| cells.get(at)).map_or("", |cell| cell.trim())
                };
                let day = understand(cell("date"), cell("kind"), cell("name"));
                let noted = day.and_then(|(date, day)| self.said.day(date, day).map_err(|code| ("date", code, None)));
                if let Err((column, code, allowed)) = noted {
                    let fault = Fault::at(format!("/{line}/{column}"), code);
                    self.faults.push(allowed.map_or_else(|| fault.clone(), |allowed| fault.clone().allowing(allowed)));
                }
            }
        }
    }

    fn head(&mut self, line: i32, cells: &[&str]) {
        let mut heading = Vec::with_capacity(cells.len());
        for cell in cells {
            let cell = cell.trim().to_lowercase();
            let column = COLUMNS.into_iter().find(|(english, chinese)| *english == cell || *chinese == cell).map(|(english, _)| english);
            let pointer = || format!("/{line}/{}", cell.chars().take(40).collect::<String>());
            if column.is_none() && !cell.is_empty() {
                self.faults.push(Fault::at(pointer(), FaultCode::UnknownField).allowing("date, kind, name"));
            } else if column.is_some() && heading.contains(&column) {
                self.faults.push(Fault::at(pointer(), FaultCode::Duplicate));
            }
            heading.push(column);
        }
        for needed in ["date", "kind"] {
            if !heading.contains(&Some(needed)) {
                self.faults.push(Fault::at(format!("/{line}/{needed}"), FaultCode::Required));
            }
        }
        self.heading = Some(heading);
    }
}

type Refusal = (&'static str, FaultCode, Option<&'static str>);

fn understand(date: &str, kind: &str, name: &str) -> Result<(NaiveDate, NoticeDay), Refusal> {
    let at = day(date).ok_or(("date", FaultCode::Malformed, Some("YYYY-MM-DD")))?;
    if !YEARS.contains(&chrono::Datelike::year(&at)) {
        return Err(("date", FaultCode::OutOfRange, Some("2000..2099")));
    }
    let kind = kind.to_lowercase();
    let works = match kind.as_str() {
        kind if OFF.contains(&kind) => false,
        kind if WORK.contains(&kind) => true,
        _ => return Err(("kind", FaultCode::NotKnown, Some("off, work"))),
    };
    let name = day_name(name).map_err(|code| ("name", code, Some("0..60")))?;
    Ok((at, NoticeDay { works, name }))
}

/// `2027-01-01`, or `2027/1/1` as spreadsheets rewrite it.
fn day(text: &str) -> Option<NaiveDate> {
    let mut parts = text.split(['-', '/']).map(|part| {
        let is_plain = (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        is_plain.then(|| part.parse::<u32>().ok()).flatten()
    });
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() { None } else { NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(String, FaultCode)> {
        read(text).unwrap_err().faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect()
    }

    #[test]
    fn tables_are_read_in_both_languages_and_any_order() {
        let english = read("date,kind,name\n2027-02-06,work,春节\n2027-02-07,OFF,春节\n").unwrap();
        let chinese = read("名称,日期,类型,\r\n春节,2027/2/6,补班,\r\n\r\n春节,2027/02/07,休\r\n,,,\r\n春节,2027-02-07,放假").unwrap();
        assert_eq!(english, chinese);
        let works: Vec<_> = english.days.iter().map(|(date, day)| (date.to_string(), day.works, day.name.as_deref())).collect();
        assert_eq!(works, [("2027-02-06".to_owned(), true, Some("春节")), ("2027-02-07".to_owned(), false, Some("春节"))]);
        assert_eq!(read("date,kind\n").unwrap(), Said::default());
    }

    #[test]
    fn faults_are_told_by_line_and_column() {
        use FaultCode::{Duplicate, Malformed, NotKnown, OutOfRange, Required, TooLong, UnknownField};
        let text = format!(
            "date,kind,name\n2027-02-30,off,\n2027-02-06,maybe,\n1999-01-01,off,\n2027-02-07,off,{}\n2027-02-08,off,a\u{1}b\n\
             2027-02-09,off,\n2027-02-09,work,\n20270210,off,\n+2027-02-11,off,\n",
            "长".repeat(61)
        );
        let want = [
            ("/2/date", Malformed),
            ("/3/kind", NotKnown),
            ("/4/date", OutOfRange),
            ("/5/name", TooLong),
            ("/6/name", Malformed),
            ("/8/date", Duplicate),
            ("/9/date", Malformed),
            ("/10/date", Malformed),
        ];
        assert_eq!(told(&text), want.map(|(pointer, code)| (pointer.to_owned(), code)));
        assert_eq!(
            told("date,colour,date\n"),
            [("/1/colour", UnknownField), ("/1/date", Duplicate), ("/1/kind", Required)].map(|(at, code)| (at.to_owned(), code))
        );
        assert_eq!(told(""), [("/1".to_owned(), Required)]);
        assert_eq!(told("date,kind\n\"2027-01-01,off\n"), [("/2/quotes".to_owned(), Malformed)]);
        let first = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap();
        let long: String = first.iter_days().take(2001).flat_map(|date| [date.to_string(), ",off\n".to_owned()]).collect();
        assert_eq!(told(&format!("date,kind\n{long}")), [("/2002/date".to_owned(), TooLong)]);
        assert_eq!(told(&format!("date,kind\n{}", "x,y\n".repeat(5000))).len(), FAULTS_MAX);
    }
}

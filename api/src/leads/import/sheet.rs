//! A file of leads, read whole: every line is understood, or has a fault.

use std::collections::HashSet;

use encoding_rs::Encoding;
use store::leads::Said;
use uuid::Uuid;

use super::columns::{Column, Heading};
use crate::files::cells::{Units, text_of};
use crate::files::heading::Column as _;
use crate::files::letters::Letters;
use crate::files::records::{Broken, Records};
use crate::http::fault::{Fault, FaultCode};
use crate::leads::fields::{Company, Email, ExternalId, Person, Phone, Source, Wish};

/// Most lines of a file, without its heading.
pub const LINES_MAX: usize = 5_000;

/// What holds for lines that do not say.
pub struct Ground {
    pub source: Option<String>,
    pub unit_id: Uuid,
    pub units: Units,
}

/// A line of the file.
#[derive(Debug)]
pub struct Line {
    pub line: i32,
    pub said: Said,
    pub unit_id: Uuid,
    /// The fault's code and the column that it is in.
    pub fault: Option<(FaultCode, &'static str)>,
}

/// Reads a file.
///
/// # Errors
/// What is wrong with its heading, or why it cannot be read to its end.
pub fn read(bytes: &[u8], encoding: Option<&'static Encoding>, ground: &Ground) -> Result<Vec<Line>, Vec<Fault>> {
    let mut sheet = Sheet { ground, heading: None, faults: Vec::new(), numbers: HashSet::new(), lines: Vec::new() };
    let (mut letters, mut records) = (Letters::of(encoding), Records::new());
    let (text, outcome) = letters.read(bytes, true);
    let mut each = |line: i32, cells: &[&str]| sheet.take(line, cells);
    let records_outcome = records.read(text, &mut each).and_then(|()| records.end(&mut each));
    let line = records.next_line();
    let broken = match (records_outcome, outcome) {
        (Err(Broken::QuoteOpen), _) => Some(("quotes", FaultCode::Malformed)),
        (Err(Broken::RecordTooLong | Broken::TooManyCells), _) => Some(("line", FaultCode::TooLong)),
        (Ok(()), Err(_)) => Some(("encoding", FaultCode::Malformed)),
        (Ok(()), Ok(())) => None,
    };
    if let Some((what, code)) = broken {
        sheet.faults.push(Fault::at(format!("/{line}/{what}"), code));
    } else if sheet.heading.is_none() && sheet.faults.is_empty() {
        sheet.faults.push(Fault::at("/1", FaultCode::Required));
    } else if sheet.lines.len() > LINES_MAX {
        sheet.faults.push(Fault::at("/file", FaultCode::TooLong).allowing(format!("0..{LINES_MAX}")));
    }
    if sheet.faults.is_empty() { Ok(sheet.lines) } else { Err(sheet.faults) }
}

struct Sheet<'a> {
    ground: &'a Ground,
    heading: Option<Heading>,
    faults: Vec<Fault>,
    /// External numbers of earlier lines.
    numbers: HashSet<String>,
    lines: Vec<Line>,
}

impl Sheet<'_> {
    fn take(&mut self, line: i32, cells: &[&str]) {
        if cells.iter().all(|cell| cell.trim().is_empty()) || !self.faults.is_empty() || self.lines.len() > LINES_MAX {
            return;
        }
        let Some(heading) = &self.heading else {
            match Heading::read(line, cells) {
                Ok(heading) => self.heading = Some(heading),
                Err(faults) => self.faults = faults,
            }
            return;
        };
        let mut read = understand(line, heading, cells, self.ground);
        if heading.is_overrun_by(cells) {
            read.fault = Some((FaultCode::Malformed, "line"));
        }
        let is_again = read.said.external_id.as_ref().is_some_and(|number| !self.numbers.insert(number.clone()));
        if is_again {
            read.fault.get_or_insert((FaultCode::Duplicate, Column::ExternalId.as_str()));
        }
        self.lines.push(read);
    }
}

/// Understands one record; what could be understood is kept even of a line with a fault.
fn understand(line: i32, heading: &Heading, cells: &[&str], ground: &Ground) -> Line {
    let mut fault = None;
    let mut note = |code: FaultCode, column: Column| {
        fault.get_or_insert((code, column.as_str()));
    };
    let mut text = |column, read: fn(&str) -> Result<String, FaultCode>| {
        heading.cell(cells, column).and_then(|cell| read(cell).map_err(|code| note(code, column)).ok())
    };
    let said = Said {
        external_id: text(Column::ExternalId, text_of::<1, { ExternalId::LONGEST }>),
        source: text(Column::Source, text_of::<1, { Source::LONGEST }>).or_else(|| ground.source.clone()).unwrap_or_default(),
        company: text(Column::Company, text_of::<1, { Company::LONGEST }>),
        person: text(Column::Person, text_of::<1, { Person::LONGEST }>),
        phone: text(Column::Phone, text_of::<1, { Phone::LONGEST }>),
        email: text(Column::Email, text_of::<3, { Email::LONGEST }>),
        wish: text(Column::Wish, text_of::<1, { Wish::LONGEST }>),
    };
    if said.source.is_empty() {
        note(FaultCode::Required, Column::Source);
    }
    if said.company.is_none() && said.person.is_none() {
        note(FaultCode::Required, Column::Company);
    }
    let named = heading.cell(cells, Column::Unit).map(|cell| ground.units.find(cell));
    if named == Some(None) {
        note(FaultCode::NotKnown, Column::Unit);
    }
    Line { line, said, unit_id: named.flatten().unwrap_or(ground.unit_id), fault }
}

/// The fault that a line has, in words that name what would have been right.
pub fn fault_of(code: FaultCode, column: &'static str) -> Fault {
    let allowed = match (code, column) {
        (FaultCode::TooLong | FaultCode::TooShort, "external_id") => "1..64",
        (FaultCode::TooLong | FaultCode::TooShort, "source" | "phone") => "1..40",
        (FaultCode::TooLong | FaultCode::TooShort, "company") => "1..200",
        (FaultCode::TooLong | FaultCode::TooShort, "person") => "1..100",
        (FaultCode::TooLong | FaultCode::TooShort, "email") => "3..254",
        (FaultCode::TooLong | FaultCode::TooShort, "wish") => "1..2000",
        (FaultCode::Required, "company") => "company, person",
        _ => "",
    };
    let fault = Fault::at(column, code);
    if allowed.is_empty() { fault } else { fault.allowing(allowed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ground() -> Ground {
        let unit_id = Uuid::from_u128(1);
        Ground { source: None, unit_id, units: Units::new(vec![(unit_id, "一组".into()), (Uuid::from_u128(2), "二组".into())]) }
    }

    #[test]
    fn lines_are_understood_in_either_language_and_every_fault_names_its_column() {
        let text = "公司,联系人,电话,来源,部门,线索编号,邮箱\n晨光,王芳,138 0013 8000,展会,二组,L1,\n,,1,展会,,,\n甲,,,,,,\n乙,,,网站,三组,,\n丙,,,网站,,L1,\n丁,,,网站,,,a\n";
        let lines = read(text.as_bytes(), None, &ground()).unwrap();
        let first = &lines[0];
        assert_eq!((first.line, first.fault, first.unit_id), (2, None, Uuid::from_u128(2)));
        assert_eq!(first.said.phone_e164().as_deref(), Some("+8613800138000"));
        let faults = lines.iter().skip(1).map(|line| line.fault.map(|(code, column)| (code.as_str(), column)).unwrap());
        let want =
            [("required", "company"), ("required", "source"), ("not_known", "unit"), ("duplicate", "external_id"), ("too_short", "email")];
        assert_eq!(faults.collect::<Vec<_>>(), want);
        let with_default = Ground { source: Some("展会".to_owned()), ..ground() };
        assert_eq!(read("company\n甲\n".as_bytes(), None, &with_default).unwrap()[0].said.source, "展会");
    }

    #[test]
    fn a_file_that_cannot_be_read_says_where() {
        for (text, pointer) in
            [("", "/1"), ("phone\n1\n", "/1/company"), ("company,colour\n", "/1/colour"), ("company\n\"甲\n", "/2/quotes")]
        {
            assert_eq!(read(text.as_bytes(), None, &ground()).unwrap_err()[0].pointer, pointer, "{text}");
        }
        let long = format!("company\n{}", "甲\n".repeat(LINES_MAX + 1));
        assert_eq!(read(long.as_bytes(), None, &ground()).unwrap_err()[0].pointer, "/file");
        assert_eq!(read(b"company\n\xff\n", None, &ground()).unwrap_err()[0].code, FaultCode::Malformed);
    }
}

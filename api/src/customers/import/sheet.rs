//! A file on its way through: heading first, then line after line, each looked at once and handed on.

use std::collections::HashSet;

use sha2::{Digest, Sha256};
use store::customers::imports::StagedLine;

use super::columns::{Column, Heading};
use super::line::{Ground, understand};
use crate::files::heading::Column as _;
use crate::files::letters::Letters;
use crate::files::records::{Broken, Records};
use crate::http::fault::{Fault, FaultCode};

/// Most lines of a file, without its heading.
pub const LINES_MAX: usize = 100_000;

/// Why a file is not read on.
#[derive(Debug)]
pub enum Stop {
    /// The heading cannot be understood: nothing of the file was.
    Heading(Vec<Fault>),
    /// The file cannot be read to its end; the fault was added as a line of its own.
    Broken,
}

/// What stops a file, as the line that tells it: code and, in the place of a column, what it is about.
const ENCODING: (FaultCode, &str) = (FaultCode::Malformed, "encoding");
const QUOTES: (FaultCode, &str) = (FaultCode::Malformed, "quotes");
const RECORD: (FaultCode, &str) = (FaultCode::TooLong, "line");
const FILE: (FaultCode, &str) = (FaultCode::TooLong, "file");

/// The fault that a line was staged with, in words that name what would have been right.
pub fn fault_of(code: &str, column: &str) -> Fault {
    let code = FaultCode::ALL.into_iter().find(|known| known.as_str() == code).unwrap_or(FaultCode::Malformed);
    let allowed = match (code, column) {
        (FaultCode::OutOfRange, "lat") => "-90..90",
        (FaultCode::OutOfRange, "lon") => "-180..180",
        (FaultCode::OutOfRange, "fence_m") => "10..5000",
        (FaultCode::Required | FaultCode::NotKnown, "datum") => "wgs84, gcj02, bd09",
        (FaultCode::TooLong, "external_id") => "1..64",
        (FaultCode::TooLong, "name") => "1..200",
        (FaultCode::TooLong, "address") => "1..500",
        (FaultCode::TooLong, "line") => "0..16384",
        (FaultCode::TooLong, "file") => "0..100000",
        (_, "encoding") => "UTF-8, GB18030",
        _ => "",
    };
    let fault = Fault::at(column, code);
    if allowed.is_empty() { fault } else { fault.allowing(allowed) }
}

/// A file being read.
pub struct Sheet {
    letters: Letters,
    records: Records,
    lines: Lines,
}

struct Lines {
    ground: Ground,
    heading: Option<Heading>,
    heading_faults: Vec<Fault>,
    /// Fingerprints of the customers that earlier lines spoke of.
    seen: HashSet<[u8; 16]>,
    count: usize,
    /// The first line that is one too many.
    excess: Option<i32>,
    ready: Vec<StagedLine>,
}

impl Sheet {
    pub fn new(letters: Letters, ground: Ground) -> Self {
        let (heading_faults, seen, ready) = (Vec::new(), HashSet::new(), Vec::new());
        Self {
            letters,
            records: Records::new(),
            lines: Lines { ground, heading: None, heading_faults, seen, count: 0, excess: None, ready },
        }
    }

    /// The lines that were read since they were last taken.
    pub fn ready(&mut self) -> &mut Vec<StagedLine> {
        &mut self.lines.ready
    }

    /// Reads on; `is_end` with the last bytes.
    ///
    /// # Errors
    /// Once for all: after it nothing more can be read.
    pub fn read(&mut self, bytes: &[u8], is_end: bool) -> Result<(), Stop> {
        let lines = &mut self.lines;
        let mut each = |line: i32, cells: &[&str]| lines.take(line, cells);
        let (text, letters) = self.letters.read(bytes, is_end);
        let mut read = self.records.read(text, &mut each);
        if is_end && letters.is_ok() {
            read = read.and_then(|()| self.records.end(&mut each));
        }
        let outcome = match (read, letters) {
            (Err(Broken::QuoteOpen), _) => Err(QUOTES),
            (Err(Broken::RecordTooLong | Broken::TooManyCells), _) => Err(RECORD),
            (Ok(()), Err(_)) => Err(ENCODING),
            (Ok(()), Ok(())) => Ok(()),
        };
        let (outcome, line) = match self.lines.excess {
            Some(line) => (Err(FILE), line),
            None => (outcome, self.records.next_line()),
        };
        if !self.lines.heading_faults.is_empty() {
            return Err(Stop::Heading(std::mem::take(&mut self.lines.heading_faults)));
        }
        match outcome {
            Ok(()) if is_end && self.lines.heading.is_none() => Err(Stop::Heading(vec![Fault::at("/1", FaultCode::Required)])),
            Ok(()) => Ok(()),
            Err((code, what)) if self.lines.heading.is_none() => {
                Err(Stop::Heading(vec![Fault { pointer: format!("/{line}/{what}"), ..fault_of(code.as_str(), what) }]))
            }
            Err((code, what)) => {
                self.lines.ready.push(StagedLine { line, fault: Some((code.as_str(), what)), ..StagedLine::default() });
                Err(Stop::Broken)
            }
        }
    }
}

impl Lines {
    fn take(&mut self, line: i32, cells: &[&str]) {
        if cells.iter().all(|cell| cell.trim().is_empty()) || !self.heading_faults.is_empty() {
            return;
        }
        let Some(heading) = &self.heading else {
            match Heading::read(line, cells) {
                Ok(heading) => self.heading = Some(heading),
                Err(faults) => self.heading_faults = faults,
            }
            return;
        };
        self.count += 1;
        if self.count > LINES_MAX {
            self.excess.get_or_insert(line);
            return;
        }
        let mut staged = understand(line, heading, cells, &self.ground);
        if heading.is_overrun_by(cells) {
            staged.fault = Some((FaultCode::Malformed.as_str(), "line"));
        }
        if !self.seen.insert(fingerprint(&staged, &self.ground)) && staged.fault.is_none() {
            let column = if staged.external_id.is_some() { Column::ExternalId } else { Column::Name };
            staged.fault = Some((FaultCode::Duplicate.as_str(), column.as_str()));
        }
        self.ready.push(staged);
    }
}

/// Which customer a line speaks of: its external number, else unit, name and address. Lines without a name speak of nobody twice.
fn fingerprint(line: &StagedLine, ground: &Ground) -> [u8; 16] {
    let mut hash = Sha256::new();
    match (&line.external_id, &line.name) {
        (Some(number), _) => hash.update(number.as_bytes()),
        (None, Some(name)) => {
            hash.update([0]);
            hash.update(line.unit_id.unwrap_or(ground.unit_id));
            hash.update(name.as_bytes());
            hash.update([0]);
            hash.update(line.address.as_deref().unwrap_or_default());
        }
        (None, None) => {
            hash.update([1]);
            hash.update(line.line.to_be_bytes());
        }
    }
    let whole: [u8; 32] = hash.finalize().into();
    whole.first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::cells::Units;
    use crate::files::records::RECORD_MAX;
    use uuid::Uuid;

    fn sheet() -> Sheet {
        let unit_id = Uuid::from_u128(1);
        Sheet::new(Letters::of(None), Ground { datum: None, unit_id, units: Units::new(vec![(unit_id, "一组".into())]) })
    }

    fn faults(text: impl AsRef<[u8]>) -> Vec<(i32, Option<(&'static str, &'static str)>)> {
        let mut sheet = sheet();
        let stop = sheet.read(text.as_ref(), true);
        assert!(!matches!(stop, Err(Stop::Heading(_))), "{stop:?}");
        sheet.ready().iter().map(|line| (line.line, line.fault)).collect()
    }

    #[test]
    fn the_later_line_of_two_for_one_customer_has_the_fault() {
        let text = "客户编号,名称,地址,部门\nC1,甲,,\nC2,甲,,\nC1,乙,,\n,丙,路,一组\n,丙,路,\n,丙,,\n,,,\n";
        let duplicate = |column| Some(("duplicate", column));
        let want = [(2, None), (3, None), (4, duplicate("external_id")), (5, None), (6, duplicate("name")), (7, None)];
        assert_eq!(faults(text), want);
    }

    #[test]
    fn a_file_that_breaks_off_says_where_and_why() {
        assert_eq!(faults("name\n甲\n\"乙\n"), [(2, None), (3, Some(("malformed", "quotes")))]);
        assert_eq!(faults("name,lat\n甲,31.2,121.4\n"), [(2, Some(("malformed", "line")))]);
        assert_eq!(faults(b"name\nok\n\xff\n"), [(2, None), (3, Some(("malformed", "encoding")))]);
        let long = format!("name\n{}\n", "x".repeat(RECORD_MAX + 1));
        assert_eq!(faults(&long), [(2, Some(("too_long", "line")))]);
    }

    #[test]
    fn a_file_without_a_usable_heading_is_not_read() {
        for text in ["", "\n\n", "colour\nred\n", "\"", "\u{fffd}"] {
            let stop = sheet().read(text.as_bytes(), true);
            assert!(matches!(stop, Err(Stop::Heading(ref faults)) if !faults.is_empty()), "{text:?} {stop:?}");
        }
    }

    #[test]
    fn the_limits_that_are_told_are_the_ones_that_are_kept() {
        assert_eq!(fault_of("too_long", "file").allowed, Some(format!("0..{LINES_MAX}")));
        assert_eq!(fault_of("too_long", "line").allowed, Some(format!("0..{RECORD_MAX}")));
    }

    #[test]
    fn too_many_lines_are_refused_and_not_kept() {
        let mut sheet = sheet();
        sheet.read(b"name\n", false).unwrap();
        let stop = sheet.read("x\n".repeat(LINES_MAX + 5).as_bytes(), true);
        assert!(matches!(stop, Err(Stop::Broken)));
        assert_eq!(sheet.ready().len(), LINES_MAX + 1);
        let last = sheet.ready().last().unwrap();
        assert_eq!((last.line, last.fault), (100_002, Some(("too_long", "file"))));
    }
}

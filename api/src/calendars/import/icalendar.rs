//! All-day events of an iCalendar file (RFC 5545), as far as they say whether people work.
//!
//! Read line by line and without recursion: components may be nested as deeply as anybody likes.

use chrono::{Datelike, Days, NaiveDate};
use domain::calendars::{NoticeDay, YEARS};

use super::marks::{plain_name, works};
use super::notes::{NoteCode, note};
use super::{FAULTS_MAX, Said, Unmarked, day_name, refused};
use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::Problem;

/// Most days of one event.
const EVENT_DAYS_MAX: u64 = 60;

/// Reads the file whole.
pub fn read(text: &str, unmarked: Unmarked) -> Result<Said, Problem> {
    let mut file = File { unmarked, said: Said::default(), faults: Vec::new(), event: None, is_calendar: false };
    for (line, content) in content_lines(text) {
        file.take(line, &content);
        if file.faults.len() > FAULTS_MAX {
            break;
        }
    }
    if !file.is_calendar {
        file.faults.push(Fault::at("/1", FaultCode::Malformed).allowing("BEGIN:VCALENDAR"));
    } else if let Some(event) = file.event {
        // The file broke off.
        file.faults.push(Fault::at(format!("/{}/VEVENT", event.line), FaultCode::Malformed).allowing("END:VEVENT"));
    }
    if file.faults.is_empty() { Ok(file.said) } else { Err(refused(file.faults)) }
}

/// Lines with those that continue them, and where each begins, counted from 1.
fn content_lines(text: &str) -> impl Iterator<Item = (usize, String)> {
    let mut lines = text.split('\n').map(|line| line.trim_end_matches('\r')).enumerate().peekable();
    std::iter::from_fn(move || {
        let (n, first) = lines.next()?;
        let mut content = first.to_owned();
        while let Some((_, more)) = lines.next_if(|(_, line)| line.starts_with([' ', '\t'])) {
            content.extend(more.chars().skip(1));
        }
        Some((n + 1, content))
    })
}

struct File {
    unmarked: Unmarked,
    said: Said,
    faults: Vec<Fault>,
    event: Option<Event>,
    is_calendar: bool,
}

/// An event being read.
#[derive(Debug, Default)]
struct Event {
    /// Where it begins.
    line: usize,
    /// How many components of its own are open.
    depth: usize,
    summary: String,
    start: Option<(usize, String)>,
    end: Option<(usize, String)>,
    is_repeated: bool,
    is_cancelled: bool,
}

impl File {
    fn take(&mut self, line: usize, content: &str) {
        let Some((name, value)) = property(content) else { return };
        match (name.as_str(), &mut self.event) {
            ("BEGIN", None) if value.eq_ignore_ascii_case("VEVENT") => self.event = Some(Event { line, ..Event::default() }),
            ("BEGIN", None) => self.is_calendar |= value.eq_ignore_ascii_case("VCALENDAR"),
            ("BEGIN", Some(event)) => event.depth += 1,
            ("END", Some(event)) if event.depth > 0 => event.depth -= 1,
            ("END", Some(_)) => {
                if let Some(event) = self.event.take() {
                    self.close(&event);
                }
            }
            (name, Some(event)) if event.depth == 0 => event.take(line, name, value),
            _ => {}
        }
    }

    fn close(&mut self, event: &Event) {
        let notes = &mut self.said.notes;
        let Some((start_line, start)) = &event.start else { return };
        let Some(works) = works(&event.summary).or((self.unmarked == Unmarked::Off).then_some(false)) else {
            return note(notes, NoteCode::UnmarkedEvents, &event.summary);
        };
        if event.is_cancelled {
            return note(notes, NoteCode::CancelledEvents, &event.summary);
        }
        if event.is_repeated {
            return note(notes, NoteCode::RepeatedEvents, &event.summary);
        }
        if start.contains('T') {
            return note(notes, NoteCode::TimedEvents, &event.summary);
        }
        let mut refuse = |line: usize, property: &str, code| self.faults.push(Fault::at(format!("/{line}/{property}"), code));
        let Some(first) = date(start) else { return refuse(*start_line, "DTSTART", FaultCode::Malformed) };
        if !YEARS.contains(&first.year()) {
            return refuse(*start_line, "DTSTART", FaultCode::OutOfRange);
        }
        let count = match &event.end {
            None => Some(1),
            Some((_, end)) => length(first, end),
        };
        let Some(count) = count.filter(|count| (1..=EVENT_DAYS_MAX).contains(count)) else {
            return refuse(event.end.as_ref().map_or(event.line, |(line, _)| *line), "DTEND", FaultCode::OutOfRange);
        };
        let name = match day_name(&plain_name(&event.summary)) {
            Ok(name) => name,
            Err(code) => return refuse(event.line, "SUMMARY", code),
        };
        for day in (0..count).filter_map(|n| first.checked_add_days(Days::new(n))) {
            if let Err(code) = self.said.day(day, NoticeDay { works, name: name.clone() }) {
                return self.faults.push(Fault::at(format!("/{}/VEVENT", event.line), code));
            }
        }
    }
}

impl Event {
    fn take(&mut self, line: usize, name: &str, value: &str) {
        match name {
            "SUMMARY" => self.summary = unescaped(value),
            "DTSTART" => self.start = Some((line, value.trim().to_owned())),
            "DTEND" | "DURATION" => self.end = Some((line, value.trim().to_owned())),
            "RRULE" | "RDATE" => self.is_repeated = true,
            "STATUS" => self.is_cancelled = value.trim().eq_ignore_ascii_case("CANCELLED"),
            _ => {}
        }
    }
}

/// A property's name in capitals, without its parameters, and its value.
fn property(content: &str) -> Option<(String, &str)> {
    let mut is_quoted = false;
    let colon = content.find(|c| {
        is_quoted ^= c == '"';
        c == ':' && !is_quoted
    })?;
    let (named, value) = content.split_at_checked(colon)?;
    let name = named.split(';').next().unwrap_or_default().trim().to_ascii_uppercase();
    Some((name, value.get(1..).unwrap_or_default()))
}

fn unescaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut letters = value.chars();
    while let Some(c) = letters.next() {
        match c {
            '\\' => match letters.next() {
                Some('n' | 'N') => text.push(' '),
                Some(c) => text.push(c),
                None => {}
            },
            c => text.push(c),
        }
    }
    text
}

/// `20270101`.
fn date(text: &str) -> Option<NaiveDate> {
    let is_plain = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then(|| NaiveDate::parse_from_str(text, "%Y%m%d").ok()).flatten()
}

/// How many days an event has: until right before its end, or as many days or weeks as it lasts.
fn length(first: NaiveDate, end: &str) -> Option<u64> {
    if let Some(last) = end.strip_prefix('P') {
        let (count, unit) = last.split_at_checked(last.len().checked_sub(1)?)?;
        let count = count.parse::<u64>().ok()?;
        return match unit {
            "D" => Some(count),
            "W" => count.checked_mul(7),
            _ => None,
        };
    }
    // Some write the same day for an event of one day.
    u64::try_from(date(end)?.signed_duration_since(first).num_days()).ok().map(|days| days.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODES: [NoteCode; 4] = [NoteCode::UnmarkedEvents, NoteCode::TimedEvents, NoteCode::RepeatedEvents, NoteCode::CancelledEvents];

    fn file(events: &[&str]) -> String {
        let events: String = events.iter().flat_map(|event| ["BEGIN:VEVENT\r\n", event, "\r\nEND:VEVENT\r\n"]).collect();
        format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n")
    }

    fn days(said: &Said) -> Vec<(String, bool, &str)> {
        said.days.iter().map(|(date, day)| (date.to_string(), day.works, day.name.as_deref().unwrap_or_default())).collect()
    }

    fn told(text: &str) -> Vec<(String, FaultCode)> {
        read(text, Unmarked::Ignore).unwrap_err().faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect()
    }

    #[test]
    fn events_are_read_as_they_are_published() {
        let text = file(&[
            "SUMMARY:元旦假期\r\nDTSTART;VALUE=DATE:20270101\r\nDTEND;VALUE=DATE:20270103\r\nBEGIN:VALARM\r\nDTSTART:20280101\r\nEND:VALARM",
            "summary;LANGUAGE=\"zh:CN\":上班(补元\r\n 旦假期)\r\ndtstart:20270104",
            "SUMMARY:春节\\,除夕（休）\r\nDTSTART;VALUE=DATE:20270205\r\nDURATION:P1D",
            "SUMMARY:春节假期\r\nDTSTART;VALUE=DATE:20270206\r\nDTEND;VALUE=DATE:20270206",
        ]);
        let want = [
            ("2027-01-01", false, "元旦"),
            ("2027-01-02", false, "元旦"),
            ("2027-01-04", true, "元旦"),
            ("2027-02-05", false, "春节,除夕"),
            ("2027-02-06", false, "春节"),
        ];
        let want = want.map(|(date, works, name)| (date.to_owned(), works, name));
        assert_eq!(days(&read(&text, Unmarked::Ignore).unwrap()), want);
        assert_eq!(days(&read(&text.replace("\r\n", "\n"), Unmarked::Ignore).unwrap()), want);
    }

    #[test]
    fn what_says_nothing_about_whole_days_is_left_out_and_counted() {
        let text = file(&[
            "SUMMARY:植树节\r\nDTSTART;VALUE=DATE:20270312",
            "SUMMARY:放假\r\nDTSTART:20270312T090000Z",
            "SUMMARY:放假\r\nDTSTART:20270313\r\nRRULE:FREQ=YEARLY",
            "SUMMARY:放假\r\nDTSTART:20270314\r\nSTATUS:CANCELLED",
            "SUMMARY:放假",
        ]);
        let said = read(&text, Unmarked::Ignore).unwrap();
        let notes: Vec<_> = said.notes.iter().map(|note| (note.code, note.count)).collect();
        assert_eq!((said.days.len(), notes), (0, CODES.map(|code| (code, 1)).to_vec()));
        assert_eq!(days(&read(&text, Unmarked::Off).unwrap()), [("2027-03-12".to_owned(), false, "植树节")]);
    }

    #[test]
    fn files_that_cannot_be_understood_say_where() {
        use FaultCode::{Duplicate, Malformed, OutOfRange, TooLong};
        let one = |event: &str| told(&file(&[event]));
        for (event, at, code) in [
            ("SUMMARY:放假\r\nDTSTART:20270230", "/5/DTSTART", Malformed),
            ("SUMMARY:放假\r\nDTSTART:19990101", "/5/DTSTART", OutOfRange),
            ("SUMMARY:放假\r\nDTSTART:20270101\r\nDTEND:20261231", "/6/DTEND", OutOfRange),
            ("SUMMARY:放假\r\nDTSTART:20270101\r\nDTEND:20280101", "/6/DTEND", OutOfRange),
            ("SUMMARY:放假\r\nDTSTART:20270101\r\nDURATION:P99999999999999999999W", "/6/DTEND", OutOfRange),
            (&format!("SUMMARY:{}放假\r\nDTSTART:20270101", "长".repeat(61)), "/3/SUMMARY", TooLong),
        ] {
            assert_eq!(one(event), [(at.to_owned(), code)], "{event}");
        }
        let twice = file(&["SUMMARY:放假\r\nDTSTART:20270101", "SUMMARY:上班\r\nDTSTART:20270101"]);
        assert_eq!(told(&twice), [("/7/VEVENT".to_owned(), Duplicate)]);
        for text in ["", "\0\u{fffd}", "date,kind\n", "BEGIN:VEVENT\nEND:VEVENT\n"] {
            assert_eq!(told(text), [("/1".to_owned(), Malformed)], "{text:?}");
        }
        assert_eq!(told("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:放假\n"), [("/2/VEVENT".to_owned(), Malformed)]);
    }

    #[test]
    fn components_may_be_nested_as_deeply_as_anybody_likes() {
        for name in ["VEVENT", "X"] {
            let deep = "BEGIN:".to_owned() + name + "\n";
            let text = format!("BEGIN:VCALENDAR\n{}{}END:VCALENDAR\n", deep.repeat(60_000), deep.replace("BEGIN", "END").repeat(60_000));
            assert_eq!(read(&text, Unmarked::Off).unwrap(), Said::default());
        }
    }
}

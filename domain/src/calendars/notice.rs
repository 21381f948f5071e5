//! A notice about the days of a year, and what putting it into a calendar changes.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use super::calendar::{Calendar, Day, DayStatus, YearStatus};

/// What a document says about the days of one year. The notice of a year may speak of the last days of the year before, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub year: i32,
    /// Official and estimated notices are whole: what an earlier one of the same year said and this one does not is no longer so. Days
    /// that people set only add.
    pub status: DayStatus,
    pub days: BTreeMap<NaiveDate, NoticeDay>,
    /// Where it comes from, for people.
    pub source: Option<String>,
}

/// A day that a notice speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeDay {
    pub works: bool,
    pub name: Option<String>,
}

/// Why a notice cannot be put into a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeFault {
    /// A guess about a year whose official notice is in.
    YearIsOfficial,
}

/// A calendar with a notice in it, and what has become of every day that the two see differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    pub calendar: Calendar,
    /// In the order of the days.
    pub changes: Vec<Change>,
    /// How many days are as they were.
    pub unchanged: usize,
    /// Days that are not of the notice's year or next to it.
    pub ignored: Vec<NaiveDate>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub date: NaiveDate,
    pub kind: ChangeKind,
    /// What the calendar said before; `None` when nothing unlike its weekday.
    pub before: Option<Day>,
    /// What it says now, or for a day that was kept what the notice wanted.
    pub after: Option<Day>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    Added,
    Changed,
    Removed,
    /// The notice wants it otherwise and was not followed.
    Kept(KeptBecause),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptBecause {
    /// People said so.
    Manual,
    /// The notice of a later year said so.
    LaterNotice,
}

impl Calendar {
    /// Puts a notice into the calendar. A notice that says nothing is none: the year's days are not known, and nothing changes.
    ///
    /// # Errors
    /// When a guess would take the place of an official notice.
    pub fn merge(&self, notice: &Notice) -> Result<Merged, NoticeFault> {
        if notice.status == DayStatus::Estimated && self.year(notice.year) == YearStatus::Official {
            return Err(NoticeFault::YearIsOfficial);
        }
        let mut merged = Merged { calendar: self.clone(), changes: Vec::new(), unchanged: 0, ignored: Vec::new() };
        for (date, said) in &notice.days {
            if is_near(notice.year, *date) { merged.follow(notice, *date, said) } else { merged.ignored.push(*date) }
        }
        if notice.status != DayStatus::Manual && notice.days.keys().any(|date| is_near(notice.year, *date)) {
            merged.drop_what_is_not_said(notice);
            let status = if notice.status == DayStatus::Official { YearStatus::Official } else { YearStatus::Estimated };
            merged.calendar.years.insert(notice.year, status);
        }
        merged.changes.sort_by_key(|change| change.date);
        Ok(merged)
    }
}

/// Whether a notice of `year` can speak of this day: the year itself, the December before and the January after.
fn is_near(year: i32, date: NaiveDate) -> bool {
    match date.month() {
        12 => date.year() == year || date.year() + 1 == year,
        1 => date.year() == year || date.year() - 1 == year,
        _ => date.year() == year,
    }
}

impl Merged {
    fn follow(&mut self, notice: &Notice, date: NaiveDate, said: &NoticeDay) {
        let before = self.calendar.days.get(&date).cloned();
        let after = Day {
            works: said.works,
            // Half days stay half days.
            segments: before.as_ref().filter(|before| before.works && said.works).and_then(|before| before.segments.clone()),
            name: said.name.clone(),
            status: notice.status,
            notice_year: (notice.status != DayStatus::Manual).then_some(notice.year),
            source: notice.source.clone(),
        };
        let kind = match &before {
            None => ChangeKind::Added,
            Some(before) => match reason_to_keep(before, notice) {
                Some(_) if before.works == after.works => return self.unchanged += 1,
                Some(reason) => ChangeKind::Kept(reason),
                None if says_the_same(before, &after) => {
                    let restated = Day { notice_year: after.notice_year, ..before.clone() };
                    self.calendar.days.insert(date, restated);
                    return self.unchanged += 1;
                }
                None => ChangeKind::Changed,
            },
        };
        if !matches!(kind, ChangeKind::Kept(_)) {
            self.calendar.days.insert(date, after.clone());
        }
        self.changes.push(Change { date, kind, before, after: Some(after) });
    }

    fn drop_what_is_not_said(&mut self, notice: &Notice) {
        let is_dropped = |date: &NaiveDate, day: &mut Day| {
            let of_this_notice = day.notice_year.unwrap_or(date.year()) == notice.year;
            of_this_notice && day.status != DayStatus::Manual && !notice.days.contains_key(date)
        };
        let dropped = self.calendar.days.extract_if(.., is_dropped);
        self.changes.extend(dropped.map(|(date, before)| Change { date, kind: ChangeKind::Removed, before: Some(before), after: None }));
    }
}

fn reason_to_keep(before: &Day, notice: &Notice) -> Option<KeptBecause> {
    match (before.status, notice.status) {
        (_, DayStatus::Manual) => None,
        (DayStatus::Manual, _) => Some(KeptBecause::Manual),
        // A guess about a later year never stands against a notice.
        (DayStatus::Official, _) if before.notice_year > Some(notice.year) => Some(KeptBecause::LaterNotice),
        _ => None,
    }
}

/// Whether people would see no difference; where it comes from may be another place.
fn says_the_same(before: &Day, after: &Day) -> bool {
    (before.works, &before.segments, &before.name, before.status) == (after.works, &after.segments, &after.name, after.status)
}

//! What an import changes, day by day.

use chrono::NaiveDate;
use domain::calendars::{Change, ChangeKind, Day, DayStatus, KeptBecause, Merged, Notice, YearStatus, texts};
use domain::texts::Language;
use serde::Serialize;
use store::calendars::Kept;
use utoipa::ToSchema;

use super::notes::{Note, NoteCode, NoteView, note};
use crate::docs::lists;

/// What an import changes, or has changed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CalendarImport)]
pub struct ImportReport {
    /// Whether this only tells what would change.
    dry_run: bool,
    /// The version that the file was held against.
    #[schema(example = 1)]
    compared_with: i32,
    /// The version in force now.
    #[schema(example = 1)]
    version: i32,
    /// The year whose notice the file is.
    #[schema(example = 2027)]
    year: i32,
    /// What its days count as.
    #[schema(value_type = lists::CalendarDayStatus)]
    status: DayStatus,
    #[schema(value_type = lists::CalendarYearStatus)]
    year_before: YearStatus,
    #[schema(value_type = lists::CalendarYearStatus)]
    year_after: YearStatus,
    counts: Counts,
    /// Every day that the calendar and the file see differently.
    changes: Vec<ChangeView>,
    /// What the file has and was left out.
    notes: Vec<NoteView>,
}

/// How many days.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = CalendarImportCounts)]
pub struct Counts {
    added: usize,
    changed: usize,
    removed: usize,
    /// Kept as they are although the file wants them otherwise.
    kept: usize,
    unchanged: usize,
}

/// One day that the calendar and the file see differently.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CalendarImportChange)]
pub struct ChangeView {
    date: NaiveDate,
    change: ChangeName,
    /// Why the file was not followed.
    because: Option<BecauseName>,
    /// What the calendar said; null when the day was like its weekday.
    before: Option<SaidDay>,
    /// What the file says; null when nothing any more.
    after: Option<SaidDay>,
}

/// What becomes of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CalendarImportChangeKind)]
pub enum ChangeName {
    Added,
    Changed,
    Removed,
    Kept,
}

/// Why a day is kept: people of the organisation said so, or the notice of a later year did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CalendarImportKeptBecause)]
pub enum BecauseName {
    Manual,
    LaterNotice,
}

/// What is said about a day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SaidOfDay)]
pub struct SaidDay {
    works: bool,
    /// In the reader's language where it is a known holiday.
    name: Option<String>,
    #[schema(value_type = lists::CalendarDayStatus)]
    status: DayStatus,
}

/// The whole report.
pub fn report(
    present: &Kept,
    applied: Option<&Kept>,
    notice: &Notice,
    merged: &Merged,
    left_out: &[Note],
    language: Language,
) -> ImportReport {
    let mut notes = left_out.to_vec();
    if notice.days.len() == merged.ignored.len() {
        note(&mut notes, NoteCode::NoDays, "");
    }
    for date in &merged.ignored {
        note(&mut notes, NoteCode::FarDays, &date.to_string());
    }
    ImportReport {
        dry_run: applied.is_none(),
        compared_with: present.version,
        version: applied.map_or(present.version, |kept| kept.version),
        year: notice.year,
        status: notice.status,
        year_before: present.calendar.year(notice.year),
        year_after: merged.calendar.year(notice.year),
        counts: counts(merged),
        changes: merged.changes.iter().map(|change| told(change, language)).collect(),
        notes: notes.iter().map(|note| note.told(language)).collect(),
    }
}

fn counts(merged: &Merged) -> Counts {
    let mut counts = Counts { unchanged: merged.unchanged, ..Counts::default() };
    for change in &merged.changes {
        match change.kind {
            ChangeKind::Added => counts.added += 1,
            ChangeKind::Changed => counts.changed += 1,
            ChangeKind::Removed => counts.removed += 1,
            ChangeKind::Kept(_) => counts.kept += 1,
        }
    }
    counts
}

fn told(change: &Change, language: Language) -> ChangeView {
    let (name, because) = match change.kind {
        ChangeKind::Added => (ChangeName::Added, None),
        ChangeKind::Changed => (ChangeName::Changed, None),
        ChangeKind::Removed => (ChangeName::Removed, None),
        ChangeKind::Kept(KeptBecause::Manual) => (ChangeName::Kept, Some(BecauseName::Manual)),
        ChangeKind::Kept(KeptBecause::LaterNotice) => (ChangeName::Kept, Some(BecauseName::LaterNotice)),
    };
    let said =
        |day: &Day| SaidDay { works: day.works, name: day.name.as_deref().map(|name| texts::day_name(name, language)), status: day.status };
    ChangeView {
        date: change.date,
        change: name,
        because,
        before: change.before.as_ref().map(said),
        after: change.after.as_ref().map(said),
    }
}

//! What an import saw and did not follow.

use domain::texts::Language;
use serde::Serialize;
use utoipa::ToSchema;

/// Most examples of one note.
const EXAMPLES_MAX: usize = 5;
/// Longest example, characters.
const EXAMPLE_CHARS: usize = 60;

/// Things of one kind that were left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub code: NoteCode,
    pub count: usize,
    pub examples: Vec<String>,
}

/// Why something was left out: the file has no days and is no notice; days that lie too far from its year; events that do not say whether
/// people work, that are not all day long, that repeat, or that were cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CalendarImportNoteCode)]
pub enum NoteCode {
    NoDays,
    FarDays,
    UnmarkedEvents,
    TimedEvents,
    RepeatedEvents,
    CancelledEvents,
}

impl NoteCode {
    fn text(self, language: Language) -> &'static str {
        let (zh, en) = match self {
            Self::NoDays => (
                "文件中没有该年的日期，视为尚未公布，日历未作改动。",
                "The file has no days of its year: it counts as not published, and nothing changes.",
            ),
            Self::FarDays => ("不属于该年及其前后相邻月份的日期已忽略。", "Days that are not of the year or next to it were left out."),
            Self::UnmarkedEvents => (
                "没有注明休息或上班的日程已忽略；如都是假日，可加 unmarked=off。",
                "Events that do not say whether people work were left out; unmarked=off takes them for days off.",
            ),
            Self::TimedEvents => ("非全天日程已忽略。", "Events that are not all day long were left out."),
            Self::RepeatedEvents => {
                ("重复日程已忽略；请导入逐日列出的文件。", "Repeating events were left out; import a file that lists every day.")
            }
            Self::CancelledEvents => ("已取消的日程已忽略。", "Cancelled events were left out."),
        };
        match language {
            Language::ZhCn => zh,
            Language::En => en,
        }
    }
}

/// Adds one more thing of a kind.
pub fn note(notes: &mut Vec<Note>, code: NoteCode, example: &str) {
    if !notes.iter().any(|note| note.code == code) {
        notes.push(Note { code, count: 0, examples: Vec::new() });
    }
    let Some(note) = notes.iter_mut().find(|note| note.code == code) else { return };
    note.count += 1;
    let example: String = example.chars().filter(|c| !c.is_control()).take(EXAMPLE_CHARS).collect();
    if note.examples.len() < EXAMPLES_MAX && !example.is_empty() && !note.examples.contains(&example) {
        note.examples.push(example);
    }
}

/// Something that was left out, as it is told.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CalendarImportNote)]
pub struct NoteView {
    code: NoteCode,
    count: usize,
    /// Some of them, as the file has them.
    examples: Vec<String>,
    /// In the reader's language.
    message: String,
}

impl Note {
    pub fn told(&self, language: Language) -> NoteView {
        NoteView { code: self.code, count: self.count, examples: self.examples.clone(), message: self.code.text(language).to_owned() }
    }
}

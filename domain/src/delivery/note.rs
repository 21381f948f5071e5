//! What one intervention tells its reader, whoever worded it: the playbook, or the house itself.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::texts;
use crate::calendars::{self, YearStatus};
use crate::people::Role;
use crate::playbook::{About, Playbook, SubjectKind, tell};
use crate::texts::Language;

/// What an intervention says, as it is kept.
#[derive(Debug, Clone, Copy)]
pub struct Note<'a> {
    pub code: &'a str,
    /// Of what the playbook says.
    pub subject_kind: Option<&'a str>,
    /// `subject`, `stage`, `since`, `department` and `mean_ms` of what the playbook says; `way` of a notice of the house; `year` and
    /// `status` of one about the calendar.
    pub data: &'a Value,
    pub owner: Option<&'a str>,
    pub created_at: DateTime<Utc>,
    /// Of a visit.
    pub customer: Option<&'a str>,
}

/// What a reader reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    pub title: String,
    pub why: Option<String>,
    pub next: Option<String>,
}

impl Note<'_> {
    /// The note in a language; `playbook` is the one that said it, if one did.
    pub fn read(&self, playbook: Option<&Playbook>, language: Language) -> Read {
        let kind = self.subject_kind.and_then(SubjectKind::parse);
        let told = playbook.zip(kind).and_then(|(playbook, kind)| {
            let since = self.text("since").and_then(|since| since.parse::<DateTime<Utc>>().ok()).unwrap_or(self.created_at);
            let (subject, stage, waited) = (self.text("subject").unwrap_or_default(), self.text("stage"), self.created_at - since);
            let department = self.text("department").and_then(Role::parse);
            let mean = self.data.get("mean_ms").and_then(Value::as_i64).map(TimeDelta::milliseconds);
            let about = About { kind, subject, stage, owner: self.owner, waited, department, mean };
            tell(playbook, self.code, &about, language)
        });
        match told {
            Some(told) => Read { title: told.title, why: Some(told.why), next: Some(told.next) },
            None => Read { title: self.by_house(language), why: None, next: None },
        }
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.data.get(name)?.as_str()
    }

    fn year(&self, language: Language) -> Option<String> {
        let year = i32::try_from(self.data.get("year")?.as_i64()?).ok()?;
        let status = YearStatus::ALL.into_iter().find(|status| self.text("status") == Some(status.as_str()))?;
        calendars::texts::uncertain_year(year, status, language)
    }

    fn by_house(&self, language: Language) -> String {
        let customer = self.customer.unwrap_or_default();
        match (self.code, language) {
            ("verdict_changed", Language::ZhCn) => format!("您在「{customer}」的拜访有了新的判定，请查看原因和建议。"),
            ("verdict_changed", Language::En) => format!("Your visit at “{customer}” has a new verdict; see why and what to do."),
            ("visit_appealed", Language::ZhCn) => format!("有一条在「{customer}」的拜访申诉等您处理。"),
            ("visit_appealed", Language::En) => format!("An appeal about a visit at “{customer}” waits for your decision."),
            ("calendar_year_uncertain", _) => self.year(language).unwrap_or_else(|| self.code.to_owned()),
            _ => texts::way_closed(self.code, self.text("way").unwrap_or_default(), language).unwrap_or_else(|| self.code.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::playbook::{DEFAULT, read};

    fn read_as(code: &str, playbook: Option<&Playbook>, language: Language) -> Read {
        let data = json!({
            "subject": "好邻居", "stage": "confirmed", "since": "2026-11-21T12:00:00Z", "way": "https://crm.example.com/hook",
            "year": 2027, "status": "estimated",
        });
        let created_at = "2026-11-23T12:00:00Z".parse().unwrap();
        let note = Note { code, subject_kind: Some("lead"), data: &data, owner: None, created_at, customer: Some("晨光超市") };
        note.read(playbook, language)
    }

    #[test]
    fn a_playbook_words_what_it_says_and_the_house_the_rest() {
        let playbook = read(DEFAULT).unwrap();
        let told = read_as("lead_stalled_todo", Some(&playbook), Language::ZhCn);
        assert_eq!(told.title, "好邻居停了 2 天");
        assert!(told.why.is_some() && told.next.is_some());
        for language in Language::ALL {
            for (code, holds) in [
                ("verdict_changed", "晨光超市"),
                ("visit_appealed", "晨光超市"),
                ("webhook_disabled", "https://crm.example.com/hook"),
                ("channel_closed", "https://crm.example.com/hook"),
                ("calendar_year_uncertain", "2027"),
                ("no_such_code", "no_such_code"),
            ] {
                assert!(read_as(code, None, language).title.contains(holds), "{code}");
            }
        }
    }
}

//! What came out: counts by what people see of a playbook, and the first differences.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::playbook::simulation::{Comparison, Mark, Seen};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::StoreError;
use crate::engine::standings::Key;

/// One thing that people see of a playbook, and how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub subject_kind: String,
    #[serde(flatten)]
    pub of: Sight,
    pub would: u32,
    pub did: u32,
    /// At the same time, and at another.
    pub same: u32,
    pub moved: u32,
}

/// What people see: an incident or stage by its code, or what a timer or rule tells whom.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Sight {
    /// `incident`, `intervention` or `stage`.
    pub what: String,
    /// The timer, rule or stage.
    pub code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intervention: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// In which stage, of incidents and interventions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
}

impl Sight {
    fn of(mark: &Mark) -> Self {
        let plain = |what: &str, code: &str| Self {
            what: what.to_owned(),
            code: code.to_owned(),
            step: None,
            intervention: None,
            to: None,
            stage: None,
        };
        match mark {
            Mark::Incident { code, stage } => Self { stage: stage.as_ref().map(ToString::to_string), ..plain("incident", code.as_str()) },
            Mark::Stage { stage } => plain("stage", stage.as_str()),
            Mark::Intervention { by, step, kind, to, stage } => Self {
                stage: stage.as_ref().map(ToString::to_string),
                step: Some(*step),
                intervention: Some(kind.as_str().to_owned()),
                to: Some(to.as_str().to_owned()),
                ..plain("intervention", by.as_str())
            },
        }
    }
}

/// How it differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Differs {
    /// Would have happened at another time.
    Moved,
    /// Would have happened, and did not.
    Added,
    /// Happened, and would not have.
    Dropped,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    pub differs: Differs,
    #[serde(flatten)]
    pub of: Sight,
    pub subject: Subject,
    pub did_at: Option<DateTime<Utc>>,
    pub would_at: Option<DateTime<Utc>>,
}

/// Whom a difference is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    pub kind: String,
    pub id: Uuid,
    /// What it is called today; not kept.
    #[serde(skip)]
    pub name: Option<String>,
}

/// No simulation tells of more differences one by one; the counts have all of them.
pub(super) const DIFFERENCES_MAX: usize = 500;

/// What has been gathered.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    tallies: BTreeMap<(String, Sight), [u32; 4]>,
    pub differences: Vec<Difference>,
    pub left_out: usize,
}

impl Outcome {
    pub fn read(tallies: Value, differences: Value, left_out: i32) -> Result<Self, StoreError> {
        let tallies = read_tallies(tallies)?.into_iter();
        let tallies = tallies.map(|tally| ((tally.subject_kind, tally.of), [tally.would, tally.did, tally.same, tally.moved]));
        Ok(Self {
            tallies: tallies.collect(),
            differences: read_differences(differences)?,
            left_out: usize::try_from(left_out).unwrap_or(0),
        })
    }

    /// Adds one subject's.
    pub fn add(&mut self, key: Key, comparison: &Comparison) {
        let Comparison { same, moved, added, dropped } = comparison;
        for seen in same {
            self.count(key, &seen.mark, [1, 1, 1, 0]);
        }
        for (seen, would_at) in moved {
            self.count(key, &seen.mark, [1, 1, 0, 1]);
            self.tell(key, Differs::Moved, seen, (Some(seen.at), Some(*would_at)));
        }
        for seen in added {
            self.count(key, &seen.mark, [1, 0, 0, 0]);
            self.tell(key, Differs::Added, seen, (None, Some(seen.at)));
        }
        for seen in dropped {
            self.count(key, &seen.mark, [0, 1, 0, 0]);
            self.tell(key, Differs::Dropped, seen, (Some(seen.at), None));
        }
    }

    fn count(&mut self, (kind, _): Key, mark: &Mark, more: [u32; 4]) {
        let counts = self.tallies.entry((kind.as_str().to_owned(), Sight::of(mark))).or_default();
        for (count, more) in counts.iter_mut().zip(more) {
            *count = count.saturating_add(more);
        }
    }

    fn tell(&mut self, (kind, id): Key, differs: Differs, seen: &Seen, (did_at, would_at): (Option<DateTime<Utc>>, Option<DateTime<Utc>>)) {
        if self.differences.len() >= DIFFERENCES_MAX {
            self.left_out += 1;
            return;
        }
        let subject = Subject { kind: kind.as_str().to_owned(), id, name: None };
        self.differences.push(Difference { differs, of: Sight::of(&seen.mark), subject, did_at, would_at });
    }

    pub fn tallies(&self) -> Result<Value, StoreError> {
        let tallies = self.tallies.iter().map(|((subject_kind, of), [would, did, same, moved])| Tally {
            subject_kind: subject_kind.clone(),
            of: of.clone(),
            would: *would,
            did: *did,
            same: *same,
            moved: *moved,
        });
        serde_json::to_value(tallies.collect::<Vec<_>>()).map_err(|_| CORRUPT_TALLIES)
    }

    pub fn differences(&self) -> Result<Value, StoreError> {
        serde_json::to_value(&self.differences).map_err(|_| CORRUPT_DIFFERENCES)
    }
}

const CORRUPT_TALLIES: StoreError = StoreError::Corrupt { table: "simulations", column: "tallies" };
const CORRUPT_DIFFERENCES: StoreError = StoreError::Corrupt { table: "simulations", column: "differences" };

pub(super) fn read_tallies(kept: Value) -> Result<Vec<Tally>, StoreError> {
    serde_json::from_value(kept).map_err(|_| CORRUPT_TALLIES)
}

pub(super) fn read_differences(kept: Value) -> Result<Vec<Difference>, StoreError> {
    serde_json::from_value(kept).map_err(|_| CORRUPT_DIFFERENCES)
}

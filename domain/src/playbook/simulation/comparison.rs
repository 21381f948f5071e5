//! What a playbook would have done beside what was done.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::Happening;
use crate::playbook::code::Code;
use crate::playbook::effect::Effect;
use crate::playbook::model::InterventionKind;
use crate::playbook::subject::Recipient;

/// What people see of a playbook.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// A timer ran out, in a stage where there are any.
    Incident { code: Code, stage: Option<Code> },
    /// A timer or rule told somebody something, in a stage where there are any.
    Intervention { by: Code, step: u32, kind: InterventionKind, to: Recipient, stage: Option<Code> },
    /// The subject entered a stage.
    Stage { stage: Code },
}

/// What happened or would have happened, and when.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    pub mark: Mark,
    /// When an incident was due, when somebody was told, from when the stage counts.
    pub at: DateTime<Utc>,
}

/// What people would have seen of what happened.
pub fn seen(happenings: &[Happening]) -> Vec<Seen> {
    let seen = happenings.iter().filter_map(|happening| match &happening.effect {
        Effect::RaiseIncident(incident) => {
            Some(Seen { mark: Mark::Incident { code: incident.code.clone(), stage: happening.stage.clone() }, at: incident.due_at })
        }
        Effect::Intervene(said) => {
            let step = said.step.map_or(0, |(_, step)| step);
            let stage = happening.stage.clone();
            Some(Seen { mark: Mark::Intervention { by: said.by.clone(), step, kind: said.kind, to: said.to, stage }, at: happening.at })
        }
        Effect::EnterStage(entry) => Some(Seen { mark: Mark::Stage { stage: entry.stage.clone() }, at: entry.at }),
        _ => None,
    });
    seen.collect()
}

/// What a playbook would have done otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    pub same: Vec<Seen>,
    /// At another time: as it was, and when it would have been.
    pub moved: Vec<(Seen, DateTime<Utc>)>,
    /// Would have happened, and did not.
    pub added: Vec<Seen>,
    /// Happened, and would not have.
    pub dropped: Vec<Seen>,
}

/// Times that differ by less are the same: the timekeeper is not a stopwatch.
const SAME_WITHIN: TimeDelta = TimeDelta::minutes(1);

/// Compares what would have happened with what did: the first of a kind with the first, the second with the second.
pub fn compare(would: &[Seen], did: &[Seen]) -> Comparison {
    let mut lanes: BTreeMap<&Mark, (Vec<&Seen>, Vec<&Seen>)> = BTreeMap::new();
    for seen in would {
        lanes.entry(&seen.mark).or_default().0.push(seen);
    }
    for seen in did {
        lanes.entry(&seen.mark).or_default().1.push(seen);
    }
    let mut comparison = Comparison::default();
    for (mut would, mut did) in lanes.into_values() {
        would.sort_by_key(|seen| seen.at);
        did.sort_by_key(|seen| seen.at);
        let pairs = would.len().min(did.len());
        for (would, did) in would.iter().zip(&did) {
            if (would.at - did.at).abs() <= SAME_WITHIN {
                comparison.same.push((*did).clone());
            } else {
                comparison.moved.push(((*did).clone(), would.at));
            }
        }
        comparison.added.extend(would.into_iter().skip(pairs).cloned());
        comparison.dropped.extend(did.into_iter().skip(pairs).cloned());
    }
    comparison
}

//! What alerts, and what people were told, say in an entry: in the words of the playbook that said it.

use std::collections::HashMap;

use domain::delivery::Read;
use domain::playbook::SubjectKind;
use domain::texts::Language;
use domain::timeline::{self as story, family_of};
use store::inbox::{self, Intervention};
use store::timeline::{self, Alert, Entry, Told};
use store::{StoreError, Tx};
use uuid::Uuid;

use crate::inbox::read;
use crate::incidents::Words;

/// What belongs to the entries of a page that are about alerts, and about what people were told.
#[derive(Default)]
pub struct Alerts {
    alerts: HashMap<Uuid, Alert>,
    /// By the incident that said it, or else by itself.
    told: HashMap<Uuid, Vec<Told>>,
    texts: HashMap<Uuid, Intervention>,
    words: Words,
}

/// Entries with which people are told something.
fn tells(kind: &str) -> bool {
    matches!(kind, "incident.raised" | "incident.escalated")
}

fn incident_of(entry: &Entry) -> Option<Uuid> {
    entry.data.get("incident_id")?.as_str()?.parse().ok()
}

impl Alerts {
    /// Reads what belongs to these entries; nothing where none of them is about an alert or a notice.
    ///
    /// # Errors
    /// As any statement.
    pub async fn of(tx: &mut Tx, entries: &[Entry]) -> Result<Self, StoreError> {
        let incidents = entries.iter().filter_map(incident_of).collect::<Vec<_>>();
        let alerts = if incidents.is_empty() { Vec::new() } else { timeline::alerts(tx, &incidents).await? };
        let raised = entries.iter().filter(|entry| tells(&entry.kind)).filter_map(incident_of).collect::<Vec<_>>();
        let mut told = if raised.is_empty() { Vec::new() } else { timeline::told(tx, &raised).await? };
        let notes = entries.iter().filter(|entry| family_of(&entry.kind) == "intervention").map(|entry| entry.id).collect::<Vec<_>>();
        if !notes.is_empty() {
            told.extend(timeline::notes(tx, &notes).await?);
        }
        let ids = told.iter().map(|told| told.id).collect::<Vec<_>>();
        let texts = if ids.is_empty() { Vec::new() } else { inbox::of(tx, &ids).await? };
        let versions = texts.iter().filter_map(|text| text.playbook_version).chain(alerts.iter().map(|alert| alert.playbook_version));
        let mut of_cause = HashMap::<Uuid, Vec<Told>>::new();
        for told in told {
            of_cause.entry(told.incident_id.unwrap_or(told.id)).or_default().push(told);
        }
        Ok(Self {
            words: Words::of(tx, versions).await?,
            alerts: alerts.into_iter().map(|alert| (alert.id, alert)).collect(),
            told: of_cause,
            texts: texts.into_iter().map(|text| (text.id, text)).collect(),
        })
    }

    /// Who was told because of an entry: with an alert that is raised or goes further up, those of that step.
    pub fn told(&self, entry: &Entry) -> impl Iterator<Item = &Told> {
        let cause = if tells(&entry.kind) { incident_of(entry) } else { Some(entry.id) };
        let step = entry.data.get("step").and_then(serde_json::Value::as_i64).filter(|_| tells(&entry.kind));
        let told = cause.and_then(|cause| self.told.get(&cause)).map(Vec::as_slice).unwrap_or_default().iter();
        told.filter(move |told| step.is_none() || step == told.step.map(i64::from))
    }

    /// What somebody was told, as they read it.
    pub fn text(&self, told: &Told, language: Language) -> Option<Read> {
        self.texts.get(&told.id).map(|text| read(text, &self.words, language))
    }

    /// What the house itself says of an entry.
    pub fn says(&self, entry: &Entry, language: Language) -> Option<String> {
        if family_of(&entry.kind) == "intervention" {
            let text = self.told(entry).next().and_then(|told| self.text(told, language))?;
            let stop = if language == Language::ZhCn { "。" } else { ". " };
            return Some(text.why.map_or_else(|| text.title.clone(), |why| format!("{}{stop}{why}", text.title)));
        }
        let Some(alert) = incident_of(entry).and_then(|id| self.alerts.get(&id)) else {
            return story::coded(&entry.kind, &entry.data, language).map(str::to_owned);
        };
        let about = story::Alert {
            subject: SubjectKind::parse(&alert.subject_kind)?,
            code: &alert.code,
            stage: alert.stage.as_deref(),
            waited: entry.occurred_at - alert.opened_at,
            ended: alert.ended.as_deref(),
            is_in_time: alert.is_in_time,
        };
        story::alert(&entry.kind, &about, self.words.playbook(alert.playbook_version)?, language)
    }
}

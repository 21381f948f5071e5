//! The words of a message: what the inbox says too, in the reader's language, with one link; many as one, a line each.

use std::collections::HashMap;
use std::sync::Arc;

use domain::delivery::{Note, Read, texts};
use domain::playbook::Playbook;
use domain::texts::Language;
use store::deliveries::contents::ForPerson;
use store::inbox::Intervention;
use store::{StoreError, Tx, playbook};
use uuid::Uuid;

use crate::channels::{Link, Message, Urgency};

/// A digest names so many; the rest is counted.
const LINES_MAX: usize = 20;

/// The playbooks by which things were said.
pub(super) struct Words(HashMap<i32, Arc<Playbook>>);

impl Words {
    pub async fn of(tx: &mut Tx, versions: impl Iterator<Item = i32>) -> Result<Self, StoreError> {
        let mut words = HashMap::new();
        for version in versions {
            if let std::collections::hash_map::Entry::Vacant(place) = words.entry(version) {
                place.insert(playbook::of_version(tx, version).await?);
            }
        }
        Ok(Self(words))
    }

    /// The message that bears `id`.
    pub fn message(&self, id: Uuid, message: &ForPerson, app_url: &str) -> Message {
        let language = Language::ALL.into_iter().find(|language| language.tag() == message.language).unwrap_or_default();
        let urgent = message.told.iter().any(|told| told.urgent);
        let urgency = if urgent { Urgency::Urgent } else { Urgency::Normal };
        let facts = Vec::new();
        match message.told.as_slice() {
            [one] => {
                let Read { title, why, next } = self.read(one, language);
                let late = one.late.then(|| texts::late(language).to_owned());
                let link = Link::new(texts::open(language), &format!("{app_url}/inbox/{}", one.id));
                let acknowledge = Some(texts::seen(language).to_owned());
                let paragraphs = late.into_iter().chain(why).chain(next).collect();
                Message { id, language, urgency, title, paragraphs, facts, link, acknowledge }
            }
            many => {
                let lines =
                    many.iter().take(LINES_MAX).enumerate().map(|(n, one)| format!("{}. {}", n + 1, self.read(one, language).title));
                let left = many.len().saturating_sub(LINES_MAX);
                let paragraphs = lines.chain((left > 0).then(|| texts::and_more(left, language))).collect();
                let link = Link::new(texts::open(language), &format!("{app_url}/inbox"));
                let title = texts::digest_title(many.len(), language);
                Message { id, language, urgency, title, paragraphs, facts, link, acknowledge: None }
            }
        }
    }

    fn read(&self, told: &Intervention, language: Language) -> Read {
        let note = Note {
            code: &told.code,
            subject_kind: told.subject_kind.as_deref(),
            data: &told.data,
            owner: told.owner_name.as_deref(),
            created_at: told.created_at,
            customer: told.customer_name.as_deref(),
        };
        note.read(told.playbook_version.and_then(|version| self.0.get(&version)).map(AsRef::as_ref), language)
    }
}

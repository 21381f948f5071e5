//! An event is what happened, told to a system: a CloudEvents 1.0 envelope in JSON. It is written once and kept as bytes, so that every
//! attempt and every replay brings the very same body.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// The media type of an event as a whole.
pub const MEDIA_TYPE: &str = "application/cloudevents+json";

/// What happened.
#[derive(Debug, Clone)]
pub struct Event {
    pub id: Uuid,
    /// Where it happened, as a URI reference, such as `/organisations/…`.
    pub source: String,
    /// What kind of thing it is, such as `incident.opened`.
    pub kind: String,
    /// What it happened to.
    pub subject: Option<String>,
    pub occurred_at: DateTime<Utc>,
    pub data: Value,
}

#[derive(Serialize)]
struct Envelope<'a> {
    specversion: &'static str,
    id: Uuid,
    source: &'a str,
    r#type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    time: String,
    datacontenttype: &'static str,
    data: &'a Value,
}

impl Event {
    /// The event as it is signed, stored and sent.
    ///
    /// # Errors
    /// Never for data that came from JSON.
    pub fn bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(&Envelope {
            specversion: "1.0",
            id: self.id,
            source: &self.source,
            r#type: &self.kind,
            subject: self.subject.as_deref(),
            time: self.occurred_at.to_rfc3339_opts(SecondsFormat::Millis, true),
            datacontenttype: "application/json",
            data: &self.data,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_has_the_attributes_of_cloudevents() {
        let event = Event {
            id: Uuid::from_u128(7),
            source: "/organisations/1".to_owned(),
            kind: "incident.opened".to_owned(),
            subject: None,
            occurred_at: DateTime::from_timestamp_millis(1_700_000_000_250).unwrap(),
            data: json!({"stalled_h": 48}),
        };
        let bytes = event.bytes().unwrap();
        let expected = json!({
            "specversion": "1.0", "id": "00000000-0000-0000-0000-000000000007", "source": "/organisations/1", "type": "incident.opened",
            "time": "2023-11-14T22:13:20.250Z", "datacontenttype": "application/json", "data": {"stalled_h": 48}
        });
        assert_eq!(serde_json::from_slice::<Value>(&bytes).unwrap(), expected);
        assert_eq!(event.bytes().unwrap(), bytes);
        let with_subject = Event { subject: Some("lead/1".to_owned()), ..event }.bytes().unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&with_subject).unwrap()["subject"], "lead/1");
    }
}

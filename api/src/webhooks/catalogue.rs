//! The catalogue of events as a document: for every kind the whole envelope as a JSON Schema, and an example that fits it.

use chrono::{DateTime, Utc};
use domain::delivery::events::{Detail, EventKind, TEST, catalogue};
use serde_json::{Map, Value, json};

/// The document as it is committed: `openapi/events.json`.
pub fn text() -> String {
    let mut text = serde_json::to_string_pretty(&document()).unwrap_or_default();
    text.push('\n');
    text
}

fn document() -> Value {
    let kinds = catalogue().iter().map(|kind| (kind.name.to_owned(), described(kind)));
    let mut events: Map<String, Value> = kinds.collect();
    events.insert(TEST.to_owned(), test());
    json!({
        "title": "Fieldproof events",
        "description": "What is sent to webhooks: one CloudEvents 1.0 envelope in structured JSON per request (`application/cloudevents+json`), signed as Standard Webhooks 1.0 says.",
        "headers": {
            "webhook-id": "The delivery's id: the same at every attempt and at a replay. Take it to tell repetitions apart.",
            "webhook-timestamp": "Seconds since 1970 at which this attempt was signed. Refuse what is more than five minutes off.",
            "webhook-signature": "`v1,` and base64 of HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{body}` with the bytes of the secret after `whsec_`; while a secret is being replaced two of them, separated by a space.",
        },
        "answers": {
            "2xx": "Taken.",
            "410": "The endpoint is gone: it is switched off.",
            "429, 5xx with Retry-After": "Tried again, no sooner than asked.",
            "anything else, or nothing within ten seconds": "Tried again for three days; an endpoint that takes nothing for three days is switched off.",
        },
        "events": events,
    })
}

fn described(kind: &EventKind) -> Value {
    let details: Map<String, Value> = kind.details.iter().map(|(name, detail)| ((*name).to_owned(), schema(*detail))).collect();
    let data = json!({
        "type": "object",
        "required": ["subject_kind", "subject_id", "actor_id", "recorded_at", "details"],
        "properties": {
            "subject_kind": { "enum": kind.subjects },
            "subject_id": { "type": "string", "format": "uuid" },
            "actor_id": { "type": ["string", "null"], "format": "uuid", "description": "Who did it; null when the house did." },
            "recorded_at": { "type": "string", "format": "date-time" },
            "details": {
                "type": "object", "description": "What was recorded with it; more entries may come.", "properties": details, "additionalProperties": true,
            },
        },
        "additionalProperties": true,
    });
    let shown: Map<String, Value> = kind.details.iter().map(|(name, detail)| ((*name).to_owned(), example(name, *detail))).collect();
    let subject = kind.subjects.first().copied().unwrap_or_default();
    let example = envelope(
        kind.name,
        subject,
        &json!({
            "subject_kind": subject, "subject_id": ID, "actor_id": "019aadde-5ae0-7000-8000-000000000004", "recorded_at": at(), "details": shown,
        }),
    );
    json!({ "description": kind.about, "schema": envelope_schema(kind.name, &data), "example": example })
}

const ID: &str = "019aadde-5ae0-7000-8000-000000000001";

fn at() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_443_300, 250_000_000).unwrap_or_default()
}

fn envelope(name: &str, subject: &str, data: &Value) -> Value {
    json!({
        "specversion": "1.0", "id": "019aadde-5ae0-7000-8000-000000000009", "source": "/organisations/019aadde-5ae0-7000-8000-000000000005",
        "type": name, "subject": format!("{subject}/{ID}"), "time": at().to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        "datacontenttype": "application/json", "data": data,
    })
}

fn envelope_schema(name: &str, data: &Value) -> Value {
    json!({
        "type": "object",
        "required": ["specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"],
        "properties": {
            "specversion": { "const": "1.0" },
            "id": { "type": "string", "format": "uuid", "description": "The event's id, the same for every endpoint." },
            "source": { "type": "string", "description": "`/organisations/` and the organisation's id." },
            "type": { "const": name },
            "subject": { "type": "string", "description": "`subject_kind/subject_id`" },
            "time": { "type": "string", "format": "date-time", "description": "When it happened, as far as is known." },
            "datacontenttype": { "const": "application/json" },
            "data": data,
        },
    })
}

fn test() -> Value {
    let data = json!({
        "type": "object", "required": ["webhook_id", "asked_by"],
        "properties": { "webhook_id": { "type": "string", "format": "uuid" }, "asked_by": { "type": "string", "format": "uuid" } },
    });
    let example = envelope(TEST, "webhook", &json!({ "webhook_id": ID, "asked_by": "019aadde-5ae0-7000-8000-000000000004" }));
    json!({
        "description": "An admin asked for it (`POST /v1/webhooks/{id}/test`); it cannot be subscribed to.",
        "schema": envelope_schema(TEST, &data), "example": example,
    })
}

fn schema(detail: Detail) -> Value {
    match detail {
        Detail::Text => json!({ "type": ["string", "null"] }),
        Detail::Whole => json!({ "type": ["integer", "null"] }),
        Detail::Flag => json!({ "type": ["boolean", "null"] }),
        Detail::Instant => json!({ "type": ["string", "null"], "format": "date-time" }),
        Detail::Id => json!({ "type": ["string", "null"], "format": "uuid" }),
        Detail::Texts => json!({ "type": ["array", "null"], "items": { "type": "string" } }),
        Detail::Any => json!({}),
    }
}

fn example(name: &str, detail: Detail) -> Value {
    match (detail, name) {
        (Detail::Text, "code") => json!("lead_stalled"),
        (Detail::Text, "status") => json!("valid"),
        (Detail::Text, "was") => json!("review"),
        (Detail::Text, "decision_role") => json!("decision_maker"),
        (Detail::Text, "channel") => json!("phone"),
        (Detail::Text, "reason") => json!("客户出差，周四回来"),
        (Detail::Text, _) => json!("…"),
        (Detail::Whole, _) => json!(1),
        (Detail::Flag, _) => json!(true),
        (Detail::Instant, _) => json!(at()),
        (Detail::Id, _) => json!(ID),
        (Detail::Texts, "roles") => json!(["decision_maker"]),
        (Detail::Texts, _) => json!(["name"]),
        (Detail::Any, "name") => json!({ "zh-CN": "默认规则", "en": "Default rules" }),
        (Detail::Any, _) => json!({}),
    }
}

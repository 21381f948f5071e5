//! Examples of what this room is asked.

use serde_json::{Value, json};

/// `POST /v1/documents/{id}/links`.
pub fn link() -> Value {
    json!({ "recipient": "王芳", "expires_at": "2026-12-24T10:00:00+08:00" })
}

/// `POST /v1/documents`.
pub fn document() -> Value {
    json!({
        "kind": "proposal", "title": "好邻居三店巡检方案", "customer_id": "019aadde-5ae0-7000-8000-000000000001",
        "attachment_id": "019aadde-5ae0-7000-8000-000000000201",
    })
}

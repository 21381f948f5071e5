//! Examples of what this room is asked.

use serde_json::{Value, json};

const DEAL_FILE: &str = "019adde5-ae07-7000-8000-000000000201";

/// `POST /v1/deals/{id}/actions`, by name and what is shown.
pub fn actions() -> [(&'static str, &'static str, Value); 5] {
    let id = |n: u32| format!("019adde5-ae07-7000-8000-0000000003{n:02}");
    [
        (
            "needs",
            "The needs, and the fields that became known",
            json!({ "id": id(11), "kind": "deal.needs_recorded",
                    "fields": { "pain": "盘点要两个人两天", "budget_band": "below_100k", "time_frame": "年底前" } }),
        ),
        (
            "contact",
            "Somebody of the decision chain",
            json!({ "id": id(12), "kind": "deal.contact_added", "data": { "contact_id": id(2), "roles": ["economic_buyer"], "attitude": 1,
                    "influence": 3, "is_primary": true } }),
        ),
        (
            "demo",
            "A demo, with a photo of the minutes",
            json!({ "id": id(13), "kind": "deal.demo_held", "data": { "roles": ["user_buyer"], "attachment_ids": [DEAL_FILE] } }),
        ),
        (
            "signed",
            "The signature, with what the playbook asks of a contract",
            json!({ "id": id(14), "kind": "deal.signed", "data": { "amount": 12_800_000 },
                    "fields": { "contract": [DEAL_FILE], "amount": 12_800_000, "signed_on": "2026-12-01" } }),
        ),
        (
            "lost",
            "Lost to somebody",
            json!({ "id": id(15), "kind": "deal.lost", "data": { "reason": "chose_competitor", "competitor": "蓝海冷链" } }),
        ),
    ]
}

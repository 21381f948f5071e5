//! Examples of what this room is asked and answers, told here and now.

use chrono::{DateTime, TimeZone, Utc};
use domain::calendars::china;
use domain::playbook::{DEFAULT, read};
use domain::texts::Language;
use serde_json::{Value, json};
use store::handovers::{Handover, Turn};
use uuid::Uuid;

use super::shown::HandoverBody;

const fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x019a_adde_5ae0_7000_8000_0000_0000_0200 + number)
}

fn at(day: u32, hour: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, day, hour, 0, 0).earliest().unwrap_or_default()
}

/// `POST /v1/handovers` and its answer.
pub fn asked() -> (Value, Value) {
    let need = "客户要改付款条款，请给出能接受的版本。";
    let row = Handover {
        id: id(1),
        unit_id: id(2),
        asked_by: id(3),
        asked_by_name: "陈晓".to_owned(),
        from_role: "rep".to_owned(),
        department: "legal".to_owned(),
        customer_id: id(4),
        customer_name: "好邻居便利店".to_owned(),
        deal_id: Some(id(5)),
        deal_name: Some("好邻居三店巡检".to_owned()),
        due_at: None,
        asked_at: at(23, 2),
        answered_at: None,
        withdrawn_at: None,
        stage: Some("asked".to_owned()),
        entered_at: Some(at(23, 2)),
        next_due_at: Some(at(25, 2)),
        updated_at: at(23, 2),
    };
    let turn = Turn {
        handover_id: id(1),
        nth: 1,
        need: need.to_owned(),
        asked_at: at(23, 2),
        ended_at: None,
        ended_as: None,
        ended_by: None,
        ended_by_name: None,
        said: None,
    };
    let told =
        read(DEFAULT).ok().map(|playbook| HandoverBody::told(row, vec![turn], &playbook, &china::calendar(), (Language::En, at(23, 2))));
    let body = told.and_then(|body| serde_json::to_value(body).ok()).unwrap_or_default();
    (json!({ "department": "legal", "deal_id": id(5), "need": need }), body)
}

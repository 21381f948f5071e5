//! Examples of what this room is asked and answers. The answers are told here and now, so that they cannot tell anything else than the
//! product does.

use chrono::{DateTime, TimeZone, Utc};
use domain::playbook::{DEFAULT, Playbook, read};
use domain::texts::Language;
use serde_json::{Value, json};
use store::leads::board::Standing;
use store::leads::{Lead, Said};
use uuid::Uuid;

use super::contact::{Recorded, message};
use super::import;
use super::shown::LeadBody;
use crate::boards::breaker;

const fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x019a_adde_5ae0_7000_8000_0000_0000_0100 + number)
}

fn at(day: u32, hour: u32, minute: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, day, hour, minute, 0).earliest().unwrap_or_default()
}

/// A lead that a rep has taken, and whom they have spoken with at `contacted_at`.
fn lead(stage: &str, contacted_at: Option<DateTime<Utc>>) -> Lead {
    let said = Said {
        external_id: Some("CRM-20261123-007".to_owned()),
        source: "exhibition".to_owned(),
        company: Some("上海晨光文具有限公司".to_owned()),
        person: Some("王芳".to_owned()),
        phone: Some("021-5888 1234 转 801".to_owned()),
        email: None,
        wish: Some("想了解门店巡检，先要一份报价。".to_owned()),
    };
    Lead {
        id: id(1),
        unit_id: id(2),
        said,
        contact_id: id(3),
        owner_id: Some(id(4)),
        owner_name: Some("陈晓".to_owned()),
        stage: Some(stage.to_owned()),
        entered_at: contacted_at.or(Some(at(23, 1, 20))),
        next_due_at: contacted_at.map(|at| at + chrono::TimeDelta::hours(48)),
        first_assigned_at: Some(at(23, 1, 10)),
        first_contacted_at: contacted_at,
        merged_into: None,
        customer_id: None,
        deal_id: None,
        version: 1,
        created_at: at(23, 1, 5),
        updated_at: contacted_at.unwrap_or(at(23, 1, 20)),
    }
}

fn playbook() -> Option<Playbook> {
    read(DEFAULT).ok()
}

/// `POST /v1/leads/{id}/contact`: one that counts, and an attempt that does not.
pub fn contacts() -> [(Value, Value); 2] {
    use domain::leads::contact::Weight;
    let asked = [
        json!({ "channel": "phone", "outcome": "will_sign", "sign_on": "2026-12-01", "seconds": 312, "who": "王芳", "decision_role": "decision_maker",
                "words": "下周二签，先做两家店。", "next_step": "寄合同", "next_step_at": "2026-11-24T09:00:00+08:00" }),
        json!({ "channel": "phone", "outcome": "not_reached" }),
    ];
    let told = [(Weight::Effective, "contacted", Some(at(23, 3, 0))), (Weight::NotReached, "confirmed", None)];
    let answers = told.map(|(weight, stage, contacted_at)| {
        let Some(playbook) = playbook() else { return Value::Null };
        let lead = LeadBody::told(lead(stage, contacted_at), &playbook, Language::En);
        let recorded = Recorded { effective: weight == Weight::Effective, message: message(weight, 60, Language::En), lead };
        serde_json::to_value(recorded).unwrap_or_default()
    });
    let [[first, second], [counts, does_not]] = [asked, answers];
    [(first, counts), (second, does_not)]
}

/// `GET /v1/boards/breaker`: one that has tripped.
pub fn board() -> Value {
    let Some(playbook) = playbook() else { return Value::Null };
    let (entered_at, now) = (at(23, 1, 20), at(25, 2, 50));
    let row = Standing {
        id: id(1),
        name: "上海晨光文具有限公司".to_owned(),
        unit_id: id(2),
        unit_name: "浦东一组".to_owned(),
        source: "exhibition".to_owned(),
        owner_id: Some(id(4)),
        owner_name: Some("陈晓".to_owned()),
        stage: "confirmed".to_owned(),
        entered_at,
        next_due_at: Some(at(26, 1, 20)),
        incident_id: Some(id(5)),
        incident_state: Some("open".to_owned()),
        tripped_at: Some(at(25, 1, 20)),
    };
    let units = vec![breaker::BreakerBoardUnit { unit_id: row.unit_id, unit_name: row.unit_name.clone(), open: 12, tripped: 1 }];
    let items = vec![breaker::told(row, None, &playbook, Language::En, now)];
    serde_json::to_value(breaker::BreakerBoard { as_of: now, units, items, next_cursor: None }).unwrap_or_default()
}

/// A file of leads, and what becomes of it when it is tried.
pub fn file() -> (&'static str, Value) {
    (import::EXAMPLE, serde_json::to_value(import::example()).unwrap_or_default())
}

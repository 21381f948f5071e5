//! What the house itself says of an entry, in the reader's language and before anybody's own words: why an alert was raised and how it
//! ended, of whom something was asked, and what a reason's code stands for.

use chrono::TimeDelta;
use serde_json::Value;

use crate::deals::reasons::{LostReason, WonReason};
use crate::leads::reasons::{Disqualified, GivenBack};
use crate::people::Role;
use crate::playbook::{Code, Playbook, SubjectKind, length};
use crate::texts::Language;

/// What an entry about an alert is about.
#[derive(Debug, Clone, Copy)]
pub struct Alert<'a> {
    pub subject: SubjectKind,
    /// The timer's code in the playbook that raised it.
    pub code: &'a str,
    /// Where the subject stood.
    pub stage: Option<&'a str>,
    /// How long it had waited when the entry was made.
    pub waited: TimeDelta,
    /// Why the timer was closed: `done`, `stage_left`, `subject_closed` or `retired`.
    pub ended: Option<&'a str>,
    /// What was awaited had been done in time, and was recorded later.
    pub is_in_time: bool,
}

/// What an entry of `kind` says about the alert, in the words of the playbook that raised it; `None` for a timer that it does not have.
pub fn alert(kind: &str, alert: &Alert<'_>, playbook: &Playbook, language: Language) -> Option<String> {
    let rule = playbook.timer(&Code::parse(alert.code)?)?;
    let stage = alert.stage.and_then(|code| playbook.subjects.get(&alert.subject)?.stage(code));
    let name = rule.name.of(language);
    let head = match (stage, language) {
        (None, _) => name.to_owned(),
        (Some(stage), Language::ZhCn) => format!("{name}（{}）", stage.name.of(language)),
        (Some(stage), Language::En) => format!("{name} ({})", stage.name.of(language)),
    };
    let tail = match kind {
        "incident.raised" | "incident.escalated" => {
            let awaited = stage.map(|stage| stage.awaits.as_slice()).unwrap_or_default().iter().chain(&rule.closes.on);
            let awaited = awaited.map(|kind| kind.name(language)).collect::<Vec<_>>();
            Some(stalled(alert.waited, &awaited, language))
        }
        _ => ended(kind, alert, language).map(str::to_owned),
    };
    Some(joined(Some(head), tail, language).unwrap_or_default())
}

fn stalled(waited: TimeDelta, awaited: &[&str], language: Language) -> String {
    let waited = length(waited, language);
    match (language, awaited) {
        (Language::ZhCn, []) => format!("已经 {waited}"),
        (Language::ZhCn, awaited) => format!("已经 {waited}，等的是：{}", awaited.join("、")),
        (Language::En, []) => format!("for {waited}"),
        (Language::En, awaited) => format!("for {waited}, waiting for: {}", awaited.join(", ")),
    }
}

fn ended(kind: &str, alert: &Alert<'_>, language: Language) -> Option<&'static str> {
    let (zh_cn, en) = match (kind, alert.ended) {
        ("incident.acknowledged", _) => ("已有人在处理", "somebody is at it"),
        ("incident.resolved", _) if alert.is_in_time => {
            ("其实按时完成，只是后来才记录", "it was done in time after all, and recorded later")
        }
        ("incident.resolved", _) => ("等的事已经完成", "what was awaited is done"),
        ("incident.superseded", Some("stage_left")) => ("已经离开这个阶段", "the stage was left"),
        ("incident.superseded", Some("subject_closed")) => ("事情已经结束", "it is over"),
        ("incident.superseded", Some("retired")) => ("这条规则不再使用", "the rule is not in force any more"),
        _ => return None,
    };
    Some(if language == Language::ZhCn { zh_cn } else { en })
}

/// The list that the reason of a kind of action is a code of. All other reasons are somebody's own words.
fn reason(kind: &str, code: &str, language: Language) -> Option<&'static str> {
    match kind {
        "lead.disqualified" => Disqualified::parse(code).map(|reason| reason.name(language)),
        "lead.declined" | "lead.returned" => GivenBack::parse(code).map(|reason| reason.name(language)),
        "deal.lost" | "deal.abandoned" => LostReason::parse(code).map(|reason| reason.name(language)),
        _ => None,
    }
}

/// Whether the action's `reason` is a code of a list.
pub(super) fn has_coded_reason(kind: &str, data: &Value) -> bool {
    data.get("reason").and_then(Value::as_str).is_some_and(|code| reason(kind, code, Language::En).is_some())
}

/// What the codes of an action stand for: its reason, or the department that something was asked of.
pub fn coded(kind: &str, data: &Value, language: Language) -> Option<&'static str> {
    let text = |key: &str| data.get(key).and_then(Value::as_str);
    match kind {
        "handover.asked" => text("department").and_then(Role::parse).map(|department| department.name(language)),
        "deal.moved" => text("reason_code").and_then(|code| {
            let lost = LostReason::parse(code).map(|reason| reason.name(language));
            lost.or_else(|| WonReason::parse(code).map(|reason| reason.name(language)))
        }),
        _ => text("reason").and_then(|code| reason(kind, code, language)),
    }
}

/// What the house says, and then what somebody said.
pub fn joined(house: Option<String>, said: Option<String>, language: Language) -> Option<String> {
    match (house, said) {
        (Some(house), Some(said)) => Some(house + if language == Language::ZhCn { "：" } else { ": " } + &said),
        (house, said) => house.or(said),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::playbook::{DEFAULT, read};

    #[test]
    fn every_turn_of_an_alert_says_why_in_both_languages() {
        let playbook = read(DEFAULT).unwrap();
        let about = Alert {
            subject: SubjectKind::Lead,
            code: "lead_stalled",
            stage: Some("confirmed"),
            waited: TimeDelta::hours(48),
            ended: None,
            is_in_time: false,
        };
        let told = |kind, about: Alert<'_>, language| alert(kind, &about, &playbook, language).unwrap();
        assert_eq!(told("incident.raised", about, Language::ZhCn), "线索停滞（已接单）：已经 2 天，等的是：首次联系记录");
        assert!(told("incident.escalated", about, Language::En).starts_with("Lead stalled (Confirmed): for 2 d, waiting for: "));
        assert_eq!(told("incident.snoozed", about, Language::ZhCn), "线索停滞（已接单）", "the reason follows in somebody's words");
        for (kind, ended) in [
            ("incident.acknowledged", None),
            ("incident.resolved", Some("done")),
            ("incident.superseded", Some("stage_left")),
            ("incident.superseded", Some("subject_closed")),
            ("incident.superseded", Some("retired")),
        ] {
            for language in Language::ALL {
                let text = told(kind, Alert { ended, ..about }, language);
                assert!(text.contains([':', '：']) && text.is_ascii() == (language == Language::En), "{kind}: {text}");
            }
        }
        let late = Alert { ended: Some("done"), is_in_time: true, ..about };
        assert_ne!(told("incident.resolved", late, Language::En), told("incident.resolved", about, Language::En));
        let silent = Alert { subject: SubjectKind::Customer, code: "customer_silent", stage: None, ..about };
        assert!(told("incident.raised", silent, Language::En).starts_with("Customer without contact: for 2 d, waiting for: "));
        assert_eq!(alert("incident.raised", &Alert { code: "gone", ..about }, &playbook, Language::En), None);
    }

    #[test]
    fn codes_are_told_by_what_they_stand_for() {
        for (kind, data, told) in [
            ("lead.declined", json!({ "reason": "too_busy" }), Some("手上太满")),
            ("deal.lost", json!({ "reason": "price" }), Some("价格")),
            ("deal.moved", json!({ "reason": "预算变了", "reason_code": "no_budget" }), Some("预算没有批下来")),
            ("deal.moved", json!({ "reason": "price" }), None),
            ("handover.asked", json!({ "department": "legal" }), Some("法务")),
            ("handover.returned", json!({ "reason": "price" }), None),
        ] {
            assert_eq!(coded(kind, &data, Language::ZhCn), told, "{kind} {data}");
        }
        assert!(has_coded_reason("deal.lost", &json!({ "reason": "price" })));
        assert!(!has_coded_reason("incident.snoozed", &json!({ "reason": "price" })));
        assert_eq!(joined(Some("价格".to_owned()), Some("太贵".to_owned()), Language::ZhCn).as_deref(), Some("价格：太贵"));
    }
}

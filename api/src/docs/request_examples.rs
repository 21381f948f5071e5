//! An example of what is sent, for operations whose request is small enough to be shown once.

use serde_json::{Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::path::Operation;

use super::examples::{request, show};

const UNIT: &str = "019aadde-5ae0-7000-8000-000000000010";
const PERSON: &str = "019aadde-5ae0-7000-8000-000000000011";
const CUSTOMER: &str = "019aadde-5ae0-7000-8000-000000000003";
const PHOTO: &str = "019aadde-5ae0-7000-8000-000000000002";
const LEAD: &str = "019aadde-5ae0-7000-8000-000000000020";

/// A playbook that says one thing, as people write it.
const PLAYBOOK: &str = "\
format: 1
name: {zh-CN: 交接, en: Hand-overs}
subjects:
  handover:
    starts_on: [handover.asked]
    stages:
      - {code: asked, name: {zh-CN: 待回应, en: Asked}, awaits: [handover.answered]}
      - {code: answered, name: {zh-CN: 已回应, en: Answered}, kind: won}
    moves:
      - {to: answered, on: [handover.answered]}
timers:
  - code: handover_waiting
    name: {zh-CN: 交接待回应, en: Hand-over waiting}
    subject: handover
    opens: {stages: [asked]}
    after: 48h
    fires:
      - {kind: todo, to: department, text: waiting}
texts:
  waiting:
    title: {zh-CN: '交接请求待回应：{subject}', en: 'A hand-over waits for you: {subject}'}
    why: {zh-CN: '{owner}等了 {waited}。', en: '{owner} has been waiting for {waited}.'}
    next: {zh-CN: 请回应。, en: Please answer.}
";

/// Adds an example to an operation's request, where it has none.
pub fn add(operation: &mut Operation) {
    let Some(name) = operation.operation_id.clone() else { return };
    if let Some((code, summary, value)) = sent(&name) {
        request(operation, [(code, summary, value)]);
    }
    if matches!(name.as_str(), "put_playbook" | "check_playbook" | "simulate_playbook") {
        playbook(operation);
    }
}

fn playbook(operation: &mut Operation) {
    let Some(RefOr::T(body)) = &mut operation.request_body else { return };
    let as_json = domain::playbook::read(PLAYBOOK).ok().and_then(|playbook| serde_json::to_value(playbook).ok());
    let summary = "What a department has not answered in two days";
    show(body.content.get_mut("application/yaml"), [("handovers", summary, json!(PLAYBOOK))]);
    show(body.content.get_mut("application/json"), [("handovers", summary, as_json.unwrap_or_default())]);
}

/// Name, summary and value.
fn sent(operation: &str) -> Option<(&'static str, &'static str, Value)> {
    of_people(operation).or_else(|| of_visits(operation)).or_else(|| of_delivery(operation)).or_else(|| of_leads(operation))
}

fn of_people(operation: &str) -> Option<(&'static str, &'static str, Value)> {
    Some(match operation {
        "sign_in" => {
            ("rep", "A rep signs in", json!({ "organisation": "acme", "login": "li.wei", "password": "correct horse battery staple" }))
        }
        "refresh_tokens" => ("refresh", "The token of the last answer", json!({ "refresh_token": "fpr_Yk3vJm0qvZ1x8sT5" })),
        "sign_in_with_issuer" => {
            ("issuer", "A token of the company's own sign-in", json!({ "organisation": "acme", "token": "eyJhbGciOiJSUzI1NiJ9.e30.c2ln" }))
        }
        "change_organisation" => ("zone", "Another zone: calendars go with it", json!({ "zone": "Asia/Urumqi" })),
        "create_unit" => ("team", "A team below a region", json!({ "name": "浦东二组", "parent_id": UNIT })),
        "change_unit" => ("renamed", "Another name", json!({ "name": "浦东三组" })),
        "create_user" => ("rep", "A new rep", json!({ "login": "li.wei", "name": "李伟", "role": "rep", "unit_id": UNIT })),
        "change_user" => ("left", "Somebody who has left", json!({ "disabled": true })),
        "set_user_password" => ("password", "To be changed by its owner", json!({ "password": "a-long-and-fresh-one" })),
        "create_api_key" => (
            "crm",
            "What a CRM needs",
            json!({ "name": "CRM", "scopes": ["customers:read", "leads:write"], "unit_id": UNIT, "expires_at": "2027-12-31T16:00:00Z" }),
        ),
        "put_oidc_issuer" => (
            "company",
            "The company's own sign-in",
            json!({ "issuer": "https://id.example.com", "audience": "fieldproof", "jwks_url": "https://id.example.com/keys" }),
        ),
        "replace_decision_roles" => (
            "roles",
            "Two places in the decision chain",
            json!({ "items": [
                { "code": "decision_maker", "name_zh": "决策者", "name_en": "Decision maker" },
                { "code": "champion", "name_zh": "支持者", "name_en": "Champion" },
            ] }),
        ),
        _ => return None,
    })
}

fn of_visits(operation: &str) -> Option<(&'static str, &'static str, Value)> {
    Some(match operation {
        "put_visit_rules" => {
            ("wide_fence", "A wider fence, and a text of ten characters", json!({ "fence_m": 250.0, "key_info_min_chars": 10 }))
        }
        "issue_challenges" => ("offline", "For a day without a network", json!({ "count": 20, "offline": true })),
        "precheck_visit" => (
            "before_sending",
            "What the phone knows before it sends anything",
            json!({ "customer_id": CUSTOMER, "key_info": "老板说下周三前要报价，先要 30 台。", "decision_role": "decision_maker" }),
        ),
        "add_visit_photos" => ("another", "Another photo of the door", json!({ "photo_ids": [PHOTO] })),
        "appeal_visit" => ("pin", "The rep says why", json!({ "reason": "客户上月搬到了隔壁楼，定位是准的。" })),
        "review_visit" => ("confirmed", "The supervisor has asked the customer", json!({ "decision": "valid", "reason": "已电话核实" })),
        "decide_pin_proposal" => ("accepted", "The customer is there now", json!({ "decision": "accept" })),
        _ => return None,
    })
}

fn of_delivery(operation: &str) -> Option<(&'static str, &'static str, Value)> {
    Some(match operation {
        "put_channel" => (
            "wecom_app",
            "A WeCom application",
            json!({ "enabled": true, "corp_id": "ww1234567890abcdef", "agent_id": 1_000_002, "secret": "the application's secret" }),
        ),
        "put_user_addresses" => {
            ("wecom_and_mail", "Where somebody is reached", json!({ "wecom_app": "liwei", "email": "li.wei@example.com" }))
        }
        "create_webhook" => (
            "incidents",
            "What stalls, for a CRM",
            json!({ "url": "https://crm.example.com/fieldproof", "event_types": ["incident.raised", "incident.resolved"] }),
        ),
        "change_webhook" => ("on_again", "It takes events again", json!({ "enabled": true })),
        "snooze_incident" => (
            "travelling",
            "Nothing can be done before a date",
            json!({ "until": "2026-11-25T09:00:00+08:00", "reason": "客户出差，周三回来" }),
        ),
        _ => return None,
    })
}

fn of_leads(operation: &str) -> Option<(&'static str, &'static str, Value)> {
    Some(match operation {
        "merge_lead" => ("into", "The one that goes on", json!({ "into": LEAD })),
        "assign_lead" => ("offer", "An offer to a rep", json!({ "owner_id": PERSON })),
        "put_lead_response_target" => (
            "two_hours",
            "Half of all leads within two working hours",
            json!({ "unit_id": UNIT, "month": "2026-12", "measure": "p50", "clock": "business", "minutes": 120.0 }),
        ),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_playbook_that_is_shown_can_be_put_in_force() {
        assert!(domain::playbook::read(PLAYBOOK).is_ok(), "{:?}", domain::playbook::check(PLAYBOOK));
    }
}

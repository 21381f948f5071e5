//! The full trail of hand-overs and alerts: each entry says in the reader's language what happened and why, and nothing bare.

use chrono::TimeDelta;
use dev::demo::{PASSWORD, id_of};
use domain::playbook::{ActionKind, SubjectKind};
use serde_json::{Value, json};
use tests::Person;
use tests::doorstep::id_in;

use crate::ground::{Converted, Ground};

/// What the kinds of entries on a page are called and say, in order; of several with one kind all.
async fn trail(ground: &Ground, of: &Converted, kinds: &str, language: &str) -> Vec<(String, String, String)> {
    let url = format!("{}/v1/customers/{}/timeline?limit=200&kinds={kinds}", ground.house.url, of.customer);
    let request = ground.house.http.get(url).bearer_auth(&ground.director.token).header("Accept-Language", language);
    let page = ground.director.send(request).await.expect(200);
    assert!(!page.to_string().contains("13800138000"), "{page:#}");
    let text = |entry: &Value, name: &str| entry[name].as_str().unwrap_or_default().to_owned();
    page["items"].as_array().unwrap().iter().rev().map(|entry| (text(entry, "kind"), text(entry, "name"), text(entry, "snippet"))).collect()
}

fn says(kind: &str, name: &str, snippet: &str) -> (String, String, String) {
    (kind.to_owned(), name.to_owned(), snippet.to_owned())
}

async fn legal(ground: &Ground) -> Person {
    let body = json!({ "login": "legal1", "name": "何律", "role": "legal", "unit_id": id_of("demo", "branch"), "password": PASSWORD });
    ground.house.sign_in("admin").await.post("/v1/users", &body).await.expect(201);
    ground.house.sign_in("legal1").await
}

#[tokio::test]
async fn every_hand_over_says_what_was_needed_and_what_came_of_it() {
    let ground = Ground::open().await;
    let (converted, legal) = (ground.converted().await, legal(&ground).await);
    let need = json!({ "department": "legal", "deal_id": converted.deal, "need": "王芳要改付款条款，打13800138000" });
    let id = id_in(&ground.rep.post("/v1/handovers", &need).await.expect(201));
    let other = id_in(
        &ground
            .rep
            .post("/v1/handovers", &json!({ "department": "legal", "deal_id": converted.deal, "need": "保密协议" }))
            .await
            .expect(201),
    );
    for (who, id, deed, said) in [
        (&legal, id, "return", json!({ "reason": "请补充开票信息，找13800138000" })),
        (&ground.rep, id, "ask", json!({ "need": "开票信息已补充" })),
        (&legal, id, "answer", json!({ "answer": "可以接受 30 天账期" })),
        // What lies with whoever asked has no turn that could keep its end.
        (&legal, other, "return", json!({ "reason": "unclear" })),
        (&ground.rep, other, "withdraw", json!({ "reason": "客户已经同意" })),
    ] {
        ground.pass(1);
        who.post(&format!("/v1/handovers/{id}/{deed}"), &said).await.expect(200);
    }
    ground.pass(1);
    ground.acts((SubjectKind::Handover, id), "handover.changed", json!({ "changed": ["due_at"] }), TimeDelta::zero()).await;
    let asked = |words: &str| says("handover.asked", "提出交接", &format!("法务：{words}"));
    assert_eq!(
        trail(&ground, &converted, "handover", "zh-CN").await,
        [
            asked("王*要改付款条款，打138****8000"),
            asked("保密协议"),
            says("handover.returned", "退回补充", "请补充开票信息，找138****8000"),
            asked("开票信息已补充"),
            says("handover.answered", "回应交接", "可以接受 30 天账期"),
            says("handover.returned", "退回补充", "unclear"),
            says("handover.withdrawn", "撤回交接", "客户已经同意"),
            says("handover.changed", "修改交接", ""),
        ]
    );
    let english = trail(&ground, &converted, "handover", "en").await;
    assert!(english.iter().all(|(_, name, _)| name.is_ascii()) && english[0].2.starts_with("legal: "), "{english:?}");
    // Whatever a playbook may know of hand-overs is here.
    for kind in ActionKind::ALL.iter().filter(|kind| kind.as_str().starts_with("handover.")) {
        assert!(english.iter().any(|(told, ..)| told == kind.as_str()), "{}", kind.as_str());
    }
}

/// Everything that the deal's alert about its first stage goes through: raised, snoozed, acknowledged, gone further up, and settled.
async fn stalled(ground: &Ground, converted: &Converted) {
    ground.house.advance(TimeDelta::hours(48));
    ground.catch_up().await;
    ground.pass(1);
    let open = ground.supervisor.get(&format!("/v1/incidents?subject_id={}", converted.deal)).await.expect(200);
    let incident = open["items"][0]["id"].as_str().unwrap().to_owned();
    let until = (ground.house.now() + TimeDelta::hours(30)).format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let snooze = json!({ "until": until, "reason": "王芳出差，周四打13800138000" });
    ground.supervisor.post(&format!("/v1/incidents/{incident}/snooze"), &snooze).await.expect(200);
    ground.house.advance(TimeDelta::hours(31));
    ground.catch_up().await;
    ground.pass(1);
    ground.supervisor.post(&format!("/v1/incidents/{incident}/acknowledge"), &Value::Null).await.expect(200);
}

#[tokio::test]
async fn every_alert_says_why_it_was_raised_and_how_it_ended() {
    let ground = Ground::open().await;
    let converted = ground.converted().await;
    stalled(&ground, &converted).await;
    ground.pass(1);
    ground.acts((SubjectKind::Deal, converted.deal), "call.answered", json!({ "seconds": 200 }), TimeDelta::zero()).await;
    ground.house.advance(TimeDelta::hours(50));
    ground.catch_up().await;
    ground.pass(1);
    let lost = json!({ "reason": "price", "note": "王芳说太贵，打13800138000" });
    ground.acts((SubjectKind::Deal, converted.deal), "deal.lost", lost, TimeDelta::zero()).await;
    let about_deal = |(_, _, snippet): &(String, String, String)| snippet.starts_with("商机停滞");
    let told = trail(&ground, &converted, "incident", "zh-CN").await;
    let told = told.into_iter().filter(about_deal).map(|(kind, name, snippet)| format!("{kind} {name} {snippet}")).collect::<Vec<_>>();
    assert_eq!(
        told,
        [
            "incident.raised 触发停滞预警 商机停滞（线索认领）：已经 2 天，等的是：有效拜访、会议、客户回复、接通的电话",
            "incident.snoozed 预警延后 商机停滞（线索认领）：王*出差，周四打138****8000",
            "incident.escalated 预警升级 商机停滞（线索认领）：已经 3 天 7 小时，等的是：有效拜访、会议、客户回复、接通的电话",
            "incident.acknowledged 预警已确认 商机停滞（线索认领）：已有人在处理",
            "incident.resolved 预警解除 商机停滞（线索认领）：等的事已经完成",
            "incident.raised 触发停滞预警 商机停滞（有效触达）：已经 2 天 2 小时，等的是：记录需求、有效拜访、会议",
            "incident.superseded 预警失效 商机停滞（有效触达）：已经离开这个阶段",
        ]
    );
    let lost = trail(&ground, &converted, "deal.lost", "zh-CN").await;
    assert_eq!(lost[0].2, "价格：王*说太贵，打138****8000", "a code is told by what it stands for");
    let english = trail(&ground, &converted, "incident", "en").await;
    assert!(english.iter().all(|(_, name, snippet)| name.is_ascii() && snippet.contains(": ")), "{english:?}");
}

#[tokio::test]
async fn people_are_told_by_step_and_what_they_read_is_in_the_trail() {
    let ground = Ground::open().await;
    let converted = ground.converted().await;
    stalled(&ground, &converted).await;
    let path = format!("/v1/deals/{}/timeline?limit=200&kinds=incident,intervention", converted.deal);
    let page = ground.director.get(&path).await.expect(200);
    let of = |kind: &str| {
        let entry =
            page["items"].as_array().unwrap().iter().find(|entry| entry["kind"] == kind && entry["subject_kind"] == "deal").unwrap();
        let told = entry["told"].as_array().unwrap().iter();
        told.map(|note| (note["recipient_role"].as_str().unwrap(), note["message"].as_str().unwrap(), note["why"].as_str().unwrap()))
            .collect::<Vec<_>>()
    };
    let mut first = of("incident.raised");
    first.sort_unstable();
    assert_eq!(first.iter().map(|(role, ..)| *role).collect::<Vec<_>>(), ["presales", "rep", "supervisor"], "{first:?}");
    assert!(first[2].1.starts_with("Stalled: ") && first[2].2.contains("for 2 d, waiting for: "), "{first:?}");
    let mut further = of("incident.escalated");
    further.sort_unstable();
    assert_eq!(further.iter().map(|(role, ..)| *role).collect::<Vec<_>>(), ["rep", "supervisor"], "{further:?}");
    // What a rule says without an alert is an entry of its own.
    let todo = page["items"].as_array().unwrap().iter().find(|entry| entry["kind"] == "intervention.todo").unwrap();
    assert_eq!(todo["name"], "a todo given");
    let said = todo["snippet"].as_str().unwrap();
    assert!(said.starts_with("A lead is yours to take: ") && said.ends_with("Your supervisor offered you this lead."), "{said}");
    assert!(todo["told"][0]["message"].as_str().unwrap().starts_with("A lead is yours to take: "));
}

//! Pages in either direction.

use chrono::TimeDelta;
use domain::playbook::SubjectKind;
use serde_json::{Value, json};

use crate::ground::Ground;

fn ids(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn every_entry_is_read_once_either_way_and_what_comes_later_is_found() {
    let ground = Ground::open().await;
    let converted = ground.converted().await;
    for n in 0..7 {
        ground.pass(1);
        ground
            .acts((SubjectKind::Customer, converted.customer), "note.added", json!({ "text": format!("记录 {n}") }), TimeDelta::zero())
            .await;
    }
    let path = format!("/v1/customers/{}/timeline", converted.customer);
    let all = ids(&ground.supervisor.get(&format!("{path}?limit=200")).await.expect(200));
    let (mut back, mut page) = (Vec::new(), ground.supervisor.get(&format!("{path}?limit=3")).await.expect(200));
    let newest = page["newer"].as_str().unwrap().to_owned();
    loop {
        back.extend(ids(&page));
        let Some(older) = page["older"].as_str() else { break };
        page = ground.supervisor.get(&format!("{path}?limit=3&before={older}")).await.expect(200);
    }
    assert_eq!(back, all);
    let (mut forth, mut newer) = (ids(&page).into_iter().rev().collect::<Vec<_>>(), page["newer"].as_str().unwrap().to_owned());
    loop {
        page = ground.supervisor.get(&format!("{path}?limit=3&after={newer}")).await.expect(200);
        if ids(&page).is_empty() {
            break;
        }
        forth.extend(ids(&page).into_iter().rev());
        newer = page["newer"].as_str().unwrap().to_owned();
    }
    assert_eq!(forth, all.iter().rev().cloned().collect::<Vec<_>>());
    // Whoever is at the end asks again, and finds what has come since.
    assert_eq!(page["newer"].as_str(), Some(newest.as_str()));
    ground.pass(1);
    let id = ground.acts((SubjectKind::Customer, converted.customer), "note.added", json!({ "text": "新" }), TimeDelta::zero()).await;
    let fresh = ground.supervisor.get(&format!("{path}?after={newest}")).await.expect(200);
    assert_eq!(ids(&fresh), [id.to_string()]);
}

#[tokio::test]
async fn what_cannot_be_understood_is_refused() {
    let ground = Ground::open().await;
    let path = format!("/v1/customers/{}/timeline", dev::demo::door("demo", 0).customer_id);
    for (query, pointer) in [
        ("?before=x", "?before"),
        ("?after=e30", "?after"),
        ("?kinds=Visit", "?kinds"),
        ("?kinds=visit,", "?kinds"),
        ("?limit=0", "?limit"),
        ("?reason=", "?reason"),
        ("?unknown=1", "?unknown"),
    ] {
        let answer = ground.director.get(&format!("{path}{query}")).await;
        assert_eq!((answer.status.as_u16(), &answer.body["errors"][0]["pointer"]), (400, &json!(pointer)), "{query}: {}", answer.text);
    }
    let unknown = ground.director.get(&format!("{path}?kinds=visit,deal.danced")).await;
    let fault = &unknown.body["errors"][0];
    assert_eq!((unknown.status.as_u16(), &fault["pointer"], &fault["code"]), (400, &json!("?kinds"), &json!("not_known")), "{fault}");
    assert!(fault["message"].as_str().unwrap().contains("deal, deal.abandoned, "), "{fault}");
    let first = ground.director.get(&path).await.expect(200);
    assert!(first["older"].is_null());
}

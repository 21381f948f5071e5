//! Two leads that are one: found by number and name, and merged.

use serde_json::{Value, json};
use tests::doorstep::id_in;
use uuid::Uuid;

use crate::ground::{Deeds, Ground, call, hours};

async fn enter(ground: &Ground, said: Value) -> Uuid {
    id_in(&ground.admin.post("/v1/leads", &said).await.expect(201))
}

#[tokio::test]
async fn leads_with_one_number_or_one_company_find_each_other() {
    let ground = Ground::open().await;
    let team = |name: &str| json!(dev::demo::id_of("demo", name));
    let said =
        |company: &str, phone: &str, unit: &str| json!({ "source": "website", "company": company, "phone": phone, "unit_id": team(unit) });
    let first = enter(&ground, said("上海晨光文具有限公司", "138 0013 8000", "team1")).await;
    let same_phone = enter(&ground, said("别的公司", "+86-13800138000", "team1")).await;
    let same_company = enter(&ground, said("上海晨光文具（集团）股份有限公司", "021-5888 1234", "team1")).await;
    let away = enter(&ground, said("上海 晨光文具", "021-5888 0000", "team2")).await;
    enter(&ground, said("毫不相干", "021-5888 9999", "team1")).await;
    let found = ground.supervisor.get(&format!("/v1/leads/{first}/duplicates")).await.expect(200);
    let told = found["items"].as_array().unwrap().iter().map(|item| (&item["lead"]["id"], &item["same_phone"], &item["same_company"]));
    let (told, want) = (
        told.collect::<Vec<_>>(),
        [(&json!(same_phone), &json!(true), &json!(false)), (&json!(same_company), &json!(false), &json!(true))],
    );
    // They were entered at one instant of the held clock, so either may come first.
    assert!(told.len() == want.len() && want.iter().all(|one| told.contains(one)), "{told:?}");
    assert_eq!(found["elsewhere"], 1, "another team's is counted and not shown");
    let all = ground.admin.get(&format!("/v1/leads/{first}/duplicates")).await.expect(200);
    assert!(all["items"].as_array().unwrap().iter().any(|item| item["lead"]["id"] == json!(away)) && all["elsewhere"] == 0);
}

#[tokio::test]
async fn a_merged_lead_points_to_its_survivor_and_its_timers_close() {
    let ground = Ground::open().await;
    let (merged, survivor) = (ground.confirmed().await, ground.entered().await);
    ground.rep.edit(merged, "*", &json!({ "email": "wang@example.com" })).await.expect(200);
    ground.pass(hours(48)).await;
    assert_eq!(ground.count("incidents where subject_id = $1 and state = 'open'", merged).await, 1);
    let into = |id: Uuid| json!({ "into": id });
    assert_eq!(ground.supervisor.deed(merged, "merge", &into(merged)).await.body["errors"][0]["pointer"], "/into");
    assert_eq!(ground.rep.deed(merged, "merge", &into(survivor)).await.status, 403);
    let done = ground.supervisor.deed(merged, "merge", &into(survivor)).await.expect(200);
    assert_eq!((&done["merged_into"], &done["stage"]), (&json!(survivor), &json!("disqualified")));
    assert_eq!(ground.lead(survivor).await["email"], "wang@example.com", "the survivor takes over what it lacks");
    assert_eq!(ground.count("timers where subject_id = $1 and closed_at is null", merged).await, 0);
    assert_eq!(ground.count("incidents where subject_id = $1 and state = 'superseded'", merged).await, 1);
    assert_eq!(ground.count("actions where subject_id = $1 and kind = 'lead.merged'", merged).await, 1);
    // It stays readable, is in no list, and nothing more is done with it.
    assert_eq!(ground.rep.get(&format!("/v1/leads/{merged}")).await.expect(200)["merged_into"], json!(survivor));
    let list = ground.supervisor.get("/v1/leads").await.expect(200);
    assert!(list["items"].as_array().unwrap().iter().all(|item| item["id"] != json!(merged)));
    assert_eq!(ground.rep.deed(merged, "contact", &call()).await.code(), "state_forbids");
    assert_eq!(ground.rep.edit(merged, "*", &json!({ "wish": "x" })).await.code(), "state_forbids");
    assert_eq!(ground.supervisor.deed(merged, "merge", &into(survivor)).await.code(), "state_forbids");
    // Whatever was merged into a lead that is merged itself points to the last one.
    let last = ground.entered().await;
    ground.supervisor.deed(survivor, "merge", &into(last)).await.expect(200);
    assert_eq!(ground.lead(merged).await["merged_into"], json!(last));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_that_are_merged_into_each_other_at_once_do_not_both_vanish() {
    let ground = Ground::open().await;
    for _ in 0..5 {
        let (a, b) = (ground.entered().await, ground.entered().await);
        let (ab, ba) = (json!({ "into": b }), json!({ "into": a }));
        let (first, second) = tokio::join!(ground.supervisor.deed(a, "merge", &ab), ground.admin.deed(b, "merge", &ba));
        let statuses = [first.status.as_u16(), second.status.as_u16()];
        assert!(statuses == [200, 409] || statuses == [409, 200], "{statuses:?}");
    }
}

#[tokio::test]
async fn nobody_is_reminded_of_a_person_who_was_merged_away() {
    let ground = Ground::open().await;
    let (merged, survivor) = (ground.confirmed().await, ground.entered().await);
    ground.rep.deed(merged, "chat-contact", &json!({ "channel": "wecom" })).await.expect(200);
    let person = "timers t join leads l on l.contact_id = t.subject_id where l.id = $1 and t.closed_at is null";
    assert_eq!(ground.count(person, merged).await, 1);
    ground.supervisor.deed(merged, "merge", &json!({ "into": survivor })).await.expect(200);
    assert_eq!(ground.count(person, merged).await, 0);
    ground.pass(hours(3)).await;
    assert_eq!(ground.count("interventions i join leads l on l.contact_id = i.subject_id where l.id = $1", merged).await, 0);
}

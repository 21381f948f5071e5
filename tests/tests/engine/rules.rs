//! Rules that change while timers run, and the bell that spares the wait.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use dev::demo::organisation_id;
use serde_json::{Value, json};
use store::engine::replanning::advance;
use tests::House;
use tests::house::Plan;
use tests::waiting::eventually;
use tokio_util::sync::CancellationToken;
use workers::timekeeper;

use crate::ground::{Lead, ask, catch_up, goes_by, hours};

const LONGER: (&str, &str) = ("qualified]}\n    after: 48h", "qualified]}\n    after: 72h");

async fn due_after(lead: &Lead<'_>) -> TimeDelta {
    let due: DateTime<Utc> =
        ask(lead.house, "select due_at from timers where closed_at is null and code = 'lead_stalled' and subject_id = $1", lead.id).await;
    let opened: DateTime<Utc> =
        ask(lead.house, "select opened_at from timers where closed_at is null and code = 'lead_stalled' and subject_id = $1", lead.id)
            .await;
    due - opened
}

async fn progress(house: &House) -> Value {
    house.sign_in("admin").await.get("/v1/playbook/replanning").await.expect(200)
}

/// Pages of `limit` subjects, to the end.
async fn go_through(house: &House, limit: i64) -> usize {
    let mut pages = 0;
    while advance(&house.front.db, organisation_id("demo"), &house.front.ids, limit).await.unwrap() {
        pages += 1;
    }
    pages
}

#[tokio::test]
async fn changed_rules_are_carried_through_the_open_timers_in_pages() {
    let house = House::open_as(Plan::of_patience()).await;
    assert_eq!(progress(&house).await["state"], "none");
    let told = Lead::confirmed(&house).await;
    house.advance(hours(48));
    catch_up(&house).await;
    told.does("lead.contacted", json!({})).await;
    let mut leads = Vec::new();
    for _ in 0..5 {
        leads.push(Lead::confirmed(&house).await);
    }
    house.advance(hours(10));
    goes_by(&house, &[LONGER]).await;
    let begun = progress(&house).await;
    assert_eq!((&begun["state"], &begun["playbook_version"], &begun["done"]), (&json!("running"), &json!(2), &json!(0)));
    assert!(advance(&house.front.db, organisation_id("demo"), &house.front.ids, 2).await.unwrap());
    let under_way = progress(&house).await;
    assert_eq!((&under_way["state"], &under_way["subjects"], &under_way["done"]), (&json!("running"), &json!(6), &json!(2)));
    assert_eq!(go_through(&house, 2).await, 2);
    let done = progress(&house).await;
    assert_eq!((&done["state"], &done["done"], &done["moved"], &done["retired"]), (&json!("done"), &json!(6), &json!(6), &json!(0)));
    for lead in leads.iter().chain([&told]) {
        assert_eq!(due_after(lead).await, hours(72));
    }
    assert_eq!(told.incident_state().await, "resolved", "what is over stays as it was");
    let log: i64 =
        ask(&house, "select count(*) from actions where kind = 'timers.replanned' and organisation_id = $1", organisation_id("demo")).await;
    assert_eq!(log, 1);
}

#[tokio::test]
async fn nothing_fires_by_rules_that_are_not_in_force_any_more() {
    let house = House::open().await;
    let lead = Lead::confirmed(&house).await;
    house.advance(hours(47));
    goes_by(&house, &[LONGER]).await;
    // Nobody has come to this lead yet, and its timer is due by what was written down.
    house.advance(hours(1));
    assert_eq!((catch_up(&house).await, lead.count("incidents").await), (0, 0));
    house.advance(hours(24));
    assert_eq!((catch_up(&house).await, lead.count("incidents").await), (1, 1));
}

#[tokio::test]
async fn a_rule_that_is_new_watches_what_is_there_and_one_that_is_gone_lets_go() {
    let house = House::open().await;
    let lead = Lead::confirmed(&house).await;
    house.advance(hours(20));
    let quick = "timers:\n  - code: lead_quick\n    name: {zh-CN: 快, en: Quick}\n    subject: lead\n    opens: {stages: [confirmed]}\n    after: 4h\n    \
                 fires:\n      - {kind: todo, to: owner, text: lead_stalled_todo}\n";
    goes_by(
        &house,
        &[("timers:\n", quick), ("opens: {stages: [new, assigned, confirmed, contacted, qualified]}", "opens: {stages: [new, assigned]}")],
    )
    .await;
    assert_eq!(go_through(&house, 100).await, 1);
    let retired: i64 = ask(&house, "select count(*) from timers where closed_because = 'retired' and subject_id = $1", lead.id).await;
    assert_eq!((retired, lead.count("open timers").await), (1, 1));
    house.advance(hours(4) - TimeDelta::seconds(1));
    assert_eq!(catch_up(&house).await, 0, "its time counts from when it came into force");
    house.advance(TimeDelta::seconds(1));
    assert_eq!((catch_up(&house).await, lead.count("incidents").await), (1, 1));
}

#[tokio::test]
async fn a_calendar_that_changes_moves_what_goes_by_working_time() {
    let house = House::open_as(Plan::of_patience()).await;
    goes_by(&house, &[("qualified]}\n    after: 48h", "qualified]}\n    after: 4h\n    clock: working")]).await;
    go_through(&house, 100).await;
    let lead = Lead::confirmed(&house).await;
    let before = due_after(&lead).await;
    let admin = house.sign_in("admin").await;
    let mut calendar = admin.get("/v1/calendar").await.expect(200)["calendar"].take();
    calendar["days"] = json!([]);
    for segments in calendar["week"].as_object_mut().unwrap().values_mut() {
        *segments = json!([{ "from": "00:00", "to": "24:00" }]);
    }
    let put = admin.request(reqwest::Method::PUT, "/v1/calendar").header("If-Match", "*").json(&calendar);
    admin.send(put).await.expect(200);
    assert_eq!(go_through(&house, 100).await, 1);
    assert_eq!(due_after(&lead).await, hours(4), "it was {before}");
    assert_eq!(progress(&house).await["calendar_version"], 2);
}

#[tokio::test]
async fn what_is_due_at_once_rings_and_nobody_waits_for_the_next_look() {
    let house = House::open().await;
    let stop = CancellationToken::new();
    let day = Duration::from_hours(24);
    let keeper = tokio::spawn(timekeeper::keep_looking(house.front.db.clone(), house.clock.clone(), day, stop.clone()));
    // It listens, and has looked for the last time in a day.
    let listens = "select pid from pg_stat_activity where datname = current_database() and query like 'LISTEN%'";
    eventually("a listener", async || {
        let pids: Vec<i32> = sqlx::query_scalar(listens).fetch_all(&mut house.behind().await).await.unwrap();
        pids.first().copied()
    })
    .await;
    let lead = Lead::known(&house).await;
    lead.did("lead.created", json!({}), hours(48)).await.unwrap();
    eventually("what has stalled already", async || (lead.count("incidents").await == 1).then_some(())).await;
    stop.cancel();
    keeper.await.unwrap();
}

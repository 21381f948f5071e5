//! Response to leads: by both clocks, what is open counted as open, and the target of a month.

use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};
use dev::demo::id_of;
use domain::calendars::china;
use serde_json::{Value, json};

use crate::ground::{Deeds, Ground, call, hours};

fn minutes(minutes: i64) -> TimeDelta {
    TimeDelta::minutes(minutes)
}

/// Moves on to nine in the morning of the next Monday in Shanghai on which people work as on any other.
fn on_monday(ground: &Ground) -> NaiveDate {
    let (zone, now, calendar) = (chrono_tz::Asia::Shanghai, ground.house.now(), china::calendar());
    let days = now.with_timezone(&zone).date_naive().iter_days().skip(1);
    let monday = days.into_iter().find(|day| day.weekday() == Weekday::Mon && !calendar.days.contains_key(day)).unwrap();
    let nine = monday.and_hms_opt(9, 0, 0).unwrap().and_local_timezone(zone).unwrap().to_utc();
    ground.house.advance(nine - now);
    monday
}

async fn figures(ground: &Ground, query: &str) -> Value {
    ground.supervisor.get(&format!("/v1/metrics/lead-response{query}")).await.expect(200)
}

#[tokio::test]
async fn what_nobody_has_answered_counts_as_open() {
    let ground = Ground::open().await;
    on_monday(&ground);
    let (quick, slow, open) = (ground.confirmed().await, ground.confirmed().await, ground.confirmed().await);
    let never = ground.confirmed().await;
    ground.house.advance(minutes(30));
    ground.rep.deed(quick, "contact", &call()).await.expect(200);
    ground.rep.deed(never, "disqualify", &json!({ "reason": "not_serious" })).await.expect(200);
    ground.house.advance(minutes(60));
    ground.rep.deed(slow, "contact", &call()).await.expect(200);
    // Nine in the evening: nobody has worked since six.
    ground.house.advance(minutes(10 * 60 + 30));
    let told = figures(&ground, "").await;
    let total = &told["total"];
    assert_eq!((&total["answered"], &total["open"], &total["over_unanswered"]), (&json!(2), &json!(1), &json!(1)));
    let natural = &total["natural"];
    assert_eq!(
        (&natural["p50_minutes"], &natural["p90_minutes"]),
        (&json!(90.0), &Value::Null),
        "one of three is open: nobody can tell p90"
    );
    assert_eq!((&natural["answered_p50_minutes"], &natural["answered_mean_minutes"]), (&json!(60.0), &json!(60.0)));
    let close = |value: &Value, want: f64| assert!((value.as_f64().unwrap() - want).abs() < 1e-6, "{value} instead of {want}");
    close(&natural["mean_minutes"], 30.0 + 60.0 * 2.0 / 3.0 + 630.0 / 3.0);
    close(&total["business"]["mean_minutes"], 30.0 + 60.0 * 2.0 / 3.0 + 450.0 / 3.0);
    assert_eq!(told["target"], Value::Null);
    // The open one is answered at night: its business time stood still since six.
    ground.rep.deed(open, "contact", &call()).await.expect(200);
    let total = &figures(&ground, "").await["total"];
    assert_eq!((&total["natural"]["p90_minutes"], &total["business"]["p90_minutes"]), (&json!(720.0), &json!(540.0)));
}

#[tokio::test]
async fn handing_a_lead_round_starts_no_clock_anew() {
    let ground = Ground::open().await;
    let monday = on_monday(&ground);
    let id = ground.entered().await;
    ground.house.advance(minutes(15));
    ground.offered(id).await;
    ground.rep.deed(id, "decline", &json!({ "reason": "too_busy" })).await.expect(200);
    ground.house.advance(minutes(45));
    ground.rep.deed(id, "claim", &Value::Null).await.expect(200);
    ground.rep.deed(id, "contact", &call()).await.expect(200);
    assert_eq!(figures(&ground, "").await["total"]["natural"]["p50_minutes"], 45.0);
    assert_eq!(figures(&ground, "?since=created").await["total"]["natural"]["p50_minutes"], 60.0);
    let groups = async |by: &str| figures(&ground, &format!("?group_by={by}")).await["groups"].clone();
    for (by, key, name) in [
        ("rep", id_of("demo", "rep1").to_string(), json!("陈晓")),
        ("unit", id_of("demo", "team1").to_string(), json!("浦东一组")),
        ("source", "exhibition".to_owned(), json!("exhibition")),
        ("week", monday.to_string(), Value::Null),
    ] {
        let told = groups(by).await;
        assert_eq!((told.as_array().unwrap().len(), &told[0]["key"], &told[0]["name"]), (1, &json!(key), &name), "{by}");
    }
    assert_eq!(ground.supervisor.get("/v1/metrics/lead-response?from=2026-01-01&to=2026-12-01").await.status, 400);
    assert_eq!(ground.house.sign_in("supervisor2").await.get("/v1/metrics/lead-response").await.expect(200)["total"]["answered"], 0);
}

#[tokio::test]
async fn a_units_target_of_a_month_is_set_and_progress_is_shown() {
    let ground = Ground::open().await;
    let monday = on_monday(&ground);
    let month = monday.format("%Y-%m").to_string();
    let target = |unit: &str, minutes: f64| {
        let unit_id = id_of("demo", unit);
        json!({ "unit_id": unit_id, "month": month, "measure": "p50", "clock": "business", "minutes": minutes })
    };
    let set = ground.admin.put("/v1/targets/lead-response", &target("branch", 60.0)).await.expect(200);
    assert_eq!((&set["minutes"], &set["is_met"], &set["is_month_over"]), (&Value::Null, &Value::Null, &json!(false)));
    let id = ground.confirmed().await;
    ground.house.advance(minutes(40));
    ground.rep.deed(id, "contact", &call()).await.expect(200);
    let progress = &figures(&ground, "").await["target"];
    assert_eq!(
        (&progress["target"]["unit_id"], &progress["minutes"], &progress["is_met"]),
        (&json!(id_of("demo", "branch")), &json!(40.0), &json!(true))
    );
    ground.supervisor.put("/v1/targets/lead-response", &target("team1", 30.0)).await.expect(200);
    let progress = &figures(&ground, "").await["target"];
    assert_eq!(
        (&progress["target"]["minutes"], &progress["is_met"]),
        (&json!(30.0), &json!(false)),
        "the team's own goes before the branch's"
    );
    for (unit, minutes, pointer) in [("team2", 30.0, "/unit_id"), ("team1", 0.5, "/minutes")] {
        let refused = ground.supervisor.put("/v1/targets/lead-response", &target(unit, minutes)).await;
        assert_eq!((refused.status.as_u16(), &refused.body["errors"][0]["pointer"]), (422, &json!(pointer)));
    }
    let director = ground.house.sign_in("director1").await;
    assert_eq!(director.put("/v1/targets/lead-response", &target("branch", 30.0)).await.status, 403);
    ground.house.advance(hours(24 * 31));
    // Nobody's token is good for so long.
    let supervisor = ground.house.sign_in("supervisor1").await;
    let next = supervisor.get("/v1/metrics/lead-response").await.expect(200);
    assert_eq!(next["target"], Value::Null, "another month has no target yet");
    let before = supervisor.get(&format!("/v1/metrics/lead-response?to={monday}")).await.expect(200);
    assert_eq!(before["target"]["is_month_over"], true);
}

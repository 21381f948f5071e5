//! Putting another calendar in force.

use dev::demo::{id_of, organisation_id};
use serde_json::{Value, json};
use sqlx::Row;

use crate::{fault, house, put};

#[tokio::test]
async fn a_changed_calendar_is_the_next_version_and_the_old_one_stays() {
    let house = house().await;
    let (operations, rep) = (house.sign_in("operations1").await, house.sign_in("rep1").await);
    let mut calendar = operations.get("/v1/calendar").await.expect(200)["calendar"].clone();
    let same = put(&operations, "\"1\"", &calendar).await;
    assert_eq!((&same.headers["etag"], &same.body["version"]), (&"\"1\"".parse().unwrap(), &json!(1)), "what was read says nothing new");
    let lunch = json!([{ "from": "09:00", "to": "12:00" }, { "from": "13:30", "to": "18:00" }]);
    for day in ["monday", "tuesday", "wednesday", "thursday", "friday"] {
        calendar["week"][day] = lunch.clone();
    }
    calendar["days"].as_array_mut().unwrap().push(json!({ "date": "2026-12-31", "works": false, "name": "盘点" }));
    calendar["delivery_window"] = json!({ "from": "09:00", "to": "18:00", "days": "working" });
    let changed = put(&operations, "\"1\"", &calendar).await;
    assert_eq!(changed.headers["etag"], "\"2\"");
    let changed = changed.expect(200);
    assert_eq!((&changed["version"], &changed["calendar"]["week"]["friday"]), (&json!(2), &lunch));
    assert_eq!(
        changed["next_days"][0],
        json!({
            "date": "2026-12-31", "works": false, "minutes": 0, "segments": [], "name": "盘点", "status": "manual",
        })
    );
    assert_eq!(put(&operations, "\"1\"", &calendar).await.code(), "version_differs");
    assert_eq!(operations.put("/v1/calendar", &calendar).await.code(), "version_needed");
    assert_eq!(put(&rep, "*", &calendar).await.status, 403);
    let question = |version: i32| json!({ "from": "2026-11-23T11:00:00+08:00", "budget_minutes": 120, "calendar_version": version });
    for (version, due) in [(1, "2026-11-23T05:00:00Z"), (2, "2026-11-23T06:30:00Z")] {
        assert_eq!(rep.post("/v1/calendar:measure", &question(version)).await.expect(200)["due_at"], due, "by version {version}");
        assert_eq!(rep.get(&format!("/v1/calendar?version={version}")).await.expect(200)["version"], version);
    }
    let theirs = house.sign_in_to("other", "rep1").await.get("/v1/calendar").await.expect(200);
    assert_eq!((&theirs["version"], &theirs["calendar"]["week"]["friday"][0]["to"]), (&json!(1), &json!("18:00")));
    let mut behind = house.behind().await;
    let log = sqlx::query("select kind, actor_id, data from actions where organisation_id = $1 and kind like 'calendar.%'");
    let log = log.bind(organisation_id("demo")).fetch_all(&mut behind).await.unwrap();
    assert_eq!((log.len(), log[0].get::<String, _>("kind")), (1, "calendar.changed".to_owned()));
    assert_eq!(log[0].get::<uuid::Uuid, _>("actor_id"), id_of("demo", "operations1"));
    assert_eq!(log[0].get::<Value, _>("data")["version"], 2);
}

#[tokio::test]
async fn a_calendar_without_work_is_allowed_and_by_it_nothing_is_ever_due() {
    let house = house().await;
    let admin = house.sign_in("admin").await;
    let mut calendar = admin.get("/v1/calendar").await.expect(200)["calendar"].clone();
    calendar["days"] = json!([]);
    calendar["years"] = json!([{ "year": 2026, "status": "missing" }]);
    for segments in calendar["week"].as_object_mut().unwrap().values_mut() {
        *segments = json!([]);
    }
    let kept = put(&admin, "*", &calendar).await.expect(200);
    assert_eq!(
        (&kept["calendar"]["years"], kept["warnings"].as_array().unwrap().len()),
        (&json!([]), 2),
        "this year and the next are missing"
    );
    let never = admin.post("/v1/calendar:measure", &json!({ "from": "2026-11-23T09:00:00+08:00", "budget_minutes": 1 })).await.expect(200);
    assert_eq!((&never["due_at"], &never["to"], &never["status"]), (&json!(null), &json!(null), &json!("missing")));
    assert_eq!(crate::codes(&never["warnings"]), ["never_due"]);
}

#[tokio::test]
async fn what_cannot_be_a_calendar_is_refused_at_its_place() {
    let house = house().await;
    let admin = house.sign_in("admin").await;
    let good = admin.get("/v1/calendar").await.expect(200)["calendar"].clone();
    let with = |pointer: &str, value: Value| {
        let mut calendar = good.clone();
        *calendar.pointer_mut(pointer).unwrap() = value;
        calendar
    };
    let day = |more: Value| {
        let mut day = json!({ "date": "2026-11-23", "works": true });
        day.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        with("/days", json!([day]))
    };
    let segment = |from: &str, to: &str| json!({ "from": from, "to": to });
    let many_days: Vec<_> = chrono::NaiveDate::from_ymd_opt(2030, 1, 1)
        .unwrap()
        .iter_days()
        .take(2001)
        .map(|date| json!({ "date": date, "works": false }))
        .collect();
    for (calendar, at, code) in [
        (with("/zone", json!("Mars/Olympus")), "/zone", "not_known"),
        (with("/week/monday", json!([segment("9:00", "18:00")])), "/week/monday/0/from", "malformed"),
        (with("/week/monday", json!([segment("18:00", "09:00")])), "/week/monday/0/to", "not_allowed"),
        (with("/week/monday", json!([segment("09:00", "12:00"), segment("11:00", "13:00")])), "/week/monday/1/from", "not_allowed"),
        (with("/week/monday", json!(vec![segment("09:00", "12:00"); 9])), "/week/monday", "too_long"),
        (with("/week/monday", json!([segment("24:00", "24:01")])), "/week/monday/0/to", "malformed"),
        (with("/days", json!(many_days)), "/days", "too_long"),
        (
            with("/days", json!([{ "date": "2026-11-23", "works": true }, { "date": "2026-11-23", "works": false }])),
            "/days/1/date",
            "duplicate",
        ),
        (with("/days", json!([{ "date": "2026-02-30", "works": true }])), "/days/0/date", "malformed"),
        (with("/days", json!([{ "date": "2100-01-01", "works": true }])), "/days/0/date", "out_of_range"),
        (day(json!({ "works": false, "segments": [segment("09:00", "10:00")] })), "/days/0/segments", "not_allowed"),
        (day(json!({ "segments": [] })), "/days/0/segments", "required"),
        (day(json!({ "segments": [segment("10:00", "11:00"), segment("09:00", "10:00")] })), "/days/0/segments/1/from", "not_allowed"),
        (day(json!({ "name": "长".repeat(61) })), "/days/0/name", "too_long"),
        (day(json!({ "name": "a\u{0}b" })), "/days/0/name", "malformed"),
        (day(json!({ "status": "missing" })), "/days/0/status", "not_known"),
        (day(json!({ "notice_year": 1999 })), "/days/0/notice_year", "out_of_range"),
        (day(json!({ "colour": "red" })), "/days/0/colour", "unknown_field"),
        (with("/years", json!([{ "year": 2100, "status": "official" }])), "/years/0/year", "out_of_range"),
        (
            with("/years", json!([{ "year": 2026, "status": "official" }, { "year": 2026, "status": "missing" }])),
            "/years/1/year",
            "duplicate",
        ),
        (with("/delivery_window", json!({ "from": "21:00", "to": "08:00", "days": "every" })), "/delivery_window/to", "not_allowed"),
        (with("/delivery_window", json!({ "from": "08:00", "to": "21:00", "days": "some" })), "/delivery_window/days", "not_known"),
        (with("/week", json!({ "monday": [] })), "/week/tuesday", "required"),
        (json!({}), "/zone", "required"),
    ] {
        let answer = put(&admin, "*", &calendar).await;
        assert_eq!(fault(&answer), (422, at, code), "{}", answer.text);
    }
    assert_eq!(admin.get("/v1/calendar").await.expect(200)["version"], 1);
}

#[tokio::test]
async fn the_calendar_goes_with_the_organisations_zone_unless_it_has_one_of_its_own() {
    let house = house().await;
    let admin = house.sign_in("admin").await;
    let zone = async |zone: &str| {
        let request = admin.request(reqwest::Method::PATCH, "/v1/organisation").header("If-Match", "*").json(&json!({ "zone": zone }));
        admin.send(request).await.expect(200);
        let read = admin.get("/v1/calendar").await.expect(200);
        (read["version"].as_i64().unwrap(), read["calendar"]["zone"].as_str().unwrap().to_owned())
    };
    assert_eq!(zone("Asia/Tokyo").await, (2, "Asia/Tokyo".to_owned()));
    let mut calendar = admin.get("/v1/calendar").await.expect(200)["calendar"].clone();
    calendar["zone"] = json!("Asia/Urumqi");
    put(&admin, "*", &calendar).await.expect(200);
    assert_eq!(zone("Asia/Shanghai").await, (3, "Asia/Urumqi".to_owned()));
}

#[tokio::test]
async fn admins_hear_twice_a_year_that_the_next_years_notice_is_not_in() {
    let house = house().await;
    let warn = async || {
        let mut tx = house.front.db.begin(&store::Scope::house(organisation_id("demo"))).await.unwrap();
        let told = store::calendars::warn_of_year(&mut tx, &house.front.ids, house.now()).await.unwrap();
        tx.commit().await.unwrap();
        told
    };
    assert!(warn().await, "15 November has passed");
    assert!(!warn().await, "once");
    house.advance(chrono::TimeDelta::hours(21 * 24 + 11));
    assert!(!warn().await, "23 hours of 14 December in Shanghai");
    house.advance(chrono::TimeDelta::hours(1));
    assert!(warn().await, "15 December has begun in Shanghai");
    assert!(!warn().await);
    let inbox = house.sign_in("admin").await.get("/v1/inbox").await.expect(200);
    let told = inbox["items"].as_array().unwrap().iter().filter(|item| item["code"] == "calendar_year_uncertain").collect::<Vec<_>>();
    assert_eq!(told.len(), 2, "{inbox:#}");
    assert!(told[0]["message"].as_str().unwrap().contains("2027"), "{told:#?}");
    let mut behind = house.behind().await;
    let logged = "select data from actions where organisation_id = $1 and kind = 'calendar.year_uncertain' order by recorded_at";
    let logged: Vec<Value> = sqlx::query_scalar(logged).bind(organisation_id("demo")).fetch_all(&mut behind).await.unwrap();
    assert_eq!(logged, [json!({ "year": 2027, "status": "estimated" }), json!({ "year": 2027, "status": "estimated" })]);
}

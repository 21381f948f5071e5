//! What everybody reads about the calendar.

use serde_json::json;

use crate::{codes, fault, house};

#[tokio::test]
async fn an_organisation_starts_with_the_official_days_and_a_warning() {
    let house = house().await;
    let rep = house.sign_in("rep1").await;
    let answer = rep.get("/v1/calendar").await;
    assert_eq!(answer.headers["etag"], "\"1\"");
    let body = answer.expect(200);
    assert_eq!((&body["version"], &body["calendar"]["zone"]), (&json!(1), &json!("Asia/Shanghai")));
    assert_eq!(body["calendar"]["week"]["monday"], json!([{ "from": "09:00", "to": "18:00" }]));
    assert_eq!(body["calendar"]["week"]["sunday"], json!([]));
    assert_eq!(body["calendar"]["delivery_window"], json!({ "from": "08:00", "to": "21:00", "days": "every" }));
    let years: Vec<_> = body["years"].as_array().unwrap().iter().map(|year| (year["year"].as_i64().unwrap(), &year["status"])).collect();
    let (official, estimated) = (json!("official"), json!("estimated"));
    assert_eq!(
        years,
        [(2025, &official), (2026, &official), (2027, &estimated), (2028, &estimated), (2029, &estimated), (2030, &estimated)]
    );
    assert_eq!((&body["years"][1]["days_off"], &body["years"][1]["days_made_up"]), (&json!(33), &json!(6)));
    assert_eq!((&body["next_days"][0]["date"], &body["next_days"][0]["name"]), (&json!("2027-01-01"), &json!("New Year's Day")));
    assert_eq!((codes(&body["warnings"]), &body["warnings"][0]["year"]), (vec!["year_estimated"], &json!(2027)));
    assert!(body["warnings"][0]["message"].as_str().unwrap().contains("not in yet"));
    let chinese = rep.request(reqwest::Method::GET, "/v1/calendar");
    let chinese = rep.send(chinese.headers([(reqwest::header::ACCEPT_LANGUAGE, "zh-CN".parse().unwrap())].into_iter().collect())).await;
    assert_eq!(chinese.headers["content-language"], "zh-CN");
    assert_eq!(chinese.body["next_days"][0]["name"], "元旦");
    assert!(chinese.body["warnings"][0]["message"].as_str().unwrap().contains("尚未导入"));
}

#[tokio::test]
async fn days_are_listed_with_what_is_known_of_them() {
    let house = house().await;
    let rep = house.sign_in("rep1").await;
    let body = rep.get("/v1/calendar/days?from=2026-10-07&to=2026-10-10").await.expect(200);
    let days: Vec<_> =
        body["items"].as_array().unwrap().iter().map(|day| (&day["date"], &day["works"], &day["minutes"], &day["name"])).collect();
    let name = json!("National Day");
    let null = json!(null);
    let want = [
        ("2026-10-07", false, 0, &name),
        ("2026-10-08", true, 540, &null),
        ("2026-10-09", true, 540, &null),
        ("2026-10-10", true, 540, &name),
    ];
    assert_eq!(days.len(), want.len());
    for (got, want) in days.iter().zip(want) {
        assert_eq!(*got, (&json!(want.0), &json!(want.1), &json!(want.2), want.3));
    }
    assert_eq!((&body["zone"], &body["warnings"]), (&json!("Asia/Shanghai"), &json!([])));
    let usual = rep.get("/v1/calendar/days").await.expect(200);
    let items = usual["items"].as_array().unwrap();
    assert_eq!((items.len(), &items[0]["date"], &items[30]["date"]), (31, &json!("2026-11-23"), &json!("2026-12-23")));
    let uncertain = rep.get("/v1/calendar/days?from=2030-12-31&to=2031-01-02").await.expect(200);
    assert_eq!(codes(&uncertain["warnings"]), ["year_estimated", "year_missing"]);
    let standing: Vec<_> = uncertain["items"].as_array().unwrap().iter().map(|day| day["status"].as_str().unwrap()).collect();
    assert_eq!(standing, ["estimated", "missing", "missing"]);
    for (query, want) in [
        ("?from=2026-01-01&to=2025-12-31", (400, "?to", "out_of_range")),
        ("?from=2026-01-01&to=2027-02-05", (400, "?to", "out_of_range")),
        ("?from=2026-02-30", (400, "?from", "malformed")),
        ("?from=1999-12-31", (400, "?from", "out_of_range")),
        ("?version=0", (400, "?version", "out_of_range")),
        ("?colour=red", (400, "?colour", "unknown_field")),
    ] {
        assert_eq!(fault(&rep.get(&format!("/v1/calendar/days{query}")).await), want, "{query}");
    }
    assert_eq!(rep.get("/v1/calendar/days?from=2026-01-01&to=2027-02-04").await.expect(200)["items"].as_array().unwrap().len(), 400);
    assert_eq!(rep.get("/v1/calendar/days?version=2").await.code(), "not_found");
    assert_eq!(rep.get("/v1/calendar?version=2147483647").await.code(), "not_found");
}

//! Bringing the days of a year in: as JSON, iCalendar and CSV, tried first and applied then.

use encoding_rs::GB18030;
use serde_json::{Value, json};

use crate::{apply, codes, fault, house, import};

const ICALENDAR: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:中国节\r\n 假日\r\n\
    BEGIN:VEVENT\r\nSUMMARY:元旦假期\r\nDTSTART;VALUE=DATE:20270101\r\nDTEND;VALUE=DATE:20270104\r\nEND:VEVENT\r\n\
    BEGIN:VEVENT\r\nSUMMARY:上班(补元旦假期)\r\nDTSTART;VALUE=DATE:20261227\r\nEND:VEVENT\r\n\
    BEGIN:VEVENT\r\nSUMMARY:国庆节假期\r\nDTSTART;VALUE=DATE:20251001\r\nEND:VEVENT\r\n\
    BEGIN:VEVENT\r\nSUMMARY:植树节\r\nDTSTART;VALUE=DATE:20270312\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

const CSV: &str = "日期,类型,名称\r\n2026/12/27,补班,元旦\r\n2027/1/1,休,元旦\r\n2027/1/2,休,元旦\r\n2027/1/3,休,元旦\r\n";

fn holiday_json() -> Value {
    json!({
        "$schema": "https://example.com/schema.json", "year": 2027, "papers": ["https://www.gov.cn/zhengce/x.htm"],
        "days": [
            { "name": "元旦", "date": "2026-12-27", "isOffDay": false }, { "name": "元旦", "date": "2027-01-01", "isOffDay": true },
            { "name": "元旦", "date": "2027-01-02", "isOffDay": true }, { "name": "元旦", "date": "2027-01-03", "isOffDay": true },
        ],
    })
}

fn changes(report: &Value) -> Vec<(&str, &str)> {
    let changes = report["changes"].as_array().unwrap().iter();
    changes.map(|change| (change["date"].as_str().unwrap(), change["change"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn all_three_forms_say_the_same_and_a_dry_run_changes_nothing() {
    let house = house().await;
    let operations = house.sign_in("operations1").await;
    let want = [
        ("2026-12-27", "added"),
        ("2027-01-01", "changed"),
        ("2027-01-02", "added"),
        ("2027-01-03", "added"),
        ("2027-05-01", "removed"),
        ("2027-05-02", "removed"),
        ("2027-10-01", "removed"),
        ("2027-10-02", "removed"),
        ("2027-10-03", "removed"),
    ];
    let (gb, _, _) = GB18030.encode(CSV);
    for (query, kind, file) in [
        ("", "application/json", holiday_json().to_string().into_bytes()),
        ("?dry_run=true&year=2027", "application/json", holiday_json().to_string().into_bytes()),
        ("?format=holiday_json", "application/octet-stream", holiday_json().to_string().into_bytes()),
        ("?year=2027", "text/calendar; charset=utf-8", ICALENDAR.as_bytes().to_vec()),
        ("?year=2027", "text/csv", CSV.as_bytes().to_vec()),
        ("?year=2027", "text/csv", gb.to_vec()),
        ("?year=2027", "text/csv; charset=gb18030", gb.to_vec()),
    ] {
        let answer = import(&operations, query, kind, file).await;
        assert_eq!(answer.headers["etag"], "\"1\"");
        let report = answer.expect(200);
        assert_eq!(changes(&report), want, "{query} {kind}");
        assert_eq!((&report["dry_run"], &report["version"], &report["status"]), (&json!(true), &json!(1), &json!("official")));
        assert_eq!((&report["year_before"], &report["year_after"]), (&json!("estimated"), &json!("official")));
        assert_eq!(report["counts"], json!({ "added": 3, "changed": 1, "removed": 5, "kept": 0, "unchanged": 0 }));
        assert_eq!(report["changes"][0]["after"], json!({ "works": true, "name": "New Year's Day", "status": "official" }));
        if kind.starts_with("text/calendar") {
            assert_eq!(codes(&report["notes"]), ["unmarked_events", "far_days"]);
            assert_eq!((&report["notes"][0]["examples"], &report["notes"][1]["examples"]), (&json!(["植树节"]), &json!(["2025-10-01"])));
        } else {
            assert_eq!(report["notes"], json!([]), "{query} {kind}");
        }
    }
    assert_eq!(operations.get("/v1/calendar").await.expect(200)["version"], 1);
}

#[tokio::test]
async fn an_applied_import_is_a_version_and_once_more_is_none() {
    let house = house().await;
    let operations = house.sign_in("operations1").await;
    let file = holiday_json().to_string();
    let unread = import(&operations, "?dry_run=false", "application/json", file.clone()).await;
    assert_eq!(unread.code(), "version_needed");
    assert_eq!(apply(&operations, "\"7\"", "", "application/json", file.clone()).await.code(), "version_differs");
    let applied = apply(&operations, "\"1\"", "", "application/json", file.clone()).await;
    assert_eq!(applied.headers["etag"], "\"2\"");
    let applied = applied.expect(200);
    assert_eq!((&applied["dry_run"], &applied["compared_with"], &applied["version"]), (&json!(false), &json!(1), &json!(2)));
    let calendar = operations.get("/v1/calendar").await.expect(200);
    assert_eq!((&calendar["version"], &calendar["warnings"]), (&json!(2), &json!([])));
    let kept = calendar["calendar"]["days"].as_array().unwrap().iter().find(|day| day["date"] == "2026-12-27").unwrap();
    let want = json!({
        "date": "2026-12-27", "works": true, "segments": null, "name": "元旦", "status": "official", "notice_year": 2027,
        "source": "https://www.gov.cn/zhengce/x.htm",
    });
    assert_eq!(*kept, want);
    let again = apply(&operations, "*", "", "application/json", file).await.expect(200);
    assert_eq!((changes(&again), &again["version"], &again["counts"]["unchanged"]), (vec![], &json!(2), &json!(4)));
    let question = json!({ "from": "2026-12-26T09:00:00+08:00", "budget_minutes": 60 });
    let due = operations.post("/v1/calendar:measure", &question).await.expect(200);
    assert_eq!((&due["due_at"], &due["status"]), (&json!("2026-12-27T02:00:00Z"), &json!("official")), "on the make-up Sunday");
}

#[tokio::test]
async fn what_people_set_is_kept_and_told() {
    let house = house().await;
    let admin = house.sign_in("admin").await;
    let own = "date,kind,name\n2027-01-03,work,盘点\n2027-03-01,off,公司日\n";
    let set = apply(&admin, "*", "&status=manual&year=2027", "text/csv", own).await.expect(200);
    assert_eq!((changes(&set), &set["year_after"]), (vec![("2027-01-03", "added"), ("2027-03-01", "added")], &json!("estimated")));
    let notice = import(&admin, "", "application/json", holiday_json().to_string()).await.expect(200);
    let kept = notice["changes"].as_array().unwrap().iter().find(|change| change["change"] == "kept").unwrap();
    assert_eq!((&kept["date"], &kept["because"]), (&json!("2027-01-03"), &json!("manual")));
    assert_eq!((&kept["before"]["works"], &kept["after"]["works"]), (&json!(true), &json!(false)));
    assert!(changes(&notice).iter().all(|(date, _)| *date != "2027-03-01"), "what people added is not dropped");
}

#[tokio::test]
async fn a_file_that_is_no_notice_changes_nothing_and_says_why() {
    let house = house().await;
    let admin = house.sign_in("admin").await;
    let empty = json!({ "year": 2027, "papers": [], "days": [] }).to_string();
    let nothing = apply(&admin, "*", "", "application/json", empty).await.expect(200);
    assert_eq!((changes(&nothing), codes(&nothing["notes"]), &nothing["version"]), (vec![], vec!["no_days"], &json!(1)));
    assert_eq!((&nothing["year_before"], &nothing["year_after"]), (&json!("estimated"), &json!("estimated")));
    let guess = |year: i32| {
        let days = json!([{ "name": "元旦", "date": format!("{year}-01-01"), "isOffDay": true }]);
        json!({ "year": year, "papers": [], "days": days }).to_string()
    };
    let guessed = import(&admin, "", "application/json", guess(2031)).await.expect(200);
    assert_eq!((&guessed["status"], &guessed["year_after"]), (&json!("estimated"), &json!("estimated")), "days without papers are a guess");
    assert_eq!(import(&admin, "", "application/json", guess(2026)).await.code(), "state_forbids");
    let holidays = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Thanksgiving\nDTSTART:20271125\nEND:VEVENT\nEND:VCALENDAR\n";
    let ignored = import(&admin, "?year=2027", "text/calendar", holidays).await.expect(200);
    assert_eq!(codes(&ignored["notes"]), ["unmarked_events", "no_days"]);
    let off = import(&admin, "?year=2027&unmarked=off&status=manual", "text/calendar", holidays).await.expect(200);
    assert_eq!(changes(&off), [("2027-11-25", "added")]);
}

#[tokio::test]
async fn files_that_cannot_be_understood_are_refused_at_their_place() {
    let house = house().await;
    let (admin, rep) = (house.sign_in("admin").await, house.sign_in("rep1").await);
    let days = |days: Value| json!({ "year": 2027, "papers": ["x"], "days": days }).to_string();
    let json = "application/json";
    let twice = json!([{ "name": "", "date": "2027-01-01", "isOffDay": true }, { "date": "2027-01-01", "isOffDay": false }]);
    for (query, kind, file, want) in [
        ("", json, days(json!([{ "date": "2027-01-32", "isOffDay": true }])), (422, "/days/0/date", "malformed")),
        ("", json, days(json!([{ "date": "2027-01-01" }])), (422, "/days/0/isOffDay", "required")),
        ("", json, days(json!([{ "date": "2027-01-01", "isOffDay": "yes" }])), (422, "/days/0/isOffDay", "wrong_type")),
        ("", json, days(json!([{ "name": "a\u{0}", "date": "2027-01-01", "isOffDay": true }])), (422, "/days/0/name", "malformed")),
        ("", json, days(twice), (422, "/days/1/date", "duplicate")),
        ("", json, json!({ "year": 1999, "days": [] }).to_string(), (422, "/year", "out_of_range")),
        ("?year=2026", json, days(json!([])), (400, "?year", "not_allowed")),
        ("?year=x", json, days(json!([])), (400, "?year", "malformed")),
        ("?status=missing", json, days(json!([])), (400, "?status", "not_known")),
        ("?dry_run=maybe", json, days(json!([])), (400, "?dry_run", "malformed")),
        ("", json, "[]".to_owned(), (422, "", "wrong_type")),
        ("", "text/csv", CSV.to_owned(), (400, "?year", "required")),
        ("?year=2027", "text/csv", "date,kind\n2027-02-30,off\n".to_owned(), (422, "/2/date", "malformed")),
        ("?year=2027", "text/csv", "\u{1}\u{2}".to_owned(), (422, "/1/\u{1}\u{2}", "unknown_field")),
        ("?year=2027", "text/calendar", "no calendar".to_owned(), (422, "/1", "malformed")),
        ("?year=2027", "text/calendar; charset=latin1", "BEGIN:VCALENDAR\n".repeat(2), (200, "", "")),
    ] {
        let answer = import(&admin, query, kind, file).await;
        assert_eq!(fault(&answer), want, "{query} {kind}: {}", answer.text);
    }
    let refusals = [
        (import(&admin, "", "application/json", "{").await, (400, "malformed_body")),
        (import(&admin, "", "text/plain", "x").await, (415, "type_unsupported")),
        (import(&admin, "?year=2027", "text/csv; charset=klingon", "x").await, (415, "type_unsupported")),
        (import(&admin, "?year=2027", "text/csv", vec![b'x'; (1 << 20) + 1]).await, (413, "body_too_large")),
        (import(&admin, "?year=2027", "text/csv", b"date,kind\n\xff\xff".to_vec()).await, (422, "fields_refused")),
        (import(&rep, "?year=2027", "text/csv", CSV).await, (403, "not_permitted")),
    ];
    for (answer, want) in refusals {
        assert_eq!((answer.status.as_u16(), answer.code()), want, "{}", answer.text);
    }
    let deep = "BEGIN:VEVENT\n".repeat(40_000);
    let deep = import(&admin, "?year=2027", "text/calendar", format!("BEGIN:VCALENDAR\n{deep}")).await;
    assert_eq!(fault(&deep), (422, "/2/VEVENT", "malformed"));
    assert_eq!(admin.get("/v1/calendar").await.expect(200)["version"], 1);
}

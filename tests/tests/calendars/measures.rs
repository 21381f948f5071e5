//! Time that counts, asked for by hand.

use serde_json::{Value, json};

use crate::{codes, fault, house};

#[tokio::test]
async fn spans_and_budgets_are_counted_as_agreed() {
    let house = house().await;
    let rep = house.sign_in("rep1").await;
    let ask = async |question: Value| rep.post("/v1/calendar:measure", &question).await.expect(200);
    for (from, to, natural, business, status) in [
        ("2026-09-30T17:30:00+08:00", "2026-10-08T09:30:00+08:00", 11040.0, 60.0, "official"),
        ("2026-10-09T17:00:00+08:00", "2026-10-10T10:00:00+08:00", 1020.0, 120.0, "official"),
        ("2026-02-14T17:30:00+08:00", "2026-02-24T09:30:00+08:00", 13920.0, 60.0, "official"),
        ("2026-11-23T19:00:00+08:00", "2026-11-23T11:40:00Z", 40.0, 0.0, "official"),
        ("2026-12-31T17:00:00+08:00", "2027-01-04T10:00:00+08:00", 5340.0, 120.0, "estimated"),
        ("2026-11-23T10:00:00+08:00", "2026-11-23T10:00:30+08:00", 0.5, 0.5, "official"),
        ("2000-01-01T00:00:00Z", "2099-12-31T23:59:59Z", 52_595_999.983_333_334, 14_064_300.0, "missing"),
    ] {
        let told = ask(json!({ "from": from, "to": to })).await;
        let got = (told["natural_minutes"].as_f64().unwrap(), told["business_minutes"].as_f64().unwrap());
        assert!((got.0 - natural).abs() < 1e-6 && (got.1 - business).abs() < 1e-6, "{from} to {to}: {got:?}");
        assert_eq!((&told["status"], &told["due_at"], &told["calendar_version"]), (&json!(status), &json!(null), &json!(1)), "{from}");
        assert_eq!(told["warnings"] == json!([]), status == "official", "{from}: {told}");
    }
    for (from, minutes, due, deliver) in [
        ("2026-09-30T17:00:00+08:00", 240, "2026-10-08T04:00:00Z", "2026-10-08T04:00:00Z"),
        ("2026-10-08T09:00:00+08:00", 1440, "2026-10-10T07:00:00Z", "2026-10-10T07:00:00Z"),
        ("2026-11-21T10:00:00+08:00", 0, "2026-11-23T01:00:00Z", "2026-11-23T01:00:00Z"),
        ("2026-11-23T17:00:00+08:00", 60, "2026-11-23T10:00:00Z", "2026-11-23T10:00:00Z"),
    ] {
        let told = ask(json!({ "from": from, "budget_minutes": minutes })).await;
        assert_eq!((&told["due_at"], &told["to"], &told["deliver_at"]), (&json!(due), &json!(due), &json!(deliver)), "{from}");
        assert_eq!(told["business_minutes"], json!(f64::from(minutes)));
    }
}

#[tokio::test]
async fn a_deadline_at_night_is_told_in_the_morning() {
    let house = house().await;
    let admin = house.sign_in("admin").await;
    let mut calendar = admin.get("/v1/calendar").await.expect(200)["calendar"].clone();
    for segments in calendar["week"].as_object_mut().unwrap().values_mut() {
        *segments = json!([{ "from": "00:00", "to": "24:00" }]);
    }
    crate::put(&admin, "*", &calendar).await.expect(200);
    let told =
        admin.post("/v1/calendar:measure", &json!({ "from": "2026-11-21T02:30:00+08:00", "budget_minutes": 2880 })).await.expect(200);
    assert_eq!((&told["due_at"], &told["deliver_at"]), (&json!("2026-11-22T18:30:00Z"), &json!("2026-11-23T00:00:00Z")));
}

#[tokio::test]
async fn questions_that_make_no_sense_are_refused() {
    let house = house().await;
    let rep = house.sign_in("rep1").await;
    let from = "2026-11-23T10:00:00+08:00";
    for (question, want) in [
        (json!({ "from": from }), (422, "/to", "required")),
        (json!({ "from": from, "to": from, "budget_minutes": 1 }), (422, "/budget_minutes", "not_allowed")),
        (json!({ "from": from, "to": "2026-11-23T09:59:59+08:00" }), (422, "/to", "out_of_range")),
        (json!({ "from": from, "budget_minutes": -1 }), (422, "/budget_minutes", "out_of_range")),
        (json!({ "from": from, "budget_minutes": 1_000_001 }), (422, "/budget_minutes", "out_of_range")),
        (json!({ "from": "2026-11-23 10:00", "budget_minutes": 1 }), (422, "/from", "malformed")),
        (json!({ "from": "9999-11-23T10:00:00Z", "budget_minutes": 1 }), (422, "/from", "out_of_range")),
        (json!({ "budget_minutes": 1 }), (422, "/from", "required")),
    ] {
        assert_eq!(fault(&rep.post("/v1/calendar:measure", &question).await), want, "{question}");
    }
    let unknown = json!({ "from": from, "budget_minutes": 1, "calendar_version": 9 });
    assert_eq!(rep.post("/v1/calendar:measure", &unknown).await.code(), "not_found");
    let far = json!({ "from": "2099-12-31T23:00:00Z", "budget_minutes": 1_000_000 });
    let far = rep.post("/v1/calendar:measure", &far).await.expect(200);
    assert_eq!((far["due_at"].is_string(), &far["status"]), (true, &json!("missing")));
    assert_eq!(codes(&far["warnings"]).len(), 5, "not more than can be read");
}

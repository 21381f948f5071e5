//! The business-time cases of `vectors/metrics.json`, which are kept outside the repository, in `$FIELDPROOF_SHARED` or `../shared`;
//! without them these tests say so and pass.

use domain::calendars::{Calendar, Clock, Due, Segment, Standing, Week, YearStatus, china};
use serde_json::Value;

use crate::{at, chinese, segment};

fn vectors() -> Option<Value> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared");
    let shared = std::env::var("FIELDPROOF_SHARED").unwrap_or_else(|_| beside.to_owned());
    let text = std::fs::read_to_string(format!("{shared}/vectors/metrics.json")).ok();
    if text.is_none() {
        println!("skipped: no vectors/metrics.json in {shared} (set FIELDPROOF_SHARED)");
    }
    text.map(|text| serde_json::from_str(&text).unwrap())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn hours(case: &Value) -> Vec<Segment> {
    case["work_segments"].as_array().unwrap().iter().map(|pair| segment(&format!("{}-{}", text(&pair[0]), text(&pair[1])))).collect()
}

fn calendar(case: &Value) -> Calendar {
    Calendar { week: Week::of_workdays(&hours(case)), ..china::calendar() }
}

/// Minutes as the vectors have them.
fn told(time: chrono::TimeDelta) -> f64 {
    time.as_seconds_f64() / 60.0
}

#[test]
fn response_times_are_counted_as_agreed() {
    let Some(vectors) = vectors() else { return };
    let cases = vectors["lead_response"]["cases"].as_array().unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        let (from, to) = (at(text(&case["assigned_at"])), at(text(&case["first_effective_contact_at"])));
        let calendar = calendar(case);
        let naive = Calendar::of_week(calendar.zone, calendar.week.clone());
        let counted = Clock::Working(&calendar).elapsed(from, to);
        let got = [told(Clock::Wall.elapsed(from, to).value), told(counted.value), told(Clock::Working(&naive).elapsed(from, to).value)];
        let want = ["natural_min", "business_min", "naive_mon_fri_min"].map(|name| case["expect"][name].as_f64().unwrap());
        assert!(got.iter().zip(want).all(|(got, want)| (got - want).abs() < 1e-6), "{}: {got:?} instead of {want:?}", case["name"]);
        assert_eq!(serde_json::to_value(counted.status).unwrap(), case["expect"]["calendar_status"], "{}", case["name"]);
    }
}

#[test]
fn deadlines_are_counted_as_agreed() {
    let Some(vectors) = vectors() else { return };
    let cases = vectors["lead_response"]["due_cases"].as_array().unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        let calendar = calendar(case);
        let budget = chrono::TimeDelta::minutes(case["business_min"].as_i64().unwrap());
        let due = Clock::Working(&calendar).due(at(text(&case["start"])), budget).value;
        assert_eq!(due, Due::At(at(text(&case["expect_due"]))), "{}", case["name"]);
    }
}

#[test]
fn workdays_are_as_agreed() {
    let Some(vectors) = vectors() else { return };
    let calendar = chinese("09:00-18:00");
    let naive = Calendar::of_week(calendar.zone, calendar.week.clone());
    let days = vectors["workdays"].as_array().unwrap();
    assert!(!days.is_empty());
    for case in days {
        let date = text(&case["date"]).parse().unwrap();
        let day = calendar.on(date);
        if case["expect"]["status"] == "official" {
            assert_eq!((day.works(), day.standing), (case["expect"]["workday"].as_bool().unwrap(), Standing::Official), "{date}");
            assert_eq!(naive.on(date).works(), case["naive"].as_bool().unwrap(), "{date}");
        } else {
            // No notice is known: what is answered is an estimate, and says so.
            assert_eq!(day.standing, Standing::Estimated, "{date}");
            assert_eq!(naive.year(chrono::Datelike::year(&date)), YearStatus::Missing, "{date}");
        }
    }
}

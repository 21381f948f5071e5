//! The percentile and survival cases of `vectors/metrics.json`, which are kept outside the repository, in `$FIELDPROOF_SHARED` or
//! `../shared`; without them these tests say so and pass.

#![expect(clippy::unwrap_used, reason = "what a test stands on either stands or fails the test")]

use chrono::DateTime;
use domain::metrics::{Duration, Passage, StageRole, Stay, Survival, percentile};
use serde_json::Value;

fn vectors() -> Option<Value> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared");
    let shared = std::env::var("FIELDPROOF_SHARED").unwrap_or_else(|_| beside.to_owned());
    let text = std::fs::read_to_string(format!("{shared}/vectors/metrics.json")).ok();
    if text.is_none() {
        println!("skipped: no vectors/metrics.json in {shared} (set FIELDPROOF_SHARED)");
    }
    text.map(|text| serde_json::from_str(&text).unwrap())
}

fn share(name: &str) -> f64 {
    name.strip_prefix('p').unwrap().parse::<f64>().unwrap() / 100.0
}

fn same(got: Option<f64>, want: &Value, told: &str) {
    match (got, want.as_f64()) {
        (Some(got), Some(want)) => assert!((got - want).abs() < 1e-6, "{told}: {got} instead of {want}"),
        (got, want) => assert_eq!(got.is_some(), want.is_some(), "{told}: {got:?} instead of {want:?}"),
    }
}

#[test]
fn percentiles_are_interpolated_as_agreed() {
    let Some(vectors) = vectors() else { return };
    let cases = vectors["percentile_cont"]["cases"].as_array().unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        let values = case["values"].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect::<Vec<_>>();
        for (name, want) in case["expect"].as_object().unwrap() {
            same(percentile(&values, share(name)), want, &format!("{} {name}", case["name"]));
        }
    }
}

#[test]
fn what_is_still_open_counts_as_agreed() {
    let Some(vectors) = vectors() else { return };
    let cases = vectors["stage_dwell_km"]["cases"].as_array().unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        let durations = case["durations_days"].as_array().unwrap();
        let read = |pair: &Value| Duration { length: pair[0].as_f64().unwrap(), is_over: pair[1].as_bool().unwrap() };
        let survival = Survival::of(&durations.iter().map(read).collect::<Vec<_>>());
        let (want, told) = (&case["expect"], case["name"].as_str().unwrap());
        for (length, share) in want["survival"].as_object().unwrap() {
            same(Some(survival.share_after(length.parse().unwrap())), share, &format!("{told} after {length}"));
        }
        for name in ["p50", "p80", "p90"] {
            same(survival.quantile(share(name)), &want[name], &format!("{told} {name}"));
        }
        same(survival.mean(), &want["rmst_to_max"], &format!("{told} mean"));
        let counts = [survival.counts().0, survival.counts().1].map(|count| Value::from(count as u64));
        assert_eq!(counts, [want["n_events"].clone(), want["n_censored"].clone()], "{told}");
    }
}

#[test]
fn stages_that_are_entered_again_count_as_agreed() {
    let Some(vectors) = vectors() else { return };
    let cases = vectors["stage_reentry"]["cases"].as_array().unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        let mut left = None;
        let stays = case["transitions"].as_array().unwrap().iter().map(|pair| {
            let stage = pair[1].as_str().unwrap().to_owned();
            // Minutes alone, as the cases have them.
            let entered_at = DateTime::parse_from_str(pair[0].as_str().unwrap(), "%Y-%m-%dT%H:%M%:z").unwrap().to_utc();
            Stay { left: left.replace(stage.clone()), stage, entered_at }
        });
        let role = |stage: &str| match stage {
            "won" => Some(StageRole::Won),
            "lost" => Some(StageRole::Lost),
            _ => stage.strip_prefix('N').map(|place| StageRole::Open(place.parse().unwrap())),
        };
        let passage = Passage::of(&stays.collect::<Vec<_>>(), &[], role).unwrap();
        let (want, told) = (&case["expect"], case["name"].as_str().unwrap());
        let dwell = |stage: &str| passage.dwells.iter().find(|dwell| dwell.stage == stage).unwrap();
        for (stage, days) in want["total_dwell_days"].as_object().unwrap() {
            same(Some(dwell(stage).seconds / 86_400.0), days, &format!("{told} {stage}"));
            assert_eq!(Value::from(dwell(stage).stays), want["visits"][stage], "{told} {stage}");
        }
        for (stage, days) in want["max_single_dwell_days"].as_object().unwrap() {
            same(Some(dwell(stage).longest / 86_400.0), days, &format!("{told} {stage} longest"));
        }
        assert_eq!(Value::from(passage.rework), want["rework_moves"], "{told}");
        same(Some(passage.seconds / 86_400.0), &want["cycle_days"], told);
    }
}

//! What a policy may say, and what each finding says to people.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::texts::Language;
use domain::visits::texts::text;
use domain::visits::{Check, CheckName, Code, Consequence, Measure, Outcome, PolicyFaultCode, VisitPolicy};
use uuid::Uuid;

#[test]
fn the_default_policy_can_be_put_in_force() {
    assert_eq!(VisitPolicy::default().validate(), []);
    let empty: VisitPolicy = serde_json::from_str("{}").unwrap();
    assert_eq!(empty, VisitPolicy::default(), "what is not written is the default");
    assert!(serde_json::from_str::<VisitPolicy>(r#"{"fence_metres": 3}"#).is_err());
    assert!(serde_json::from_str::<VisitPolicy>(r#"{"outcomes": {"photo_lost": "fail"}}"#).is_err());
}

#[test]
fn thresholds_out_of_range_are_pointed_at() {
    type Change = fn(&mut VisitPolicy);
    let changes: &[(&str, Change)] = &[
        ("/fence_m", |p| p.fence_m = 9.9),
        ("/fence_m", |p| p.fence_m = f64::NAN),
        ("/accuracy_cap_m", |p| p.accuracy_cap_m = -1.0),
        ("/accuracy_cap_m", |p| p.accuracy_cap_m = f64::INFINITY),
        ("/device_fix_tolerance_m", |p| p.device_fix_tolerance_m = 0.0),
        ("/max_speed_kmh", |p| p.max_speed_kmh = 0.0),
        ("/travel_floor_m", |p| p.travel_floor_m = -0.1),
        ("/photo_max_age_s", |p| p.photo_max_age_s = 59),
        ("/future_tolerance_s", |p| p.future_tolerance_s = -1),
        ("/clock_tolerance_s", |p| p.clock_tolerance_s = 3601),
        ("/submit_within_s", |p| p.submit_within_s = 3599),
        ("/key_info_min_chars", |p| p.key_info_min_chars = 0),
        ("/key_info_min_chars", |p| p.key_info_min_chars = 501),
        ("/same_shot_distance", |p| p.same_shot_distance = 65),
        ("/look_alike_distance", |p| p.look_alike_distance = 30),
        ("/look_alike_distance", |p| p.look_alike_distance = 73),
    ];
    for (pointer, change) in changes {
        let mut policy = VisitPolicy::default();
        change(&mut policy);
        let faults = policy.validate();
        assert!(faults.iter().any(|fault| fault.pointer == *pointer && fault.code == PolicyFaultCode::OutOfRange), "{pointer}: {faults:?}");
        for language in Language::ALL {
            assert!(faults[0].message(language).contains(&faults[0].allowed));
        }
    }
}

#[test]
fn consequences_that_would_break_the_rules_are_refused_and_without_effect() {
    use Code::*;
    let refused = |code: Code, consequence| {
        let mut policy = VisitPolicy::default();
        policy.outcomes.insert(code, consequence);
        let faults = policy.validate();
        if faults.is_empty() {
            assert_eq!(policy.consequence(code), Some(consequence), "{code:?}");
        } else {
            assert_eq!(faults[0].pointer, format!("/outcomes/{}", code.as_str()));
            assert_eq!(faults[0].code, PolicyFaultCode::OutcomeNotPermitted);
            assert_eq!(policy.consequence(code), code.default_consequence(), "{code:?}");
        }
        !faults.is_empty()
    };
    for code in [
        GpsTooCoarse,
        CustomerUnlocated,
        CaptureTimeAbsent,
        CaptureTimeUncertain,
        ClocksDisagree,
        SubmittedLate,
        PhotoEdited,
        PositionDisagrees,
        MockLocation,
        ImpossibleTravel,
        RepeatedKeyInfo,
        Ok,
        NotJudged,
        DeviceFixUsed,
        DatumAmbiguous,
    ] {
        assert!(refused(code, Consequence::Fail), "{code:?} may not fail");
    }
    for code in [
        PhotoMissing,
        PhotoUnreadable,
        PhotoTypeUnsupported,
        GpsAbsent,
        GpsRedacted,
        GpsMalformed,
        GpsOutOfRange,
        OutsideFence,
        CustomerUnlocated,
        PhotoStale,
        PhotoFromFuture,
        PhotoReused,
        KeyInfoEmpty,
        KeyInfoOnlyName,
        DecisionRoleMissing,
        DecisionRoleUnknown,
    ] {
        assert!(refused(code, Consequence::Ignore), "{code:?} may not be ignored");
        assert!(!refused(code, Consequence::Review), "{code:?} may be softened");
    }
    for code in [ChallengeMissing, ChallengeUnknown, ChallengeExpired, ChallengeReused, PhotoOutsideChallenge] {
        for consequence in [Consequence::Fail, Consequence::Review, Consequence::Ignore] {
            assert!(!refused(code, consequence), "{code:?} is the organisation's choice");
        }
    }
}

/// The table of the product: what each finding does when nobody says otherwise.
#[test]
fn default_consequences_are_those_of_the_product() {
    for code in Code::ALL {
        let want = match code.as_str() {
            "ok" | "not_judged" | "device_fix_used" | "datum_ambiguous" => None,
            "gps_too_coarse"
            | "customer_unlocated"
            | "clocks_disagree"
            | "submitted_late"
            | "photo_edited"
            | "position_disagrees"
            | "mock_location"
            | "impossible_travel"
            | "repeated_key_info"
            | "capture_time_absent"
            | "capture_time_uncertain"
            | "challenge_missing"
            | "challenge_unknown"
            | "challenge_expired"
            | "photo_outside_challenge" => Some(Consequence::Review),
            _ => Some(Consequence::Fail),
        };
        assert_eq!(code.default_consequence(), want, "{code:?}");
    }
}

#[test]
fn codes_are_written_as_their_names() {
    let names: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(names.len(), Code::ALL.len());
    for code in Code::ALL {
        assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        assert_eq!(serde_json::from_value::<Code>(code.as_str().into()).unwrap(), *code);
    }
}

fn check(code: Code, measured: Option<Measure>, limit: Option<Measure>) -> Check {
    Check { check: CheckName::Photo, outcome: Outcome::Fail, code, photo_id: None, measured, limit }
}

#[test]
fn every_finding_has_a_message_in_both_languages_and_a_remedy_unless_it_is_a_note() {
    for code in Code::ALL {
        for language in Language::ALL {
            let text = text(&check(*code, None, None), language);
            assert_ne!(text.message, code.as_str(), "{code:?} has no wording in {language:?}");
            assert_eq!(text.remedy.is_some(), code.default_consequence().is_some(), "{code:?} in {language:?}");
            let all = format!("{} {}", text.message, text.remedy.unwrap_or_default());
            assert!(!all.contains(['{', '}']), "{all}");
            let is_chinese = all.chars().any(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c));
            assert_eq!(is_chinese, language == Language::ZhCn, "{all}");
        }
    }
}

/// People who read these texts are at work, mostly honest, and never accused.
#[test]
fn no_text_accuses_anybody() {
    let accusing = [
        "作弊",
        "造假",
        "欺骗",
        "欺诈",
        "虚假",
        "伪造",
        "篡改",
        "撒谎",
        "说谎",
        "假的",
        "违规",
        "嫌疑",
        "可疑",
        "fraud",
        "cheat",
        "fake",
        "forge",
        "lie",
        "lying",
        "tamper",
        "suspicious",
        "suspect",
        "dishonest",
        "violation",
        "manipulat",
    ];
    for code in Code::ALL {
        for measured in [None, Some(Measure::Bits(12)), Some(Measure::Metres(5.0))] {
            for language in Language::ALL {
                let text = text(&check(*code, measured.clone(), None), language);
                let all = format!("{} {}", text.message, text.remedy.unwrap_or_default()).to_lowercase();
                let words: Vec<_> = all.split(|c: char| !c.is_alphanumeric()).collect();
                for word in accusing {
                    let is_there = if word.is_ascii() { words.iter().any(|w| w.starts_with(word)) } else { all.contains(word) };
                    assert!(!is_there, "{code:?} says {word}: {all}");
                }
            }
        }
    }
}

#[test]
fn figures_are_filled_in_and_read_as_over_the_limit() {
    let say = |code, measured, limit, language| text(&check(code, Some(measured), Some(limit)), language).message;
    let far = |metres| (Measure::Metres(metres), Measure::Metres(200.0));
    for (measured, zh, en) in
        [(812.3, "812 米", "812 m"), (200.1, "201 米", "201 m"), (1499.0, "1.5 公里", "1.5 km"), (10_524.3, "10.5 公里", "10.5 km")]
    {
        let (measured, limit) = far(measured);
        let message = say(Code::OutsideFence, measured.clone(), limit.clone(), Language::ZhCn);
        assert!(message.contains(zh) && message.contains("200 米"), "{message}");
        let message = say(Code::OutsideFence, measured, limit, Language::En);
        assert!(message.contains(en) && message.contains("200 m"), "{message}");
    }
    // What is over reads as over, also in kilometres.
    let message = say(Code::OutsideFence, Measure::Metres(2000.4), Measure::Metres(2000.0), Language::En);
    assert!(message.contains("2.1 km") && message.contains("2.0 km"), "{message}");
    for (seconds, zh, en) in [
        (1, "1 秒", "1 second "),
        (119, "119 秒", "119 seconds"),
        (2700, "45 分钟", "45 minutes"),
        (86_400, "24 小时", "24 hours"),
        (864_000, "10 天", "10 days"),
    ] {
        let (measured, limit) = (Measure::Seconds(seconds), Measure::Seconds(1800));
        let message = say(Code::PhotoStale, measured.clone(), limit.clone(), Language::ZhCn);
        assert!(message.contains(zh) && message.contains("30 分钟"), "{message}");
        let message = say(Code::PhotoStale, measured, limit, Language::En);
        assert!(message.contains(en) && message.contains("30 minutes"), "{message}");
    }
    let message = say(Code::KeyInfoTooShort, Measure::Characters(2), Measure::Characters(10), Language::ZhCn);
    assert!(message.contains("2 个字") && message.contains("10 个字"), "{message}");
    let message = say(Code::ImpossibleTravel, Measure::KilometresPerHour(1203.4), Measure::KilometresPerHour(250.0), Language::En);
    assert!(message.contains("1204 km/h"), "{message}");
    // A braced text from outside is not filled in again, and control characters do not come through.
    let message = say(Code::DecisionRoleUnknown, Measure::Text("{limit}\u{7}".into()), Measure::Characters(3), Language::En);
    assert!(message.contains("“{limit}”"), "{message}");
}

#[test]
fn a_likeness_reads_otherwise_than_a_second_use() {
    let say = |measured| text(&check(Code::PhotoReused, Some(measured), None), Language::En).message;
    assert_ne!(say(Measure::Bits(12)), say(Measure::Visit(Uuid::nil())));
}

#[test]
fn instants_in_measures_stay_utc() {
    let at: DateTime<Utc> = "2026-11-23T01:12:03Z".parse().unwrap();
    let json = serde_json::to_value(Measure::Instant(at)).unwrap();
    assert_eq!(json, serde_json::json!({ "instant": "2026-11-23T01:12:03Z" }));
}

//! What no combination of facts may ever break.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod doorstep;

use chrono::{DateTime, TimeDelta, Utc};
use domain::evidence::{Evidence, Flag, Gps, GpsFault, Reading, Taken, UnreadableCause};
use domain::place::Position;
use domain::visits::{
    ChallengeFacts, ChallengeRule, Code, Consequence, DeviceFix, EvidenceRule, Likeness, Nature, Outcome, PhotoFacts, PreviousPosition,
    Verdict, VerdictStatus, VisitFacts, VisitPolicy, judge,
};
use doorstep::*;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

fn minutes(count: i64) -> TimeDelta {
    TimeDelta::minutes(count)
}

/// Mostly near the customer, sometimes anywhere.
fn a_position() -> impl Strategy<Value = Position> {
    prop_oneof![
        5 => (-250.0..250.0_f64).prop_map(north_of_pin),
        1 => (-180.0..180.0_f64, -90.0..90.0_f64).prop_map(|(lon, lat)| Position { lon, lat }),
    ]
}

/// A position in which at least one number is missing or off the globe.
fn no_position() -> impl Strategy<Value = Position> {
    let bad = || prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY), Just(1e300), Just(-181.0)];
    prop_oneof![bad().prop_map(|lon| Position { lon, lat: PIN.lat }), bad().prop_map(|lat| Position { lon: PIN.lon, lat })]
}

fn metres() -> impl Strategy<Value = Option<f64>> {
    option::of(prop_oneof![0.0..60.0_f64, 0.0..6000.0_f64])
}

/// Minutes around the visit, sometimes days off.
fn an_instant() -> impl Strategy<Value = DateTime<Utc>> {
    prop_oneof![6 => -20..0_i64, 2 => -50..20_i64, 1 => -5000..5000_i64].prop_map(|shift| started_at() + minutes(shift))
}

/// A time of receipt: mostly at once, sometimes days later, sometimes impossible.
fn after() -> impl Strategy<Value = DateTime<Utc>> {
    prop_oneof![6 => Just(received_at()), 2 => (0..9000_i64).prop_map(|late| received_at() + minutes(late)), 1 => an_instant()]
}

fn taken() -> impl Strategy<Value = Option<Taken>> {
    let zone = prop_oneof![6 => Just(Some(480)), 1 => Just(None), 1 => (-48..56_i32).prop_map(|quarters| Some(quarters * 15))];
    option::weighted(
        0.9,
        (an_instant(), zone).prop_map(|(at, offset_minutes)| Taken {
            local: (at + TimeDelta::minutes(offset_minutes.unwrap_or(480).into())).naive_utc(),
            offset_minutes,
            subsec_ms: None,
        }),
    )
}

fn gps() -> impl Strategy<Value = Gps> {
    prop_oneof![
        5 => a_position().prop_map(|position| Gps::Position { position }),
        1 => Just(Gps::Absent),
        1 => Just(Gps::Redacted),
        1 => Just(Gps::Malformed { why: GpsFault::CoordinateMissing }),
        1 => Just(Gps::OutOfRange { latitude_deg: 250.0, longitude_deg: 0.0 }),
    ]
}

fn an_evidence() -> impl Strategy<Value = Evidence> {
    let rarely = || prop::bool::weighted(0.1);
    let oddities = (rarely(), rarely(), option::weighted(0.1, Just("gimp".to_owned())), option::of(rarely()), rarely());
    (gps(), metres(), taken(), option::weighted(0.3, an_instant()), oddities).prop_map(|(gps, accuracy_m, taken, gps_at, odd)| {
        let (coarse_source, gps_status_void, editor, thumbnail_mismatch, is_tail_unseen) = odd;
        let flags = is_tail_unseen.then_some(Flag::TailUnseen).into_iter().collect();
        Evidence { gps, accuracy_m, taken, gps_at, coarse_source, gps_status_void, editor, thumbnail_mismatch, flags, ..evidence() }
    })
}

fn a_reading() -> impl Strategy<Value = Option<Reading>> {
    prop_oneof![
        6 => an_evidence().prop_map(|evidence| Some(Reading::Evidence(Box::new(evidence)))),
        1 => Just(Some(Reading::Unreadable(UnreadableCause::Damaged))),
        1 => Just(Some(Reading::UnsupportedType)),
        1 => Just(None),
    ]
}

fn a_likeness() -> impl Strategy<Value = Likeness> {
    prop_oneof![Just(Likeness::Bytes), Just(Likeness::Picture), (0..120_u16).prop_map(|distance| Likeness::Perceptual { distance })]
}

fn photos() -> impl Strategy<Value = Vec<PhotoFacts>> {
    let twins = vec((a_likeness(), any::<bool>(), any::<bool>()), 0..2);
    vec((a_reading(), after(), prop_oneof![4 => Just(Vec::new()), 1 => twins]), 0..4).prop_map(|photos| {
        (1..)
            .zip(photos)
            .map(|(number, (reading, landed_at, twins))| {
                let like = |(likeness, same_rep, same_customer)| domain::visits::PhotoTwin { same_rep, same_customer, ..twin(likeness) };
                let twins = twins.into_iter().map(like).collect();
                PhotoFacts { landed_at: reading.is_some().then_some(landed_at), twins, ..photo(number, reading) }
            })
            .collect()
    })
}

fn a_fix() -> impl Strategy<Value = Option<DeviceFix>> {
    option::weighted(
        0.4,
        (a_position(), metres(), an_instant(), prop::bool::weighted(0.2)).prop_map(|(position, accuracy_m, fixed_at, mock)| DeviceFix {
            position,
            accuracy_m,
            fixed_at,
            mock,
        }),
    )
}

fn a_challenge() -> impl Strategy<Value = Option<ChallengeFacts>> {
    let used_by = prop_oneof![3 => Just(None), 1 => Just(Some(VISIT)), 1 => Just(Some(OTHER_VISIT))];
    let issued = (an_instant(), 1..2000_i64, used_by).prop_map(|(issued_at, length, used_by)| {
        Some(ChallengeFacts::Issued { issued_at, expires_at: issued_at + minutes(length), used_by })
    });
    prop_oneof![4 => Just(None), 1 => Just(Some(ChallengeFacts::Unknown)), 6 => Just(Some(challenge())), 2 => issued]
}

fn facts() -> impl Strategy<Value = VisitFacts> {
    let customer = (
        prop_oneof![4 => Just(Some(PIN)), 1 => option::of(a_position())],
        option::weighted(0.2, a_position()),
        prop_oneof![Just(200.0), 10.0..5000.0_f64],
    );
    let record = (
        prop_oneof![9 => Just("老板想要三台新机器"), 1 => Just("。。。"), 1 => Just("好孩子母婴店"), 1 => Just("好")],
        prop_oneof![9 => Just("gatekeeper"), 1 => Just(""), 1 => Just("king")],
        prop::bool::weighted(0.1),
    );
    let previous = option::weighted(0.3, (a_position(), an_instant(), metres()));
    let times = (
        option::weighted(0.3, after()),
        after(),
        prop_oneof![4 => Just(chrono_tz::Tz::Asia__Shanghai), 1 => Just(chrono_tz::Tz::America__New_York)],
    );
    (photos(), a_fix(), a_challenge(), customer, record, previous, times).prop_map(
        |(
            photos,
            fix,
            challenge,
            (pin, pin_otherwise, fence_m),
            (key_info, role, is_repeated),
            previous,
            (ended_at, received_at, zone),
        )| {
            let mut facts = VisitFacts { photos, challenge, received_at, zone, ..honest() };
            facts.visit.device.as_mut().unwrap().fix = fix;
            (facts.visit.ended_at, facts.visit.key_info, facts.visit.decision_role) = (ended_at, key_info.into(), role.into());
            (facts.customer.pin, facts.customer.pin_otherwise, facts.customer.fence_m) = (pin, pin_otherwise, fence_m);
            facts.repeated_key_info = is_repeated.then_some(OTHER_VISIT);
            facts.previous =
                previous.map(|(position, at, accuracy_m)| PreviousPosition { visit_id: OTHER_VISIT, position, at, accuracy_m });
            facts
        },
    )
}

/// Any policy at all, also one that could never be saved.
fn policy() -> impl Strategy<Value = VisitPolicy> {
    let rules = (any::<bool>(), any::<bool>(), 1..12_u32);
    let consequence = prop_oneof![Just(Consequence::Fail), Just(Consequence::Review), Just(Consequence::Ignore)];
    let outcomes = prop::collection::btree_map(prop::sample::select(Code::ALL), consequence, 0..12);
    let outcomes = prop_oneof![2 => Just(std::collections::BTreeMap::new()), 1 => outcomes];
    (rules, outcomes).prop_map(|((or_fix, is_required, key_info_min_chars), outcomes)| VisitPolicy {
        evidence: if or_fix { EvidenceRule::ExifOrDeviceFix } else { EvidenceRule::Exif },
        challenge: if is_required { ChallengeRule::Required } else { ChallengeRule::Optional },
        key_info_min_chars,
        outcomes,
        ..VisitPolicy::default()
    })
}

fn verdict(facts: &VisitFacts, policy: &VisitPolicy) -> Verdict {
    judge(facts, policy, received_at())
}

/// How good a status is for the rep.
fn goodness(status: VerdictStatus) -> u8 {
    match status {
        VerdictStatus::Invalid => 0,
        VerdictStatus::Review => 1,
        VerdictStatus::Valid => 2,
    }
}

fn change_all(facts: &mut VisitFacts, change: impl Fn(&mut Evidence)) {
    for photo in &mut facts.photos {
        if let Some(Reading::Evidence(evidence)) = photo.reading.as_mut() {
            change(evidence);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    /// A visit is valid only if presence, key information and decision role are each proven by a check that passed.
    #[test]
    fn valid_means_proven(facts in facts(), policy in policy()) {
        let verdict = verdict(&facts, &policy);
        if verdict.status == VerdictStatus::Valid {
            use domain::visits::CheckName::{DecisionRole, Fence, Gps, KeyInfo, Photo};
            for name in [Photo, Gps, Fence, KeyInfo, DecisionRole] {
                prop_assert_eq!(verdict.check(name).unwrap().outcome, Outcome::Pass, "{:?}", name);
            }
            let distance_m = verdict.evidence.unwrap().distance_m.unwrap();
            prop_assert!(distance_m <= facts.customer.fence_m + policy.accuracy_cap_m + 0.1);
        }
    }

    /// Whatever else is true: no number, no proof.
    #[test]
    fn a_position_that_is_none_never_passes(mut facts in facts(), policy in policy(), bad in no_position(), in_pin: bool) {
        if in_pin {
            (facts.customer.pin, facts.customer.pin_otherwise) = (Some(bad), None);
        } else {
            change_all(&mut facts, |evidence| evidence.gps = Gps::Position { position: bad });
            if let Some(fix) = facts.visit.device.as_mut().unwrap().fix.as_mut() {
                fix.position = bad;
            }
        }
        prop_assert_ne!(verdict(&facts, &policy).status, VerdictStatus::Valid);
    }

    #[test]
    fn a_missing_position_never_passes(mut facts in facts(), policy in policy()) {
        change_all(&mut facts, |evidence| evidence.gps = Gps::Redacted);
        facts.visit.device = None;
        prop_assert_ne!(verdict(&facts, &policy).status, VerdictStatus::Valid);
    }

    /// Thresholds that are no numbers close the gates they belong to.
    #[test]
    fn a_limit_that_is_none_never_passes(mut facts in facts(), mut policy in policy(), which in 0..3_usize) {
        match which {
            0 => facts.customer.fence_m = f64::NAN,
            1 => facts.customer.fence_m = f64::INFINITY,
            _ => {
                (policy.accuracy_cap_m, policy.outcomes) = (f64::NAN, std::collections::BTreeMap::new());
                change_all(&mut facts, |evidence| evidence.accuracy_m = Some(1.0));
            }
        }
        prop_assert_ne!(verdict(&facts, &policy).status, VerdictStatus::Valid);
    }

    /// Uncertainty alone leads to review: every failing check is one that may fail, and no policy can change that.
    #[test]
    fn uncertainty_never_fails(facts in facts(), policy in policy()) {
        for check in verdict(&facts, &policy).checks.iter().filter(|check| check.outcome == Outcome::Fail) {
            prop_assert!(matches!(check.code.nature(), Nature::Unproven | Nature::Rule { .. }), "{:?}", check);
        }
    }

    /// The status follows from the checks and from nothing else.
    #[test]
    fn the_status_is_that_of_the_checks(facts in facts(), policy in policy()) {
        let verdict = verdict(&facts, &policy);
        let has = |outcome| verdict.checks.iter().any(|check| check.outcome == outcome);
        let want = if has(Outcome::Fail) { VerdictStatus::Invalid } else if has(Outcome::Unknown) { VerdictStatus::Review } else { VerdictStatus::Valid };
        prop_assert_eq!(verdict.status, want);
        prop_assert_eq!(verdict.checks.len(), 16);
    }    /// Taking a photo away, or its bytes, or its position, or the words, never helps; unless a policy softens just that loss.
#[test]
    fn removing_evidence_never_improves(facts in facts(), mut policy in policy(), which in 0..5_usize, index in 0..4_usize) {
        (policy.evidence, policy.outcomes) = (EvidenceRule::Exif, std::collections::BTreeMap::new());
        let before = verdict(&facts, &policy).status;
        let mut less = facts.clone();
        match which {
            0 if index < less.photos.len() => { less.photos.remove(index); }
            1 => less.photos.clear(),
            2 => less.photos.iter_mut().for_each(|photo| photo.reading = None),
            3 => change_all(&mut less, |evidence| { evidence.gps = Gps::Absent; evidence.flags.clear(); }),
            _ => less.visit.key_info.clear(),
        }
        prop_assert!(goodness(verdict(&less, &policy).status) <= goodness(before));
    }

    /// Losing only the time leaves a doubt behind, and a doubt is never valid.
    #[test]
    fn a_photo_without_any_time_is_never_valid(mut facts in facts(), mut policy in policy()) {
        policy.evidence = EvidenceRule::Exif;
        change_all(&mut facts, |evidence| (evidence.taken, evidence.gps_at) = (None, None));
        prop_assert_ne!(verdict(&facts, &policy).status, VerdictStatus::Valid);
    }

    #[test]
    fn another_photo_never_worsens(facts in facts(), mut policy in policy(), reading in a_reading()) {
        policy.outcomes.clear();
        let mut more = facts.clone();
        more.photos.push(photo(50, reading));
        prop_assert!(goodness(verdict(&more, &policy).status) >= goodness(verdict(&facts, &policy).status));
    }

    #[test]
    fn the_order_of_photos_does_not_matter(facts in facts(), policy in policy()) {
        let mut turned = facts.clone();
        turned.photos.reverse();
        let (one, other) = (verdict(&facts, &policy), verdict(&turned, &policy));
        prop_assert_eq!((one.status, one.evidence, one.checks), (other.status, other.evidence, other.checks));
    }

    /// Verdicts are replayable: facts and policy that went through JSON come to the same verdict, and so does the verdict itself.
    #[test]
    fn a_stored_visit_is_judged_the_same(facts in facts(), policy in policy()) {
        let facts_again: VisitFacts = serde_json::from_str(&serde_json::to_string(&facts).unwrap()).unwrap();
        let policy_again: VisitPolicy = serde_json::from_str(&serde_json::to_string(&policy).unwrap()).unwrap();
        prop_assert_eq!(&facts_again, &facts);
        let first = verdict(&facts, &policy);
        prop_assert_eq!(&verdict(&facts_again, &policy_again), &first);
        let stored: Verdict = serde_json::from_str(&serde_json::to_string(&first).unwrap()).unwrap();
        prop_assert_eq!(stored, first);
    }

    /// The clock of the judge dates the verdict and does nothing else: late uploads are not the rep's fault.
    #[test]
    fn the_time_of_judgement_does_not_matter(facts in facts(), policy in policy(), days in 0..4000_i64) {
        let (now, then) = (verdict(&facts, &policy), judge(&facts, &policy, received_at() + TimeDelta::days(days)));
        prop_assert_eq!((now.status, now.checks, now.photos), (then.status, then.checks, then.photos));
    }
}

/// Instants and thresholds at the ends of their ranges judge like any other: without a panic.
#[test]
fn extreme_numbers_are_judged() {
    let mut facts = honest();
    (facts.visit.started_at, facts.received_at) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
    facts.visit.ended_at = Some(DateTime::<Utc>::MAX_UTC);
    let mut policy =
        VisitPolicy { photo_max_age_s: i64::MAX, clock_tolerance_s: i64::MIN, future_tolerance_s: i64::MAX, ..VisitPolicy::default() };
    for offset_minutes in [None, Some(i32::MAX), Some(i32::MIN)] {
        spoil(&mut facts, |evidence| evidence.taken = Some(Taken { local: chrono::NaiveDateTime::MAX, offset_minutes, subsec_ms: None }));
        assert_ne!(verdict(&facts, &policy).status, VerdictStatus::Valid);
        spoil(&mut facts, |evidence| evidence.taken = Some(Taken { local: chrono::NaiveDateTime::MIN, offset_minutes, subsec_ms: None }));
        assert_ne!(verdict(&facts, &policy).status, VerdictStatus::Valid);
        std::mem::swap(&mut facts.visit.started_at, &mut facts.received_at);
        policy.photo_max_age_s = i64::MIN;
    }
}

/// The generators must not be so hostile that they only ever meet one branch.
#[test]
fn the_generated_visits_come_to_every_status() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut seen = std::collections::BTreeMap::new();
    for _ in 0..2000 {
        let facts = facts().new_tree(&mut runner).unwrap().current();
        *seen.entry(verdict(&facts, &VisitPolicy::default()).status).or_insert(0) += 1;
    }
    assert!(seen.len() == 3 && seen.values().all(|count| *count >= 50), "{seen:?}");
}

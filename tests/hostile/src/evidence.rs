//! The whole path of a photo's bytes that decides at the door: container, EXIF, evidence, verdict; and the digest of its picture.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use domain::evidence::picture::PictureDigest;
use domain::evidence::{Evidence, Flag, Gps, HEAD_BYTES, MAX_FETCHED_BYTES, MAX_NEEDS, Need, Ranges, Reading, Step, UnreadableCause, read};
use domain::place::{Position, distance_m};
use domain::texts::Language;
use domain::visits::{CustomerFacts, PhotoFacts, SubmittedVisit, VerdictStatus, VisitFacts, VisitPolicy, judge, texts};
use uuid::Uuid;

use crate::cuts::{Chance, at_random, evenly};

/// Where the honest photos of `inputs` were taken, and within what of it a visit counts.
const DOOR: Position = Position { lon: 121.4737, lat: 31.230_37 };
const FENCE_M: f64 = 200.0;

/// Reads the bytes as a photo, wherever they come from: from memory, from a body that streamed by, from S3 by ranges, from a file with
/// a long picture in it.
pub fn evidence(photo: &[u8]) {
    let mut chance = Chance::of(photo);
    let reading = by_ranges(Ranges::new(photo.len() as u64), |offset, len| slice(photo, offset, len));
    holds(&reading);
    judged(&reading);
    if let Some(head) = photo.get(..HEAD_BYTES) {
        let mut streamed = Ranges::new(photo.len() as u64);
        streamed.insert(0, head.to_vec());
        assert_eq!(by_ranges(streamed, |offset, len| slice(photo, offset, len)), reading, "streamed by");
    }
    // Far more bytes than the photo has, so not every time.
    if chance.below(4) == 0 {
        with_a_gap(photo, &mut chance);
    }
    let whole = digest([photo]);
    assert_eq!(digest(at_random(photo, 9, &mut chance)), whole, "cut at random");
    assert_eq!(digest(evenly(photo, 300)), whole, "cut evenly");
}

/// Reads an object as production does, and holds the reader to its bounds.
fn by_ranges(mut known: Ranges, fetch: impl Fn(u64, usize) -> Vec<u8>) -> Reading {
    let (mut requests, mut fetched) = (0, 0);
    loop {
        match read(&known) {
            Step::Done(reading) => return reading,
            Step::Need(Need { offset, len }) => {
                requests += 1;
                fetched += len;
                assert!(len > 0 && offset + len as u64 <= known.total_len(), "{len} bytes at {offset} of {}", known.total_len());
                assert!(requests <= MAX_NEEDS && fetched <= MAX_FETCHED_BYTES, "{requests} requests for {fetched} bytes");
                known.insert(offset, fetch(offset, len));
            }
        }
    }
}

fn slice(bytes: &[u8], offset: u64, len: usize) -> Vec<u8> {
    let from = usize::try_from(offset).expect("a photo fits into memory");
    bytes[from..from + len].to_vec()
}

/// The photo with a long stretch of one byte somewhere in it, as pictures are to this reader. By ranges it is what it would be if all of
/// it were known, or it says that it could not see everything.
fn with_a_gap(photo: &[u8], chance: &mut Chance) {
    let at = chance.below(photo.len() + 1);
    let gap = [HEAD_BYTES, HEAD_BYTES + chance.below(5000), 150_000, 1 << 40][chance.below(4)];
    let total = photo.len() as u64 + gap as u64;
    // Nothing at all makes for long walks from one empty piece to the next.
    let filling = [0, 0x55, 0x55, 0x55][chance.below(4)];
    let reading = by_ranges(Ranges::new(total), |offset, len| {
        let from = usize::try_from(offset).expect("64 bits");
        let before = photo.get(from..at.min(from + len)).unwrap_or_default();
        let behind = photo.get(from.max(at + gap) - gap..(from + len).max(at + gap) - gap).unwrap_or_default();
        [before, &vec![filling; len - before.len() - behind.len()], behind].concat()
    });
    holds(&reading);
    let saw_everything = match &reading {
        Reading::Evidence(evidence) => !evidence.flags.contains(&Flag::TailUnseen),
        Reading::Unreadable(cause) => *cause != UnreadableCause::OutOfReach,
        Reading::UnsupportedType => true,
    };
    if saw_everything && total <= MAX_FETCHED_BYTES as u64 {
        let mut known = Ranges::new(total);
        known.insert(0, [&photo[..at], &vec![filling; gap], &photo[at..]].concat());
        assert_eq!(read(&known), Step::Done(reading), "with {gap} bytes at {at}");
    }
}

/// Numbers are numbers, names are short and clean, and what is stored is what was read.
fn holds(reading: &Reading) {
    let json = serde_json::to_string(reading).expect("a reading can be stored");
    assert_eq!(&serde_json::from_str::<Reading>(&json).expect("what is stored can be read"), reading);
    let Reading::Evidence(evidence) = reading else { return };
    match evidence.gps {
        Gps::Position { position } => assert!(position.is_sane(), "{position:?}"),
        Gps::OutOfRange { latitude_deg, longitude_deg } => assert!(latitude_deg.is_finite() && longitude_deg.is_finite()),
        Gps::Absent | Gps::Redacted | Gps::Malformed { .. } => {}
    }
    assert!(evidence.accuracy_m.is_none_or(|metres| metres.is_finite() && metres >= 0.0), "{evidence:?}");
    assert!((1..=8).contains(&evidence.orientation), "{evidence:?}");
    let names = [&evidence.camera.make, &evidence.camera.model, &evidence.camera.software, &evidence.editor, &evidence.gps_datum];
    assert!(names.into_iter().flatten().all(|name| name.chars().count() <= 64 && !name.chars().any(char::is_control)), "{evidence:?}");
}

/// The visit that the photo would carry: it counts only by a position within the fence, every check has its words, and judging it
/// again from what is stored comes to the same.
fn judged(reading: &Reading) {
    let (facts, policy) = (visit(reading), VisitPolicy::default());
    let verdict = judge(&facts, &policy, facts.received_at);
    if verdict.status == VerdictStatus::Valid {
        assert!(proves_presence(reading), "{reading:?} made a visit count");
    }
    for language in [Language::ZhCn, Language::En] {
        assert!(verdict.checks.iter().all(|check| !texts::text(check, language).message.is_empty()), "{verdict:?}");
    }
    let stored = serde_json::to_string(&facts).expect("facts can be stored");
    let facts: VisitFacts = serde_json::from_str(&stored).expect("what is stored can be read");
    assert_eq!(judge(&facts, &policy, facts.received_at), verdict);
}

fn proves_presence(reading: &Reading) -> bool {
    let Reading::Evidence(evidence) = reading else { return false };
    let Evidence { gps: Gps::Position { position }, accuracy_m, .. } = **evidence else { return false };
    distance_m(DOOR, position) <= FENCE_M + accuracy_m.unwrap_or(0.0)
}

fn visit(reading: &Reading) -> VisitFacts {
    let at = |seconds| DateTime::<Utc>::from_timestamp(seconds, 0).expect("an instant");
    // Two minutes after the honest photos were taken.
    let started_at = at(1_795_158_365);
    let photo = PhotoFacts { id: Uuid::from_u128(1), reading: Some(reading.clone()), landed_at: Some(started_at), twins: Vec::new() };
    VisitFacts {
        visit: SubmittedVisit {
            id: Uuid::from_u128(2),
            customer_id: Uuid::from_u128(3),
            started_at,
            ended_at: None,
            key_info: "老板说下周三之前给报价，要 30 台。".to_owned(),
            decision_role: "decision_maker".to_owned(),
            device: None,
        },
        received_at: started_at,
        zone: Tz::Asia__Shanghai,
        customer: CustomerFacts { name: "晨光便利店".to_owned(), pin: Some(DOOR), pin_otherwise: None, fence_m: FENCE_M },
        photos: vec![photo],
        decision_roles: vec!["decision_maker".to_owned()],
        previous: None,
        repeated_key_info: None,
        challenge: None,
    }
}

fn digest<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (bool, Option<[u8; 32]>) {
    let mut digest = PictureDigest::new();
    pieces.into_iter().for_each(|piece| digest.feed(piece));
    (digest.is_whole(), digest.finish())
}

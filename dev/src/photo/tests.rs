//! The generator against the reader: every variant must be read as what it is meant to be.

use super::{Container, PhotoSpec, Variant};
use chrono::DateTime;
use domain::evidence::pdq::{Fingerprint, fingerprint};
use domain::evidence::picture::PictureDigest;
use domain::evidence::{Evidence, Flag, Gps, GpsFault, Reading, UnreadableCause, read_whole};

const LAT: f64 = 31.230_391;
const LON: f64 = 121.473_702;

fn spec(variant: Variant) -> PhotoSpec {
    let taken_at = DateTime::parse_from_rfc3339("2026-03-02T10:15:30.123+08:00").unwrap();
    PhotoSpec { variant, width: 320, height: 240, ..PhotoSpec::new(LAT, LON, taken_at) }
}

fn evidence(spec: &PhotoSpec) -> Evidence {
    match read_whole(&spec.encode().unwrap()) {
        Reading::Evidence(evidence) => *evidence,
        other => panic!("{:?} is read as {other:?}", spec.variant),
    }
}

fn is_at_place(gps: Gps) -> bool {
    matches!(gps, Gps::Position { position } if (position.lat - LAT).abs() < 1e-6 && (position.lon - LON).abs() < 1e-6)
}

#[test]
fn every_variant_is_read_as_what_it_is_meant_to_be() {
    for variant in Variant::ALL {
        let reading = read_whole(&spec(variant).encode().unwrap());
        let gps = match &reading {
            Reading::Evidence(evidence) => Some(evidence.gps),
            _ => None,
        };
        let is_meant = match variant {
            Variant::Empty => reading == Reading::Unreadable(UnreadableCause::Empty),
            Variant::TruncatedHeader => reading == Reading::Unreadable(UnreadableCause::Truncated),
            Variant::Html => reading == Reading::UnsupportedType,
            Variant::NoExif | Variant::StrippedGps => gps == Some(Gps::Absent),
            Variant::Redacted | Variant::ZeroOverOne => gps == Some(Gps::Redacted),
            Variant::NoRef => gps == Some(Gps::Malformed { why: GpsFault::HemisphereUnknown }),
            Variant::LatitudeOnly => gps == Some(Gps::Malformed { why: GpsFault::CoordinateMissing }),
            Variant::Minutes75 => gps == Some(Gps::Malformed { why: GpsFault::MinutesBeyond60 }),
            Variant::Infinite => gps == Some(Gps::Malformed { why: GpsFault::ZeroDenominator }),
            Variant::LostDirectory => gps == Some(Gps::Malformed { why: GpsFault::DirectoryUnreadable }),
            Variant::Conflicting => gps == Some(Gps::Malformed { why: GpsFault::Conflicting }),
            Variant::OutOfRange => matches!(gps, Some(Gps::OutOfRange { latitude_deg, .. }) if latitude_deg > 95.0),
            _ => gps.is_some_and(is_at_place),
        };
        assert!(is_meant, "{variant:?} is read as {reading:?}");
    }
}

#[test]
fn an_honest_photo_says_all_it_was_told_to_say() {
    for container in [Container::Jpeg, Container::Png, Container::Webp] {
        let spec = PhotoSpec { container, orientation: 6, ..spec(Variant::Ok) };
        let evidence = evidence(&spec);
        assert!(is_at_place(evidence.gps), "{evidence:?}");
        assert_eq!(evidence.accuracy_m, Some(5.0));
        assert_eq!(evidence.taken.and_then(|taken| taken.at()), Some(spec.taken_at.to_utc()));
        assert_eq!(evidence.gps_at.map(|at| at.timestamp()), Some(spec.taken_at.timestamp()));
        assert_eq!((evidence.camera.make, evidence.camera.model), (Some(spec.make), Some(spec.model)));
        assert_eq!((evidence.orientation, evidence.editor), (6, None));
        assert_eq!((evidence.width, evidence.height, evidence.thumbnail_mismatch), (Some(320), Some(240), Some(false)));
        assert!(evidence.flags.is_empty(), "{:?}", evidence.flags);
    }
}

#[test]
fn odd_photos_show_their_oddity() {
    let read = |variant| evidence(&spec(variant));
    assert_eq!(read(Variant::CoarseAccuracy).accuracy_m, Some(5000.0));
    assert!(read(Variant::CellTower).coarse_source);
    assert!(read(Variant::StatusVoid).gps_status_void);
    assert_eq!(read(Variant::OtherDatum).gps_datum.as_deref(), Some("TOKYO"));
    assert_eq!(read(Variant::Edited).editor.as_deref(), Some("Adobe Photoshop 25.9 (Macintosh)"));
    assert_eq!(read(Variant::NoOffset).taken.map(|taken| taken.offset_minutes), Some(None));
    assert_eq!((read(Variant::BlankTime).taken, read(Variant::NoTime).taken), (None, None));
    assert!(read(Variant::StubFirst).flags.contains(&Flag::SeveralExifBlocks));
    let skewed = read(Variant::ClocksDisagree);
    assert_eq!(skewed.taken.and_then(|taken| taken.at()).zip(skewed.gps_at).map(|(camera, gps)| (camera - gps).num_hours()), Some(26));
}

#[test]
fn a_photo_can_be_as_large_as_a_phones() {
    let photo = PhotoSpec { target_bytes: Some(3_000_000), ..spec(Variant::Ok) }.encode().unwrap();
    assert_eq!(photo.len(), 3_000_000);
    assert!(matches!(read_whole(&photo), Reading::Evidence(evidence) if is_at_place(evidence.gps)));
}

#[test]
fn the_same_spec_gives_the_same_bytes_and_another_view_other_ones() {
    let (first, again) = (spec(Variant::Ok).encode().unwrap(), spec(Variant::Ok).encode().unwrap());
    let elsewhere = PhotoSpec { view: 1, ..spec(Variant::Ok) }.encode().unwrap();
    assert!(first == again && first != elsewhere);
}

fn digest(photo: &[u8]) -> Option<[u8; 32]> {
    let mut digest = PictureDigest::new();
    photo.chunks(4096).for_each(|chunk| digest.feed(chunk));
    assert!(digest.is_whole());
    digest.finish()
}

#[test]
fn fresh_exif_leaves_the_picture_data_as_it_is() {
    let photo = |variant, lat| PhotoSpec { lat, ..spec(variant) }.encode().unwrap();
    let honest = digest(&photo(Variant::Ok, LAT));
    assert!(honest.is_some());
    assert_eq!(digest(&photo(Variant::Edited, -12.5)), honest);
    assert_eq!(digest(&photo(Variant::NoExif, LAT)), honest);
    assert_ne!(digest(&PhotoSpec { view: 1, ..spec(Variant::Ok) }.encode().unwrap()), honest);
}

fn look(photo: &[u8]) -> Fingerprint {
    let luma = image::load_from_memory(photo).unwrap().to_luma8();
    fingerprint(&luma, luma.width() as usize, luma.height() as usize).unwrap()
}

#[test]
fn saved_again_a_picture_looks_the_same_and_other_shops_do_not() {
    let photo = |seed, view| PhotoSpec { seed, view, width: 512, height: 384, ..spec(Variant::Ok) }.encode().unwrap();
    let looks: Vec<_> = (0..20).map(|seed| look(&photo(seed, 0))).collect();
    for (seed, original) in (0..).zip(&looks) {
        let mut again = Vec::new();
        let picture = image::load_from_memory(&photo(seed, 0)).unwrap().to_rgb8();
        image::codecs::jpeg::JpegEncoder::new_with_quality(&mut again, 50).encode_image(&picture).unwrap();
        let saved_again = original.hash.distance(&look(&again).hash);
        assert!(saved_again <= 31, "shop {seed} saved again: {saved_again}");
        let other_shot = original.hash.distance(&look(&photo(seed, 1)).hash);
        assert!(other_shot > saved_again, "shop {seed} shot again: {other_shot}");
        let nearest = looks.iter().filter(|other| *other != original).map(|other| original.hash.distance(&other.hash)).min();
        assert!(nearest > Some(64), "shop {seed} and its nearest: {nearest:?}");
        assert!(original.quality >= 50, "shop {seed}: {}", original.quality);
    }
}

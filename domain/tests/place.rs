//! Datums, distances, grounds and zones, against figures worked out elsewhere.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::unreadable_literal, reason = "coordinates are easier to compare with their source unbroken")]

use chrono_tz::Tz;
use domain::place::{Datum, Located, Position, SentPosition, capture_zone, distance_m};
use proptest::prelude::*;

type LatLon = (f64, f64);

/// Places on the mainland as (latitude, longitude) in WGS-84, GCJ-02 and BD-09; figures of five independent implementations that
/// agree to 1.5e-9 m, rounded to 7–9 decimals.
#[rustfmt::skip]
const PLACES: &[(&str, LatLon, LatLon, LatLon)] = &[
    ("beijing_tiananmen", (39.90734, 116.39089), (39.908741069, 116.397130942), (39.915083462, 116.403504204)),
    ("chengdu_tianfu_square", (30.6571, 104.0659), (30.654678385, 104.068407665), (30.660705939, 104.074905283)),
    ("xian_bell_tower", (34.2611, 108.9423), (34.259513078, 108.946955879), (34.265766758, 108.953376641)),
    ("urumqi", (43.8256, 87.6168), (43.826805393, 87.619649949), (43.832949795, 87.626099771)),
    ("lhasa_potala", (29.6554, 91.1186), (29.652692952, 91.120159292), (29.658558119, 91.126716141)),
    ("harbin", (45.7731, 126.6177), (45.775015919, 126.623626819), (45.781142096, 126.630086693)),
    ("kashgar", (39.4704, 75.9898), (39.470627026, 75.99275499), (39.476589909, 75.999263647)),
    ("dandong_border", (40.129, 124.394), (40.130597191, 124.399839321), (40.136410781, 124.406409389)),
    ("formula_origin_105E_35N", (35.0, 105.0), (34.999098632, 105.003286241), (35.005403668, 105.009666828)),
    ("guangzhou_tower", (23.1066, 113.3245), (23.1039982, 113.3299212), (23.1097036, 113.336477)),
    ("shenzhen_futian", (22.5431, 114.0579), (22.5403828, 114.063014), (22.5460416, 114.069564)),
    ("sanya", (18.2528, 109.5119), (18.2510948, 109.5159843), (18.2568766, 109.5225318)),
    ("kunming", (25.0406, 102.7122), (25.0376272, 102.7136414), (25.0439147, 102.720055)),
    ("shanghai_peoples_square", (31.23037, 121.4737), (31.2284277, 121.4782231), (31.2342806, 121.4847815)),
];

fn position((lat, lon): LatLon) -> Position {
    Position::new(lon, lat).unwrap()
}

fn sent((lat, lon): LatLon, datum: Datum) -> SentPosition {
    SentPosition { lat, lon, datum }
}

fn assert_degrees(name: &str, got: Position, want: LatLon, tolerance: f64) {
    assert!((got.lat - want.0).abs() < tolerance && (got.lon - want.1).abs() < tolerance, "{name}: {got:?} instead of {want:?}");
}

fn shown(at: LatLon, datum: Datum) -> Position {
    let shown = SentPosition::from_wgs84(position(at), datum);
    assert_eq!(shown.datum, datum);
    Position { lon: shown.lon, lat: shown.lat }
}

#[test]
fn known_places_convert_both_ways() {
    for &(name, wgs, gcj, bd) in PLACES {
        assert_degrees(name, shown(wgs, Datum::Gcj02), gcj, 1e-7);
        assert_degrees(name, shown(wgs, Datum::Bd09), bd, 1e-7);
        assert_degrees(name, sent(gcj, Datum::Gcj02).to_wgs84().unwrap().position, wgs, 1e-7);
        assert_degrees(name, sent(bd, Datum::Bd09).to_wgs84().unwrap().position, wgs, 1e-7);
        assert_degrees(name, sent(wgs, Datum::Wgs84).to_wgs84().unwrap().position, wgs, 1e-15);
    }
}

#[test]
fn a_vendor_sample_agrees_below_a_millimetre() {
    // Sample of the HarmonyOS Map Kit documentation for `map.convertCoordinate`.
    let gcj = shown((39.904_458_241_691_15, 116.214_443_264_669_06), Datum::Gcj02);
    assert_degrees("harmonyos", gcj, (39.905_695_962_202_89, 116.220_512_842_526_36), 1e-8);
}

#[test]
fn nothing_is_shifted_abroad_whatever_the_datum_says() {
    for (name, at) in [
        ("seoul", (37.5665, 126.978)),
        ("ulaanbaatar", (47.8864, 106.9057)),
        ("singapore", (1.3521, 103.8198)),
        ("vladivostok", (43.1155, 131.8855)),
        ("hanoi", (21.0285, 105.8542)),
        ("bangkok", (13.7563, 100.5018)),
        ("tokyo", (35.6895, 139.6917)),
        ("london", (51.5074, -0.1278)),
        ("sydney", (-33.8688, 151.2093)),
    ] {
        for datum in [Datum::Wgs84, Datum::Gcj02, Datum::Bd09] {
            assert_eq!(sent(at, datum).to_wgs84(), Some(Located { position: position(at), otherwise: None }), "{name}");
            assert_eq!(shown(at, datum), position(at), "{name}");
        }
    }
}

/// Where providers differ, one of the two readings is the truth and the other is kept beside it.
#[test]
fn grounds_that_providers_treat_differently_give_both_readings() {
    for (name, at, primary_is_shifted) in [
        ("hong kong central", (22.2819, 114.1581), true),
        ("hong kong airport", (22.308, 113.918), true),
        ("tin shui wai", (22.46, 114.005), true),
        ("macau", (22.1935, 113.5400), true),
        ("shekou, 5 km from the line in the bay", (22.4855, 113.9115), true),
        ("luohu port", (22.532, 114.113), true),
        ("heihe", (50.2450, 127.5285), true),
        ("dandong", (40.129, 124.394), true),
        ("taipei 101", (25.0339, 121.5645), false),
        ("kinmen", (24.432, 118.317), false),
        ("matsu", (26.157, 119.95), false),
    ] {
        let located = sent(at, Datum::Gcj02).to_wgs84().unwrap();
        let unshifted = if primary_is_shifted { located.otherwise } else { Some(located.position) };
        assert_eq!(unshifted, Some(position(at)), "{name}");
        let apart_m = distance_m(located.position, located.otherwise.unwrap());
        assert!((200.0..750.0).contains(&apart_m), "{name}: {apart_m} m between the readings");
        assert_eq!(sent(at, Datum::Wgs84).to_wgs84().unwrap().otherwise, None, "{name}: WGS-84 has one reading");
    }
}

/// Border towns where the outline is too coarse to decide: whichever reading is primary, both must be on offer.
#[test]
fn border_towns_on_either_side_give_both_readings() {
    for (name, at) in [
        ("suifenhe", (44.3964, 131.1530)),
        ("hunchun", (42.8625, 130.3660)),
        ("manzhouli", (49.5978, 117.3787)),
        ("erenhot", (43.6530, 111.9770)),
        ("khorgos", (44.2130, 80.4150)),
        ("ruili", (24.0127, 97.8518)),
        ("hekou", (22.5350, 103.9450)),
        ("pingxiang", (22.0940, 106.7660)),
        ("dongxing", (21.5470, 107.9720)),
        ("blagoveshchensk", (50.2660, 127.5350)),
        ("sinuiju", (40.1000, 124.3980)),
        ("lao cai", (22.4800, 103.9700)),
    ] {
        for datum in [Datum::Gcj02, Datum::Bd09] {
            let located = sent(at, datum).to_wgs84().unwrap();
            assert!(located.otherwise.is_some(), "{name} in {datum:?}");
            assert!([Some(located.position), located.otherwise].contains(&Some(position(at))), "{name} in {datum:?}");
        }
    }
}

/// Big cities must not be offered a second reading: that would double every fence.
#[test]
fn inland_cities_have_one_reading() {
    for &(name, _, gcj, _) in PLACES {
        let near_a_line = ["dandong_border", "shenzhen_futian"].contains(&name);
        assert_eq!(sent(gcj, Datum::Gcj02).to_wgs84().unwrap().otherwise.is_some(), near_a_line, "{name}");
    }
    for (name, at) in [
        ("dalian", (38.914, 121.615)),
        ("haikou", (20.044, 110.199)),
        ("pingtan", (25.5, 119.79)),
        ("weihai", (37.513, 122.12)),
        ("changdao", (37.92, 120.73)),
        ("weizhou", (21.04, 109.12)),
        ("nan'ao", (23.43, 117.06)),
        ("sansha", (16.832, 112.333)),
        ("zhoushan", (29.985, 122.207)),
        ("shenzhen north", (22.609, 114.029)),
        ("xiamen", (24.4798, 118.0894)),
    ] {
        let located = sent(at, Datum::Gcj02).to_wgs84().unwrap();
        assert!(located.otherwise.is_none() && located.position != position(at), "{name}");
    }
}

#[test]
fn a_coordinate_that_is_none_has_no_position() {
    for (lat, lon) in [(f64::NAN, 120.0), (30.0, f64::INFINITY), (90.1, 0.0), (0.0, -180.5)] {
        for datum in [Datum::Wgs84, Datum::Gcj02, Datum::Bd09] {
            assert_eq!(sent((lat, lon), datum).to_wgs84(), None);
        }
        assert!(distance_m(Position { lon, lat }, Position { lon: 0.0, lat: 0.0 }).is_nan());
    }
}

#[test]
fn turned_round_coordinates_are_noticed_and_right_ones_are_not() {
    assert!(sent((116.39, 39.90), Datum::Wgs84).looks_swapped(), "latitude above 90");
    assert!(sent((87.6168, 43.8256), Datum::Gcj02).looks_swapped(), "urumqi turned round is in the Arctic");
    for &(name, wgs, ..) in PLACES {
        assert!(!sent(wgs, Datum::Wgs84).looks_swapped(), "{name}");
        assert!(sent((wgs.1, wgs.0), Datum::Wgs84).looks_swapped(), "{name} turned round");
    }
    for at in [(51.5, -0.13), (-33.9, 151.2), (1.35, 103.8), (200.0, 300.0), (f64::NAN, 10.0)] {
        assert!(!sent(at, Datum::Wgs84).looks_swapped(), "{at:?}");
    }
}

#[test]
fn distances_are_those_of_the_ellipsoid() {
    // Karney's worked example: JFK to LHR.
    let (jfk, lhr) = (position((40.6, -73.8)), position((51.6, -0.5)));
    assert!((distance_m(jfk, lhr) - 5_551_759.4).abs() < 0.1);
    assert!(distance_m(jfk, jfk).abs() < 1e-9);
}

#[test]
fn the_place_decides_the_zone_and_the_organisation_only_stands_in() {
    let zone = |at: LatLon| capture_zone(Some(position(at)), Tz::Europe__Berlin);
    for (at, tz) in [
        ((39.90734, 116.39089), Tz::Asia__Shanghai),
        ((29.6554, 91.1186), Tz::Asia__Shanghai),
        ((22.2819, 114.1581), Tz::Asia__Hong_Kong),
        ((22.1935, 113.5400), Tz::Asia__Macau),
        ((25.0339, 121.5645), Tz::Asia__Taipei),
    ] {
        assert_eq!((zone(at).zone, zone(at).certain), (tz, true), "{at:?}");
    }
    // Two clocks are in use around Urumqi; near a border either side's may be; abroad the place says nothing here.
    assert_eq!((zone((43.8256, 87.6168)).zone, zone((43.8256, 87.6168)).certain), (Tz::Asia__Shanghai, false));
    for at in [(50.2660, 127.5350), (1.3521, 103.8198), (52.5, 13.4)] {
        assert_eq!((zone(at).zone, zone(at).certain), (Tz::Europe__Berlin, false), "{at:?}");
    }
    assert!(!capture_zone(None, Tz::Asia__Shanghai).certain);
}

#[test]
fn datums_are_written_in_lower_case() {
    let sent: SentPosition = serde_json::from_str(r#"{"lat":39.9,"lon":116.3,"datum":"gcj02"}"#).unwrap();
    assert_eq!(sent.datum, Datum::Gcj02);
    assert!(serde_json::from_str::<SentPosition>(r#"{"lat":39.9,"lon":116.3}"#).is_err(), "a datum is never assumed");
}

fn vectors() -> Option<serde_json::Value> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared");
    let shared = std::env::var("FIELDPROOF_SHARED").unwrap_or_else(|_| beside.to_owned());
    let text = std::fs::read_to_string(format!("{shared}/vectors/coords.json")).ok();
    if text.is_none() {
        println!("skipped: no vectors/coords.json in {shared} (set FIELDPROOF_SHARED)");
    }
    text.map(|text| serde_json::from_str(&text).unwrap())
}

fn lat_lon(value: &serde_json::Value) -> LatLon {
    (value[0].as_f64().unwrap(), value[1].as_f64().unwrap())
}

#[test]
fn shared_points_and_vendor_samples_convert() {
    let Some(vectors) = vectors() else { return };
    for point in vectors["points"].as_array().unwrap() {
        let name = point["name"].as_str().unwrap();
        let (wgs, gcj, bd) = (lat_lon(&point["wgs84"]), lat_lon(&point["gcj02"]), lat_lon(&point["bd09"]));
        if point["region"] == "CN" || point["region"] == "HK" {
            assert_degrees(name, shown(wgs, Datum::Gcj02), gcj, 1e-8);
            assert_degrees(name, shown(wgs, Datum::Bd09), bd, 1e-8);
            assert_degrees(name, sent(gcj, Datum::Gcj02).to_wgs84().unwrap().position, wgs, 1e-8);
            assert_degrees(name, sent(bd, Datum::Bd09).to_wgs84().unwrap().position, wgs, 1e-8);
        } else {
            assert_eq!(shown(wgs, Datum::Gcj02), position(wgs), "{name}");
        }
    }
    for sample in vectors["vendor_vectors"].as_array().unwrap() {
        let ours = sent(lat_lon(&sample["gcj02"]), Datum::Gcj02).to_wgs84().unwrap().position;
        assert_degrees("vendor", ours, lat_lon(&sample["ours_gcj_to_wgs"]), 1e-8);
        let tolerance_m = sample["tolerance_m"]["gcj_to_wgs"].as_f64().unwrap();
        assert!(distance_m(ours, position(lat_lon(&sample["wgs84"]))) < tolerance_m);
    }
    for case in vectors["inverse_cases"].as_array().unwrap() {
        let ours = sent(lat_lon(&case["input"]), Datum::Gcj02).to_wgs84().unwrap().position;
        assert_degrees("inverse", ours, lat_lon(&case["as_gcj02_to_wgs84_exact"]), 1e-8);
    }
}

#[test]
fn shared_geofences_hold_once_converted() {
    let Some(vectors) = vectors() else { return };
    for case in vectors["geofence_cases"].as_array().unwrap() {
        let datum: Datum = serde_json::from_value(case["fix_datum"].clone()).unwrap();
        let fix = sent(lat_lon(&case["fix"]), datum).to_wgs84().unwrap();
        let distance = distance_m(fix.position, position(lat_lon(&case["store_wgs84"])));
        let want = case["expect"]["distance_m_if_converted"].as_f64().unwrap();
        // The vectors measure on a sphere; it and the ellipsoid differ by up to 0.5 %.
        assert!((distance - want).abs() < want * 0.01, "{}: {distance} m", case["name"]);
    }
}

#[test]
fn shared_border_points_keep_the_true_reading() {
    let Some(vectors) = vectors() else { return };
    for case in vectors["border_cases"].as_array().unwrap() {
        let (at, name) = (lat_lon(&case["wgs84"]), case["name"].as_str().unwrap());
        let as_map_shows = SentPosition::from_wgs84(position(at), Datum::Gcj02);
        let located = as_map_shows.to_wgs84().unwrap();
        let nearest_m = [Some(located.position), located.otherwise]
            .into_iter()
            .flatten()
            .map(|reading| distance_m(reading, position(at)))
            .fold(f64::INFINITY, f64::min);
        assert!(nearest_m < 0.01, "{name}: {nearest_m} m off");
        if case["truth"] == "CN" && name != "hekou_CN_1km" {
            assert_ne!((as_map_shows.lat, as_map_shows.lon), at, "{name} is on shifted ground");
        }
    }
}

fn anywhere_in_view() -> impl Strategy<Value = Position> {
    (72.0..137.0_f64, 2.0..55.0_f64).prop_map(|(lon, lat)| Position { lon, lat })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Inland, so that no second reading is on offer: the round trip is exact to a millimetre.
    #[test]
    fn inland_round_trips_return(lon in 100.0..117.0_f64, lat in 26.0..40.0_f64, baidu: bool) {
        let datum = if baidu { Datum::Bd09 } else { Datum::Gcj02 };
        let there = SentPosition::from_wgs84(Position { lon, lat }, datum);
        let back = there.to_wgs84().unwrap();
        prop_assert!(back.otherwise.is_none());
        prop_assert!((back.position.lon - lon).abs() < 1e-8 && (back.position.lat - lat).abs() < 1e-8);
        prop_assert!((there.lon - lon).abs() > 1e-5 || (there.lat - lat).abs() > 1e-5, "it was shifted at all");
    }

    /// Everywhere, borders included: one of the readings is where it started.
    #[test]
    fn every_round_trip_keeps_the_true_reading(at in anywhere_in_view(), baidu: bool) {
        let datum = if baidu { Datum::Bd09 } else { Datum::Gcj02 };
        let back = SentPosition::from_wgs84(at, datum).to_wgs84().unwrap();
        let close = |reading: Position| (reading.lon - at.lon).abs() < 1e-8 && (reading.lat - at.lat).abs() < 1e-8;
        prop_assert!(close(back.position) || back.otherwise.is_some_and(close), "{at:?} became {back:?}");
    }

    #[test]
    fn distance_is_symmetric_and_never_negative(a in anywhere_in_view(), b in anywhere_in_view()) {
        let there = distance_m(a, b);
        prop_assert!(there >= 0.0 && (there - distance_m(b, a)).abs() < 1e-6);
    }
}

//! The EXIF blocks of a photo, honest or odd.

use super::tiff::{Directory, Order, Value, ascii, offset};
use super::{PhotoSpec, Variant, container};
use chrono::{DateTime, TimeDelta, Timelike, Utc};
use image::RgbImage;

const EXIF_POINTER: u16 = 0x8769;
const GPS_POINTER: u16 = 0x8825;

mod gps_tag {
    pub const LATITUDE_REF: u16 = 1;
    pub const LATITUDE: u16 = 2;
    pub const LONGITUDE_REF: u16 = 3;
    pub const LONGITUDE: u16 = 4;
    pub const TIME: u16 = 7;
    pub const STATUS: u16 = 9;
    pub const DATUM: u16 = 0x12;
    pub const METHOD: u16 = 0x1B;
    pub const DAY: u16 = 0x1D;
    pub const ACCURACY: u16 = 0x1F;
}

/// The EXIF blocks of the photo, in file order.
pub(super) fn blocks(spec: &PhotoSpec, picture: &RgbImage) -> image::ImageResult<Vec<Vec<u8>>> {
    let thumbnail = container::thumbnail(picture)?;
    let block = block(spec, &thumbnail);
    Ok(match spec.variant {
        Variant::StubFirst => {
            let order = Order::Big;
            vec![[order.header(), order.directory(&[(0x0131, ascii("stub 1.0"))], 8, 0)].concat(), block]
        }
        Variant::Conflicting => {
            let elsewhere = PhotoSpec { lat: spec.lat / 2.0 + 1.0, lon: spec.lon / 2.0 - 1.0, ..spec.clone() };
            vec![block, self::block(&elsewhere, &thumbnail)]
        }
        _ => vec![block],
    })
}

fn block(spec: &PhotoSpec, thumbnail: &[u8]) -> Vec<u8> {
    let order = if spec.variant == Variant::LittleEndian { Order::Little } else { Order::Big };
    let (mut first, mut exif) = (camera(spec), exposure(spec));
    let gps = (spec.variant != Variant::StrippedGps).then(|| gps(spec));
    // The directories' sizes do not depend on the offsets in them: measure with zeros, then write.
    first.push((EXIF_POINTER, Value::Long(0)));
    first.extend(gps.iter().map(|_| (GPS_POINTER, Value::Long(0))));
    first.sort_by_key(|(tag, _)| *tag);
    exif.sort_by_key(|(tag, _)| *tag);
    let exif_at = 8 + order.directory(&first, 8, 0).len();
    let gps_at = exif_at + order.directory(&exif, exif_at, 0).len();
    let gps = gps.map(|gps| order.directory(&gps, gps_at, 0)).unwrap_or_default();
    let thumbnail_at = gps_at + gps.len();
    for (tag, value) in &mut first {
        match *tag {
            EXIF_POINTER => *value = Value::Long(offset(exif_at)),
            GPS_POINTER if spec.variant == Variant::LostDirectory => *value = Value::Long(0x7FFF_FFF0),
            GPS_POINTER => *value = Value::Long(offset(gps_at)),
            _ => {}
        }
    }
    [
        order.header(),
        order.directory(&first, 8, thumbnail_at),
        order.directory(&exif, exif_at, 0),
        gps,
        thumbnail_directory(order, thumbnail, thumbnail_at),
        thumbnail.to_vec(),
    ]
    .concat()
}

fn camera(spec: &PhotoSpec) -> Directory {
    let software = if spec.variant == Variant::Edited { Some("Adobe Photoshop 25.9 (Macintosh)") } else { spec.software.as_deref() };
    let mut fields = vec![
        (0x010F, ascii(&spec.make)),
        (0x0110, ascii(&spec.model)),
        (0x0112, Value::Short(spec.orientation.into())),
        (0x011A, Value::Rationals(vec![(72, 1)])),
        (0x011B, Value::Rationals(vec![(72, 1)])),
        (0x0128, Value::Short(2)),
    ];
    fields.extend(software.map(|software| (0x0131, ascii(software))));
    fields.extend(stamp(spec).map(|stamp| (0x0132, ascii(&stamp))));
    fields
}

fn exposure(spec: &PhotoSpec) -> Directory {
    let mut fields = vec![
        (0x829A, Value::Rationals(vec![(1, 120)])),
        (0x829D, Value::Rationals(vec![(178, 100)])),
        (0x8827, Value::Short(80)),
        (0x9000, Value::Undefined(b"0232".to_vec())),
        (0xA002, Value::Long(spec.width)),
        (0xA003, Value::Long(spec.height)),
    ];
    if let Some(stamp) = stamp(spec) {
        let milliseconds = format!("{:03}", spec.taken_at.timestamp_subsec_millis());
        fields.extend([0x9003, 0x9004].map(|tag| (tag, ascii(&stamp))));
        fields.extend([0x9290, 0x9291, 0x9292].map(|tag| (tag, ascii(&milliseconds))));
        if spec.variant != Variant::NoOffset {
            let zone = spec.taken_at.format("%:z").to_string();
            fields.extend([0x9010, 0x9011, 0x9012].map(|tag| (tag, ascii(&zone))));
        }
    }
    fields
}

fn stamp(spec: &PhotoSpec) -> Option<String> {
    match spec.variant {
        Variant::NoTime => None,
        Variant::BlankTime => Some("    :  :     :  :  ".to_owned()),
        _ => Some(spec.taken_at.format("%Y:%m:%d %H:%M:%S").to_string()),
    }
}

fn gps(spec: &PhotoSpec) -> Directory {
    use gps_tag::{ACCURACY, DATUM, DAY, LATITUDE, LATITUDE_REF, LONGITUDE, LONGITUDE_REF, METHOD, STATUS, TIME};
    let mut fields = vec![(0, Value::Bytes(vec![2, 3, 0, 0]))];
    let letters = [if spec.lat < 0.0 { "S" } else { "N" }, if spec.lon < 0.0 { "W" } else { "E" }];
    let [mut latitude, mut longitude] = [sexagesimal(spec.lat), sexagesimal(spec.lon)].map(Value::Rationals);
    let mut refs = letters.map(ascii);
    match spec.variant {
        Variant::Redacted => {
            refs = [0, 1].map(|_| Value::Ascii(vec![0, 0]));
            [latitude, longitude] = [0, 1].map(|_| Value::Rationals(vec![(0, 0); 3]));
        }
        Variant::ZeroOverOne => [latitude, longitude] = [0, 1].map(|_| Value::Rationals(vec![(0, 1); 3])),
        Variant::LowerCaseRefs => refs = letters.map(|letter| ascii(&letter.to_lowercase())),
        Variant::SignedRationals => [latitude, longitude] = [spec.lat, spec.lon].map(|degrees| Value::SignedRationals(signed(degrees))),
        Variant::OutOfRange => latitude = Value::Rationals(vec![(95, 1), (12, 1), (30, 1)]),
        Variant::Infinite => latitude = Value::Rationals(vec![(41, 0), (12, 1), (30, 1)]),
        Variant::Minutes75 => latitude = Value::Rationals(vec![(30, 1), (75, 1), (0, 1)]),
        _ => {}
    }
    let [latitude_ref, longitude_ref] = refs;
    fields.extend([(LATITUDE_REF, latitude_ref), (LATITUDE, latitude), (LONGITUDE_REF, longitude_ref), (LONGITUDE, longitude)]);
    let satellites =
        spec.taken_at.to_utc() - if spec.variant == Variant::ClocksDisagree { TimeDelta::hours(26) } else { TimeDelta::zero() };
    if !matches!(spec.variant, Variant::NoTime | Variant::BlankTime | Variant::Redacted) {
        fields.extend([(TIME, time_of_day(satellites)), (DAY, ascii(&satellites.format("%Y:%m:%d").to_string()))]);
    }
    let accuracy_m = match spec.variant {
        Variant::CoarseAccuracy => Some(5000.0),
        Variant::CellTower | Variant::Redacted => None,
        _ => spec.accuracy_m,
    };
    fields.extend(accuracy_m.map(|metres| (ACCURACY, Value::Rationals(vec![(whole(metres * 1000.0), 1000)]))));
    match spec.variant {
        Variant::NoRef => fields.retain(|(tag, _)| *tag != LATITUDE_REF),
        Variant::LatitudeOnly => fields.retain(|(tag, _)| !matches!(*tag, LONGITUDE_REF | LONGITUDE)),
        Variant::StatusVoid => fields.push((STATUS, ascii("V"))),
        Variant::OtherDatum => fields.push((DATUM, ascii("TOKYO"))),
        Variant::CellTower => fields.push((METHOD, Value::Undefined(b"ASCII\0\0\0CELLID".to_vec()))),
        _ => {}
    }
    fields.sort_by_key(|(tag, _)| *tag);
    fields
}

fn thumbnail_directory(order: Order, thumbnail: &[u8], at: usize) -> Vec<u8> {
    let directory = |jpeg_at| {
        let (at_jpeg, len) = (Value::Long(offset(jpeg_at)), Value::Long(offset(thumbnail.len())));
        order.directory(&[(0x0103, Value::Short(6)), (0x0201, at_jpeg), (0x0202, len)], at, 0)
    };
    directory(at + directory(0).len())
}

/// Degrees, minutes, and seconds in thousandths, which are 3 cm on the ground.
fn sexagesimal(degrees: f64) -> Vec<(u32, u32)> {
    let ticks = whole(degrees.abs() * 3_600_000.0);
    vec![(ticks / 3_600_000, 1), (ticks / 60_000 % 60, 1), (ticks % 60_000, 1000)]
}

fn signed(degrees: f64) -> Vec<(i32, i32)> {
    sexagesimal(degrees).into_iter().map(|(n, d)| (n.cast_signed(), d.cast_signed())).collect()
}

fn time_of_day(at: DateTime<Utc>) -> Value {
    let hundredths = at.second() * 100 + at.timestamp_subsec_millis() / 10;
    Value::Rationals(vec![(at.hour(), 1), (at.minute(), 1), (hundredths, 100)])
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of f64 saturates, and no spec comes near")]
fn whole(number: f64) -> u32 {
    number.round() as u32
}

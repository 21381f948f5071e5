//! The position rules: which GPS fields make a position, and what else they are.

use super::bytes::array;
use super::exif_block::Block;
use super::survey::GpsDirectory;
use super::{Gps, GpsFault};
use crate::place::Position;
use exif::{Tag, Value};

/// Both coordinates closer to zero than this, in degrees, are the "null island" that programs write for "nowhere".
const NULL_ISLAND_DEG: f64 = 1e-4;
/// Two blocks that state positions this close, in degrees, state the same one.
const SAME_POSITION_DEG: f64 = 1e-6;

/// What one EXIF block says about the position.
pub(super) fn position(block: &Block) -> Gps {
    let latitude = Axis { value: Tag::GPSLatitude, hemisphere: Tag::GPSLatitudeRef, letters: *b"NS", limit_deg: 90.0 };
    let longitude = Axis { value: Tag::GPSLongitude, hemisphere: Tag::GPSLongitudeRef, letters: *b"EW", limit_deg: 180.0 };
    match (latitude.read(block), longitude.read(block)) {
        (Err(Missing::Field), Err(Missing::Field)) => without_fields(block),
        (Err(Missing::Field | Missing::Emptied), Err(Missing::Field | Missing::Emptied)) => Gps::Redacted,
        (Err(Missing::Conflicting), _) | (_, Err(Missing::Conflicting)) => malformed(GpsFault::Conflicting),
        (Ok(latitude), Ok(longitude)) => combine(latitude, longitude),
        _ => malformed(GpsFault::CoordinateMissing),
    }
}

/// The one position that all blocks agree on; a block without GPS fields has no say.
pub(super) fn agreed(positions: &[Gps]) -> Gps {
    let mut stated = positions.iter().filter(|gps| **gps != Gps::Absent);
    let Some(first) = stated.next() else { return Gps::Absent };
    if stated.all(|other| is_same(first, other)) { *first } else { malformed(GpsFault::Conflicting) }
}

/// The stated error radius in metres.
pub(super) fn accuracy_m(block: &Block) -> Option<f64> {
    let metres = match block.first(Tag::GPSHPositioningError)? {
        Value::Rational(values) => values.first().map(exif::Rational::to_f64),
        Value::SRational(values) => values.first().map(exif::SRational::to_f64),
        _ => None,
    };
    metres.filter(|metres| metres.is_finite() && *metres >= 0.0).map(|metres| rounded(metres, 1e3))
}

/// Whether the position is said to come from cell towers or networks.
pub(super) fn is_coarse(block: &Block) -> bool {
    let method = match block.first(Tag::GPSProcessingMethod) {
        Some(Value::Undefined(bytes, _) | Value::Byte(bytes)) => bytes.as_slice(),
        Some(Value::Ascii(parts)) => parts.first().map(Vec::as_slice).unwrap_or_default(),
        _ => return false,
    };
    let method = method.get(..method.len().min(64)).unwrap_or_default().to_ascii_uppercase();
    [&b"CELLID"[..], b"NETWORK"].iter().any(|name| super::bytes::contains(&method, name))
}

/// The stated datum, if it is another than WGS-84.
pub(super) fn other_datum(block: &Block) -> Option<String> {
    let datum = block.text(Tag::GPSMapDatum)?;
    let letters: String = datum.chars().filter(char::is_ascii_alphanumeric).collect();
    (!matches!(letters.to_ascii_uppercase().as_str(), "" | "WGS84" | "WGS1984" | "UNKNOWN")).then_some(datum)
}

/// Whether the receiver said that its measurement was void.
pub(super) fn is_void(block: &Block) -> bool {
    block.ascii(Tag::GPSStatus).is_some_and(|status| status.trim_ascii().eq_ignore_ascii_case(b"V"))
}

/// `number` to the nearest 1/`steps`.
///
/// Few decimals survive being written as JSON and read back exactly, so stored evidence equals what was read.
fn rounded(number: f64, steps: f64) -> f64 {
    (number * steps).round() / steps
}

fn malformed(why: GpsFault) -> Gps {
    Gps::Malformed { why }
}

fn is_same(a: &Gps, b: &Gps) -> bool {
    match (a, b) {
        (Gps::Position { position: a }, Gps::Position { position: b }) => {
            (a.lat - b.lat).abs() <= SAME_POSITION_DEG && (a.lon - b.lon).abs() <= SAME_POSITION_DEG
        }
        _ => a == b,
    }
}

/// Latitude or longitude: where its fields are and what they may say.
struct Axis {
    value: Tag,
    hemisphere: Tag,
    /// The letters for the positive and the negative hemisphere.
    letters: [u8; 2],
    limit_deg: f64,
}

/// Why an axis has no value to judge.
enum Missing {
    Field,
    /// Only a hemisphere, and that blank.
    Emptied,
    /// Only the hemisphere: the value was cut off.
    Value,
    Conflicting,
}

/// An axis' value: unsigned degrees, its sign, and the limit it must keep.
#[derive(Clone, Copy)]
struct Coordinate {
    degrees: Degrees,
    /// 1 or -1; `None` when the hemisphere is unknown.
    sign: Option<f64>,
    limit_deg: f64,
}

/// Degrees, minutes and seconds added up.
#[derive(Clone, Copy, PartialEq)]
enum Degrees {
    /// All 0/0.
    Undefined,
    Fault(GpsFault),
    Sum {
        value: f64,
        /// The degrees alone.
        whole: f64,
        /// Minutes and seconds are below 60.
        is_normal: bool,
    },
}

impl Axis {
    fn read(&self, block: &Block) -> Result<Coordinate, Missing> {
        let degrees = only(block.all(self.value).map(Degrees::of)).map_err(|()| Missing::Conflicting)?;
        let sign = only(block.all(self.hemisphere).map(|value| self.sign(value))).map_err(|()| Missing::Conflicting)?;
        match (degrees, sign) {
            (None, None) => Err(Missing::Field),
            (None, Some(Hemisphere::Blank)) => Err(Missing::Emptied),
            (None, Some(_)) => Err(Missing::Value),
            (Some(degrees), sign) => {
                let sign = match sign {
                    Some(Hemisphere::Sign(sign)) => Some(sign),
                    Some(Hemisphere::Blank | Hemisphere::Unknown) | None => None,
                };
                Ok(Coordinate { degrees, sign, limit_deg: self.limit_deg })
            }
        }
    }

    /// The sign that a hemisphere field stands for: one letter in either case, blanks and NULs around it ignored.
    fn sign(&self, value: &Value) -> Hemisphere {
        let text = match value {
            Value::Ascii(parts) => parts.first().map(|part| part.trim_ascii()).unwrap_or_default(),
            _ => return Hemisphere::Unknown,
        };
        match (text, array::<1>(text, 0)) {
            ([], _) => Hemisphere::Blank,
            ([_], Some(letter)) if letter.eq_ignore_ascii_case(&[self.letters[0]]) => Hemisphere::Sign(1.0),
            ([_], Some(letter)) if letter.eq_ignore_ascii_case(&[self.letters[1]]) => Hemisphere::Sign(-1.0),
            _ => Hemisphere::Unknown,
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Hemisphere {
    Sign(f64),
    Blank,
    Unknown,
}

/// The value of a tag that may occur several times, as long as all occurrences agree.
fn only<T: PartialEq>(mut values: impl Iterator<Item = T>) -> Result<Option<T>, ()> {
    let Some(first) = values.next() else { return Ok(None) };
    if values.all(|other| other == first) { Ok(Some(first)) } else { Err(()) }
}

impl Degrees {
    fn of(value: &Value) -> Self {
        // Some phones write signed rationals; only their sign would break the standard.
        let parts: Vec<(i64, i64)> = match value {
            Value::Rational(parts) => parts.iter().take(4).map(|r| (r.num.into(), r.denom.into())).collect(),
            Value::SRational(parts) => {
                parts.iter().take(4).map(|r| (i64::from(r.num) * i64::from(r.denom.signum()), i64::from(r.denom).abs())).collect()
            }
            _ => return Self::Fault(GpsFault::WrongType),
        };
        let [degrees, minutes, seconds] = parts[..] else { return Self::Fault(GpsFault::WrongType) };
        // A camera that counts decimal minutes may leave its seconds undefined.
        let seconds = if seconds == (0, 0) && degrees.1 != 0 && minutes.1 != 0 { (0, 1) } else { seconds };
        let parts = [degrees, minutes, seconds];
        if parts.iter().any(|(_, denominator)| *denominator == 0) {
            let is_emptied = parts.iter().all(|(numerator, _)| *numerator == 0);
            return if is_emptied { Self::Undefined } else { Self::Fault(GpsFault::ZeroDenominator) };
        }
        if parts.iter().any(|(numerator, _)| *numerator < 0) {
            return Self::Fault(GpsFault::Negative);
        }
        let [whole, minutes, seconds] = parts.map(quotient);
        Self::Sum { value: whole + minutes / 60.0 + seconds / 3600.0, whole, is_normal: minutes < 60.0 && seconds < 60.0 }
    }

    fn is_zero(self) -> bool {
        match self {
            Self::Undefined => true,
            Self::Sum { value, .. } => value < NULL_ISLAND_DEG,
            Self::Fault(_) => false,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "both are 32-bit numbers, which f64 holds exactly")]
fn quotient((numerator, denominator): (i64, i64)) -> f64 {
    numerator as f64 / denominator as f64
}

fn combine(latitude: Coordinate, longitude: Coordinate) -> Gps {
    if latitude.degrees.is_zero() && longitude.degrees.is_zero() {
        return Gps::Redacted;
    }
    let (latitude_deg, longitude_deg) = match (latitude.signed(), longitude.signed()) {
        (Ok(latitude), Ok(longitude)) => (latitude, longitude),
        (Err(why), _) | (_, Err(why)) => return malformed(why),
    };
    // A billionth of a degree is a tenth of a millimetre.
    match Position::new(rounded(longitude_deg, 1e9), rounded(latitude_deg, 1e9)) {
        Some(position) => Gps::Position { position },
        None => Gps::OutOfRange { latitude_deg: rounded(latitude_deg, 1e6), longitude_deg: rounded(longitude_deg, 1e6) },
    }
}

impl Coordinate {
    /// Degrees with their sign; they may be out of range, but are finite.
    fn signed(self) -> Result<f64, GpsFault> {
        match self.degrees {
            Degrees::Undefined => Err(GpsFault::ZeroDenominator),
            Degrees::Fault(why) => Err(why),
            Degrees::Sum { whole, is_normal: false, .. } if whole <= self.limit_deg => Err(GpsFault::MinutesBeyond60),
            // Adding zero turns the -0.0 of a southern or western zero into 0.0.
            Degrees::Sum { value, .. } => self.sign.map(|sign| sign * value + 0.0).ok_or(GpsFault::HemisphereUnknown),
        }
    }
}

/// Tells a block that has no position fields from one whose GPS directory is there but cannot be read.
///
/// The parser passes over a broken pointer as if it were not there, which would turn damage into "no position".
fn without_fields(block: &Block) -> Gps {
    if block.has_gps_fields() {
        return Gps::Absent;
    }
    match block.gps_directory {
        GpsDirectory::None | GpsDirectory::Empty => Gps::Absent,
        // Filled, and yet no field came out of it.
        GpsDirectory::Broken | GpsDirectory::Filled => malformed(GpsFault::DirectoryUnreadable),
    }
}

//! The values that reading a photo yields.

use super::Need;
use crate::place::Position;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Grows whenever the same bytes would be read differently, so that stored evidence says who read it.
pub const READER_VERSION: u16 = 1;

/// One step of reading: fetch and call again, or the result.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    Need(Need),
    Done(Reading),
}

/// What a photo's bytes turned out to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    Evidence(Box<Evidence>),
    Unreadable(UnreadableCause),
    /// Not a JPEG, HEIC, AVIF, PNG or WebP.
    UnsupportedType,
}

impl Reading {
    /// The same reading of a photo whose picture turned out to break off, or not to be there at all.
    #[must_use]
    pub fn damaged(mut self) -> Self {
        if let Self::Evidence(evidence) = &mut self {
            evidence.flags.insert(Flag::PictureDamaged);
        }
        self
    }
}

/// Why a photo of a supported type could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnreadableCause {
    /// No bytes at all.
    Empty,
    /// The file ends inside its own headers.
    Truncated,
    /// The structure contradicts itself.
    Damaged,
    /// What must be read lies behind more bytes than are ever fetched.
    OutOfReach,
}

/// The container a photo came in, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    Jpeg,
    Heic,
    Avif,
    Png,
    Webp,
}

/// Everything that was read out of one photo. All of it is the photo's own claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The [`READER_VERSION`] that made this.
    pub reader_version: u16,
    pub format: Format,
    pub gps: Gps,
    /// Radius of the position's stated error, in metres; finite and not negative.
    pub accuracy_m: Option<f64>,
    /// The position came from cell towers or networks rather than satellites.
    pub coarse_source: bool,
    /// The stated datum, when it is another than WGS-84.
    pub gps_datum: Option<String>,
    /// The receiver itself said that it had no fix.
    pub gps_status_void: bool,
    pub taken: Option<Taken>,
    /// When the satellites said it was, from `GPSDateStamp` and `GPSTimeStamp`.
    pub gps_at: Option<DateTime<Utc>>,
    pub camera: Camera,
    /// The image editor that saved the photo, if it is a known one.
    pub editor: Option<String>,
    /// EXIF orientation, 1 to 8; 1 when not stated.
    pub orientation: u8,
    /// Pixels as stored, before orientation.
    pub width: Option<u32>,
    /// Pixels as stored, before orientation.
    pub height: Option<u32>,
    /// Whether the embedded thumbnail has another shape than the picture; `None` when that cannot be told.
    pub thumbnail_mismatch: Option<bool>,
    /// The file carries a C2PA manifest; nothing is said about whether it verifies.
    pub c2pa_manifest: bool,
    pub flags: BTreeSet<Flag>,
}

/// What the photo says about its position.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Gps {
    Position {
        position: Position,
    },
    /// No position fields at all.
    Absent,
    /// The fields are there, emptied: how phones remove a location, and how some write "no fix".
    Redacted,
    Malformed {
        why: GpsFault,
    },
    /// Well-formed degrees that are nowhere on the earth; both finite.
    OutOfRange {
        latitude_deg: f64,
        longitude_deg: f64,
    },
}

/// What is wrong with a malformed position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GpsFault {
    /// The EXIF block is there but is no TIFF structure.
    ExifUnreadable,
    /// The block points to a GPS directory that cannot be read.
    DirectoryUnreadable,
    /// Latitude or longitude is missing or cut off.
    CoordinateMissing,
    /// N, S, E or W is missing or something else.
    HemisphereUnknown,
    /// Not three rationals.
    WrongType,
    /// A zero denominator: infinite or undefined.
    ZeroDenominator,
    /// A sign where the hemisphere letter is the sign.
    Negative,
    /// Minutes or seconds of 60 and more.
    MinutesBeyond60,
    /// Two positions that differ.
    Conflicting,
}

/// The camera's clock at the moment of exposure, from `DateTimeOriginal` and its companions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Wall-clock time where the camera was set, to the second.
    pub local: NaiveDateTime,
    /// Minutes east of UTC, if the photo states its zone.
    pub offset_minutes: Option<i32>,
    /// Milliseconds within the second, if stated.
    pub subsec_ms: Option<u16>,
}

impl Taken {
    /// The instant, if the photo states its zone.
    pub fn at(&self) -> Option<DateTime<Utc>> {
        self.offset_minutes.and_then(|offset| self.at_offset(offset))
    }

    /// The instant if the camera's clock ran `offset_minutes` east of UTC; `None` beyond the calendar's end.
    pub fn at_offset(&self, offset_minutes: i32) -> Option<DateTime<Utc>> {
        let within_second = TimeDelta::milliseconds(self.subsec_ms.unwrap_or(0).into());
        let utc = self.local.checked_sub_signed(TimeDelta::minutes(offset_minutes.into()))?;
        Some(utc.checked_add_signed(within_second)?.and_utc())
    }
}

/// Who made the camera and what it runs; trimmed, without control characters, of limited length.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Camera {
    pub make: Option<String>,
    pub model: Option<String>,
    /// Often the phone's OS version; it says nothing about editing.
    pub software: Option<String>,
}

/// Oddities worth a look; none of them is a refusal by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// More than one EXIF block for the same picture.
    SeveralExifBlocks,
    /// Two positions that differ, in one block or in two.
    ConflictingPositions,
    /// The file holds a further picture, such as a gain map or a preview.
    SecondPicture,
    /// The file ends early or breaks off its structure.
    PictureDamaged,
    /// Some of the EXIF block could not be parsed.
    PartialExif,
    /// The picture is not of the size that its camera wrote down: scaled or cropped since.
    Resized,
    /// GPS date or time are there but are no instant.
    BadGpsTime,
    /// An Apple device that writes little-endian EXIF: rewritten by some tool.
    UnlikelyByteOrder,
    /// The search stopped at the fetch limit; further blocks may lie behind.
    TailUnseen,
}

//! Made-up storefront photos with controlled EXIF, for tests, measurements and the demo.
//!
//! Every photo is a function of its [`PhotoSpec`]: the same spec gives the same bytes. `seed` is the shop and `view`
//! the shot: two views of one seed look like two honest visits, two seeds like two shops.

mod container;
mod exif;
mod scene;
#[cfg(test)]
mod tests;
mod tiff;

use chrono::{DateTime, FixedOffset};

/// What a photo shall show and claim.
#[derive(Debug, Clone)]
pub struct PhotoSpec {
    /// WGS-84 degrees.
    pub lat: f64,
    /// WGS-84 degrees.
    pub lon: f64,
    /// When the shutter was released; its offset becomes `OffsetTimeOriginal`.
    pub taken_at: DateTime<FixedOffset>,
    /// Becomes `GPSHPositioningError`.
    pub accuracy_m: Option<f64>,
    pub make: String,
    pub model: String,
    pub software: Option<String>,
    /// EXIF orientation, 1 to 8; the pixels are not turned.
    pub orientation: u8,
    /// Which shop.
    pub seed: u64,
    /// Which shot of the shop.
    pub view: u32,
    pub width: u32,
    pub height: u32,
    pub container: Container,
    pub variant: Variant,
    /// A JPEG smaller than this is filled up to it with noise behind the picture, where motion photos keep their video.
    pub target_bytes: Option<usize>,
}

/// The file format to put the photo in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    Jpeg,
    Png,
    /// Lossless.
    Webp,
}

/// What is odd about a photo. Variants about segments and truncation show in JPEGs only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// As an honest phone writes it.
    Ok,
    LittleEndian,
    SignedRationals,
    LowerCaseRefs,
    /// Messengers and browsers drop everything.
    NoExif,
    /// EXIF whole, GPS directory left out.
    StrippedGps,
    /// Refs of NULs and 0/0 rationals, as Android's photo picker hands photos out.
    Redacted,
    /// 0/1 in all six rationals: "no fix" of older phones.
    ZeroOverOne,
    /// No `GPSLatitudeRef`.
    NoRef,
    /// No longitude at all.
    LatitudeOnly,
    Minutes75,
    /// Latitude 95°.
    OutOfRange,
    /// Degrees with denominator 0.
    Infinite,
    /// The GPS directory's offset lies beyond the block.
    LostDirectory,
    /// Two EXIF blocks with different positions.
    Conflicting,
    /// An empty EXIF block of some tool before the true one.
    StubFirst,
    /// `GPSHPositioningError` of 5 km.
    CoarseAccuracy,
    /// Position from cell towers, without an accuracy.
    CellTower,
    StatusVoid,
    /// `GPSMapDatum` TOKYO.
    OtherDatum,
    /// Saved by Photoshop.
    Edited,
    /// No `OffsetTimeOriginal`.
    NoOffset,
    BlankTime,
    /// Neither camera nor satellite time.
    NoTime,
    /// The satellites' time is 26 h before the camera's.
    ClocksDisagree,
    /// 320 KiB of other segments before the EXIF block.
    FarExif,
    FillBytes,
    /// The file ends inside its EXIF block.
    TruncatedHeader,
    /// The file ends in the middle of its picture.
    TruncatedPicture,
    Empty,
    /// An error page under a photo's name.
    Html,
}

impl Variant {
    pub const ALL: [Self; 31] = [
        Self::Ok,
        Self::LittleEndian,
        Self::SignedRationals,
        Self::LowerCaseRefs,
        Self::NoExif,
        Self::StrippedGps,
        Self::Redacted,
        Self::ZeroOverOne,
        Self::NoRef,
        Self::LatitudeOnly,
        Self::Minutes75,
        Self::OutOfRange,
        Self::Infinite,
        Self::LostDirectory,
        Self::Conflicting,
        Self::StubFirst,
        Self::CoarseAccuracy,
        Self::CellTower,
        Self::StatusVoid,
        Self::OtherDatum,
        Self::Edited,
        Self::NoOffset,
        Self::BlankTime,
        Self::NoTime,
        Self::ClocksDisagree,
        Self::FarExif,
        Self::FillBytes,
        Self::TruncatedHeader,
        Self::TruncatedPicture,
        Self::Empty,
        Self::Html,
    ];
}

impl PhotoSpec {
    /// An honest 800 × 600 JPEG of shop 0 by an iPhone, 5 m accurate.
    pub fn new(lat: f64, lon: f64, taken_at: DateTime<FixedOffset>) -> Self {
        Self {
            lat,
            lon,
            taken_at,
            accuracy_m: Some(5.0),
            make: "Apple".to_owned(),
            model: "iPhone 14".to_owned(),
            software: Some("17.5.1".to_owned()),
            orientation: 1,
            seed: 0,
            view: 0,
            width: 800,
            height: 600,
            container: Container::Jpeg,
            variant: Variant::Ok,
            target_bytes: None,
        }
    }

    /// The photo's bytes.
    ///
    /// # Errors
    /// The picture cannot be encoded: a side is 0 or beyond the format's limit.
    pub fn encode(&self) -> image::ImageResult<Vec<u8>> {
        match self.variant {
            Variant::Empty => return Ok(Vec::new()),
            Variant::Html => return Ok(b"<!DOCTYPE html><html><body><h1>413 Request Entity Too Large</h1></body></html>".to_vec()),
            _ => {}
        }
        let picture = scene::draw(self.seed, self.view, self.width, self.height);
        let blocks = if self.variant == Variant::NoExif { Vec::new() } else { exif::blocks(self, &picture)? };
        match self.container {
            Container::Jpeg => container::jpeg(self, &picture, &blocks),
            Container::Png => container::png(&picture, &blocks),
            Container::Webp => container::webp(&picture, &blocks),
        }
    }
}

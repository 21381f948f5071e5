//! Decoding within limits: what a picture will take is read from its header, and refused before anything is allocated for it.

use std::io::Cursor;

use domain::evidence::Format;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};

use super::bench::MEMORY_MAX_BYTES;
use super::jpeg;

/// Pixels of the largest photo that is decoded: above every phone's ordinary photos, below its special modes.
const PIXELS_MAX: u64 = 50_000_000;
/// Decoded HEIC takes four bytes a sample at 1.5 samples a pixel, and half as much again while its tiles are put together.
const HEIC_BYTES_PER_PIXEL: u64 = 9;
/// Side of the shortest picture that is fingerprinted at a smaller scale: below it, one pixel in eight says too little.
const FINGERPRINT_SIDE_MIN: u32 = 128;
/// The scale at which pictures are fingerprinted: all at the same, because hashes of one picture at two scales differ.
const FINGERPRINT_SCALE: u32 = 8;

/// Why a picture cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecodeFault {
    TooManyPixels,
    TooMuchMemory,
    TooManyScans,
    TooSlow,
    /// Of a kind that nothing here decodes.
    NoDecoder,
    /// Damaged, cut short, or using something that its decoder does not know.
    Undecodable,
}

impl DecodeFault {
    /// The code that is written down.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TooManyPixels => "too_many_pixels",
            Self::TooMuchMemory => "too_much_memory",
            Self::TooManyScans => "too_many_scans",
            Self::TooSlow => "too_slow",
            Self::NoDecoder => "no_decoder",
            Self::Undecodable => "undecodable",
        }
    }
}

/// A kind of picture that can be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Jpeg,
    Heic,
    Png,
    Webp,
}

impl Kind {
    /// The decoder's kind for a photo's format; `None` for AVIF, which has none here: the AV1 decoders written in Rust are young, large,
    /// and not tried on hostile pictures within this room's limits. Its EXIF is read all the same, so that visits count by it.
    pub fn of(format: Format) -> Option<Self> {
        match format {
            Format::Jpeg => Some(Self::Jpeg),
            Format::Heic => Some(Self::Heic),
            Format::Png => Some(Self::Png),
            Format::Webp => Some(Self::Webp),
            Format::Avif => None,
        }
    }
}

/// What a header promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Survey {
    pub width: u32,
    pub height: u32,
    /// What decoding takes at most.
    pub memory_bytes: u64,
}

/// A decoded picture, possibly at a fraction of its size.
#[derive(Debug, Clone)]
pub struct Picture {
    pub rgb: RgbImage,
    /// Original pixels per pixel, in each direction: 1, 2, 4 or 8.
    pub scale: u32,
    /// The scale at which it is to be fingerprinted; never below `scale`.
    pub fingerprint_scale: u32,
}

impl Picture {
    /// The picture with its top up, as EXIF `orientation` (1 to 8) says; HEIC is turned by its container, whatever its EXIF says.
    pub fn turned(self, kind: Kind, orientation: u8) -> Self {
        let Some(orientation) = Orientation::from_exif(orientation).filter(|_| kind != Kind::Heic) else { return self };
        let mut turned = DynamicImage::ImageRgb8(self.rgb);
        turned.apply_orientation(orientation);
        Self { rgb: turned.into_rgb8(), ..self }
    }
}

/// Reads a picture's header, without decoding.
///
/// # Errors
/// What keeps it from being decoded.
pub fn survey(bytes: &[u8], kind: Kind) -> Result<Survey, DecodeFault> {
    let survey = match kind {
        Kind::Jpeg => jpeg::survey(bytes)?,
        Kind::Heic => {
            let info = heic_decoder::probe(bytes).map_err(|_| DecodeFault::Undecodable)?;
            let pixels = (info.coded_width as u64).saturating_mul(info.coded_height as u64);
            let side = |side: usize| u32::try_from(side).map_err(|_| DecodeFault::TooManyPixels);
            let memory_bytes = pixels.saturating_mul(HEIC_BYTES_PER_PIXEL);
            Survey { width: side(info.coded_width)?, height: side(info.coded_height)?, memory_bytes }
        }
        Kind::Png | Kind::Webp => {
            let decoder = decoder(bytes, kind)?;
            let (width, height) = decoder.dimensions();
            let rgb = u64::from(width) * u64::from(height) * 3;
            Survey { width, height, memory_bytes: decoder.total_bytes().saturating_add(rgb) }
        }
    };
    match survey {
        Survey { width: 0, .. } | Survey { height: 0, .. } => Err(DecodeFault::Undecodable),
        Survey { width, height, .. } if u64::from(width) * u64::from(height) > PIXELS_MAX => Err(DecodeFault::TooManyPixels),
        Survey { memory_bytes, .. } if memory_bytes > MEMORY_MAX_BYTES => Err(DecodeFault::TooMuchMemory),
        survey => Ok(survey),
    }
}

/// Decodes a picture, at a scale that leaves its long side at least `side` pixels and its fingerprint the one scale of all.
///
/// # Errors
/// As [`survey`], and when the picture is damaged.
pub fn decode(bytes: &[u8], kind: Kind, side: u32) -> Result<Picture, DecodeFault> {
    let Survey { width, height, .. } = survey(bytes, kind)?;
    let fingerprint_scale = fingerprint_scale(width.min(height));
    let scale = [8, 4, 2].into_iter().find(|scale| width.max(height) / scale >= side && *scale <= fingerprint_scale).unwrap_or(1);
    match kind {
        Kind::Jpeg => Ok(Picture { rgb: jpeg::decode(bytes, scale)?, scale, fingerprint_scale }),
        Kind::Heic => Ok(Picture { rgb: heic(bytes)?, scale: 1, fingerprint_scale }),
        Kind::Png | Kind::Webp => {
            let decoded = DynamicImage::from_decoder(decoder(bytes, kind)?).map_err(|_| DecodeFault::Undecodable)?;
            Ok(Picture { rgb: decoded.into_rgb8(), scale: 1, fingerprint_scale })
        }
    }
}

/// An eighth, or the next larger scale that leaves the short side enough pixels.
fn fingerprint_scale(short_side: u32) -> u32 {
    let mut scale = FINGERPRINT_SCALE;
    while scale > 1 && short_side / scale < FINGERPRINT_SIDE_MIN {
        scale /= 2;
    }
    scale
}

fn decoder(bytes: &[u8], kind: Kind) -> Result<impl ImageDecoder, DecodeFault> {
    let format = if kind == Kind::Png { ImageFormat::Png } else { ImageFormat::WebP };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY_MAX_BYTES);
    reader.limits(limits);
    reader.into_decoder().map_err(|error| match error {
        image::ImageError::Limits(_) => DecodeFault::TooMuchMemory,
        _ => DecodeFault::Undecodable,
    })
}

fn heic(bytes: &[u8]) -> Result<RgbImage, DecodeFault> {
    let decoded = heic_decoder::decode(bytes).map_err(|_| DecodeFault::Undecodable)?;
    let rgb = decoded.to_rgb8().map_err(|_| DecodeFault::Undecodable)?;
    let side = |side: usize| u32::try_from(side).map_err(|_| DecodeFault::TooManyPixels);
    RgbImage::from_raw(side(decoded.width)?, side(decoded.height)?, rgb.data).ok_or(DecodeFault::Undecodable)
}

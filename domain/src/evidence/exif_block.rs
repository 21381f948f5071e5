//! An EXIF block as fields, and the evidence that the blocks of one photo add up to.

use super::bytes::array;
use super::found::Found;
use super::survey::{GpsDirectory, survey};
use super::{Evidence, Flag, Format, Gps, GpsFault, READER_VERSION, Ranges, camera, gps, jpeg, times};
use exif::{Context, Exif, In, Tag, Value};

/// The parsed fields of one TIFF block.
pub(super) struct Block {
    exif: Exif,
    /// Something in the block could not be parsed and was passed over.
    pub partial: bool,
    pub gps_directory: GpsDirectory,
}

impl Block {
    /// Parses what can be parsed; `None` when the block is no TIFF structure at all or one made to exhaust memory.
    pub fn parse(tiff: Vec<u8>) -> Option<Self> {
        let gps_directory = survey(&tiff)?;
        let mut partial = false;
        let exif = exif::Reader::new()
            .continue_on_error(true)
            .read_raw(tiff)
            .or_else(|error| error.distill_partial_result(|_| partial = true))
            .ok()?;
        (exif.fields().len() > 0 || !partial).then_some(Self { exif, partial, gps_directory })
    }

    /// All values of `tag` in the directories that belong to the picture itself (not to its thumbnail).
    ///
    /// A tag may occur twice, and programs differ in which one they believe, so the doubt is handed on.
    pub fn all(&self, tag: Tag) -> impl Iterator<Item = &Value> {
        self.exif.fields().filter(move |field| field.tag == tag && field.ifd_num == In::PRIMARY).map(|field| &field.value)
    }

    pub fn first(&self, tag: Tag) -> Option<&Value> {
        self.all(tag).next()
    }

    /// The bytes of a text field up to its first NUL.
    pub fn ascii(&self, tag: Tag) -> Option<&[u8]> {
        match self.first(tag)? {
            Value::Ascii(parts) => parts.first().map(Vec::as_slice),
            _ => None,
        }
    }

    /// A text field made fit to be shown.
    pub fn text(&self, tag: Tag) -> Option<String> {
        self.ascii(tag).and_then(camera::clean)
    }

    pub fn has_gps_fields(&self) -> bool {
        self.exif.fields().any(|field| field.tag.context() == Context::Gps && field.ifd_num == In::PRIMARY)
    }

    pub fn tiff(&self) -> &[u8] {
        self.exif.buf()
    }

    pub fn is_little_endian(&self) -> bool {
        self.exif.little_endian()
    }

    /// Pixel size of the embedded JPEG thumbnail.
    fn thumbnail_size(&self) -> Option<(u32, u32)> {
        let pointer = |tag| usize::try_from(self.exif.get_field(tag, In::THUMBNAIL)?.value.get_uint(0)?).ok();
        let from = pointer(Tag::JPEGInterchangeFormat)?;
        let len = pointer(Tag::JPEGInterchangeFormatLength)?;
        let jpeg = self.tiff().get(from..from.checked_add(len)?)?;
        array::<2>(jpeg, 0).filter(|start| *start == [0xFF, 0xD8])?;
        let mut source = Ranges::new(len as u64);
        source.insert(0, jpeg.to_vec());
        let mut thumbnail = Found::default();
        jpeg::walk(&source, &mut thumbnail).ok()?;
        thumbnail.dimensions
    }
}

/// Adds a container's findings up to the evidence of one photo.
pub(super) fn evidence(format: Format, mut found: Found) -> Evidence {
    let tiffs = std::mem::take(&mut found.exif);
    if tiffs.len() > 1 {
        found.flag(Flag::SeveralExifBlocks);
    }
    let had_exif = !tiffs.is_empty();
    let blocks: Vec<Block> = tiffs.into_iter().filter_map(Block::parse).collect();
    let positions: Vec<Gps> = blocks.iter().map(gps::position).collect();
    let gps = if had_exif && blocks.is_empty() { Gps::Malformed { why: GpsFault::ExifUnreadable } } else { gps::agreed(&positions) };
    if gps == (Gps::Malformed { why: GpsFault::Conflicting }) {
        found.flag(Flag::ConflictingPositions);
    }
    // The block that speaks of the place also speaks of the time and the camera; a tool's stub does neither.
    let main = blocks.iter().zip(&positions).find(|(_, gps)| **gps != Gps::Absent).map(|(block, _)| block);
    let main = main.or_else(|| blocks.iter().find(|block| block.first(Tag::DateTimeOriginal).is_some()));
    let main = main.or_else(|| blocks.first());
    if blocks.iter().any(|block| block.partial) {
        found.flag(Flag::PartialExif);
    }
    let gps_time = main.map_or(Ok(None), times::gps_at);
    if gps_time.is_err() {
        found.flag(Flag::BadGpsTime);
    }
    let camera = main.map(camera::camera).unwrap_or_default();
    if camera.make.as_deref() == Some("Apple") && main.is_some_and(Block::is_little_endian) {
        found.flag(Flag::UnlikelyByteOrder);
    }
    if let Some((picture, camera)) = found.dimensions.zip(main.and_then(camera_size))
        && picture != camera
        && picture != (camera.1, camera.0)
    {
        found.flag(Flag::Resized);
    }
    Evidence {
        reader_version: READER_VERSION,
        format,
        gps,
        accuracy_m: main.and_then(gps::accuracy_m),
        coarse_source: main.is_some_and(gps::is_coarse),
        gps_datum: main.and_then(gps::other_datum),
        gps_status_void: main.is_some_and(gps::is_void),
        taken: main.and_then(times::taken),
        gps_at: gps_time.unwrap_or_default(),
        camera,
        editor: camera::editor(&blocks, &found),
        orientation: main.map_or(1, orientation),
        width: found.dimensions.map(|(width, _)| width),
        height: found.dimensions.map(|(_, height)| height),
        thumbnail_mismatch: found
            .dimensions
            .zip(main.and_then(Block::thumbnail_size))
            .and_then(|(picture, thumbnail)| differs_in_shape(picture, thumbnail)),
        c2pa_manifest: found.c2pa_manifest,
        flags: found.flags,
    }
}

/// The size in pixels that the camera wrote down.
fn camera_size(block: &Block) -> Option<(u32, u32)> {
    let side = |tag| block.first(tag).and_then(|value| value.get_uint(0)).filter(|pixels| *pixels > 0);
    side(Tag::PixelXDimension).zip(side(Tag::PixelYDimension))
}

fn orientation(block: &Block) -> u8 {
    let stated = block.first(Tag::Orientation).and_then(|value| value.get_uint(0));
    stated.and_then(|value| u8::try_from(value).ok()).filter(|value| (1..=8).contains(value)).unwrap_or(1)
}

/// Whether a thumbnail's proportions are not the picture's, in either orientation.
///
/// Cameras letterbox pictures of any shape into the 4:3 thumbnail that DCF prescribes, so 4:3 tells nothing.
fn differs_in_shape(picture: (u32, u32), thumbnail: (u32, u32)) -> Option<bool> {
    let long_over_short = |(a, b): (u32, u32)| (a.min(b) > 0).then(|| f64::from(a.max(b)) / f64::from(a.min(b)));
    let (picture, thumbnail) = (long_over_short(picture)?, long_over_short(thumbnail)?);
    // A thumbnail is some 160 pixels wide: rounding one of its sides by a pixel moves the ratio by about 1 %.
    let alike = |a: f64, b: f64| (a / b - 1.0).abs() < 0.03;
    if alike(picture, thumbnail) {
        return Some(false);
    }
    (!alike(thumbnail, 4.0 / 3.0)).then_some(true)
}

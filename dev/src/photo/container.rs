//! Putting picture and EXIF into a file.

use super::scene::Dice;
use super::{PhotoSpec, Variant};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder, ImageResult, RgbImage, imageops};

const QUALITY: u8 = 88;
const SOI: [u8; 2] = [0xFF, 0xD8];
/// The longest payload of a JPEG segment.
const MAX_SEGMENT: usize = 65_533;

/// A JPEG of 160 pixels width in the picture's proportions, as cameras embed it.
pub(super) fn thumbnail(picture: &RgbImage) -> ImageResult<Vec<u8>> {
    let height = (160 * u64::from(picture.height()) / u64::from(picture.width().max(1))).clamp(1, 640);
    let small = imageops::thumbnail(picture, 160, u32::try_from(height).unwrap_or(120));
    encode_jpeg(&small, 60)
}

pub(super) fn jpeg(spec: &PhotoSpec, picture: &RgbImage, blocks: &[Vec<u8>]) -> ImageResult<Vec<u8>> {
    let encoded = encode_jpeg(picture, QUALITY)?;
    let body = without_jfif(&encoded);
    let mut photo = SOI.to_vec();
    match spec.variant {
        Variant::FarExif => (0..5).for_each(|filling| photo.extend(segment(0xE4, &vec![filling; 65_000]))),
        Variant::FillBytes => photo.extend([0xFF; 37]),
        _ => {}
    }
    for block in blocks {
        photo.extend(segment(0xE1, &[b"Exif\0\0", block.as_slice()].concat()));
    }
    if spec.variant == Variant::Edited {
        photo.extend(segment(0xE1, EDITOR_XMP));
    }
    let header_len = photo.len();
    photo.extend(body);
    match spec.variant {
        Variant::TruncatedHeader => photo.truncate(header_len.min(300)),
        Variant::TruncatedPicture => photo.truncate(header_len + body.len() * 2 / 5),
        _ => fill_up(&mut photo, spec),
    }
    Ok(photo)
}

pub(super) fn png(picture: &RgbImage, blocks: &[Vec<u8>]) -> ImageResult<Vec<u8>> {
    /// Signature and IHDR chunk, behind which `eXIf` may stand.
    const START: usize = 8 + 25;
    let mut encoded = Vec::new();
    PngEncoder::new(&mut encoded).write_image(picture, picture.width(), picture.height(), ExtendedColorType::Rgb8)?;
    let mut photo = encoded.get(..START).unwrap_or_default().to_vec();
    for block in blocks {
        let chunk = [b"eXIf", block.as_slice()].concat();
        photo.extend(length(block.len()).to_be_bytes());
        photo.extend(&chunk);
        photo.extend(crc32(&chunk).to_be_bytes());
    }
    photo.extend(encoded.get(START..).unwrap_or_default());
    Ok(photo)
}

pub(super) fn webp(picture: &RgbImage, blocks: &[Vec<u8>]) -> ImageResult<Vec<u8>> {
    let mut encoded = Vec::new();
    WebPEncoder::new_lossless(&mut encoded).write_image(picture, picture.width(), picture.height(), ExtendedColorType::Rgb8)?;
    let mut extended = vec![if blocks.is_empty() { 0 } else { 0x08 }, 0, 0, 0];
    extended.extend((picture.width() - 1).to_le_bytes().into_iter().take(3));
    extended.extend((picture.height() - 1).to_le_bytes().into_iter().take(3));
    let mut chunks = riff_chunk(*b"VP8X", &extended);
    chunks.extend(encoded.get(12..).unwrap_or_default());
    for block in blocks {
        chunks.extend(riff_chunk(*b"EXIF", block));
    }
    Ok([b"RIFF", &length(4 + chunks.len()).to_le_bytes()[..], b"WEBP", &chunks].concat())
}

const EDITOR_XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\
    <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" \
    xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmp:CreatorTool=\"Adobe Photoshop 25.9 (Macintosh)\"/></rdf:RDF></x:xmpmeta>";

fn encode_jpeg(picture: &RgbImage, quality: u8) -> ImageResult<Vec<u8>> {
    let mut encoded = Vec::new();
    JpegEncoder::new_with_quality(&mut encoded, quality).encode_image(picture)?;
    Ok(encoded)
}

/// The JPEG behind its start marker and the JFIF segment, which phones do not write.
fn without_jfif(jpeg: &[u8]) -> &[u8] {
    match jpeg {
        [0xFF, 0xD8, 0xFF, 0xE0, high, low, ..] => jpeg.get(4 + usize::from(u16::from_be_bytes([*high, *low]))..).unwrap_or_default(),
        _ => jpeg.get(2..).unwrap_or_default(),
    }
}

fn segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    let payload = payload.get(..MAX_SEGMENT).unwrap_or(payload);
    let len = u16::try_from(payload.len() + 2).unwrap_or(u16::MAX);
    [&[0xFF, marker][..], &len.to_be_bytes(), payload].concat()
}

fn fill_up(photo: &mut Vec<u8>, spec: &PhotoSpec) {
    let target = spec.target_bytes.unwrap_or_default();
    let mut dice = Dice::new(spec.seed ^ u64::from(spec.view));
    while photo.len() < target {
        let noise = dice.next().to_le_bytes();
        photo.extend(noise.iter().take(target - photo.len()));
    }
}

fn riff_chunk(name: [u8; 4], payload: &[u8]) -> Vec<u8> {
    let padding: &[u8] = if payload.len().is_multiple_of(2) { &[] } else { &[0] };
    [&name[..], &length(payload.len()).to_le_bytes(), payload, padding].concat()
}

fn length(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// The checksum of PNG chunks, bit by bit: the blocks are small.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes
        .iter()
        .fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())))
}

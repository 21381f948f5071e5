//! JPEG, decoded at a fraction of its size straight from its frequencies: an eighth costs half of the whole.

use image::RgbImage;
use jpeg_decoder::{CodingProcess, Decoder, PixelFormat};

use super::bench::MEMORY_MAX_BYTES;
use super::decode::{DecodeFault, Survey};

/// Cameras write a dozen scans; each one is another walk over the whole picture.
const SCANS_MAX: usize = 100;
/// Coefficients of a progressive picture are all kept until its last scan.
const BYTES_PER_COEFFICIENT: u64 = 2;

pub(super) fn survey(bytes: &[u8]) -> Result<Survey, DecodeFault> {
    let mut decoder = Decoder::new(bytes);
    decoder.read_info().map_err(|_| DecodeFault::Undecodable)?;
    let info = decoder.info().ok_or(DecodeFault::Undecodable)?;
    let samples = u64::from(info.width) * u64::from(info.height) * samples_of(info.pixel_format);
    let memory_bytes = match info.coding_process {
        // Planes and pixels, at half the sides or less for everything large enough to matter.
        CodingProcess::DctSequential => samples / 2,
        CodingProcess::DctProgressive if scans(bytes) > SCANS_MAX => return Err(DecodeFault::TooManyScans),
        CodingProcess::DctProgressive => samples * BYTES_PER_COEFFICIENT + samples / 2,
        CodingProcess::Lossless => samples * 4,
    };
    Ok(Survey { width: info.width.into(), height: info.height.into(), memory_bytes })
}

/// Decodes at a `scale`-th of the size: 1, 2, 4 or 8.
pub(super) fn decode(bytes: &[u8], scale: u32) -> Result<RgbImage, DecodeFault> {
    let mut decoder = Decoder::new(bytes);
    decoder.set_max_decoding_buffer_size(usize::try_from(MEMORY_MAX_BYTES).unwrap_or(usize::MAX));
    decoder.read_info().map_err(|_| DecodeFault::Undecodable)?;
    let info = decoder.info().ok_or(DecodeFault::Undecodable)?;
    let part = |side: u16| u16::try_from(u32::from(side).div_ceil(scale)).unwrap_or(side);
    let lossless = info.coding_process == CodingProcess::Lossless;
    let (width, height) = if scale == 1 || lossless {
        (info.width, info.height)
    } else {
        decoder.scale(part(info.width), part(info.height)).map_err(|_| DecodeFault::Undecodable)?
    };
    let pixels = decoder.decode().map_err(|_| DecodeFault::Undecodable)?;
    RgbImage::from_raw(width.into(), height.into(), rgb(pixels, info.pixel_format)).ok_or(DecodeFault::Undecodable)
}

fn samples_of(format: PixelFormat) -> u64 {
    match format {
        PixelFormat::L8 | PixelFormat::L16 => 1,
        PixelFormat::RGB24 => 3,
        PixelFormat::CMYK32 => 4,
    }
}

fn rgb(pixels: Vec<u8>, format: PixelFormat) -> Vec<u8> {
    match format {
        PixelFormat::RGB24 => pixels,
        PixelFormat::L8 => pixels.iter().flat_map(|grey| [*grey; 3]).collect(),
        PixelFormat::L16 => pixels.as_chunks::<2>().0.iter().flat_map(|grey| [u16::from_ne_bytes(*grey).to_be_bytes()[0]; 3]).collect(),
        // Inks as programs of the trade store them: 255 is none.
        PixelFormat::CMYK32 => pixels.as_chunks::<4>().0.iter().flat_map(|&[c, m, y, k]| [c, m, y].map(|ink| inked(ink, k))).collect(),
    }
}

fn inked(ink: u8, black: u8) -> u8 {
    u8::try_from(u16::from(ink) * u16::from(black) / 255).unwrap_or(u8::MAX)
}

/// The number of scans up to the end of the first picture.
fn scans(bytes: &[u8]) -> usize {
    let (mut at, mut count) = (2, 0);
    // From marker to marker; within a scan, 0xFF is followed by 0 or a restart.
    while let Some(found) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == 0xFF)) {
        at += found + 1;
        match bytes.get(at) {
            None | Some(0xD9) => break,
            Some(0x00 | 0x01 | 0xD0..=0xD8 | 0xFF) => {}
            Some(marker) => {
                count += usize::from(*marker == 0xDA);
                let length = bytes.get(at + 1..at + 3).and_then(|length| <[u8; 2]>::try_from(length).ok());
                at += 1 + length.map_or(0, |length| usize::from(u16::from_be_bytes(length)));
            }
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scans_are_counted_outside_of_other_segments() {
        // A comment that holds a scan's marker, one scan with a stuffed byte and a restart, another scan, the end, and more behind it.
        let photo = [
            &[0xFF, 0xD8, 0xFF, 0xFE, 0, 6, 0xFF, 0xDA, 0xFF, 0xDA][..],
            &[0xFF, 0xDA, 0, 3, 1, 7, 0xFF, 0, 7, 0xFF, 0xD0, 7],
            &[0xFF, 0xDA, 0, 3, 1, 7, 0xFF, 0xD9, 0xFF, 0xDA],
        ]
        .concat();
        assert_eq!(scans(&photo), 2);
        assert_eq!(scans(&[]), 0);
        assert_eq!(scans(&[0xFF, 0xD8, 0xFF, 0xDA, 0xFF]), 1);
    }
}

//! Prints: what comes out of a decoded picture.

use domain::evidence::pdq::{self, Fingerprint};
use image::codecs::jpeg::JpegEncoder;
use image::{RgbImage, imageops};

use super::decode::{DecodeFault, Picture};

const QUALITY: u8 = 80;

/// The picture with its long side at most `side` pixels; a smaller one stays as it is.
pub fn shrink(picture: &RgbImage, side: u32) -> RgbImage {
    let (width, height) = picture.dimensions();
    let long = width.max(height);
    if long <= side {
        return picture.clone();
    }
    let part = |length: u32| u32::try_from(u64::from(length) * u64::from(side) / u64::from(long)).unwrap_or(side).max(1);
    imageops::thumbnail(picture, part(width), part(height))
}

/// The picture as a JPEG that holds nothing but the picture.
///
/// # Errors
/// [`DecodeFault::Undecodable`] for a picture without pixels.
pub fn jpeg(picture: &RgbImage) -> Result<Vec<u8>, DecodeFault> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode_image(picture).map_err(|_| DecodeFault::Undecodable)?;
    Ok(bytes)
}

/// Smaller than the fields that a fingerprint compares, a picture would be blown up and found everywhere.
const FINGERPRINT_SIDE_MIN: u32 = 64;

/// How an upright picture looks; `None` when it is too small to say.
pub fn fingerprint(picture: &Picture) -> Option<Fingerprint> {
    let (width, height) = picture.rgb.dimensions();
    if width.min(height) < FINGERPRINT_SIDE_MIN {
        return None;
    }
    let luma: Vec<u8> = picture.rgb.as_raw().as_chunks::<3>().0.iter().map(|pixel| brightness(*pixel)).collect();
    let (luma, width, height) = averaged(&luma, width as usize, height as usize, (picture.fingerprint_scale / picture.scale) as usize);
    pdq::fingerprint(&luma, width, height)
}

fn brightness([red, green, blue]: [u8; 3]) -> u8 {
    let sum = u32::from(red) * 299 + u32::from(green) * 587 + u32::from(blue) * 114;
    u8::try_from((sum + 500) / 1000).unwrap_or(u8::MAX)
}

/// The means of `field` × `field` pixels each, as a JPEG decoder's smaller scales are; what does not fill a field at the edges is left
/// out.
fn averaged(luma: &[u8], width: usize, height: usize, field: usize) -> (Vec<u8>, usize, usize) {
    if field <= 1 {
        return (luma.to_vec(), width, height);
    }
    let (across, down) = (width / field, height / field);
    let mut small = Vec::with_capacity(across * down);
    for band in luma.chunks_exact(width * field) {
        let mut sums = vec![0_usize; across];
        for row in band.chunks_exact(width) {
            for (sum, pixels) in sums.iter_mut().zip(row.chunks_exact(field)) {
                *sum += pixels.iter().map(|pixel| usize::from(*pixel)).sum::<usize>();
            }
        }
        small.extend(sums.iter().map(|sum| u8::try_from((sum + field * field / 2) / (field * field)).unwrap_or(u8::MAX)));
    }
    (small, across, down)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_averaged_and_edges_left_out() {
        let luma = [10, 20, 99, 30, 40, 99, 5, 5, 5];
        assert_eq!(averaged(&luma, 3, 3, 2), (vec![25], 1, 1));
    }

    #[test]
    fn shrinking_keeps_the_shape_and_never_enlarges() {
        assert_eq!(shrink(&RgbImage::new(4000, 3000), 512).dimensions(), (512, 384));
        assert_eq!(shrink(&RgbImage::new(300, 4000), 512).dimensions(), (38, 512));
        assert_eq!(shrink(&RgbImage::new(10_000, 1), 512).dimensions(), (512, 1));
        assert_eq!(shrink(&RgbImage::new(100, 80), 512).dimensions(), (100, 80));
    }
}

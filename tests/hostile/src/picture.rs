//! The darkroom: from a photo's bytes to its fingerprint and its thumbnail.

use domain::evidence::{self, Evidence, Gps, Reading};
use workers::darkroom::{Kind, Survey, decode, fingerprint, print_jpeg, shrink, survey};

use crate::cuts::Chance;

/// Larger pictures are surveyed and not decoded: they would show nothing new, and take the time of a thousand small ones.
const PIXELS_MAX: u64 = 1 << 18;
/// What all pictures together may take in the darkroom, in bytes.
const MEMORY_MAX: u64 = 256 * 1024 * 1024;

/// Develops the bytes as the darkroom does: only what read as a photo, by its survey first, at one of some sizes.
pub fn picture(photo: &[u8]) {
    let mut chance = Chance::of(photo);
    let Reading::Evidence(read) = evidence::read_whole(photo) else { return };
    let Some(kind) = Kind::of(read.format) else { return };
    let side = [16, 100, 512][chance.below(3)];
    let Survey { width, height, memory_bytes } = match survey(photo, kind) {
        Ok(survey) => survey,
        Err(fault) => {
            assert_eq!(decode(photo, kind, side).err(), Some(fault));
            return;
        }
    };
    let pixels = u64::from(width) * u64::from(height);
    assert!(pixels > 0 && memory_bytes <= MEMORY_MAX, "{width} × {height} in {memory_bytes}");
    if pixels > PIXELS_MAX {
        return;
    }
    let Ok(picture) = decode(photo, kind, side) else { return };
    assert!(picture.fingerprint_scale >= picture.scale, "{picture:?}");
    // HEIC is cropped and turned by its container.
    if kind != Kind::Heic {
        let scaled = (width.div_ceil(picture.scale), height.div_ceil(picture.scale));
        assert_eq!(picture.rgb.dimensions(), scaled, "{width} × {height} at 1/{}", picture.scale);
    }
    let upright = picture.turned(kind, read.orientation);
    if let Some(print) = fingerprint(&upright) {
        assert!(print.quality <= 100, "{}", print.quality);
    }
    let thumbnail = shrink(&upright.rgb, side);
    assert!(thumbnail.width().max(thumbnail.height()) <= side, "{:?}", thumbnail.dimensions());
    tells_nothing(&print_jpeg(&thumbnail).expect("what was decoded can be printed"));
}

/// What leaves the house carries nothing of what its original said.
fn tells_nothing(print: &[u8]) {
    let Reading::Evidence(read) = evidence::read_whole(print) else { panic!("a thumbnail is no photo") };
    let Evidence { gps, taken, gps_at, camera, editor, .. } = *read;
    assert_eq!((gps, taken, gps_at, editor), (Gps::Absent, None, None, None));
    assert_eq!(camera, evidence::Camera::default());
}

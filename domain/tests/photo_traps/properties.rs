//! What holds for any bytes whatever: reading ends, stays within its bounds, and yields no number that is none.

use crate::files::{Heic, PRIMARY, app1, jpeg, png, png_chunk, segment, webp};
use crate::{honest, read_by_ranges, read_photo};
use domain::evidence::{Evidence, Gps, Reading, Step, read_head};
use proptest::prelude::*;

/// One honest photo of each kind.
fn photos() -> Vec<Vec<u8>> {
    let block = honest();
    let items = [(7, block.as_slice()), (PRIMARY, &block)];
    let heic = |is_meta_last, is_inline| Heic { brand: b"heic", exif: &items, picture_len: 90_000, is_meta_last, is_inline };
    let digits: String = block.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|d| char::from_digit(d.into(), 16)).collect();
    let text = format!("Raw profile type exif\0\nexif\n{:8}\n{digits}", block.len());
    vec![
        jpeg(&[app1(&block)]),
        jpeg(&[segment(0xE4, &[1; 65_000]), segment(0xE2, b"MPF\0"), app1(&block), app1(&block)]),
        heic(false, false).build(),
        heic(true, false).build(),
        heic(false, true).build(),
        png(&[], 10, &[png_chunk(*b"eXIf", &block)]),
        png(&[png_chunk(*b"tEXt", text.as_bytes())], 1, &[]),
        webp(90_000, &block),
    ]
}

fn holds(reading: &Reading) -> Result<(), TestCaseError> {
    let Reading::Evidence(evidence) = reading else { return Ok(()) };
    match evidence.gps {
        Gps::Position { position } => {
            prop_assert!(position.lat.abs() <= 90.0 && position.lon.abs() <= 180.0, "{position:?}");
            prop_assert!(position.lat.abs() >= 1e-4 || position.lon.abs() >= 1e-4, "{position:?}");
        }
        Gps::OutOfRange { latitude_deg, longitude_deg } => prop_assert!(latitude_deg.is_finite() && longitude_deg.is_finite()),
        Gps::Absent | Gps::Redacted | Gps::Malformed { .. } => {}
    }
    prop_assert!(evidence.accuracy_m.is_none_or(|metres| metres.is_finite() && metres >= 0.0));
    prop_assert!((1..=8).contains(&evidence.orientation));
    let names = [&evidence.camera.make, &evidence.camera.model, &evidence.camera.software, &evidence.editor, &evidence.gps_datum];
    prop_assert!(names.into_iter().flatten().all(|name| name.chars().count() <= 64 && !name.chars().any(char::is_control)));
    let json = serde_json::to_string(evidence).map_err(|error| TestCaseError::fail(error.to_string()))?;
    let stored: Evidence = serde_json::from_str(&json).map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert_eq!(&stored, evidence.as_ref());
    Ok(())
}

proptest! {
    #[test]
    fn mutated_photos_are_read_within_bounds(
        which in 0usize..8,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        near_start in any::<bool>(),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut photo = photos().swap_remove(which);
        let reach = if near_start { photo.len().min(600) } else { photo.len() };
        for (at, byte) in changes {
            if let Some(target) = photo.get_mut(at.index(reach)) {
                *target = byte;
            }
        }
        if let Some(cut) = cut {
            photo.truncate(cut.index(photo.len()));
        }
        let (reading, _) = read_photo(&photo);
        holds(&reading)?;
        let head = photo.get(..65_536).unwrap_or(&photo);
        if let Step::Done(from_head) = read_head(head, photo.len() as u64) {
            prop_assert_eq!(from_head, reading);
        }
    }

    #[test]
    fn any_coordinates_are_a_position_or_a_named_fault(
        latitude in prop::collection::vec((any::<u32>(), any::<u32>()), 0..5),
        longitude in prop::collection::vec((0u32..200, 0u32..3), 0..5),
    ) {
        let block = crate::with(|t| {
            t.set(2, crate::Value::Rationals(latitude));
            t.set(4, crate::Value::Rationals(longitude));
        });
        holds(&read_photo(&jpeg(&[app1(&block)])).0)?;
    }

    #[test]
    fn any_bytes_are_read_within_bounds(start in 0usize..7, bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let starts: [&[u8]; 7] = [
            b"", b"\xFF\xD8\xFF\xE1", b"\x89PNG\r\n\x1a\n\0\0\0\x0DIHDR", b"RIFF\xFF\xFF\0\0WEBP", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
            b"\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\x02\0meta\0\0\0\0", b"\xFF\xD8\xFF\xE1\x01\0Exif\0\0MM\0*\0\0\0\x08",
        ];
        let photo = [starts.get(start).copied().unwrap_or_default(), &bytes].concat();
        holds(&read_photo(&photo).0)?;
    }

    #[test]
    fn endless_objects_of_repeated_bytes_are_read_within_bounds(
        which in 0usize..8,
        pattern in prop::collection::vec(any::<u8>(), 1..64),
        total_len in any::<u64>(),
    ) {
        let start = photos().swap_remove(which);
        let total_len = total_len.max(start.len() as u64);
        // The photo's first kilobyte, then the pattern for ever.
        let byte = |at: u64| {
            let at = usize::try_from(at).unwrap_or(usize::MAX);
            start.get(at).filter(|_| at < 1024).or_else(|| pattern.get(at % pattern.len())).copied().unwrap_or_default()
        };
        let (reading, _) = read_by_ranges(total_len, |offset, len| (offset..offset + len as u64).map(byte).collect());
        holds(&reading)?;
    }
}

#[test]
fn a_source_that_answers_with_nothing_is_not_asked_for_ever() {
    let (_, requests) = read_by_ranges(5_000_000, |_, _| Vec::new());
    assert!(requests <= 8);
    let (_, requests) = read_by_ranges(5_000_000, |offset, _| if offset == 0 { honest_start() } else { Vec::new() });
    assert!(requests <= 8);
}

fn honest_start() -> Vec<u8> {
    let mut photo = jpeg(&[segment(0xE4, &vec![1; 65_000]), app1(&honest())]);
    photo.truncate(65_000);
    photo
}

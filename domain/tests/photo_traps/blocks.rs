//! What one EXIF block says about the position.

use crate::tiff::Value;
use crate::{Trap, is_here, malformed, of_block, with};
use domain::evidence::{Gps, GpsFault};

/// Latitude of 33 degrees and the given minutes and seconds.
fn latitude(minutes: (u32, u32), seconds: (u32, u32)) -> Value {
    Value::Rationals(vec![(33, 1), minutes, seconds])
}

#[test]
fn odd_blocks_that_state_the_position_rightly_are_read() {
    let traps: [Trap; 18] = [
        ("as it is", |_| {}),
        ("little-endian", |t| t.is_little_endian = true),
        ("signed rationals", |t| t.set(2, Value::SignedRationals(vec![(33, 1), (52, 1), (768, 100)]))),
        ("both signs negative", |t| t.set(2, Value::SignedRationals(vec![(-33, -1), (52, 1), (768, 100)]))),
        ("lower case hemisphere", |t| t.set(1, Value::Ascii(b"s\0"))),
        ("hemisphere without NUL", |t| t.set(3, Value::Ascii(b"E"))),
        ("padded hemisphere", |t| t.set(3, Value::Ascii(b"E \0"))),
        ("decimal degrees", |t| t.set(2, Value::Rationals(vec![(338_688, 10_000), (0, 1), (0, 1)]))),
        ("decimal minutes", |t| t.set(2, latitude((52_128, 1000), (0, 1)))),
        ("decimal minutes, undefined seconds", |t| t.set(2, latitude((52_128, 1000), (0, 0)))),
        ("unsorted", |t| t.gps.get_or_insert_default().reverse()),
        ("GPS directory with a next link", |t| t.gps_next = 0x00FF_FFFF),
        ("GPS directory that claims 65535 fields", |t| t.gps_count = Some(u16::MAX)),
        ("field of unknown type", |t| t.set(5, Value::Raw(99, 7, vec![1, 2, 3, 4]))),
        ("the same latitude twice", |t| t.gps.get_or_insert_default().push((2, latitude((52, 1), (768, 100))))),
        ("no times", |t| {
            t.exif.clear();
            t.drop(&[7, 0x1D]);
        }),
        ("large maker note", |t| t.exif.push((0x927C, Value::Undefined(vec![3; 58 * 1024])))),
        ("name that is not UTF-8", |t| t.first = vec![(0x010F, Value::Ascii(b"Soci\xE9t\xE9\0"))]),
    ];
    for (trap, change) in traps {
        let gps = of_block(&with(change)).gps;
        assert!(is_here(gps), "{trap}: {gps:?}");
    }
}

#[test]
fn blocks_without_position_fields_have_no_position() {
    let traps: [Trap; 5] = [
        ("no GPS directory", |t| t.gps = None),
        ("empty GPS directory", |t| t.gps = Some(Vec::new())),
        ("version only", |t| t.drop(&[1, 2, 3, 4, 7, 0x1D])),
        ("time only", |t| t.drop(&[1, 2, 3, 4])),
        ("directory of the thumbnail", |t| t.is_gps_of_thumbnail = true),
    ];
    for (trap, change) in traps {
        assert_eq!(of_block(&with(change)).gps, Gps::Absent, "{trap}");
    }
}

#[test]
fn emptied_fields_are_a_removed_position() {
    const UNDEFINED: [(u32, u32); 3] = [(0, 0); 3];
    let traps: [Trap; 6] = [
        ("as Android hands photos out", |t| {
            t.set_all(&[2, 4], &Value::Rationals(UNDEFINED.to_vec()));
            t.set_all(&[1, 3], &Value::Ascii(b"\0\0"));
        }),
        ("undefined with hemispheres", |t| t.set_all(&[2, 4], &Value::Rationals(UNDEFINED.to_vec()))),
        ("zero over one", |t| t.set_all(&[2, 4], &Value::Rationals(vec![(0, 1); 3]))),
        ("undefined and zero", |t| {
            t.set(2, Value::Rationals(UNDEFINED.to_vec()));
            t.set(4, Value::Rationals(vec![(0, 1); 3]));
        }),
        ("a step off null island", |t| t.set_all(&[2, 4], &Value::Rationals(vec![(0, 1), (0, 1), (3, 10)]))),
        ("blank hemispheres only", |t| {
            t.drop(&[2, 4]);
            t.set_all(&[1, 3], &Value::Ascii(b"\0\0"));
        }),
    ];
    for (trap, change) in traps {
        assert_eq!(of_block(&with(change)).gps, Gps::Redacted, "{trap}");
    }
}

#[test]
fn fields_that_state_no_position_say_what_is_wrong() {
    use GpsFault::{
        Conflicting, CoordinateMissing, DirectoryUnreadable, HemisphereUnknown, MinutesBeyond60, Negative, WrongType, ZeroDenominator,
    };
    let traps: [(Trap, GpsFault); 23] = [
        (("seconds over zero", |t| t.set(2, latitude((52, 1), (768, 0)))), ZeroDenominator),
        (("minutes over zero", |t| t.set(2, latitude((52, 0), (768, 100)))), ZeroDenominator),
        (("infinite degrees", |t| t.set(2, Value::Rationals(vec![(33, 0), (0, 1), (0, 1)]))), ZeroDenominator),
        (("one axis undefined", |t| t.set(2, Value::Rationals(vec![(0, 0); 3]))), ZeroDenominator),
        (
            ("undefined minutes on one axis, zeros on the other", |t| {
                t.set(2, latitude((0, 0), (768, 100)));
                t.set(4, Value::Rationals(vec![(0, 1); 3]));
            }),
            ZeroDenominator,
        ),
        (("no latitude hemisphere", |t| t.drop(&[1])), HemisphereUnknown),
        (("no hemispheres", |t| t.drop(&[1, 3])), HemisphereUnknown),
        (("blank hemisphere", |t| t.set(1, Value::Ascii(b"\0\0"))), HemisphereUnknown),
        (("unknown hemisphere", |t| t.set(1, Value::Ascii(b"X\0"))), HemisphereUnknown),
        (("hemisphere of the other axis", |t| t.set(1, Value::Ascii(b"E\0"))), HemisphereUnknown),
        (("no longitude", |t| t.drop(&[3, 4])), CoordinateMissing),
        (("no latitude value", |t| t.drop(&[2])), CoordinateMissing),
        (("values cut off", |t| t.gps_kept = Some(2 + 12 * 7 + 4)), CoordinateMissing),
        (("directory cut off", |t| t.gps_kept = Some(2 + 12 * 2 + 6)), CoordinateMissing),
        (("pointer beyond the block", |t| t.gps_pointer = Some(0x7FFF_FFF0)), DirectoryUnreadable),
        (("pointer back to the first directory", |t| t.gps_pointer = Some(8)), DirectoryUnreadable),
        (("negative degrees", |t| t.set(2, Value::SignedRationals(vec![(-33, 1), (52, 1), (0, 1)]))), Negative),
        (("floating point", |t| t.set(2, Value::Raw(11, 3, vec![0x7F; 12]))), WrongType),
        (("text", |t| t.set(2, Value::Ascii(b"33.8688\0"))), WrongType),
        (("one rational", |t| t.set(2, Value::Rationals(vec![(338_688, 10_000)]))), WrongType),
        (("75 minutes", |t| t.set(2, latitude((75, 1), (0, 1)))), MinutesBeyond60),
        (("75 seconds", |t| t.set(2, latitude((51, 1), (75, 1)))), MinutesBeyond60),
        (("two latitudes", |t| t.gps.get_or_insert_default().push((2, latitude((0, 1), (0, 1))))), Conflicting),
    ];
    for ((trap, change), why) in traps {
        assert_eq!(of_block(&with(change)).gps, malformed(why), "{trap}");
    }
}

#[test]
fn degrees_that_are_nowhere_are_out_of_range() {
    let nowhere = |degrees: u32| of_block(&with(|t| t.set(2, Value::Rationals(vec![(degrees, 1), (99, 1), (99, 1)])))).gps;
    assert!(matches!(nowhere(250), Gps::OutOfRange { latitude_deg, .. } if latitude_deg < -251.0));
    assert!(matches!(nowhere(u32::MAX), Gps::OutOfRange { latitude_deg, .. } if latitude_deg.is_finite()));
    let past_the_pole = of_block(&with(|t| t.set(2, Value::Rationals(vec![(90, 1), (0, 1), (1, 1)])))).gps;
    assert!(matches!(past_the_pole, Gps::OutOfRange { .. }), "{past_the_pole:?}");
}

#[test]
fn a_single_zero_axis_is_a_place_on_the_equator() {
    let gps = of_block(&with(|t| t.set(2, Value::Rationals(vec![(0, 1); 3])))).gps;
    let Gps::Position { position } = gps else { panic!("{gps:?}") };
    assert!(position.lat == 0.0 && position.lat.is_sign_positive());
}

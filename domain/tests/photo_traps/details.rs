//! Times, names, and what weakens a position.

use crate::files::{app1, jpeg, segment};
use crate::tiff::Value;
use crate::{Trap, evidence, honest, is_here, of_block, with};
use domain::evidence::Flag;

#[test]
fn times_are_read_as_they_are_written() {
    let honest = of_block(&honest());
    let taken = honest.taken.expect("a time is stated");
    assert_eq!(taken.at().map(|at| at.to_rfc3339()).as_deref(), Some("2026-03-01T23:15:30.123+00:00"));
    assert_eq!(honest.gps_at.map(|at| at.to_rfc3339()).as_deref(), Some("2026-03-01T23:15:30.120+00:00"));
    let local =
        |stamp: &'static [u8]| of_block(&with(|t| t.set_exif(0x9003, Value::Ascii(stamp)))).taken.map(|taken| taken.local.to_string());
    assert_eq!(local(b"2026-03-02T10:15:30\0").as_deref(), Some("2026-03-02 10:15:30"));
    for blank in [
        &b"    :  :     :  :  \0"[..],
        b"0000:00:00 00:00:00\0",
        b"2026:02:30 10:00:00\0",
        b"2026:03:02 24:00:00\0",
        b"\0\0",
        b"2026:03:02\0",
    ] {
        assert_eq!(local(blank), None, "{blank:?}");
    }
    let offset =
        |zone: &'static [u8]| of_block(&with(|t| t.set_exif(0x9011, Value::Ascii(zone)))).taken.and_then(|taken| taken.offset_minutes);
    assert_eq!((offset(b"-03:30\0"), offset(b"Z\0"), offset(b"   :  \0"), offset(b"+25:00\0")), (Some(-210), Some(0), None, None));
}

#[test]
fn the_zone_of_the_last_change_holds_for_a_photo_that_never_changed() {
    let offset = |changed_at: &'static [u8]| {
        let block = with(|t| {
            t.first.push((0x0132, Value::Ascii(changed_at)));
            t.exif.retain(|(tag, _)| *tag != 0x9011);
            t.set_exif(0x9010, Value::Ascii(b"+11:00\0"));
        });
        of_block(&block).taken.and_then(|taken| taken.offset_minutes)
    };
    assert_eq!(offset(b"2026:03:02 10:15:30\0"), Some(660));
    assert_eq!(offset(b"2026:03:02 18:00:00\0"), None);
}

#[test]
fn satellite_times_that_are_no_instant_are_flagged() {
    let bad: [Trap; 3] = [
        ("hour 24", |t| t.set(7, Value::Rationals(vec![(24, 1), (0, 1), (0, 1)]))),
        ("day of the year", |t| t.set(0x1D, Value::Ascii(b"2014:09:259\0"))),
        ("undefined seconds", |t| t.set(7, Value::Rationals(vec![(1, 1), (0, 1), (0, 0)]))),
    ];
    for (trap, change) in bad {
        let read = of_block(&with(change));
        assert!(is_here(read.gps) && read.gps_at.is_none() && read.flags.contains(&Flag::BadGpsTime), "{trap}: {read:?}");
    }
}

#[test]
fn what_weakens_a_position_is_told() {
    let read = |tag, value| of_block(&with(|t| t.set(tag, value)));
    assert_eq!(read(0x1F, Value::Rationals(vec![(5_000_000, 1000)])).accuracy_m, Some(5000.0));
    for nothing in [(5, 0), (0, 0)] {
        assert_eq!(read(0x1F, Value::Rationals(vec![nothing])).accuracy_m, None);
    }
    assert_eq!(read(0x1F, Value::SignedRationals(vec![(-5, 1)])).accuracy_m, None);
    assert!(read(0x1B, Value::Undefined(b"ASCII\0\0\0CELLID".to_vec())).coarse_source);
    assert!(read(0x1B, Value::Undefined(b"ASCII\0\0\0network".to_vec())).coarse_source);
    assert!(!read(0x1B, Value::Undefined(b"ASCII\0\0\0GPS".to_vec())).coarse_source);
    assert_eq!(read(0x12, Value::Ascii(b"TOKYO\0")).gps_datum.as_deref(), Some("TOKYO"));
    assert_eq!(read(0x12, Value::Ascii(b"WGS-84\0")).gps_datum, None);
    assert!(read(9, Value::Ascii(b"V\0")).gps_status_void && !read(9, Value::Ascii(b"A\0")).gps_status_void);
}

#[test]
fn only_known_editors_make_a_photo_edited() {
    let software = |name: &'static [u8]| of_block(&with(|t| t.first = vec![(0x0131, Value::Ascii(name))])).editor;
    assert_eq!(software(b"Adobe Photoshop 25.9\0").as_deref(), Some("Adobe Photoshop 25.9"));
    for phone in [&b"15.4.1\0"[..], b"HDR+ 1.0.540104767zd\0", b"MediaTek Camera Application\0", b"A546BXXS7CXE3\0"] {
        assert_eq!(software(phone), None);
    }
    let xmp =
        |text: &str| evidence(&jpeg(&[segment(0xE1, format!("http://ns.adobe.com/xap/1.0/\0{text}").as_bytes()), app1(&honest())])).editor;
    assert_eq!(xmp("<a xmp:CreatorTool=\"Snapseed 2\"/>").as_deref(), Some("Snapseed 2"));
    assert_eq!(xmp("<xmp:CreatorTool>GIMP 2.10</xmp:CreatorTool>").as_deref(), Some("GIMP 2.10"));
    assert_eq!(xmp("<x:xmpmeta x:xmptk='Image::ExifTool 12.57'>").as_deref(), Some("Image::ExifTool 12.57"));
    assert_eq!(xmp("<a xmp:CreatorTool=\"17.5.1\" x:xmptk=\"Adobe XMP Core 5.1.0-jc003\"/>"), None);
}

#[test]
fn names_are_made_fit_to_be_shown() {
    let make = |name: &'static [u8]| of_block(&with(|t| t.first = vec![(0x010F, Value::Ascii(name))])).camera.make;
    assert_eq!(make(b"  Ma\x1B[31mker \0").as_deref(), Some("Ma[31mker"));
    assert_eq!(make(b" \t \0"), None);
    assert_eq!(make(&[b'x'; 5000]).map(|name| name.chars().count()), Some(64));
}

#[test]
fn a_manifest_is_noticed() {
    let jumbf = [b"JP\0\x01\0\0\0\x01\0\0\0\x30jumb\0\0\0\x28jumd", &[0; 16][..], b"\x03c2pa\0"].concat();
    assert!(evidence(&jpeg(&[app1(&honest()), segment(0xEB, &jumbf)])).c2pa_manifest);
    assert!(!of_block(&honest()).c2pa_manifest);
}

#[test]
fn orientation_and_size_are_those_of_the_picture() {
    let turned = |value| of_block(&with(|t| t.first.push((0x0112, Value::Short(value))))).orientation;
    assert_eq!((turned(6), turned(0), turned(9)), (6, 1, 1));
    let stated = |width| {
        of_block(&with(|t| t.exif.extend([(0xA002, Value::Long(width)), (0xA003, Value::Long(64))]))).flags.contains(&Flag::Resized)
    };
    assert!(!stated(48) && stated(4000), "the picture has 64 x 48 pixels, which a turned camera states as 48 x 64");
}

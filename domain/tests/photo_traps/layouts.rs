//! Where files keep their EXIF, and files that are none.

use crate::files::{Heic, PRIMARY, app1, jpeg, png, png_chunk, segment, webp};
use crate::tiff::Value;
use crate::{elsewhere, evidence, honest, is_here, malformed, of_block, read_photo, with};
use domain::evidence::{Flag, Format, Gps, GpsFault, Reading, UnreadableCause};

#[test]
fn exif_is_found_wherever_a_jpeg_keeps_it() {
    let filler = |count: u8| (0..count).map(|filling| segment(0xE4, &vec![filling; 65_000])).collect::<Vec<_>>().concat();
    let block = app1(&honest());
    let layouts = [
        ("behind 64 KiB of comments", [filler(1), segment(0xFE, &[b'c'; 1200]), block.clone()].concat()),
        ("behind 320 KiB", [filler(5), block.clone()].concat()),
        ("behind fill bytes", [vec![0xFF; 37], block.clone()].concat()),
        ("behind an empty block", [app1(b""), block.clone()].concat()),
        ("before 1 MB of other segments", [block.clone(), filler(16)].concat()),
    ];
    for (layout, segments) in layouts {
        let read = evidence(&jpeg(&[segments]));
        assert!(is_here(read.gps) && read.flags.is_empty(), "{layout}: {read:?}");
        assert_eq!((read.width, read.height), (Some(64), Some(48)), "{layout}");
    }
    let beyond_reach = read_photo(&jpeg(&[filler(40), block.clone()])).0;
    assert_eq!(beyond_reach, Reading::Unreadable(UnreadableCause::OutOfReach));
    let unseen_tail = evidence(&jpeg(&[block, filler(40)]));
    assert!(is_here(unseen_tail.gps) && unseen_tail.flags.contains(&Flag::TailUnseen));
}

#[test]
fn several_exif_blocks_must_agree() {
    let stub = with(|t| {
        t.gps = None;
        t.exif.clear();
        t.first = vec![(0x0131, Value::Ascii(b"stub 1.0\0"))];
    });
    let stubbed = evidence(&jpeg(&[app1(&stub), app1(&honest())]));
    assert!(is_here(stubbed.gps) && stubbed.taken.is_some() && stubbed.flags.contains(&Flag::SeveralExifBlocks), "{stubbed:?}");
    assert!(is_here(evidence(&jpeg(&[app1(&honest()), app1(&honest())])).gps));
    let conflicting = evidence(&jpeg(&[app1(&honest()), app1(&elsewhere())]));
    assert_eq!(conflicting.gps, malformed(GpsFault::Conflicting));
    assert!(conflicting.flags.contains(&Flag::ConflictingPositions));
    assert!(is_here(evidence(&jpeg(&[app1(&honest()), app1(b"XX no TIFF block at all")])).gps));
    assert_eq!(of_block(b"XX no TIFF block at all").gps, malformed(GpsFault::ExifUnreadable));
}

#[test]
fn what_stands_behind_the_picture_is_not_its_evidence() {
    let trailed = [jpeg(&[]), app1(&honest())].concat();
    assert_eq!(evidence(&trailed).gps, Gps::Absent);
    let with_second = [jpeg(&[app1(&honest()), segment(0xE2, b"MPF\0MM")]), jpeg(&[app1(&elsewhere())])].concat();
    let read = evidence(&with_second);
    assert!(is_here(read.gps) && read.flags.contains(&Flag::SecondPicture));
}

#[test]
fn damaged_and_foreign_files_are_named() {
    let photo = jpeg(&[app1(&honest())]);
    let unreadable = Reading::Unreadable;
    let cases: [(&str, &[u8], Reading); 8] = [
        ("empty", b"", unreadable(UnreadableCause::Empty)),
        ("start marker only", &photo[..2], unreadable(UnreadableCause::Truncated)),
        ("cut in the EXIF block", &photo[..100], unreadable(UnreadableCause::Truncated)),
        ("no marker chain", b"\xFF\xD8\xFF\xE0\0\x04ab and then no marker", unreadable(UnreadableCause::Damaged)),
        ("web page", b"<!DOCTYPE html><html></html>", Reading::UnsupportedType),
        ("GIF", b"GIF89a", Reading::UnsupportedType),
        ("zeros", &[0; 1000], Reading::UnsupportedType),
        ("film", b"\0\0\0\x18ftypisom\0\0\0\0isommp42", Reading::UnsupportedType),
    ];
    for (what, bytes, expected) in cases {
        assert_eq!(read_photo(bytes).0, expected, "{what}");
    }
    let cut_before_the_scan = evidence(&photo[..photo.len() - 20]);
    assert!(is_here(cut_before_the_scan.gps) && cut_before_the_scan.flags.contains(&Flag::PictureDamaged));
}

#[test]
fn exif_is_found_wherever_a_heic_keeps_it() {
    let (block, other) = (honest(), elsewhere());
    let long = with(|t| t.exif.push((0x927C, Value::Undefined(vec![5; 192 * 1024]))));
    let plain = Heic { brand: b"heic", exif: &[(PRIMARY, &block)], picture_len: 1000, is_meta_last: false, is_inline: false };
    let layouts = [
        ("plain", plain.build(), 1),
        ("EXIF of 192 KB", Heic { exif: &[(PRIMARY, &long)], ..plain }.build(), 3),
        ("EXIF far behind", Heic { picture_len: 900_000, ..plain }.build(), 2),
        ("meta behind the picture", Heic { picture_len: 1_200_000, is_meta_last: true, ..plain }.build(), 3),
        ("EXIF within meta", Heic { is_inline: true, ..plain }.build(), 1),
        ("two items, the other picture's last", Heic { exif: &[(PRIMARY, &block), (7, &other)], ..plain }.build(), 1),
        ("two items, the other picture's first", Heic { exif: &[(7, &other), (PRIMARY, &block)], ..plain }.build(), 1),
        ("item without a reference to the picture", Heic { exif: &[(99, &block)], ..plain }.build(), 1),
    ];
    for (layout, photo, most_requests) in layouts {
        let (reading, requests) = read_photo(&photo);
        let Reading::Evidence(read) = reading else { panic!("{layout}: {reading:?}") };
        assert!(is_here(read.gps) && read.flags.is_empty(), "{layout}: {read:?}");
        assert_eq!((read.format, read.width, read.height), (Format::Heic, Some(64), Some(48)), "{layout}");
        assert!(requests <= most_requests, "{layout}: {requests} requests");
    }
    let avif = evidence(&Heic { brand: b"avif", ..plain }.build());
    assert_eq!(avif.format, Format::Avif);
    let both = evidence(&Heic { exif: &[(PRIMARY, &block), (PRIMARY, &other)], ..plain }.build());
    assert_eq!(both.gps, malformed(GpsFault::Conflicting));
    let without = evidence(&Heic { exif: &[], ..plain }.build());
    assert_eq!(without.gps, Gps::Absent);
    let whole = plain.build();
    assert_eq!(read_photo(&whole[..whole.len() - 10]).0, Reading::Unreadable(UnreadableCause::Truncated));
}

#[test]
fn exif_is_found_wherever_a_png_keeps_it() {
    let exif = png_chunk(*b"eXIf", &honest());
    let bytes = [b"Exif\0\0".to_vec(), honest()].concat();
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|digit| char::from_digit(digit.into(), 16));
    let digits: String = digits.collect();
    let profile = format!("\nexif\n{:8}\n{digits}", honest().len() + 6).into_bytes();
    let text = |key: &str, body: &[u8]| [key.as_bytes(), &[0], body].concat();
    let as_text = png_chunk(*b"tEXt", &text("Raw profile type exif", &profile));
    // One stored block is a valid zlib stream.
    let len = u16::try_from(profile.len()).expect("the profile is short");
    let stream = [&[0, 0x78, 0x01, 1][..], &len.to_le_bytes(), &(!len).to_le_bytes(), &profile].concat();
    let as_packed_text = png_chunk(*b"zTXt", &text("Raw profile type APP1", &stream));
    let layouts = [
        ("before the picture", png(std::slice::from_ref(&exif), 1, &[])),
        ("behind a small picture", png(&[], 1, std::slice::from_ref(&exif))),
        ("behind 400 picture chunks", png(&[], 400, &[exif])),
        ("as text", png(std::slice::from_ref(&as_text), 400, &[])),
        ("as text behind the picture", png(&[], 400, &[as_text])),
        ("as packed text", png(&[as_packed_text], 1, &[])),
    ];
    for (layout, photo) in layouts {
        let (reading, requests) = read_photo(&photo);
        let Reading::Evidence(read) = reading else { panic!("{layout}: {reading:?}") };
        assert!(is_here(read.gps), "{layout}: {read:?}");
        assert_eq!((read.format, read.width, read.height), (Format::Png, Some(64), Some(48)), "{layout}");
        assert!(requests <= 2, "{layout}: {requests} requests");
    }
    assert_eq!(evidence(&png(&[], 400, &[])).gps, Gps::Absent);
}

#[test]
fn exif_is_found_behind_a_webps_picture() {
    for exif in [honest(), [b"Exif\0\0".to_vec(), honest()].concat()] {
        let (reading, requests) = read_photo(&webp(1_500_001, &exif));
        let Reading::Evidence(read) = reading else { panic!("{reading:?}") };
        assert!(is_here(read.gps) && requests == 2, "{read:?} after {requests} requests");
        assert_eq!((read.format, read.width, read.height), (Format::Webp, Some(64), Some(48)));
    }
}

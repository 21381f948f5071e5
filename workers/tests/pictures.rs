//! Pictures through the darkroom's hands: hostile ones, real ones where there are any, and made-up shops.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use dev::photo::{Container, PhotoSpec};
use domain::evidence::picture::PictureDigest;
use domain::evidence::{self, Reading, pdq::Fingerprint};
use image::{DynamicImage, ImageFormat, RgbImage, imageops};
use store::photos::develop::Stamp;
use uuid::Uuid;
use workers::darkroom::{self, DecodeFault, Kind, Letters, Lines};

fn spec(seed: u64, view: u32) -> PhotoSpec {
    let taken_at = DateTime::parse_from_rfc3339("2026-11-20T15:04:05+08:00").unwrap();
    PhotoSpec { seed, view, width: 1600, height: 1200, ..PhotoSpec::new(31.230_37, 121.4737, taken_at) }
}

fn look(bytes: &[u8], kind: Kind, orientation: u8) -> Fingerprint {
    let picture = darkroom::decode(bytes, kind, 512).unwrap().turned(kind, orientation);
    darkroom::fingerprint(&picture).unwrap()
}

fn encoded(picture: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

// ------------------------------------------------------------------------------------------------------------ limits

fn png_chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [&kind, data].concat();
    let crc = body.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    });
    [&u32::try_from(data.len()).unwrap().to_be_bytes()[..], &body, &(!crc).to_be_bytes()].concat()
}

fn png_of(width: u32, height: u32, depth: u8, colour: u8) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, colour, 0, 0, 0]].concat();
    // An empty zlib stream: whoever gets this far has allocated already.
    let data = png_chunk(*b"IDAT", &[0x78, 0x9C, 0x03, 0, 0, 0, 0, 1]);
    [b"\x89PNG\r\n\x1A\n".to_vec(), png_chunk(*b"IHDR", &header), data, png_chunk(*b"IEND", &[])].concat()
}

/// A JPEG as far as its frame header, whose second byte is `process`.
fn jpeg_header(process: u8, width: u16, height: u16) -> Vec<u8> {
    let frame =
        [&[0xFF, process, 0, 17, 8][..], &height.to_be_bytes(), &width.to_be_bytes(), &[3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]].concat();
    [&[0xFF, 0xD8][..], &frame].concat()
}

#[test]
fn sizes_are_refused_by_their_header() {
    let cases = [
        ("one bit a pixel, 50,000 a side", png_of(50_000, 50_000, 1, 0), Kind::Png, DecodeFault::TooManyPixels),
        ("as wide as can be written", png_of(u32::MAX >> 1, 1, 8, 2), Kind::Png, DecodeFault::TooMuchMemory),
        ("few pixels, sixteen bits, four channels", png_of(7000, 7000, 16, 6), Kind::Png, DecodeFault::TooMuchMemory),
        ("65,500 a side", jpeg_header(0xC0, 65_500, 65_500), Kind::Jpeg, DecodeFault::TooManyPixels),
        ("all coefficients of a progressive one", jpeg_header(0xC2, 7000, 7000), Kind::Jpeg, DecodeFault::TooMuchMemory),
        ("nothing", Vec::new(), Kind::Jpeg, DecodeFault::Undecodable),
        ("something else", b"<!DOCTYPE html>".to_vec(), Kind::Heic, DecodeFault::Undecodable),
        ("no sides", png_of(0, 10, 8, 2), Kind::Png, DecodeFault::Undecodable),
    ];
    for (what, bytes, kind, fault) in cases {
        assert_eq!(darkroom::survey(&bytes, kind).err(), Some(fault), "{what}");
        assert_eq!(darkroom::decode(&bytes, kind, 512).err(), Some(fault), "{what}");
    }
}

#[test]
fn many_scans_are_refused() {
    let mut bytes = jpeg_header(0xC2, 800, 600);
    for _ in 0..101 {
        bytes.extend([0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0, 1]);
    }
    assert_eq!(darkroom::survey(&bytes, Kind::Jpeg).err(), Some(DecodeFault::TooManyScans));
}

#[test]
fn a_photo_cut_short_anywhere_is_a_fault_or_a_picture_and_never_a_panic() {
    for (container, kind) in [(Container::Jpeg, Kind::Jpeg), (Container::Png, Kind::Png), (Container::Webp, Kind::Webp)] {
        let whole = PhotoSpec { width: 320, height: 240, container, ..spec(3, 0) }.encode().unwrap();
        assert!(darkroom::decode(&whole, kind, 512).is_ok(), "{kind:?}");
        for part in 0..20 {
            let cut = &whole[..whole.len() * part / 20];
            let _ = darkroom::decode(cut, kind, 512);
        }
    }
}

// ------------------------------------------------------------------------------------------------------------ looks

#[test]
fn the_same_picture_is_found_again_and_another_shop_is_not() {
    let shops: Vec<Fingerprint> = (0..6).map(|seed| look(&spec(seed, 0).encode().unwrap(), Kind::Jpeg, 1)).collect();
    for (at, shop) in shops.iter().enumerate() {
        assert!(shop.quality >= 50, "shop {at} has too little to see: {}", shop.quality);
        for other in &shops[at + 1..] {
            assert!(shop.hash.distance(&other.hash) > 72, "two shops look alike");
        }
    }
    let original = spec(4, 0);
    let hash = shops[4].hash;
    let full = darkroom::decode(&original.encode().unwrap(), Kind::Jpeg, 5000).unwrap().rgb;
    let half = imageops::resize(&full, 800, 600, imageops::FilterType::Triangle);
    let bright = imageops::brighten(&full, 25);
    let copies = [
        ("as a PNG", look(&encoded(&full, ImageFormat::Png), Kind::Png, 1), 12),
        ("as a WebP", look(&encoded(&full, ImageFormat::WebP), Kind::Webp, 1), 12),
        ("at half its size", look(&encoded(&half, ImageFormat::Jpeg), Kind::Jpeg, 1), 31),
        ("brighter", look(&encoded(&bright, ImageFormat::Jpeg), Kind::Jpeg, 1), 31),
    ];
    for (what, copy, most) in copies {
        let distance = hash.distance(&copy.hash);
        assert!(distance <= most, "{what}: {distance}");
    }
    let mirrored = look(&encoded(&imageops::flip_horizontal(&full), ImageFormat::Jpeg), Kind::Jpeg, 1);
    let nearest = mirrored.hash.dihedral().iter().map(|variant| hash.distance(variant)).min().unwrap();
    assert!(hash.distance(&mirrored.hash) > 72 && nearest <= 31, "mirrored: {nearest}");
}

#[test]
fn a_turned_phone_makes_the_same_look() {
    let upright = darkroom::decode(&spec(7, 0).encode().unwrap(), Kind::Jpeg, 5000).unwrap().rgb;
    let hash = look(&encoded(&upright, ImageFormat::Jpeg), Kind::Jpeg, 1).hash;
    // How the pixels lie when EXIF says that the top is elsewhere.
    let lying = [(3, imageops::rotate180(&upright)), (6, imageops::rotate270(&upright)), (8, imageops::rotate90(&upright))];
    for (orientation, pixels) in lying {
        let distance = hash.distance(&look(&encoded(&pixels, ImageFormat::Jpeg), Kind::Jpeg, orientation).hash);
        assert!(distance <= 24, "orientation {orientation}: {distance}");
    }
}

#[test]
fn another_shot_of_the_shop_is_nearer_than_another_shop() {
    for seed in 0..3 {
        let first = look(&spec(seed, 0).encode().unwrap(), Kind::Jpeg, 1).hash;
        let (again, other) = (spec(seed, 1).encode().unwrap(), spec(seed + 100, 0).encode().unwrap());
        let (again, other) = (first.distance(&look(&again, Kind::Jpeg, 1).hash), first.distance(&look(&other, Kind::Jpeg, 1).hash));
        assert!(again < other, "shop {seed}: {again} against {other}");
    }
}

// ------------------------------------------------------------------------------------------------------------ prints

#[test]
fn a_small_picture_holds_nothing_but_the_picture() {
    let photo = spec(2, 0).encode().unwrap();
    let Reading::Evidence(before) = evidence::read_whole(&photo) else { panic!("the photo has evidence") };
    assert!(matches!(before.gps, evidence::Gps::Position { .. }));
    let small = darkroom::print_jpeg(&darkroom::shrink(&darkroom::decode(&photo, Kind::Jpeg, 512).unwrap().rgb, 512)).unwrap();
    let Reading::Evidence(after) = evidence::read_whole(&small) else { panic!("the small picture is a photo") };
    assert_eq!((after.width, after.height), (Some(512), Some(384)));
    assert_eq!((after.gps, after.taken, after.camera), (evidence::Gps::Absent, None, evidence::Camera::default()));
    assert!(!small.windows(4).any(|window| window == b"Exif"));
}

fn stamp() -> Stamp {
    Stamp {
        visit_id: Uuid::from_u128(0x0199_aaaa_bbbb_7ccc_8ddd_eeee_ffff_0001),
        started_at: "2026-11-20T07:05:00Z".parse::<DateTime<Utc>>().unwrap(),
        zone: "Asia/Shanghai".to_owned(),
        customer_id: Uuid::from_u128(0x77),
        customer_name: "爱婴室\u{202E}南京西路店\n".to_owned(),
        rep_name: "王小明".to_owned(),
        rep_login: "wang.xm".to_owned(),
    }
}

#[test]
fn a_stamp_says_when_where_whom_and_by_whom() {
    let reading = evidence::read_whole(&spec(2, 0).encode().unwrap());
    let lines = Lines::of(&stamp(), &reading, true).0;
    let visit = stamp().visit_id;
    assert_eq!(lines[..3], ["2026-11-20 15:04:05 +08:00", "31.230370, 121.473700 (+/-5 m)", "爱婴室南京西路店"]);
    assert_eq!(lines[3], format!("王小明 / {visit}"));
    let plain = Lines::of(&stamp(), &Reading::UnsupportedType, false).0;
    assert_eq!(plain[..2], ["2026-11-20 15:05:00 +08:00", "GPS -"]);
    assert_eq!(plain[2..], [Uuid::from_u128(0x77).to_string(), format!("wang.xm / {visit}")]);
}

/// Where letters are: bright pixels on the dark band.
fn ink(picture: &RgbImage) -> usize {
    picture.pixels().filter(|pixel| pixel.0.iter().all(|channel| *channel > 200)).count()
}

#[test]
fn a_stamp_is_burnt_into_the_lower_edge_and_nowhere_else() {
    let lines = Lines::of(&stamp(), &Reading::UnsupportedType, false);
    for (width, height) in [(1280, 960), (960, 1280), (64, 48), (1, 1)] {
        let blank = RgbImage::from_pixel(width, height, image::Rgb([120, 130, 140]));
        let mut stamped = blank.clone();
        darkroom::burn_in(&mut stamped, &lines, &Letters::plain());
        let touched = (0..height).find(|y| (0..width).any(|x| stamped.get_pixel(x, *y) != blank.get_pixel(x, *y))).unwrap();
        if height >= 960 {
            assert!(touched > height * 3 / 4, "the picture stays visible: {touched}");
            assert!(ink(&stamped) > 2000, "the letters are there: {}", ink(&stamped));
            let other = Lines(vec!["2026-11-20 15:05:01 +08:00".to_owned(); 4]);
            let mut differs = blank.clone();
            darkroom::burn_in(&mut differs, &other, &Letters::plain());
            assert_ne!(stamped, differs);
        }
    }
}

#[test]
fn chinese_is_written_with_a_font_that_has_it() {
    let folders = std::env::var_os("FIELDPROOF_TEST_FONTS").map(PathBuf::from).into_iter().chain([PathBuf::from("/usr/share/fonts")]);
    let letters = Letters::in_folders(&folders.collect::<Vec<_>>());
    if !letters.reads_chinese() {
        println!("skipped: no font with Chinese characters is installed; FIELDPROOF_TEST_FONTS may name a folder with one");
        return;
    }
    let picture = darkroom::decode(&spec(2, 0).encode().unwrap(), Kind::Jpeg, 1280).unwrap().rgb;
    let mut stamped = darkroom::shrink(&picture, 1280);
    let before = ink(&stamped);
    let lines = Lines::of(&stamp(), &evidence::read_whole(&spec(2, 0).encode().unwrap()), true);
    darkroom::burn_in(&mut stamped, &lines, &letters);
    assert!(ink(&stamped) > before / 2 && letters.width("爱婴室", 30) > letters.width("i", 30) * 6);
    if let Some(folder) = std::env::var_os("FIELDPROOF_TEST_PICTURES").map(PathBuf::from) {
        DynamicImage::ImageRgb8(stamped).save(folder.join("watermark.png")).unwrap();
        let mut plain = darkroom::shrink(&picture, 1280);
        darkroom::burn_in(&mut plain, &Lines::of(&stamp(), &Reading::UnsupportedType, false), &Letters::plain());
        DynamicImage::ImageRgb8(plain).save(folder.join("watermark-plain.png")).unwrap();
    }
}

// ------------------------------------------------------------------------------------------------------------ real photos

fn shared_photos() -> Option<PathBuf> {
    let shared = std::env::var_os("FIELDPROOF_SHARED").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared"));
    let photos = shared.join("photos/dev");
    if photos.is_dir() {
        return Some(photos);
    }
    println!("skipped: no photos at {}", photos.display());
    None
}

#[test]
fn real_photos_of_every_kind_are_developed() {
    let Some(folder) = shared_photos() else { return };
    let mut developed = [0; 4];
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let (path, name) = (entry.path(), entry.file_name().into_string().unwrap());
        let bytes = std::fs::read(&path).unwrap();
        let Reading::Evidence(evidence) = evidence::read_whole(&bytes) else { continue };
        let Some(kind) = Kind::of(evidence.format) else {
            assert!(name.ends_with(".avif"), "{name}");
            continue;
        };
        match darkroom::decode(&bytes, kind, 512) {
            Ok(picture) => {
                developed[kind as usize] += 1;
                let picture = picture.turned(kind, evidence.orientation);
                let small = darkroom::print_jpeg(&darkroom::shrink(&picture.rgb, 512)).unwrap();
                assert!(small.len() < 200_000, "{name}");
                let mut digest = PictureDigest::new();
                digest.feed(&bytes);
                println!("{name}: {:?}, {:?}", picture.rgb.dimensions(), darkroom::fingerprint(&picture).map(|look| look.quality));
            }
            Err(fault) => println!("{name}: {fault:?}"),
        }
    }
    println!("JPEG, HEIC, PNG, WebP: {developed:?}");
    assert!(developed[0] >= 30 && developed[1] >= 3 && developed[2] >= 1 && developed[3] >= 1, "{developed:?}");
}

//! The two ways to recognise a picture: by its exact data, and by how it looks.

#![expect(clippy::expect_used, reason = "a test stops at its first surprise")]

use domain::evidence::pdq::{Fingerprint, Pdq, fingerprint};
use domain::evidence::picture::PictureDigest;
use proptest::prelude::*;

fn segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    let len = u16::try_from(payload.len() + 2).expect("a segment is short");
    [&[0xFF, marker][..], &len.to_be_bytes(), payload].concat()
}

/// A JPEG's structure around made-up entropy-coded data, in which every 0xFF is stuffed as the format demands.
fn jpeg(metadata: &[Vec<u8>], entropy: &[u8]) -> Vec<u8> {
    let stuffed: Vec<u8> = entropy.iter().flat_map(|byte| if *byte == 0xFF { vec![0xFF, 0] } else { vec![*byte] }).collect();
    [
        vec![0xFF, 0xD8],
        metadata.concat(),
        segment(0xDB, &[7; 65]),
        segment(0xC0, &[8, 0, 16, 0, 16, 1, 1, 0x11, 0]),
        segment(0xDA, &[1, 1, 0, 0, 63, 0]),
        stuffed,
        vec![0xFF, 0xD3],
        entropy.iter().copied().filter(|byte| *byte != 0xFF).collect(),
        vec![0xFF, 0xD9],
    ]
    .concat()
}

fn png_chunk(name: [u8; 4], data: &[u8]) -> Vec<u8> {
    let len = u32::try_from(data.len()).expect("a chunk is short");
    [&len.to_be_bytes()[..], &name, data, &[0; 4]].concat()
}

fn png(metadata: &[u8], picture: &[&[u8]]) -> Vec<u8> {
    let picture = picture.iter().map(|data| png_chunk(*b"IDAT", data)).collect::<Vec<_>>().concat();
    let (header, exif, end) = (png_chunk(*b"IHDR", &[1; 13]), png_chunk(*b"eXIf", metadata), png_chunk(*b"IEND", b""));
    [&b"\x89PNG\r\n\x1a\n"[..], &header, &exif, &picture, &end].concat()
}

fn webp(metadata: &[u8], picture: &[u8]) -> Vec<u8> {
    let chunk = |name: &[u8; 4], data: &[u8]| {
        let len = u32::try_from(data.len()).expect("a chunk is short");
        let padding: &[u8] = if data.len().is_multiple_of(2) { &[] } else { &[0] };
        [&name[..], &len.to_le_bytes(), data, padding].concat()
    };
    let chunks = [chunk(b"VP8X", &[0; 10]), chunk(b"VP8 ", picture), chunk(b"EXIF", metadata)].concat();
    let len = u32::try_from(chunks.len() + 4).expect("a file is short");
    [&b"RIFF"[..], &len.to_le_bytes(), b"WEBP", &chunks].concat()
}

/// Digest and completeness of a photo fed in the given pieces, over and over.
fn digest(photo: &[u8], pieces: &[usize]) -> (Option<[u8; 32]>, bool) {
    let mut digest = PictureDigest::new();
    let mut rest = photo;
    for piece in pieces.iter().cycle() {
        let (part, behind) = rest.split_at((*piece).min(rest.len()));
        digest.feed(part);
        rest = behind;
        if rest.is_empty() {
            break;
        }
    }
    let is_whole = digest.is_whole();
    (digest.finish(), is_whole)
}

proptest! {
    #[test]
    fn any_chunking_gives_the_same_digest(
        entropy in prop::collection::vec(prop_oneof![Just(0xFFu8), any::<u8>()], 1..300),
        exif in prop::collection::vec(any::<u8>(), 0..100),
        pieces in prop::collection::vec(1usize..40, 1..20),
    ) {
        let photos = [jpeg(&[segment(0xE1, &exif)], &entropy), png(&exif, &[&entropy]), webp(&exif, &entropy)];
        for photo in photos {
            let whole = digest(&photo, &[usize::MAX]);
            prop_assert!(whole.0.is_some() && whole.1);
            prop_assert_eq!(digest(&photo, &pieces), whole);
            prop_assert_eq!(digest(&photo, &[1]), whole);
        }
    }

    #[test]
    fn any_bytes_may_be_fed(photo in prop::collection::vec(any::<u8>(), 0..200), start in 0usize..4) {
        let starts: [&[u8]; 4] = [b"", b"\xFF\xD8\xFF", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP"];
        let photo = [starts[start], &photo].concat();
        prop_assert_eq!(digest(&photo, &[1]), digest(&photo, &[usize::MAX]));
    }
}

#[test]
fn metadata_does_not_change_the_digest_but_a_pixel_does() {
    let exif = |text: &str| segment(0xE1, format!("Exif\0\0{text}").as_bytes());
    let plain = digest(&jpeg(&[], b"scan"), &[usize::MAX]);
    let dressed = jpeg(&[exif("here"), segment(0xFE, b"comment"), segment(0xEB, b"JP")], b"scan");
    assert_eq!(digest(&dressed, &[usize::MAX]), plain);
    let trailed = [jpeg(&[exif("there")], b"scan"), jpeg(&[], b"another picture behind the first")].concat();
    assert_eq!(digest(&trailed, &[usize::MAX]), plain);
    assert_ne!(digest(&jpeg(&[], b"scam"), &[usize::MAX]).0, plain.0);
    assert_eq!(digest(&png(b"a", &[b"pixels"]), &[3]), digest(&png(b"bcd", &[b"pix", b"els"]), &[4]));
    assert_eq!(digest(&webp(b"a", b"frame"), &[3]), digest(&webp(b"bcd", b"frame"), &[4]));
}

#[test]
fn a_picture_cut_short_is_not_whole() {
    let photo = jpeg(&[], b"scan data");
    let (cut, is_whole) = digest(&photo[..photo.len() - 3], &[usize::MAX]);
    assert!(cut.is_some() && !is_whole);
    assert_eq!(digest(b"\xFF\xD8\xFF\xE1", &[usize::MAX]), (None, false));
    assert_eq!(digest(b"GIF89a, which has no digest here", &[usize::MAX]), (None, false));
}

const WIDTH: usize = 384;
const HEIGHT: usize = 288;

/// A made-up picture of forty overlapping blocks, the same for the same seed.
fn picture(seed: u32) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9) | 1;
    let mut next = move |limit: usize| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as usize % limit
    };
    let mut luma = vec![128u8; WIDTH * HEIGHT];
    for _ in 0..40 {
        let (left, top, wide, tall) = (next(WIDTH), next(HEIGHT), next(150) + 12, next(120) + 12);
        let shade = u8::try_from(next(256)).expect("below 256");
        for row in luma.chunks_exact_mut(WIDTH).skip(top).take(tall) {
            row.iter_mut().skip(left).take(wide).for_each(|pixel| *pixel = shade);
        }
    }
    luma
}

fn look(luma: &[u8]) -> Fingerprint {
    fingerprint(luma, WIDTH, HEIGHT).expect("the picture is large enough")
}

#[test]
fn a_picture_made_coarser_and_darker_stays_close_and_others_stay_far() {
    let looks: Vec<Fingerprint> = (1..20).map(|seed| look(&picture(seed))).collect();
    for (seed, original) in (1..).zip(&looks) {
        let worn: Vec<u8> = picture(seed).iter().map(|pixel| pixel / 16 * 14 + 8).collect();
        let distance = original.hash.distance(&look(&worn).hash);
        assert!(distance <= 31, "seed {seed}: {distance}");
        assert!(original.quality >= 50, "seed {seed}: {}", original.quality);
        let others = looks.iter().filter(|other| *other != original);
        let nearest = others.map(|other| original.hash.distance(&other.hash)).min();
        assert!(nearest > Some(64), "seed {seed}: {nearest:?}");
    }
}

#[test]
fn a_blank_wall_has_no_quality() {
    assert_eq!(look(&vec![200; WIDTH * HEIGHT]).quality, 0);
    let gradient: Vec<u8> = (0..WIDTH * HEIGHT).map(|at| u8::try_from(at % WIDTH / 10 + 100).expect("below 256")).collect();
    assert!(look(&gradient).quality < 50);
}

#[test]
fn a_picture_that_is_too_small_or_too_short_has_no_fingerprint() {
    assert_eq!(fingerprint(&[0; 49], 7, 7), None);
    assert_eq!(fingerprint(&[0; 99], 10, 10), None);
    assert_eq!(fingerprint(&[0; 99], usize::MAX, 2), None);
}

#[test]
fn a_mirrored_or_turned_picture_is_found_among_the_variants() {
    let at = |x: usize, y: usize, luma: &[u8]| luma[y * WIDTH + x];
    for seed in 1..5 {
        let luma = picture(seed);
        let upright = look(&luma).hash;
        let variants = upright.dihedral();
        assert_eq!(variants[0], upright);
        let build = |width: usize, height: usize, from: &dyn Fn(usize, usize) -> (usize, usize)| {
            let pixels: Vec<u8> = (0..width * height).map(|i| from(i % width, i / width)).map(|(x, y)| at(x, y, &luma)).collect();
            fingerprint(&pixels, width, height).expect("the picture is large enough").hash
        };
        let seen: [Pdq; 7] = [
            build(HEIGHT, WIDTH, &|x, y| (y, HEIGHT - 1 - x)),
            build(WIDTH, HEIGHT, &|x, y| (WIDTH - 1 - x, HEIGHT - 1 - y)),
            build(HEIGHT, WIDTH, &|x, y| (WIDTH - 1 - y, x)),
            build(WIDTH, HEIGHT, &|x, y| (WIDTH - 1 - x, y)),
            build(HEIGHT, WIDTH, &|x, y| (WIDTH - 1 - y, HEIGHT - 1 - x)),
            build(WIDTH, HEIGHT, &|x, y| (x, HEIGHT - 1 - y)),
            build(HEIGHT, WIDTH, &|x, y| (y, x)),
        ];
        for (turn, (seen, variant)) in seen.iter().zip(&variants[1..]).enumerate() {
            let distance = seen.distance(variant);
            assert!(distance <= 24, "seed {seed}, variant {}: {distance}", turn + 1);
        }
    }
}

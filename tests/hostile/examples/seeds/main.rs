//! Makes the photos that the doors `evidence` and `picture` start from: `cargo run -p hostile --example seeds`.
//!
//! They are committed, so that nobody needs to; this is how they were made. `inputs/README.md` says where the others come from.

#[path = "../../../../domain/tests/photo_traps/files.rs"]
mod files;
#[expect(dead_code, reason = "not everything that the traps need is needed here")]
#[path = "../../../../domain/tests/photo_traps/tiff.rs"]
mod tiff;

use std::fs;
use std::path::Path;

use chrono::DateTime;
use dev::photo::{Container, PhotoSpec, Variant};
use files::{Heic, PRIMARY, app1, jpeg, png, png_chunk, segment, webp};
use tiff::Tiff;

fn main() {
    let inputs = Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs");
    let (evidence, picture) = (inputs.join("evidence"), inputs.join("picture"));
    for variant in Variant::ALL.into_iter().filter(|variant| *variant != Variant::FarExif) {
        let photo = PhotoSpec { variant, ..small(40, 30) };
        keep(&evidence, &format!("{variant:?}.jpg"), &photo.encode().expect("a photo"));
    }
    for (container, ending) in [(Container::Png, "png"), (Container::Webp, "webp")] {
        for variant in [Variant::Ok, Variant::Redacted, Variant::Conflicting] {
            let photo = PhotoSpec { variant, container, ..small(40, 30) };
            keep(&evidence, &format!("{variant:?}.{ending}"), &photo.encode().expect("a photo"));
        }
    }
    for (name, photo) in by_hand() {
        keep(&evidence, name, &photo);
    }
    for (container, ending) in [(Container::Jpeg, "jpg"), (Container::Png, "png"), (Container::Webp, "webp")] {
        // Without EXIF there is more picture in the same number of bytes.
        let photo = PhotoSpec { container, variant: Variant::NoExif, ..small(48, 32) };
        keep(&picture, &format!("plain.{ending}"), &photo.encode().expect("a photo"));
        let photo = PhotoSpec { container, orientation: 6, ..small(24, 16) };
        keep(&picture, &format!("turned.{ending}"), &photo.encode().expect("a photo"));
    }
}

/// Shop 3 in Shanghai, very small.
fn small(width: u32, height: u32) -> PhotoSpec {
    let taken_at = DateTime::parse_from_rfc3339("2026-11-20T15:04:05+08:00").expect("an instant");
    PhotoSpec { seed: 3, width, height, ..PhotoSpec::new(31.230_37, 121.4737, taken_at) }
}

/// Layouts that the generator of photos does not know.
fn by_hand() -> Vec<(&'static str, Vec<u8>)> {
    let block = Tiff::honest().build();
    let digits: String = block.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|d| char::from_digit(d.into(), 16)).collect();
    let profile = format!("Raw profile type exif\0\nexif\n{:8}\n{digits}", block.len());
    // A stored block: the checksum behind it is not looked at.
    let text = format!("\nexif\n{:8}\n{digits}", block.len());
    let len = u16::try_from(text.len()).expect("short").to_le_bytes();
    let packed = [&b"Raw profile type APP1\0\0\x78\x01\x01"[..], &len, &len.map(|byte| !byte), text.as_bytes(), &[0; 4]].concat();
    let items = [(7, block.as_slice()), (PRIMARY, &block)];
    let heic = |brand, is_meta_last, is_inline| Heic { brand, exif: &items, picture_len: 300, is_meta_last, is_inline }.build();
    let xmp = b"http://ns.adobe.com/xap/1.0/\0<x xmp:CreatorTool=\"GIMP 2.10\" stEvt:softwareAgent='Snapseed'/>";
    vec![
        ("several.jpg", jpeg(&[segment(0xE4, &[1; 700]), segment(0xE2, b"MPF\0"), app1(&block), app1(&block), segment(0xE1, xmp)])),
        ("c2pa.jpg", jpeg(&[segment(0xEB, b"JP\0\0\0\0\0\0\0\x10jumbc2pa"), app1(&block)])),
        ("meta_first.heic", heic(b"heic", false, false)),
        ("meta_last.heic", heic(b"heix", true, false)),
        ("inline.avif", heic(b"avif", false, true)),
        ("tail.png", png(&[], 1, &[png_chunk(*b"eXIf", &block), png_chunk(*b"tEXt", b"Software\0GIMP 2.10")])),
        ("profile.png", png(&[png_chunk(*b"tEXt", profile.as_bytes())], 0, &[png_chunk(*b"caBX", b"")])),
        ("packed.png", png(&[png_chunk(*b"zTXt", &packed)], 0, &[])),
        ("lossy.webp", webp(300, &block)),
    ]
}

fn keep(folder: &Path, name: &str, bytes: &[u8]) {
    fs::create_dir_all(folder).expect("a folder");
    fs::write(folder.join(name), bytes).expect("a file");
}

//! Letters to write on pictures with: a font of the system that has Chinese characters, or, where there is none, small capitals of our
//! own for ASCII.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ab_glyph::{Font, FontVec, GlyphId, PxScale, ScaleFont, point};
use image::{Rgb, RgbImage};

use super::ascii;

/// Files to look for, best first, as their names begin in lower case, and the face of simplified Chinese in a collection.
const WANTED: &[(&str, u32)] = &[
    ("notosanscjksc-regular", 0),
    ("notosanssc-regular", 0),
    ("notosanssc-vf", 0),
    ("notosanscjk-regular", 2),
    ("notosanscjk-vf", 2),
    ("sourcehansanssc-regular", 0),
    ("sourcehansanscn-regular", 0),
    ("sourcehansans-regular", 2),
    ("wqy-microhei", 0),
    ("wqy-zenhei", 0),
    ("pingfang", 0),
    ("hiragino sans gb", 0),
    ("msyh", 0),
    ("stheiti", 0),
    ("droidsansfallback", 0),
    ("notosanscjk", 0),
    ("simhei", 0),
];
/// A font folder may hold folders; deeper than this, it is something else.
const DEPTH_MAX: usize = 6;
/// A character that every font meant for Chinese has.
const PROOF: char = '访';
const INK: [u8; 3] = [255; 3];

/// What pictures are written on with.
#[derive(Clone)]
pub struct Letters {
    font: Option<Arc<FontVec>>,
}

impl fmt::Debug for Letters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letters").field("reads_chinese", &self.reads_chinese()).finish()
    }
}

impl Letters {
    /// The system's best font for Chinese; without one, that is logged once and ASCII has to do.
    pub fn of_system() -> Self {
        let letters = Self::in_folders(&font_folders());
        if !letters.reads_chinese() {
            tracing::warn!(
                "no font with Chinese characters is installed (such as Noto Sans CJK): watermarks will name people and customers by their ids"
            );
        }
        letters
    }

    /// The best font in or below these folders.
    pub fn in_folders(folders: &[PathBuf]) -> Self {
        let mut found = Vec::new();
        for folder in folders {
            look_into(folder, 0, &mut found);
        }
        // By rank, then by name, so that the same machine always writes with the same font.
        found.sort();
        let font = found.into_iter().find_map(|(rank, path)| load(&path, WANTED.get(rank).map_or(0, |(_, face)| *face)));
        Self { font: font.map(Arc::new) }
    }

    /// Small capitals for ASCII only.
    pub fn plain() -> Self {
        Self { font: None }
    }

    /// Whether Chinese can be written.
    pub fn reads_chinese(&self) -> bool {
        self.font.is_some()
    }

    /// Width of a line of `size` pixels' height.
    pub fn width(&self, text: &str, size: u32) -> u32 {
        match &self.font {
            Some(font) => pixels(placed(font, text, size).1),
            None => ascii::width(text, size),
        }
    }

    /// Writes a line with its upper left corner at (`left`, `top`); what does not fit on the picture is cut off.
    pub fn write(&self, picture: &mut RgbImage, left: u32, top: u32, size: u32, text: &str) {
        let mut dot = |x: i64, y: i64, cover: f32| {
            let (Ok(x), Ok(y)) = (u32::try_from(x + i64::from(left)), u32::try_from(y + i64::from(top))) else { return };
            if let Some(pixel) = picture.get_pixel_mut_checked(x, y) {
                blend(pixel, INK, cover);
            }
        };
        match &self.font {
            None => ascii::draw(text, size, |x, y| dot(x.into(), y.into(), 1.0)),
            Some(font) => {
                let scaled = font.as_scaled(scale(size));
                for (glyph, x) in placed(font, text, size).0 {
                    let glyph = glyph.with_scale_and_position(scale(size), point(x, scaled.ascent()));
                    if let Some(outlined) = font.outline_glyph(glyph) {
                        let corner = outlined.px_bounds().min;
                        let (across, down) = (whole(corner.x), whole(corner.y));
                        outlined.draw(|x, y, cover| dot(across + i64::from(x), down + i64::from(y), cover));
                    }
                }
            }
        }
    }
}

/// Glyphs from left to right with where they stand, and the width of all.
fn placed(font: &FontVec, text: &str, size: u32) -> (Vec<(GlyphId, f32)>, f32) {
    let scaled = font.as_scaled(scale(size));
    let (mut glyphs, mut x, mut before) = (Vec::new(), 0.0, None);
    for glyph in text.chars().map(|c| font.glyph_id(c)) {
        x += before.map_or(0.0, |before| scaled.kern(before, glyph));
        glyphs.push((glyph, x));
        x += scaled.h_advance(glyph);
        before = Some(glyph);
    }
    (glyphs, x)
}

#[expect(clippy::cast_precision_loss, reason = "heights of some dozen pixels")]
fn scale(size: u32) -> PxScale {
    PxScale::from(size as f32)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a width in pixels; a cast saturates")]
fn pixels(width: f32) -> u32 {
    width.ceil() as u32
}

#[expect(clippy::cast_possible_truncation, reason = "a place on a picture; a cast saturates")]
fn whole(place: f32) -> i64 {
    place as i64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between two bytes")]
pub(super) fn blend(pixel: &mut Rgb<u8>, colour: [u8; 3], cover: f32) {
    let cover = cover.clamp(0.0, 1.0);
    for (channel, ink) in pixel.0.iter_mut().zip(colour) {
        *channel = (f32::from(*channel) * (1.0 - cover) + f32::from(ink) * cover).round() as u8;
    }
}

fn look_into(folder: &Path, depth: usize, found: &mut Vec<(usize, PathBuf)>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            if depth < DEPTH_MAX {
                look_into(&path, depth + 1, found);
            }
        } else if let Some(name) = path.file_name().and_then(|name| name.to_str()).map(str::to_ascii_lowercase)
            && [".ttf", ".ttc", ".otf", ".otc"].iter().any(|end| name.ends_with(end))
            && let Some(rank) = WANTED.iter().position(|(wanted, _)| name.starts_with(wanted))
        {
            found.push((rank, path));
        }
    }
}

/// The font, if it is one and has Chinese characters.
fn load(path: &Path, face: u32) -> Option<FontVec> {
    let bytes = std::fs::read(path).ok()?;
    let font = FontVec::try_from_vec_and_index(bytes.clone(), face).or_else(|_| FontVec::try_from_vec_and_index(bytes, 0)).ok()?;
    (font.glyph_id(PROOF).0 != 0).then_some(font)
}

/// Where systems keep fonts, the person's own first.
fn font_folders() -> Vec<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let data_home = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).or_else(|| home.as_ref().map(|home| home.join(".local/share")));
    let data = std::env::var_os("XDG_DATA_DIRS").unwrap_or_else(|| "/usr/local/share:/usr/share".into());
    let shared = std::env::split_paths(&data).collect::<Vec<_>>();
    let mut folders: Vec<PathBuf> = data_home.into_iter().chain(shared).map(|folder| folder.join("fonts")).collect();
    folders.extend(home.map(|home| home.join(".fonts")));
    folders.extend(["/System/Library/Fonts", "/Library/Fonts", "C:\\Windows\\Fonts"].map(PathBuf::from));
    folders
}

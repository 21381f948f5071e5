//! The names a photo carries: its camera, and the programs that saved it.

use super::Camera;
use super::bytes::find;
use super::exif_block::Block;
use super::found::Found;
use exif::{Context, Tag};

/// The longest name kept, in characters.
const MAX_NAME_CHARS: usize = 64;
/// `ProcessingSoftware`, which the parser does not name.
const PROCESSING_SOFTWARE: Tag = Tag(Context::Tiff, 0x000B);

/// Programs that change pictures or their metadata, as they name themselves, in lower case.
///
/// A list of editors and not "any software": phones write their system's version in the same field.
const EDITORS: [&str; 44] = [
    "acdsee",
    "adobe bridge",
    "affinity photo",
    "beautyplus",
    "befunky",
    "camera raw",
    "canva",
    "capture one",
    "darktable",
    "dxo photolab",
    "exiftool",
    "facetune",
    "faststone",
    "fotor",
    "gimp",
    "imagemagick",
    "inshot",
    "irfanview",
    "krita",
    "lensa",
    "lightroom",
    "luminar",
    "meitu",
    "microsoft photo",
    "microsoft windows photo",
    "paint.net",
    "paintshop",
    "photodirector",
    "photofiltre",
    "photoscape",
    "photoshop",
    "picasa",
    "picsart",
    "pixelmator",
    "pixlr",
    "polarr",
    "rawtherapee",
    "remini",
    "snapseed",
    "vsco",
    "windows photo editor",
    "xnview",
    "美图",
    "醒图",
];

/// Where an XMP packet names the programs that saved the picture.
const XMP_PROGRAMS: [&[u8]; 3] = [b"CreatorTool", b"softwareAgent", b"xmptk"];

/// Make, model and software as stated.
pub(super) fn camera(block: &Block) -> Camera {
    Camera { make: block.text(Tag::Make), model: block.text(Tag::Model), software: block.text(Tag::Software) }
}

/// The first known editor that any part of the photo names.
pub(super) fn editor(blocks: &[Block], found: &Found) -> Option<String> {
    let stated = blocks.iter().flat_map(|block| [block.text(Tag::Software), block.text(PROCESSING_SOFTWARE)]).flatten();
    let stated = stated.chain(found.software.iter().cloned());
    stated.chain(found.xmp.iter().flat_map(|packet| xmp_programs(packet))).find(|name| is_editor(name))
}

/// Text fit to be shown: trimmed, without control characters, of limited length; `None` when nothing is left.
pub(super) fn clean(bytes: &[u8]) -> Option<String> {
    // Four bytes to a character at most; cutting one in half only shows as a replacement character.
    let text = String::from_utf8_lossy(bytes.get(..MAX_NAME_CHARS * 4).unwrap_or(bytes));
    let text: String = text.trim().chars().filter(|c| !c.is_control()).take(MAX_NAME_CHARS).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn is_editor(name: &str) -> bool {
    let name = name.to_lowercase();
    EDITORS.iter().any(|editor| name.contains(editor))
}

/// The program names of an XMP packet, written as attributes (`Tool="name"`) or elements (`<Tool>name<`).
fn xmp_programs(packet: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    for key in XMP_PROGRAMS {
        let mut rest = packet;
        while let Some(at) = find(rest, key) {
            rest = rest.get(at + key.len()..).unwrap_or_default();
            let ([b'=', b'"' | b'\'', value @ ..] | [b'>', value @ ..]) = rest else { continue };
            let value = value.get(..MAX_NAME_CHARS * 4).unwrap_or(value);
            let end = value.iter().position(|byte| matches!(byte, b'"' | b'\'' | b'<')).unwrap_or(value.len());
            names.extend(value.get(..end).and_then(clean));
        }
    }
    names
}

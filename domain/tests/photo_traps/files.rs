//! Files built by hand around EXIF blocks, in every order that real ones come in.

use crate::tiff::small;

pub fn segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    let len = u16::try_from(payload.len() + 2).expect("a segment is short");
    [&[0xFF, marker][..], &len.to_be_bytes(), payload].concat()
}

pub fn app1(block: &[u8]) -> Vec<u8> {
    segment(0xE1, &[b"Exif\0\0", block].concat())
}

/// A JPEG of 64 × 48 pixels with the given segments before its tables; its scan is not decodable.
pub fn jpeg(segments: &[Vec<u8>]) -> Vec<u8> {
    let frame = segment(0xC0, &[8, 0, 48, 0, 64, 1, 1, 0x11, 0]);
    [vec![0xFF, 0xD8], segments.concat(), frame, segment(0xDA, &[1, 1, 0, 0, 63, 0]), b"scan".to_vec(), vec![0xFF, 0xD9]].concat()
}

pub fn png_chunk(name: [u8; 4], data: &[u8]) -> Vec<u8> {
    [&small(data.len()).to_be_bytes()[..], &name, data, &[0; 4]].concat()
}

/// A PNG of 64 × 48 pixels with chunks before and behind `pictures` picture chunks of 8 KiB.
pub fn png(before: &[Vec<u8>], pictures: usize, behind: &[Vec<u8>]) -> Vec<u8> {
    let header = png_chunk(*b"IHDR", &[0, 0, 0, 64, 0, 0, 0, 48, 8, 2, 0, 0, 0]);
    let picture = png_chunk(*b"IDAT", &[0x49; 8192]).repeat(pictures);
    let start = b"\x89PNG\r\n\x1a\n".to_vec();
    [start, header, before.concat(), picture, behind.concat(), png_chunk(*b"IEND", b"")].concat()
}

pub fn webp(picture_len: usize, exif: &[u8]) -> Vec<u8> {
    let chunk = |name: &[u8], data: &[u8]| {
        let padding: &[u8] = if data.len().is_multiple_of(2) { &[] } else { &[0] };
        [name, &small(data.len()).to_le_bytes(), data, padding].concat()
    };
    let extended = chunk(b"VP8X", &[8, 0, 0, 0, 63, 0, 0, 47, 0, 0]);
    let chunks = [extended, chunk(b"VP8 ", &vec![1; picture_len]), chunk(b"EXIF", exif)].concat();
    [&b"RIFF"[..], &small(chunks.len() + 4).to_le_bytes(), b"WEBP", &chunks].concat()
}

pub fn iso_box(name: [u8; 4], body: &[u8]) -> Vec<u8> {
    [&small(body.len() + 8).to_be_bytes()[..], &name, body].concat()
}

/// A HEIC of 64 × 48 pixels: `exif` gives for each EXIF item the picture it describes and its block.
pub struct Heic<'a> {
    pub brand: &'a [u8; 4],
    pub exif: &'a [(u16, &'a [u8])],
    /// Bytes of picture data before the EXIF items.
    pub picture_len: usize,
    pub is_meta_last: bool,
    /// Keep the EXIF in the `meta` box itself.
    pub is_inline: bool,
}

/// The picture that HEIC files built here show.
pub const PRIMARY: u16 = 1;

impl Heic<'_> {
    pub fn build(&self) -> Vec<u8> {
        let start = iso_box(*b"ftyp", &[self.brand, &[0; 4][..], b"mif1", self.brand].concat());
        let items: Vec<Vec<u8>> = self.exif.iter().map(|(_, block)| [&[0, 0, 0, 6][..], b"Exif\0\0", block].concat()).collect();
        let data = [vec![0x55; self.picture_len], if self.is_inline { Vec::new() } else { items.concat() }].concat();
        let meta_len = self.meta(0, &items).len();
        let data_at = start.len() + 8 + if self.is_meta_last { 0 } else { meta_len };
        let items_at = if self.is_inline { 0 } else { data_at + self.picture_len };
        let (meta, data) = (self.meta(items_at, &items), iso_box(*b"mdat", &data));
        if self.is_meta_last { [start, data, meta].concat() } else { [start, meta, data].concat() }
    }

    fn meta(&self, items_at: usize, items: &[Vec<u8>]) -> Vec<u8> {
        let ids: Vec<u16> = (10..).take(items.len()).collect();
        let full = |version: u8, body: &[u8]| [&[version, 0, 0, 0][..], body].concat();
        let entry = |id: u16, kind: &[u8; 4]| iso_box(*b"infe", &full(2, &[&id.to_be_bytes()[..], &[0, 0], kind, &[0]].concat()));
        let mut entries = vec![entry(PRIMARY, b"hvc1")];
        entries.extend(ids.iter().map(|id| entry(*id, b"Exif")));
        let count = u16::try_from(entries.len()).expect("few items");
        let descriptions = ids
            .iter()
            .zip(self.exif)
            .map(|(id, (of, _))| iso_box(*b"cdsc", &[id.to_be_bytes(), 1u16.to_be_bytes(), of.to_be_bytes()].concat()));
        let mut locations = [&[0x44, 0][..], &small(items.len()).to_be_bytes()[2..]].concat();
        let mut at = items_at;
        for (id, item) in ids.iter().zip(items) {
            locations.extend([*id, u16::from(self.is_inline), 0, 1].iter().flat_map(|word| word.to_be_bytes()));
            locations.extend([small(at), small(item.len())].iter().flat_map(|word| word.to_be_bytes()));
            at += item.len();
        }
        let size = iso_box(*b"ispe", &full(0, &[64u32.to_be_bytes(), 48u32.to_be_bytes()].concat()));
        let associations = iso_box(*b"ipma", &full(0, &[0, 0, 0, 1, 0, 1, 1, 0x81]));
        let body = [
            vec![0; 4],
            iso_box(*b"pitm", &full(0, &PRIMARY.to_be_bytes())),
            iso_box(*b"iinf", &full(0, &[count.to_be_bytes().to_vec(), entries.concat()].concat())),
            iso_box(*b"iref", &full(0, &descriptions.collect::<Vec<_>>().concat())),
            iso_box(*b"iprp", &[iso_box(*b"ipco", &size), associations].concat()),
            if self.is_inline { iso_box(*b"idat", &items.concat()) } else { Vec::new() },
            iso_box(*b"iloc", &full(1, &locations)),
        ];
        iso_box(*b"meta", &body.concat())
    }
}

//! An AVIF that carries a made-up photo's EXIF and a picture that is none.

/// The EXIF of `jpeg` in an AVIF.
pub fn with_exif_of(jpeg: &[u8]) -> Vec<u8> {
    let block = exif_of(jpeg);
    let item = [&[0, 0, 0, 6][..], b"Exif\0\0", &block].concat();
    let start = boxed(*b"ftyp", &[&b"avif"[..], &[0; 4], b"mif1", b"avif"].concat());
    let data_at = start.len() + meta(0, item.len()).len() + 8;
    let data = [vec![0x55; 500], item.clone()].concat();
    [start, meta(data_at + 500, item.len()), boxed(*b"mdat", &data)].concat()
}

/// The TIFF block in a JPEG's first segment, where made-up photos have it.
fn exif_of(jpeg: &[u8]) -> Vec<u8> {
    let at = jpeg.windows(6).position(|bytes| bytes == b"Exif\0\0").unwrap();
    let len = jpeg.get(at - 2..at).and_then(|bytes| bytes.try_into().ok()).map(u16::from_be_bytes).unwrap();
    jpeg.get(at + 6..at - 2 + usize::from(len)).unwrap().to_vec()
}

fn boxed(name: [u8; 4], body: &[u8]) -> Vec<u8> {
    let len = u32::try_from(body.len() + 8).unwrap();
    [&len.to_be_bytes()[..], &name, body].concat()
}

/// Item 1 is the picture, item 10 its EXIF.
fn meta(exif_at: usize, exif_len: usize) -> Vec<u8> {
    let full = |version: u8, body: &[u8]| [&[version, 0, 0, 0][..], body].concat();
    let entry = |id: u8, kind: &[u8; 4]| boxed(*b"infe", &full(2, &[&[0, id, 0, 0][..], kind, &[0]].concat()));
    let entries = [&[0, 2][..], &entry(1, b"av01"), &entry(10, b"Exif")].concat();
    let word = |number: usize| u32::try_from(number).unwrap().to_be_bytes();
    let location = [&[0x44, 0, 0, 1, 0, 10, 0, 0, 0, 0, 0, 1][..], &word(exif_at), &word(exif_len)].concat();
    let size = boxed(*b"ispe", &full(0, &[64u32.to_be_bytes(), 48u32.to_be_bytes()].concat()));
    let body = [
        vec![0; 4],
        boxed(*b"pitm", &full(0, &[0, 1])),
        boxed(*b"iinf", &full(0, &entries)),
        boxed(*b"iref", &full(0, &boxed(*b"cdsc", &[0, 10, 0, 1, 0, 1]))),
        boxed(*b"iprp", &[boxed(*b"ipco", &size), boxed(*b"ipma", &full(0, &[0, 0, 0, 1, 0, 1, 1, 0x81]))].concat()),
        boxed(*b"iloc", &full(1, &location)),
    ];
    boxed(*b"meta", &body.concat())
}

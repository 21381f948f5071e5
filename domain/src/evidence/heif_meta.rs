//! The `meta` box of a HEIF file: which items there are, where they lie, and which of them describe the primary one.

use super::bytes::be_u32;
use std::collections::{BTreeMap, BTreeSet};

/// More pieces than any item is split into.
const MAX_EXTENTS: usize = 64;

/// One item: a picture, a tile, or metadata.
pub(super) struct Item {
    pub id: u32,
    pub kind: [u8; 4],
    pub is_xmp: bool,
}

/// A piece of an item's data.
pub(super) enum Extent {
    /// Offset from the start of the file.
    InFile { offset: u64, len: u64 },
    /// Offset from the start of the `meta` box's body.
    InMeta { offset: u64, len: u64 },
}

impl Extent {
    pub fn len(&self) -> u64 {
        match *self {
            Self::InFile { len, .. } | Self::InMeta { len, .. } => len,
        }
    }
}

/// What a `meta` box says; parts it does not have are empty.
#[derive(Default)]
pub(super) struct Meta {
    primary: Option<u32>,
    pub items: Vec<Item>,
    /// The items that say they describe the primary one.
    describing: BTreeSet<u32>,
    locations: BTreeMap<u32, Vec<Extent>>,
    /// Width and height of the primary item in pixels.
    pub primary_size: Option<(u32, u32)>,
}

impl Meta {
    /// Parses the body of a `meta` box; `None` when a box in it contradicts itself.
    pub fn parse(body: &[u8]) -> Option<Self> {
        let mut meta = Self::default();
        let mut properties = None;
        let mut locations = None;
        let mut descriptions = Vec::new();
        let mut data_at = 0;
        // Version and flags, then boxes.
        for (name, at, content) in boxes(body, 4) {
            let cursor = Cursor(content);
            match &name {
                b"pitm" => meta.primary = cursor.primary(),
                b"iinf" => meta.items = cursor.items()?,
                b"iref" => descriptions = cursor.descriptions()?,
                b"iloc" => locations = Some(cursor),
                b"idat" => data_at = at as u64,
                b"iprp" => properties = Some(content),
                _ => {}
            }
        }
        if let Some(locations) = locations {
            meta.locations = locations.locations(data_at)?;
        }
        let of_primary = descriptions.into_iter().filter(|(_, described)| Some(*described) == meta.primary);
        meta.describing = of_primary.map(|(describing, _)| describing).collect();
        meta.primary_size = properties.zip(meta.primary).and_then(|(properties, primary)| size_of(properties, primary));
        Some(meta)
    }

    /// Whether an item says that it describes the primary picture.
    pub fn describes_primary(&self, item: u32) -> bool {
        self.describing.contains(&item)
    }

    /// The offset behind the last byte that any item claims.
    pub fn reach(&self) -> u64 {
        let ends = self.locations.values().flatten().map(|extent| match *extent {
            Extent::InFile { offset, len } => offset.saturating_add(len),
            Extent::InMeta { .. } => 0,
        });
        ends.max().unwrap_or(0)
    }

    pub fn extents(&self, item: u32) -> Option<&[Extent]> {
        self.locations.get(&item).map(Vec::as_slice)
    }
}

/// The boxes in `body` from `start` on: name, offset of the content, content. Stops where the structure does.
fn boxes(body: &[u8], start: usize) -> impl Iterator<Item = ([u8; 4], usize, &[u8])> {
    let mut at = start;
    std::iter::from_fn(move || {
        let mut cursor = Cursor(body.get(at..)?);
        let size = usize::try_from(cursor.u32()?).ok()?;
        let name = cursor.take(4)?.first_chunk().copied()?;
        // 0 is "to the end"; 64-bit sizes make no sense in here.
        let size = if size == 0 { body.len() - at } else { size };
        let content_at = at + 8;
        let end = at.checked_add(size).filter(|end| *end >= content_at)?;
        at = end;
        Some((name, content_at, body.get(content_at..end)?))
    })
}

/// The spatial extent among the properties that are associated with `item`.
fn size_of(properties: &[u8], item: u32) -> Option<(u32, u32)> {
    let mut container = None;
    let mut associated = Vec::new();
    for (name, _, content) in boxes(properties, 0) {
        match &name {
            b"ipco" => container = Some(content),
            b"ipma" => associated.extend(Cursor(content).associations(item).unwrap_or_default()),
            _ => {}
        }
    }
    let properties: Vec<_> = boxes(container?, 0).collect();
    // Properties are counted from 1; 0 is "none".
    let mut properties = associated.into_iter().filter_map(|number| properties.get(usize::from(number).checked_sub(1)?));
    let (_, _, extent) = properties.find(|(name, _, _)| name == b"ispe")?;
    be_u32(extent, 4).zip(be_u32(extent, 8))
}

/// Takes big-endian numbers off the front of a box.
#[derive(Clone, Copy)]
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    /// A number of 0 to 8 bytes; no bytes are 0.
    fn number(&mut self, len: usize) -> Option<u64> {
        self.take(len.min(8)).map(|bytes| bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn u8(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.first_chunk().copied().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.first_chunk().copied().map(u32::from_be_bytes)
    }

    /// An item's number, which grew from 16 to 32 bits in later versions of every box.
    fn id(&mut self, is_wide: bool) -> Option<u32> {
        if is_wide { self.u32() } else { self.u16().map(u32::from) }
    }

    /// Version and flags, with which most boxes start.
    fn version(&mut self) -> Option<(u8, u32)> {
        let word = self.u32()?;
        Some((word.to_be_bytes()[0], word & 0x00FF_FFFF))
    }

    fn primary(mut self) -> Option<u32> {
        let (version, _) = self.version()?;
        self.id(version > 0)
    }

    fn items(mut self) -> Option<Vec<Item>> {
        let (version, _) = self.version()?;
        self.id(version > 0)?;
        Some(boxes(self.0, 0).filter(|(name, _, _)| name == b"infe").filter_map(|(_, _, entry)| Cursor(entry).item()).collect())
    }

    /// An item's entry; versions before 2 know no kinds and are not used for pictures.
    fn item(mut self) -> Option<Item> {
        let (version, _) = self.version()?;
        let id = self.id(version > 2).filter(|_| version >= 2)?;
        self.u16()?;
        let kind = self.take(4)?.first_chunk().copied()?;
        let mut texts = self.0.split(|byte| *byte == 0);
        let is_xmp = &kind == b"mime" && texts.nth(1) == Some(b"application/rdf+xml");
        Some(Item { id, kind, is_xmp })
    }

    /// Content descriptions: the describing item and the one it describes.
    fn descriptions(mut self) -> Option<Vec<(u32, u32)>> {
        let (version, _) = self.version()?;
        let mut described = Vec::new();
        for (_, _, reference) in boxes(self.0, 0).filter(|(name, _, _)| name == b"cdsc") {
            let mut reference = Cursor(reference);
            let from = reference.id(version > 0)?;
            for _ in 0..reference.u16()? {
                described.push((from, reference.id(version > 0)?));
            }
        }
        Some(described)
    }

    fn locations(mut self, data_at: u64) -> Option<BTreeMap<u32, Vec<Extent>>> {
        let (version, _) = self.version()?;
        let sizes = self.u16()?;
        let [offset_size, length_size, base_size, index_size] = [12, 8, 4, 0].map(|shift| usize::from(sizes >> shift & 0xF));
        let index_size = if version > 0 { index_size } else { 0 };
        let mut locations = BTreeMap::new();
        for _ in 0..self.id(version >= 2)? {
            let item = self.id(version >= 2)?;
            // 0: in the file; 1: in this box's `idat`; 2: in another item, which metadata never is.
            let method = if version > 0 { self.u16()? & 0xF } else { 0 };
            self.u16()?;
            let base = self.number(base_size)?;
            let mut extents = Vec::new();
            // Extents without any numbers would cost nothing to claim.
            let is_empty = index_size + offset_size + length_size == 0;
            for _ in 0..self.u16()?.min(if is_empty { 1 } else { u16::MAX }) {
                self.number(index_size)?;
                let offset = base.checked_add(self.number(offset_size)?)?;
                let len = self.number(length_size)?;
                match method {
                    _ if extents.len() == MAX_EXTENTS => {}
                    0 => extents.push(Extent::InFile { offset, len }),
                    1 => extents.push(Extent::InMeta { offset: offset.checked_add(data_at)?, len }),
                    _ => {}
                }
            }
            locations.entry(item).or_insert(extents);
        }
        Some(locations)
    }

    /// The numbers of the properties associated with `item`.
    fn associations(mut self, item: u32) -> Option<Vec<u16>> {
        let (version, flags) = self.version()?;
        for _ in 0..self.u32()? {
            let id = self.id(version > 0)?;
            let mut numbers = Vec::new();
            for _ in 0..self.u8()? {
                // The highest bit says that the property is essential.
                let number = if flags & 1 == 1 { self.u16()? & 0x7FFF } else { u16::from(self.u8()? & 0x7F) };
                numbers.push(number);
            }
            if id == item {
                return Some(numbers);
            }
        }
        None
    }
}

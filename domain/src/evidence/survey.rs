//! A look over a TIFF block's directories before it is parsed.
//!
//! The parser copies every field's value, and nothing in the format keeps thousands of fields, or of directories
//! laid over one another, from claiming the same bytes: 64 KB can ask for gigabytes. Honest blocks do not overlap.

use super::bytes::array;

/// Directories of one block; a photo has five at most.
const MAX_DIRECTORIES: usize = 24;
/// Fields of one block; a photo has some hundred.
const MAX_FIELDS: usize = 8192;
/// How much the values of a block may add up to beyond its own length, in bytes: some writers share a value or two.
const SHARED_VALUES: usize = 64 * 1024;
/// As many directories as the parser follows from one to the next.
const MAX_CHAIN: usize = 8;
const EXIF_POINTER: u16 = 0x8769;
const GPS_POINTER: u16 = 0x8825;
const INTEROPERABILITY_POINTER: u16 = 0xA005;

/// What the first directory says about a GPS directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GpsDirectory {
    /// There is no pointer to one.
    None,
    /// There is a pointer, and the directory has no fields.
    Empty,
    /// There is a pointer to somewhere else than a directory, or no telling whether there is one.
    Broken,
    Filled,
}

/// Looks over a block; `None` when it claims more than a block may.
pub(super) fn survey(tiff: &[u8]) -> Option<GpsDirectory> {
    let mut survey = Survey {
        tiff,
        is_little_endian: tiff.starts_with(b"II"),
        directories_left: MAX_DIRECTORIES,
        fields_left: MAX_FIELDS,
        value_bytes_left: tiff.len() + SHARED_VALUES,
        gps: GpsDirectory::None,
    };
    let mut next = survey.u32(4)?;
    for link in 0..MAX_CHAIN {
        if next == 0 {
            break;
        }
        let level = if link == 0 { Level::First } else { Level::Further };
        next = survey.directory(next, level).ok()?.unwrap_or(0);
    }
    Some(survey.gps)
}

/// Which pointers a directory may hold.
#[derive(Clone, Copy, PartialEq)]
enum Level {
    First,
    Further,
    Exif,
    Leaf,
}

/// The block claims more than a block may.
struct TooMuch;

struct Survey<'a> {
    tiff: &'a [u8],
    is_little_endian: bool,
    directories_left: usize,
    fields_left: usize,
    value_bytes_left: usize,
    gps: GpsDirectory,
}

impl Survey<'_> {
    /// Visits a directory and those it points to; the offset of the next one, if the block goes on that far.
    fn directory(&mut self, at: usize, level: Level) -> Result<Option<usize>, TooMuch> {
        self.directories_left = self.directories_left.checked_sub(1).ok_or(TooMuch)?;
        let Some(count) = self.u16(at) else {
            self.broken_off(level);
            return Ok(None);
        };
        for entry in 0..usize::from(count) {
            let field = at + 2 + entry * 12;
            if field + 12 > self.tiff.len() {
                self.broken_off(level);
                return Ok(None);
            }
            self.field(field, level)?;
        }
        Ok(self.u32(at + 2 + usize::from(count) * 12))
    }

    /// Accounts for the field in the twelve bytes at `at`, which lie within the block.
    fn field(&mut self, at: usize, level: Level) -> Result<(), TooMuch> {
        self.fields_left = self.fields_left.checked_sub(1).ok_or(TooMuch)?;
        let (Some(tag), Some(kind), Some(count)) = (self.u16(at), self.u16(at + 2), self.u32(at + 4)) else { return Ok(()) };
        let value_bytes = count.saturating_mul(size_of_kind(kind));
        // A value that does not fit into the block is passed over by the parser and costs nothing.
        if value_bytes <= self.tiff.len() {
            self.value_bytes_left = self.value_bytes_left.checked_sub(value_bytes).ok_or(TooMuch)?;
        }
        let child = match (tag, level) {
            (EXIF_POINTER, Level::First | Level::Further) => Level::Exif,
            (GPS_POINTER, Level::First | Level::Further) | (INTEROPERABILITY_POINTER, Level::Exif) => Level::Leaf,
            _ => return Ok(()),
        };
        let Some(target) = self.u32(at + 8) else { return Ok(()) };
        if level == Level::First && tag == GPS_POINTER {
            self.gps = match self.u16(target) {
                Some(0) => GpsDirectory::Empty,
                Some(_) => GpsDirectory::Filled,
                None => GpsDirectory::Broken,
            };
        }
        // A pointer is one 32-bit offset; the parser follows other integers too, but nobody writes them.
        match (kind, count) {
            (4, 1) => self.directory(target, child).map(|_| ()),
            (1 | 3 | 4, _) => Err(TooMuch),
            _ => Ok(()),
        }
    }

    /// Notes that the first directory ends with the block: the pointer may have been in the part that is missing.
    fn broken_off(&mut self, level: Level) {
        if level == Level::First && self.gps == GpsDirectory::None {
            self.gps = GpsDirectory::Broken;
        }
    }

    fn u16(&self, at: usize) -> Option<u16> {
        array(self.tiff, at).map(if self.is_little_endian { u16::from_le_bytes } else { u16::from_be_bytes })
    }

    fn u32(&self, at: usize) -> Option<usize> {
        let bytes = array(self.tiff, at);
        let number = bytes.map(if self.is_little_endian { u32::from_le_bytes } else { u32::from_be_bytes });
        number.and_then(|number| usize::try_from(number).ok())
    }
}

/// Bytes per value of a TIFF type; 0 for unknown types, whose values are not read.
fn size_of_kind(kind: u16) -> usize {
    match kind {
        1 | 2 | 6 | 7 => 1,
        3 | 8 => 2,
        4 | 9 | 11 => 4,
        5 | 10 | 12 => 8,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::{EXIF_POINTER, GPS_POINTER, GpsDirectory, survey};

    /// A big-endian block whose first directory has the given fields, followed by `rest`.
    fn block(fields: &[(u16, u16, u32, u32)], rest: &[u8]) -> Vec<u8> {
        let count = u16::try_from(fields.len()).unwrap();
        let mut block = [&b"MM\0*\0\0\0\x08"[..], &count.to_be_bytes()].concat();
        for (tag, kind, count, value) in fields {
            block.extend([tag.to_be_bytes(), kind.to_be_bytes()].concat());
            block.extend([count.to_be_bytes(), value.to_be_bytes()].concat());
        }
        block.extend([0; 4]);
        block.extend(rest);
        block
    }

    #[test]
    fn the_gps_directory_is_told_from_a_broken_pointer() {
        let pointer = |at| [(GPS_POINTER, 4, 1, at)];
        assert_eq!(survey(&block(&[], &[])), Some(GpsDirectory::None));
        assert_eq!(survey(&block(&pointer(26), &[0; 6])), Some(GpsDirectory::Empty));
        assert_eq!(survey(&block(&pointer(26), &[0, 1, 9, 9])), Some(GpsDirectory::Filled));
        assert_eq!(survey(&block(&pointer(0x7FFF_FFF0), &[])), Some(GpsDirectory::Broken));
        let cut = block(&[(0x10F, 2, 4, 0), (0x110, 2, 4, 0)], &[]);
        assert_eq!(survey(&cut[..30]), Some(GpsDirectory::Broken));
    }

    #[test]
    fn directories_laid_over_one_another_are_refused() {
        // 2,000 pointers into fields that each read as a directory of 2,570.
        let pointers: Vec<_> = (0..2000).map(|i| (EXIF_POINTER, 4, 1, 24_100 + i)).collect();
        assert_eq!(survey(&block(&pointers, &vec![0x0A; 40_000])), None);
    }

    #[test]
    fn values_laid_over_one_another_are_refused() {
        let fields: Vec<_> = (0..1000).map(|_| (0x10F, 2, 30_000, 13_000)).collect();
        assert_eq!(survey(&block(&fields, &vec![0; 40_000])), None);
        let shared: Vec<_> = (0..20).map(|_| (0x11A, 5, 1, 300)).collect();
        assert_eq!(survey(&block(&shared, &[0; 400])), Some(GpsDirectory::None));
    }
}

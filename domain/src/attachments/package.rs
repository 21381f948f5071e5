//! Office files: ZIP packages that say what they are by the names of their parts.

use crate::evidence::{Need, Ranges};

const LOCAL: &[u8] = b"PK\x03\x04";
const ENTRY: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
/// What stands at the end without the comment, bytes; and the longest comment.
const END_BYTES: usize = 22;
const COMMENT_MAX: usize = 65_535;
/// What stands in a directory's entry before its name, bytes.
const ENTRY_BYTES: usize = 46;
/// The longest directory that is read, bytes: a presentation of a thousand pictures has some 100 KB.
const DIRECTORY_MAX: usize = 1024 * 1024;

/// Whether the file is an office package with parts in `folder`, and none that runs.
pub(super) fn holds(source: &Ranges, folder: &str) -> Result<bool, Need> {
    if !source.get(0, LOCAL.len())?.starts_with(LOCAL) {
        return Ok(false);
    }
    let tail_len = usize::try_from(source.total_len()).unwrap_or(usize::MAX).min(END_BYTES + COMMENT_MAX);
    let tail_at = source.total_len().saturating_sub(tail_len as u64);
    let Some((offset, len)) = directory(source.get(tail_at, tail_len)?) else { return Ok(false) };
    if len > DIRECTORY_MAX || offset.saturating_add(len as u64) > source.total_len() {
        return Ok(false);
    }
    let Some(names) = names(source.get(offset, len)?) else { return Ok(false) };
    let is_typed = names.iter().any(|name| name == b"[Content_Types].xml");
    let runs = names.iter().any(|name| name.to_ascii_lowercase().ends_with(b"vbaproject.bin"));
    Ok(is_typed && !runs && names.iter().any(|name| name.starts_with(folder.as_bytes())))
}

/// Where the directory is and how long, as the end of the file says; of several ends the last is meant.
fn directory(tail: &[u8]) -> Option<(u64, usize)> {
    let at = tail.windows(END.len()).rposition(|window| window == END)?;
    let end = tail.get(at..)?;
    let (len, offset) = (word(end, 12)?, word(end, 16)?);
    // Marked as in another form, which files of this size have no use for.
    if len == u32::MAX || offset == u32::MAX {
        return None;
    }
    Some((u64::from(offset), usize::try_from(len).ok()?))
}

/// The names of all parts; `None` when the directory breaks off.
fn names(directory: &[u8]) -> Option<Vec<&[u8]>> {
    let (mut names, mut rest) = (Vec::new(), directory);
    while !rest.is_empty() {
        if !rest.starts_with(ENTRY) {
            return None;
        }
        let (name, extra, comment) = (short(rest, 28)?, short(rest, 30)?, short(rest, 32)?);
        names.push(rest.get(ENTRY_BYTES..ENTRY_BYTES + name)?);
        rest = rest.get(ENTRY_BYTES + name + extra + comment..)?;
    }
    Some(names)
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|chunk| u32::from_le_bytes(*chunk))
}

fn short(bytes: &[u8], at: usize) -> Option<usize> {
    bytes.get(at..)?.first_chunk().map(|chunk| usize::from(u16::from_le_bytes(*chunk)))
}

#[cfg(test)]
pub(super) mod tests {
    /// A package of empty parts with these names.
    pub fn package(names: &[&str]) -> Vec<u8> {
        let (mut file, mut directory) = (Vec::new(), Vec::new());
        for name in names {
            let (at, length) = (u32::try_from(file.len()).unwrap(), u16::try_from(name.len()).unwrap());
            file.extend_from_slice(b"PK\x03\x04");
            file.extend_from_slice(&[0; 22]);
            file.extend_from_slice(&length.to_le_bytes());
            file.extend_from_slice(&[0; 2]);
            file.extend_from_slice(name.as_bytes());
            directory.extend_from_slice(b"PK\x01\x02");
            directory.extend_from_slice(&[0; 24]);
            directory.extend_from_slice(&length.to_le_bytes());
            directory.extend_from_slice(&[0; 12]);
            directory.extend_from_slice(&at.to_le_bytes());
            directory.extend_from_slice(name.as_bytes());
        }
        let (at, length) = (u32::try_from(file.len()).unwrap(), u32::try_from(directory.len()).unwrap());
        file.extend(directory);
        file.extend_from_slice(b"PK\x05\x06");
        file.extend_from_slice(&[0; 8]);
        file.extend_from_slice(&length.to_le_bytes());
        file.extend_from_slice(&at.to_le_bytes());
        file.extend_from_slice(&[0; 2]);
        file
    }
}

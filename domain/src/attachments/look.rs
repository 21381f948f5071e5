//! Whether a file is what it was declared as, by its own bytes.

use super::{FileType, package};
use crate::evidence::{self, Format, HEAD_BYTES, Need, Ranges};

/// One step of looking: fetch and look again, or what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    Need(Need),
    /// It is what it was declared as.
    Agrees,
    /// It is something else.
    Differs,
}

/// Looks whether a file is of the type that it was declared as, or says which bytes to fetch before looking again. As with photos,
/// [`Ranges`] bounds how much is ever fetched.
pub fn look(declared: FileType, source: &Ranges) -> Look {
    match agrees(declared, source) {
        Ok(true) => Look::Agrees,
        Err(need) if source.affords(need) => Look::Need(need),
        // What would say otherwise may lie where nobody looks.
        Ok(false) | Err(_) => Look::Differs,
    }
}

/// Enough to know every type that is known by how it begins.
const SNIFF_BYTES: usize = 1024;

fn agrees(declared: FileType, source: &Ranges) -> Result<bool, Need> {
    let sniffed = source.get(0, SNIFF_BYTES)?;
    let is = |format| evidence::sniff(sniffed) == Some(format);
    Ok(match declared {
        FileType::Pdf => is_pdf(sniffed),
        FileType::Png => is(Format::Png),
        FileType::Jpeg => is(Format::Jpeg),
        FileType::Webp => is(Format::Webp),
        FileType::Heic => is(Format::Heic),
        FileType::Docx => package::holds(source, "word/")?,
        FileType::Xlsx => package::holds(source, "xl/")?,
        FileType::Pptx => package::holds(source, "ppt/")?,
        FileType::Text | FileType::Csv => is_text(source.get(0, HEAD_BYTES)?),
    })
}

/// Some programs write a mark of byte order or a line end first.
fn is_pdf(head: &[u8]) -> bool {
    head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start().starts_with(b"%PDF-")
}

/// UTF-8, GB 18030 or whatever else people's tables come in, as long as it is text: no controls but those that lay out lines. UTF-16 is
/// known by its mark.
fn is_text(head: &[u8]) -> bool {
    if head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") {
        return true;
    }
    let is_control = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C) || *byte == 0x7F;
    !is_pdf(head) && evidence::sniff(head).is_none() && !head.iter().any(is_control)
}

#[cfg(test)]
mod tests {
    use super::super::package::tests::package;
    use super::*;

    /// Looks at a file that is in memory, range by range as asked.
    fn is_one(file: &[u8], declared: FileType) -> bool {
        let mut source = Ranges::new(file.len() as u64);
        loop {
            match look(declared, &source) {
                Look::Agrees => return true,
                Look::Differs => return false,
                Look::Need(Need { offset, len }) => {
                    let from = usize::try_from(offset).unwrap();
                    source.insert(offset, file[from..file.len().min(from + len)].to_vec());
                }
            }
        }
    }

    fn types_of(file: &[u8]) -> Vec<FileType> {
        FileType::ALL.into_iter().filter(|declared| is_one(file, *declared)).collect()
    }

    #[test]
    fn every_file_is_of_the_type_that_its_bytes_say() {
        let docx = package(&["[Content_Types].xml", "_rels/.rels", "word/document.xml"]);
        let xlsx = package(&["xl/workbook.xml", "[Content_Types].xml"]);
        let pptx = package(&["[Content_Types].xml", "ppt/presentation.xml"]);
        let text = [FileType::Text, FileType::Csv];
        for (file, want) in [
            (&b"%PDF-1.7\n\x00\x01"[..], &[FileType::Pdf][..]),
            (b"\xEF\xBB\xBF\n%PDF-1.4", &[FileType::Pdf]),
            (b"\x89PNG\r\n\x1a\n rest", &[FileType::Png]),
            (b"\xFF\xD8\xFF\xE0 rest", &[FileType::Jpeg]),
            (b"RIFF\x10\x00\x00\x00WEBPVP8 ", &[FileType::Webp]),
            (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1", &[FileType::Heic]),
            (&docx, &[FileType::Docx]),
            (&xlsx, &[FileType::Xlsx]),
            (&pptx, &[FileType::Pptx]),
            ("名称,价格\r\n茶叶,12\r\n".as_bytes(), &text),
            (b"\xC3\xFB\xB3\xC6,\xBC\xDB\xB8\xF1\r\n", &text),
            (b"\xFF\xFEa\x00", &text),
            // What runs, what is packed, and what is nothing.
            (b"MZ\x90\x00\x03\x00", &[]),
            (b"\x7FELF\x02\x01\x01\x00", &[]),
            (b"Rar!\x1A\x07\x00", &[]),
            (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", &[]),
            (&package(&["a.txt"]), &[]),
            (&package(&["[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"]), &[]),
            (b"PK\x03\x04", &[]),
        ] {
            assert_eq!(types_of(file), want, "{:?}", String::from_utf8_lossy(&file[..file.len().min(40)]));
        }
    }

    #[test]
    fn something_in_front_of_a_package_is_no_package() {
        let mut file = b"<script>alert(1)</script>".to_vec();
        file.extend(package(&["[Content_Types].xml", "word/document.xml"]));
        assert!(!is_one(&file, FileType::Docx));
        let mut page = b"<html>".to_vec();
        page.extend_from_slice(b"%PDF-1.7");
        assert!(!is_one(&page, FileType::Pdf));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_are_too_much(file in proptest::collection::vec(proptest::num::u8::ANY, 1..2000), cut in 0usize..400, at in 0usize..400, byte in 0u8..) {
            types_of(&file);
            let mut whole = package(&["[Content_Types].xml", "word/document.xml", "word/media/image1.png"]);
            let at = at % whole.len();
            whole[at] = byte;
            types_of(&whole);
            whole.truncate(whole.len().saturating_sub(cut).max(1));
            types_of(&whole);
        }
    }
}

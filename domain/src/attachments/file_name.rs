//! What a file is called: shown to people and sent to their browsers, so nothing in it may look like something else.

use super::FileType;

/// The longest name, in characters.
pub const FILE_NAME_MAX: usize = 200;

/// A name without a path, without what cannot be seen, and with an ending that says what the file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName(String);

impl FileName {
    /// Reads a name as a client tells it; `None` for one that holds a path, controls, or signs that turn its letters round.
    pub fn parse(text: &str, file_type: FileType) -> Option<Self> {
        let text = text.trim();
        let is_plain = !text.is_empty() && text.chars().count() <= FILE_NAME_MAX && !text.chars().any(is_refused);
        if !is_plain || text.chars().all(|sign| sign == '.') {
            return None;
        }
        // Systems open a file by its ending: one that says otherwise gets the true one behind it.
        let ending = text.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
        let agrees = file_type.extensions().contains(&ending.as_str());
        let usual = file_type.extensions().first().copied().unwrap_or_default();
        Some(Self(if agrees { text.to_owned() } else { format!("{text}.{usual}") }))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

/// Separators of paths, controls, signs that change the direction of writing, and those of no width.
fn is_refused(sign: char) -> bool {
    sign.is_control()
        || matches!(sign, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
        || matches!(sign, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{061c}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_and_end_as_what_they_are() {
        let name = |text, file_type| FileName::parse(text, file_type).map(FileName::into_string);
        assert_eq!(name(" 报价 v2.PDF ", FileType::Pdf).as_deref(), Some("报价 v2.PDF"));
        assert_eq!(name("photo.jpeg", FileType::Jpeg).as_deref(), Some("photo.jpeg"));
        assert_eq!(name("invoice.exe", FileType::Pdf).as_deref(), Some("invoice.exe.pdf"));
        assert_eq!(name("合同", FileType::Docx).as_deref(), Some("合同.docx"));
        for hostile in
            ["", "  ", "..", "../../etc/passwd", "a\\b.pdf", "a\u{0}.pdf", "a\r\nSet-Cookie: x.pdf", "\u{202e}fdp.exe", "a\u{200b}.pdf"]
        {
            assert_eq!(name(hostile, FileType::Pdf), None, "{hostile:?}");
        }
        assert_eq!(name(&"长".repeat(201), FileType::Pdf), None);
    }
}

//! The types that an attachment can be of: what people at customers send round, and nothing that runs.
//!
//! Archives are left out on purpose: nobody sees what is in one before it is unpacked, and no rule here could say it either.

use serde::{Deserialize, Serialize};

/// A type of file that is taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum FileType {
    #[serde(rename = "application/pdf")]
    Pdf,
    #[serde(rename = "application/vnd.openxmlformats-officedocument.wordprocessingml.document")]
    Docx,
    #[serde(rename = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")]
    Xlsx,
    #[serde(rename = "application/vnd.openxmlformats-officedocument.presentationml.presentation")]
    Pptx,
    #[serde(rename = "image/png")]
    Png,
    #[serde(rename = "image/jpeg")]
    Jpeg,
    #[serde(rename = "image/webp")]
    Webp,
    #[serde(rename = "image/heic")]
    Heic,
    #[serde(rename = "text/plain")]
    Text,
    #[serde(rename = "text/csv")]
    Csv,
}

impl FileType {
    pub const ALL: [Self; 10] =
        [Self::Pdf, Self::Docx, Self::Xlsx, Self::Pptx, Self::Png, Self::Jpeg, Self::Webp, Self::Heic, Self::Text, Self::Csv];

    /// The media type that it is declared and served as.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Pptx => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Heic => "image/heic",
            Self::Text => "text/plain",
            Self::Csv => "text/csv",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }

    /// The endings that names of such files have; the first is the usual one.
    pub const fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Docx => &["docx"],
            Self::Xlsx => &["xlsx"],
            Self::Pptx => &["pptx"],
            Self::Png => &["png"],
            Self::Jpeg => &["jpg", "jpeg"],
            Self::Webp => &["webp"],
            Self::Heic => &["heic", "heif"],
            Self::Text => &["txt", "md", "log"],
            Self::Csv => &["csv"],
        }
    }

    /// Whether a browser shows it by itself, and nothing in it is carried out when it does.
    pub const fn can_be_shown(self) -> bool {
        matches!(self, Self::Pdf | Self::Png | Self::Jpeg | Self::Webp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_found_by_its_name_and_written_by_it() {
        for one in FileType::ALL {
            assert_eq!(FileType::parse(one.as_str()), Some(one));
            assert_eq!(serde_json::to_value(one).unwrap(), one.as_str());
        }
        assert_eq!(FileType::parse("text/html"), None);
    }
}

//! The languages that people read.

/// A language that every text for people exists in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    #[default]
    ZhCn,
    En,
}

impl Language {
    /// The BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::ZhCn => "zh-CN",
            Self::En => "en",
        }
    }

    /// The best language for an `Accept-Language` value.
    pub fn negotiate(accept_language: &str) -> Self {
        if accept_language.starts_with("en") { Self::En } else { Self::ZhCn }
    }
}

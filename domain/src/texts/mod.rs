//! The languages of every text a person sees.

use serde::{Deserialize, Serialize};

/// A language in which every text exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub enum Language {
    #[default]
    #[serde(rename = "zh-CN")]
    ZhCn,
    #[serde(rename = "en")]
    En,
}

/// Longer `Accept-Language` headers are not looked at; browsers send fewer than a hundred bytes.
const MAX_HEADER_BYTES: usize = 512;

impl Language {
    pub const ALL: [Self; 2] = [Self::ZhCn, Self::En];

    /// The BCP 47 tag, for `Content-Language`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::ZhCn => "zh-CN",
            Self::En => "en",
        }
    }

    /// The language that an `Accept-Language` header prefers (RFC 9110 section 12.5.4), by primary subtag: any Chinese reads
    /// `zh-CN`, any English reads `en`. `zh-CN` when nothing usable is asked for; of equals the first one asked for.
    pub fn negotiate(accept_language: Option<&str>) -> Self {
        let header = accept_language.filter(|header| header.len() <= MAX_HEADER_BYTES).unwrap_or_default();
        let mut best = (0, Self::default());
        for (weight, language) in header.split(',').filter_map(Self::from_range) {
            if weight > best.0 {
                best = (weight, language);
            }
        }
        best.1
    }

    /// One element of the header as a weight in thousandths and a language.
    fn from_range(range: &str) -> Option<(u16, Self)> {
        let mut parts = range.split(';').map(str::trim);
        let language = match parts.next()?.split('-').next()?.to_ascii_lowercase().as_str() {
            "zh" | "*" => Self::ZhCn,
            "en" => Self::En,
            _ => return None,
        };
        let weight = match parts.next() {
            None => 1000,
            Some(parameter) => thousandths(parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q="))?.trim())?,
        };
        Some((weight, language))
    }
}

/// A quality value, 0 to 1 with at most three decimals, in thousandths.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = format!("{decimals:0<3}").parse::<u16>().ok()?;
    match (whole, part) {
        ("0", part) => Some(part),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Language::{self, En, ZhCn};

    #[test]
    fn the_preferred_language_is_found() {
        for (header, want) in [
            (None, ZhCn),
            (Some(""), ZhCn),
            (Some("en"), En),
            (Some("EN-us"), En),
            (Some("zh-TW"), ZhCn),
            (Some("zh-Hans-CN, en;q=0.8"), ZhCn),
            (Some("en-GB,en;q=0.9,zh-CN;q=0.8"), En),
            (Some("zh;q=0.5, en;q=0.7"), En),
            (Some("en;q=0.8, zh;q=0.8"), En),
            (Some("fr, de;q=0.9"), ZhCn),
            (Some("fr, en;q=0.1"), En),
            (Some("en;q=0"), ZhCn),
            (Some("en;q=0, *"), ZhCn),
            (Some("en;q=1.000"), En),
            (Some("en;q=1.001, zh;q=0.1"), ZhCn),
            (Some("en;q=0.0001, zh;q=0.1"), ZhCn),
            (Some("en;q=x"), ZhCn),
            (Some(";;;,,,=,q=1"), ZhCn),
            (Some("en ; q=0.9 , zh ; q=0.2"), En),
        ] {
            assert_eq!(Language::negotiate(header), want, "{header:?}");
        }
    }

    #[test]
    fn endless_headers_are_not_looked_at() {
        let header = "en,".repeat(200);
        assert_eq!(Language::negotiate(Some(&header)), ZhCn);
        assert_eq!(Language::negotiate(Some(&header[..510])), En);
    }

    #[test]
    fn tags_are_what_serde_writes() {
        for language in Language::ALL {
            assert_eq!(serde_json::to_value(language).unwrap(), language.tag());
        }
    }
}

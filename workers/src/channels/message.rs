//! A message is what one person shall read, in one language and already in its last wording; each channel cuts it to what it can carry.

use domain::texts::Language;
use reqwest::Url;
use uuid::Uuid;

use super::plain;

/// Longer addresses are carried by no channel of ours.
const LINK_BYTES_MAX: usize = 1024;
/// A link's text stands on a button.
const LINK_CHARS_MAX: usize = 20;

/// What one person shall read.
#[derive(Debug, Clone)]
pub struct Message {
    /// The delivery's id: the same at every attempt, so that whoever can tells repetitions apart.
    pub id: Uuid,
    pub language: Language,
    pub urgency: Urgency,
    pub title: String,
    pub paragraphs: Vec<String>,
    pub facts: Vec<Fact>,
    pub link: Option<Link>,
    /// The text of the button that says "I have seen it", where the channel can bring the answer back.
    pub acknowledge: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    Normal,
    Urgent,
}

/// One thing that is so: a label and a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    pub label: String,
    pub value: String,
}

/// Where to read on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    text: String,
    url: String,
}

impl Link {
    /// `None` unless `url` is a web address of a bearable length.
    pub fn new(text: impl Into<String>, url: &str) -> Option<Self> {
        let url = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        // An address is put between brackets, quotes and line ends: it must bring none of its own.
        let url = url.as_str().replace('(', "%28").replace(')', "%29").replace('\'', "%27");
        (url.len() <= LINK_BYTES_MAX).then(|| Self { text: text.into(), url })
    }

    pub fn text(&self) -> String {
        plain::cut_chars(&plain::line(&self.text), LINK_CHARS_MAX)
    }

    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Fact {
    /// The fact in one line.
    pub fn line(&self, language: Language) -> String {
        let colon = match language {
            Language::ZhCn => "：",
            Language::En => ": ",
        };
        format!("{}{colon}{}", plain::line(&self.label), plain::line(&self.value))
    }
}

impl Message {
    /// The title in one line.
    pub fn headline(&self) -> String {
        plain::line(&self.title)
    }

    /// Paragraphs, then facts, a line each.
    pub fn lines(&self) -> Vec<String> {
        let paragraphs = self.paragraphs.iter().map(|paragraph| plain::text(paragraph));
        let facts = self.facts.iter().map(|fact| fact.line(self.language));
        paragraphs.chain(facts).filter(|line| !line.is_empty()).collect()
    }

    /// The whole message as a chat's plain text of at most `bytes_max` bytes; what is cut is cut before the link. Chats that promise plain
    /// text still read links and mentions in angle brackets, which nobody who typed something shall be able to make.
    pub fn plain(&self, bytes_max: usize) -> String {
        let link = self.link.as_ref().map(|link| Fact { label: link.text(), value: link.url.clone() }.line(self.language));
        let link = link.map(|line| format!("\n{}", line.replace('<', "＜"))).unwrap_or_default();
        let body = std::iter::once(self.headline()).chain(self.lines()).collect::<Vec<_>>().join("\n").replace('<', "＜");
        format!("{}{link}", plain::cut_bytes(&body, bytes_max.saturating_sub(link.len())))
    }
}

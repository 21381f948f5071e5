//! The words of a playbook, in every language of the product.

use serde::{Deserialize, Serialize};

use crate::texts::Language;

/// A name or a sentence in every language.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Wording {
    #[serde(rename = "zh-CN")]
    pub zh_cn: String,
    pub en: String,
}

impl Wording {
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::ZhCn => &self.zh_cn,
            Language::En => &self.en,
        }
    }
}

/// What a person is told: what it is, why they are told, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Text {
    pub title: Wording,
    pub why: Wording,
    pub next: Wording,
}

/// What a text can leave room for, as `{name}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Placeholder {
    /// The lead's, deal's, customer's … name.
    Subject,
    /// The name of the stage it is in.
    Stage,
    /// The name of the rep who holds it.
    Owner,
    /// How long it has been waiting.
    Waited,
    /// What the stage waits for.
    Awaited,
    /// What the department is called that a hand-over was asked of.
    Department,
    /// How long that department takes to answer, on the mean.
    Mean,
}

impl Placeholder {
    pub const ALL: [Self; 7] = [Self::Subject, Self::Stage, Self::Owner, Self::Waited, Self::Awaited, Self::Department, Self::Mean];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Stage => "stage",
            Self::Owner => "owner",
            Self::Waited => "waited",
            Self::Awaited => "awaited",
            Self::Department => "department",
            Self::Mean => "mean",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|placeholder| placeholder.as_str() == text)
    }
}

/// A piece of a sentence.
enum Piece<'a> {
    Plain(&'a str),
    Gap(&'a str),
}

/// Cuts a sentence at its gaps; a brace that opens none is text.
fn pieces(mut sentence: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    while let Some((before, rest)) = sentence.split_once('{') {
        let Some((name, after)) = rest.split_once('}') else { break };
        pieces.extend([Piece::Plain(before), Piece::Gap(name)]);
        sentence = after;
    }
    pieces.push(Piece::Plain(sentence));
    pieces
}

/// The sentence with its gaps filled by `fill`.
pub fn filled(sentence: &str, mut fill: impl FnMut(Placeholder) -> String) -> String {
    let told = pieces(sentence).into_iter().map(|piece| match piece {
        Piece::Plain(text) => text.to_owned(),
        Piece::Gap(name) => Placeholder::parse(name).map_or_else(|| format!("{{{name}}}"), &mut fill),
    });
    told.collect()
}

/// The gaps of a sentence that nothing fills.
pub(super) fn unknown_gaps(sentence: &str) -> Vec<&str> {
    let gaps = pieces(sentence).into_iter().filter_map(|piece| match piece {
        Piece::Gap(name) if Placeholder::parse(name).is_none() => Some(name),
        _ => None,
    });
    gaps.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_filled_and_everything_else_stays() {
        let fill = |placeholder: Placeholder| placeholder.as_str().to_uppercase();
        for (sentence, want) in [
            ("{subject}在“{stage}”停了{waited}。", "SUBJECT在“STAGE”停了WAITED。"),
            ("no gap", "no gap"),
            ("{} {unknown} {", "{} {unknown} {"),
            ("}{owner}{", "}OWNER{"),
            ("", ""),
        ] {
            assert_eq!(filled(sentence, fill), want);
        }
        assert_eq!(unknown_gaps("{subject} {who} {} {stage"), ["who", ""]);
    }
}

//! The names that a playbook gives to its parts.

use std::borrow::Borrow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A stable name: small letters, digits and underscores, a letter first, at most [`Code::MAX`] characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Code(String);

impl Code {
    /// The longest code, in characters.
    pub const MAX: usize = 40;

    /// Reads a code; `None` when `text` is none.
    pub fn parse(text: &str) -> Option<Self> {
        let mut letters = text.bytes();
        let starts = letters.next().is_some_and(|byte| byte.is_ascii_lowercase());
        let goes_on = letters.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        (starts && goes_on && text.len() <= Self::MAX).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for Code {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        code.0
    }
}

impl TryFrom<String> for Code {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not a code")
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn a_code_is_a_small_identifier() {
        for text in ["a", "new", "solution_comparison", "n6", &"a".repeat(40)] {
            assert_eq!(Code::parse(text).unwrap().as_str(), text);
        }
        for text in ["", "_a", "6n", "New", "a-b", "a b", "a.b", "线索", "a\n", &"a".repeat(41)] {
            assert_eq!(Code::parse(text), None, "{text:?}");
        }
    }
}

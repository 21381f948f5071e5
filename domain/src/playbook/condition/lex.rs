//! Cuts a condition into tokens.

use super::problem::{Problem, ProblemKind};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Identifier(String),
    Int(i64),
    Double(f64),
    Text(String),
    /// An operator or a bracket.
    Mark(&'static str),
    End,
}

impl Token {
    /// As it is quoted in a problem.
    pub(super) fn told(&self) -> String {
        match self {
            Self::Identifier(name) => name.clone(),
            Self::Int(number) => number.to_string(),
            Self::Double(number) => number.to_string(),
            Self::Text(text) => format!("'{text}'"),
            Self::Mark(mark) => (*mark).to_owned(),
            Self::End => String::new(),
        }
    }
}

/// Longer marks first: the first that fits is taken.
const MARKS: &[&str] =
    &["||", "&&", "==", "!=", "<=", ">=", "?", ":", "<", ">", "+", "-", "*", "/", "%", "!", ".", ",", "(", ")", "[", "]"];

/// The tokens of a condition with their offsets in characters, ending in [`Token::End`].
pub(super) fn tokens(source: &str) -> Result<Vec<(usize, Token)>, Problem> {
    let mut letters = Letters { letters: source.chars().collect(), at: 0 };
    let mut tokens = Vec::new();
    loop {
        while letters.peek().is_some_and(|letter| matches!(letter, ' ' | '\t' | '\n' | '\r')) {
            letters.at += 1;
        }
        let start = letters.at;
        let Some(letter) = letters.peek() else {
            tokens.push((start, Token::End));
            return Ok(tokens);
        };
        let token = match letter {
            'a'..='z' | 'A'..='Z' | '_' => letters.word(),
            '0'..='9' => letters.number(start)?,
            '\'' | '"' => letters.text(start, letter)?,
            _ => letters.mark(start)?,
        };
        tokens.push((start, token));
    }
}

struct Letters {
    letters: Vec<char>,
    at: usize,
}

impl Letters {
    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.at += 1;
        Some(letter)
    }

    fn take_while(&mut self, fits: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some(letter) = self.peek().filter(|letter| fits(*letter)) {
            taken.push(letter);
            self.at += 1;
        }
        taken
    }

    fn word(&mut self) -> Token {
        let word = self.take_while(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        if word == "in" { Token::Mark("in") } else { Token::Identifier(word) }
    }

    /// A whole or decimal number. Hexadecimal, exponents and unsigned suffixes are not part of the language.
    fn number(&mut self, start: usize) -> Result<Token, Problem> {
        let mut number = self.take_while(|letter| letter.is_ascii_digit());
        let is_decimal = self.peek() == Some('.') && self.letters.get(self.at + 1).is_some_and(char::is_ascii_digit);
        if is_decimal {
            self.at += 1;
            number.push('.');
            number += &self.take_while(|letter| letter.is_ascii_digit());
        }
        let runs_on = self.peek().filter(|letter| letter.is_alphanumeric() || *letter == '_' || *letter == '.');
        let bad = |text: String| Problem::at(start, ProblemKind::BadLiteral(text));
        if let Some(letter) = runs_on {
            return Err(bad(format!("{number}{letter}")));
        }
        let token = if is_decimal { number.parse().ok().map(Token::Double) } else { number.parse().ok().map(Token::Int) };
        token.ok_or_else(|| bad(number))
    }

    fn text(&mut self, start: usize, quote: char) -> Result<Token, Problem> {
        self.at += 1;
        let mut text = String::new();
        loop {
            match self.next() {
                None | Some('\n' | '\r') => return Err(Problem::at(start, ProblemKind::BadLiteral(text))),
                Some(letter) if letter == quote => break,
                Some('\\') => text.push(self.escape()?),
                Some(letter) => text.push(letter),
            }
        }
        // Two quotes and a third one begin CEL's long strings, which conditions do without.
        if text.is_empty() && self.peek() == Some(quote) {
            return Err(Problem::at(start, ProblemKind::Unsupported(quote.to_string().repeat(3))));
        }
        Ok(Token::Text(text))
    }

    fn escape(&mut self) -> Result<char, Problem> {
        let start = self.at - 1;
        match self.next() {
            Some(letter @ ('\\' | '\'' | '"')) => Ok(letter),
            Some('n') => Ok('\n'),
            Some('t') => Ok('\t'),
            other => Err(Problem::at(start, ProblemKind::BadLiteral(format!("\\{}", other.map(String::from).unwrap_or_default())))),
        }
    }

    fn mark(&mut self, start: usize) -> Result<Token, Problem> {
        let fits = |mark: &&&str| mark.chars().enumerate().all(|(n, letter)| self.letters.get(start + n) == Some(&letter));
        let Some(mark) = MARKS.iter().find(fits) else {
            let letter = self.peek().map(String::from).unwrap_or_default();
            return Err(Problem::at(start, ProblemKind::Unsupported(letter)));
        };
        self.at += mark.len();
        Ok(Token::Mark(mark))
    }
}

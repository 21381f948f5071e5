//! A text as it is read for masking: its letters as they were written, and beside them as they are compared.

use std::ops::Range;

use super::{Kind, Masked};

/// Something to be hidden, and what is shown in its place.
pub(super) struct Found {
    pub place: Range<usize>,
    pub shown: String,
    pub kind: Kind,
}

pub(super) struct Text {
    written: Vec<char>,
    /// Letter for letter the same, wide ones as their narrow twins.
    folded: Vec<char>,
    kinds: Vec<Kind>,
}

impl Text {
    pub fn read(text: &str) -> Self {
        let written = text.chars().filter(|letter| !is_invisible(*letter)).collect::<Vec<_>>();
        let folded = written.iter().map(|letter| narrow(*letter)).collect();
        Self { written, folded, kinds: Vec::new() }
    }

    /// Hides what `find` finds: places in order that do not overlap.
    pub fn hide(&mut self, find: impl FnOnce(&[char]) -> Vec<Found>) {
        let found = find(&self.folded);
        if found.is_empty() {
            return;
        }
        let (mut written, mut folded, mut from) = (Vec::new(), Vec::new(), 0);
        for one in found {
            if one.place.start < from {
                continue;
            }
            let between = from..one.place.start;
            written.extend(self.written.get(between.clone()).unwrap_or_default());
            folded.extend(self.folded.get(between).unwrap_or_default());
            written.extend(one.shown.chars());
            folded.extend(one.shown.chars());
            from = one.place.end;
            if !self.kinds.contains(&one.kind) {
                self.kinds.push(one.kind);
            }
        }
        written.extend(self.written.get(from..).unwrap_or_default());
        folded.extend(self.folded.get(from..).unwrap_or_default());
        (self.written, self.folded) = (written, folded);
    }

    pub fn masked(self) -> Masked {
        Masked { text: self.written.into_iter().collect(), kinds: self.kinds }
    }
}

fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}')
}

fn narrow(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => u32::from(letter).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(letter),
        '\u{3000}' | '\u{a0}' => ' ',
        _ => letter,
    }
}

/// The longest stretches of letters and digits of ASCII, in order.
pub(super) fn words(letters: &[char]) -> Vec<Range<usize>> {
    let (mut words, mut from) = (Vec::new(), None);
    for (at, letter) in letters.iter().enumerate() {
        match (letter.is_ascii_alphanumeric(), from) {
            (true, None) => from = Some(at),
            (false, Some(start)) => {
                words.push(start..at);
                from = None;
            }
            _ => {}
        }
    }
    words.extend(from.map(|start| start..letters.len()));
    words
}

/// The digits of a stretch, if it holds nothing else.
pub(super) fn digits(letters: &[char], place: &Range<usize>) -> Option<String> {
    let stretch = letters.get(place.clone())?;
    stretch.iter().all(char::is_ascii_digit).then(|| stretch.iter().collect())
}

/// Whether one space or hyphen, and nothing else, is between two stretches.
pub(super) fn adjoin(letters: &[char], one: &Range<usize>, next: &Range<usize>) -> bool {
    next.start == one.end + 1 && letters.get(one.end).is_some_and(|letter| matches!(letter, ' ' | '-'))
}

/// Whether a stretch is the fraction of a decimal number.
pub(super) fn is_fraction(letters: &[char], place: &Range<usize>) -> bool {
    let before = |by: usize| place.start.checked_sub(by).and_then(|at| letters.get(at));
    before(1) == Some(&'.') && before(2).is_some_and(char::is_ascii_digit)
}

/// Whether one of `words` is among the `reach` letters before a place.
pub(super) fn follows(letters: &[char], place: &Range<usize>, words: &[&str], reach: usize) -> bool {
    let before = letters.get(place.start.saturating_sub(reach)..place.start).unwrap_or_default();
    let before = before.iter().collect::<String>();
    words.iter().any(|word| before.contains(word))
}

/// The first `first` letters of a number, stars, and its last `last`.
pub(super) fn starred(number: &str, first: usize, stars: usize, last: usize) -> String {
    let tail = number.chars().count().saturating_sub(last);
    let (head, tail) = (number.chars().take(first), number.chars().skip(tail));
    head.chain(std::iter::repeat_n('*', stars)).chain(tail).collect()
}

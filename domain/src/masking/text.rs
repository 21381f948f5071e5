//! A text as it is read for masking: its letters as they were written, and beside them as they are compared.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use super::Kind;

/// Something to be hidden, and what is shown in its place.
pub(super) struct Found {
    pub place: Range<usize>,
    pub shown: String,
    pub kind: Kind,
}

pub(super) struct Text {
    written: Vec<char>,
    /// Letter for letter the same, as they are compared.
    folded: Vec<char>,
    /// Where in what was read each letter comes from; all that is shown for something, from where that began.
    origins: Vec<usize>,
    pub kinds: Vec<Kind>,
}

impl Text {
    /// Letters that are to be seen; see [`is_invisible`].
    pub fn read(letters: impl Iterator<Item = char>) -> Self {
        let written = letters.collect::<Vec<_>>();
        let folded = written.iter().map(|letter| narrow(*letter)).collect();
        Self { folded, origins: (0..written.len()).collect(), written, kinds: Vec::new() }
    }

    /// Hides what `find` finds: places in order that do not overlap. Whether anything looks otherwise than before.
    pub fn hide(&mut self, find: impl FnOnce(&[char]) -> Vec<Found>) -> bool {
        let found = find(&self.folded);
        if found.is_empty() {
            return false;
        }
        let mut next = Self { written: Vec::new(), folded: Vec::new(), origins: Vec::new(), kinds: Vec::new() };
        let mut from = 0;
        for one in found {
            if one.place.start < from {
                continue;
            }
            next.take(self, from..one.place.start);
            let origin = self.origins.get(one.place.start).copied().unwrap_or_default();
            next.written.extend(one.shown.chars());
            next.folded.extend(one.shown.chars());
            next.origins.resize(next.written.len(), origin);
            from = one.place.end;
            if !self.kinds.contains(&one.kind) {
                self.kinds.push(one.kind);
            }
        }
        next.take(self, from..self.written.len());
        let changed = next.folded != self.folded;
        (self.written, self.folded, self.origins) = (next.written, next.folded, next.origins);
        changed
    }

    fn take(&mut self, from: &Self, place: Range<usize>) {
        self.written.extend(from.written.get(place.clone()).unwrap_or_default());
        self.folded.extend(from.folded.get(place.clone()).unwrap_or_default());
        self.origins.extend(from.origins.get(place).unwrap_or_default());
    }

    /// What is shown of the letters read before `origin`.
    pub fn shown_before(&self, origin: usize) -> impl Iterator<Item = char> {
        let whole = self.origins.partition_point(|from| *from < origin);
        self.written.iter().take(whole).copied()
    }
}

/// Letters that nobody sees, but that would tear a number apart: of no width, and those that turn the direction, which telephones put around
/// numbers that are copied. The signs that make an emblem of a digit are not among them: so are lists numbered.
pub(super) fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(letter, '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// One letter for all that look alike: wide and narrow, spaces, hyphens and dots of every kind, and Chinese letters of other blocks.
pub(super) fn narrow(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => u32::from(letter).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(letter),
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{2800}' | '\u{3000}' | '\u{3164}' | '\u{ffa0}' => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' => '-',
        '\u{2022}' | '\u{2027}' | '\u{2219}' | '\u{22c5}' | '\u{30fb}' | '\u{ff65}' => '·',
        '\u{2018}' | '\u{2019}' => '\'',
        '\u{2e80}'..='\u{2fdf}' | '\u{f900}'..='\u{faff}' | '\u{1d400}'..='\u{1d7ff}' | '\u{2f800}'..='\u{2fa1f}' => {
            let mut twin = std::iter::once(letter).nfkc();
            twin.next().filter(|_| twin.next().is_none()).unwrap_or(letter)
        }
        _ => letter,
    }
}

pub(super) fn is_han(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{323af}' | '〇')
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

/// What begins with one of the words; what is part of something found begins nothing else.
pub(super) fn walk(words: &[Range<usize>], find: impl Fn(&[Range<usize>]) -> Option<Found>) -> Vec<Found> {
    let (mut found, mut past) = (Vec::<Found>::new(), 0);
    for (nth, word) in words.iter().enumerate() {
        let rest = words.get(nth..).unwrap_or_default();
        if let Some(one) = (word.start >= past).then(|| find(rest)).flatten() {
            past = one.place.end;
            found.push(one);
        }
    }
    found
}

/// The digits of a stretch, if it holds nothing else.
pub(super) fn digits(letters: &[char], place: &Range<usize>) -> Option<String> {
    let stretch = letters.get(place.clone())?;
    stretch.iter().all(char::is_ascii_digit).then(|| stretch.iter().collect())
}

/// How the groups of one number are parted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// A space or a hyphen, or one between the others.
    Loose,
    Dot,
    /// The end of brackets around what is before.
    Bracket,
}

/// What is between two stretches, if they may be groups of one number.
pub(super) fn gap(letters: &[char], one: &Range<usize>, next: &Range<usize>) -> Option<Gap> {
    match letters.get(one.end..next.start)? {
        [' ' | '-'] | [' ', ' ' | '-'] | ['-', ' '] | [' ', '-', ' '] => Some(Gap::Loose),
        ['.' | '·'] => Some(Gap::Dot),
        [')'] | [')', ' ' | '-'] => Some(Gap::Bracket),
        _ => None,
    }
}

/// Whether a stretch is the fraction of a decimal number.
pub(super) fn is_fraction(letters: &[char], place: &Range<usize>) -> bool {
    let before = |by: usize| place.start.checked_sub(by).and_then(|at| letters.get(at));
    before(1) == Some(&'.') && before(2).is_some_and(char::is_ascii_digit)
}

/// Whether one digit and a dot before a stretch are the number of an item in a list, as in `2.13800138000`.
pub(super) fn is_listed(letters: &[char], place: &Range<usize>) -> bool {
    let before = |by: usize| place.start.checked_sub(by).and_then(|at| letters.get(at));
    let number = before(2).is_some_and(|digit| ('1'..='9').contains(digit));
    number && !before(3).is_some_and(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | ',' | '-' | '+'))
}

/// Whether one of `words` is among the `reach` letters before a place.
pub(super) fn follows(letters: &[char], place: &Range<usize>, words: &[&str], reach: usize) -> bool {
    let before = letters.get(place.start.saturating_sub(reach)..place.start).unwrap_or_default();
    let before = before.iter().collect::<String>();
    words.iter().any(|word| before.contains(word))
}

/// How far before something the word is looked for that says what it is.
const REACH: usize = 24;

/// Whether one of `words`, in small letters, is right before a place, with nothing between but what joins the two: `电话号码是：`.
pub(super) fn is_said(letters: &[char], place: &Range<usize>, words: &[&str]) -> bool {
    let before = letters.get(place.start.saturating_sub(REACH)..place.start).unwrap_or_default();
    let before = before.iter().map(char::to_ascii_lowercase).collect::<String>();
    let joins = |letter: char| " :=.()[]【】+-号码是为\t\n\r".contains(letter);
    let before = before.trim_end_matches(joins);
    let before = ["number", "no"].iter().find_map(|word| before.strip_suffix(word)).unwrap_or(before).trim_end_matches(joins);
    words.iter().filter_map(|word| Some((word, before.strip_suffix(word)?))).any(|(word, before)| {
        // A word in Latin letters is not the end of another one: a hotel is no telephone.
        !(word.is_ascii() && before.ends_with(|letter: char| letter.is_ascii_alphanumeric()))
    })
}

pub(super) fn begins_with(letters: &[char], word: &str) -> bool {
    let mut letters = letters.iter();
    word.chars().all(|expected| letters.next().is_some_and(|letter| letter.eq_ignore_ascii_case(&expected)))
}

/// Whether eight digits are a day of our times.
pub(super) fn is_date(number: &str) -> bool {
    let part = |from: usize, to: usize| number.get(from..to).and_then(|part| part.parse::<u32>().ok()).unwrap_or(0);
    number.len() == 8 && (1900..2100).contains(&part(0, 4)) && (1..=12).contains(&part(4, 6)) && (1..=31).contains(&part(6, 8))
}

/// The first `first` letters of a number, stars, and its last `last`.
pub(super) fn starred(number: &str, first: usize, stars: usize, last: usize) -> String {
    let tail = number.chars().count().saturating_sub(last);
    let (head, tail) = (number.chars().take(first), number.chars().skip(tail));
    head.chain(std::iter::repeat_n('*', stars)).chain(tail).collect()
}

//! Telephone numbers of the mainland: mobiles, and landlines with their area.

use std::ops::Range;

use super::Kind;
use super::text::{Found, adjoin, digits, follows, is_fraction, starred, words};

pub(super) fn mobiles(letters: &[char]) -> Vec<Found> {
    let words = words(letters);
    let (mut found, mut next) = (Vec::new(), 0);
    while let Some(word) = words.get(next) {
        let taken = mobile(letters, word).map(|found| (1, found)).or_else(|| grouped(letters, words.get(next..next + 3)?));
        next += taken.as_ref().map_or(1, |(words, _)| *words);
        found.extend(taken.map(|(_, found)| found));
    }
    found
}

/// A mobile in one word, which may begin with the country's code.
fn mobile(letters: &[char], word: &Range<usize>) -> Option<Found> {
    if is_fraction(letters, word) {
        return None;
    }
    let number = digits(letters, word)?;
    let plus = word.start.checked_sub(1).and_then(|before| letters.get(before)) == Some(&'+');
    let code = match number.len() {
        11 => 0,
        13 if plus && number.starts_with("86") => 2,
        15 if number.starts_with("0086") => 4,
        _ => return None,
    };
    let own = number.get(code..).filter(|own| is_mobile(own))?;
    Some(Found { place: word.start + code..word.end, shown: starred(own, 3, 4, 4), kind: Kind::Mobile })
}

/// A mobile as 3-4-4.
fn grouped(letters: &[char], words: &[Range<usize>]) -> Option<(usize, Found)> {
    let [one, two, three] = words else { return None };
    let shaped = (one.len(), two.len(), three.len()) == (3, 4, 4) && adjoin(letters, one, two) && adjoin(letters, two, three);
    if !shaped || is_fraction(letters, one) {
        return None;
    }
    let number = [one, two, three].into_iter().map(|part| digits(letters, part)).collect::<Option<String>>()?;
    let found = Found { place: one.start..three.end, shown: starred(&number, 3, 4, 4), kind: Kind::Mobile };
    is_mobile(&number).then_some((3, found))
}

fn is_mobile(number: &str) -> bool {
    let mut digits = number.chars();
    number.len() == 11 && digits.next() == Some('1') && digits.next().is_some_and(|second| ('3'..='9').contains(&second))
}

/// Words after which a number without its area is one of a landline.
const SAID_BY: [&str; 2] = ["座机", "固话"];

pub(super) fn landlines(letters: &[char]) -> Vec<Found> {
    let words = words(letters);
    let (mut found, mut next) = (Vec::new(), 0);
    while let Some(word) = words.get(next) {
        let taken = landline(letters, words.get(next..).unwrap_or_default());
        let past = taken.as_ref().map_or(word.end, |found| found.place.end);
        found.extend(taken);
        while words.get(next).is_some_and(|word| word.start < past) {
            next += 1;
        }
    }
    found
}

fn landline(letters: &[char], words: &[Range<usize>]) -> Option<Found> {
    let (first, second) = (words.first()?, words.get(1));
    if is_fraction(letters, first) {
        return None;
    }
    let number = digits(letters, first)?;
    if let Some((own, after)) = second.filter(|second| is_behind_area(letters, first, second)).and_then(|second| {
        let own = digits(letters, second).filter(|own| is_area(&number) && matches!(own.len(), 7 | 8))?;
        Some((own, second))
    }) {
        let end = past_extension(letters, after, words.get(2));
        return Some(Found { place: after.start..end, shown: hidden(&own), kind: Kind::Landline });
    }
    let area = area_length(&number);
    if let Some(own) = number.get(area..).filter(|own| area > 0 && matches!(own.len(), 7 | 8)) {
        let end = past_extension(letters, first, second);
        return Some(Found { place: first.start + area..end, shown: hidden(own), kind: Kind::Landline });
    }
    let said = matches!(number.len(), 7 | 8) && !number.starts_with(['0', '1']) && follows(letters, first, &SAID_BY, 5);
    said.then(|| Found { place: first.clone(), shown: hidden(&number), kind: Kind::Landline })
}

fn hidden(own: &str) -> String {
    starred(own, 0, own.len().saturating_sub(2), 2)
}

/// `010-8888`, `010 8888` and `(010)8888`.
fn is_behind_area(letters: &[char], area: &Range<usize>, own: &Range<usize>) -> bool {
    let between = letters.get(area.end..own.start).unwrap_or_default();
    adjoin(letters, area, own) || matches!(between, [')'] | [')', ' '])
}

/// A short number behind a hyphen is the extension, and goes with it.
fn past_extension(letters: &[char], own: &Range<usize>, next: Option<&Range<usize>>) -> usize {
    let extension = next.filter(|next| {
        let hyphen = letters.get(own.end) == Some(&'-') && next.start == own.end + 1;
        hyphen && next.len() <= 6 && digits(letters, next).is_some()
    });
    extension.map_or(own.end, |extension| extension.end)
}

fn is_area(number: &str) -> bool {
    matches!(number.len(), 3 | 4) && area_length(number) == number.len()
}

/// How many digits of a number are its area: three for the great cities, four elsewhere; none where it begins otherwise.
fn area_length(number: &str) -> usize {
    let mut digits = number.chars();
    match (digits.next(), digits.next(), digits.next()) {
        (Some('0'), Some('1'), Some('0')) | (Some('0'), Some('2'), Some(_)) => 3,
        (Some('0'), Some('3'..='9'), Some(_)) => 4,
        _ => 0,
    }
}

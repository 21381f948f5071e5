//! Landlines of the mainland: behind their area, or behind a word that says so; and words with the labels that are glued to numbers.

use std::ops::Range;

use super::Kind;
use super::text::{Found, Gap, begins_with, digits, follows, gap, is_date, is_fraction, is_listed, is_said, starred, walk, words};

/// Labels that people glue to a telephone number.
const LABELS: [&str; 12] = ["tel", "phone", "mobile", "mob", "cell", "wx", "vx", "v", "wechat", "weixin", "qq", "dd"];
/// What an extension is glued with.
const EXTENDED: [&str; 2] = ["ext", "x"];

/// The words of a text, of those that are a number with a label the number alone: `tel13800138000`, `13800138000vx`, `88886666ext8001`.
pub(super) fn bare_words(letters: &[char]) -> Vec<Range<usize>> {
    words(letters).into_iter().map(|word| bare(letters, word)).collect()
}

fn bare(letters: &[char], word: Range<usize>) -> Range<usize> {
    let stretch = letters.get(word.clone()).unwrap_or_default();
    let first = stretch.iter().take_while(|letter| letter.is_ascii_alphabetic()).count();
    let number = stretch.iter().skip(first).take_while(|letter| letter.is_ascii_digit()).count();
    let is_label = |part: &[char], labels: &[&str]| {
        part.is_empty() || labels.iter().any(|label| label.len() == part.len() && begins_with(part, label))
    };
    let after = stretch.get(first + number..).unwrap_or_default();
    let last = after.iter().take_while(|letter| letter.is_ascii_alphabetic()).count();
    let (tail, extension) = (after.get(..last).unwrap_or_default(), after.get(last..).unwrap_or_default());
    let tailed = if extension.is_empty() { is_label(tail, &LABELS) } else { last > 0 && is_label(tail, &EXTENDED) };
    let labelled = tailed && extension.iter().all(char::is_ascii_digit) && is_label(stretch.get(..first).unwrap_or_default(), &LABELS);
    if labelled && number > 0 { word.start + first..word.start + first + number } else { word }
}

/// Words after which a number without its area is one of a landline; `SAID_NEAR` a few letters before, the others right before.
const SAID_NEAR: [&str; 2] = ["座机", "固话"];
const SAID_BY: [&str; 4] = ["电话", "办公室", "tel", "phone"];

pub(super) fn find(letters: &[char], words: &[Range<usize>]) -> Vec<Found> {
    walk(words, |words| landline(letters, words))
}

fn landline(letters: &[char], words: &[Range<usize>]) -> Option<Found> {
    let first = words.first()?;
    if is_fraction(letters, first) && !is_listed(letters, first) {
        return None;
    }
    let (number, second) = (digits(letters, first)?, words.get(1));
    let behind = |nth: usize| own(letters, words.get(nth..)?, words.get(nth.checked_sub(1)?));
    if is_area(&number) {
        return behind(1).map(|own| own.found(letters));
    }
    if let Some(second) = second.filter(|_| matches!(number.as_str(), "86" | "0086")) {
        let before = first.start.checked_sub(1).and_then(|before| letters.get(before));
        let coded = number == "0086" || before == Some(&'+') || letters.get(first.end) == Some(&'-');
        let area = digits(letters, second).filter(|area| coded && is_area(&format!("0{area}")) && gap(letters, first, second).is_some());
        return area.and_then(|_| behind(2)).map(|own| own.found(letters));
    }
    let area = area_length(&number);
    if let Some(own) = number.get(area..).filter(|own| area > 0 && matches!(own.len(), 7 | 8)) {
        return Some(Own { place: first.start + area..first.end, number: own.to_owned() }.found(letters));
    }
    let said = own(letters, words, None).filter(|own| !own.number.starts_with(['0', '1']))?;
    let near = follows(letters, first, &SAID_NEAR, 5);
    (near || is_said(letters, first, &SAID_BY) && !is_date(&said.number)).then(|| said.found(letters))
}

/// A number without its area.
struct Own {
    place: Range<usize>,
    number: String,
}

impl Own {
    fn found(self, letters: &[char]) -> Found {
        let shown = starred(&self.number, 0, self.number.len().saturating_sub(2), 2);
        Found { place: self.place.start..past_extension(letters, self.place.end), shown, kind: Kind::Landline }
    }
}

/// The seven or eight digits with which `words` begin, in one or in two groups, if they adjoin what is `before` them.
fn own(letters: &[char], words: &[Range<usize>], before: Option<&Range<usize>>) -> Option<Own> {
    let first = words.first()?;
    if before.is_some_and(|before| gap(letters, before, first).is_none()) {
        return None;
    }
    let number = digits(letters, first)?;
    if matches!(number.len(), 7 | 8) {
        return Some(Own { place: first.clone(), number });
    }
    let second = words.get(1)?;
    let (parted, next) = (gap(letters, first, second)?, words.get(2));
    // `021-2026-0017` is the number of a contract, and `0.755.2600.1234` of a version.
    let is_year = number.starts_with("19") || number.starts_with("20");
    let longer = parted == Gap::Dot && next.is_some_and(|next| gap(letters, second, next) == Some(Gap::Dot));
    let last = digits(letters, second).filter(|last| last.len() == 4 && matches!(number.len(), 3 | 4) && !is_year)?;
    (!longer && parted != Gap::Bracket).then(|| Own { place: first.start..second.end, number: number + &last })
}

/// What stands before an extension; with a space around it where that is usual.
const MARKS: [(&str, bool); 9] = [
    ("转分机", true),
    ("转接", true),
    ("转", true),
    ("分机号", true),
    ("分机", true),
    ("内线", true),
    ("ext", true),
    ("x", false),
    ("-", false),
];
/// Longest extension.
const EXTENSION_MAX: usize = 6;

/// Where a number ends that ends at `end` without its extension, which goes with it.
fn past_extension(letters: &[char], end: usize) -> usize {
    let spaces = usize::from(letters.get(end) == Some(&' '));
    let extension = MARKS.iter().find_map(|(mark, spaced)| {
        let at = end + if *spaced { spaces } else { 0 };
        let mut from = begins_with(letters.get(at..)?, mark).then(|| at + mark.chars().count())?;
        while *spaced && letters.get(from).is_some_and(|letter| matches!(letter, ' ' | '.' | ':')) && from < at + 8 {
            from += 1;
        }
        let digits = letters.get(from..)?.iter().take(EXTENSION_MAX + 1).take_while(|letter| letter.is_ascii_digit()).count();
        let ended = !letters.get(from + digits).is_some_and(char::is_ascii_alphanumeric);
        (ended && (1..=EXTENSION_MAX).contains(&digits)).then_some(from + digits)
    });
    extension.unwrap_or(end)
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

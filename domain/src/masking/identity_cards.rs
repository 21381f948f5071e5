//! Identity numbers of GB 11643: six digits of a place, a day of birth, three that count, and one that checks.

use std::ops::Range;

use chrono::NaiveDate;

use super::Kind;
use super::text::{Found, Gap, follows, gap, is_said, starred, walk};

const LENGTH: usize = 18;
/// How numbers looked before 1999; nothing in them checks.
const OLD_LENGTH: usize = 15;
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
/// The words that say what a number is meant to be, and how far before it they may stand.
const SAID_BY: [&str; 2] = ["身份证", "证件"];
const REACH: usize = 12;
/// Those that stand right before it.
const SAID_RIGHT: [&str; 3] = ["id card", "idcard", "sfz"];

/// Most groups that a number is written in.
const GROUPS_MAX: usize = 8;

pub(super) fn find(letters: &[char], words: &[Range<usize>]) -> Vec<Found> {
    walk(words, |words| card_in(letters, words))
}

/// The number that begins with the first of the words: in one, or in groups however they are cut, since it checks as a whole.
fn card_in(letters: &[char], words: &[Range<usize>]) -> Option<Found> {
    let first = words.first()?;
    let mut number = String::new();
    for (nth, word) in words.iter().take(GROUPS_MAX).enumerate() {
        let before = nth.checked_sub(1).and_then(|before| words.get(before));
        if before.is_some_and(|before| !matches!(gap(letters, before, word), Some(Gap::Loose | Gap::Dot))) {
            break;
        }
        number.extend(letters.get(word.clone())?.iter().map(char::to_ascii_uppercase));
        // What is glued to the front of a number is no part of it: `ID110105…`.
        let label = if nth == 0 { number.chars().take_while(char::is_ascii_alphabetic).count() } else { 0 };
        let (place, number) = (first.start + label..word.end, number.get(label..)?);
        let said = || follows(letters, &place, &SAID_BY, REACH) || is_said(letters, &place, &SAID_RIGHT);
        if let Some((kind, stars)) = kind_of(number, said).filter(|_| nth == 0 || number.len() == LENGTH) {
            return Some(Found { shown: starred(number, 6, stars, 4), place, kind });
        }
        if number.len() >= LENGTH || label > 0 {
            break;
        }
    }
    None
}

fn kind_of(number: &str, said: impl Fn() -> bool) -> Option<(Kind, usize)> {
    match number.len() {
        LENGTH if is_identity_number(number) => Some((Kind::IdCard, 8)),
        LENGTH if is_shaped(number) && said() => Some((Kind::IdCardSuspect, 8)),
        OLD_LENGTH if number.chars().all(|digit| digit.is_ascii_digit()) && said() => Some((Kind::IdCardSuspect, 5)),
        _ => None,
    }
}

fn is_shaped(number: &str) -> bool {
    let digits = number.chars().take_while(char::is_ascii_digit).count();
    number.len() == LENGTH && (digits == LENGTH || digits == LENGTH - 1 && number.ends_with(['X', 'x']))
}

/// Whether an identity number is one: of a province, with a day that was, and checked by its last digit.
pub fn is_identity_number(number: &str) -> bool {
    if !is_shaped(number) {
        return false;
    }
    let part = |from: usize, to: usize| number.get(from..to).and_then(|part| part.parse::<u32>().ok()).unwrap_or(0);
    let is_place = matches!(part(0, 2), 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83);
    let year = i32::try_from(part(6, 10)).unwrap_or(0);
    let is_day = (1800..2100).contains(&year) && NaiveDate::from_ymd_opt(year, part(10, 12), part(12, 14)).is_some();
    let sum = number.chars().zip(WEIGHTS).map(|(digit, weight)| digit.to_digit(10).unwrap_or(0) * weight).sum::<u32>();
    let check = CHECKS.get(sum as usize % CHECKS.len());
    is_place && is_day && number.chars().last().map(|last| last.to_ascii_uppercase()) == check.copied()
}

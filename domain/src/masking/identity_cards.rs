//! Identity numbers of GB 11643: six digits of a place, a day of birth, three that count, and one that checks.

use chrono::NaiveDate;

use super::Kind;
use super::text::{Found, adjoin, follows, starred, words};

const LENGTH: usize = 18;
/// How numbers looked before 1999; nothing in them checks.
const OLD_LENGTH: usize = 15;
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
/// The words that say what a number is meant to be, and how far before it they may stand.
const SAID_BY: [&str; 2] = ["身份证", "证件"];
const REACH: usize = 12;

pub(super) fn find(letters: &[char]) -> Vec<Found> {
    let words = words(letters);
    let mut found = Vec::new();
    for (nth, word) in words.iter().enumerate() {
        // Some write it as 6-8-4.
        let parts = words.get(nth..nth + 3).unwrap_or_default();
        let grouped = match parts {
            [one, two, three] if (one.len(), two.len(), three.len()) == (6, 8, 4) => {
                (adjoin(letters, one, two) && adjoin(letters, two, three)).then_some(one.start..three.end)
            }
            _ => None,
        };
        let place = grouped.unwrap_or_else(|| word.clone());
        let Some(stretch) = letters.get(place.clone()) else { continue };
        let number = stretch.iter().filter(|letter| letter.is_ascii_alphanumeric()).collect::<String>().to_ascii_uppercase();
        let said = follows(letters, &place, &SAID_BY, REACH);
        let (kind, stars) = match number.len() {
            LENGTH if is_identity_number(&number) => (Kind::IdCard, 8),
            LENGTH if said && is_shaped(&number) => (Kind::IdCardSuspect, 8),
            OLD_LENGTH if said && number.chars().all(|digit| digit.is_ascii_digit()) => (Kind::IdCardSuspect, 5),
            _ => continue,
        };
        found.push(Found { place, shown: starred(&number, 6, stars, 4), kind });
    }
    found
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

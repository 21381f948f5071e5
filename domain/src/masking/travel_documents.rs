//! Passports, the permits with which people come and go between the mainland, Hong Kong, Macau and Taiwan, and the cards of Hong Kong: only
//! right behind a word that says so, for articles look the same.

use std::ops::Range;

use super::Kind;
use super::text::{Found, digits, is_date, is_said, starred, walk};

const SAID_BY: [&str; 10] = ["护照", "通行证", "回乡证", "台胞证", "居留证", "旅行证", "身份证", "证件", "passport", "id card"];
/// Behind these a number may be of digits alone.
const OF_DIGITS: [&str; 5] = ["护照", "通行证", "台胞证", "回乡证", "passport"];

pub(super) fn find(letters: &[char], words: &[Range<usize>]) -> Vec<Found> {
    walk(words, |words| {
        let word = words.first()?;
        let number = letters.get(word.clone()).filter(|number| (7..=11).contains(&number.len()))?;
        let first = number.iter().take_while(|letter| letter.is_ascii_alphabetic()).count();
        let rest = number.iter().skip(first).filter(|letter| letter.is_ascii_digit()).count();
        let shaped = first <= 2 && first + rest == number.len() && (first > 0 || (8..=10).contains(&rest));
        let of_digits = first == 0;
        let words: &[&str] = if of_digits { &OF_DIGITS } else { &SAID_BY };
        if !shaped || !is_said(letters, word, words) || of_digits && digits(letters, word).is_some_and(|number| is_date(&number)) {
            return None;
        }
        // The check of a card of Hong Kong is in brackets.
        let checked = matches!(letters.get(word.end..word.end + 3), Some(['(', check, ')']) if check.is_ascii_alphanumeric());
        let shown = starred(&number.iter().collect::<String>(), 1, 4, 2);
        Some(Found { place: word.start..word.end + if checked { 3 } else { 0 }, shown, kind: Kind::TravelDocument })
    })
}

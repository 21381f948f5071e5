//! Bank cards: 15 to 19 digits of an issuer of cards that check by the sum of Luhn, in one or in groups.

use std::ops::Range;

use super::Kind;
use super::text::{Found, Gap, digits, gap, is_fraction, is_said, starred, walk};

/// Most groups that a number is written in: five of four, the last one short.
const GROUPS_MAX: usize = 5;
/// Words after which a number of the country's own cards is one, though it does not check: somebody mistyped it.
const SAID_BY: [&str; 8] = ["银行卡", "卡", "账号", "帐号", "账户", "帐户", "储蓄卡", "信用卡"];

pub(super) fn find(letters: &[char], words: &[Range<usize>]) -> Vec<Found> {
    walk(words, |words| if is_fraction(letters, words.first()?) { None } else { card_in(letters, words) })
}

/// The longest card that begins with the first of the words: the sixteen digits in front of a card of nineteen may happen to check as well.
fn card_in(letters: &[char], words: &[Range<usize>]) -> Option<Found> {
    let first = words.first()?;
    let said = is_said(letters, first, &SAID_BY);
    let (mut number, mut longest) = (String::new(), None);
    for (nth, word) in words.iter().take(GROUPS_MAX).enumerate() {
        let Some(group) = digits(letters, word) else { break };
        let before = nth.checked_sub(1).and_then(|before| words.get(before));
        if before.is_some_and(|before| gap(letters, before, word) != Some(Gap::Loose)) || nth > 0 && !matches!(first.len(), 4 | 6) {
            break;
        }
        number.push_str(&group);
        if is_card(&number) || said && number.starts_with("62") && (16..=19).contains(&number.len()) {
            let shown = starred(&number, 0, number.len() - 4, 4);
            longest = Some(Found { place: first.start..word.end, shown, kind: Kind::BankCard });
        }
    }
    longest
}

fn is_card(number: &str) -> bool {
    (15..=19).contains(&number.len()) && number.starts_with(['3', '4', '5', '6']) && passes_luhn(number)
}

/// Whether a number of digits checks by the sum of Luhn.
pub fn passes_luhn(number: &str) -> bool {
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let digits = number.chars().rev().map(|digit| digit.to_digit(10)).collect::<Option<Vec<_>>>();
    digits.is_some_and(|digits| {
        let sum = digits.iter().enumerate().map(|(nth, digit)| if nth % 2 == 1 { doubled(*digit) } else { *digit }).sum::<u32>();
        !digits.is_empty() && sum % 10 == 0
    })
}

//! Mobiles of the mainland, in one or in the groups that people write them in, and numbers of other countries.

use std::ops::Range;

use super::Kind;
use super::text::{Found, Gap, digits, gap, is_fraction, is_listed, is_said, starred, walk};

/// Words after which the digits of a mobile may be grouped in any way.
const SAID_BY: [&str; 9] = ["手机", "电话", "联系方式", "致电", "拨打", "tel", "phone", "mobile", "cell"];
/// Most groups: each digit by itself.
const GROUPS_MAX: usize = 11;
/// With the zeros and the code of the country.
const LONGEST: usize = 15;

pub(super) fn find(letters: &[char], words: &[Range<usize>]) -> Vec<Found> {
    walk(words, |words| mobile(letters, words))
}

fn mobile(letters: &[char], words: &[Range<usize>]) -> Option<Found> {
    let first = words.first()?;
    if is_fraction(letters, first) && !is_listed(letters, first) {
        return None;
    }
    let (mut number, mut sizes, mut gaps) = (digits(letters, first)?, vec![first.len()], Vec::new());
    if !number.starts_with(['0', '1', '8']) {
        return None;
    }
    let said = is_said(letters, first, &SAID_BY);
    for (word, next) in words.iter().zip(words.iter().skip(1).map(Some).chain([None])).take(GROUPS_MAX) {
        let after = next.and_then(|next| gap(letters, word, next));
        if let Some(code) = code_of(&number, said).filter(|code| *code < first.len()) {
            let opened = (first.start + code).checked_sub(1).filter(|before| letters.get(*before) == Some(&'('));
            // A mobile in dots is no part of something longer in dots.
            let ended = after != Some(Gap::Dot) || !gaps.contains(&Gap::Dot);
            if let Some(size) = sizes.first_mut() {
                *size -= code;
            }
            if ended && (is_shaped(&sizes, &gaps) || said) && (opened.is_some() || !gaps.contains(&Gap::Bracket)) {
                let start = opened.filter(|_| gaps.contains(&Gap::Bracket)).unwrap_or(first.start + code);
                let own = number.get(code..)?;
                return Some(Found { place: start..word.end, shown: starred(own, 3, 4, 4), kind: Kind::Mobile });
            }
            return None;
        }
        if number.len() >= LONGEST {
            break;
        }
        number.push_str(&digits(letters, next?)?);
        sizes.push(next?.len());
        gaps.push(after?);
    }
    None
}

/// How many digits before a mobile are the code of the country, or where one is told to call, the zero of long distance.
fn code_of(number: &str, said: bool) -> Option<usize> {
    let code = match number.len() {
        11 => 0,
        12 if said && number.starts_with('0') => 1,
        13 if number.starts_with("86") => 2,
        15 if number.starts_with("0086") => 4,
        _ => return None,
    };
    let mut own = number.chars().skip(code);
    (own.next() == Some('1') && own.next().is_some_and(|second| ('3'..='9').contains(&second))).then_some(code)
}

/// In one, as 3-4-4, or as 3-8 where the three are in brackets.
fn is_shaped(sizes: &[usize], gaps: &[Gap]) -> bool {
    matches!((sizes, gaps), ([11], []) | ([3, 4, 4], [_, Gap::Loose | Gap::Dot]) | ([3, 8], [Gap::Bracket]))
}

/// Numbers behind the code of another country, where a plus or brackets say that it is one; the neighbours' behind two zeros as well.
pub(super) fn abroad(letters: &[char], words: &[Range<usize>]) -> Vec<Found> {
    walk(words, |words| foreign(letters, words))
}

const NEIGHBOURS: [&str; 3] = ["852", "853", "886"];
const FOREIGN_GROUPS_MAX: usize = 7;

fn foreign(letters: &[char], words: &[Range<usize>]) -> Option<Found> {
    let first = words.first()?;
    let before = |by: usize| first.start.checked_sub(by).and_then(|at| letters.get(at));
    let mut number = digits(letters, first)?;
    let added = before(2).is_some_and(|letter| letter.is_ascii_alphanumeric() || matches!(letter, ')' | ']'));
    let plus = before(1) == Some(&'+') && !added;
    let zeros = if number.strip_prefix("00").is_some_and(|rest| NEIGHBOURS.iter().any(|code| rest.starts_with(code))) { 2 } else { 0 };
    let bracket = before(1) == Some(&'(') && letters.get(first.end) == Some(&')') && NEIGHBOURS.contains(&number.as_str());
    if !plus && zeros == 0 && !bracket {
        return None;
    }
    let (mut end, mut longest) = (first.end, None);
    for (nth, word) in words.iter().take(FOREIGN_GROUPS_MAX).enumerate() {
        if let Some(previous) = nth.checked_sub(1).and_then(|previous| words.get(previous)) {
            let opened = matches!(letters.get(previous.end..word.start), Some(['('] | [' ', '(']));
            let adjoins = opened || gap(letters, previous, word).is_some();
            let Some(group) = digits(letters, word).filter(|_| adjoins) else { break };
            number.push_str(&group);
            end = word.end;
        }
        // Thirteen digits in one that begin with zeros are an article's.
        if lengths(number.get(zeros..)?).contains(&(number.len() - zeros)) && (zeros == 0 || nth > 0) {
            longest = Some((number.clone(), end));
        }
    }
    let (number, end) = longest?;
    let start = if bracket { first.start - 1 } else { first.start };
    Some(Found { place: start..end, shown: starred(&number, 3 + zeros, 4, 4), kind: Kind::TelephoneAbroad })
}

/// How long numbers are, with their code.
fn lengths(number: &str) -> std::ops::RangeInclusive<usize> {
    match number {
        _ if number.starts_with("852") || number.starts_with("853") || number.starts_with('1') => 11..=11,
        _ if number.starts_with("886") => 11..=12,
        _ if number.starts_with("65") => 10..=10,
        _ => 10..=15,
    }
}

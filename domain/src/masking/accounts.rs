//! Addresses of mail, and the ids of people in chats: these only where the words before say so.

use super::Kind;
use super::text::{Found, starred};

/// As long as the parts of an address may be.
const LOCAL_MAX: usize = 64;
const DOMAIN_MAX: usize = 253;

/// What stands before the `@`. What stands behind it may itself stand before the next one.
pub(super) fn emails(letters: &[char]) -> Vec<Found> {
    let mut found = Vec::new();
    for (at, _) in letters.iter().enumerate().filter(|(_, letter)| **letter == '@') {
        let before = letters.get(..at).unwrap_or_default();
        let local = before.iter().rev().take(LOCAL_MAX).take_while(|letter| is_local(**letter)).count();
        let after = letters.get(at + 1..).unwrap_or_default().iter().take(DOMAIN_MAX);
        let domain = after.take_while(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-')).collect::<String>();
        let is_whole = local > 0 && domain.split('.').skip(1).any(is_ending);
        let Some(first) = before.get(at - local).filter(|_| is_whole) else { continue };
        found.push(Found { place: at - local..at, shown: format!("{first}***"), kind: Kind::Email });
    }
    found
}

/// Whether a domain may end with a label. Something else may follow behind a hyphen or stop.
fn is_ending(label: &str) -> bool {
    let word = label.split_once('-').map_or(label, |(word, _)| word);
    word.len() >= 2 && word.chars().all(|letter| letter.is_ascii_alphabetic())
}

fn is_local(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '%' | '+' | '-')
}

const WECHAT: [&str; 6] = ["微信", "vx", "wx", "加v", "v信", "wechat"];
const QQ: [&str; 2] = ["qq", "扣扣"];
/// What may stand between the word and the id.
const BETWEEN: [&str; 9] = ["号码", "号", "id", "是", "为", "叫", ":", "=", " "];

pub(super) fn wechat_ids(letters: &[char]) -> Vec<Found> {
    let is_id = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    named(letters, &WECHAT, Kind::Wechat, |id| {
        let length = id.iter().take_while(|letter| is_id(**letter)).count();
        let begins = id.first().is_some_and(char::is_ascii_alphabetic);
        (begins && (6..=20).contains(&length)).then_some(length)
    })
}

pub(super) fn qq_numbers(letters: &[char]) -> Vec<Found> {
    named(letters, &QQ, Kind::Qq, |number| {
        let length = number.iter().take_while(|letter| letter.is_ascii_digit()).count();
        let ends = !number.get(length).is_some_and(|next| next.is_ascii_alphanumeric() || *next == '@');
        let begins = number.first().is_some_and(|first| *first != '0');
        (begins && ends && (5..=12).contains(&length)).then_some(length)
    })
}

/// Ids behind one of `words`; `length` says how long the id is that begins there, if one does.
fn named(letters: &[char], words: &[&str], kind: Kind, length: impl Fn(&[char]) -> Option<usize>) -> Vec<Found> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < letters.len() {
        let rest = letters.get(at..).unwrap_or_default();
        let Some(word) = words.iter().find(|word| begins_with(rest, word)).filter(|word| stands_alone(letters, at, word)) else {
            at += 1;
            continue;
        };
        let from = at + word.chars().count() + past_between(letters.get(at + word.chars().count()..).unwrap_or_default());
        at = from;
        let id = letters.get(from..).unwrap_or_default();
        if let Some(id) = length(id).and_then(|length| id.get(..length)) {
            at = from + id.len();
            found.push(Found { place: from..at, shown: starred(&id.iter().collect::<String>(), 2, 3, 2), kind });
        }
    }
    found
}

/// A word in Latin letters is not the end of another one.
fn stands_alone(letters: &[char], at: usize, word: &str) -> bool {
    let latin = word.starts_with(|first: char| first.is_ascii());
    let before = at.checked_sub(1).and_then(|before| letters.get(before));
    !(latin && before.is_some_and(char::is_ascii_alphanumeric))
}

fn past_between(letters: &[char]) -> usize {
    let mut past = 0;
    // A few words, and not for ever.
    for _ in 0..6 {
        let rest = letters.get(past..).unwrap_or_default();
        match BETWEEN.iter().find(|word| begins_with(rest, word)) {
            // `id` is a word of its own, and not how an id begins.
            Some(word) if **word != *"id" || !rest.get(2).is_some_and(|next| next.is_ascii_alphanumeric() || *next == '_') => {
                past += word.chars().count();
            }
            _ => break,
        }
    }
    past
}

fn begins_with(letters: &[char], word: &str) -> bool {
    let mut letters = letters.iter();
    word.chars().all(|expected| letters.next().is_some_and(|letter| letter.eq_ignore_ascii_case(&expected)))
}

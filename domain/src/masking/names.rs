//! Names of people that are known: the surname stays, and of a name in Latin letters the initials.

use std::collections::HashMap;

use super::Kind;
use super::text::Found;

/// Names beyond so many, and letters of a name beyond so many, are not looked at.
const NAMES_MAX: usize = 500;
const LETTERS_MAX: usize = 60;

/// Surnames of two letters.
const COMPOUND: [&str; 22] = [
    "欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "司空", "夏侯", "南宫", "端木", "百里", "东郭",
    "独孤", "长孙", "宇文", "轩辕", "呼延",
];

pub(super) fn find(letters: &[char], known: &[&str]) -> Vec<Found> {
    let names = by_first_letter(known);
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(letter) = letters.get(at) {
        let rest = letters.get(at..).unwrap_or_default();
        let name = names.get(&letter.to_ascii_lowercase()).and_then(|names| names.iter().find(|name| is_name(letters, at, rest, name)));
        if let Some(name) = name {
            let written = rest.get(..name.len()).unwrap_or_default();
            found.push(Found { place: at..at + name.len(), shown: hidden(written), kind: Kind::Name });
        }
        at += name.map_or(1, Vec::len);
    }
    found
}

/// The longest first: who is called 张三丰 is not 张三.
fn by_first_letter(known: &[&str]) -> HashMap<char, Vec<Vec<char>>> {
    let mut names = HashMap::<char, Vec<Vec<char>>>::new();
    for name in known.iter().take(NAMES_MAX) {
        let letters = name.trim().chars().take(LETTERS_MAX + 1).collect::<Vec<_>>();
        if let Some(first) = letters.first().filter(|_| (2..=LETTERS_MAX).contains(&letters.len())) {
            names.entry(first.to_ascii_lowercase()).or_default().push(letters);
        }
    }
    for names in names.values_mut() {
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    }
    names
}

fn is_name(letters: &[char], at: usize, rest: &[char], name: &[char]) -> bool {
    let same = rest.get(..name.len()).is_some_and(|written| written.iter().zip(name).all(|(a, b)| a.eq_ignore_ascii_case(b)));
    let is_letter = |letter: Option<&char>| letter.is_some_and(char::is_ascii_alphanumeric);
    let begins_inside = is_letter(name.first()) && is_letter(at.checked_sub(1).and_then(|before| letters.get(before)));
    let ends_inside = is_letter(name.last()) && is_letter(rest.get(name.len()));
    same && !begins_inside && !ends_inside
}

fn hidden(name: &[char]) -> String {
    let written = name.iter().collect::<String>();
    if name.iter().any(char::is_ascii_alphabetic) {
        let initials = written.split_whitespace().filter_map(|word| word.chars().next()).map(|first| format!("{first}***"));
        return initials.collect::<Vec<_>>().join(" ");
    }
    let surname = if name.len() > 2 && COMPOUND.iter().any(|surname| written.starts_with(surname)) { 2 } else { 1 };
    name.iter().take(surname).copied().chain(std::iter::repeat_n('*', name.len().saturating_sub(surname))).collect()
}

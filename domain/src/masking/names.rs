//! Names of people that are known: the surname stays, and of a name in Latin letters the initials.

use super::Kind;
use super::text::{Found, is_han, is_invisible, narrow};

/// Surnames of two letters.
const COMPOUND: [&str; 22] = [
    "欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "司空", "夏侯", "南宫", "端木", "百里", "东郭",
    "独孤", "长孙", "宇文", "轩辕", "呼延",
];
/// What people are called by behind their names; who is known as 王芳经理 is written 王芳 too.
const TITLES: [&str; 18] = [
    "总经理",
    "经理",
    "总监",
    "主任",
    "老师",
    "先生",
    "女士",
    "小姐",
    "老板",
    "店长",
    "主管",
    "部长",
    "厂长",
    "校长",
    "院长",
    "医生",
    "总",
    "工",
];
/// Longer than any name, with all its spaces.
const LETTERS_MAX: usize = 210;
/// Most spaces and dots within a name.
const PARTED_MAX: usize = 3;

/// Names that are hidden wherever they are written, in capitals or not, wide or narrow, with spaces or without. Looking for them takes the
/// same time however many they are.
#[derive(Debug, Default)]
pub struct Names<'a> {
    /// Where one is in a name after some letters of it; one begins at the first, if there is any name at all.
    places: Vec<Place>,
    others: Option<&'a Names<'a>>,
}

#[derive(Debug, Default)]
struct Place {
    /// Where the next letter leads, by that letter, in order.
    steps: Vec<(char, usize)>,
    /// A name ends here.
    is_end: bool,
}

impl<'a> Names<'a> {
    pub fn new<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        let mut known = Self::default();
        names.into_iter().flat_map(spellings).for_each(|name| known.add(&name));
        known
    }

    /// These names, and `others`.
    pub fn beside<'n>(others: &'a Names<'a>, names: impl IntoIterator<Item = &'n str>) -> Self {
        Self { others: Some(others), ..Self::new(names) }
    }

    fn add(&mut self, name: &str) {
        if self.places.is_empty() {
            self.places.push(Place::default());
        }
        let mut at = 0;
        for letter in name.chars().take(LETTERS_MAX) {
            let next = self.places.len();
            let Some(place) = self.places.get_mut(at) else { return };
            match place.steps.binary_search_by_key(&letter, |(letter, _)| *letter) {
                Ok(known) => at = place.steps.get(known).map_or(at, |(_, next)| *next),
                Err(free) => {
                    place.steps.insert(free, (letter, next));
                    self.places.push(Place::default());
                    at = next;
                }
            }
        }
        if let Some(place) = self.places.get_mut(at) {
            place.is_end = true;
        }
    }

    fn step(&self, at: usize, letter: char) -> Option<usize> {
        let steps = &self.places.get(at)?.steps;
        let place = steps.binary_search_by_key(&letter, |(letter, _)| *letter).ok()?;
        steps.get(place).map(|(_, next)| *next)
    }

    /// Where the longest name ends that begins here: who is called 张三丰 is not 张三.
    fn end(&self, letters: &[char], begin: usize) -> Option<usize> {
        let others = self.others.and_then(|others| others.end(letters, begin));
        let (mut at, mut from, mut end) = (0, begin, None);
        while let Some(letter) = letters.get(from) {
            let rest = letters.get(from..).unwrap_or_default();
            let parted = if from == begin { 0 } else { rest.iter().take(PARTED_MAX).take_while(|letter| parts(**letter)).count() };
            if parted > 0 {
                let (before, after) = (from.checked_sub(1).and_then(|before| letters.get(before)), rest.get(parted));
                let of_han = before.is_some_and(|letter| is_han(*letter)) && after.is_some_and(|letter| is_han(*letter));
                match self.step(at, ' ') {
                    Some(next) => at = next,
                    None if of_han && rest.iter().take(parted).all(|letter| matches!(letter, ' ' | '·')) => {}
                    None => break,
                }
                from += parted;
                continue;
            }
            let Some(next) = self.step(at, small(*letter)) else { break };
            (at, from) = (next, from + 1);
            if self.places.get(at).is_some_and(|place| place.is_end) && !is_inside(letters, from) {
                end = Some(from);
            }
        }
        end.max(others)
    }
}

pub(super) fn find(letters: &[char], names: &Names<'_>) -> Vec<Found> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < letters.len() {
        let end = if is_inside(letters, at) { None } else { names.end(letters, at) };
        if let Some(end) = end {
            found.push(Found { place: at..end, shown: hidden(letters.get(at..end).unwrap_or_default()), kind: Kind::Name });
        }
        at = end.unwrap_or(at + 1);
    }
    found
}

/// Whether a place is between two letters of one word; Chinese has no words that begin and end.
fn is_inside(letters: &[char], at: usize) -> bool {
    let of_word = |letter: Option<&char>| letter.is_some_and(|letter| letter.is_alphanumeric() && *letter < '\u{2e80}');
    of_word(at.checked_sub(1).and_then(|before| letters.get(before))) && of_word(letters.get(at))
}

fn small(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}

/// Whether a letter parts the names of one person.
fn parts(letter: char) -> bool {
    matches!(letter, ' ' | '·' | '.' | '-' | '_')
}

/// How a name may be written: in small narrow letters, with one space where a name in Latin letters has another after it.
fn spellings(name: &str) -> Vec<String> {
    let letters = name.chars().filter(|letter| !is_invisible(*letter)).map(|letter| small(narrow(letter))).collect::<String>();
    // What comes behind a name in brackets, after a stroke or as a picture is not part of it.
    let of_name = |letter: char| letter.is_alphanumeric() || parts(letter) || letter == '\'';
    let runs = letters.split(|letter| !of_name(letter)).map(|run| run.trim_matches(parts));
    let Some(name) = runs.into_iter().find(|run| run.chars().filter(|letter| letter.is_alphabetic()).nth(1).is_some()) else {
        return Vec::new();
    };
    let words = name.split(parts).filter(|word| !word.is_empty()).collect::<Vec<_>>();
    let whole = joined(&words);
    let mut spellings = vec![whole.clone()];
    match words.as_slice() {
        [first, _, ..] if first.chars().all(is_han) => spellings.push((*first).to_owned()),
        [first, last] if !whole.chars().any(is_han) => spellings.push(format!("{last} {first}")),
        _ => {}
    }
    if words.len() > 1 && !whole.chars().any(is_han) {
        spellings.push(words.concat());
    }
    if let Some(untitled) = TITLES.iter().find_map(|title| whole.strip_suffix(title)).filter(|name| name.chars().all(is_han)) {
        spellings.push(untitled.to_owned());
    }
    // A surname is not a person.
    let of_one = |name: &String| name.chars().nth(1).is_some() && (*name == whole || !COMPOUND.contains(&name.as_str()));
    spellings.retain(of_one);
    spellings
}

/// Words of a name as one, with a space between all but Chinese ones.
fn joined(words: &[&str]) -> String {
    words.iter().fold(String::new(), |whole, word| {
        let of_han = whole.chars().last().is_none_or(is_han) && word.chars().next().is_some_and(is_han);
        if of_han || whole.is_empty() { whole + word } else { whole + " " + word }
    })
}

fn hidden(name: &[char]) -> String {
    if name.iter().any(char::is_ascii_alphabetic) {
        let words = name.split(|letter| parts(*letter));
        return words.filter_map(|word| word.first()).map(|first| format!("{first}***")).collect::<Vec<_>>().join(" ");
    }
    let letters = name.iter().copied().filter(|letter| !parts(*letter)).collect::<String>();
    let length = letters.chars().count();
    let surname = if length > 2 && COMPOUND.iter().any(|surname| letters.starts_with(surname)) { 2 } else { 1 };
    letters.chars().take(surname).chain(std::iter::repeat_n('*', length - surname)).collect()
}

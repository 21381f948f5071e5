//! Number plates: a province, a letter, and five letters and digits, or six for electric cars; the last of them a word on some.

use super::Kind;
use super::text::{Found, starred};

const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
/// What plates of schools, police, trailers, embassies and those who cross the border end with.
const ENDINGS: &str = "学警挂领试超港澳";
/// At most two of a plate's places are letters; words in Latin letters have more.
const DIGITS_MIN: usize = 3;

pub(super) fn find(letters: &[char]) -> Vec<Found> {
    let (mut found, mut past) = (Vec::new(), 0);
    for (at, _) in letters.iter().enumerate().filter(|(_, letter)| PROVINCES.contains(**letter)) {
        let Some(plate) = plate_at(letters, at).filter(|_| at >= past) else { continue };
        past = plate.place.end;
        found.push(plate);
    }
    found
}

fn plate_at(letters: &[char], at: usize) -> Option<Found> {
    let (province, city) = (letters.get(at)?, letters.get(at + 1).filter(|letter| letter.is_ascii_alphabetic())?);
    let dotted = letters.get(at + 2).is_some_and(|letter| matches!(letter, '·' | '.' | '-' | ' '));
    let from = at + 2 + usize::from(dotted);
    let serial = letters.get(from..)?.iter().take(7).take_while(|letter| letter.is_ascii_alphanumeric()).collect::<String>();
    let digits = serial.chars().filter(char::is_ascii_digit).count();
    let ended = serial.len() == 4 && letters.get(from + 4).is_some_and(|letter| ENDINGS.contains(*letter));
    if !(matches!(serial.len(), 5 | 6) || ended) || digits < DIGITS_MIN {
        return None;
    }
    let shown = format!("{province}{city}{}", starred(&serial, 0, 3, 2));
    Some(Found { place: at..from + serial.len(), shown, kind: Kind::Plate })
}

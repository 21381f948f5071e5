//! Addresses of mail, and the ways of writing `@` that shall keep them from being read.

use super::Kind;
use super::text::{Found, begins_with};

/// As long as the parts of an address may be.
const LOCAL_MAX: usize = 64;
const DOMAIN_MAX: usize = 253;
/// Other ways to write `@`. Where they are used, or spaces, only an address at one of these is one.
const SPELT: [&str; 9] = ["(at)", "[at]", "{at}", "【at】", "<at>", "艾特", "#", " at ", "@"];
const MAILBOXES: [&str; 20] = [
    "qq.com",
    "163.com",
    "126.com",
    "139.com",
    "189.cn",
    "yeah.net",
    "foxmail.com",
    "aliyun.com",
    "sina.com",
    "sina.cn",
    "sohu.com",
    "tom.com",
    "21cn.com",
    "gmail.com",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "msn.com",
    "icloud.com",
    "yahoo.com",
];

/// What stands before the `@`. What stands behind it may itself stand before the next one.
pub(super) fn find(letters: &[char]) -> Vec<Found> {
    (0..letters.len()).filter_map(|at| local_before(letters, at)).collect()
}

/// Who has an address, if this is where its `@` is.
fn local_before(letters: &[char], at: usize) -> Option<Found> {
    if !matches!(letters.get(at)?, '@' | '(' | '[' | '{' | '【' | '<' | '艾' | '#' | ' ') {
        return None;
    }
    let sign = SPELT.iter().find(|sign| begins_with(letters.get(at..).unwrap_or_default(), sign))?;
    let before = letters.get(..at)?;
    let spaces = before.iter().rev().take(2).take_while(|letter| **letter == ' ').count();
    let end = at - spaces;
    let length = before.get(..end)?.iter().rev().take(LOCAL_MAX).take_while(|letter| is_local(**letter)).count();
    let local = before.get(end - length..end)?;
    let start = end - length + local.iter().position(|letter| letter.is_ascii_alphanumeric() || *letter == '_')?;
    let after = letters.get(at + sign.chars().count()..)?;
    let gap = after.iter().take(2).take_while(|letter| **letter == ' ').count();
    let domain = domain_in(after.get(gap..)?)?;
    if spaces > 0 || gap > 0 || *sign != "@" {
        let known = MAILBOXES.iter().any(|mailbox| domain.strip_suffix(mailbox).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')));
        // People look at qq.com as well.
        let word = *sign == " at " && local.iter().all(char::is_ascii_alphabetic);
        if !known || word {
            return None;
        }
    }
    let first = letters.get(start)?;
    Some(Found { place: start..end, shown: format!("{first}***"), kind: Kind::Email })
}

fn is_local(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '%' | '+' | '-')
}

/// The domain that begins here, in small letters and as far as it is one: it has a dot — those in a hurry write 。 — and the last of its
/// parts is of letters. Something else may follow.
fn domain_in(letters: &[char]) -> Option<String> {
    let of_domain = |letter: &&char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '。' | '\u{ff61}' | '-');
    let domain = letters.iter().take(DOMAIN_MAX).take_while(of_domain).map(|letter| match letter {
        '。' | '\u{ff61}' => '.',
        letter => letter.to_ascii_lowercase(),
    });
    let domain = domain.collect::<String>();
    let (mut end, mut part) = (None, 0);
    for (dot, _) in domain.match_indices('.') {
        if dot == part {
            break;
        }
        part = dot + 1;
        let ending = domain.get(part..)?.bytes().take_while(u8::is_ascii_alphabetic).count();
        if ending >= 2 {
            end = Some(part + ending);
        }
    }
    domain.get(..end?).map(str::to_owned)
}

//! The ids of people in chats: only where the words before say so.

use super::Kind;
use super::text::{Found, begins_with, is_date, is_han, starred};

/// How a chat is named, and how sure it is that an id follows.
const WORDS: [(&str, Kind, Sure); 23] = [
    ("微信", Kind::Wechat, Sure::Word),
    ("v信", Kind::Wechat, Sure::Word),
    ("薇信", Kind::Wechat, Sure::Word),
    ("wechat", Kind::Wechat, Sure::Word),
    ("weixin", Kind::Wechat, Sure::Word),
    ("vx", Kind::Wechat, Sure::Sign),
    ("wx", Kind::Wechat, Sure::Sign),
    ("微", Kind::Wechat, Sure::Letter),
    ("v", Kind::Wechat, Sure::Letter),
    ("qq", Kind::Qq, Sure::Sign),
    ("扣扣", Kind::Qq, Sure::Sign),
    ("q号", Kind::Qq, Sure::Sign),
    ("q", Kind::Qq, Sure::Letter),
    ("钉钉", Kind::ChatId, Sure::Named),
    ("飞书", Kind::ChatId, Sure::Named),
    ("企微", Kind::ChatId, Sure::Named),
    ("抖音", Kind::ChatId, Sure::Named),
    ("快手", Kind::ChatId, Sure::Named),
    ("小红书", Kind::ChatId, Sure::Named),
    ("dingtalk", Kind::ChatId, Sure::Named),
    ("telegram", Kind::ChatId, Sure::Named),
    ("whatsapp", Kind::ChatId, Sure::Named),
    ("skype", Kind::ChatId, Sure::Named),
];

/// What those words begin with: most letters begin none.
const FIRSTS: [char; 15] = ['微', 'v', '薇', 'w', 'q', '扣', '钉', '飞', '企', '抖', '快', '小', 'd', 't', 's'];

/// How sure it is that an id follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sure {
    /// It means nothing else.
    Sign,
    /// People speak of it too.
    Word,
    /// It is part of other words as well: where somebody is told to add it, a colon follows, or it begins what is said.
    Letter,
    /// Only where a colon or `号` follows.
    Named,
}

/// What may stand between the word and the id: what says that one follows, and what else does.
const NAMING: [&str; 11] = ["号码", "号", "账号", "帐号", "id", "是", "为", "叫", ":", "=", "邮箱"];
const BETWEEN: [&str; 15] = ["加", "搜", "我", "的", "(", "[", "【", "「", "“", "\"", "'", " ", "\t", "\n", "\r"];
/// Letters of the longest id.
const LONGEST: usize = 20;
/// A few words, and not for ever.
const BETWEEN_MAX: usize = 16;
/// Ordinary letters before 微 that make another word of it.
const OTHERWISE: &str = "细轻稍略些显卑低式甚几入精翠紫衰小";
/// Words that follow the name of a chat as often as an id does.
const ORDINARY: [&str; 46] = [
    "account",
    "accounts",
    "android",
    "article",
    "because",
    "before",
    "business",
    "channel",
    "client",
    "contact",
    "contacts",
    "customer",
    "during",
    "enterprise",
    "follow",
    "friday",
    "friend",
    "friends",
    "groups",
    "instead",
    "iphone",
    "meeting",
    "message",
    "messaged",
    "messages",
    "moments",
    "monday",
    "morning",
    "number",
    "official",
    "payment",
    "payments",
    "please",
    "pictures",
    "program",
    "public",
    "should",
    "support",
    "thanks",
    "tomorrow",
    "update",
    "version",
    "wechat",
    "windows",
    "yesterday",
    "without",
];

pub(super) fn find(letters: &[char]) -> Vec<Found> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < letters.len() {
        let rest = letters.get(at..).unwrap_or_default();
        let begins = rest.first().is_some_and(|first| FIRSTS.contains(&first.to_ascii_lowercase()));
        let mut words = WORDS.iter().filter(|_| begins);
        let word = words.find(|(word, ..)| begins_with(rest, word) && stands_alone(letters, at, word));
        let Some((word, kind, sure)) = word else {
            at += 1;
            continue;
        };
        let after = at + word.chars().count();
        let (past, named) = past_between(letters.get(after..).unwrap_or_default());
        let said = Said {
            word,
            kind: *kind,
            sure: *sure,
            named,
            led: is_led(letters, at),
            glued: past == 0,
            before: at.checked_sub(1).and_then(|before| letters.get(before)).copied(),
        };
        at = after;
        let id = letters.get(after + past..).unwrap_or_default();
        if let Some(id) = said.length(id).and_then(|length| id.get(..length)) {
            at = after + past + id.len();
            found.push(Found { place: after + past..at, shown: starred(&id.iter().collect::<String>(), 2, 3, 2), kind: *kind });
        }
    }
    found
}

/// What is said before what may be an id.
struct Said {
    word: &'static str,
    kind: Kind,
    sure: Sure,
    /// Something between says that an id follows.
    named: bool,
    /// Somebody is told to add it.
    led: bool,
    /// Nothing is between.
    glued: bool,
    before: Option<char>,
}

impl Said {
    /// How long the id is that begins here, if one does.
    fn length(&self, id: &[char]) -> Option<usize> {
        let digits = id.iter().take(LONGEST + 1).take_while(|letter| letter.is_ascii_digit()).count();
        let after = id.get(digits..)?;
        if digits > 0 && !after.first().is_some_and(|next| next.is_ascii_alphanumeric() || matches!(next, '_' | '@')) {
            let number = id.get(..digits)?.iter().collect::<String>();
            return (self.is_of_digits(&number) && !is_amount(after)).then_some(digits);
        }
        let within = id.iter().take(LONGEST + 1);
        let length = within.take_while(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_')).count();
        let text = id.get(..length)?.iter().collect::<String>();
        let begins = text.starts_with(|first: char| first.is_ascii_alphabetic());
        // Words have neither digits nor this line.
        let telling = text.contains(|letter: char| letter.is_ascii_digit() || letter == '_');
        let sure = match self.sure {
            Sure::Sign | Sure::Word => true,
            Sure::Named => self.named && telling,
            // 加Vincent is nobody's id.
            Sure::Letter if self.led => telling || !(self.word.is_ascii() && self.glued),
            Sure::Letter => self.is_word() && (telling || self.named && !self.word.is_ascii()),
        };
        let ordinary = ORDINARY.iter().any(|word| text.eq_ignore_ascii_case(word));
        (self.kind != Kind::Qq && begins && sure && !ordinary && (6..=LONGEST).contains(&length)).then_some(length)
    }

    /// Whether one letter is a word of its own, though nobody is told to add it.
    fn is_word(&self) -> bool {
        match self.before {
            // Volts have a space and a number, or nothing, after them.
            _ if self.word.is_ascii() => self.named && !self.before.is_some_and(is_han),
            Some(before) if is_han(before) => !OTHERWISE.contains(before) && (self.named || "我的他她".contains(before)),
            _ => true,
        }
    }

    /// Whether a number of digits may be an id: whoever came to a chat by way of `QQ` has one.
    fn is_of_digits(&self, number: &str) -> bool {
        let sure = match self.sure {
            Sure::Sign => true,
            Sure::Word | Sure::Named => self.named,
            Sure::Letter => self.led || self.named && !self.word.is_ascii() && self.is_word(),
        };
        let shortest = if self.kind == Kind::Qq { 5 } else { 6 };
        let dated = self.kind != Kind::Qq && is_date(number);
        sure && (shortest..=12).contains(&number.len()) && !number.starts_with('0') && !dated
    }
}

/// Whether something is counted: `20000元`.
fn is_amount(after: &[char]) -> bool {
    let unit = after.iter().take(3).find(|letter| **letter != ' ');
    let fraction = matches!(after, ['.' | ',', digit, ..] if digit.is_ascii_digit());
    fraction || after.first() == Some(&'@') || unit.is_some_and(|unit| "元块万千百台个件箱套%".contains(*unit))
}

/// A word in Latin letters is not the end of another one.
fn stands_alone(letters: &[char], at: usize, word: &str) -> bool {
    let latin = word.starts_with(|first: char| first.is_ascii());
    let before = at.checked_sub(1).and_then(|before| letters.get(before));
    !(latin && before.is_some_and(char::is_ascii_alphanumeric))
}

/// Whether a word stands behind `加`, with no more than a few words between: `加一下我的微`, `+v`.
fn is_led(letters: &[char], at: usize) -> bool {
    let before = letters.get(at.saturating_sub(6)..at).unwrap_or_default();
    let mut before = before.iter().rev().take_while(|letter| is_han(**letter) || matches!(letter, ' ' | '+' | '➕'));
    before.any(|letter| matches!(letter, '加' | '+' | '➕'))
}

/// How much there is between a word and an id, and whether it says that one follows.
fn past_between(letters: &[char]) -> (usize, bool) {
    let (mut past, mut named) = (0, false);
    for _ in 0..BETWEEN_MAX {
        let rest = letters.get(past..).unwrap_or_default();
        let naming = NAMING.iter().find(|word| begins_with(rest, word));
        // `id` is a word of its own, and not how an id begins.
        let naming = naming.filter(|word| **word != "id" || !rest.get(2).is_some_and(|next| next.is_ascii_alphanumeric() || *next == '_'));
        named |= naming.is_some();
        match naming.or_else(|| BETWEEN.iter().find(|word| begins_with(rest, word))) {
            Some(word) => past += word.chars().count(),
            None => break,
        }
    }
    (past, named)
}

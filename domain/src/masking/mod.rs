//! Hiding what identifies a person in texts that many may read: telephone numbers, identity and bank cards, passports, addresses in mail and
//! chats, number plates, and names that are known.
//!
//! What one reading has hidden, the next one leaves alone. Numbers that are nobody's — orders, prices, articles, companies, instants,
//! coordinates — stay as they are, so what looks like one of them is only hidden where the words before it say what it is.
//!
//! Not understood are, and so may be seen:
//! - what is not written as a number: in words (幺三八, one three eight), in rings or as emblems (①③⑧), and whatever is in pictures;
//! - half of something: 尾号8000, an id without its last digits;
//! - a mobile in other groups than 3-4-4 where no word says that it is one, or with a zero before it; numbers of other countries without
//!   their plus; a landline without its area where no word says so;
//! - identity and bank cards whose check does not hold where no word says what they are; passports and permits without such a word;
//! - the id of a chat without a word before it (`abc123456是我微信`), shorter than six letters, or of Chinese letters; groups and official
//!   accounts are nobody's;
//! - addresses: of homes, and of mail where the dot is a word (`dot com`) or the name before `@` is not of ASCII;
//! - people who are not known, or go by another name than the known one: 王总, 老王, a first name alone, pinyin, 張偉 for 张伟;
//! - numbers of social security, health cards, payments and accounts of companies.

mod bank_cards;
mod chats;
mod emails;
mod identity_cards;
mod landlines;
mod mobiles;
mod names;
mod plates;
mod text;
mod travel_documents;

pub use bank_cards::passes_luhn;
pub use identity_cards::is_identity_number;
pub use names::Names;

use text::{Text, is_invisible, words};

/// What was hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Email,
    IdCard,
    /// The check digit is wrong, and the words before say what it is meant to be.
    IdCardSuspect,
    /// A passport, or a permit to come and go.
    TravelDocument,
    BankCard,
    Mobile,
    Landline,
    /// Of another country, or of Hong Kong, Macau and Taiwan.
    TelephoneAbroad,
    Wechat,
    Qq,
    /// In another chat.
    ChatId,
    Plate,
    Name,
}

impl Kind {
    /// The name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::IdCard => "id_card",
            Self::IdCardSuspect => "id_card_suspect",
            Self::TravelDocument => "travel_document",
            Self::BankCard => "bank_card",
            Self::Mobile => "mobile",
            Self::Landline => "landline",
            Self::TelephoneAbroad => "telephone_abroad",
            Self::Wechat => "wechat",
            Self::Qq => "qq",
            Self::ChatId => "chat_id",
            Self::Plate => "plate",
            Self::Name => "name",
        }
    }
}

/// A text that may be shown widely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked {
    pub text: String,
    /// What was hidden in it, each kind once, in the order in which it was looked for.
    pub kinds: Vec<Kind>,
}

/// Most times that a text is looked through: what is hidden may leave something beside it that now stands alone.
const ROUNDS_MAX: usize = 4;
/// Longer than anything that is hidden, with all that may be within it: an address in mail, and a name of a hundred letters with spaces.
const LONGEST: usize = 420;

/// Hides what identifies a person. `known_names` are the names of people at the customer; others cannot be told from words.
///
/// Takes time in proportion to the text. Letters that look alike are read as one; invisible ones, which would tear a number apart, are taken
/// out.
pub fn mask(text: &str, known_names: &[&str]) -> Masked {
    let text = hidden(text.chars().filter(|letter| !is_invisible(*letter)), &Names::new(known_names.iter().copied()));
    Masked { text: text.shown_before(usize::MAX).collect(), kinds: text.kinds }
}

/// The beginning of a text as it may be shown: at most `most` letters, the last of them `…` where something is left out.
///
/// No more is read than it takes, and nothing is shown that may be half of something.
pub fn mask_beginning(text: &str, names: &Names<'_>, most: usize) -> String {
    let mut letters = text.chars().filter(|letter| !is_invisible(*letter));
    let read = 2 * most + LONGEST;
    let masked = hidden(letters.by_ref().take(read), names);
    let whole = if letters.next().is_some() { read - LONGEST } else { usize::MAX };
    let shown = masked.shown_before(whole).take(most + 1).collect::<Vec<_>>();
    if shown.len() <= most && whole == usize::MAX {
        return shown.into_iter().collect();
    }
    shown.into_iter().take(most.saturating_sub(1)).chain(['…']).collect()
}

fn hidden(letters: impl Iterator<Item = char>, names: &Names<'_>) -> Text {
    let mut text = Text::read(letters);
    for _ in 0..ROUNDS_MAX {
        let mut changed = text.hide(emails::find);
        changed |= text.hide(|letters| identity_cards::find(letters, &words(letters)));
        changed |= text.hide(|letters| travel_documents::find(letters, &words(letters)));
        changed |= text.hide(|letters| bank_cards::find(letters, &words(letters)));
        changed |= text.hide(|letters| mobiles::find(letters, &landlines::bare_words(letters)));
        changed |= text.hide(|letters| landlines::find(letters, &landlines::bare_words(letters)));
        changed |= text.hide(|letters| mobiles::abroad(letters, &words(letters)));
        changed |= text.hide(chats::find);
        changed |= text.hide(plates::find);
        changed |= text.hide(|letters| names::find(letters, names));
        if !changed {
            break;
        }
    }
    text
}

//! Hiding what identifies a person in texts that many may read: telephone numbers, identity and bank cards, addresses in mail and chats,
//! number plates, and names that are known.
//!
//! What one reading has hidden, the next one leaves alone. Numbers that are nobody's — orders, prices, articles, companies, instants,
//! coordinates — stay as they are. Numbers spelt out in words, and pictures, are not understood.

mod accounts;
mod bank_cards;
mod identity_cards;
mod names;
mod plates;
mod telephones;
mod text;

pub use bank_cards::passes_luhn;
pub use identity_cards::is_identity_number;

use text::Text;

/// What was hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Email,
    IdCard,
    /// The check digit is wrong, and the words before say what it is meant to be.
    IdCardSuspect,
    BankCard,
    Mobile,
    Landline,
    Wechat,
    Qq,
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
            Self::BankCard => "bank_card",
            Self::Mobile => "mobile",
            Self::Landline => "landline",
            Self::Wechat => "wechat",
            Self::Qq => "qq",
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

/// Hides what identifies a person. `known_names` are the names of people at the customer; others cannot be told from words.
///
/// Takes time in proportion to the text. Full-width digits and letters are read as their narrow twins; invisible characters, which would
/// tear a number apart, are taken out.
pub fn mask(text: &str, known_names: &[&str]) -> Masked {
    let mut text = Text::read(text);
    text.hide(accounts::emails);
    text.hide(identity_cards::find);
    text.hide(bank_cards::find);
    text.hide(telephones::mobiles);
    text.hide(telephones::landlines);
    text.hide(accounts::wechat_ids);
    text.hide(accounts::qq_numbers);
    text.hide(plates::find);
    text.hide(|letters| names::find(letters, known_names));
    text.masked()
}

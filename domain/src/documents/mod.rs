//! Documents: what they are, and which of those who ask for one are people.

pub mod opening;
pub mod visitor;

use serde::{Deserialize, Serialize};

use crate::texts::Language;

/// What a document is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    Proposal,
    Quotation,
    Contract,
    Deck,
    SalesTalk,
}

impl DocumentKind {
    pub const ALL: [Self; 5] = [Self::Proposal, Self::Quotation, Self::Contract, Self::Deck, Self::SalesTalk];
    /// Those whose openings say that a customer is deciding.
    pub const KEY: [Self; 3] = [Self::Proposal, Self::Quotation, Self::Contract];

    /// The name in tables and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proposal => "proposal",
            Self::Quotation => "quotation",
            Self::Contract => "contract",
            Self::Deck => "deck",
            Self::SalesTalk => "sales_talk",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// What people call it.
    pub const fn name(self, language: Language) -> &'static str {
        let (zh_cn, en) = match self {
            Self::Proposal => ("方案", "Proposal"),
            Self::Quotation => ("报价", "Quotation"),
            Self::Contract => ("合同", "Contract"),
            Self::Deck => ("介绍", "Deck"),
            Self::SalesTalk => ("话术", "Sales talk"),
        };
        match language {
            Language::ZhCn => zh_cn,
            Language::En => en,
        }
    }
}

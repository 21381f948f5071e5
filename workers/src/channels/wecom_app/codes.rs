//! What WeCom's numbers mean (its document 90455). Only numbers are looked at: the words beside them change.

use std::time::Duration;

use super::super::outcome::{Outcome, Reason};

/// The shortest window over which WeCom counts calls.
const WINDOW: Duration = Duration::from_mins(1);
/// Calls at once are counted from moment to moment.
const MOMENT: Duration = Duration::from_secs(5);

/// What an error code asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    Ok,
    /// The access token is not good (any more): a new one may be.
    Token,
    /// The app has no address for what buttons bring back: the card has to do without.
    NoButtons,
    Again(Option<Duration>, Reason),
    Never(Reason),
    NotHere(Reason),
}

impl Meaning {
    pub const fn of(code: i64) -> Self {
        match code {
            0 => Self::Ok,
            40014 | 41001 | 42001 => Self::Token,
            43012 => Self::NoButtons,
            -1 => Self::Again(None, Reason::Busy),
            45009 => Self::Again(Some(WINDOW), Reason::RateLimited),
            45033 => Self::Again(Some(MOMENT), Reason::RateLimited),
            40001 | 40013 | 40056 | 40091 | 41002 | 41004 | 41011 => Self::NotHere(Reason::WrongCredentials),
            48002..=48006 | 50003 | 60011 | 301002 => Self::NotHere(Reason::NotPermitted),
            60020 | 301042 => Self::NotHere(Reason::AddressNotTrusted),
            40003 | 40031 | 43004 | 46004 | 50002 | 60021 | 60111 | 81012 | 81013 | 82001 | 92000 | 660003 => {
                Self::Never(Reason::NobodyReached)
            }
            code if matches!(code, 40008 | 40016..=40020 | 40032 | 40033 | 40035 | 40039 | 40058 | 40063 | 40094 | 40127)
                || matches!(code, 41010 | 41016 | 41033 | 42014 | 42017..=42020 | 44004 | 45002 | 45034 | 82004 | 85002) =>
            {
                Self::Never(Reason::Refused)
            }
            _ => Self::Again(None, Reason::UnknownCode),
        }
    }

    /// The outcome, for whoever can do nothing more about it.
    pub fn outcome(self, code: i64) -> Outcome {
        match self {
            Self::Ok => Outcome::sent(),
            Self::Token => Outcome::retry(Reason::TokenRefused.with(code)),
            Self::NoButtons => Outcome::disable(Reason::NotPermitted.with(code)),
            Self::Again(None, reason) => Outcome::retry(reason.with(code)),
            Self::Again(Some(after), reason) => Outcome::retry_after(after, reason.with(code)),
            Self::Never(reason) => Outcome::give_up(reason.with(code)),
            Self::NotHere(reason) => Outcome::disable(reason.with(code)),
        }
    }
}

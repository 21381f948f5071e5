//! The outcome is how one attempt ended. There are four, and the courier decides on nothing else.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use platform::outside::{Answer, OutsideFault};

/// Receivers that ask for more patience than this are asked again all the same.
pub const PATIENCE_MAX: Duration = Duration::from_hours(24);

/// How one attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver has taken it. Of several people, some may not have been reached.
    Sent { provider_id: Option<String>, unreachable: Vec<String> },
    /// The same again later: not before `after`, if the receiver has said so.
    Retry { after: Option<Duration>, why: Why },
    /// This message will never be taken.
    GiveUp { why: Why },
    /// Nothing will be taken any more on this way until somebody has put it right.
    Disable { why: Why },
}

/// Why: our word for it, and the receiver's number. Never the receiver's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Why {
    pub reason: Reason,
    /// An HTTP status, a provider's error code or an SMTP reply code.
    pub code: Option<i64>,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => write!(f, "{} ({code})", self.reason.code()),
            None => f.write_str(self.reason.code()),
        }
    }
}

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// What is set for this way cannot be used: an address, a secret, a key.
    Unusable,
    /// The address leads where nothing may be sent.
    AddressNotAllowed,
    /// No connection; nothing was sent.
    Unreached,
    /// TLS could not be agreed on; nothing was sent.
    NotSecure,
    /// No answer in time.
    TimedOut,
    /// The connection ended before the answer did.
    AnswerLost,
    /// The answer is not what the documents promise.
    AnswerUnreadable,
    /// Too much in too short a time.
    RateLimited,
    /// The receiver is in trouble, or says to come back.
    Busy,
    /// The receiver points somewhere else, where we do not go.
    Redirected,
    /// The receiver does not accept its own access token.
    TokenRefused,
    /// Our clock and the receiver's are too far apart for a signature to hold.
    ClocksDisagree,
    /// The message itself is refused.
    Refused,
    /// Nobody it is for can be reached.
    NobodyReached,
    /// The endpoint or robot is gone.
    Gone,
    /// A secret, key or password is wrong.
    WrongCredentials,
    /// The app may not do this.
    NotPermitted,
    /// Our address is not on the receiver's list.
    AddressNotTrusted,
    /// A code without a meaning known here.
    UnknownCode,
}

impl Reason {
    /// The reason's name, which never changes.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unusable => "unusable",
            Self::AddressNotAllowed => "address_not_allowed",
            Self::Unreached => "unreached",
            Self::NotSecure => "not_secure",
            Self::TimedOut => "timed_out",
            Self::AnswerLost => "answer_lost",
            Self::AnswerUnreadable => "answer_unreadable",
            Self::RateLimited => "rate_limited",
            Self::Busy => "busy",
            Self::Redirected => "redirected",
            Self::TokenRefused => "token_refused",
            Self::ClocksDisagree => "clocks_disagree",
            Self::Refused => "refused",
            Self::NobodyReached => "nobody_reached",
            Self::Gone => "gone",
            Self::WrongCredentials => "wrong_credentials",
            Self::NotPermitted => "not_permitted",
            Self::AddressNotTrusted => "address_not_trusted",
            Self::UnknownCode => "unknown_code",
        }
    }

    pub const fn with(self, code: i64) -> Why {
        Why { reason: self, code: Some(code) }
    }
}

impl From<Reason> for Why {
    fn from(reason: Reason) -> Self {
        Self { reason, code: None }
    }
}

impl Outcome {
    /// Taken, and everybody reached as far as is known.
    pub const fn sent() -> Self {
        Self::Sent { provider_id: None, unreachable: Vec::new() }
    }

    pub fn retry(why: impl Into<Why>) -> Self {
        Self::Retry { after: None, why: why.into() }
    }

    pub fn retry_after(after: Duration, why: impl Into<Why>) -> Self {
        Self::Retry { after: Some(after.clamp(Duration::from_secs(1), PATIENCE_MAX)), why: why.into() }
    }

    pub fn give_up(why: impl Into<Why>) -> Self {
        Self::GiveUp { why: why.into() }
    }

    pub fn disable(why: impl Into<Why>) -> Self {
        Self::Disable { why: why.into() }
    }

    /// The outcome that an answer's status alone decides; `None` when its body has to be read.
    pub fn of_trouble(answer: &Answer, now: DateTime<Utc>) -> Option<Self> {
        let status = answer.status();
        let reason = match status {
            429 => Reason::RateLimited,
            500.. => Reason::Busy,
            300..=399 => Reason::Redirected,
            _ => return None,
        };
        let why = reason.with(status.into());
        Some(match answer.retry_after(now).filter(|_| matches!(status, 429 | 500..)) {
            Some(after) => Self::retry_after(after, why),
            None => Self::retry(why),
        })
    }
}

impl From<OutsideFault> for Outcome {
    fn from(fault: OutsideFault) -> Self {
        match fault {
            // A name may lead somewhere else tomorrow; whoever set it does not have to be told twice.
            OutsideFault::Address => Self::retry(Reason::AddressNotAllowed),
            OutsideFault::NoClient => Self::retry(Reason::NotSecure),
            OutsideFault::Unreached(_) => Self::retry(Reason::Unreached),
            OutsideFault::TimedOut => Self::retry(Reason::TimedOut),
            OutsideFault::Broken(_) => Self::retry(Reason::AnswerLost),
            OutsideFault::TooLarge(_) => Self::retry(Reason::AnswerUnreadable),
        }
    }
}

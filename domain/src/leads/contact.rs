//! A contact with the people of a lead, and whether it is an effective one: somebody of theirs spoke or wrote back.

use serde::{Deserialize, Serialize};

use crate::playbook::ActionKind;
use crate::texts::Language;

/// How they were approached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Phone,
    Wechat,
    Wecom,
    Sms,
    Email,
    Visit,
    Meeting,
}

impl Channel {
    pub const ALL: [Self; 7] = [Self::Phone, Self::Wechat, Self::Wecom, Self::Sms, Self::Email, Self::Visit, Self::Meeting];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Wechat => "wechat",
            Self::Wecom => "wecom",
            Self::Sms => "sms",
            Self::Email => "email",
            Self::Visit => "visit",
            Self::Meeting => "meeting",
        }
    }
}

/// What came of it. *Will think about it* and *will sign on a date* are two outcomes: the first is no promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Nobody answered.
    NotReached,
    NotInterested,
    WillThink,
    WantsMaterial,
    WantsQuotation,
    WantsMeeting,
    /// With the date on which.
    WillSign,
}

impl Outcome {
    pub const ALL: [Self; 7] = [
        Self::NotReached,
        Self::NotInterested,
        Self::WillThink,
        Self::WantsMaterial,
        Self::WantsQuotation,
        Self::WantsMeeting,
        Self::WillSign,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotReached => "not_reached",
            Self::NotInterested => "not_interested",
            Self::WillThink => "will_think",
            Self::WantsMaterial => "wants_material",
            Self::WantsQuotation => "wants_quotation",
            Self::WantsMeeting => "wants_meeting",
            Self::WillSign => "will_sign",
        }
    }

    /// What people choose from.
    pub const fn name(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::NotReached, Language::ZhCn) => "没有联系上",
            (Self::NotReached, Language::En) => "Not reached",
            (Self::NotInterested, Language::ZhCn) => "没有兴趣",
            (Self::NotInterested, Language::En) => "Not interested",
            (Self::WillThink, Language::ZhCn) => "考虑考虑",
            (Self::WillThink, Language::En) => "Will think about it",
            (Self::WantsMaterial, Language::ZhCn) => "要资料",
            (Self::WantsMaterial, Language::En) => "Wants material",
            (Self::WantsQuotation, Language::ZhCn) => "要报价",
            (Self::WantsQuotation, Language::En) => "Wants a quotation",
            (Self::WantsMeeting, Language::ZhCn) => "约了见面",
            (Self::WantsMeeting, Language::En) => "Wants to meet",
            (Self::WillSign, Language::ZhCn) => "约定日期签约",
            (Self::WillSign, Language::En) => "Will sign on a date",
        }
    }
}

/// How much a contact weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// It stops the clock of a stage that waits for the first contact.
    Effective,
    /// They picked up, and hung up before anything could be said.
    TooShort,
    /// An attempt: the clock runs on.
    NotReached,
}

impl Weight {
    /// Weighs a contact; a call counts from `call_seconds` on. A call whose length nobody stated is too short to count.
    pub fn of(channel: Channel, outcome: Outcome, seconds: Option<i64>, call_seconds: i64) -> Self {
        if outcome == Outcome::NotReached {
            Self::NotReached
        } else if channel == Channel::Phone && seconds.is_none_or(|seconds| seconds < call_seconds) {
            Self::TooShort
        } else {
            Self::Effective
        }
    }

    /// What is recorded.
    pub const fn action(self, channel: Channel) -> ActionKind {
        match (self, channel) {
            (Self::Effective, _) => ActionKind::LeadContacted,
            (Self::TooShort, _) => ActionKind::CallAnswered,
            (Self::NotReached, Channel::Phone) => ActionKind::CallTried,
            (Self::NotReached, _) => ActionKind::MessageSent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::playbook::Nature;

    #[test]
    fn only_a_contact_in_which_they_took_part_is_effective() {
        let weigh = |channel, outcome, seconds| Weight::of(channel, outcome, seconds, 60);
        assert_eq!(weigh(Channel::Phone, Outcome::WillThink, Some(60)), Weight::Effective);
        assert_eq!(weigh(Channel::Phone, Outcome::WillThink, Some(59)), Weight::TooShort);
        assert_eq!(weigh(Channel::Phone, Outcome::WillSign, None), Weight::TooShort);
        assert_eq!(weigh(Channel::Phone, Outcome::NotReached, Some(600)), Weight::NotReached);
        assert_eq!(weigh(Channel::Wechat, Outcome::NotInterested, None), Weight::Effective);
    }

    #[test]
    fn an_attempt_is_recorded_as_talk_which_stops_no_clock() {
        for channel in Channel::ALL {
            assert_eq!(Weight::NotReached.action(channel).nature(), Nature::Talk);
            assert_eq!(serde_json::to_value(channel).unwrap(), channel.as_str());
        }
        for outcome in Outcome::ALL {
            assert_eq!(serde_json::to_value(outcome).unwrap(), outcome.as_str());
        }
    }
}

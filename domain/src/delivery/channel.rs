//! The ways there are.

use chrono::TimeDelta;

use super::pace::Pace;

/// A way to people, or to systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Channel {
    /// The person's own list in the house: what is written there has arrived.
    Inbox,
    WecomApp,
    WecomRobot,
    DingtalkRobot,
    FeishuRobot,
    Email,
    /// To systems.
    Webhook,
}

impl Channel {
    pub const ALL: [Self; 7] =
        [Self::Inbox, Self::WecomApp, Self::WecomRobot, Self::DingtalkRobot, Self::FeishuRobot, Self::Email, Self::Webhook];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inbox => "inbox",
            Self::WecomApp => "wecom_app",
            Self::WecomRobot => "wecom_robot",
            Self::DingtalkRobot => "dingtalk_robot",
            Self::FeishuRobot => "feishu_robot",
            Self::Email => "email",
            Self::Webhook => "webhook",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == text)
    }

    /// People sleep, systems do not.
    pub const fn is_for_people(self) -> bool {
        !matches!(self, Self::Webhook)
    }

    /// How fast it may be used; `None` where nobody counts. Providers count whatever falls into any one minute, so a burst and what comes
    /// after it in that minute stay below the limit together: a WeCom or DingTalk robot takes 20 a minute, a Feishu robot 100 a minute and
    /// 5 a second, one member of a WeCom company is shown 30 a minute and 1000 an hour.
    pub const fn pace(self) -> Option<Pace> {
        match self {
            Self::WecomRobot | Self::DingtalkRobot => Some(Pace { burst: 4, every: TimeDelta::seconds(4) }),
            Self::FeishuRobot => Some(Pace { burst: 4, every: TimeDelta::seconds(1) }),
            Self::WecomApp => Some(Pace { burst: 10, every: TimeDelta::seconds(4) }),
            Self::Inbox | Self::Email | Self::Webhook => None,
        }
    }

    /// Whether the pace is each person's own rather than the channel's.
    pub const fn is_paced_by_person(self) -> bool {
        matches!(self, Self::WecomApp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for channel in Channel::ALL {
            assert_eq!(Channel::parse(channel.as_str()), Some(channel));
        }
        assert_eq!(Channel::parse("pigeon"), None);
    }

    #[test]
    fn no_minute_and_no_hour_holds_more_than_providers_take() {
        for (channel, span, most) in [
            (Channel::WecomRobot, 60, 20),
            (Channel::DingtalkRobot, 60, 20),
            (Channel::FeishuRobot, 60, 100),
            (Channel::FeishuRobot, 1, 5),
            (Channel::WecomApp, 60, 30),
            (Channel::WecomApp, 3600, 1000),
        ] {
            let pace = channel.pace().unwrap();
            assert!(i64::from(pace.burst) + span / pace.every.num_seconds() <= most, "{channel:?} {span}");
        }
    }
}

//! Hand-overs: one department asks another for something about a customer or a deal.
//!
//! The other department's time counts only while it has the ball: from when it is asked until it answers or gives the request back for
//! more information, and again from when it is asked again.

use chrono::{DateTime, TimeDelta, Utc};

use crate::calendars::Clock;
use crate::metrics::Duration;
use crate::people::Role;
use crate::playbook::model::StageKind;
use crate::playbook::{ActionKind, Facts, Playbook};

/// The roles that something can be asked of.
pub const DEPARTMENTS: [Role; 4] = [Role::Presales, Role::Delivery, Role::Legal, Role::Operations];

/// One stretch of time in which the department has the ball.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    pub asked_at: DateTime<Utc>,
    /// When it answered, gave it back, or it was withdrawn; `None` while it has the ball.
    pub ended_at: Option<DateTime<Utc>>,
}

/// How long the department has had the ball until `now`, all turns together.
pub fn waited(turns: &[Turn], clock: Clock<'_>, now: DateTime<Utc>) -> TimeDelta {
    let lengths = turns.iter().map(|turn| clock.elapsed(turn.asked_at, turn.ended_at.unwrap_or(now)).value);
    lengths.fold(TimeDelta::zero(), |sum, length| sum + length)
}

/// The response time in minutes as figures take it; what has no answer yet counts as open.
pub fn response(turns: &[Turn], is_answered: bool, clock: Clock<'_>, now: DateTime<Utc>) -> Duration {
    Duration { length: waited(turns, clock, now).as_seconds_f64() / 60.0, is_over: is_answered }
}

/// Whether the hand-over's stage waits for `deed`, or is left by it.
pub fn leads_on(playbook: &Playbook, facts: &Facts, deed: ActionKind) -> bool {
    let rules = playbook.subjects.get(&facts.subject.kind);
    let Some((rules, place)) = rules.zip(facts.subject.place.as_ref()) else { return false };
    let Some(stage) = rules.stage(place.stage.as_str()).filter(|stage| stage.kind == StageKind::Open) else { return false };
    stage.awaits.contains(&deed) || rules.moves.iter().any(|step| step.from.contains(&place.stage) && step.on.contains(&deed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendars::china;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn time_counts_only_while_the_department_has_the_ball() {
        let turn = |asked_at, ended_at: Option<&str>| Turn { asked_at: at(asked_at), ended_at: ended_at.map(at) };
        // Monday 09:00 to 11:00, given back; asked again on Tuesday 17:00, and still open on Wednesday 10:00 (all of Shanghai).
        let turns = [turn("2026-11-23T01:00:00Z", Some("2026-11-23T03:00:00Z")), turn("2026-11-24T09:00:00Z", None)];
        let now = at("2026-11-25T02:00:00Z");
        assert_eq!(waited(&turns, Clock::Wall, now), TimeDelta::hours(2 + 17));
        let calendar = china::calendar();
        assert_eq!(waited(&turns, Clock::Working(&calendar), now), TimeDelta::hours(2 + 1 + 1));
        assert_eq!(response(&turns, false, Clock::Wall, now), Duration { length: 19.0 * 60.0, is_over: false });
        assert_eq!(waited(&[], Clock::Wall, now), TimeDelta::zero());
    }
}

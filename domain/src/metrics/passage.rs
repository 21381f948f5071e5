//! How a lead or a deal has gone through its stages: how long it was in each, how often, and how often it went back.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

/// A stage that was entered. The next stay's beginning is this one's end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stay {
    pub stage: String,
    /// The stage before; of several entered at one instant it says which came first.
    pub left: Option<String>,
    pub entered_at: DateTime<Utc>,
}

/// What a stage is to a passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StageRole {
    /// Worked on there; its place among the others.
    Open(usize),
    Won,
    Lost,
}

/// The time in one stage, over all its stays.
#[derive(Debug, Clone, PartialEq)]
pub struct Dwell {
    pub stage: String,
    /// When it was first entered.
    pub began_at: DateTime<Utc>,
    /// In stays that are over, seconds.
    pub seconds: f64,
    /// The longest stay that is over, seconds.
    pub longest: f64,
    pub stays: u32,
    /// Visits that count, made while it was there.
    pub visits: u32,
    /// Since when it is there now.
    pub open_since: Option<DateTime<Utc>>,
}

/// The whole way of one lead or deal so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    pub began_at: DateTime<Utc>,
    /// When it came to its end, and in which stage; `None` while it is open. What comes back after its end is open again.
    pub ended: Option<(DateTime<Utc>, String)>,
    pub is_won: bool,
    /// From the beginning to the end; nothing while it is open.
    pub seconds: f64,
    /// Moves to an earlier stage.
    pub rework: u32,
    pub visits: u32,
    /// In the order in which stages were first entered. A stage in which it is over is no dwell.
    pub dwells: Vec<Dwell>,
}

impl Passage {
    /// The passage through `stays`, in any order, with visits at these instants. `role` says what a stage is; one that no playbook knows
    /// any more has none: it is worked on like any other, and neither before nor behind another one. `None` without stays.
    pub fn of(stays: &[Stay], visits: &[DateTime<Utc>], role: impl Fn(&str) -> Option<StageRole>) -> Option<Self> {
        let stays = in_order(stays, |stay| (stay.entered_at, stay.left.as_deref(), stay.stage.as_str()));
        let began_at = stays.first()?.entered_at;
        let mut visits = visits.to_vec();
        visits.sort_unstable();
        let mut passage =
            Self { began_at, ended: None, is_won: false, seconds: 0.0, rework: 0, visits: count(visits.len()), dwells: Vec::new() };
        let mut left = VecDeque::from(visits);
        for (nth, stay) in stays.iter().enumerate() {
            let until = stays.get(nth + 1).map(|next| next.entered_at);
            // A visit made at the very instant of a move was made before it; one from before the beginning belongs to the first stay.
            let met = left.iter().take_while(|at| until.is_none_or(|until| **at <= until)).count();
            left.drain(..met);
            passage.stay(stay, until, count(met), role(&stay.stage));
            let before = nth.checked_sub(1).and_then(|before| stays.get(before));
            passage.rework += u32::from(before.is_some_and(|before| goes_back(role(&before.stage), role(&stay.stage))));
        }
        Some(passage)
    }

    fn stay(&mut self, stay: &Stay, until: Option<DateTime<Utc>>, visits: u32, role: Option<StageRole>) {
        if matches!(role, Some(StageRole::Won | StageRole::Lost)) {
            self.ended = Some((stay.entered_at, stay.stage.clone()));
            self.is_won = role == Some(StageRole::Won);
            self.seconds = seconds(stay.entered_at - self.began_at);
            return;
        }
        (self.ended, self.is_won, self.seconds) = (None, false, 0.0);
        let place = self.dwells.iter().position(|dwell| dwell.stage == stay.stage).unwrap_or_else(|| {
            let (stage, began_at) = (stay.stage.clone(), stay.entered_at);
            self.dwells.push(Dwell { stage, began_at, seconds: 0.0, longest: 0.0, stays: 0, visits: 0, open_since: None });
            self.dwells.len() - 1
        });
        let Some(dwell) = self.dwells.get_mut(place) else { return };
        dwell.stays += 1;
        dwell.visits += visits;
        match until {
            Some(until) => {
                let length = seconds(until - stay.entered_at);
                dwell.seconds += length;
                dwell.longest = dwell.longest.max(length);
            }
            None => dwell.open_since = Some(stay.entered_at),
        }
    }
}

/// Stays in their order: by time, and of those entered at one instant each after the one that it came from. `read` says of a stay when it
/// began, which stage it came from, and which stage it is.
pub fn in_order<'a, T>(stays: &'a [T], read: impl Fn(&'a T) -> (DateTime<Utc>, Option<&'a str>, &'a str)) -> Vec<&'a T> {
    let mut sorted = stays.iter().collect::<Vec<_>>();
    sorted.sort_by_key(|stay| read(stay).0);
    let mut ordered = Vec::<&T>::with_capacity(sorted.len());
    for same in sorted.chunk_by(|a, b| read(a).0 == read(b).0) {
        let mut same = same.to_vec();
        while !same.is_empty() {
            let came_from = ordered.last().map(|stay| read(stay).2);
            let next = same.iter().position(|stay| read(stay).1 == came_from).unwrap_or(0);
            ordered.push(same.remove(next));
        }
    }
    ordered
}

fn goes_back(from: Option<StageRole>, to: Option<StageRole>) -> bool {
    match (from, to) {
        (Some(StageRole::Open(from)), Some(StageRole::Open(to))) => to < from,
        // What was over is worked on again.
        (Some(StageRole::Won | StageRole::Lost), Some(StageRole::Open(_))) => true,
        _ => false,
    }
}

fn count(things: usize) -> u32 {
    u32::try_from(things).unwrap_or(u32::MAX)
}

/// Clocks of machines may run backwards; time does not.
#[expect(clippy::cast_precision_loss, reason = "microseconds of a few hundred years are exact")]
fn seconds(span: TimeDelta) -> f64 {
    span.num_microseconds().unwrap_or(i64::MAX).max(0) as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::hours(hour)
    }

    fn stay(hour: i64, left: Option<&str>, stage: &str) -> Stay {
        Stay { stage: stage.to_owned(), left: left.map(str::to_owned), entered_at: at(hour) }
    }

    fn role(stage: &str) -> Option<StageRole> {
        match stage {
            "won" => Some(StageRole::Won),
            "lost" => Some(StageRole::Lost),
            _ => stage.strip_prefix('n')?.parse().ok().map(StageRole::Open),
        }
    }

    #[test]
    fn what_comes_back_is_open_again() {
        let stays = [stay(0, None, "n1"), stay(2, Some("n1"), "lost"), stay(5, Some("lost"), "n1")];
        let lost = Passage::of(stays.get(..2).unwrap(), &[], role).unwrap();
        assert_eq!((lost.ended, lost.is_won, lost.seconds), (Some((at(2), "lost".to_owned())), false, 7200.0));
        let back = Passage::of(&stays, &[], role).unwrap();
        assert_eq!((back.ended, back.seconds, back.rework), (None, 0.0, 1));
        assert_eq!(back.dwells.first().map(|dwell| (dwell.seconds, dwell.stays, dwell.open_since)), Some((7200.0, 2, Some(at(5)))));
    }

    #[test]
    fn stages_of_one_instant_follow_each_other() {
        let stays = [stay(1, Some("n2"), "n3"), stay(1, Some("n1"), "n2"), stay(0, None, "n1"), stay(4, Some("n3"), "won")];
        let passage = Passage::of(&stays, &[at(-1), at(1), at(3), at(9)], role).unwrap();
        let dwells = passage.dwells.iter().map(|dwell| (dwell.stage.as_str(), dwell.seconds, dwell.visits)).collect::<Vec<_>>();
        assert_eq!(dwells, [("n1", 3600.0, 2), ("n2", 0.0, 0), ("n3", 10800.0, 1)]);
        assert_eq!((passage.is_won, passage.rework, passage.visits), (true, 0, 4));
        assert_eq!(Passage::of(&[], &[at(1)], role), None);
    }

    #[test]
    fn a_stage_that_nobody_knows_is_worked_on_like_any_other() {
        let stays = [stay(0, None, "n3"), stay(1, Some("n3"), "old"), stay(2, Some("old"), "n1")];
        let passage = Passage::of(&stays, &[], role).unwrap();
        assert_eq!((passage.rework, passage.dwells.len(), passage.ended), (0, 3, None));
    }
}

//! The plan for what is due: what is not wanted any more, what has to wait, and what goes out now, on its own or together.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::channel::Channel;
use super::pace::Pace;
use crate::calendars::{Calendar, DeliveryWindow, Due};

/// From so many on, messages to one person are told as one.
pub const DIGEST_FROM: usize = 3;
/// More than this are told in the next one.
pub const DIGEST_MAX: usize = 200;

/// So many go to one endpoint at once: one that hangs shall not hold all hands.
pub const UNDERWAY_MAX: usize = 8;
/// The others ask again after this.
const TURN_AFTER: TimeDelta = TimeDelta::seconds(1);

/// When the window opens, people are told over so many seconds, each at a moment of their own.
const SPREAD_S: u128 = 300;

/// A delivery that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, read from a column of its own")]
pub struct Waiting {
    pub id: Uuid,
    /// The person or the endpoint.
    pub receiver: Uuid,
    pub channel: Channel,
    pub urgent: bool,
    /// What it is about is still open; state is read in the transaction that claims it.
    pub wanted: bool,
    /// Its way is set up and switched on, and has not been closed by its receiver.
    pub open: bool,
    /// How many others are on their way to the same endpoint.
    pub underway: usize,
    /// It has been tried before, under this id and no other.
    pub tried: bool,
    /// The deliveries that it carries since an earlier attempt, and whether each is still wanted.
    pub carries: Vec<(Uuid, bool)>,
}

impl Waiting {
    fn is_wanted(&self) -> bool {
        self.wanted || self.carries.iter().any(|(_, wanted)| *wanted)
    }
}

/// When people are left in peace.
#[derive(Debug, Clone)]
pub struct Quiet<'a> {
    pub window: DeliveryWindow,
    pub calendar: &'a Calendar,
}

/// One message: the delivery whose id it bears, and those told in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load {
    pub id: Uuid,
    /// In the order of their waiting; without the bearer.
    pub carries: Vec<Uuid>,
}

/// What is to be done with everything that was due.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    pub stop: Vec<Uuid>,
    /// Its way is closed.
    pub give_up: Vec<Uuid>,
    pub put_off: Vec<(Uuid, DateTime<Utc>)>,
    pub send: Vec<Load>,
}

/// The lane that a pace is kept for.
pub type Lane = (Channel, Option<Uuid>);

/// Decides about everything that is due, for so many `hands`: what there are no hands for stays as it is. `rested` is what is remembered of paces, and is brought up to date.
pub fn plan(
    waiting: Vec<Waiting>,
    quiet: &Quiet<'_>,
    rested: &mut BTreeMap<Lane, DateTime<Utc>>,
    hands: usize,
    now: DateTime<Utc>,
) -> Plan {
    let mut plan = Plan::default();
    let mut groups = BTreeMap::<(Channel, Uuid), Vec<Waiting>>::new();
    for one in waiting {
        if !one.is_wanted() {
            plan.stop.push(one.id);
            plan.stop.extend(one.carries.iter().map(|(id, _)| *id));
        } else if !one.open {
            plan.give_up.push(one.id);
            plan.give_up.extend(one.carries.iter().map(|(id, _)| *id));
        } else if let Some(at) = in_peace_until(&one, quiet, now) {
            plan.put_off.push((one.id, at));
        } else {
            groups.entry((one.channel, one.receiver)).or_default().push(one);
        }
    }
    let mut behind = BTreeMap::<Lane, DateTime<Utc>>::new();
    for ((channel, receiver), mut group) in groups {
        if !channel.is_for_people() {
            let room = UNDERWAY_MAX.saturating_sub(group.first().map_or(0, |one| one.underway));
            let rest = group.split_off(room.min(group.len()));
            plan.put_off.extend(rest.into_iter().map(|one| (one.id, now + TURN_AFTER)));
        }
        let lane = (channel, channel.is_paced_by_person().then_some(receiver));
        for load in loads(channel, group, &mut plan.stop) {
            if plan.send.len() >= hands {
                return plan;
            }
            match channel.pace().map(|pace| take(pace, lane, rested, &mut behind, now)) {
                Some(Err(at)) => plan.put_off.extend(std::iter::once(load.id).chain(load.carries).map(|id| (id, at))),
                _ => plan.send.push(load),
            }
        }
    }
    plan
}

/// Takes one of a lane's pace. Whoever comes too early is told a turn of their own, each one after the last.
fn take(
    pace: Pace,
    lane: Lane,
    rested: &mut BTreeMap<Lane, DateTime<Utc>>,
    behind: &mut BTreeMap<Lane, DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), DateTime<Utc>> {
    let rested_at = rested.entry(lane).or_insert(now);
    match pace.take(*rested_at, now) {
        Ok(next) => {
            *rested_at = next;
            Ok(())
        }
        Err(free_at) => {
            let turn = behind.entry(lane).and_modify(|turn| *turn += pace.every).or_insert(free_at);
            Err(*turn)
        }
    }
}

/// Until when a person is left in peace; `None` when they may be disturbed now.
fn in_peace_until(one: &Waiting, quiet: &Quiet<'_>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if one.urgent || !one.channel.is_for_people() {
        return None;
    }
    match quiet.window.next_open(quiet.calendar, now) {
        Due::At(at) if at > now => {
            let spread = i64::try_from(one.receiver.as_u128() % SPREAD_S).unwrap_or(0);
            Some(at + TimeDelta::seconds(spread))
        }
        // A window that never opens would lose what it holds back.
        Due::At(_) | Due::Never => None,
    }
}

/// One person's messages on one way: what was tried before goes as it was, urgent ones go alone, of the rest many go as one.
fn loads(channel: Channel, group: Vec<Waiting>, stop: &mut Vec<Uuid>) -> Vec<Load> {
    let (alone, fresh): (Vec<_>, Vec<_>) =
        group.into_iter().partition(|one| one.tried || one.urgent || !one.carries.is_empty() || !channel.is_for_people());
    let mut loads = Vec::new();
    for one in alone {
        let (wanted, unwanted): (Vec<_>, Vec<_>) = one.carries.into_iter().partition(|(_, wanted)| *wanted);
        stop.extend(unwanted.into_iter().map(|(id, _)| id));
        loads.push(Load { id: one.id, carries: wanted.into_iter().map(|(id, _)| id).collect() });
    }
    if fresh.len() < DIGEST_FROM {
        loads.extend(fresh.into_iter().map(|one| Load { id: one.id, carries: Vec::new() }));
        return loads;
    }
    for together in fresh.chunks(DIGEST_MAX) {
        let Some((first, rest)) = together.split_first() else { continue };
        loads.push(Load { id: first.id, carries: rest.iter().map(|one| one.id).collect() });
    }
    loads
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;

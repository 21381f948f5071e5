use super::*;
use crate::calendars::china;

/// Monday noon in Shanghai.
fn noon() -> DateTime<Utc> {
    "2026-11-23T04:00:00Z".parse().unwrap()
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn waiting(n: u128, channel: Channel, receiver: u128) -> Waiting {
    Waiting {
        id: id(n),
        receiver: id(receiver),
        channel,
        urgent: false,
        wanted: true,
        open: true,
        underway: 0,
        tried: false,
        carries: Vec::new(),
    }
}

fn planned(waiting: Vec<Waiting>, now: DateTime<Utc>) -> Plan {
    planned_after(waiting, &mut BTreeMap::new(), now)
}

fn planned_after(waiting: Vec<Waiting>, rested: &mut BTreeMap<Lane, DateTime<Utc>>, now: DateTime<Utc>) -> Plan {
    let calendar = china::calendar();
    plan(waiting, &Quiet { window: DeliveryWindow::default(), calendar: &calendar }, rested, usize::MAX, now)
}

fn alone(n: u128) -> Load {
    Load { id: id(n), carries: Vec::new() }
}

#[test]
fn what_is_not_wanted_any_more_is_stopped_and_a_closed_way_gives_up() {
    let unwanted = Waiting { wanted: false, ..waiting(1, Channel::Email, 9) };
    let closed = Waiting { open: false, ..waiting(2, Channel::Email, 9) };
    let plan = planned(vec![unwanted, closed, waiting(3, Channel::Email, 9)], noon());
    assert_eq!(plan, Plan { stop: vec![id(1)], give_up: vec![id(2)], put_off: Vec::new(), send: vec![alone(3)] });
}

#[test]
fn at_night_people_are_left_in_peace_unless_it_is_urgent_and_systems_never_sleep() {
    let night = "2026-11-23T14:00:00Z".parse().unwrap();
    let urgent = Waiting { urgent: true, ..waiting(2, Channel::Email, 9) };
    let plan = planned(vec![waiting(1, Channel::Email, 7), urgent, waiting(3, Channel::Webhook, 9)], night);
    let opens: DateTime<Utc> = "2026-11-24T00:00:07Z".parse().unwrap();
    assert_eq!(plan.put_off, [(id(1), opens)], "eight in the morning, and a moment of their own");
    assert_eq!(plan.send, [alone(2), alone(3)]);
}

#[test]
fn many_for_one_person_on_one_way_are_told_as_one() {
    let many = (1..=5).map(|n| waiting(n, Channel::Email, 9));
    let others = [waiting(6, Channel::Email, 8), waiting(7, Channel::Email, 8), waiting(8, Channel::WecomApp, 9)];
    let urgent = Waiting { urgent: true, ..waiting(10, Channel::Email, 9) };
    let plan = planned(many.chain(others).chain([urgent]).collect(), noon());
    let digest = Load { id: id(1), carries: (2..=5).map(id).collect() };
    assert_eq!(plan.send, [alone(8), alone(6), alone(7), alone(10), digest]);
    let events = planned((1..=5).map(|n| waiting(n, Channel::Webhook, 9)).collect(), noon());
    assert_eq!(events.send.len(), 5, "events are never put together");
}

#[test]
fn what_was_tried_goes_again_as_it_was_without_what_is_not_wanted_any_more() {
    let tried = Waiting { tried: true, wanted: false, carries: vec![(id(2), true), (id(3), false)], ..waiting(1, Channel::Email, 9) };
    let gone = Waiting { tried: true, wanted: false, carries: vec![(id(5), false)], ..waiting(4, Channel::Email, 9) };
    let plan = planned(vec![tried, gone, waiting(6, Channel::Email, 9)], noon());
    assert_eq!(plan.stop, [id(4), id(5), id(3)]);
    assert_eq!(plan.send, [Load { id: id(1), carries: vec![id(2)] }, alone(6)]);
}

#[test]
fn a_robot_speaks_no_faster_than_it_may_and_everybody_else_is_given_a_turn() {
    let mut rested = BTreeMap::new();
    let plan = planned_after((1..=7).map(|n| waiting(n, Channel::WecomRobot, n)).collect(), &mut rested, noon());
    assert_eq!(plan.send.len(), 4);
    let turns: Vec<i64> = plan.put_off.iter().map(|(_, at)| (*at - noon()).num_seconds()).collect();
    assert_eq!(turns, [4, 8, 12]);
    let later = planned_after(vec![waiting(8, Channel::WecomRobot, 8)], &mut rested, noon() + TimeDelta::seconds(3));
    assert_eq!(later.put_off.len(), 1, "what was taken is remembered");
}

#[test]
fn an_endpoint_that_hangs_does_not_hold_all_hands() {
    let many = (1..=20).map(|n| Waiting { underway: 5, ..waiting(n, Channel::Webhook, 9) });
    let plan = planned(many.chain([waiting(30, Channel::Webhook, 8)]).collect(), noon());
    assert_eq!((plan.send.len(), plan.put_off.len()), (4, 17));
}

#[test]
fn what_there_are_no_hands_for_stays_as_it_is() {
    let calendar = china::calendar();
    let quiet = Quiet { window: DeliveryWindow::default(), calendar: &calendar };
    let plan = plan((1..=5).map(|n| waiting(n, Channel::Email, n)).collect(), &quiet, &mut BTreeMap::new(), 2, noon());
    assert_eq!(plan, Plan { send: vec![alone(1), alone(2)], ..Plan::default() });
}

#[test]
fn a_digest_that_has_to_wait_is_put_off_whole() {
    let mut rested = BTreeMap::from([((Channel::WecomRobot, None), noon() + TimeDelta::minutes(1))]);
    let plan = planned_after((1..=3).map(|n| waiting(n, Channel::WecomRobot, 9)).collect(), &mut rested, noon());
    assert_eq!((plan.put_off.len(), plan.send.len()), (3, 0));
}

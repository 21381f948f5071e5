//! The 48-hour breaker from beginning to end.

use chrono::TimeDelta;
use serde_json::json;
use tests::House;

use crate::ground::{Lead, ask, catch_up, hours, look};

#[tokio::test]
async fn what_stalls_for_48_hours_is_told_to_three_people_at_once_and_once() {
    let house = House::open().await;
    let lead = Lead::confirmed(&house).await;
    assert_eq!(lead.count("stays").await, 3);
    assert_eq!(lead.count("open timers").await, 1, "the offer is closed and the breaker runs");
    house.advance(hours(48) - TimeDelta::seconds(1));
    let round = look(&house).await;
    assert_eq!((round.fired.steps, round.next_at.unwrap() - house.now()), (0, TimeDelta::seconds(1)), "never early");
    house.advance(TimeDelta::seconds(1));
    assert_eq!(catch_up(&house).await, 1);
    assert_eq!(lead.told().await, ["presales1 signal", "rep1 todo", "supervisor1 card"]);
    for (what, want) in [("incidents", 1), ("interventions of incidents", 3), ("deliveries", 3), ("raised", 1)] {
        assert_eq!(lead.count(what).await, want, "{what}");
    }
    assert_eq!(catch_up(&house).await, 0);
    assert_eq!(lead.count("interventions of incidents").await, 3);
    // The deed that was awaited ends it.
    lead.does("lead.contacted", json!({ "channel": "phone", "outcome": "will_sign" })).await;
    assert_eq!((lead.stage().await, lead.incident_state().await), ("contacted".to_owned(), "resolved".to_owned()));
    let left: i64 =
        ask(&house, "select count(*) from interventions where incident_id is not null and state <> 'done' and subject_id = $1", lead.id)
            .await;
    assert_eq!((left, lead.count("open timers").await), (0, 1), "nothing is left to do, and the next stage is watched");
}

#[tokio::test]
async fn only_the_awaited_deed_stops_the_clock() {
    let house = House::open().await;
    let (stalls, moves) = (Lead::confirmed(&house).await, Lead::confirmed(&house).await);
    house.advance(hours(47));
    for (kind, data) in
        [("lead.changed", json!({ "fields": {} })), ("note.added", json!({})), ("message.sent", json!({})), ("call.tried", json!({}))]
    {
        stalls.does(kind, data).await;
    }
    moves.does("lead.contacted", json!({})).await;
    house.advance(hours(1));
    catch_up(&house).await;
    assert_eq!((stalls.count("incidents").await, moves.count("incidents").await), (1, 0));
}

#[tokio::test]
async fn it_goes_on_until_somebody_acts() {
    let house = House::open().await;
    let lead = Lead::confirmed(&house).await;
    for step in 0..6 {
        house.advance(hours(if step == 0 { 48 } else { 24 }));
        catch_up(&house).await;
    }
    // At once, twice a day later each, then the director; and then nothing more.
    let told = lead.told().await;
    assert_eq!(told.len(), 3 + 2 + 2 + 1, "{told:?}");
    assert_eq!((told.last().map(String::as_str), lead.count("incidents").await), (Some("director1 card"), 1));
    let round = look(&house).await;
    assert_eq!(round.next_at, None, "a timer that has said all it has to say is due no more");
}

#[tokio::test]
async fn a_deed_that_happened_in_time_is_in_time_whenever_it_arrives() {
    let house = House::open().await;
    let lead = Lead::confirmed(&house).await;
    house.advance(hours(50));
    catch_up(&house).await;
    lead.did("lead.contacted", json!({}), hours(10)).await.unwrap();
    let in_time: bool = ask(&house, "select in_time from incidents where subject_id = $1", lead.id).await;
    assert!(in_time && lead.incident_state().await == "resolved");
}

#[tokio::test]
async fn an_offer_that_nobody_takes_goes_back_and_the_house_says_so() {
    let house = House::open().await;
    let lead = Lead::entered(&house).await;
    lead.does("lead.assigned", json!({ "owner_id": dev::demo::id_of("demo", "rep1") })).await;
    assert_eq!(lead.stage().await, "assigned");
    house.advance(hours(2));
    catch_up(&house).await;
    assert_eq!(lead.stage().await, "new");
    let log: i64 =
        ask(&house, "select count(*) from actions where kind = 'lead.offer_expired' and actor_id is null and subject_id = $1", lead.id)
            .await;
    let card: i64 = ask(&house, "select count(*) from interventions where code = 'lead_back_card' and subject_id = $1", lead.id).await;
    assert_eq!((log, card, lead.count("open timers").await), (1, 1, 1));
}

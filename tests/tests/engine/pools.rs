//! Many at once: several timekeepers, outages, and other organisations.

use chrono::TimeDelta;
use dev::demo::id_of;
use tests::House;

use crate::ground::{Lead, ask, catch_up, hours, look, scope};

#[tokio::test]
async fn two_timekeepers_at_once_fire_nothing_twice() {
    let house = House::open().await;
    let mut leads = Vec::new();
    for _ in 0..20 {
        leads.push(Lead::confirmed(&house).await);
    }
    house.advance(hours(48));
    let rounds = futures_util::future::join_all((0..6).map(|_| catch_up(&house))).await;
    assert_eq!(rounds.iter().sum::<usize>(), 20, "{rounds:?}");
    for lead in &leads {
        assert_eq!((lead.count("incidents").await, lead.count("interventions of incidents").await, lead.count("raised").await), (1, 3, 1));
    }
}

#[tokio::test]
async fn a_deed_and_its_timer_meet_and_one_of_them_comes_first() {
    let house = House::open().await;
    for _ in 0..10 {
        let lead = Lead::confirmed(&house).await;
        house.advance(hours(48));
        tokio::join!(lead.does("lead.contacted", serde_json::json!({})), catch_up(&house));
        catch_up(&house).await;
        assert_eq!((lead.stage().await.as_str(), lead.count("open timers").await), ("contacted", 1));
        // Told first and then resolved, or never told.
        let told = lead.count("incidents").await;
        assert!(told == 0 || (told == 1 && lead.incident_state().await == "resolved"));
    }
}

#[tokio::test]
async fn after_an_outage_it_is_told_late_once_and_together() {
    let house = House::open().await;
    let mut leads = Vec::new();
    for _ in 0..5 {
        leads.push(Lead::confirmed(&house).await);
    }
    house.advance(TimeDelta::days(14));
    catch_up(&house).await;
    for lead in &leads {
        assert_eq!(lead.told().await.len(), 3, "a week of steps is not told at once");
        let late: bool = ask(&house, "select late from incidents where subject_id = $1", lead.id).await;
        assert!(late);
    }
    let told: i64 =
        ask(&house, "select count(*) from deliveries where group_id is not null and recipient_id = $1", id_of("demo", "rep1")).await;
    assert_eq!(told, 1, "five todos, one message");
    house.advance(hours(24));
    catch_up(&house).await;
    assert_eq!(leads[0].told().await.len(), 5, "and then it goes on as usual");
}

#[tokio::test]
async fn a_clock_that_jumps_makes_nothing_happen_twice() {
    let house = House::open().await;
    let lead = Lead::confirmed(&house).await;
    house.advance(hours(48));
    catch_up(&house).await;
    house.advance(hours(-48));
    assert_eq!(catch_up(&house).await, 0);
    house.advance(hours(48));
    assert_eq!((catch_up(&house).await, lead.count("incidents").await, lead.told().await.len()), (0, 1, 3));
}

#[tokio::test]
async fn what_cannot_be_fired_stands_in_nobodys_way() {
    let house = House::open().await;
    let (sound, broken) = (Lead::confirmed(&house).await, Lead::confirmed(&house).await);
    let mut behind = house.behind().await;
    let spoil = "update standings set stage = 'Not a code' where subject_id = $1";
    sqlx::query(spoil).bind(broken.id).execute(&mut behind).await.unwrap();
    house.advance(hours(48));
    let round = look(&house).await;
    assert_eq!((round.fired.incidents, sound.count("incidents").await, broken.count("incidents").await), (1, 1, 0));
    sqlx::query("update standings set stage = 'confirmed' where subject_id = $1").bind(broken.id).execute(&mut behind).await.unwrap();
    catch_up(&house).await;
    assert_eq!(broken.count("incidents").await, 1, "nothing was lost");
}

#[tokio::test]
async fn a_subject_that_nobody_introduced_is_a_mistake_and_changes_nothing() {
    let house = House::open().await;
    let stray = Lead { house: &house, id: tests::doorstep::new_id() };
    assert!(stray.did("lead.created", serde_json::json!({}), TimeDelta::zero()).await.is_err());
    assert_eq!(stray.count("actions").await, 0);
    let mut tx = house.front.db.begin(&scope()).await.unwrap();
    assert!(store::engine::stand(&mut tx, domain::playbook::SubjectKind::Lead, stray.id).await.unwrap().is_none());
}

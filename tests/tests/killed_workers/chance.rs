//! Two processes of workers under load, killed at random: a checker reads what is left behind. `KILLS_SECONDS=60` makes it a minute.

use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::join_all;
use platform::Chance;
use tokio::process::Child;
use tokio::time::Instant;

use crate::ground::Ground;
use crate::history::History;

/// Unless said otherwise.
const SECONDS: u64 = 10;
/// Whatever a killed worker had in hand has been taken over and is done by then.
const TAKEN_OVER_AFTER: Duration = Duration::from_secs(30);

/// So long a lead is left alone, so that nobody fires while it is being made.
const MOMENT: TimeDelta = TimeDelta::seconds(3);

fn seconds() -> Duration {
    let said = std::env::var("KILLS_SECONDS").ok().and_then(|said| said.parse().ok());
    Duration::from_secs(said.unwrap_or(SECONDS))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_workers_killed_at_random_miss_nothing_and_double_nothing() {
    let ground = Ground::open(Duration::from_millis(40)).await;
    let mut workers: [Child; 2] = [ground.workers(), ground.workers()];
    let (until, chance) = (Instant::now() + seconds(), Chance::default());
    let mut leads = Vec::new();
    let (mut kills, mut next_kill) = (0_u32, Instant::now() + Duration::from_millis(1_500));
    while Instant::now() < until {
        leads.push(ground.stalls_in(MOMENT).await);
        if Instant::now() >= next_kill {
            let whom = usize::from(chance.roll() < 0.5);
            workers[whom].kill().await.unwrap();
            workers[whom] = ground.workers();
            kills += 1;
            next_kill = Instant::now() + Duration::from_millis(300) + Duration::from_millis(900).mul_f64(chance.roll());
        }
    }
    // The last of them die with whatever they have in hand, and one that knows nothing of it takes over.
    for worker in &mut workers {
        worker.kill().await.unwrap();
    }
    let died = Instant::now();
    let _heir = ground.workers();
    let whole = History::whole();
    let mut left = leads.clone();
    while !left.is_empty() {
        let histories = join_all(left.iter().map(|lead| History::of(&ground, *lead))).await;
        let undone = left.iter().zip(&histories).filter(|(_, history)| **history != whole);
        assert!(
            died.elapsed() < TAKEN_OVER_AFTER,
            "{} of {} not whole in time: {:?}",
            undone.clone().count(),
            leads.len(),
            undone.clone().next()
        );
        left = undone.map(|(lead, _)| *lead).collect();
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    for lead in &leads {
        let mut ids = ground.receiver.ids_of(*lead);
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 1, "{lead}: one event under one id, however often: {ids:?}");
    }
    assert!(leads.len() >= 50 && kills >= 3, "{} leads, {kills} kills", leads.len());
}

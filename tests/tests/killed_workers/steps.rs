//! Killed after every step: a process fires a timer and brings what follows out, and is killed after its first, second, … question to
//! PostgreSQL was answered, until it comes to the end. Whoever takes over makes everything whole, and nothing double.

use std::time::Duration;

use chrono::TimeDelta;
use platform::Chance;
use store::engine::due::PassedOver;
use workers::courier::{self, Courier};
use workers::timekeeper;

use crate::ground::Ground;
use crate::history::History;
use crate::link::Link;

/// More questions than this are asked by nobody who fires one timer and sends one webhook.
const STEPS_MAX: usize = 400;

/// What a process that was killed left behind is done by one that goes by a clock on which the dead one's leases have run out.
async fn take_over(ground: &Ground) {
    ground.stand(-(courier::LEASE + TimeDelta::seconds(1)));
    let house = &ground.house;
    loop {
        let round = timekeeper::round(&house.front.db, house.clock.held(), &mut PassedOver::default()).await.unwrap();
        let courier = Courier::new(&house.front.settings, house.front.db.clone(), house.clock.clone(), Chance::always(0.0)).unwrap();
        let brought = courier.round().await.unwrap();
        if !round.more && brought.touched == 0 {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_after_any_step_a_worker_leaves_nothing_undone_and_nothing_double() {
    let ground = Ground::open(Duration::ZERO).await;
    let (mut before_firing, mut between, mut steps) = (0, 0, 0);
    for nth in 1..=STEPS_MAX {
        let lead = ground.stalls_in(TimeDelta::zero()).await;
        let link = Link::until(nth).await;
        let mut process = ground.watch(link.addr);
        let all_done = async {
            while History::of(&ground, lead).await != History::whole() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let came_to_the_end = tokio::select! {
            biased;
            () = link.reached() => false,
            () = all_done => true,
            () = tokio::time::sleep(Duration::from_secs(20)) => panic!("stuck after {} questions", link.asked()),
        };
        process.kill().await.unwrap();
        // What the process asked last may still be under way on the server.
        wait_for_silence(&ground).await;
        let left = History::of(&ground, lead).await;
        assert!([0, 1].contains(&left.incidents), "{nth}: {left:?}");
        before_firing += usize::from(left.incidents == 0);
        between += usize::from(left.incidents == 1 && left.delivered == 0);
        take_over(&ground).await;
        assert_eq!(History::of(&ground, lead).await, History::whole(), "killed after question {nth}");
        let mut ids = ground.receiver.ids_of(lead);
        ids.dedup();
        assert_eq!(ids.len(), 1, "one event under one id, however often: {ids:?}");
        steps = nth;
        if came_to_the_end {
            break;
        }
    }
    assert!(before_firing > 5 && between > 5 && steps < STEPS_MAX, "{before_firing} before, {between} between, {steps} in all");
}

/// Waits until the killed process's sessions are gone.
async fn wait_for_silence(ground: &Ground) {
    let mut behind = ground.house.behind().await;
    let busy = "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
        and application_name = 'fieldproof' and state <> 'idle'";
    for _ in 0..200 {
        let busy: i64 = sqlx::query_scalar(busy).fetch_one(&mut behind).await.unwrap();
        if busy == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("somebody does not let go");
}

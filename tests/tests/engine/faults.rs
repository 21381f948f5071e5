//! Killed at any instant, nothing is lost and nothing is told twice: the connection dies at every statement that writes.

use serde_json::json;
use sqlx::{AssertSqlSafe, PgConnection};
use store::engine::due::PassedOver;
use tests::House;
use workers::timekeeper;

use crate::ground::{Lead, catch_up, hours};

/// Every table that the timekeeper or the door writes.
const TABLES: [&str; 7] = ["actions", "standings", "stays", "timers", "incidents", "interventions", "deliveries"];

/// The backend that writes to `table` next is killed, before the row or after the statement.
async fn mine(behind: &mut PgConnection, table: &str, when: &str) {
    for statement in [
        "create or replace function public.die() returns trigger language plpgsql as
         $$ begin perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(1); return null; end $$"
            .to_owned(),
        format!("create trigger mine {when} insert or update on {table} for each statement execute function public.die()"),
    ] {
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *behind).await.unwrap();
    }
}

async fn clear(behind: &mut PgConnection, table: &str) {
    sqlx::raw_sql(AssertSqlSafe(format!("drop trigger mine on {table}"))).execute(&mut *behind).await.unwrap();
}

#[tokio::test]
async fn a_timekeeper_killed_between_any_two_steps_loses_nothing() {
    let house = House::open().await;
    let mut behind = house.behind().await;
    let lead = Lead::confirmed(&house).await;
    house.advance(hours(48));
    for table in ["actions", "timers", "incidents", "interventions", "deliveries"] {
        for when in ["before", "after"] {
            mine(&mut behind, table, when).await;
            let died = timekeeper::round(&house.front.db, house.clock.held(), &mut PassedOver::default()).await;
            assert!(died.is_err(), "{when} {table}: {died:?}");
            clear(&mut behind, table).await;
            assert_eq!((lead.count("incidents").await, lead.count("raised").await), (0, 0), "{when} {table}");
        }
    }
    assert_eq!(catch_up(&house).await, 1);
    assert_eq!((lead.count("incidents").await, lead.told().await.len(), lead.count("deliveries").await), (1, 3, 3));
}

#[tokio::test]
async fn a_request_killed_between_any_two_steps_has_done_all_or_nothing() {
    let house = House::open().await;
    let mut behind = house.behind().await;
    let lead = Lead::entered(&house).await;
    let offer = json!({ "owner_id": dev::demo::id_of("demo", "rep1") });
    for table in TABLES.into_iter().filter(|table| *table != "incidents") {
        mine(&mut behind, table, "before").await;
        assert!(lead.did("lead.assigned", offer.clone(), hours(0)).await.is_err(), "{table}");
        clear(&mut behind, table).await;
        assert_eq!((lead.stage().await.as_str(), lead.count("actions").await, lead.count("stays").await), ("new", 1, 1), "{table}");
    }
    lead.does("lead.assigned", offer).await;
    assert_eq!((lead.stage().await.as_str(), lead.count("actions").await), ("assigned", 2));
}

//! Every statement about calendars once, on a real database, as the role the servers run under. The tests need
//! `FIELDPROOF_TEST_DATABASE_URL`: an account that may create databases and roles; without it they say so and pass.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]

// The same ground as for people.
#[expect(dead_code, reason = "people need more of it")]
#[path = "../people/ground.rs"]
mod ground;

use chrono::{Datelike, TimeDelta};
use domain::calendars::{Calendar, DeliveryDays, DeliveryWindow, YearStatus, china};
use ground::{Ground, now, on_a_database};
use platform::{Clock, Ids};
use serde_json::json;
use sqlx::{Connection, PgConnection, Row};
use store::StoreError;
use store::calendars::{self, Cause, Put};

const MIGRATION: &str = include_str!("../../../migrations/20261126100000_calendars.sql");

fn put<'a>(calendar: &'a Calendar, read_version: Option<i32>) -> Put<'a> {
    let delivery_window = DeliveryWindow::default();
    Put { calendar, delivery_window, read_version, cause: Cause::Changed, data: json!({ "years": [2027] }) }
}

#[test]
fn an_organisation_starts_with_a_calendar_and_keeps_every_version() {
    on_a_database(async |ground: Ground| {
        let ids = Ids::new(Clock::by_hand(now()));
        let mut tx = ground.begin().await;
        let first = calendars::newest(&mut tx).await.unwrap();
        assert_eq!((first.version, &first.calendar, first.delivery_window), (1, &china::calendar(), DeliveryWindow::default()));
        let mut changed = first.calendar.clone();
        changed.years.insert(2027, YearStatus::Official);
        let later = now() + TimeDelta::hours(1);
        let second = calendars::put(&mut tx, &ids, later, put(&changed, Some(1))).await.unwrap().unwrap();
        assert_eq!((second.version, &second.calendar, second.created_at), (2, &changed, later));
        assert_eq!(calendars::put(&mut tx, &ids, later, put(&first.calendar, Some(1))).await.unwrap(), None, "somebody was first");
        assert_eq!(calendars::put(&mut tx, &ids, later, put(&changed, Some(2))).await.unwrap().as_ref(), Some(&second), "nothing new");
        let quiet = DeliveryWindow { days: DeliveryDays::Working, ..DeliveryWindow::default() };
        let third = Put { delivery_window: quiet, cause: Cause::Imported, ..put(&changed, None) };
        assert_eq!(calendars::put(&mut tx, &ids, later, third).await.unwrap().unwrap().version, 3);
        tx.commit().await.unwrap();
        let mut tx = ground.begin().await;
        assert_eq!(calendars::newest(&mut tx).await.unwrap().delivery_window, quiet);
        assert_eq!(calendars::version(&mut tx, 1).await.unwrap(), Some(first));
        assert_eq!(calendars::version(&mut tx, 2).await.unwrap(), Some(second));
        assert_eq!(calendars::version(&mut tx, 4).await.unwrap(), None);
        let log = "select kind, subject_id, actor_id, data from actions where organisation_id = $1 order by (data->>'version')::int";
        let log = sqlx::query(log).bind(ground.organisation_id).fetch_all(&mut tx).await.unwrap();
        let kinds: Vec<String> = log.iter().map(|row| row.get("kind")).collect();
        assert_eq!(kinds, ["calendar.changed", "calendar.imported"]);
        assert_eq!(log[0].get::<serde_json::Value, _>("data"), json!({ "version": 2, "years": [2027] }));
        assert_eq!(log[0].get::<uuid::Uuid, _>("actor_id"), ground.admin_id);
    });
}

#[test]
fn of_two_who_read_the_same_version_one_is_told_so() {
    on_a_database(async |ground: Ground| {
        let ids = Ids::new(Clock::by_hand(now()));
        let change = async |year| {
            let mut tx = ground.begin().await;
            let mut calendar = calendars::newest(&mut tx).await.unwrap().calendar;
            calendar.years.insert(year, YearStatus::Official);
            let kept = calendars::put(&mut tx, &ids, now(), put(&calendar, Some(1))).await.unwrap();
            tx.commit().await.unwrap();
            kept.is_some()
        };
        let (one, other) = tokio::join!(change(2027), change(2028));
        assert!(one != other, "{one} and {other}");
    });
}

#[test]
fn nobody_sees_or_rewrites_anothers_calendar() {
    on_a_database(async |ground: Ground| {
        let other = ground.found("beta").await;
        let mut tx = other.begin().await;
        let mut calendar = china::calendar();
        calendar.days.clear();
        let ids = Ids::new(Clock::by_hand(now()));
        calendars::put(&mut tx, &ids, now(), put(&calendar, None)).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        let mut tx = ground.begin().await;
        assert_eq!(calendars::newest(&mut tx).await.unwrap().version, 1);
        let refused = sqlx::query("delete from calendars where organisation_id = $1").bind(ground.organisation_id).execute(&mut tx).await;
        assert!(matches!(StoreError::from(refused.unwrap_err()), StoreError::Database(_)));
    });
}

/// What organisations that were there before the calendars get from the migration.
#[test]
fn organisations_that_were_there_already_start_as_new_ones_did() {
    on_a_database(async |ground: Ground| {
        let mut owner = PgConnection::connect(&ground.owner_url).await.unwrap();
        let mut tx = owner.begin().await.unwrap();
        sqlx::raw_sql("drop table calendars").execute(&mut *tx).await.unwrap();
        for (code, zone) in [("urumqi", "Asia/Urumqi"), ("boston", "America/New_York")] {
            let insert = "insert into organisations (id, code, name, zone, created_at) values ($1, $2, $2, $3, now())";
            let id = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_DNS, code.as_bytes());
            sqlx::query("select app.enter_house($1)").bind(id).execute(&mut *tx).await.unwrap();
            sqlx::query(insert).bind(id).bind(code).bind(zone).execute(&mut *tx).await.unwrap();
        }
        sqlx::raw_sql(MIGRATION).execute(&mut *tx).await.unwrap();
        sqlx::raw_sql("alter table calendars no force row level security").execute(&mut *tx).await.unwrap();
        let rows =
            sqlx::query("select o.zone, c.calendar, c.delivery_window from calendars c join organisations o on o.id = c.organisation_id");
        let rows = rows.fetch_all(&mut *tx).await.unwrap();
        assert_eq!(rows.len(), 3);
        for row in rows {
            let zone: String = row.get("zone");
            let calendar: Calendar = serde_json::from_value(row.get("calendar")).unwrap();
            let window: DeliveryWindow = serde_json::from_value(row.get("delivery_window")).unwrap();
            assert_eq!(window, DeliveryWindow::default());
            let now_founded = china::calendar_of(zone.parse().unwrap());
            // What has become known since the migration was written is imported by people.
            assert_eq!((&calendar.zone, &calendar.week), (&now_founded.zone, &now_founded.week), "{zone}");
            let known = |calendar: &Calendar| calendar.days.clone().into_iter().filter(|(date, _)| date.year() <= 2026).collect::<Vec<_>>();
            assert_eq!((calendar.validate(), known(&calendar)), (vec![], known(&now_founded)), "{zone}");
            assert_eq!(calendar.days.len() - known(&calendar).len(), if zone == "America/New_York" { 0 } else { 24 }, "{zone}");
        }
        tx.rollback().await.unwrap();
    });
}

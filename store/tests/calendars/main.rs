//! Every statement about calendars once, on a real database, as the role the servers run under.

// The same ground as for people.
#[expect(dead_code, reason = "people need more of it")]
#[path = "../people/ground.rs"]
mod ground;

use chrono::TimeDelta;
use domain::calendars::{Calendar, DeliveryDays, DeliveryWindow, YearStatus, china};
use ground::{Ground, now, on_a_database};
use platform::{Clock, Ids};
use serde_json::json;
use sqlx::Row;
use store::StoreError;
use store::calendars::{self, Cause, Put};

fn put(calendar: &Calendar, read_version: Option<i32>) -> Put<'_> {
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
        let data = json!({ "year": 2027 });
        let third = Put { delivery_window: quiet, cause: Cause::Imported, data, ..put(&changed, None) };
        assert_eq!(calendars::put(&mut tx, &ids, later, third).await.unwrap().unwrap().version, 3);
        tx.commit().await.unwrap();
        let mut tx = ground.begin().await;
        assert_eq!(calendars::newest(&mut tx).await.unwrap().delivery_window, quiet);
        assert_eq!(calendars::version(&mut tx, 1).await.unwrap(), Some(first));
        assert_eq!(calendars::version(&mut tx, 2).await.unwrap(), Some(second));
        assert_eq!(calendars::version(&mut tx, 4).await.unwrap(), None);
        let log = "select kind, subject_id, actor_id, data from actions where organisation_id = $1 and kind like 'calendar.%'
                   order by (data->>'version')::int";
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

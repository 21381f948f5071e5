//! What organisations that were there before the calendars get from the migration, run by the schema's owner, who passes no lock either.

use dev::postgres::Role;
use domain::calendars::{Calendar, DeliveryWindow, china};
use sqlx::{Connection, PgConnection, Row};
use tests::House;
use tests::doorstep::new_id;
use tests::house::shared;

const MIGRATION: &str = include_str!("../../../migrations/20261126100000_calendars.sql");

#[tokio::test]
async fn organisations_that_were_there_already_start_as_new_ones_did() {
    let house = House::open().await;
    let mut owner = PgConnection::connect(&shared().cluster.url(house.database(), Role::Owner)).await.unwrap();
    let mut tx = owner.begin().await.unwrap();
    sqlx::raw_sql("drop table calendars").execute(&mut *tx).await.unwrap();
    let zones = ["Asia/Shanghai", "Asia/Urumqi", "America/New_York"];
    let ids = zones.map(|_| new_id());
    for (zone, id) in zones.iter().zip(ids) {
        sqlx::query("select app.enter_house($1)").bind(id).execute(&mut *tx).await.unwrap();
        let insert = sqlx::query("insert into organisations (id, code, name, zone, created_at) values ($1, $2, $2, $3, now())");
        insert.bind(id).bind(zone.to_lowercase().replace(['/', '_'], "-")).bind(zone).execute(&mut *tx).await.unwrap();
    }
    sqlx::raw_sql(MIGRATION).execute(&mut *tx).await.unwrap();
    for (zone, id) in zones.iter().zip(ids) {
        sqlx::query("select app.enter_house($1)").bind(id).execute(&mut *tx).await.unwrap();
        let row = sqlx::query("select version, calendar, delivery_window from calendars").fetch_one(&mut *tx).await.unwrap();
        let calendar: Calendar = serde_json::from_value(row.get("calendar")).unwrap();
        let window: DeliveryWindow = serde_json::from_value(row.get("delivery_window")).unwrap();
        assert_eq!((row.get::<i32, _>("version"), window, calendar.validate()), (1, DeliveryWindow::default(), vec![]), "{zone}");
        let new = china::calendar_of(zone.parse().unwrap());
        // What has become known since the migration was written is imported by people.
        let known = |calendar: &Calendar| {
            calendar.days.clone().into_iter().filter(|(date, _)| *date < "2027-01-01".parse().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!((calendar.zone, &calendar.week, known(&calendar)), (new.zone, &new.week, known(&new)), "{zone}");
        let later = calendar.days.len() - known(&calendar).len();
        assert_eq!((later, calendar.years.len()), if new.days.is_empty() { (0, 0) } else { (24, 6) }, "{zone}");
    }
    tx.rollback().await.unwrap();
}

//! Customers in a real database: `DATABASE_URL` names one whose owner we are; without it every test is skipped, and says so.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]

mod contacts;
mod imports;
mod lists;
mod records;

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::people::Role;
use domain::place::{Datum, SentPosition};
use platform::{Clock, Ids};
use store::customers::pins::PinSource;
use store::customers::{Customer, Pin};
use store::{Database, Scope, Tx};
use tokio::sync::OnceCell;
use uuid::Uuid;

static READY: OnceCell<()> = OnceCell::const_new();

/// A fresh organisation: 总部 above 华东 (above 一组 and 二组) and 华南.
struct Ground {
    db: Database,
    ids: Ids,
    organisation_id: Uuid,
    head: Uuid,
    east: Uuid,
    first: Uuid,
    second: Uuid,
    south: Uuid,
}

fn now() -> DateTime<Utc> {
    "2026-11-23T09:00:00Z".parse().unwrap()
}

impl Ground {
    /// `None`, and a line that says so, where no database is named.
    async fn find() -> Option<Self> {
        let Ok(url) = std::env::var("DATABASE_URL") else {
            println!("skipped: DATABASE_URL names no database");
            return None;
        };
        READY.get_or_init(|| async { store::migrate::migrate(&url, "fieldproof_app").await.unwrap() }).await;
        let db = Database::new(&url, 3, Duration::from_secs(20)).unwrap();
        let ids = Ids::new(Clock::wall());
        let organisation_id = ids.next();
        let [head, east, first, second, south] = std::array::from_fn(|_| ids.next());
        let ground = Self { db, ids, organisation_id, head, east, first, second, south };
        let mut tx = ground.house().await;
        sqlx::query("insert into organisations (id, code, name, created_at) values ($1, 'o' || replace($1::text, '-', ''), 'o', now())")
            .bind(organisation_id)
            .execute(&mut tx)
            .await
            .unwrap();
        for (id, parent, name, path) in [
            (head, None, "总部", "h"),
            (east, Some(head), "华东", "h.e"),
            (first, Some(east), "一组", "h.e.a"),
            (second, Some(east), "二组", "h.e.b"),
            (south, Some(head), "华南", "h.s"),
        ] {
            sqlx::query(
                "insert into units (organisation_id, id, parent_id, name, path, created_at) values ($1, $2, $3, $4, $5::ltree, now())",
            )
            .bind(organisation_id)
            .bind(id)
            .bind(parent)
            .bind(name)
            .bind(path)
            .execute(&mut tx)
            .await
            .unwrap();
        }
        tx.commit().await.unwrap();
        Some(ground)
    }

    async fn house(&self) -> Tx {
        self.db.begin(&Scope::house(self.organisation_id)).await.unwrap()
    }

    /// A transaction that sees what the people of one unit see.
    async fn within(&self, unit_id: Uuid) -> Tx {
        let scope = Scope { unit_id: Some(unit_id), role: Role::Supervisor, ..Scope::house(self.organisation_id) };
        self.db.begin(&scope).await.unwrap()
    }

    fn customer(&self, unit_id: Uuid, name: &str) -> Customer {
        Customer {
            id: self.ids.next(),
            unit_id,
            external_id: None,
            name: name.to_owned(),
            address: None,
            pin: None,
            own_fence_m: None,
            version: 1,
            created_at: now(),
            updated_at: now(),
        }
    }

    async fn add(&self, customer: &Customer) {
        let mut tx = self.house().await;
        assert!(store::customers::records::insert(&mut tx, &self.ids, customer).await.unwrap());
        tx.commit().await.unwrap();
    }

    /// How many actions of this kind the log holds.
    async fn actions(&self, kind: &str) -> i64 {
        let mut tx = self.house().await;
        let count = sqlx::query_scalar("select count(*) from actions where organisation_id = $1 and kind = $2");
        count.bind(self.organisation_id).bind(kind).fetch_one(&mut tx).await.unwrap()
    }

    /// How many chores wait for this customer.
    async fn chores(&self, customer_id: Uuid) -> i64 {
        let mut tx = self.house().await;
        let count = sqlx::query_scalar("select count(*) from graphile_worker.jobs where key = $1");
        count.bind(format!("rejudge:{customer_id}")).fetch_one(&mut tx).await.unwrap()
    }

    /// A visit of `customer_id` with this status.
    async fn visit(&self, customer_id: Uuid, status: &str) {
        let mut tx = self.house().await;
        let rep_id = self.ids.next();
        sqlx::query(
            "insert into users (organisation_id, id, login, name, role, unit_id, created_at)
             values ($1, $2, 'u' || replace($2::text, '-', ''), 'u', 'rep', $3, now())",
        )
        .bind(self.organisation_id)
        .bind(rep_id)
        .bind(self.head)
        .execute(&mut tx)
        .await
        .unwrap();
        sqlx::query(
            "insert into visits (organisation_id, id, rep_id, unit_id, customer_id, started_at, visited_on, received_at, key_info,
                 decision_role, body_sha256, status, verdict_seq)
             values ($1, $2, $3, $4, $5, now(), now()::date, now(), 'k', 'r', '', $6, 1)",
        )
        .bind(self.organisation_id)
        .bind(self.ids.next())
        .bind(rep_id)
        .bind(self.head)
        .bind(customer_id)
        .bind(status)
        .execute(&mut tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
    }
}

fn pin(lat: f64, lon: f64, datum: Datum) -> Pin {
    Pin::new(SentPosition { lat, lon, datum }, PinSource::Manual, now()).unwrap()
}

//! Every statement about customers once, on a real database, as the role the servers run under.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall stop")]

mod contacts;
// The same ground as for people.
#[expect(dead_code, reason = "people need more of it")]
#[path = "../people/ground.rs"]
mod ground;
mod imports;
mod lists;
mod records;

use domain::people::Role;
use domain::place::{Datum, SentPosition};
use ground::{now, on_a_database};
use platform::{Clock, Ids};
use store::customers::pins::PinSource;
use store::customers::{Customer, Pin};
use store::{Database, Scope, Tx};
use uuid::Uuid;

/// An organisation with 华东 (above 一组 and 二组) and 华南 below its head.
struct Ground {
    base: ground::Ground,
    db: Database,
    ids: Ids,
    organisation_id: Uuid,
    head: Uuid,
    east: Uuid,
    first: Uuid,
    second: Uuid,
    south: Uuid,
}

/// Runs `test` on a fresh database.
fn on_a_ground<F: AsyncFnOnce(Ground)>(test: F) {
    on_a_database(async |base| test(Ground::on(base).await).await);
}

impl Ground {
    async fn on(base: ground::Ground) -> Self {
        let ids = Ids::new(Clock::wall());
        let [east, first, second, south] = std::array::from_fn(|_| ids.next());
        let (db, organisation_id, head) = (base.db.clone(), base.organisation_id, base.root_id);
        let ground = Self { base, db, ids, organisation_id, head, east, first, second, south };
        let mut tx = ground.house().await;
        for (id, parent, name) in [(east, head, "华东"), (first, east, "一组"), (second, east, "二组"), (south, head, "华南")] {
            sqlx::query(
                "insert into units (organisation_id, id, parent_id, name, path, created_at)
                 select organisation_id, $2, id, $4, path || replace($2::text, '-', '')::ltree, now() from units
                 where organisation_id = $1 and id = $3",
            )
            .bind(organisation_id)
            .bind(id)
            .bind(parent)
            .bind(name)
            .execute(&mut tx)
            .await
            .unwrap();
        }
        tx.commit().await.unwrap();
        ground
    }

    /// Another organisation in the same database.
    async fn stranger(&self) -> Self {
        Self::on(self.base.found("stranger").await).await
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

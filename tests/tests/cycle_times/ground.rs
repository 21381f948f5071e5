//! Deals of team 1 whose time is moved by hand.

use chrono::TimeDelta;
use dev::demo::{door, id_of, organisation_id};
use domain::playbook::SubjectKind;
use serde_json::{Value, json};
use store::Scope;
use store::actions::{Action, record};
use store::engine::{self, Kin, Subject};
use tests::doorstep::new_id;
use tests::house::Plan;
use tests::{House, Person};
use uuid::Uuid;

pub struct Ground {
    pub house: House,
    pub director: Person,
}

impl Ground {
    pub async fn open() -> Self {
        let house = House::open_as(Plan::of_patience()).await;
        let director = house.sign_in("director1").await;
        Self { house, director }
    }

    pub fn hours(&self, hours: i64) {
        self.house.advance(TimeDelta::hours(hours));
    }

    /// A deal of `owner` in `team` that has just begun.
    pub async fn begun(&self, team: &str, owner: &str, segment: Option<&str>) -> Uuid {
        let (id, customer) = (new_id(), door("demo", u32::from(team != "team1")).customer_id);
        let mut behind = self.house.behind().await;
        sqlx::query(
            "insert into deals (organisation_id, id, unit_id, customer_id, name, segment, created_at, updated_at, begun_at)
             values ($1, $2, $3, $4, '冰柜采购', $5, now(), now(), now())",
        )
        .bind(organisation_id("demo"))
        .bind(id)
        .bind(id_of("demo", team))
        .bind(customer)
        .bind(segment)
        .execute(&mut behind)
        .await
        .unwrap();
        let mut tx = self.house.front.db.begin(&Scope::house(organisation_id("demo"))).await.unwrap();
        let subject = Subject { kind: SubjectKind::Deal, id, name: "冰柜采购", unit_id: id_of("demo", team), department: None };
        engine::introduce(&mut tx, &subject).await.unwrap();
        engine::relate(&mut tx, (SubjectKind::Deal, id), Kin { customer_id: Some(customer), deal_id: None }).await.unwrap();
        tx.commit().await.unwrap();
        self.does(id, "deal.created", json!({ "owner_id": id_of("demo", owner) })).await;
        id
    }

    /// Somebody does something about a deal now.
    pub async fn does(&self, deal: Uuid, kind: &str, data: Value) {
        let (now, mut tx) = (self.house.now(), self.house.front.db.begin(&Scope::house(organisation_id("demo"))).await.unwrap());
        let action = Action {
            id: new_id(),
            actor_id: Some(id_of("demo", "admin")),
            kind,
            subject_kind: "deal",
            subject_id: deal,
            occurred_at: now,
            recorded_at: now,
            data,
        };
        record(&mut tx, action).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// A person puts a deal into a stage.
    pub async fn put(&self, deal: Uuid, stage: &str) {
        self.does(deal, "deal.moved", json!({ "to": stage, "reason": "约定如此" })).await;
    }

    /// The figures of a query.
    pub async fn figures(&self, query: &str) -> Value {
        self.director.get(&format!("/v1/metrics/cycle-time{query}")).await.expect(200)
    }

    /// What a figure is made of.
    pub async fn behind(&self, query: &str) -> Vec<Value> {
        let page = self.director.get(&format!("/v1/metrics/cycle-time/deals{query}")).await.expect(200);
        page["items"].as_array().unwrap().clone()
    }
}

/// A number in an answer.
pub fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// Whether two numbers are the same but for the last bits.
pub fn same(got: &Value, want: f64) {
    assert!((number(got) - want).abs() < 1e-6, "{got} instead of {want}");
}

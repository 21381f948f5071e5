//! A rep who needs something of the legal department, over HTTP.

use chrono::TimeDelta;
use dev::demo::{PASSWORD, door, id_of};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Row;
use store::engine::due::PassedOver;
use tests::doorstep::id_in;
use tests::house::Plan;
use tests::{Answer, House, Person};
use uuid::Uuid;
use workers::timekeeper;

pub fn hours(hours: i64) -> TimeDelta {
    TimeDelta::hours(hours)
}

/// A house with the people of the first team, and a legal department.
pub struct Ground {
    pub house: House,
    pub rep: Person,
    pub supervisor: Person,
    pub operations: Person,
    pub legal: Person,
    pub admin: Person,
}

impl Ground {
    pub async fn open() -> Self {
        let house = House::open_as(Plan::of_patience()).await;
        let admin = house.sign_in("admin").await;
        let body = json!({ "login": "legal1", "name": "何律", "role": "legal", "unit_id": id_of("demo", "branch"), "password": PASSWORD });
        admin.post("/v1/users", &body).await.expect(201);
        Self {
            rep: house.sign_in("rep1").await,
            supervisor: house.sign_in("supervisor1").await,
            operations: house.sign_in("operations1").await,
            legal: house.sign_in("legal1").await,
            admin,
            house,
        }
    }

    pub fn customer() -> Uuid {
        door("demo", 0).customer_id
    }

    /// What `rep1` needs of a department.
    pub async fn asked_of(&self, department: &str) -> Uuid {
        let body = json!({ "department": department, "customer_id": Self::customer(), "need": "付款条款能不能改" });
        id_in(&self.rep.post("/v1/handovers", &body).await.expect(201))
    }

    pub async fn asked(&self) -> Uuid {
        self.asked_of("legal").await
    }

    /// Asked of a department, and answered after so many hours.
    pub async fn answered_after(&self, department: &str, answered_by: &Person, after: i64) -> Uuid {
        let id = self.asked_of(department).await;
        self.pass(hours(after)).await;
        answered_by.deed(id, "answer", &json!({ "answer": "可以" })).await.expect(200);
        id
    }

    /// Code, recipient and kind of what was said to people with a text whose code begins so, in order.
    pub async fn told(&self, code: &str) -> Vec<String> {
        let rows = sqlx::query(
            "select i.code || ' ' || u.login || ' ' || i.kind from interventions i
             join users u on u.organisation_id = i.organisation_id and u.id = i.recipient_id
             where starts_with(i.code, $1) order by i.created_at, 1",
        );
        rows.bind(code).fetch_all(&mut self.house.behind().await).await.unwrap().iter().map(|row| row.get(0)).collect()
    }

    /// Moves time on, and lets the timekeeper look until nothing is due.
    pub async fn pass(&self, time: TimeDelta) -> usize {
        self.house.advance(time);
        let mut steps = 0;
        loop {
            let (db, now) = (&self.house.front.db, self.house.clock.held());
            let round = timekeeper::round(db, now, &mut PassedOver::default()).await.unwrap();
            steps += round.fired.steps;
            if !round.more {
                return steps;
            }
        }
    }
}

/// What somebody does with a hand-over.
pub trait Deeds {
    async fn deed(&self, id: Uuid, what: &str, said: &Value) -> Answer;
    async fn see(&self, id: Uuid) -> Answer;
}

impl Deeds for Person {
    async fn deed(&self, id: Uuid, what: &str, said: &Value) -> Answer {
        self.send(self.request(Method::POST, &format!("/v1/handovers/{id}/{what}")).json(said)).await
    }

    async fn see(&self, id: Uuid) -> Answer {
        self.get(&format!("/v1/handovers/{id}")).await
    }
}

//! A lead and those who work on it, over HTTP.

use chrono::TimeDelta;
use dev::demo::{PASSWORD, id_of};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Row};
use store::engine::due::PassedOver;
use tests::doorstep::{fresh_number, id_in};
use tests::house::Plan;
use tests::{Answer, House, Person};
use uuid::Uuid;
use workers::timekeeper;

pub fn hours(hours: i64) -> TimeDelta {
    TimeDelta::hours(hours)
}

/// A house with the people of the first team.
pub struct Ground {
    pub house: House,
    pub rep: Person,
    pub supervisor: Person,
    pub admin: Person,
}

impl Ground {
    pub async fn open() -> Self {
        let house = House::open_as(Plan::of_patience()).await;
        let (rep, supervisor, admin) = (house.sign_in("rep1").await, house.sign_in("supervisor1").await, house.sign_in("admin").await);
        Self { house, rep, supervisor, admin }
    }

    /// A lead in the pool of the first team.
    pub async fn entered(&self) -> Uuid {
        id_in(&self.supervisor.post("/v1/leads", &lead()).await.expect(201))
    }

    /// A lead that `rep1` has accepted.
    pub async fn confirmed(&self) -> Uuid {
        let id = self.entered().await;
        self.offered(id).await;
        self.rep.deed(id, "accept", &Value::Null).await.expect(200);
        id
    }

    /// Offers a lead to `rep1`.
    pub async fn offered(&self, id: Uuid) -> Value {
        self.supervisor.deed(id, "assign", &json!({ "owner_id": id_of("demo", "rep1") })).await.expect(200)
    }

    /// A new rep of a team.
    pub async fn hire(&self, team: &str) -> (Uuid, Person) {
        let login = format!("rep{}", fresh_number());
        let body = json!({ "login": login, "name": login, "role": "rep", "unit_id": id_of("demo", team), "password": PASSWORD });
        let id = id_in(&self.admin.post("/v1/users", &body).await.expect(201));
        (id, self.house.sign_in(&login).await)
    }

    pub async fn lead(&self, id: Uuid) -> Value {
        self.admin.get(&format!("/v1/leads/{id}")).await.expect(200)
    }

    /// One number from behind, about one id.
    pub async fn count(&self, of: &str, id: Uuid) -> i64 {
        let sql = format!("select count(*) from {of}");
        sqlx::query_scalar(AssertSqlSafe(sql)).bind(id).fetch_one(&mut self.house.behind().await).await.unwrap()
    }

    /// Recipient and kind of what incidents said about a subject, in order.
    pub async fn told(&self, id: Uuid) -> Vec<String> {
        let rows = sqlx::query(
            "select u.login || ' ' || i.kind from interventions i join users u on u.organisation_id = i.organisation_id and u.id = i.recipient_id
             where i.incident_id is not null and i.subject_id = $1 order by i.created_at, 1",
        );
        rows.bind(id).fetch_all(&mut self.house.behind().await).await.unwrap().iter().map(|row| row.get(0)).collect()
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

/// A lead that nobody has entered yet.
pub fn lead() -> Value {
    let number = fresh_number();
    json!({ "source": "exhibition", "company": format!("晨光文具 {number} 有限公司"), "person": "王芳", "phone": format!("138{number:08}") })
}

/// A call that counts.
pub fn call() -> Value {
    json!({ "channel": "phone", "outcome": "will_think", "seconds": 185, "words": "价格高了一点", "decision_role": "decision_maker",
            "next_step": "周四演示" })
}

/// What somebody does with a lead.
pub trait Deeds {
    async fn deed(&self, id: Uuid, what: &str, said: &Value) -> Answer;
    async fn edit(&self, id: Uuid, version: &str, said: &Value) -> Answer;
}

impl Deeds for Person {
    async fn deed(&self, id: Uuid, what: &str, said: &Value) -> Answer {
        let request = self.request(Method::POST, &format!("/v1/leads/{id}/{what}"));
        self.send(if said.is_null() { request } else { request.json(said) }).await
    }

    async fn edit(&self, id: Uuid, version: &str, said: &Value) -> Answer {
        let request = self.request(Method::PATCH, &format!("/v1/leads/{id}"));
        self.send(request.header("If-Match", version.to_owned()).json(said)).await
    }
}

//! A customer that was a lead, and those who work there.

use chrono::TimeDelta;
use dev::demo::{id_of, organisation_id};
use domain::playbook::SubjectKind;
use reqwest::Method;
use serde_json::{Value, json};
use store::Scope;
use store::actions::{Action, record};
use store::engine::due::PassedOver;
use tests::doorstep::{fresh_number, id_in, new_id};
use tests::house::Plan;
use tests::{House, Person};
use uuid::Uuid;
use workers::timekeeper;

pub struct Ground {
    pub house: House,
    pub rep: Person,
    pub supervisor: Person,
    pub director: Person,
}

/// What a lead has become.
pub struct Converted {
    pub customer: Uuid,
    pub deal: Uuid,
}

impl Ground {
    pub async fn open() -> Self {
        let house = House::open_as(Plan::of_patience()).await;
        let (rep, supervisor, director) =
            (house.sign_in("rep1").await, house.sign_in("supervisor1").await, house.sign_in("director1").await);
        Self { house, rep, supervisor, director }
    }

    pub fn pass(&self, minutes: i64) {
        self.house.advance(TimeDelta::minutes(minutes));
    }

    /// A lead of `rep1`, from its entry until it is a customer with a deal.
    pub async fn converted(&self) -> Converted {
        let number = fresh_number();
        let said = json!({ "source": "exhibition", "company": format!("晨光文具 {number}"), "person": "王芳", "phone": format!("138{number:08}") });
        let lead = id_in(&self.supervisor.post("/v1/leads", &said).await.expect(201));
        for (who, deed, said) in [
            (&self.supervisor, "assign", json!({ "owner_id": id_of("demo", "rep1") })),
            (&self.rep, "accept", Value::Null),
            (
                &self.rep,
                "contact",
                json!({ "channel": "phone", "outcome": "will_think", "seconds": 185, "who": "王芳",
                    "words": "王芳说打13912345678，加微信：wangfang_88", "decision_role": "decision_maker" }),
            ),
            (&self.rep, "qualify", json!({})),
        ] {
            self.pass(1);
            let request = who.request(Method::POST, &format!("/v1/leads/{lead}/{deed}"));
            who.send(if said.is_null() { request } else { request.json(&said) }).await.expect(200);
        }
        self.pass(1);
        let said = json!({ "customer": {}, "decision_role": "decision_maker", "deal": { "name": "巡检一期" } });
        let converted = self.rep.post(&format!("/v1/leads/{lead}/convert"), &said).await.expect(200);
        let id = |name: &str| converted[name].as_str().unwrap().parse().unwrap();
        self.pass(1);
        Converted { customer: id("customer_id"), deal: id("deal_id") }
    }

    /// The house records something that `rep1` did about a subject so long ago.
    pub async fn acts(&self, (subject, subject_id): (SubjectKind, Uuid), kind: &str, data: Value, before: TimeDelta) -> Uuid {
        let (now, subject_kind, id) = (self.house.now(), subject.as_str(), new_id());
        let mut tx = self.house.front.db.begin(&Scope::house(organisation_id("demo"))).await.unwrap();
        let actor_id = Some(id_of("demo", "rep1"));
        let action = Action { id, actor_id, kind, subject_kind, subject_id, occurred_at: now - before, recorded_at: now, data };
        record(&mut tx, action).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// Lets the timekeeper look until nothing is due.
    pub async fn catch_up(&self) {
        let (db, now) = (&self.house.front.db, self.house.clock.held());
        while timekeeper::round(db, now, &mut PassedOver::default()).await.unwrap().more {}
    }
}

/// The kinds on a page, what happened first first.
pub fn kinds(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().rev().map(|item| item["kind"].as_str().unwrap()).collect()
}

/// The entry of a kind.
pub fn entry<'a>(page: &'a Value, kind: &str) -> &'a Value {
    let found = page["items"].as_array().unwrap().iter().find(|item| item["kind"] == kind);
    found.unwrap_or_else(|| panic!("no {kind} in {page:#}"))
}

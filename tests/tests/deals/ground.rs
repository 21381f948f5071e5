//! A deal and those who work on it, over HTTP.

use chrono::TimeDelta;
use dev::demo::{Door, door};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use tests::doorstep::{fresh_number, id_in, new_id, sha256_hex};
use tests::house::Plan;
use tests::{Answer, House, Person};
use uuid::Uuid;

/// A house with the people of the first team.
pub struct Ground {
    pub house: House,
    pub rep: Person,
    pub supervisor: Person,
    pub door: Door,
}

impl Ground {
    pub async fn open() -> Self {
        let house = House::open_as(Plan::of_patience()).await;
        let (rep, supervisor) = (house.sign_in("rep1").await, house.sign_in("supervisor1").await);
        Self { house, rep, supervisor, door: door("demo", 0) }
    }

    /// A deal that `rep1` has just begun.
    pub async fn deal(&self) -> Uuid {
        id_in(&self.rep.post("/v1/deals", &self.new_deal()).await.expect(201))
    }

    /// A deal that nobody has begun yet.
    pub fn new_deal(&self) -> Value {
        json!({ "id": new_id(), "customer_id": self.door.customer_id, "name": format!("冰柜采购 {}", fresh_number()), "segment": "chain_store" })
    }

    /// A contact of the customer.
    pub async fn contact(&self, name: &str, role: &str) -> Uuid {
        let path = format!("/v1/customers/{}/contacts", self.door.customer_id);
        id_in(&self.rep.post(&path, &json!({ "name": name, "decision_role": role })).await.expect(201))
    }

    /// A minute goes by: what happens at one instant has no order.
    pub fn pass(&self) {
        self.house.advance(TimeDelta::minutes(1));
    }

    pub async fn stage(&self, id: Uuid) -> String {
        self.rep.deal(id).await["stage"].as_str().unwrap_or_default().to_owned()
    }

    /// One number from behind, about one id.
    pub async fn count(&self, of: &str, id: Uuid) -> i64 {
        let sql = format!("select count(*) from {of}");
        sqlx::query_scalar(AssertSqlSafe(sql)).bind(id).fetch_one(&mut self.house.behind().await).await.unwrap()
    }

    /// What waits in the rep's inbox, by code.
    pub async fn inbox(&self) -> Vec<String> {
        let inbox = self.rep.get("/v1/inbox?limit=200").await.expect(200);
        inbox["items"].as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap().to_owned()).collect()
    }
}

/// What somebody tells about a deal.
pub trait Tells {
    async fn deal(&self, id: Uuid) -> Value;
    async fn tell(&self, id: Uuid, kind: &str, data: Value) -> Answer;
    async fn write(&self, id: Uuid, fields: Value) -> Answer;
    async fn file(&self, name: &str) -> Uuid;
    async fn attach(&self, id: Uuid, file: Uuid) -> Answer;
    async fn node(&self, id: Uuid) -> Value;
    async fn put_to(&self, id: Uuid, said: Value) -> Answer;
    async fn patch(&self, path: &str, said: &Value) -> Answer;
}

impl Tells for Person {
    async fn deal(&self, id: Uuid) -> Value {
        self.get(&format!("/v1/deals/{id}")).await.expect(200)
    }

    async fn tell(&self, id: Uuid, kind: &str, data: Value) -> Answer {
        self.post(&format!("/v1/deals/{id}/actions"), &json!({ "id": new_id(), "kind": kind, "data": data })).await
    }

    async fn write(&self, id: Uuid, fields: Value) -> Answer {
        self.patch(&format!("/v1/deals/{id}/fields"), &json!({ "id": new_id(), "fields": fields })).await
    }

    /// A file that has landed.
    async fn file(&self, name: &str) -> Uuid {
        let bytes = format!("%PDF-1.7\n% {name} {}\n", fresh_number()).into_bytes();
        let said = json!({ "file_name": name, "content_type": "application/pdf", "bytes": bytes.len(), "sha256": sha256_hex(&bytes) });
        let id = id_in(&self.post("/v1/attachments", &said).await.expect(201));
        self.send(self.request(Method::PUT, &format!("/v1/attachments/{id}/content")).body(bytes)).await.expect(200);
        id
    }

    async fn attach(&self, id: Uuid, file: Uuid) -> Answer {
        self.post(&format!("/v1/deals/{id}/attachments"), &json!({ "attachment_id": file })).await
    }

    async fn node(&self, id: Uuid) -> Value {
        self.get(&format!("/v1/deals/{id}/node")).await.expect(200)
    }

    async fn put_to(&self, id: Uuid, said: Value) -> Answer {
        self.post(&format!("/v1/deals/{id}/move"), &said).await
    }

    async fn patch(&self, path: &str, said: &Value) -> Answer {
        self.send(self.request(Method::PATCH, path).json(said)).await
    }
}

//! A rep who sends documents, and somebody who opens them.

use chrono::TimeDelta;
use dev::demo::{Door, door};
use reqwest::{Method, RequestBuilder, header};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Row};
use store::engine::due::PassedOver;
use tests::doorstep::{declaration_of, fresh_number, id_in};
use tests::house::Plan;
use tests::{Answer, House, Person};
use uuid::Uuid;
use workers::timekeeper;

pub fn seconds(seconds: i64) -> TimeDelta {
    TimeDelta::seconds(seconds)
}

pub fn hours(hours: i64) -> TimeDelta {
    TimeDelta::hours(hours)
}

/// How a person's browser names itself.
pub const BROWSER: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.54";

/// A house with the people of the first team.
pub struct Ground {
    pub house: House,
    pub rep: Person,
    pub supervisor: Person,
    pub admin: Person,
}

/// A link that was made.
pub struct Sent {
    pub id: Uuid,
    /// Below the house's address.
    pub path: String,
}

impl Ground {
    pub async fn open() -> Self {
        let house = House::open_as(Plan::of_patience()).await;
        let (rep, supervisor, admin) = (house.sign_in("rep1").await, house.sign_in("supervisor1").await, house.sign_in("admin").await);
        Self { house, rep, supervisor, admin }
    }

    pub fn door() -> Door {
        door("demo", 0)
    }

    /// A proposal of `rep1` for the first customer.
    pub async fn proposal(&self) -> Uuid {
        self.proposal_of(&json!({ "customer_id": Self::door().customer_id })).await
    }

    /// A proposal of `rep1` for a customer, or about a deal.
    pub async fn proposal_of(&self, of: &Value) -> Uuid {
        let file = self.rep.file(&pdf()).await;
        let mut body = json!({ "kind": "proposal", "title": "三店巡检方案", "attachment_id": file });
        body.as_object_mut().unwrap().extend(of.as_object().unwrap().clone());
        id_in(&self.rep.post("/v1/documents", &body).await.expect(201))
    }

    /// A deal of `rep1` with the first customer, out of a lead.
    pub async fn deal(&self) -> Uuid {
        let lead = json!({ "source": "website", "company": "晨光文具有限公司", "person": "王芳" });
        let id = id_in(&self.rep.post("/v1/leads", &lead).await.expect(201));
        let call = json!({ "channel": "phone", "outcome": "wants_quotation", "seconds": 200 });
        let convert = json!({ "customer_id": Self::door().customer_id });
        for (what, said) in [("contact", call), ("qualify", json!({})), ("convert", convert)] {
            self.rep.post(&format!("/v1/leads/{id}/{what}"), &said).await.expect(200);
        }
        self.rep.get(&format!("/v1/leads/{id}")).await.expect(200)["deal_id"].as_str().unwrap().parse().unwrap()
    }

    /// A quotation of `rep1` about a deal.
    pub async fn quotation(&self, deal: Uuid) -> Uuid {
        let file = self.rep.file(&pdf()).await;
        let body = json!({ "kind": "quotation", "title": "报价", "deal_id": deal, "attachment_id": file });
        id_in(&self.rep.post("/v1/documents", &body).await.expect(201))
    }

    /// A link of `rep1` to a document.
    pub async fn sent(&self, document: Uuid) -> Sent {
        self.sent_as(document, &json!({ "recipient": "王芳" })).await
    }

    pub async fn sent_as(&self, document: Uuid, said: &Value) -> Sent {
        let made = self.rep.post(&format!("/v1/documents/{document}/links"), said).await.expect(201);
        let url = made["url"].as_str().unwrap();
        Sent { id: id_in(&made), path: url[url.find("/d/").unwrap()..].to_owned() }
    }

    /// A request of somebody whom nobody knows, with a browser's name.
    pub fn stranger(&self, method: Method, path: &str, agent: &str) -> RequestBuilder {
        let request = self.house.http.request(method, format!("{}{path}", self.house.url));
        request.header(header::USER_AGENT, agent).header(header::ACCEPT_LANGUAGE, "en")
    }

    pub async fn visit(&self, path: &str, agent: &str) -> Answer {
        Answer::read(self.stranger(Method::GET, path, agent).send().await.unwrap()).await
    }

    /// What the page says; answers the status.
    pub async fn say(&self, link: &Sent, agent: &str, said: &Value) -> u16 {
        let request = self.stranger(Method::POST, &format!("{}/seen", link.path), agent).json(said);
        request.send().await.unwrap().status().as_u16()
    }

    /// Somebody opens the page and looks at it for so long.
    pub async fn looks(&self, link: &Sent, agent: &str, length: TimeDelta) {
        let page = self.visit(&link.path, agent).await;
        assert_eq!(page.status, 200);
        self.house.advance(length);
        let said = json!({ "nonce": nonce(&page.text), "visible_ms": length.num_milliseconds() });
        assert_eq!(self.say(link, agent, &said).await, 204);
    }

    /// A person opens it, half an hour after whoever did before.
    pub async fn opens(&self, link: &Sent) {
        self.house.advance(TimeDelta::minutes(31));
        self.looks(link, BROWSER, seconds(10)).await;
    }

    /// How many people's openings a link tells of, and how much has asked.
    pub async fn counted(&self, document: Uuid) -> (i64, i64) {
        let links = self.rep.get(&format!("/v1/documents/{document}/links")).await.expect(200);
        (links["items"][0]["openings"].as_i64().unwrap(), links["items"][0]["hits"].as_i64().unwrap())
    }

    /// One number from behind.
    pub async fn count(&self, of: &str, id: Uuid) -> i64 {
        let sql = format!("select count(*) from {of}");
        sqlx::query_scalar(AssertSqlSafe(sql)).bind(id).fetch_one(&mut self.house.behind().await).await.unwrap()
    }

    /// Recipient and kind of what was said with a text, in order.
    pub async fn told(&self, code: &str) -> Vec<String> {
        let rows = sqlx::query(
            "select u.login || ' ' || i.kind from interventions i join users u on u.organisation_id = i.organisation_id and u.id = i.recipient_id
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

/// What the page will say that it was seen with.
pub fn nonce(page: &str) -> String {
    let (_, after) = page.split_once("data-nonce=\"").unwrap();
    after.split_once('"').unwrap().0.to_owned()
}

/// A small file that is a PDF, unlike any other.
pub fn pdf() -> Vec<u8> {
    format!("%PDF-1.4\n% {}\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n", fresh_number()).into_bytes()
}

/// Sending files up.
pub trait Files {
    async fn file(&self, bytes: &[u8]) -> Uuid;
    async fn file_as(&self, bytes: &[u8], name: &str, content_type: &str) -> Uuid;
}

impl Files for Person {
    async fn file(&self, bytes: &[u8]) -> Uuid {
        self.file_as(bytes, "方案.pdf", "application/pdf").await
    }

    async fn file_as(&self, bytes: &[u8], name: &str, content_type: &str) -> Uuid {
        let declared = declaration_of(bytes);
        let body = json!({ "file_name": name, "content_type": content_type, "bytes": bytes.len(), "sha256": declared["sha256"] });
        let id = id_in(&self.post("/v1/attachments", &body).await.expect(201));
        let request = self.request(Method::PUT, &format!("/v1/attachments/{id}/content"));
        self.send(request.header("Content-Type", "application/octet-stream").body(bytes.to_vec())).await.expect(200);
        id
    }
}

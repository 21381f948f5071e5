//! A house in which leads have just stalled, and processes of workers in front of the same database, which go by the wall's clock.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use chrono::TimeDelta;
use dev::postgres::Role;
use platform::Clock;
use serde_json::{Value, json};
use tests::doorstep::{fresh_number, id_in};
use tests::house::{Plan, shared};
use tests::{House, Person};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use uuid::Uuid;

pub struct Ground {
    pub house: House,
    pub receiver: Receiver,
    supervisor: Person,
    rep: Person,
}

impl Ground {
    /// Opens the house two days ago, and has it tell a receiver of every incident.
    pub async fn open(answer_after: Duration) -> Self {
        let plan = Plan::of_patience().with("webhook_allow_http", true).with("webhook_networks", "127.0.0.0/8");
        let house = House::open_as(plan).await;
        house.advance(-TimeDelta::hours(49));
        let receiver = Receiver::open(answer_after).await;
        let (admin, supervisor, rep) = (house.sign_in("admin").await, house.sign_in("supervisor1").await, house.sign_in("rep1").await);
        let hook = json!({ "url": format!("{}/hook", receiver.url), "event_types": ["incident.raised"] });
        admin.post("/v1/webhooks", &hook).await.expect(201);
        Self { house, receiver, supervisor, rep }
    }

    /// Puts the house's clock `by` before the wall's; it stands there.
    pub fn stand(&self, by: TimeDelta) {
        let wanted = Clock::wall().now() - by;
        self.house.advance(wanted - self.house.now());
    }

    /// A lead that was taken 48 hours ago, and whose breaker is due by the wall's clock in a moment.
    pub async fn stalls_in(&self, moment: TimeDelta) -> Uuid {
        self.stand(TimeDelta::hours(48) - moment);
        let body = json!({ "source": "exhibition", "company": format!("晨光文具 {} 有限公司", fresh_number()) });
        let id = id_in(&self.supervisor.post("/v1/leads", &body).await.expect(201));
        self.rep.post(&format!("/v1/leads/{id}/claim"), &json!({})).await.expect(200);
        id
    }

    /// What a worker's process is told. `through` is where it finds the database.
    fn settings(&self, through: Option<SocketAddr>) -> BTreeMap<String, String> {
        let mut settings = self.house.settings.clone();
        if let Some(through) = through {
            let url = shared().cluster.url_through(through, self.house.database(), Role::App);
            settings.insert("FIELDPROOF_DATABASE_URL".to_owned(), url);
        }
        settings.insert("FIELDPROOF_WORKERS_LISTEN".to_owned(), "127.0.0.1:0".to_owned());
        settings.insert("FIELDPROOF_LOG".to_owned(), "error".to_owned());
        settings
    }

    /// The workers as they are shipped.
    pub fn workers(&self) -> Child {
        start(env!("CARGO_BIN_EXE_fieldproof-workers-in-tests"), &["run"], &self.settings(None))
    }

    /// A timekeeper and a courier, and nothing else that would speak to the database.
    pub fn watch(&self, through: SocketAddr) -> Child {
        start(env!("CARGO_BIN_EXE_watch-in-tests"), &[], &self.settings(Some(through)))
    }
}

fn start(program: &str, arguments: &[&str], settings: &BTreeMap<String, String>) -> Child {
    let mut command = Command::new(program);
    command.args(arguments).env_clear().envs(settings).stdin(Stdio::null()).kill_on_drop(true);
    command.spawn().unwrap()
}

/// A receiver of webhooks that takes everything, and keeps the subject and id of what it took.
pub struct Receiver {
    pub url: String,
    taken: Arc<Mutex<Vec<(Uuid, String)>>>,
}

impl Receiver {
    async fn open(answer_after: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let taken = Arc::<Mutex<Vec<(Uuid, String)>>>::default();
        let kept = Arc::clone(&taken);
        let router = Router::new().fallback(move |request: Request| {
            let kept = Arc::clone(&kept);
            async move {
                let id = request.headers()["webhook-id"].to_str().unwrap().to_owned();
                let body = axum::body::to_bytes(request.into_body(), 1 << 20).await.unwrap();
                let event: Value = serde_json::from_slice(&body).unwrap();
                let subject = event["data"]["subject_id"].as_str().or(event["subject"].as_str()).unwrap_or_default();
                let subject = subject.rsplit('/').next().unwrap_or_default().parse().unwrap_or_default();
                kept.lock().unwrap().push((subject, id));
                tokio::time::sleep(answer_after).await;
            }
        });
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, taken }
    }

    /// The ids under which something about a subject came.
    pub fn ids_of(&self, subject: Uuid) -> Vec<String> {
        self.taken.lock().unwrap().iter().filter(|(of, _)| *of == subject).map(|(_, id)| id.clone()).collect()
    }
}

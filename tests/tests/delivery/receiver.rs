//! A receiver that keeps what it is sent and answers as it is told.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;
use platform::secrets::Secret;
use platform::webhook_secret::WebhookSecret;
use serde_json::Value;
use tokio::net::TcpListener;

/// One request.
#[derive(Debug, Clone)]
pub struct Seen {
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub body: Bytes,
}

impl Seen {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    /// Whether one of the signatures is this secret's.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let timestamp = self.headers["webhook-timestamp"].parse().unwrap();
        let signature = WebhookSecret::read(&Secret::new(secret)).unwrap().sign(self.id(), timestamp, &self.body);
        self.headers["webhook-signature"].split(' ').any(|one| one == signature)
    }
}

/// A status, a `Retry-After` and a body.
#[derive(Debug, Clone)]
pub struct Told {
    pub status: u16,
    pub retry_after: Option<u32>,
    pub body: String,
}

impl Told {
    pub fn status(status: u16) -> Self {
        Self { status, retry_after: None, body: String::new() }
    }

    pub fn json(value: &Value) -> Self {
        Self { body: value.to_string(), ..Self::status(200) }
    }
}

pub struct Receiver {
    pub url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Receiver {
    /// Answers each request with what is next in `answers`, and with the last of them from then on.
    pub async fn answering(answers: impl IntoIterator<Item = Told>) -> Self {
        let answers: Vec<Told> = answers.into_iter().collect();
        Self::deciding(move |nth, _| answers.get(nth).or(answers.last()).cloned().unwrap()).await
    }

    /// Answers as `answer` decides, which is told how many requests came before.
    pub async fn deciding(answer: impl Fn(usize, &Seen) -> Told + Send + Sync + 'static) -> Self {
        Self::waiting(move |nth, seen| {
            let told = answer(nth, &seen);
            Box::pin(async move { told })
        })
        .await
    }

    /// As [`Receiver::deciding`], taking its time.
    pub async fn waiting(answer: impl Fn(usize, Seen) -> BoxFuture<'static, Told> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (seen, answer) = (Arc::<Mutex<Vec<Seen>>>::default(), Arc::new(answer));
        let kept = Arc::clone(&seen);
        let router = Router::new().fallback(move |request: Request| {
            let (kept, answer) = (Arc::clone(&kept), Arc::clone(&answer));
            async move {
                let one = read(request).await;
                let nth = {
                    let mut kept = kept.lock().unwrap();
                    kept.push(one.clone());
                    kept.len() - 1
                };
                written(answer(nth, one).await)
            }
        });
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, seen }
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// Those that came to a path.
    pub fn at(&self, path: &str) -> Vec<Seen> {
        self.seen().into_iter().filter(|seen| seen.path == path).collect()
    }
}

async fn read(request: Request) -> Seen {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let headers = head.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    Seen { path: head.uri.path().to_owned(), headers, body }
}

fn written(told: Told) -> Response {
    let mut response = (StatusCode::from_u16(told.status).unwrap(), told.body).into_response();
    if let Some(seconds) = told.retry_after {
        response.headers_mut().insert("retry-after", seconds.into());
    }
    response
}
